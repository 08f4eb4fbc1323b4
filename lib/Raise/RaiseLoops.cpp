//===- RaiseLoops.cpp - Loops over time become ssm.scan -----------------------------------------------------------===//
//
// scf.for over tensors, as scan operations of front ends and hand-written modules have them. Every tensor that such a
// loop hands on is written as a * (what it was handed) + b (LinearForm.h); a and b are computed for all iterations at
// once (LoopStacker.h), the recurrence becomes ssm.scan, and with it known in every iteration the rest of the body is
// computed for all iterations, too.
//
//===------------------------------------------------------------------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/LinearForm.h"
#include "lib/Raise/LoopStacker.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/SameElements.h"
#include "lib/Raise/ScanEvaluator.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"

namespace mambac {
#define GEN_PASS_DEF_RAISELOOPS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

static RankedTensorType tensorType(Value value) { return dyn_cast<RankedTensorType>(value.getType()); }

namespace {

/// A tensor that the loop only writes to, one piece an iteration.
struct Output {
  unsigned position;
  tensor::InsertSliceOp insert;
  int64_t dim; ///< along which the pieces lie
  LoopIndex index;
};

/// A tensor that iterations hand on to the next.
struct State {
  unsigned position;
  Value before, after; ///< the block argument, and what is yielded
  Value all;           ///< once solved: `after` over all iterations,
  Value earlier;       ///< and, where the loop's start is an iteration, too, with that in front
  Value last;          ///< the scan's last state
};

class LoopRaiser {
public:
  LoopRaiser(scf::ForOp loop) : loop(loop), b(loop), stacker(loop, b), earlier(loop, b, /*earlier=*/true) {}

  LogicalResult raise();
  std::string reason;
  bool hasScan = false;

private:
  scf::ForOp loop;
  OpBuilder b;
  LoopStacker stacker, earlier;
  SmallVector<Output> outputs;
  SmallVector<State> states;

  LogicalResult fail(const Twine &why) {
    if (reason.empty())
      reason = why.str();
    return failure();
  }
  LogicalResult classify();
  LogicalResult solve(ArrayRef<State *> open, State &state);
  LogicalResult finish(State &state, const LinearForm &form, unsigned which);
  void handOver(State &state);
  LogicalResult solvePair(ArrayRef<State *> open, State &x, State &y);
  LogicalResult complexScan(State &re, State &im, const LinearForm &ofRe, const LinearForm &ofIm, const Coefficient &a,
                            const Coefficient &aImag);
  Value operand(LoopStacker &over, const Coefficient &each, State &state, SmallVectorImpl<AffineMap> &maps);
  Value scan(LoopStacker &over, State &state, const Coefficient &a, const Coefficient &rest, Value init);
  Value write(const Output &output);
  /// From the dimensions of a tensor over all iterations to those of one in an iteration.
  AffineMap perStepMap(int64_t rank) {
    return rank == 0 ? AffineMap::get(1, 0, b.getContext()) : b.getMultiDimIdentityMap(rank + 1).getMinorSubMap(rank);
  }
  Value constant(double value, Type element) {
    Value number = arith::ConstantOp::create(b, loop.getLoc(), b.getFloatAttr(element, value));
    Value empty = tensor::EmptyOp::create(b, loop.getLoc(), ArrayRef<OpFoldResult>(), element);
    return linalg::FillOp::create(b, loop.getLoc(), number, empty).getResult(0);
  }
  /// Rows [first, first + trip) of a tensor with iterations in front.
  Value rows(Value value, int64_t first) {
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loop.getLoc(), value);
    SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0)), strides(sizes.size(), b.getIndexAttr(1));
    offsets[0] = b.getIndexAttr(first);
    sizes[0] = stacker.getTrip();
    return tensor::ExtractSliceOp::create(b, loop.getLoc(), value, offsets, sizes, strides);
  }
};

LogicalResult LoopRaiser::classify() {
  auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
  for (auto [position, argument] : llvm::enumerate(loop.getRegionIterArgs())) {
    if (!tensorType(argument))
      return fail("it hands on something that is no tensor");
    Value next = yield.getOperand(position);
    auto insert = next.getDefiningOp<tensor::InsertSliceOp>();
    if (insert && insert.getDest() == argument && argument.hasOneUse() && next.hasOneUse()) {
      Output output{unsigned(position), insert, -1, {}};
      bool fine = insert.hasUnitStride();
      for (auto [dim, offset] : llvm::enumerate(insert.getMixedOffsets())) {
        auto index = stacker.linear(offset);
        if (!index)
          return fail("the place of a result is not linear in the iteration");
        if (index->factor == 0)
          continue;
        fine &= output.dim < 0 && index->factor > 0;
        output.dim = dim;
        output.index = *index;
      }
      if (fine && output.dim >= 0) {
        auto length = getConstantIntValue(insert.getMixedSizes()[output.dim]);
        if (!length || (*length != 1 && *length != output.index.factor))
          return fail("results of neighbouring iterations overlap or leave gaps");
        outputs.push_back(output);
        continue;
      }
    }
    if (!isa<FloatType>(tensorType(argument).getElementType()))
      return fail("it hands on integers");
    states.push_back({unsigned(position), argument, next, {}, {}});
  }
  return success();
}

/// Whether a map takes every dimension to itself; those of size one may be anywhere.
static bool isIdentity(AffineMap map, RankedTensorType type) {
  for (auto [dim, expr] : llvm::enumerate(map.getResults()))
    if (type.getDimSize(dim) != 1 && expr != getAffineDimExpr(dim, map.getContext()))
      return false;
  return map.getNumDims() == type.getRank();
}

LogicalResult LoopRaiser::solve(ArrayRef<State *> open, State &state) {
  SmallVector<Value> values = llvm::map_to_vector(open, [](State *each) { return each->before; });
  LinearForms forms(loop, values);
  auto form = forms.get(state.after);
  if (!form)
    return fail(forms.reason);
  unsigned which = llvm::find(values, state.before) - values.begin();
  for (auto [position, coefficient] : llvm::enumerate(form->states))
    if (position != which && !coefficient.isZero())
      return fail("two tensors that it hands on depend on each other");
  return finish(state, *form, which);
}

/// An operand of a scan, and its map behind the others.
Value LoopRaiser::operand(LoopStacker &over, const Coefficient &each, State &state, SmallVectorImpl<AffineMap> &maps) {
  auto type = tensorType(state.before);
  int64_t rank = type.getRank();
  if (each.kind != Coefficient::Known) {
    maps.push_back(AffineMap::get(rank + 1, 0, b.getContext()));
    return constant(each.isZero() ? 0 : 1, type.getElementType());
  }
  Value value = over.stack(each.value);
  maps.push_back(over.isStacked(each.value) ? b.getMultiDimIdentityMap(rank + 1) : perStepMap(rank));
  return value;
}

Value LoopRaiser::scan(LoopStacker &over, State &state, const Coefficient &a, const Coefficient &rest, Value init) {
  auto type = tensorType(state.before);
  Location loc = state.after.getLoc();
  AffineMap identity = b.getMultiDimIdentityMap(type.getRank() + 1), perStep = perStepMap(type.getRank());
  SmallVector<AffineMap> maps;
  Value decay = operand(over, a, state, maps), input = decay ? operand(over, rest, state, maps) : Value();
  if (!input) {
    (void)fail(over.reason);
    return {};
  }
  if (init && getSplatValue(init) == 0.0)
    init = Value();
  if (init)
    maps.push_back(perStep);
  maps.push_back(identity);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, loop.getInitArgs()[state.position]);
  SmallVector<Value> outs;
  if (!loop.getResult(state.position).use_empty()) {
    outs.push_back(tensor::EmptyOp::create(b, loc, sizes, type.getElementType()));
    maps.push_back(perStep);
  }
  sizes.insert(sizes.begin(), over.getTrip());
  outs.insert(outs.begin(), tensor::EmptyOp::create(b, loc, sizes, type.getElementType()));
  hasScan = true;
  auto op = ssm::ScanOp::create(b, loc, decay, input, init, outs, maps, 0);
  if (outs.size() > 1) {
    state.last = op->getResult(1);
    if (state.last.getType() != type)
      state.last = tensor::CastOp::create(b, loc, type, state.last);
  }
  return op->getResult(0);
}

LogicalResult LoopRaiser::finish(State &state, const LinearForm &form, unsigned which) {
  const Coefficient &a = form.states[which], &rest = form.rest;
  auto type = tensorType(state.before);
  Value init = loop.getInitArgs()[state.position];
  if (a.isZero()) { // not a recurrence: each iteration hands on what it computes
    if (rest.kind != Coefficient::Known)
      return fail("what is handed on is not linear in what was handed over");
    state.all = stacker.stackWhole(rest.value);
    if (!state.all)
      return fail(stacker.reason);
  } else {
    if (!form.map || !isIdentity(form.map, type))
      return fail("elements change their places when they are handed on");
    // Where the loop starts from what its body would have computed one iteration earlier from nothing, that is an
    // iteration of the scan.
    bool product = rest.isZero();
    Value first = product ? a.value : rest.value;
    if (first && stacker.equalsBefore(first, init)) {
      Value start;
      if (product) {
        Value number = arith::ConstantOp::create(b, loop.getLoc(), b.getFloatAttr(type.getElementType(), 1.0));
        Value empty = tensor::EmptyOp::create(b, loop.getLoc(), tensor::getMixedSizes(b, loop.getLoc(), init),
                                              type.getElementType());
        start = linalg::FillOp::create(b, loop.getLoc(), number, empty).getResult(0);
      }
      state.earlier = scan(earlier, state, a, rest, start);
      if (state.earlier)
        state.all = rows(state.earlier, 1);
    }
    if (!state.all) {
      reason.clear();
      state.all = scan(stacker, state, a, rest, init);
    }
    if (!state.all)
      return failure();
  }
  handOver(state);
  return success();
}

/// What iterations were handed: the start, then what all but the last handed on.
void LoopRaiser::handOver(State &state) {
  auto type = tensorType(state.before);
  Value init = loop.getInitArgs()[state.position];
  Value whole = state.earlier;
  if (!whole) {
    auto groups = SmallVector<ReassociationIndices>();
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      groups.push_back({dim + (dim > 0)});
    SmallVector<int64_t> shape{1};
    llvm::append_range(shape, type.getShape());
    if (!groups.empty())
      groups[0] = {0, 1};
    for (int64_t dim = 1; dim < type.getRank(); ++dim)
      groups[dim] = {dim + 1};
    SmallVector<OpFoldResult> sizes{b.getIndexAttr(1)};
    llvm::append_range(sizes, tensor::getMixedSizes(b, loop.getLoc(), init));
    Value row = tensor::ExpandShapeOp::create(b, loop.getLoc(), RankedTensorType::get(shape, type.getElementType()),
                                              init, groups, sizes);
    whole = tensor::ConcatOp::create(b, loop.getLoc(), 0, ValueRange{row, state.all});
  }
  stacker.set(state.before, rows(whole, 0));
  stacker.set(state.after, state.all);
}

/// Two tensors that depend on each other as the parts of complex numbers do: from (x, y) to (p x - q y, q x + p y).
LogicalResult LoopRaiser::solvePair(ArrayRef<State *> open, State &x, State &y) {
  SmallVector<Value> values = llvm::map_to_vector(open, [](State *each) { return each->before; });
  auto type = tensorType(x.before);
  if (type != tensorType(y.before))
    return failure();
  LinearForms forms(loop, values);
  std::optional<LinearForm> rows[2] = {forms.get(x.after), forms.get(y.after)};
  auto placeOf = [&](State &state) -> unsigned { return llvm::find(values, state.before) - values.begin(); };
  const unsigned place[2] = {placeOf(x), placeOf(y)};
  AffineMap identity = b.getMultiDimIdentityMap(type.getRank()), scalar = AffineMap::get(type.getRank(), 0, b.getContext());
  for (auto &row : rows) {
    if (!row || !row->map || !isIdentity(row->map, type))
      return failure();
    for (auto [position, coefficient] : llvm::enumerate(row->states))
      if (position != place[0] && position != place[1] && !coefficient.isZero())
        return failure();
  }
  OpBuilder::InsertionGuard guard(b);
  auto isMultipleOf = [&](const Coefficient &c, const Coefficient &d, double sign) {
    auto value = [&](const Coefficient &each) {
      return each.kind == Coefficient::Known ? each.value : constant(each.isZero() ? 0 : 1, type.getElementType());
    };
    auto map = [&](const Coefficient &each) { return each.kind == Coefficient::Known ? identity : scalar; };
    return isMultiple(value(c), map(c), value(d), map(d), loop.getInitArgs()[x.position], {}, sign);
  };
  const Coefficient &ofX = rows[0]->states[place[1]], &ofY = rows[1]->states[place[0]];
  if (ofX.isZero() || ofY.isZero() || !isMultipleOf(rows[0]->states[place[0]], rows[1]->states[place[1]], 1) ||
      !isMultipleOf(ofX, ofY, -1))
    return failure();
  // The real part is the one from which something is subtracted.
  bool swapped = ofY.kind == Coefficient::Known && isNegation(ofY.value) && !(ofX.value && isNegation(ofX.value));
  const Coefficient &own = rows[0]->states[place[0]];
  return swapped ? complexScan(y, x, *rows[1], *rows[0], own, ofX) : complexScan(x, y, *rows[0], *rows[1], own, ofY);
}

LogicalResult LoopRaiser::complexScan(State &re, State &im, const LinearForm &ofRe, const LinearForm &ofIm,
                                      const Coefficient &a, const Coefficient &aImag) {
  auto type = tensorType(re.before);
  Location loc = re.after.getLoc();
  AffineMap identity = b.getMultiDimIdentityMap(type.getRank() + 1), perStep = perStepMap(type.getRank());
  SmallVector<AffineMap> maps;
  Value decays[2], inputs[2], inits[2];
  for (unsigned part : {0u, 1u}) {
    State &state = part ? im : re;
    decays[part] = operand(stacker, part ? aImag : a, state, maps);
    inputs[part] = operand(stacker, part ? ofIm.rest : ofRe.rest, state, maps);
    if (!decays[part] || !inputs[part])
      return fail(stacker.reason);
    inits[part] = loop.getInitArgs()[state.position];
    if (getSplatValue(inits[part]) == 0.0)
      inits[part] = Value();
    else
      maps.push_back(perStep);
  }
  SmallVector<Value> outs;
  for (bool final : {false, true})
    for (State *state : {&re, &im}) {
      SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, loop.getInitArgs()[state->position]);
      if (!final)
        sizes.insert(sizes.begin(), stacker.getTrip());
      outs.push_back(tensor::EmptyOp::create(b, loc, sizes, type.getElementType()));
      maps.push_back(final ? perStep : identity);
    }
  hasScan = true;
  auto op = ssm::ScanOp::create(b, loc, decays[0], inputs[0], inits[0], decays[1], inputs[1], inits[1], outs, maps, 0);
  for (unsigned part : {0u, 1u}) {
    State &state = part ? im : re;
    state.all = op->getResult(part);
    state.last = op->getResult(2 + part);
    if (state.last.getType() != type)
      state.last = tensor::CastOp::create(b, loc, type, state.last);
    handOver(state);
  }
  return success();
}

Value LoopRaiser::write(const Output &output) {
  tensor::InsertSliceOp insert = output.insert;
  Value into = loop.getInitArgs()[output.position];
  OpFoldResult offset = output.index.offset, count = stacker.getTrip();
  // The iteration before the first belongs to the result where the destination begins with what it would have written.
  Value pieces;
  auto begun = into.getDefiningOp<tensor::InsertSliceOp>();
  for (const State &state : states) {
    if (!begun || !state.earlier || insert.getSource() != state.after ||
        begun.getSource() != loop.getInitArgs()[state.position] || !begun.hasUnitStride())
      continue;
    OpFoldResult before = affine::makeComposedFoldedAffineApply(
        b, loop.getLoc(), b.getAffineSymbolExpr(0) - output.index.factor, {offset});
    bool same = true;
    for (int64_t dim = 0; dim < insert.getDestType().getRank(); ++dim) {
      same &= isEqualConstantIntOrValue(dim == output.dim ? before : insert.getMixedOffsets()[dim],
                                        begun.getMixedOffsets()[dim]);
      same &= isEqualConstantIntOrValue(insert.getMixedSizes()[dim], begun.getMixedSizes()[dim]);
    }
    if (!same)
      continue;
    pieces = state.earlier;
    into = begun.getDest();
    offset = before;
    count = earlier.getTrip();
  }
  if (!pieces)
    pieces = stacker.stackWhole(insert.getSource());
  if (!pieces) {
    (void)fail(stacker.reason);
    return {};
  }
  Value whole = stacker.joined(insert, pieces, output.dim);
  SmallVector<OpFoldResult> offsets = insert.getMixedOffsets(), sizes = insert.getMixedSizes(),
                            strides = insert.getMixedStrides();
  int64_t length = *getConstantIntValue(sizes[output.dim]);
  offsets[output.dim] = offset;
  sizes[output.dim] = affine::makeComposedFoldedAffineApply(b, loop.getLoc(), b.getAffineSymbolExpr(0) * length,
                                                            {count});
  if (length == 1)
    strides[output.dim] = b.getIndexAttr(output.index.factor);
  for (SmallVector<OpFoldResult> *list : {&offsets, &sizes})
    for (OpFoldResult each : *list)
      if (auto value = dyn_cast<Value>(each); value && !stacker.isInvariant(value)) {
        (void)fail("the place of a result depends on the iteration");
        return {};
      }
  bool all = true;
  for (int64_t dim = 0; dim < insert.getDestType().getRank(); ++dim)
    all &= isConstantIntValue(offsets[dim], 0) && isConstantIntValue(strides[dim], 1) &&
           isWholeDim(into, dim, sizes[dim]);
  if (!all)
    return tensor::InsertSliceOp::create(b, loop.getLoc(), whole, into, offsets, sizes, strides);
  if (whole.getType() != into.getType())
    whole = tensor::CastOp::create(b, loop.getLoc(), into.getType(), whole);
  return whole;
}

LogicalResult LoopRaiser::raise() {
  auto step = getConstantIntValue(loop.getStep());
  if (!step || *step < 1)
    return fail("its step is not a constant");
  if (failed(classify()))
    return failure();
  // Only what is used outside, and what that needs, is computed.
  auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
  llvm::SmallDenseSet<unsigned> needed;
  for (OpResult result : loop.getResults())
    if (!result.use_empty())
      needed.insert(result.getResultNumber());
  for (size_t before = 0; before != needed.size();) {
    before = needed.size();
    SmallVector<Value> wanted;
    for (unsigned position : needed)
      wanted.push_back(yield.getOperand(position));
    for (State &state : states)
      if (!needed.contains(state.position)) {
        LinearForms forms(loop, {state.before});
        if (llvm::any_of(wanted, [&](Value value) { return forms.depends(value); }))
          needed.insert(state.position);
      }
  }
  SmallVector<State *> open;
  for (State &state : states)
    if (needed.contains(state.position))
      open.push_back(&state);
  while (!open.empty()) {
    std::string why;
    bool progress = false;
    for (State *state : SmallVector<State *>(open)) {
      reason.clear();
      if (succeeded(solve(open, *state))) {
        llvm::erase(open, state);
        progress = true;
      } else if (why.empty()) {
        why = reason;
      }
    }
    for (unsigned x = 0; x < open.size() && !progress; ++x)
      for (unsigned y = x + 1; y < open.size() && !progress; ++y) {
        State *re = open[x], *im = open[y];
        if (failed(solvePair(open, *re, *im)))
          continue;
        llvm::erase(open, re);
        llvm::erase(open, im);
        progress = true;
      }
    if (!progress) {
      reason = why;
      return failure();
    }
  }
  reason.clear();
  SmallVector<std::pair<unsigned, Value>> results;
  for (const Output &output : outputs)
    if (needed.contains(output.position)) {
      Value value = write(output);
      if (!value)
        return failure();
      results.push_back({output.position, value});
    }
  for (const State &state : states)
    if (!loop.getResult(state.position).use_empty()) {
      // The last one; the start where there is no iteration.
      Value init = loop.getInitArgs()[state.position];
      Location loc = loop.getLoc();
      if (state.last) {
        results.push_back({state.position, state.last});
        continue;
      }
      auto trip = getConstantIntValue(stacker.getTrip());
      SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, init), offsets(sizes.size(), b.getIndexAttr(0)),
                                strides(sizes.size() + 1, b.getIndexAttr(1));
      sizes.insert(sizes.begin(), b.getIndexAttr(1));
      Value from = state.all;
      OpFoldResult last;
      if (trip && *trip > 0) {
        last = b.getIndexAttr(*trip - 1);
      } else {
        SmallVector<int64_t> shape{1};
        llvm::append_range(shape, tensorType(init).getShape());
        SmallVector<ReassociationIndices> groups;
        for (int64_t dim = 0; dim < tensorType(init).getRank(); ++dim)
          groups.push_back(dim == 0 ? ReassociationIndices{0, 1} : ReassociationIndices{dim + 1});
        Value row = tensor::ExpandShapeOp::create(
            b, loc, RankedTensorType::get(shape, tensorType(init).getElementType()), init, groups, sizes);
        from = tensor::ConcatOp::create(b, loc, 0, ValueRange{row, state.all});
        last = stacker.getTrip();
      }
      offsets.insert(offsets.begin(), last);
      results.push_back({state.position, tensor::ExtractSliceOp::create(b, loc, tensorType(init), from, offsets, sizes,
                                                                        strides)});
    }
  for (auto [position, value] : results)
    loop.getResult(position).replaceAllUsesWith(value);
  return success();
}

struct RaiseLoopsPass : mambac::impl::RaiseLoopsBase<RaiseLoopsPass> {
  void runOnOperation() override {
    SmallVector<scf::ForOp> loops;
    getOperation().walk<WalkOrder::PostOrder>([&](scf::ForOp loop) { loops.push_back(loop); });
    IRRewriter rewriter(&getContext());
    bool changed = false;
    for (scf::ForOp loop : loops) {
      if (loop.getNumResults() == 0 || loop->getParentOfType<linalg::LinalgOp>())
        continue;
      SmallVector<linalg::LinalgOp> named;
      loop.walk([&](linalg::LinalgOp op) {
        if (!isa<linalg::GenericOp, linalg::FillOp>(op))
          named.push_back(op);
      });
      for (linalg::LinalgOp op : named) {
        rewriter.setInsertionPoint(op);
        (void)linalg::generalizeNamedOp(rewriter, op);
      }
      moveLoopInvariantCode(loop);
      LoopRaiser raiser(loop);
      if (failed(raiser.raise())) {
        ++numDeclined;
        remarkDeclined(loop.getResult(0), "ssm.scan", raiser.reason);
        continue;
      }
      ++numFound;
      changed = true;
      remarkFound(loop.getLoc(), raiser.hasScan ? "ssm.scan" : "a loop without recurrence");
      loop.erase();
    }
    if (!changed)
      return;
    // Coefficients were computed by copies of whole bodies.
    RewritePatternSet patterns(&getContext());
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
