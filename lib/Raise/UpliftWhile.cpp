//===- UpliftWhile.cpp - Loops that count become scf.for ------------------------------------------------------------===//
//
// A front end without counted loops writes them as scf.while, with the counter among the values that are handed on, as an
// integer or as a tensor of rank 0. Where it starts at a constant, grows by one constant and is compared with another
// one, it is an scf.for; reads of the counter become its index, and clamps of it that never act go.
//
//===------------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementUtils.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mambac {
#define GEN_PASS_DEF_UPLIFTWHILE
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac::raise;

namespace {

/// A scalar: a value, or the block argument of a body that reads a tensor of rank 0.
Value lookThrough(Value value) {
  while (true) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      auto generic = dyn_cast<linalg::GenericOp>(argument.getOwner()->getParentOp());
      if (!generic || argument.getArgNumber() >= generic.getNumDpsInputs())
        return value;
      value = generic.getDpsInputs()[argument.getArgNumber()];
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (auto read = dyn_cast<tensor::ExtractOp>(op); read && read.getIndices().empty())
      value = read.getTensor();
    else if (auto made = dyn_cast<tensor::FromElementsOp>(op); made && made.getElements().size() == 1)
      value = made.getElements()[0];
    else if (auto generic = dyn_cast<linalg::GenericOp>(op);
             generic && generic.getNumLoops() == 0 && generic.getNumResults() == 1)
      value = generic.getBody()->getTerminator()->getOperand(0);
    else
      return value;
  }
}

bool isNumber(Value value, Type &type) {
  type = getElementTypeOrSelf(value.getType());
  auto shaped = dyn_cast<ShapedType>(value.getType());
  return type.isIntOrIndex() && (!shaped || (isa<RankedTensorType>(shaped) && shaped.getRank() == 0));
}

struct Counter {
  unsigned argument;
  int64_t begin, end, step;
};

std::optional<Counter> findCounter(scf::WhileOp loop, std::string &why) {
  why = "what it hands on is changed before the condition";
  Block &before = *loop.getBeforeBody(), &after = *loop.getAfterBody();
  auto condition = cast<scf::ConditionOp>(before.getTerminator());
  if (loop.getInits().size() != loop.getNumResults() || !llvm::equal(condition.getArgs(), before.getArguments()) ||
      !llvm::all_of(before.without_terminator(), [](Operation &op) { return isMemoryEffectFree(&op); }))
    return std::nullopt;
  why = "its condition is not that a counter is less than a constant";
  auto compare = lookThrough(condition.getCondition()).getDefiningOp<arith::CmpIOp>();
  if (!compare)
    return std::nullopt;
  Value lhs = lookThrough(compare.getLhs()), rhs = lookThrough(compare.getRhs());
  arith::CmpIPredicate predicate = compare.getPredicate();
  if (getConstantInteger(lhs)) {
    std::swap(lhs, rhs);
    using P = arith::CmpIPredicate;
    predicate = predicate == P::sgt ? P::slt : predicate == P::sge ? P::sle : P::eq;
  }
  auto argument = dyn_cast<BlockArgument>(lhs);
  std::optional<int64_t> end = getConstantInteger(rhs);
  if (!argument || argument.getOwner() != &before || !end ||
      (predicate != arith::CmpIPredicate::slt && predicate != arith::CmpIPredicate::sle))
    return std::nullopt;
  Counter counter{argument.getArgNumber(), 0, *end + (predicate == arith::CmpIPredicate::sle), 0};
  why = "its counter does not start at a constant and grow by another";
  Type type;
  std::optional<int64_t> begin = getConstantInteger(lookThrough(loop.getInits()[counter.argument]));
  auto add = lookThrough(after.getTerminator()->getOperand(counter.argument)).getDefiningOp<arith::AddIOp>();
  if (!begin || !add || !isNumber(argument, type))
    return std::nullopt;
  Value a = lookThrough(add.getLhs()), b = lookThrough(add.getRhs());
  if (getConstantInteger(a))
    std::swap(a, b);
  std::optional<int64_t> step = getConstantInteger(b);
  if (a != after.getArgument(counter.argument) || !step || *step < 1)
    return std::nullopt;
  counter.begin = *begin;
  counter.step = *step;
  return counter;
}

struct UpliftWhilePass : mambac::impl::UpliftWhileBase<UpliftWhilePass> {
  void runOnOperation() override {
    SmallVector<scf::WhileOp> loops;
    getOperation().walk<WalkOrder::PostOrder>([&](scf::WhileOp loop) { loops.push_back(loop); });
    for (scf::WhileOp loop : loops) {
      std::string why;
      std::optional<Counter> counter = findCounter(loop, why);
      if (!counter) {
        ++numDeclined;
        if (loop.getNumResults() > 0)
          remarkDeclined(loop.getResult(0), "scf.for", why);
        continue;
      }
      uplift(loop, *counter);
      ++numFound;
    }
  }

  static void uplift(scf::WhileOp loop, const Counter &counter) {
    IRRewriter b(loop);
    Location loc = loop.getLoc();
    auto index = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(b, loc, value); };
    SmallVector<Value> inits(loop.getInits());
    inits.erase(inits.begin() + counter.argument);
    auto forOp = scf::ForOp::create(b, loc, index(counter.begin), index(std::max(counter.begin, counter.end)),
                                    index(counter.step), inits);
    auto makeCounter = [&](Value position) -> Value {
      Type type = loop.getInits()[counter.argument].getType(), scalar = getElementTypeOrSelf(type);
      if (!scalar.isIndex())
        position = arith::IndexCastOp::create(b, loc, scalar, position);
      return isa<RankedTensorType>(type) ? tensor::FromElementsOp::create(b, loc, cast<RankedTensorType>(type), position)
                                               .getResult()
                                         : position;
    };
    // The body, with the counter made of the index.
    if (!forOp.getBody()->empty())
      b.eraseOp(forOp.getBody()->getTerminator());
    b.setInsertionPointToStart(forOp.getBody());
    SmallVector<Value> arguments(forOp.getRegionIterArgs());
    arguments.insert(arguments.begin() + counter.argument, makeCounter(forOp.getInductionVar()));
    auto yield = cast<scf::YieldOp>(loop.getAfterBody()->getTerminator());
    b.mergeBlocks(loop.getAfterBody(), forOp.getBody(), arguments);
    b.modifyOpInPlace(yield, [&] { yield->eraseOperand(counter.argument); });
    simplifyReads(b, forOp, counter);
    // Behind it the counter is what it would have become.
    b.setInsertionPoint(loop);
    int64_t trips = std::max<int64_t>(0, (counter.end - counter.begin + counter.step - 1) / counter.step);
    SmallVector<Value> results(forOp.getResults());
    results.insert(results.begin() + counter.argument, makeCounter(index(counter.begin + trips * counter.step)));
    b.replaceOp(loop, results);
  }

  /// Casts back to the index, and clamps between the loop's bounds.
  static void simplifyReads(IRRewriter &b, scf::ForOp loop, const Counter &counter) {
    int64_t trips = std::max<int64_t>(0, (counter.end - counter.begin + counter.step - 1) / counter.step);
    int64_t last = counter.begin + std::max<int64_t>(0, trips - 1) * counter.step;
    llvm::DenseSet<Value> positions{loop.getInductionVar()}; // as index or as another integer
    auto isPosition = [&](Value value) {
      value = lookThrough(value);
      return positions.contains(value);
    };
    loop.getBody()->walk([&](Operation *op) {
      if (op->getNumResults() != 1 || !op->getResult(0).getType().isIntOrIndex())
        return;
      bool same = isa<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtSIOp, arith::TruncIOp>(op) &&
                  isPosition(op->getOperand(0));
      if (isa<arith::MaxSIOp, arith::MinSIOp>(op)) {
        for (unsigned i : {0u, 1u}) {
          std::optional<int64_t> limit = getConstantInteger(lookThrough(op->getOperand(1 - i)));
          same |= limit && isPosition(op->getOperand(i)) &&
                  (isa<arith::MaxSIOp>(op) ? *limit <= counter.begin : *limit >= last);
        }
      }
      if (auto select = dyn_cast<arith::SelectOp>(op)) { // i < 0 ? i + size : i
        auto compare = select.getCondition().getDefiningOp<arith::CmpIOp>();
        std::optional<int64_t> limit = compare ? getConstantInteger(lookThrough(compare.getRhs())) : std::nullopt;
        same |= limit && compare.getPredicate() == arith::CmpIPredicate::slt && isPosition(compare.getLhs()) &&
                *limit <= counter.begin && isPosition(select.getFalseValue());
      }
      if (!same)
        return;
      positions.insert(op->getResult(0));
      if (op->getResult(0).getType().isIndex())
        b.replaceAllUsesWith(op->getResult(0), loop.getInductionVar());
    });
  }
};

} // namespace
