//===- LowerLinalg.cpp - linalg on memrefs to parallel loops over vectors -------------------------------------===//
//
// Each linalg op becomes one scf.parallel over groups of rows (the points of its parallel dimensions), with a loop over
// vectors along one dimension inside: a parallel dimension that lies contiguous in memory, or else a reduction that
// does. Reductions accumulate in registers. How many rows a group has depends on sizes alone, never on threads.
// Indices that come from data are checked, reported and clamped. memref.copy is such an op too. In row fusions, elementwise
// operations first join the sum behind them (MergeIntoReductions.h).
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/ArgExtremum.h"
#include "lib/CPU/GenericBody.h"
#include "lib/CPU/MergeIntoReductions.h"
#include "lib/CPU/Passes.h"
#include "lib/Schedule/Target.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace mambac {
#define GEN_PASS_DEF_LOWERLINALGPASS
#include "lib/CPU/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using mambac::GenericBody;

namespace {

class Lowering {
public:
  /// `grain`: points of the inner loops that a parallel work item should have at least. `sumVectors`: of a reduction.
  Lowering(linalg::LinalgOp op, int64_t lanes, int64_t grain, int64_t sumVectors)
      : op(op), b(op), loc(op.getLoc()), body(op), extremum(mambac::ArgExtremum::match(op)), lanes(lanes), grain(grain),
        sumVectors(sumVectors) {}

  void run() {
    for (Range range : op.createLoopRanges(b, loc))
      sizes.push_back(getValueOrCreateConstantIndexOp(b, loc, range.size));
    SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
    choose(iterators);
    for (unsigned d = 0; d < iterators.size(); ++d)
      if (d != dim)
        (iterators[d] == utils::IteratorType::parallel ? rows : reductions).push_back(d);
    along = sizes.empty() || iterators[dim] == utils::IteratorType::parallel;
    if (sizes.empty())
      return point();
    parallelRows();
  }

private:
  Value constant(int64_t value) { return constant(b, value); }
  Value constant(OpBuilder &at, int64_t value) { return arith::ConstantIndexOp::create(at, loc, value); }

  /// The dimension of the innermost loop, and how many points of it are one vector.
  void choose(ArrayRef<utils::IteratorType> iterators) {
    unsigned rank = iterators.size();
    auto ranges = op.getStaticLoopRanges();
    auto wide = [&](unsigned d) { return ShapedType::isDynamic(ranges[d]) || ranges[d] >= 4; };
    auto pick = [&](unsigned d, int64_t n) {
      dim = d;
      vectorLanes = n;
      // A static size below a vector's: the largest power of two that fits.
      if (!ShapedType::isDynamic(ranges[d]))
        while (vectorLanes > ranges[d])
          vectorLanes /= 2;
    };
    for (bool strided : {false, true}) {
      for (int64_t d = int64_t(rank) - 1; d >= 0; --d)
        if (iterators[d] == utils::IteratorType::parallel && wide(d) && body.canVectorize(d, strided))
          return pick(d, lanes);
      // Reductions: wide vectors give several independent chains of sums.
      for (int64_t d = int64_t(rank) - 1; d >= 0; --d)
        if (iterators[d] == utils::IteratorType::reduction && wide(d) && (body.hasCombiners() || extremum) &&
            body.canVectorize(d, strided))
          return pick(d, strided ? lanes : chains() * lanes);
    }
    dim = rank ? rank - 1 : 0;
    vectorLanes = 0;
  }

  /// Vectors that a reduction runs in side by side, until one step has ended when its next begins.
  int64_t chains() const {
    if (!extremum)
      return body.hasExtrema() ? 8 : sumVectors;
    // A step is two comparisons and two selects. 8 elements and their places are half of the registers of AVX-512, and
    // would be all of AVX2.
    int64_t vectors = lanes >= 16 ? 8 : 4;
    return extremum->element.getType().getIntOrFloatBitWidth() > 32 ? vectors / 2 : vectors;
  }

  /// An op without loops.
  void point() {
    body.emitInvariant(b, {}, 0, {});
    SmallVector<Value> accumulators;
    for (unsigned i = 0; i < body.numOutputs(); ++i)
      accumulators.push_back(body.readsOutput(i) ? body.loadOutput(b, i, {}, 0) : Value());
    for (auto [i, value] : llvm::enumerate(body.emit(b, {}, 0, accumulators)))
      body.storeOutput(b, i, value, {}, 0);
  }

  void parallelRows() {
    Value one = constant(1), zero = constant(0);
    Value count = one, cost = one;
    for (unsigned d : rows)
      count = arith::MulIOp::create(b, loc, count, sizes[d]);
    for (unsigned d = 0; d < sizes.size(); ++d)
      if (!llvm::is_contained(rows, d))
        cost = arith::MulIOp::create(b, loc, cost, sizes[d]);
    if (op->getParentOfType<scf::ParallelOp>())
      return sequentialRows(b, SmallVector<Value>(sizes.size()), 0);
    if (rows.empty() && along && reductions.empty())
      return splitOneRow();
    if (int64_t pieces = piecesOfExtremum())
      return splitExtremum(pieces);
    // rows of one item = max(1, grain / cost)
    Value perItem = arith::DivUIOp::create(b, loc, constant(grain), arith::MaxUIOp::create(b, loc, cost, one));
    perItem = arith::MaxUIOp::create(b, loc, perItem, one);
    Value items = arith::CeilDivUIOp::create(b, loc, count, perItem);
    scf::ParallelOp::create(
        b, loc, ValueRange{zero}, ValueRange{items}, ValueRange{one}, [&](OpBuilder &at, Location, ValueRange ivs) {
          Value begin = arith::MulIOp::create(at, loc, ivs[0], perItem);
          Value end = arith::MinUIOp::create(at, loc, count, arith::AddIOp::create(at, loc, begin, perItem));
          auto loop = scf::ForOp::create(at, loc, begin, end, one);
          OpBuilder inner = OpBuilder::atBlockBegin(loop.getBody());
          SmallVector<Value> point = pointOf(inner, loop.getInductionVar()), later;
          if (int64_t distance = rowsAhead()) {
            Value next = arith::AddIOp::create(inner, loc, loop.getInductionVar(), constant(inner, distance));
            Value last = arith::SubIOp::create(inner, loc, count, constant(inner, 1));
            later = pointOf(inner, arith::MinUIOp::create(inner, loc, next, last));
          }
          row(inner, point, constant(inner, 0), sizes[dim], later);
        });
  }

  /// The dimensions of a row of that number; those inside of rows are null.
  SmallVector<Value> pointOf(OpBuilder &at, Value number) {
    SmallVector<Value> point(sizes.size());
    for (unsigned i = rows.size(); i-- > 0;) {
      unsigned d = rows[i];
      if (i == 0) {
        point[d] = number;
        break;
      }
      point[d] = arith::RemUIOp::create(at, loc, number, sizes[d]);
      number = arith::DivUIOp::create(at, loc, number, sizes[d]);
    }
    return point;
  }

  /// How many rows ahead a gather's rows are prefetched: hardware knows neither where the next one begins, nor looks past
  /// pages. Of short rows the addresses would be most of the work. 0: not.
  int64_t rowsAhead() {
    constexpr int64_t shortest = 256, distance = 4096; // bytes
    int64_t size = dim < op.getNumLoops() ? op.getStaticLoopRanges()[dim] : 0;
    if (!vectorLanes || !along || !reductions.empty() || rows.empty() || !body.readsChosenRows(dim))
      return 0;
    Type element = getElementTypeOrSelf(op.getDpsInits()[0].getType());
    int64_t bytes = ShapedType::isDynamic(size) ? distance : size * llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
    return bytes < shortest ? 0 : llvm::divideCeil(distance, bytes);
  }

  /// Inside of a loop over rows that is parallel itself.
  void sequentialRows(OpBuilder &at, SmallVector<Value> point, size_t level) {
    if (level == rows.size())
      return row(at, point, constant(at, 0), sizes[dim]);
    auto loop = scf::ForOp::create(at, loc, constant(at, 0), sizes[rows[level]], constant(at, 1));
    OpBuilder inner = OpBuilder::atBlockBegin(loop.getBody());
    point[rows[level]] = loop.getInductionVar();
    sequentialRows(inner, point, level + 1);
  }

  /// One dimension, all parallel: items are pieces of it.
  void splitOneRow() {
    Value one = constant(1), zero = constant(0), piece = constant(grain);
    Value items = arith::CeilDivUIOp::create(b, loc, sizes[dim], piece);
    scf::ParallelOp::create(b, loc, ValueRange{zero}, ValueRange{items}, ValueRange{one},
                            [&](OpBuilder &at, Location, ValueRange ivs) {
                              Value begin = arith::MulIOp::create(at, loc, ivs[0], piece);
                              Value end = arith::AddIOp::create(at, loc, begin, piece);
                              end = arith::MinUIOp::create(at, loc, end, sizes[dim]);
                              row(at, SmallVector<Value>(sizes.size()), begin, end);
                            });
  }

  /// Points of a long row that one work item looks through for an extremum.
  int64_t pieceOfExtremum() const { return llvm::alignTo(2 * grain, std::max<int64_t>(vectorLanes, 1)); }

  /// In how many pieces to look for an extremum where there are few rows, and long ones; 0: whole rows are work items.
  int64_t piecesOfExtremum() {
    constexpr int64_t many = 16;
    if (!extremum || along || !vectorLanes)
      return 0;
    int64_t count = 1;
    SmallVector<int64_t> ranges = op.getStaticLoopRanges();
    for (unsigned d : rows) {
      if (ShapedType::isDynamic(ranges[d]) || ranges[d] >= many || (count *= ranges[d]) >= many)
        return 0;
    }
    bool isLong = !ShapedType::isDynamic(ranges[dim]) && ranges[dim] > pieceOfExtremum();
    return isLong ? llvm::divideCeil(ranges[dim], pieceOfExtremum()) : 0;
  }

  /// Work items are pieces of rows; then the best of each row's pieces is found, in their order: of equal ones the first,
  /// as in one piece.
  void splitExtremum(int64_t pieces) {
    Value zero = constant(0), one = constant(1), count = one;
    for (unsigned d : rows)
      count = arith::MulIOp::create(b, loc, count, sizes[d]);
    int64_t known = 1;
    for (unsigned d : rows)
      known *= op.getStaticLoopRanges()[d];
    SmallVector<Value> found;
    for (Value init : op.getDpsInits())
      found.push_back(memref::AllocOp::create(b, loc, MemRefType::get({known, pieces}, getElementTypeOrSelf(init.getType())),
                                              b.getI64IntegerAttr(64)));
    Value items = arith::MulIOp::create(b, loc, count, constant(pieces));
    scf::ParallelOp::create(
        b, loc, ValueRange{zero}, ValueRange{items}, ValueRange{one}, [&](OpBuilder &at, Location, ValueRange ivs) {
          Value number = arith::DivUIOp::create(at, loc, ivs[0], constant(at, pieces));
          Value piece = arith::RemUIOp::create(at, loc, ivs[0], constant(at, pieces));
          Value begin = arith::MulIOp::create(at, loc, piece, constant(at, pieceOfExtremum()));
          Value end = arith::AddIOp::create(at, loc, begin, constant(at, pieceOfExtremum()));
          end = arith::MinUIOp::create(at, loc, end, sizes[dim]);
          keep = [&](OpBuilder &where, ArrayRef<Value> values) {
            for (auto [value, buffer] : llvm::zip(values, found))
              memref::StoreOp::create(where, loc, value, buffer, ValueRange{number, piece});
          };
          row(at, pointOf(at, number), begin, end);
          keep = nullptr;
        });
    auto each = scf::ForOp::create(b, loc, zero, count, one);
    OpBuilder at = OpBuilder::atBlockBegin(each.getBody());
    Value number = each.getInductionVar();
    auto load = [&](OpBuilder &where, Value piece) {
      SmallVector<Value> values;
      for (Value buffer : found)
        values.push_back(memref::LoadOp::create(where, loc, buffer, ValueRange{number, piece}));
      return values;
    };
    auto loop = scf::ForOp::create(at, loc, one, constant(at, pieces), one, load(at, zero));
    OpBuilder inner = OpBuilder::atBlockBegin(loop.getBody());
    SmallVector<Value> next = load(inner, loop.getInductionVar()), best;
    Value takes = extremum->isBetter(inner, loc, next[extremum->best], loop.getRegionIterArg(extremum->best));
    for (auto [value, old] : llvm::zip(next, loop.getRegionIterArgs()))
      best.push_back(arith::SelectOp::create(inner, loc, takes, value, old));
    scf::YieldOp::create(inner, loc, best);
    SmallVector<Value> point = pointOf(at, number);
    for (Value &value : point)
      value = value ? value : zero;
    for (auto [i, value] : llvm::enumerate(loop.getResults()))
      body.storeOutput(at, i, value, point, 0);
  }

  /// The points [begin, end) of `dim` in one row. `later`: another row, to be prefetched for.
  void row(OpBuilder &at, SmallVector<Value> point, Value begin, Value end, SmallVector<Value> later = {}) {
    SmallVector<Value> known = point;
    for (SmallVector<Value> *values : {&known, &later})
      for (Value &value : *values)
        if (!value)
          value = constant(at, 0); // not read: what depends on these dimensions is not invariant
    body.emitInvariant(at, known, dim, reductions);
    if (!later.empty())
      body.emitAhead(at, later);
    Value one = constant(at, 1);
    Value split = begin;
    if (vectorLanes) {
      Value step = constant(at, vectorLanes);
      Value span = arith::SubIOp::create(at, loc, end, begin);
      Value whole = arith::SubIOp::create(at, loc, span, arith::RemUIOp::create(at, loc, span, step));
      split = arith::AddIOp::create(at, loc, begin, whole);
    }
    if (along) {
      if (vectorLanes)
        piece(at, known, begin, split, vectorLanes);
      piece(at, known, split, end, 0);
      return;
    }
    reduceRow(at, known, begin, split, end, one);
  }

  /// Steps along a parallel dimension; reductions run inside each step.
  void piece(OpBuilder &at, SmallVector<Value> point, Value begin, Value end, int64_t n) {
    auto loop = scf::ForOp::create(at, loc, begin, end, constant(at, n ? n : 1));
    OpBuilder inner = OpBuilder::atBlockBegin(loop.getBody());
    point[dim] = loop.getInductionVar();
    SmallVector<Value> accumulators;
    for (unsigned i = 0; i < body.numOutputs(); ++i) {
      bool needed = body.readsOutput(i) || !reductions.empty();
      Value value = needed ? body.loadOutput(inner, i, point, n) : Value();
      if (value && n && !isa<VectorType>(value.getType()))
        value = vector::BroadcastOp::create(inner, loc, VectorType::get({n}, value.getType()), value);
      accumulators.push_back(value);
    }
    SmallVector<Value> results = nest(inner, point, 0, n, accumulators);
    for (auto [i, value] : llvm::enumerate(results))
      body.storeOutput(inner, i, value, point, n);
  }

  /// Loops over reductions [level, ...) with accumulators in registers.
  SmallVector<Value> nest(OpBuilder &at, SmallVector<Value> point, size_t level, int64_t n,
                          SmallVector<Value> accumulators) {
    if (level == reductions.size())
      return body.emit(at, point, n, accumulators);
    unsigned d = reductions[level];
    auto loop = scf::ForOp::create(at, loc, constant(at, 0), sizes[d], constant(at, 1), accumulators);
    OpBuilder inner = OpBuilder::atBlockBegin(loop.getBody());
    point[d] = loop.getInductionVar();
    SmallVector<Value> results = nest(inner, point, level + 1, n, llvm::to_vector_of<Value>(loop.getRegionIterArgs()));
    inner.setInsertionPointToEnd(loop.getBody());
    scf::YieldOp::create(inner, loc, results);
    return llvm::to_vector_of<Value>(loop.getResults());
  }

  /// The innermost loop is a reduction: vectors of partial sums, then the rest one by one.
  void reduceRow(OpBuilder &at, SmallVector<Value> point, Value begin, Value split, Value end, Value one) {
    // Values for each point, which are stored on the way, have no accumulators.
    SmallVector<unsigned> summed, stored;
    for (unsigned i = 0; i < body.numOutputs(); ++i)
      (body.isStored(i) ? stored : summed).push_back(i);
    SmallVector<Value> scalars;
    for (unsigned i : summed)
      scalars.push_back(body.loadOutput(at, i, point, 0));
    unsigned vectorDim = dim;
    auto step = [&](OpBuilder &inner, int64_t n, ValueRange carried) {
      SmallVector<Value> accumulators(body.numOutputs()), sums;
      for (auto [i, value] : llvm::zip(summed, carried))
        accumulators[i] = value;
      SmallVector<Value> values = body.emit(inner, point, n, accumulators);
      for (unsigned i : stored)
        body.storeOutput(inner, i, values[i], point, n);
      for (unsigned i : summed)
        sums.push_back(values[i]);
      return sums;
    };
    auto run = [&](Value from, Value to, int64_t n, SmallVector<Value> accumulators) {
      // The other reductions are outside, this dimension innermost.
      std::function<SmallVector<Value>(OpBuilder &, size_t, SmallVector<Value>)> loops =
          [&](OpBuilder &where, size_t level, SmallVector<Value> values) -> SmallVector<Value> {
        bool last = level == reductions.size();
        auto loop = last ? scf::ForOp::create(where, loc, from, to, constant(where, n ? n : 1), values)
                         : scf::ForOp::create(where, loc, constant(where, 0), sizes[reductions[level]], one, values);
        OpBuilder inner = OpBuilder::atBlockBegin(loop.getBody());
        point[last ? vectorDim : reductions[level]] = loop.getInductionVar();
        SmallVector<Value> carried = llvm::to_vector_of<Value>(loop.getRegionIterArgs());
        SmallVector<Value> results = last ? step(inner, n, carried) : loops(inner, level + 1, carried);
        inner.setInsertionPointToEnd(loop.getBody());
        scf::YieldOp::create(inner, loc, results);
        return llvm::to_vector_of<Value>(loop.getResults());
      };
      return loops(at, 0, accumulators);
    };
    SmallVector<Value> base = point;
    if (vectorLanes && extremum) {
      split = extremum->reduceVectors(at, body, point, begin, split, end, lanes, vectorLanes, scalars);
    } else if (vectorLanes) {
      SmallVector<Value> partial;
      for (unsigned i : summed)
        partial.push_back(body.neutral(at, i, vectorLanes));
      partial = run(begin, split, vectorLanes, partial);
      for (auto [k, value] : llvm::enumerate(partial))
        scalars[k] = body.reduce(at, summed[k], value, scalars[k]);
    }
    scalars = run(split, end, 0, scalars);
    if (keep)
      return keep(at, scalars);
    for (auto [i, value] : llvm::zip(summed, scalars))
      body.storeOutput(at, i, value, base, 0);
  }

  linalg::LinalgOp op;
  OpBuilder b;
  Location loc;
  GenericBody body;
  std::optional<mambac::ArgExtremum> extremum; ///< if the op is one
  std::function<void(OpBuilder &, ArrayRef<Value>)> keep; ///< what a row was reduced to; null: that is the output
  int64_t lanes, grain, sumVectors, vectorLanes = 0;
  unsigned dim = 0;   ///< of the innermost loop
  bool along = true;  ///< `dim` is parallel
  SmallVector<unsigned> rows, reductions; ///< the other dimensions
  SmallVector<Value> sizes;
};

/// memref.copy as an identity generic.
void copyToGeneric(memref::CopyOp copy) {
  OpBuilder b(copy);
  int64_t rank = cast<MemRefType>(copy.getTarget().getType()).getRank();
  SmallVector<AffineMap> maps(2, b.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  linalg::GenericOp::create(b, copy.getLoc(), copy.getSource(), copy.getTarget(), maps, iterators,
                            [](OpBuilder &nested, Location loc, ValueRange args) {
                              linalg::YieldOp::create(nested, loc, args[0]);
                            });
  copy.erase();
}

/// An elementwise op on whole contiguous buffers becomes one over a single dimension.
linalg::LinalgOp flatten(linalg::LinalgOp op) {
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  if (!generic || op.getNumLoops() < 2 || op.getNumReductionLoops() || op.hasIndexSemantics())
    return op;
  bool gathers = false;
  generic.walk([&](memref::LoadOp) { gathers = true; });
  if (gathers)
    return op;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type)
      continue;
    if (!op.getMatchingIndexingMap(&operand).isIdentity() || !type.getLayout().isIdentity())
      return op;
  }
  OpBuilder b(op);
  ReassociationIndices all;
  for (unsigned d = 0; d < op.getNumLoops(); ++d)
    all.push_back(d);
  SmallVector<Value> inputs, outputs;
  SmallVector<AffineMap> maps;
  for (OpOperand &operand : op->getOpOperands()) {
    bool buffer = isa<MemRefType>(operand.get().getType());
    Value value = operand.get();
    if (buffer)
      value = memref::CollapseShapeOp::create(b, op.getLoc(), value, ArrayRef<ReassociationIndices>{all});
    (op.isDpsInit(&operand) ? outputs : inputs).push_back(value);
    maps.push_back(buffer ? b.getMultiDimIdentityMap(1) : AffineMap::get(1, 0, b.getContext()));
  }
  SmallVector<utils::IteratorType> iterators{utils::IteratorType::parallel};
  auto flat = linalg::GenericOp::create(b, op.getLoc(), inputs, outputs, maps, iterators);
  flat.getRegion().takeBody(generic.getRegion());
  op->erase();
  return flat;
}

struct LowerLinalgPass : mambac::impl::LowerLinalgPassBase<LowerLinalgPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (grain < 1 || grain > int64_t(1) << 40)
      return emitError(UnknownLoc::get(context)) << "mambac-lower-linalg: grain has to be from 1 to 2^40, not " << int64_t(grain);
    if (sumVectors < 1 || sumVectors > 8 || !llvm::isPowerOf2_64(uint64_t(sumVectors)))
      return emitError(UnknownLoc::get(context)) << "mambac-lower-linalg: sum-vectors has to be 1, 2, 4 or 8, not "
             << int64_t(sumVectors);
    return success();
  }

  void runOnOperation() override {
    int64_t lanes = mambac::Target::get(getOperation()).lanes();
    SmallVector<memref::CopyOp> copies;
    getOperation().walk([&](memref::CopyOp copy) { copies.push_back(copy); });
    for (memref::CopyOp copy : copies)
      copyToGeneric(copy);
    SmallVector<linalg::GenericOp> reductions;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.getNumReductionLoops())
        reductions.push_back(op);
    });
    for (linalg::GenericOp reduction : reductions)
      mambac::mergeIntoReduction(reduction, sumVectors * lanes);
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    for (linalg::LinalgOp op : ops) {
      if (!op.hasPureBufferSemantics()) {
        op.emitError("linalg on tensors cannot be lowered to loops: schedule the module first");
        return signalPassFailure();
      }
      op = flatten(op);
      Lowering(op, lanes, grain, sumVectors).run();
      op->erase();
    }
  }
};

} // namespace
