//===- ScanEvaluator.cpp - Runs tensor operations on the cells of a scan ----------------------------------------===//

#include "lib/Raise/ScanEvaluator.h"

#include "lib/Raise/Element.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <numeric>

using namespace mlir;
using namespace mambac::raise;

static RankedTensorType tensorType(Value v) { return dyn_cast<RankedTensorType>(v.getType()); }

std::optional<double> mambac::raise::getSplatValue(Value v) {
  if (auto fill = v.getDefiningOp<linalg::FillOp>())
    v = fill.getInputs()[0];
  return getFloatConstant(v);
}

namespace {

/// Index into `cells` for positions given along the position dims.
int64_t flat(const AbstractTensor &t, ArrayRef<int64_t> index) {
  if (t.uniform)
    return 0;
  int64_t i = 0;
  for (auto [n, k] : llvm::zip_equal(t.positionShape, index))
    i = i * n + k;
  return i;
}
template <typename F> static void forEachPosition(ArrayRef<int64_t> shape, F body) {
  int64_t total = 1;
  for (int64_t n : shape)
    total *= n;
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0; i < total; ++i) {
    body(ArrayRef<int64_t>(index));
    for (int64_t d = (int64_t)shape.size() - 1; d >= 0 && ++index[d] == shape[d]; --d)
      index[d] = 0;
  }
}

struct Window {
  SmallVector<int64_t> offsets, sizes, strides; ///< along the position dims
};
/// The part of `t` that a slice takes; lanes and units must be whole.
std::optional<Window> window(const AbstractTensor &t, RankedTensorType full, ArrayRef<OpFoldResult> offsets,
                             ArrayRef<OpFoldResult> sizes, ArrayRef<OpFoldResult> strides) {
  Window w;
  for (int64_t d = 0; d < full.getRank(); ++d) {
    std::optional<int64_t> o = getConstantIntValue(offsets[d]), n = getConstantIntValue(sizes[d]),
                           s = getConstantIntValue(strides[d]);
    if (t.dims[d] != AbstractTensor::kPosition) {
      bool whole = o == 0 && s == 1 && (full.isDynamicDim(d) ? !n : n == full.getDimSize(d));
      if (!whole)
        return std::nullopt;
      continue;
    }
    if (!o || !n || !s)
      return std::nullopt;
    w.offsets.push_back(*o);
    w.sizes.push_back(*n);
    w.strides.push_back(*s);
  }
  return w;
}
/// Where the element at `index` of a slice lies in the whole.
SmallVector<int64_t> inWhole(const Window &w, ArrayRef<int64_t> index) {
  SmallVector<int64_t> out;
  for (auto [o, s, i] : llvm::zip_equal(w.offsets, w.strides, index))
    out.push_back(o + s * i);
  return out;
}

/// Units may stand for positions of extent one, not for lanes.
bool compatible(ArrayRef<int> a, ArrayRef<int> b) {
  auto lanes = [](ArrayRef<int> dims) {
    return llvm::to_vector(llvm::make_filter_range(dims, [](int d) { return d >= 0; }));
  };
  return a.size() == b.size() && lanes(a) == lanes(b);
}

} // namespace

ScanEvaluator::ScanEvaluator(Value decay, Value input, int64_t timeDim) {
  for (Value leaf : {decay, input}) {
    AbstractTensor t;
    auto type = tensorType(leaf);
    for (int64_t d = 0; d < type.getRank(); ++d)
      t.dims.push_back(d == timeDim ? AbstractTensor::kPosition : (int)d);
    int64_t length = type.getDimSize(timeDim);
    t.positionShape = {length};
    for (int32_t i = 0; i < length; ++i)
      t.cells.push_back(leaf == decay ? ScanCell::product(i, i) : ScanCell::partial(i, i, i));
    values[leaf] = std::move(t);
  }
}

const AbstractTensor *ScanEvaluator::evaluate(Operation *op) {
  std::optional<AbstractTensor> t;
  if (auto o = dyn_cast<tensor::ExtractSliceOp>(op))
    t = extract(o);
  else if (auto o = dyn_cast<tensor::InsertSliceOp>(op))
    t = insert(o);
  else if (auto o = dyn_cast<tensor::ConcatOp>(op))
    t = concat(o);
  else if (auto o = dyn_cast<tensor::PadOp>(op))
    t = pad(o);
  else if (auto o = dyn_cast<tensor::ExpandShapeOp>(op))
    t = reshape(o.getSrc(), o.getResultType(), o.getReassociationIndices(), /*expand=*/true);
  else if (auto o = dyn_cast<tensor::CollapseShapeOp>(op))
    t = reshape(o.getSrc(), o.getResultType(), o.getReassociationIndices(), /*expand=*/false);
  else if (auto o = dyn_cast<tensor::CastOp>(op); o && get(o.getSource()))
    t = *get(o.getSource());
  else if (auto o = dyn_cast<linalg::GenericOp>(op))
    t = generic(o);
  if (!t)
    return nullptr;
  return &(values[op->getResult(0)] = std::move(*t));
}

const AbstractTensor *ScanEvaluator::get(Value v) {
  auto it = values.find(v);
  if (it != values.end())
    return &it->second;
  if (std::optional<double> splat = getSplatValue(v); splat && (*splat == 0.0 || *splat == 1.0)) {
    AbstractTensor t;
    t.uniform = true;
    t.cells = {*splat == 0.0 ? ScanCell::zero() : ScanCell::one()};
    return &(values[v] = std::move(t));
  }
  return nullptr;
}

std::optional<AbstractTensor> ScanEvaluator::extract(tensor::ExtractSliceOp op) {
  const AbstractTensor *source = get(op.getSource());
  if (!source || source->uniform)
    return source ? std::optional(*source) : std::nullopt;
  std::optional<Window> w =
      window(*source, op.getSourceType(), op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides());
  if (!w)
    return std::nullopt;
  AbstractTensor t;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (int64_t d = 0, p = 0; d < op.getSourceType().getRank(); ++d) {
    bool isPosition = source->dims[d] == AbstractTensor::kPosition;
    int64_t position = isPosition ? p++ : 0;
    if (dropped.test(d)) {
      if (source->dims[d] >= 0) // a lane of size one that is dropped would have to come back somewhere
        return std::nullopt;
      continue;
    }
    t.dims.push_back(source->dims[d]);
    if (isPosition)
      t.positionShape.push_back(w->sizes[position]);
  }
  forEachPosition(w->sizes, [&](ArrayRef<int64_t> i) { t.cells.push_back(source->cells[flat(*source, inWhole(*w, i))]); });
  return t;
}

/// The destination of an insertion that holds one constant, or nothing yet: its dims are those of the source, and those
/// that the source lacks are positions.
static std::optional<AbstractTensor> spread(tensor::InsertSliceOp op, const AbstractTensor &source,
                                            const AbstractTensor *constant) {
  if (!constant && !op.getDest().getDefiningOp<tensor::EmptyOp>())
    return std::nullopt;
  AbstractTensor t;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  int64_t cells = 1;
  for (int64_t d = 0, s = 0; d < op.getDestType().getRank(); ++d) {
    int kind = dropped.test(d) ? AbstractTensor::kPosition : source.dims[s++];
    t.dims.push_back(kind == AbstractTensor::kUnit ? AbstractTensor::kPosition : kind);
    if (t.dims.back() != AbstractTensor::kPosition)
      continue;
    if (op.getDestType().isDynamicDim(d))
      return std::nullopt;
    t.positionShape.push_back(op.getDestType().getDimSize(d));
    cells *= t.positionShape.back();
  }
  t.cells.assign(cells, constant ? constant->cells[0] : ScanCell());
  return t;
}

std::optional<AbstractTensor> ScanEvaluator::insert(tensor::InsertSliceOp op) {
  const AbstractTensor *source = get(op.getSource()), *dest = get(op.getDest());
  std::optional<AbstractTensor> blank;
  if (source && !source->uniform && (!dest || dest->uniform) && (blank = spread(op, *source, dest)))
    dest = &*blank;
  if (!source || !dest || dest->uniform)
    return std::nullopt;
  std::optional<Window> w =
      window(*dest, op.getDestType(), op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides());
  if (!w)
    return std::nullopt;
  if (!source->uniform) { // the source's dims are those of dest less the dropped ones
    llvm::SmallBitVector dropped = op.getDroppedDims();
    SmallVector<int> expected;
    for (int64_t d = 0; d < op.getDestType().getRank(); ++d)
      if (!dropped.test(d))
        expected.push_back(dest->dims[d]);
    if (!compatible(expected, source->dims))
      return std::nullopt;
  }
  AbstractTensor t = *dest;
  int64_t next = 0;
  forEachPosition(w->sizes, [&](ArrayRef<int64_t> i) {
    t.cells[flat(t, inWhole(*w, i))] = source->cells[source->uniform ? 0 : next++];
  });
  return t;
}

std::optional<AbstractTensor> ScanEvaluator::concat(tensor::ConcatOp op) {
  int64_t dim = op.getDim();
  SmallVector<std::unique_ptr<AbstractTensor>> parts;
  AbstractTensor *model = nullptr;
  SmallVector<Value> inputs; // that are not empty
  for (Value v : op.getInputs())
    if (tensorType(v).getDimSize(dim) != 0)
      inputs.push_back(v);
  if (inputs.size() == 1) {
    const AbstractTensor *only = get(inputs[0]);
    return only ? std::optional(*only) : std::nullopt;
  }
  for (Value v : inputs) {
    const AbstractTensor *part = get(v);
    if (!part)
      return std::nullopt;
    parts.push_back(std::make_unique<AbstractTensor>(*part));
    if (part->uniform)
      continue;
    model = parts.back().get();
    // A unit dim, as stacking makes it, is a position among one.
    if (model->dims[dim] != AbstractTensor::kUnit)
      continue;
    model->dims[dim] = AbstractTensor::kPosition;
    int64_t before = llvm::count(ArrayRef(model->dims).take_front(dim), AbstractTensor::kPosition);
    model->positionShape.insert(model->positionShape.begin() + before, 1);
  }
  if (!model || model->dims[dim] != AbstractTensor::kPosition)
    return std::nullopt;
  // Where `dim` stands among the position dims; the cells before it repeat, those behind it lie together.
  int64_t along = llvm::count(ArrayRef(model->dims).take_front(dim), AbstractTensor::kPosition);
  SmallVector<int64_t> extents;
  AbstractTensor t;
  t.dims = model->dims;
  t.positionShape = model->positionShape;
  for (auto &&[part, v] : llvm::zip_equal(parts, inputs)) {
    auto type = tensorType(v);
    if (part->uniform ? type.isDynamicDim(dim) : part->dims != model->dims)
      return std::nullopt;
    extents.push_back(part->uniform ? type.getDimSize(dim) : part->positionShape[along]);
  }
  int64_t outer = 1, inner = 1;
  for (auto [d, n] : llvm::enumerate(model->positionShape))
    (int64_t(d) < along ? outer : inner) *= int64_t(d) == along ? 1 : n;
  for (int64_t o = 0; o < outer; ++o)
    for (auto &&[part, extent] : llvm::zip_equal(parts, extents)) {
      if (part->uniform)
        t.cells.insert(t.cells.end(), extent * inner, part->cells[0]);
      else
        t.cells.insert(t.cells.end(), part->cells.begin() + o * extent * inner,
                       part->cells.begin() + (o + 1) * extent * inner);
    }
  t.positionShape[along] = std::accumulate(extents.begin(), extents.end(), int64_t(0));
  return t;
}

std::optional<AbstractTensor> ScanEvaluator::pad(tensor::PadOp op) {
  const AbstractTensor *source = get(op.getSource());
  Value padding = op.getConstantPaddingValue();
  if (!source || source->uniform || !padding || source->numPositionDims() != 1)
    return std::nullopt;
  std::optional<double> value = getSplatValue(padding);
  if (!value || (*value != 0.0 && *value != 1.0))
    return std::nullopt;
  AbstractTensor t = *source;
  for (auto [d, low, high] : llvm::enumerate(op.getMixedLowPad(), op.getMixedHighPad())) {
    std::optional<int64_t> l = getConstantIntValue(low), h = getConstantIntValue(high);
    if (!l || !h)
      return std::nullopt;
    if (source->dims[d] != AbstractTensor::kPosition) {
      if (*l || *h)
        return std::nullopt;
      continue;
    }
    ScanCell cell = *value == 0.0 ? ScanCell::zero() : ScanCell::one();
    t.cells.insert(t.cells.begin(), *l, cell);
    t.cells.insert(t.cells.end(), *h, cell);
    t.positionShape = {(int64_t)t.cells.size()};
  }
  return t;
}

std::optional<AbstractTensor> ScanEvaluator::reshape(Value sourceValue, RankedTensorType result,
                                      ArrayRef<ReassociationIndices> groups, bool expand) {
  const AbstractTensor *source = get(sourceValue);
  if (!source || source->uniform)
    return source ? std::optional(*source) : std::nullopt;
  AbstractTensor t;
  t.cells = source->cells;
  auto sourceType = tensorType(sourceValue);
  // Positions split and merge freely, as their cells are in row-major order; lanes only gain or lose units.
  int64_t position = 0;
  for (auto [g, group] : llvm::enumerate(groups)) {
    if (expand) {
      int kind = source->dims[g];
      bool placed = kind != AbstractTensor::kUnit ? false : true;
      position += kind == AbstractTensor::kPosition;
      for (int64_t d : group) {
        int64_t n = result.getDimSize(d);
        if (kind == AbstractTensor::kPosition) {
          if (ShapedType::isDynamic(n))
            return std::nullopt;
          t.dims.push_back(kind);
          t.positionShape.push_back(n);
        } else if (n == 1 && (placed || sourceType.getDimSize(g) != 1)) {
          t.dims.push_back(AbstractTensor::kUnit);
        } else if (!placed) {
          t.dims.push_back(kind);
          placed = true;
        } else {
          return std::nullopt;
        }
      }
      continue;
    }
    int merged = AbstractTensor::kUnit;
    int64_t extent = 1;
    for (int64_t d : group) {
      int kind = source->dims[d];
      if (kind == AbstractTensor::kPosition)
        extent *= source->positionShape[position++];
      if (kind == AbstractTensor::kUnit || sourceType.getDimSize(d) == 1) {
        if (merged == AbstractTensor::kUnit)
          merged = kind;
        continue;
      }
      if (merged >= 0 || (merged == AbstractTensor::kPosition && kind >= 0 && extent != 1))
        return std::nullopt;
      merged = kind;
    }
    t.dims.push_back(merged);
    if (merged == AbstractTensor::kPosition)
      t.positionShape.push_back(extent);
    else if (extent != 1)
      return std::nullopt;
  }
  // An empty list of groups is a scalar reshaped; nothing to do with time.
  return groups.empty() ? std::nullopt : std::optional(t);
}

/// Products, sums and casts without broadcasting along lanes.
std::optional<AbstractTensor> ScanEvaluator::generic(linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumLoops() != op.getNumParallelLoops() || op.hasIndexSemantics())
    return std::nullopt;
  SmallVector<int> loops(op.getNumLoops(), AbstractTensor::kUnit);
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<const AbstractTensor *> inputs;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(operand);
    const AbstractTensor *t = get(operand->get());
    if (!t && !tensorType(operand->get()))
      t = nullptr;
    inputs.push_back(t);
    if (!t)
      return std::nullopt;
    if (t->uniform)
      continue;
    if (!map.isProjectedPermutation())
      return std::nullopt;
    for (auto [kind, expr] : llvm::zip_equal(t->dims, map.getResults())) {
      int &loop = loops[cast<AffineDimExpr>(expr).getPosition()];
      if (kind == AbstractTensor::kUnit)
        continue;
      if (loop != AbstractTensor::kUnit && loop != kind)
        return std::nullopt;
      loop = kind;
    }
  }
  AffineMap outMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!outMap.isPermutation())
    return std::nullopt;
  // Each input that is not uniform must have all lanes; along positions it may be broadcast.
  for (auto [operand, t] : llvm::zip_equal(op.getDpsInputOperands(), inputs)) {
    if (t->uniform)
      continue;
    AffineMap map = op.getMatchingIndexingMap(operand);
    for (auto [l, kind] : llvm::enumerate(loops))
      if (kind >= 0 && !map.isFunctionOfDim(l))
        return std::nullopt;
  }
  AbstractTensor result;
  for (AffineExpr expr : outMap.getResults()) {
    int64_t l = cast<AffineDimExpr>(expr).getPosition();
    result.dims.push_back(loops[l]);
    if (loops[l] == AbstractTensor::kPosition)
      result.positionShape.push_back(extents[l]);
  }
  SmallVector<int64_t> loopIndex(op.getNumLoops(), 0);
  bool ok = true;
  forEachPosition(result.positionShape, [&](ArrayRef<int64_t> outIndex) {
    if (!ok)
      return;
    int64_t p = 0;
    for (AffineExpr expr : outMap.getResults()) {
      int64_t l = cast<AffineDimExpr>(expr).getPosition();
      if (loops[l] == AbstractTensor::kPosition)
        loopIndex[l] = outIndex[p++];
    }
    DenseMap<Value, ScanCell> env;
    for (auto [operand, t] : llvm::zip_equal(op.getDpsInputOperands(), inputs)) {
      SmallVector<int64_t> index;
      if (!t->uniform)
        for (auto [kind, expr] : llvm::zip_equal(t->dims, op.getMatchingIndexingMap(operand).getResults()))
          if (kind == AbstractTensor::kPosition)
            index.push_back(loopIndex[cast<AffineDimExpr>(expr).getPosition()]);
      env[op.getMatchingBlockArgument(operand)] = t->cells[flat(*t, index)];
    }
    for (Operation &inner : op.getBody()->without_terminator()) {
      auto cell = [&](unsigned i) {
        auto it = env.find(inner.getOperand(i));
        if (it != env.end())
          return it->second;
        std::optional<double> c = getSplatValue(inner.getOperand(i));
        return c == 0.0 ? ScanCell::zero() : c == 1.0 ? ScanCell::one() : ScanCell();
      };
      if (isa<arith::MulFOp>(inner))
        env[inner.getResult(0)] = cell(0) * cell(1);
      else if (isa<arith::AddFOp>(inner))
        env[inner.getResult(0)] = cell(0) + cell(1);
      else if (isa<arith::ExtFOp>(inner))
        env[inner.getResult(0)] = cell(0);
      else
        ok = false;
    }
    auto it = env.find(op.getBody()->getTerminator()->getOperand(0));
    if (it == env.end())
      ok = false;
    else
      result.cells.push_back(it->second);
  });
  return ok ? std::optional(result) : std::nullopt;
}
