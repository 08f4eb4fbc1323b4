//===- ArgExtremum.cpp - Reductions to an extremum and its place ----------------------------------------------===//
//
// See ArgExtremum.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/ArgExtremum.h"
#include "lib/CPU/GenericBody.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mambac;

/// Strict comparisons: of equal elements the first one stays.
static bool isStrict(Operation *op) {
  if (auto cmp = dyn_cast<arith::CmpFOp>(op))
    switch (cmp.getPredicate()) {
    case arith::CmpFPredicate::OGT:
    case arith::CmpFPredicate::OLT:
    case arith::CmpFPredicate::UGT:
    case arith::CmpFPredicate::ULT:
      return true;
    default:
      return false;
    }
  if (auto cmp = dyn_cast<arith::CmpIOp>(op))
    switch (cmp.getPredicate()) {
    case arith::CmpIPredicate::sgt:
    case arith::CmpIPredicate::slt:
    case arith::CmpIPredicate::ugt:
    case arith::CmpIPredicate::ult:
      return true;
    default:
      return false;
    }
  return false;
}

/// True for NaN, too, which never goes again unless the best is asked whether it is a number.
static bool takesNaN(Operation *op) {
  auto cmp = dyn_cast<arith::CmpFOp>(op);
  return cmp && (cmp.getPredicate() == arith::CmpFPredicate::UGT || cmp.getPredicate() == arith::CmpFPredicate::ULT);
}

static bool asksForNumber(Operation *op, Value best) {
  auto cmp = dyn_cast<arith::CmpFOp>(op);
  return cmp && cmp.getPredicate() == arith::CmpFPredicate::ORD && cmp.getLhs() == best && cmp.getRhs() == best;
}

std::optional<ArgExtremum> ArgExtremum::match(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 2 || op.getNumReductionLoops() != 1)
    return std::nullopt;
  Block *block = op.getBlock();
  Operation *yield = block->getTerminator();
  for (unsigned best : {0u, 1u}) {
    ArgExtremum found;
    found.best = best;
    found.place = 1 - best;
    Value bestArg = op.getRegionOutputArgs()[found.best], placeArg = op.getRegionOutputArgs()[found.place];
    auto value = yield->getOperand(found.best).getDefiningOp<arith::SelectOp>();
    auto place = yield->getOperand(found.place).getDefiningOp<arith::SelectOp>();
    if (!value || !place || value.getCondition() != place.getCondition() || value.getFalseValue() != bestArg ||
        place.getFalseValue() != placeArg || !placeArg.hasOneUse())
      continue;
    Value position = place.getTrueValue();
    if (auto cast = position.getDefiningOp<arith::IndexCastOp>())
      position = cast.getIn();
    auto index = position.getDefiningOp<linalg::IndexOp>();
    if (!index || op.getIteratorTypesArray()[index.getDim()] != utils::IteratorType::reduction)
      continue;
    found.dim = index.getDim();
    found.element = value.getTrueValue();
    found.bestArg = bestArg;

    Value condition = value.getCondition();
    if (auto both = condition.getDefiningOp<arith::AndIOp>())
      for (Value each : both->getOperands())
        found.test.push_back(each.getDefiningOp());
    else
      found.test.push_back(condition.getDefiningOp());
    if (llvm::is_contained(found.test, nullptr))
      continue;
    Operation *compare = found.test.front();
    bool numbers = false;
    if (found.test.size() == 2) {
      if (asksForNumber(compare, bestArg))
        compare = found.test.back();
      numbers = asksForNumber(found.test.front() == compare ? found.test.back() : found.test.front(), bestArg);
      if (!numbers)
        continue;
    }
    if (!isStrict(compare) || takesNaN(compare) != numbers || compare->getOperand(0) != found.element ||
        compare->getOperand(1) != bestArg)
      continue;
    // The element itself must not depend on the outputs.
    SmallVector<Value> open{found.element};
    bool free = true;
    while (!open.empty()) {
      Value next = open.pop_back_val();
      free &= next != bestArg && next != placeArg;
      if (Operation *def = next.getDefiningOp(); def && def->getBlock() == block)
        llvm::append_range(open, def->getOperands());
    }
    if (free)
      return found;
  }
  return std::nullopt;
}

Value ArgExtremum::isBetter(OpBuilder &b, Location loc, Value element, Value than) const {
  Value result;
  for (Operation *op : test) {
    auto operand = [&](unsigned i) { return op->getOperand(i) == bestArg ? than : element; };
    Value holds;
    if (auto cmp = dyn_cast<arith::CmpFOp>(op))
      holds = arith::CmpFOp::create(b, loc, cmp.getPredicate(), operand(0), operand(1));
    else
      holds = arith::CmpIOp::create(b, loc, cast<arith::CmpIOp>(op).getPredicate(), operand(0), operand(1));
    result = result ? arith::AndIOp::create(b, loc, result, holds).getResult() : holds;
  }
  return result;
}

ArgExtremum::Lanes ArgExtremum::merge(OpBuilder &b, Location loc, Lanes one, Lanes other) const {
  Value earlier = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, other.second, one.second);
  Value all = arith::ConstantOp::create(b, loc, DenseElementsAttr::get(cast<VectorType>(earlier.getType()), true));
  Value notWorse = arith::XOrIOp::create(b, loc, isBetter(b, loc, one.first, other.first), all);
  Value takes = arith::OrIOp::create(b, loc, isBetter(b, loc, other.first, one.first),
                                     arith::AndIOp::create(b, loc, notWorse, earlier));
  return {arith::SelectOp::create(b, loc, takes, other.first, one.first),
          arith::SelectOp::create(b, loc, takes, other.second, one.second)};
}

ArgExtremum::Lanes ArgExtremum::reduce(OpBuilder &b, Location loc, Lanes lanes) const {
  for (int64_t n = cast<VectorType>(lanes.first.getType()).getDimSize(0) / 2; n >= 1; n /= 2) {
    auto half = [&](Value whole, int64_t from) -> Value {
      return vector::ExtractStridedSliceOp::create(b, loc, whole, ArrayRef<int64_t>{from}, ArrayRef<int64_t>{n},
                                                   ArrayRef<int64_t>{1});
    };
    lanes = merge(b, loc, {half(lanes.first, 0), half(lanes.second, 0)}, {half(lanes.first, n), half(lanes.second, n)});
  }
  return {vector::ExtractOp::create(b, loc, lanes.first, int64_t(0)),
          vector::ExtractOp::create(b, loc, lanes.second, int64_t(0))};
}

static Value index(OpBuilder &b, Location loc, int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }

/// The best elements and their places in the points [begin, end) of a row, whole steps of `chains` vectors: each chain
/// keeps its own. Lanes note the number of the step, which fits into 32 bits, or -1 while the start is best.
ArgExtremum::Lanes ArgExtremum::runChains(OpBuilder &at, GenericBody &body, SmallVector<Value> point, Value begin,
                                          Value end, int64_t width, int64_t chains, Value best, Value place) const {
  Location loc = begin.getLoc();
  Type i32 = at.getI32Type(), i64 = at.getI64Type();
  auto vectorOf = [&](Type type) { return VectorType::get({width}, type); };
  auto spread = [&](Value value) -> Value {
    return vector::BroadcastOp::create(at, loc, vectorOf(value.getType()), value);
  };
  auto splat = [&](Type type, int64_t value) -> Value {
    return arith::ConstantOp::create(at, loc, DenseElementsAttr::get(vectorOf(type), at.getIntegerAttr(type, value)));
  };
  SmallVector<Value> starts{splat(i32, 0)};
  starts.append(chains, spread(best));
  starts.append(chains, splat(i32, -1));
  Value one = splat(i32, 1);
  auto loop = scf::ForOp::create(at, loc, begin, end, index(at, loc, chains * width), starts);
  OpBuilder inner = OpBuilder::atBlockBegin(loop.getBody());
  Value step = loop.getRegionIterArg(0);
  SmallVector<Value> nexts{arith::AddIOp::create(inner, loc, step, one)}, notes;
  for (int64_t i = 0; i < chains; ++i) { // one after the other, so that no mask lives long
    point[dim] = arith::AddIOp::create(inner, loc, loop.getInductionVar(), index(inner, loc, i * width));
    Value next = body.emitElement(inner, point, width, element);
    Value old = loop.getRegionIterArg(1 + i), note = loop.getRegionIterArg(1 + chains + i);
    Value takes = isBetter(inner, loc, next, old);
    nexts.push_back(arith::SelectOp::create(inner, loc, takes, next, old));
    notes.push_back(arith::SelectOp::create(inner, loc, takes, step, note));
  }
  llvm::append_range(nexts, notes);
  scf::YieldOp::create(inner, loc, nexts);

  Value lane = arith::IndexCastOp::create(at, loc, vectorOf(i64),
                                          vector::StepOp::create(at, loc, vectorOf(at.getIndexType())));
  lane = arith::AddIOp::create(at, loc, lane, spread(arith::IndexCastOp::create(at, loc, i64, begin)));
  std::optional<Lanes> all;
  for (int64_t i = 0; i < chains; ++i) {
    Value note = loop.getResult(1 + chains + i);
    Value noted = arith::CmpIOp::create(at, loc, arith::CmpIPredicate::sge, note, splat(i32, 0));
    Value found = arith::MulIOp::create(at, loc, arith::ExtSIOp::create(at, loc, vectorOf(i64), note),
                                        splat(i64, chains * width));
    found = arith::AddIOp::create(at, loc, found, arith::AddIOp::create(at, loc, lane, splat(i64, i * width)));
    Lanes chain{loop.getResult(1 + i), arith::SelectOp::create(at, loc, noted, found, spread(place))};
    all = all ? merge(at, loc, *all, chain) : chain;
  }
  return *all;
}

Value ArgExtremum::reduceVectors(OpBuilder &at, GenericBody &body, SmallVector<Value> point, Value begin, Value split,
                                 Value end, int64_t lanes, int64_t vectorLanes, SmallVector<Value> &scalars) const {
  Location loc = begin.getLoc();
  Value &best = scalars[this->best], &place = scalars[this->place];
  Type i64 = at.getI64Type(), type = place.getType();
  if (type.isIndex())
    place = arith::IndexCastOp::create(at, loc, i64, place);
  else if (type != i64)
    place = arith::ExtSIOp::create(at, loc, i64, place);
  int64_t width = std::min(vectorLanes, lanes), chains = vectorLanes / width;
  Lanes found = runChains(at, body, point, begin, split, width, chains, best, place);
  if (chains > 1) { // single vectors
    Value left = arith::SubIOp::create(at, loc, end, split);
    left = arith::SubIOp::create(at, loc, left, arith::RemUIOp::create(at, loc, left, index(at, loc, width)));
    Value next = arith::AddIOp::create(at, loc, split, left);
    found = merge(at, loc, found, runChains(at, body, point, split, next, width, 1, best, place));
    split = next;
  }
  std::tie(best, place) = reduce(at, loc, found);
  if (type.isIndex())
    place = arith::IndexCastOp::create(at, loc, type, place);
  else if (type != i64)
    place = arith::TruncIOp::create(at, loc, type, place);
  return split;
}
