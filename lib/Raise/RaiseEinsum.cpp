//===- RaiseEinsum.cpp - Sums of products become ssm.einsum -----------------------------------------------------===//
//
// Writes the normal form of a sum of products (ProductForm.h) as one op: leaves are sliced and reshaped to the form's
// axes, a constant factor is an operand without axes, and the result is reshaped to what it was. A form that contains
// projections by weights is cut into one op for each of these, in the order that is the cheapest.
//
//===------------------------------------------------------------------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "dialects/SSM/Transforms/ContractionOrder.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/ProductForm.h"
#include "lib/Raise/RaiseUtils.h"

namespace mambac {
#define GEN_PASS_DEF_RAISEEINSUM
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

bool isCandidate(Value value) {
  Operation *op = value.getDefiningOp();
  return op->getNumResults() == 1 && isa<FloatType>(getElementTypeOrSelf(value.getType())) &&
         isProductOp(op, /*isRoot=*/true);
}

/// Builds the op of one form.
class EinsumBuilder {
public:
  EinsumBuilder(OpBuilder &b, ProductForm &form)
      : b(b), form(form), space(form.study->space), loc(form.sum ? form.sum->getLoc() : form.study->root.getLoc()),
        operands(b, loc, space, collectAxes()) {}

  FailureOr<Value> build() {
    auto type = cast<RankedTensorType>(form.study->root.getType());
    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    for (const Atom &leaf : form.leaves) {
      FailureOr<Operand> operand = operands.buildLeaf(leaf);
      if (failed(operand) || !operand->map.isProjectedPermutation())
        return failure();
      inputs.push_back(operand->value);
      maps.push_back(operand->map);
    }
    if (form.coefficient != 1) {
      Type scalar = type.getElementType().isF64() ? type.getElementType() : b.getF32Type();
      auto constant = RankedTensorType::get({}, scalar);
      inputs.push_back(arith::ConstantOp::create(
          b, loc, DenseElementsAttr::get(constant, b.getFloatAttr(scalar, form.coefficient))));
      maps.push_back(AffineMap::get(axes.size(), 0, b.getContext()));
    }
    SmallVector<AffineExpr> results;
    for (const DimGroup &group : form.dims)
      for (int axis : group.axes)
        results.push_back(b.getAffineDimExpr(numberOf(axis)));
    maps.push_back(AffineMap::get(axes.size(), 0, results, b.getContext()));
    // What is added is added in the type of the sum.
    Type element = form.added.empty() ? type.getElementType() : accumulatorType(inputs);
    FailureOr<Value> built = buildByProjections(inputs, maps, element);
    if (failed(built))
      return failure();
    Value result = *built;
    if (isSameOp(result))
      return failure();
    FailureOr<Value> restored = restore(result, RankedTensorType::get(type.getShape(), element));
    if (failed(restored) || form.added.empty())
      return restored;
    return add(*restored, type);
  }

private:
  SmallVector<Axis> collectAxes() {
    for (const DimGroup &group : form.dims)
      for (int axis : group.axes)
        variables.push_back(axis);
    variables.append(form.summed);
    for (int axis : variables)
      axes.push_back({Lin::var(axis), *space.get(axis).size});
    return axes;
  }
  unsigned numberOf(int axis) const { return llvm::find(variables, axis) - variables.begin(); }

  Type accumulatorType(ValueRange inputs) {
    bool isDouble = llvm::any_of(inputs, [](Value v) { return getElementTypeOrSelf(v.getType()).isF64(); });
    return isDouble ? Type(b.getF64Type()) : Type(b.getF32Type());
  }

  FailureOr<Value> create(Location loc, ArrayRef<Value> inputs, ArrayRef<AffineMap> maps, Type element) {
    SmallVector<OpFoldResult> sizes;
    for (AffineExpr axis : maps.back().getResults()) {
      sizes.push_back(operands.getSize(axes[cast<AffineDimExpr>(axis).getPosition()].size));
      if (!sizes.back())
        return failure();
    }
    Value empty = tensor::EmptyOp::create(b, loc, sizes, element);
    return ssm::EinsumOp::create(b, loc, inputs, empty, maps)->getResult(0);
  }

  /// One op; or, where the cheapest order has sums over products with weights before its last step, one for each of these:
  /// they are projections, which are packed, and which the model's modules name.
  FailureOr<Value> buildByProjections(ArrayRef<Value> inputs, ArrayRef<AffineMap> maps, Type element) {
    ssm::Contraction contraction;
    auto setOf = [](AffineMap map) {
      ssm::AxisSet set = 0;
      for (AffineExpr axis : map.getResults())
        set |= ssm::AxisSet(1) << cast<AffineDimExpr>(axis).getPosition();
      return set;
    };
    SmallVector<bool> isWeight = llvm::map_to_vector(inputs, [](Value input) { return dependsOnWeightsAlone(input); });
    if (inputs.size() < 3 || axes.size() > 64 || llvm::none_of(isWeight, [](bool weight) { return weight; }))
      return create(loc, inputs, maps, element);
    for (const Axis &axis : axes)
      contraction.sizes.push_back(estimate(axis.size));
    for (AffineMap map : maps.drop_back())
      contraction.operands.push_back(setOf(map));
    contraction.result = setOf(maps.back());
    ssm::ContractionPlan plan = ssm::orderContraction(contraction, {});
    // The factors behind each result that is no op yet.
    struct Part {
      SmallVector<Value> inputs;
      SmallVector<AffineMap> maps;
      bool isWeight;
    };
    SmallVector<Part> parts;
    for (unsigned i = 0; i < inputs.size(); ++i)
      parts.push_back({{inputs[i]}, {maps[i]}, isWeight[i]});
    auto axesInside = [&](const ssm::ContractionStep &step) {
      ssm::AxisSet inside = 0;
      for (unsigned operand : step.operands)
        inside |= operand < inputs.size() ? contraction.operands[operand] : plan.steps[operand - inputs.size()].result;
      return inside;
    };
    const ssm::ContractionStep *lastSum = nullptr;
    for (const ssm::ContractionStep &step : plan.steps)
      if ((axesInside(step) & ~step.result) != 0)
        lastSum = &step;
    for (const ssm::ContractionStep &step : plan.steps) {
      Part part{{}, {}, true};
      bool anyWeight = false;
      for (unsigned operand : step.operands) {
        part.inputs.append(parts[operand].inputs);
        part.maps.append(parts[operand].maps);
        part.isWeight &= parts[operand].isWeight;
        anyWeight |= parts[operand].isWeight;
      }
      bool isProjection = anyWeight && !part.isWeight && (axesInside(step) & ~step.result) != 0;
      if (isProjection && &step < lastSum) {
        SmallVector<AffineExpr> kept;
        SmallVector<int> summed;
        auto add = [&](AffineMap map) {
          for (AffineExpr axis : map.getResults()) {
            bool stays = step.result >> cast<AffineDimExpr>(axis).getPosition() & 1;
            if (stays && !llvm::is_contained(kept, axis))
              kept.push_back(axis);
            if (!stays)
              summed.push_back(variables[cast<AffineDimExpr>(axis).getPosition()]);
          }
        };
        add(maps.back());
        for (AffineMap map : part.maps)
          add(map);
        SmallVector<AffineMap> partMaps(part.maps);
        partMaps.push_back(AffineMap::get(axes.size(), 0, kept, b.getContext()));
        Operation *sum = space.get(summed.front()).op;
        FailureOr<Value> value = create(sum ? sum->getLoc() : loc, part.inputs, partMaps, accumulatorType(part.inputs));
        if (failed(value))
          return failure();
        part.inputs.assign({*value});
        part.maps.assign({partMaps.back()});
      }
      parts.push_back(part);
    }
    Part &last = parts.back();
    last.maps.push_back(maps.back());
    return create(loc, last.inputs, last.maps, element);
  }

  /// What a size counts when orders are compared; see ssm-order-contractions.
  double estimate(const Lin &size) const {
    double value = size.constant;
    for (auto &[var, coefficient] : size.terms)
      value += 256.0 * coefficient;
    return std::max(value, 1.0);
  }

  /// The root is this einsum already.
  bool isSameOp(Value result) {
    auto before = form.study->root.getDefiningOp<ssm::EinsumOp>();
    auto after = result.getDefiningOp<ssm::EinsumOp>();
    if (!before || before.getInputs() != after.getInputs() ||
        before.getIndexingMapsAttr() != after.getIndexingMapsAttr() || before->getResultTypes() != after->getResultTypes())
      return false;
    after.erase();
    return true;
  }

  /// Axes back to the dimensions of the root: parts are collapsed, several dimensions of one axis expanded.
  FailureOr<Value> restore(Value value, RankedTensorType type) {
    SmallVector<ReassociationIndices> parts, dims;
    int64_t numAxes = 0;
    SmallVector<int64_t> shape;
    SmallVector<OpFoldResult> outputShape;
    for (const DimGroup &group : form.dims) {
      parts.emplace_back();
      for (unsigned i = 0; i < group.axes.size(); ++i)
        parts.back().push_back(numAxes++);
      dims.emplace_back();
      for (int64_t dim : group.dims) {
        dims.back().push_back(dim);
        OpFoldResult size = operands.getSize(space.getSize(form.study->root, dim));
        if (!size)
          return failure();
        outputShape.push_back(size);
        shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
      }
    }
    if (llvm::any_of(parts, [](auto &group) { return group.size() > 1; }))
      value = tensor::CollapseShapeOp::create(b, loc, value, parts);
    if (llvm::any_of(form.dims, [](const DimGroup &group) { return group.axes.size() != 1 || group.dims.size() != 1; }) &&
        cast<RankedTensorType>(value.getType()).getRank() != type.getRank()) {
      if (numAxes == 0)
        dims.clear(); // of a number
      value = tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(shape, type.getElementType()), value, dims,
                                            outputShape);
    }
    if (value.getType() != type)
      value = tensor::CastOp::create(b, loc, type, value);
    return value;
  }

  /// The sum and what it started from, rounded to `type`.
  FailureOr<Value> add(Value sum, RankedTensorType type) {
    RootStudy &study = *form.study;
    SmallVector<Value> inputs{sum};
    SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(type.getRank())};
    SmallVector<Axis> dimAxes;
    for (auto [dim, position] : llvm::enumerate(study.index))
      dimAxes.push_back({position, space.getSize(study.root, dim)});
    OperandBuilder addends(b, loc, space, dimAxes);
    SmallVector<unsigned> all = llvm::to_vector(llvm::seq<unsigned>(0, type.getRank()));
    for (const Term &term : form.added) {
      if (!term.guards.empty() || llvm::any_of(term.atoms, [](const Atom &a) { return a.kind != Atom::Kind::Leaf; }))
        return failure();
      Group group;
      group.coefficient = term.coefficient;
      group.atoms.assign(term.atoms.begin(), term.atoms.end());
      FailureOr<Operand> operand =
          group.coefficient == 1 && group.atoms.size() == 1 ? addends.buildLeaf(group.atoms[0]) : addends.build(group, {}, all);
      if (failed(operand))
        return failure();
      inputs.push_back(operand->value);
      maps.push_back(operand->map);
    }
    maps.push_back(b.getMultiDimIdentityMap(type.getRank()));
    Value empty = tensor::EmptyOp::create(b, loc, tensor::getMixedSizes(b, loc, sum), type.getElementType());
    SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
    Type wide = getElementTypeOrSelf(sum.getType());
    return linalg::GenericOp::create(b, loc, TypeRange{empty.getType()}, inputs, ValueRange{empty}, maps, iterators,
                                     [&](OpBuilder &b, Location loc, ValueRange args) {
                                       auto convert = [&](Value value, Type to) -> Value {
                                         unsigned from = value.getType().getIntOrFloatBitWidth();
                                         if (value.getType() == to)
                                           return value;
                                         if (from < to.getIntOrFloatBitWidth())
                                           return arith::ExtFOp::create(b, loc, to, value);
                                         return arith::TruncFOp::create(b, loc, to, value);
                                       };
                                       Value total = args[0];
                                       for (Value addend : args.drop_front().drop_back())
                                         total = arith::AddFOp::create(b, loc, total, convert(addend, wide));
                                       linalg::YieldOp::create(b, loc, convert(total, args.back().getType()));
                                     })
        .getResult(0);
  }

  OpBuilder &b;
  ProductForm &form;
  IndexSpace &space;
  Location loc;
  SmallVector<int> variables;
  SmallVector<Axis> axes;
  OperandBuilder operands;
};

struct RaiseEinsumPass : mambac::impl::RaiseEinsumBase<RaiseEinsumPass> {
  void runOnOperation() override {
    RootQueue queue(getOperation(), isCandidate);
    while (Value root = queue.next()) {
      std::string why;
      FailureOr<ProductForm> form = getProductForm(root, why);
      if (succeeded(form)) {
        OpBuilder b(root.getDefiningOp());
        SmallVector<Operation *> made;
        Operation *before = root.getDefiningOp()->getPrevNode();
        FailureOr<Value> value = EinsumBuilder(b, *form).build();
        if (succeeded(value)) {
          ++numFound;
          numMerged += form->leaves.size() > 2;
          remarkFound(root, "ssm.einsum");
          queue.replace(root, *value);
          continue;
        }
        // What was built on the way is dead.
        Operation *op = root.getDefiningOp();
        while (op->getPrevNode() != before && isOpTriviallyDead(op->getPrevNode()))
          op->getPrevNode()->erase();
        if (root.getDefiningOp<ssm::EinsumOp>())
          continue;
        why = "an operand is not read along plain axes";
      }
      if (!why.empty())
        queue.noteDeclined(root, why);
    }
    numDeclined += queue.reportDeclined("ssm.einsum");
  }
};

} // namespace
