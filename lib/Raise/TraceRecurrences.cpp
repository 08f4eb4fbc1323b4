//===- TraceRecurrences.cpp - Recurrences along a time of known length become ssm.scan --------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/ElementExpr.h"
#include "lib/Raise/FinalState.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/RecurrenceWriter.h"
#include "lib/Raise/RootStudy.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SetVector.h"

namespace mambac {
#define GEN_PASS_DEF_TRACERECURRENCES
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

/// So many candidates without success, and the rest is left alone.
constexpr unsigned kMaxDeclined = 128;

struct TraceRecurrencesPass : mambac::impl::TraceRecurrencesBase<TraceRecurrencesPass> {
  using TraceRecurrencesBase::TraceRecurrencesBase;
  void runOnOperation() override;

private:
  bool trace(RootQueue &queue, TraceScope &scope, Value root, std::string &reason);
  uint64_t work = 0;                   ///< scalars written down or computed so far
  TracedRecurrence::Progress progress; ///< of the attempt that the reason comes from
  bool traceAlong(RootQueue &queue, TraceScope &scope, Value root, ArrayRef<IndexSpace::Split> splits,
                  int time, std::string &reason, std::optional<IndexSpace::Split> &wanted);
};

} // namespace

/// Whether an operation reads at positions of its own making, as a roll does.
static bool gathers(Operation *op) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  return generic && !generic.getBody()->getOps<tensor::ExtractOp>().empty();
}

/// Whether a value is put together from pieces, or a pad, looked at through views: an input one step earlier, for one.
static bool isPutTogether(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (isa<tensor::ConcatOp, tensor::InsertSliceOp, tensor::PadOp>(op))
      return true;
    if (!isa<tensor::CastOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return false;
}

/// Whether there is something to gain: a recurrence that is not just one scan with its readout.
static bool isWorthwhile(const llvm::SetVector<Value> &inside) {
  unsigned scans = 0, others = 0;
  for (Value value : inside) {
    Operation *op = value.getDefiningOp();
    scans += isa<ssm::ScanOp>(op);
    others += isa<ssm::CumsumOp, ssm::SegsumOp>(op) || gathers(op) || isPutTogether(value) ||
              llvm::any_of(op->getOperands(), isPutTogether);
  }
  return scans > 1 || others > 0;
}

/// Whether something is left behind that has parts in common with the root's scan, and is computed beside it: its final
/// state, step by step.
static bool leavesStateBehind(const TraceScope &scope, Value root, const llvm::SetVector<Value> &inside) {
  auto isScan = [](Value value) { return isa<ssm::ScanOp>(value.getDefiningOp()); };
  return llvm::any_of(inside, isScan) && llvm::any_of(scope.getLeftBehind(root), [&](Value value) {
           llvm::SetVector<Value> others = scope.getInside(value);
           return llvm::none_of(others, isScan) &&
                  llvm::any_of(others, [&](Value other) { return inside.contains(other); });
         });
}

/// The variables of the root's position that may be time.
static SmallVector<int> getTimes(Value root, ArrayRef<IndexSpace::Split> splits, int64_t maxLength) {
  RootStudy study(root, ScanDependence(), splits);
  SmallVector<int> times;
  for (int var : study.getRootVars())
    if (const std::optional<Lin> &size = study.space.get(var).size;
        size && size->isConstant() && size->constant <= maxLength && !llvm::is_contained(times, var))
      times.push_back(var);
  return times;
}

bool TraceRecurrencesPass::trace(RootQueue &queue, TraceScope &scope, Value root, std::string &reason) {
  auto isKnown = [](ArrayRef<IndexSpace::Split> splits, const IndexSpace::Split &wanted) {
    return llvm::any_of(splits, [&](auto &known) { return known.var == wanted.var; });
  };
  // Any axis may be time; then others that are reshaped are several in one. Last, time is a part of an axis itself.
  progress = TracedRecurrence::kFirstSteps;
  SmallVector<IndexSpace::Split> seen;
  auto attempt = [&](int time, SmallVector<IndexSpace::Split> splits) {
    for (int step = 0; step < 8; ++step) {
      std::optional<IndexSpace::Split> wanted;
      if (traceAlong(queue, scope, root, splits, time, reason, wanted))
        return true;
      if (!wanted || wanted->var == time || isKnown(splits, *wanted))
        return false;
      if (!isKnown(seen, *wanted))
        seen.push_back(*wanted);
      splits.push_back(*wanted);
    }
    return false;
  };
  SmallVector<int> whole = getTimes(root, {}, maxLength);
  for (int time : whole)
    if (attempt(time, {}))
      return true;
  for (const IndexSpace::Split &split : SmallVector<IndexSpace::Split>(seen))
    if (llvm::is_contained(whole, split.var))
      for (int time : getTimes(root, split, maxLength))
        if (!llvm::is_contained(whole, time) && attempt(time, {split}))
          return true;
  return false;
}

bool TraceRecurrencesPass::traceAlong(RootQueue &queue, TraceScope &scope, Value root,
                                      ArrayRef<IndexSpace::Split> splits, int time, std::string &reason,
                                      std::optional<IndexSpace::Split> &wanted) {
  const ScanDependence none;
  RootStudy study(root, none, splits);
  ScalarGraph graph;
  graph.knowNumbers(scope.getNumbers());
  TracedRecurrence recurrence(study.space, scope, graph);
  recurrence.maxElements = maxElements;
  bool found = succeeded(recurrence.find(root, study.index, time));
  work += graph.size() + recurrence.evaluations;
  if (!found) {
    if (reason.empty() || recurrence.progress > progress) {
      reason = recurrence.reason;
      progress = recurrence.progress;
    }
    wanted = study.space.wantedSplit;
    return false;
  }
  OpBuilder b(root.getContext());
  RecurrenceWriter writer(b, getScanLocation(root), study.space, graph, recurrence, study.index);
  SmallVector<RecurrenceWriter::FinalState> finals(recurrence.scans.size());
  for (Value value : scope.getLeftBehind(root))
    for (auto [scan, state] : llvm::zip(recurrence.scans, finals)) {
      if (state.value)
        continue;
      SmallVector<Axis> axes = writer.getStateAxes(scan);
      SmallVector<std::optional<std::pair<unsigned, unsigned>>> merges{std::nullopt};
      for (unsigned i = 0; i < axes.size(); ++i)
        for (unsigned j = 0; j < axes.size(); ++j)
          if (i != j)
            merges.push_back(std::pair(i, j));
      for (auto merged : merges)
        if (auto position = findPosition(study.space, value, axes, merged, [&, &scan = scan](ArrayRef<Lin> position) {
              return recurrence.isFinalState(scan, value, position);
            })) {
          state = {value, *position, Value()};
          break;
        }
    }
  FailureOr<Value> raised = writer.write(root, finals);
  if (failed(raised)) {
    reason = "the first steps follow no recurrence";
    return false;
  }
  for (RecurrenceWriter::FinalState &state : finals)
    if (state.replacement) {
      moveUsersBehind(state.value, state.replacement.getDefiningOp());
      queue.replace(state.value, state.replacement);
    }
  remarkFound(getScanLocation(root), "ssm.scan");
  queue.replace(root, *raised);
  return true;
}

void TraceRecurrencesPass::runOnOperation() {
  func::FuncOp func = getOperation();
  if (!func.getBody().hasOneBlock())
    return;
  TraceScope scope(func);
  llvm::DenseSet<Value> declined;
  RootQueue queue(func, [&](Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    return scope.isInside(value) && value.getParentBlock() == &func.front() && type.getElementType().isFloat() &&
           type.getRank() > 0;
  });
  while (Value root = queue.next()) {
    if (declined.size() > kMaxDeclined || work > 2 * maxElements)
      break;
    // Where a computation ends first; then what it ends in, if that is no recurrence.
    bool ends = llvm::any_of(root.getUsers(), [&](Operation *user) {
      return user->getNumResults() == 0 || llvm::any_of(user->getResults(), [&](Value used) {
               return !scope.isInside(used) || declined.contains(used);
             });
    });
    if (!ends)
      continue;
    llvm::SetVector<Value> inside = scope.getInside(root);
    if (!isWorthwhile(inside) && !scope.isShifted(root) && !leavesStateBehind(scope, root, inside))
      continue;
    std::string reason;
    if (trace(queue, scope, root, reason)) {
      ++numFound;
      continue;
    }
    declined.insert(root);
    queue.noteDeclined(root, reason, "ssm.scan");
  }
  queue.reportDeclined("ssm.scan");
}
