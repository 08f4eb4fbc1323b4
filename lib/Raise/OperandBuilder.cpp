//===- OperandBuilder.cpp - Tensors with indexing maps from products of leaves ----------------------------------===//

#include "lib/Raise/RootStudy.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mambac::raise;

OpFoldResult OperandBuilder::materializeSize(OpBuilder &b, Location loc, const Lin &size) {
  if (size.isConstant())
    return b.getIndexAttr(size.constant);
  AffineExpr sum = b.getAffineConstantExpr(size.constant);
  SmallVector<OpFoldResult> operands;
  for (auto &[id, coefficient] : size.terms) {
    const IndexSpace::Var var = space.get(id);
    OpFoldResult value;
    int64_t factor = coefficient;
    if (var.isExact && coefficient % var.divisor == 0) {
      value = materializeSize(b, loc, *var.quotientOf);
      factor = coefficient / var.divisor;
      if (!value)
        return {};
    } else if (var.quotientOf) {
      OpFoldResult of = materializeSize(b, loc, *var.quotientOf);
      if (!of)
        return {};
      AffineExpr s = b.getAffineSymbolExpr(0);
      value = affine::makeComposedFoldedAffineApply(b, loc, var.quotientUp ? s.ceilDiv(var.divisor)
                                                                            : s.floorDiv(var.divisor), {of});
    } else if (!var.value) {
      return {};
    } else if (var.dim >= 0) {
      value = tensor::getMixedSize(b, loc, var.value, var.dim);
    } else {
      value = var.value;
    }
    sum = sum + b.getAffineSymbolExpr(operands.size()) * factor;
    operands.push_back(value);
  }
  return affine::makeComposedFoldedAffineApply(b, loc, sum, operands);
}

/// Writes a position as offset + sum of stride * (axis floordiv group).
FailureOr<SmallVector<OperandBuilder::Part>> OperandBuilder::parse(const Lin &position, Lin &offset) {
  SmallVector<Part> parts;
  Lin rest = position;
  for (auto [number, axis] : llvm::enumerate(axes)) {
    if (axis.position.terms.empty() || !llvm::any_of(axis.position.terms, [&](auto &t) { return rest.uses(t.first); }))
      continue;
    // All of the axis with one stride?
    auto moves = [&](auto &t) { return space.get(t.first).kind != IndexSpace::Kind::Size; };
    auto *first = llvm::find_if(axis.position.terms, moves);
    if (first == axis.position.terms.end())
      return failure();
    auto [firstVar, firstWeight] = *first;
    int64_t coefficient = rest.coefficientOf(firstVar);
    if (coefficient % firstWeight == 0 && coefficient != 0) {
      int64_t stride = coefficient / firstWeight;
      Lin without = rest - axis.position * stride;
      if (llvm::none_of(axis.position.terms, [&](auto &t) { return moves(t) && without.uses(t.first); })) {
        parts.push_back({static_cast<unsigned>(number), std::abs(stride), 1, stride < 0});
        rest = stride < 0 ? without + (axis.size - 1) * stride : without;
        continue;
      }
    }
    // The coarse atoms of it: position / group.
    int64_t group = 0, stride = 0;
    for (auto &[var, weight] : axis.position.terms)
      if (rest.uses(var) && (group == 0 || weight < group)) {
        group = weight;
        stride = rest.coefficientOf(var);
      }
    if (group <= 1)
      return failure();
    for (auto &[var, weight] : axis.position.terms) {
      if (weight < group ? rest.uses(var) : rest.coefficientOf(var) * group != weight * stride)
        return failure();
      rest = rest - Lin::var(var, rest.coefficientOf(var));
    }
    parts.push_back({static_cast<unsigned>(number), stride, group});
  }
  for (auto &[id, coefficient] : rest.terms)
    if (space.get(id).kind != IndexSpace::Kind::Size)
      return failure();
  offset = rest;
  llvm::sort(parts, [](const Part &a, const Part &b) { return a.stride > b.stride; });
  return parts;
}

Value mambac::raise::createFlip(OpBuilder &b, Location loc, Value tensor, int64_t flipped) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, tensor);
  OpFoldResult last =
      affine::makeComposedFoldedAffineApply(b, loc, b.getAffineSymbolExpr(0) - 1, {sizes[flipped]});
  Value lastIndex = getValueOrCreateConstantIndexOp(b, loc, last);
  Value empty = tensor::EmptyOp::create(b, loc, sizes, type.getElementType());
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             b, loc, empty.getType(), ValueRange(), empty,
             ArrayRef<AffineMap>{AffineMap::getMultiDimIdentityMap(type.getRank(), b.getContext())}, iterators,
             [&](OpBuilder &b, Location loc, ValueRange) {
               SmallVector<Value> position;
               for (int64_t dim = 0; dim < type.getRank(); ++dim) {
                 position.push_back(linalg::IndexOp::create(b, loc, dim));
                 if (dim == flipped)
                   position.back() = arith::SubIOp::create(b, loc, lastIndex, position.back());
               }
               linalg::YieldOp::create(b, loc, tensor::ExtractOp::create(b, loc, tensor, position).getResult());
             })
      .getResult(0);
}

/// A leaf that has an axis as two dimensions side by side, with them as one.
Atom OperandBuilder::mergeDims(const Atom &leaf) {
  Atom merged = leaf;
  for (size_t dim = 0; dim + 1 < merged.index.size();) {
    Lin offset, size = space.getSize(merged.value, dim + 1);
    if (!size.isConstant() || size.constant < 2 || succeeded(parse(merged.index[dim + 1], offset))) {
      ++dim;
      continue;
    }
    Lin position = merged.index[dim] * size.constant + merged.index[dim + 1];
    if (failed(parse(position, offset))) {
      ++dim;
      continue;
    }
    SmallVector<ReassociationIndices> groups;
    for (size_t d = 0; d < merged.index.size(); ++d)
      if (d == dim + 1)
        groups.back().push_back(d);
      else
        groups.push_back({static_cast<int64_t>(d)});
    merged.value = tensor::CollapseShapeOp::create(b, loc, merged.value, groups);
    merged.index[dim] = position;
    merged.index.erase(merged.index.begin() + dim + 1);
  }
  return merged;
}

FailureOr<OperandBuilder::View> OperandBuilder::buildView(const Atom &original, SmallVector<unsigned> units) {
  View view;
  const Atom leaf = mergeDims(original);
  SmallVector<OpFoldResult> offsets, sizes, strides(leaf.index.size(), b.getIndexAttr(1));
  SmallVector<int64_t> sliceShape;             // after dropping dimensions at a fixed position
  SmallVector<SmallVector<OpFoldResult>> splits; // sizes of the atoms of each remaining dimension
  bool sliced = false, reshaped = false;
  for (auto [dim, position] : llvm::enumerate(leaf.index)) {
    Lin offset;
    FailureOr<SmallVector<Part>> parts = parse(position, offset);
    if (failed(parts))
      return failure();
    OpFoldResult start = getSize(offset);
    if (!start)
      return failure();
    Lin full = space.getSize(leaf.value, dim);
    offsets.push_back(start);
    if (parts->empty() && full == Lin(1) && !units.empty()) {
      view.parts.push_back({units.front(), 1, 1});
      units.erase(units.begin());
      sizes.push_back(b.getIndexAttr(1));
      splits.push_back({b.getIndexAttr(1)});
      sliceShape.push_back(1);
      continue;
    }
    if (parts->empty()) {
      sizes.push_back(b.getIndexAttr(1));
      sliced |= true;
      continue;
    }
    // Every so many-th entry is a strided slice; the rest is as if they stood side by side.
    int64_t step = parts->back().stride;
    if (step < 1)
      return failure();
    for (Part &part : *parts) {
      if (part.stride % step != 0)
        return failure();
      part.stride /= step;
    }
    strides[dim] = b.getIndexAttr(step);
    sliced |= step != 1;
    Lin covered(1);
    SmallVector<OpFoldResult> atoms;
    for (const Part &part : llvm::reverse(*parts)) {
      if (!covered.isConstant() || covered.constant != part.stride)
        return failure(); // a dynamic size inside
      Lin size = axes[part.axis].size;
      if (part.group > 1) {
        if (!size.isConstant() || size.constant % part.group != 0)
          return failure();
        size = Lin(size.constant / part.group);
      }
      OpFoldResult value = getSize(size);
      if (!value)
        return failure();
      atoms.insert(atoms.begin(), value);
      covered = size * part.stride;
    }
    OpFoldResult coveredValue = getSize(covered);
    if (!coveredValue)
      return failure();
    sizes.push_back(coveredValue);
    sliced |= offset != Lin(0) || covered != full;
    reshaped |= parts->size() > 1;
    splits.push_back(atoms);
    std::optional<int64_t> constant = getConstantIntValue(coveredValue);
    sliceShape.push_back(constant ? *constant : ShapedType::kDynamic);
    view.parts.append(*parts);
  }
  view.value = leaf.value;
  Type elementType = cast<RankedTensorType>(leaf.value.getType()).getElementType();
  if (sliced)
    view.value = tensor::ExtractSliceOp::create(b, loc, RankedTensorType::get(sliceShape, elementType), view.value,
                                                offsets, sizes, strides);
  if (reshaped) {
    SmallVector<ReassociationIndices> groups;
    SmallVector<OpFoldResult> outputShape;
    for (ArrayRef<OpFoldResult> atoms : splits) {
      groups.emplace_back();
      for (OpFoldResult size : atoms) {
        groups.back().push_back(outputShape.size());
        outputShape.push_back(size);
      }
    }
    SmallVector<int64_t> shape = decomposeMixedValues(outputShape).first;
    view.value = tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(shape, elementType), view.value, groups,
                                               outputShape);
  }
  for (auto [dim, part] : llvm::enumerate(view.parts))
    if (part.mirrored)
      view.value = createFlip(b, loc, view.value, dim);
  return view;
}

FailureOr<Operand> OperandBuilder::buildLeaf(const Atom &leaf) {
  FailureOr<View> view = buildView(leaf, {});
  if (failed(view))
    return failure();
  SmallVector<AffineExpr> results;
  for (const Part &part : view->parts) {
    AffineExpr axis = getAffineDimExpr(part.axis, b.getContext());
    results.push_back(part.group > 1 ? axis.floorDiv(part.group) : axis);
  }
  return Operand{view->value, AffineMap::get(axes.size(), 0, results, b.getContext())};
}

FailureOr<Operand> OperandBuilder::build(const Group &group, ArrayRef<unsigned> required, ArrayRef<unsigned> optional,
                                         ArrayRef<unsigned> grouped) {
  MLIRContext *context = b.getContext();
  SmallVector<View> views;
  SmallVector<unsigned> units;
  for (unsigned axis : required)
    if (axes[axis].size == Lin(1))
      units.push_back(axis);
  for (const Atom &atom : group.atoms) {
    FailureOr<View> view = buildView(atom, units);
    if (failed(view))
      return failure();
    views.push_back(*view);
  }
  auto mapOf = [&](const View &view) {
    SmallVector<AffineExpr> results;
    for (const Part &part : view.parts) {
      AffineExpr axis = getAffineDimExpr(part.axis, context);
      results.push_back(part.group > 1 ? axis.floorDiv(part.group) : axis);
    }
    return AffineMap::get(axes.size(), 0, results, context);
  };
  auto has = [](const View &view, unsigned axis) {
    return llvm::any_of(view.parts, [&](const Part &part) { return part.axis == axis; });
  };
  // Is the one leaf already an operand?
  bool single = views.size() == 1 && group.coefficient == 1;
  if (single) {
    for (const Part &part : views[0].parts) {
      bool allowed = llvm::is_contained(required, part.axis) || llvm::is_contained(optional, part.axis);
      if (!allowed)
        return failure();
      single &= part.group == 1 || llvm::is_contained(grouped, part.axis);
    }
    SmallVector<unsigned> missing;
    for (unsigned axis : required)
      if (!has(views[0], axis)) {
        missing.push_back(axis);
        single &= axes[axis].size == Lin(1);
      }
    if (single && !missing.empty()) {
      // Axes of size 1 in front.
      View &view = views[0];
      auto type = cast<RankedTensorType>(view.value.getType());
      SmallVector<int64_t> shape(missing.size(), 1);
      SmallVector<OpFoldResult> outputShape(missing.size(), b.getIndexAttr(1));
      SmallVector<ReassociationIndices> groups;
      for (int64_t dim = 0; dim < type.getRank(); ++dim) {
        groups.push_back({static_cast<int64_t>(shape.size())});
        shape.push_back(type.getDimSize(dim));
        outputShape.push_back(tensor::getMixedSize(b, loc, view.value, dim));
      }
      if (!groups.empty())
        for (int64_t i = missing.size() - 1; i >= 0; --i)
          groups.front().insert(groups.front().begin(), i);
      view.value = tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(shape, type.getElementType()),
                                                 view.value, groups, outputShape);
      SmallVector<Part> parts;
      for (unsigned axis : missing)
        parts.push_back({axis, 1, 1});
      parts.append(view.parts);
      view.parts = parts;
    }
    if (single)
      return Operand{views[0].value, mapOf(views[0])};
  }
  // A product, or a copy, over all the axes that are there or have to be.
  SmallVector<unsigned> present(required);
  for (unsigned axis : optional)
    if (llvm::any_of(views, [&](const View &view) { return has(view, axis); }))
      present.push_back(axis);
  for (const View &view : views)
    for (const Part &part : view.parts)
      if (!llvm::is_contained(present, part.axis))
        return failure();
  llvm::sort(present);
  SmallVector<OpFoldResult> shape;
  SmallVector<AffineExpr> outExprs, toLoop(axes.size(), getAffineConstantExpr(0, context));
  for (auto [loop, axis] : llvm::enumerate(present)) {
    shape.push_back(getSize(axes[axis].size));
    if (!shape.back())
      return failure();
    outExprs.push_back(getAffineDimExpr(axis, context));
    toLoop[axis] = getAffineDimExpr(loop, context);
  }
  SmallVector<AffineMap> maps;
  SmallVector<Value> inputs;
  for (const View &view : views) {
    maps.push_back(mapOf(view).replaceDimsAndSymbols(toLoop, {}, present.size(), 0));
    inputs.push_back(view.value);
  }
  maps.push_back(AffineMap::getMultiDimIdentityMap(present.size(), context));
  Value empty = tensor::EmptyOp::create(b, loc, shape, b.getF32Type());
  SmallVector<utils::IteratorType> iterators(present.size(), utils::IteratorType::parallel);
  auto product = linalg::GenericOp::create(
      b, loc, empty.getType(), inputs, empty, maps, iterators, [&](OpBuilder &b, Location loc, ValueRange args) {
        Value result;
        for (Value arg : args.drop_back()) {
          if (arg.getType().getIntOrFloatBitWidth() < 32)
            arg = arith::ExtFOp::create(b, loc, b.getF32Type(), arg);
          else if (!arg.getType().isF32())
            arg = arith::TruncFOp::create(b, loc, b.getF32Type(), arg);
          result = result ? arith::MulFOp::create(b, loc, result, arg).getResult() : arg;
        }
        if (!result || group.coefficient != 1) {
          Value constant = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(group.coefficient));
          result = result ? arith::MulFOp::create(b, loc, result, constant).getResult() : constant;
        }
        linalg::YieldOp::create(b, loc, result);
      });
  return Operand{product.getResult(0), AffineMap::get(axes.size(), 0, outExprs, context)};
}

FailureOr<Destination> mambac::raise::makeDestination(OpBuilder &b, Location loc, OperandBuilder &operands,
                                                      ArrayRef<Axis> axes, ArrayRef<SmallVector<unsigned, 2>> dimAxes,
                                                      ArrayRef<unsigned> required, RankedTensorType type) {
  Destination destination;
  destination.type = type;
  SmallVector<unsigned> units; // axes of size 1
  for (unsigned axis : required)
    if (axes[axis].position.isConstant())
      units.push_back(axis);
  SmallVector<OpFoldResult> shape;
  SmallVector<AffineExpr> exprs;
  auto add = [&](unsigned axis) {
    destination.groups.back().push_back(shape.size());
    shape.push_back(operands.getSize(axes[axis].size));
    exprs.push_back(b.getAffineDimExpr(axis));
    return static_cast<bool>(shape.back());
  };
  for (auto [number, dim] : llvm::enumerate(dimAxes)) {
    if (dim.empty() && units.empty()) {
      destination.units.push_back(number);
      continue;
    }
    destination.groups.emplace_back();
    for (unsigned axis : dim)
      if (!add(axis))
        return failure();
    if (dim.empty()) {
      if (!add(units.front()))
        return failure();
      units.erase(units.begin());
    }
  }
  for (unsigned axis : units) {
    if (destination.groups.empty())
      destination.groups.emplace_back();
    if (!add(axis))
      return failure();
  }
  destination.map = AffineMap::get(axes.size(), 0, exprs, b.getContext());
  destination.value = tensor::EmptyOp::create(b, loc, shape, type.getElementType());
  return destination;
}

Value Destination::restore(OpBuilder &b, Location loc, Value result) const {
  int64_t numProper = type.getRank() - units.size();
  if (cast<RankedTensorType>(result.getType()).getRank() != numProper)
    result = tensor::CollapseShapeOp::create(b, loc, result, numProper == 0 ? ArrayRef<ReassociationIndices>() : groups);
  if (!units.empty()) {
    // Those in front of the first proper dimension belong to it, the others to the one before.
    SmallVector<ReassociationIndices> parts(numProper);
    SmallVector<OpFoldResult> sizes;
    int64_t next = 0;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      bool isUnit = llvm::is_contained(units, dim);
      sizes.push_back(isUnit ? OpFoldResult(b.getIndexAttr(1)) : tensor::getMixedSize(b, loc, result, next));
      next += !isUnit;
      if (numProper > 0)
        parts[std::max<int64_t>(next - 1, 0)].push_back(dim);
    }
    SmallVector<int64_t> shape = decomposeMixedValues(sizes).first;
    result = tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(shape, type.getElementType()), result, parts,
                                           sizes);
  }
  if (result.getType() != type)
    result = tensor::CastOp::create(b, loc, type, result);
  return result;
}
