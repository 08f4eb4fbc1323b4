//===- RootStudy.cpp - One candidate value under study ----------------------------------------------------------===//

#include "lib/Raise/RootStudy.h"

using namespace mlir;
using namespace mambac::raise;

RootStudy::RootStudy(Value root, const ScanDependence &dependence, ArrayRef<IndexSpace::Split> splits,
                     bool followRecurrences)
    : root(root), evaluator(space, dependence, root) {
  if (followRecurrences)
    evaluator.followRecurrences();
  auto type = cast<RankedTensorType>(root.getType());
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    index.push_back(type.getDimSize(dim) == 1
                        ? Lin(0)
                        : Lin::var(space.addVar(IndexSpace::Kind::Root, space.getSize(root, dim))));
  for (const IndexSpace::Split &split : splits) {
    std::optional<Lin> size = space.get(split.var).size;
    std::optional<Lin> highSize;
    if (size && size->isConstant())
      highSize = Lin((size->constant + split.by - 1) / split.by);
    else if (size)
      highSize = divideEvenly(*size, split.by);
    int high = space.addVar(IndexSpace::Kind::Root, highSize);
    int low = space.addVar(IndexSpace::Kind::Root, Lin(split.by));
    Lin whole = Lin::var(high, split.by) + Lin::var(low);
    if (size)
      space.assume(*size - 1 - whole);
    for (Lin &e : index)
      e = e.substitute(split.var, whole);
  }
}

SmallVector<int> RootStudy::getRootVars() const {
  SmallVector<int> vars;
  for (const Lin &e : index)
    for (auto &[var, coefficient] : e.terms)
      vars.push_back(var);
  return vars;
}

LogicalResult mambac::raise::studyRoot(Value root, const ScanDependence &dependence,
                                       llvm::function_ref<LogicalResult(RootStudy &)> match,
                                       bool followRecurrences) {
  // Split whatever a producer asks for before the first match: B and C are then seen by group, not by head.
  SmallVector<IndexSpace::Split> splits;
  SmallVector<IndexSpace::BoundSplit> loopSplits;
  for (int attempt = 0; attempt < 8; ++attempt) {
    std::optional<IndexSpace::Split> wanted;
    std::optional<IndexSpace::BoundSplit> wantedOfLoop;
    {
      RootStudy study(root, dependence, splits, followRecurrences);
      study.evaluator.splitLoops(loopSplits);
      study.evaluator.evaluate(root, study.index, {});
      wanted = study.space.wantedSplit;
    }
    if (!wanted) {
      RootStudy study(root, dependence, splits, followRecurrences);
      study.evaluator.splitLoops(loopSplits);
      if (succeeded(match(study)))
        return success();
      wanted = study.space.wantedSplit;
      wantedOfLoop = study.space.wantedBoundSplit;
    }
    // Sums over merged axes, as products of matrices have them, are written in their atoms.
    if (!wanted && wantedOfLoop && llvm::none_of(loopSplits, [&](auto &known) {
          return known.op == wantedOfLoop->op && known.loop == wantedOfLoop->loop && known.by == wantedOfLoop->by;
        })) {
      loopSplits.push_back(*wantedOfLoop);
      continue;
    }
    if (!wanted || llvm::any_of(splits, [&](auto &known) { return known.var == wanted->var; }))
      return failure();
    splits.push_back(*wanted);
  }
  return failure();
}
