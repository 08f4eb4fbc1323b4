//===- TimeWindows.cpp - A register that each step shifts by one place is a window over time --------------------===//
//
// The state of a convolution that goes token by token: each step moves it on by one place, by a roll, a slice or a
// concatenation, and writes its input at the end. Over all steps it holds the inputs of the last K times,
//
//     state[t, .., k, ..] = x[t - (K - 1) + k]      before the first step: zeros, or what the register began with
//
// which is K slices of one padded tensor, next to each other.
//
//===------------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementExpr.h"
#include "lib/Raise/TimeStacker.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mambac::raise;

/// Longer registers are none.
static constexpr int64_t kMaxWindow = 16;

namespace {

/// One place of a register after a step: an element of a tensor at a position over the register's other dimensions, or 0.
struct Place {
  Value tensor;
  SmallVector<Lin, 4> index;
  bool isZero() const { return !tensor; }
  friend bool operator==(const Place &a, const Place &b) { return a.tensor == b.tensor && a.index == b.index; }
};

/// Reads places by following what only moves elements.
class Register {
public:
  Register(Value sample, int64_t dim) : dim(dim), dependence(), evaluator(space, dependence, sample) {
    for (int64_t d = 0; d < cast<RankedTensorType>(sample.getType()).getRank(); ++d)
      index.push_back(Lin::var(space.addVar(IndexSpace::Kind::Root, space.getSize(sample, d))));
    evaluator.followInsertions();
    evaluator.followWhere([](Value value) {
      return isa_and_nonnull<tensor::InsertSliceOp, tensor::ConcatOp, tensor::PadOp, linalg::FillOp>(value.getDefiningOp());
    });
  }

  std::optional<Place> read(Value value, int64_t place) {
    SmallVector<Lin> at(index);
    at[dim] = Lin(place);
    Poly poly = evaluator.evaluate(value, at, {});
    if (poly.empty())
      return Place();
    const Term &term = poly.front();
    if (poly.size() != 1 || term.coefficient != 1 || !term.bound.empty() || !term.guards.empty() ||
        term.atoms.size() != 1 || term.atoms[0].kind != Atom::Kind::Leaf || term.atoms[0].value == value)
      return std::nullopt;
    if (isZeroTensor(term.atoms[0].value))
      return Place();
    return Place{term.atoms[0].value, term.atoms[0].index};
  }

  /// The dimension that an index is the position in, but for what it begins with.
  std::optional<int64_t> dimOf(const Lin &e) const {
    for (auto [d, position] : llvm::enumerate(index))
      if (static_cast<int64_t>(d) != dim && e - e.constant == position)
        return d;
    return std::nullopt;
  }

private:
  int64_t dim;
  IndexSpace space;
  ScanDependence dependence;
  ElementEvaluator evaluator;
  SmallVector<Lin> index;
};

/// Builds a window's tensors; their first axis is time, the others are the register's but for `dim`.
struct WindowBuilder {
  RewriterBase &b;
  Location loc;
  Register &places;
  int64_t dim;
  SmallVector<OpFoldResult> sizes; ///< of the register, without `dim`
  Type elementType;

  unsigned axisOf(int64_t d) const { return 1 + d - (d > dim); }

  /// A copy of `value`, whose dimensions are read at `map` of the axes, with the axes as dimensions.
  Value layOut(Value value, AffineMap map, int64_t count) {
    AffineMap identity = b.getMultiDimIdentityMap(sizes.size() + 1);
    if (map == identity)
      return value;
    SmallVector<OpFoldResult> shape{b.getIndexAttr(count)};
    shape.append(sizes);
    Value out = tensor::EmptyOp::create(b, loc, shape, elementType);
    SmallVector<utils::IteratorType> iterators(shape.size(), utils::IteratorType::parallel);
    return linalg::GenericOp::create(b, loc, out.getType(), value, out, ArrayRef<AffineMap>{map, identity}, iterators,
                                     [](OpBuilder &b, Location l, ValueRange args) {
                                       linalg::YieldOp::create(b, l, args[0]);
                                     })
        .getResult(0);
  }

  /// Places of one tensor whose position moves on by the same distance each time; null if they are not that.
  Value sliceOf(ArrayRef<Place> column) {
    Value source = column[0].tensor;
    int64_t moving = -1, stride = 0, count = column.size();
    SmallVector<Lin, 4> first = column[0].index;
    for (auto [t, place] : llvm::enumerate(column)) {
      if (place.tensor != source)
        return {};
      for (auto [d, e] : llvm::enumerate(place.index)) {
        if (e == first[d])
          continue;
        Lin distance = e - first[d];
        if (moving < 0) {
          if (t != 1 || !distance.isConstant())
            return {};
          moving = d;
          stride = distance.constant;
        }
        if (static_cast<int64_t>(d) != moving || distance != Lin(stride * static_cast<int64_t>(t)))
          return {};
      }
      if (t > 0 && (moving < 0 || place.index[moving] == first[moving]))
        return {};
    }
    if (count == 1) { // any dimension that is read at one place
      auto *fixed = llvm::find_if(first, [](const Lin &e) { return e.isConstant(); });
      if (fixed == first.end())
        return {};
      moving = fixed - first.begin();
      stride = 1;
    }
    if (!first[moving].isConstant())
      return {};
    int64_t begin = first[moving].constant, last = begin + (count - 1) * stride;
    auto type = cast<RankedTensorType>(source.getType());
    SmallVector<OpFoldResult> offsets, extents, strides(type.getRank(), b.getIndexAttr(1));
    SmallVector<AffineExpr> exprs;
    SmallVector<int64_t> shape;
    for (auto [d, e] : llvm::enumerate(first)) {
      if (static_cast<int64_t>(d) == moving) {
        offsets.push_back(b.getIndexAttr(std::min(begin, last)));
        extents.push_back(b.getIndexAttr(count));
        strides[d] = b.getIndexAttr(std::abs(stride));
        AffineExpr time = b.getAffineDimExpr(0);
        exprs.push_back(stride < 0 ? count - 1 - time : time);
        shape.push_back(count);
        continue;
      }
      if (e.isConstant()) {
        offsets.push_back(b.getIndexAttr(e.constant));
        extents.push_back(b.getIndexAttr(1));
        continue;
      }
      std::optional<int64_t> axis = places.dimOf(e);
      if (!axis)
        return {};
      offsets.push_back(b.getIndexAttr(e.constant));
      extents.push_back(sizes[axisOf(*axis) - 1]);
      exprs.push_back(b.getAffineDimExpr(axisOf(*axis)));
      shape.push_back(getConstantIntValue(extents.back()).value_or(ShapedType::kDynamic));
    }
    Value slice = tensor::ExtractSliceOp::create(b, loc, RankedTensorType::get(shape, elementType), source, offsets,
                                                 extents, strides);
    return layOut(slice, AffineMap::get(sizes.size() + 1, 0, exprs, b.getContext()), count);
  }

  /// Places of different tensors, one a step, which are read at the same position: a tensor for each, over the dimensions
  /// that `exprs` tells the axes of. Empty if they are not that.
  SmallVector<Value> valuesOf(ArrayRef<Place> column, SmallVectorImpl<AffineExpr> &exprs) {
    auto type = cast<RankedTensorType>(column[0].tensor.getType());
    SmallVector<OpFoldResult> offsets, extents, strides(type.getRank(), b.getIndexAttr(1));
    SmallVector<int64_t> shape;
    for (const Lin &e : column[0].index) {
      std::optional<int64_t> axis = e.isConstant() ? std::nullopt : places.dimOf(e);
      if (!axis && !e.isConstant())
        return {};
      offsets.push_back(b.getIndexAttr(e.constant));
      extents.push_back(axis ? sizes[axisOf(*axis) - 1] : OpFoldResult(b.getIndexAttr(1)));
      if (!axis)
        continue;
      exprs.push_back(b.getAffineDimExpr(axisOf(*axis)));
      shape.push_back(getConstantIntValue(extents.back()).value_or(ShapedType::kDynamic));
    }
    auto sliceType = RankedTensorType::get(shape, elementType);
    SmallVector<Value> values;
    for (const Place &place : column) {
      if (place.index != column[0].index || place.tensor.getType() != type)
        return {};
      values.push_back(sliceType == type ? place.tensor
                                         : tensor::ExtractSliceOp::create(b, loc, sliceType, place.tensor, offsets, extents,
                                                                          strides));
    }
    return values;
  }

  /// The register after each of `count` steps: `padded` holds what was before the first and what each writes.
  Value window(Value padded, int64_t count, int64_t size, bool forward) {
    SmallVector<Value> parts;
    for (int64_t k = 0; k < size; ++k) {
      SmallVector<OpFoldResult> offsets(sizes.size() + 1, b.getIndexAttr(0)), strides(sizes.size() + 1, b.getIndexAttr(1));
      offsets[0] = b.getIndexAttr(forward ? k : size - 1 - k);
      SmallVector<OpFoldResult> extents{b.getIndexAttr(count)};
      extents.append(sizes);
      Value part = tensor::ExtractSliceOp::create(b, loc, padded, offsets, extents, strides);
      SmallVector<ReassociationIndices> groups;
      SmallVector<int64_t> shape;
      SmallVector<OpFoldResult> expanded;
      int64_t next = 0;
      for (int64_t axis = 0; axis <= static_cast<int64_t>(sizes.size()); ++axis) {
        groups.push_back({next++});
        shape.push_back(cast<RankedTensorType>(part.getType()).getDimSize(axis));
        expanded.push_back(extents[axis]);
        if (axis == dim) {
          groups.back().push_back(next++);
          shape.push_back(1);
          expanded.push_back(b.getIndexAttr(1));
        }
      }
      parts.push_back(tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(shape, elementType), part, groups, expanded));
    }
    return tensor::ConcatOp::create(b, loc, dim + 1, parts);
  }
};

} // namespace

TimeStacker::Result TimeStacker::visitWindows(ArrayRef<Value> list) {
  auto isMove = [](Value value) {
    return value && isa_and_nonnull<tensor::InsertSliceOp, tensor::ConcatOp>(value.getDefiningOp());
  };
  if (steps < 2 || !llvm::all_of(list, isMove))
    return failure();
  auto type = cast<RankedTensorType>(list[1].getType());
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    int64_t size = type.getDimSize(dim);
    if (ShapedType::isDynamic(size) || size < 2 || size > kMaxWindow)
      continue;
    Register places(list[1], dim);
    std::vector<std::vector<Place>> read;
    for (Value value : list) {
      read.emplace_back();
      for (int64_t k = 0; k < size; ++k) {
        std::optional<Place> place = places.read(value, k);
        if (!place)
          break;
        read.back().push_back(*place);
      }
      if (static_cast<int64_t>(read.back().size()) < size)
        break;
    }
    if (static_cast<int64_t>(read.size()) < steps || static_cast<int64_t>(read.back().size()) < size)
      continue;
    for (bool forward : {true, false}) {
      int64_t newest = forward ? size - 1 : 0, shift = forward ? 1 : -1;
      bool shifts = true;
      for (int64_t t = 0; t < steps && shifts; ++t) {
        shifts &= !read[t][newest].isZero();
        for (int64_t k = 0; k < size && t > 0; ++k)
          shifts &= k == newest || read[t][k] == read[t - 1][k + shift];
      }
      if (!shifts)
        continue;
      std::vector<Place> written, before; // in the order of time
      for (int64_t t = 0; t < steps; ++t)
        written.push_back(read[t][newest]);
      for (int64_t k = 1; k < size; ++k)
        before.push_back(read[0][forward ? k - 1 : size - k]);
      SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, list[1]);
      sizes.erase(sizes.begin() + dim);
      WindowBuilder builder{rewriter, loc, places, dim, sizes, type.getElementType()};
      Value inputs = builder.sliceOf(written);
      if (!inputs) {
        // Computed by each step: a list of its own.
        SmallVector<AffineExpr> exprs{rewriter.getAffineDimExpr(0)};
        SmallVector<Value> values = builder.valuesOf(written, exprs);
        if (values.empty())
          continue;
        Result result = visit(values);
        if (failed(result) || result->dependsOnPrevious() || !result->rest)
          return failure();
        inputs = builder.layOut(materialize(*result->rest, values[1]),
                                AffineMap::get(sizes.size() + 1, 0, exprs, rewriter.getContext()), steps);
      }
      Value padded;
      if (llvm::all_of(before, [](const Place &place) { return place.isZero(); })) {
        SmallVector<OpFoldResult> low(sizes.size() + 1, rewriter.getIndexAttr(0)), high = low;
        low[0] = rewriter.getIndexAttr(size - 1);
        auto paddedType = cast<RankedTensorType>(inputs.getType());
        SmallVector<int64_t> shape(paddedType.getShape());
        shape[0] = steps + size - 1;
        Value zero = arith::ConstantOp::create(rewriter, loc, rewriter.getZeroAttr(type.getElementType()));
        padded = tensor::PadOp::create(rewriter, loc, paddedType.clone(shape), inputs, low, high, zero);
      } else if (llvm::none_of(before, [](const Place &place) { return place.isZero(); })) {
        Value begin = builder.sliceOf(before);
        if (!begin)
          continue;
        padded = tensor::ConcatOp::create(rewriter, loc, 0, ValueRange{begin, inputs});
      } else {
        continue;
      }
      for (Value value : list)
        visited.insert(value.getDefiningOp());
      recurrenceSeen = true; // the steps are a loop's
      Value window = builder.window(padded, steps, size, forward);
      SmallVector<OpFoldResult> offsets(type.getRank() + 1, rewriter.getIndexAttr(0)),
          strides(type.getRank() + 1, rewriter.getIndexAttr(1)), extents = tensor::getMixedSizes(rewriter, loc, window);
      offsets[0] = rewriter.getIndexAttr(steps - 1);
      extents[0] = rewriter.getIndexAttr(1);
      recurrences.push_back({list.back(), tensor::ExtractSliceOp::create(rewriter, loc, type, window, offsets, extents, strides)});
      LinearInPrevious r;
      r.rest = Stacked{window, timeFirstMap(type.getRank(), rewriter.getContext())};
      return r;
    }
  }
  return failure();
}
