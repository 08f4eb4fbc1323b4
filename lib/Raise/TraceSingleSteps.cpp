//===- TraceSingleSteps.cpp - Recurrences over a single step are written as plain sums of products --------------===//
//
// Where a chunk, a loop or a running sum holds one step, most of it is masks, pads, exponentials of differences that are
// zero and sums of one term. ElementTrace.h sees through all of that; what is left is one short sum of products.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/ElementExpr.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/RecurrenceWriter.h"
#include "lib/Raise/RootStudy.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/SetVector.h"

namespace mambac {
#define GEN_PASS_DEF_TRACESINGLESTEPS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

/// What is carried over, what is added, and what is added to the result, in a few parts each.
static constexpr size_t kMaxProducts = 8;

namespace {
struct TraceSingleStepsPass : mambac::impl::TraceSingleStepsBase<TraceSingleStepsPass> {
  using TraceSingleStepsBase::TraceSingleStepsBase;
  void runOnOperation() override;

private:
  bool trace(RootQueue &queue, TraceScope &scope, Value root, unsigned numExponentials,
             bool hasRunningSum, std::string &reason);
};
} // namespace

/// What only a recurrence is computed with.
static bool isOfRecurrence(Operation *op) { return isa<ssm::CumsumOp, ssm::SegsumOp, ssm::ScanOp>(op); }

static bool isExponential(Operation *op) {
  return isa<linalg::LinalgOp>(op) && llvm::any_of(op->getRegion(0).front(), [](Operation &inner) {
           return isa<math::ExpOp, math::Exp2Op>(inner);
         });
}

/// Exponentials that are parts of another's exponent, as in exp(dt * -exp(A_log)): they are no decays.
static llvm::DenseSet<Value> getNested(const TraceScope &scope, const llvm::SetVector<Value> &inside) {
  llvm::DenseSet<Value> nested;
  for (Value outer : inside) {
    if (!isExponential(outer.getDefiningOp()))
      continue;
    llvm::SetVector<Value> work;
    work.insert(outer);
    for (unsigned next = 0; next < work.size(); ++next)
      for (Value operand : getReadValues(work[next].getDefiningOp())) {
        if (!scope.isInside(operand))
          continue;
        if (isExponential(operand.getDefiningOp()))
          nested.insert(operand);
        else
          work.insert(operand);
      }
  }
  return nested;
}

bool TraceSingleStepsPass::trace(RootQueue &queue, TraceScope &scope, Value root, unsigned numExponentials,
                                 bool hasRunningSum, std::string &reason) {
  const ScanDependence none;
  SmallVector<IndexSpace::Split> splits;
  for (int attempt = 0; attempt < 8; ++attempt) {
    RootStudy study(root, none, splits);
    ScalarGraph graph;
    TracedRecurrence recurrence(study.space, scope, graph);
    if (failed(recurrence.findProducts(root, study.index))) {
      reason = recurrence.reason;
      auto wanted = study.space.wantedSplit;
      if (!wanted || llvm::any_of(splits, [&](auto &known) { return known.var == wanted->var; }))
        return false;
      splits.push_back(*wanted);
      continue;
    }
    // One decay at most.
    SmallVector<const ScalarGraph::Product *> decaying;
    for (const ScalarGraph::Product &product : recurrence.direct)
      if (!product.exponent.empty())
        decaying.push_back(&product);
    bool isStep = recurrence.direct.size() <= kMaxProducts && !recurrence.direct.empty() &&
                  llvm::all_of(decaying, [&](auto *product) { return product->exponent == decaying[0]->exponent; });
    // Less of everything than before: h (1 + (exp(a) - 1)) is h exp(a).
    bool isLess = decaying.size() < numExponentials ||
                  (decaying.size() == numExponentials && graph.sawCancellation());
    if (!isStep || !isLess) {
      reason = "it is no single step of a recurrence";
      return false;
    }
    if (leaveZeros && decaying.empty() && !hasRunningSum)
      return false;
    OpBuilder b(&getContext());
    RecurrenceWriter writer(b, getScanLocation(root), study.space, graph, recurrence, study.index);
    FailureOr<Value> written = writer.write(root, {});
    if (succeeded(written)) {
      queue.replace(root, *written);
      return true;
    }
    reason = "it is no single step of a recurrence";
    return false;
  }
  return false;
}

void TraceSingleStepsPass::runOnOperation() {
  func::FuncOp func = getOperation();
  if (!func.getBody().hasOneBlock())
    return;
  TraceScope scope(func);
  RootQueue queue(func, [&](Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    return scope.isInside(value) && value.getParentBlock() == &func.front() && type.getElementType().isFloat() &&
           type.getRank() > 0 && llvm::any_of(value.getUsers(), [&](Operation *user) {
             return user->getNumResults() == 0 ||
                    llvm::any_of(user->getResults(), [&](Value used) { return !scope.isInside(used); });
           });
  });
  while (Value root = queue.next()) {
    // A running sum counts like an exponential: neither is left of a single step, but for its one decay.
    unsigned count = 0;
    bool hasRunningSum = false;
    llvm::SetVector<Value> inside = scope.getInside(root);
    llvm::DenseSet<Value> nested = getNested(scope, inside);
    for (Value value : inside) {
      Operation *op = value.getDefiningOp();
      hasRunningSum |= isOfRecurrence(op);
      count += isOfRecurrence(op) || (isExponential(op) && !nested.contains(value) && !dependsOnWeightsAlone(value));
    }
    if (count == 0)
      continue;
    std::string reason;
    if (trace(queue, scope, root, count, hasRunningSum, reason))
      ++numFound;
    else if (hasRunningSum)
      queue.noteDeclined(root, reason, "ssm.scan");
  }
  numDeclined += queue.reportDeclined("ssm.scan");
}
