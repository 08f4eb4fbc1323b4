//===- RaiseSelectiveScan.cpp - ssm.scan with its surroundings becomes ssm.selective_scan -----------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/ScanBuilder.h"
#include "lib/Raise/TermRoles.h"

namespace mambac {
#define GEN_PASS_DEF_RAISESELECTIVESCAN
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

struct ScanMatcher : ScanRoles {
  explicit ScanMatcher(RootStudy &study) : study(study) {}

  RootStudy &study;
  std::string reason;
  bool plausible = false;
  ssm::ScanOp scan;
  /// One decay for a head, shared by its states and channels.
  bool isSSD = false;

  LogicalResult fail(const Twine &why) {
    reason = why.str();
    return failure();
  }
  LogicalResult match();
  LogicalResult matchScan(const Atom &states, ArrayRef<Lin> given);
  /// The element of an operand of the scan, opened until `accept` is content.
  FailureOr<Term> openOperand(Value operand, AffineMap map, ArrayRef<Lin> position,
                              llvm::function_ref<bool(const Term &)> accept);
};

bool isLeafProduct(const Term &term) {
  return term.bound.empty() && term.guards.empty() &&
         llvm::all_of(term.atoms, [](const Atom &a) { return a.kind == Atom::Kind::Leaf; });
}

/// Opens the leaves of a product that are products themselves, one after the other, until `accept` holds.
std::optional<Term> openProduct(ElementEvaluator &evaluator, Term term, llvm::function_ref<bool(const Term &)> accept) {
  SmallVector<Term, 4> candidates{term};
  for (unsigned next = 0; next < candidates.size() && next < 64; ++next) {
    if (accept(candidates[next]))
      return candidates[next];
    Term current = candidates[next];
    for (unsigned i = 0; i < current.atoms.size(); ++i) {
      if (current.atoms[i].kind != Atom::Kind::Leaf)
        continue;
      FailureOr<Poly> opened = evaluator.expand(current.atoms[i], {});
      if (failed(opened) || opened->size() != 1 || !opened->front().bound.empty() || !opened->front().guards.empty())
        continue;
      Term further = current;
      further.atoms.erase(further.atoms.begin() + i);
      further.atoms.append(opened->front().atoms.begin(), opened->front().atoms.end());
      further.coefficient *= opened->front().coefficient;
      candidates.push_back(further);
    }
  }
  return std::nullopt;
}

FailureOr<Term> ScanMatcher::openOperand(Value operand, AffineMap map, ArrayRef<Lin> position,
                                         llvm::function_ref<bool(const Term &)> accept) {
  SmallVector<Lin> index;
  for (auto [dim, expr] : llvm::enumerate(map.getResults()))
    index.push_back(cast<RankedTensorType>(operand.getType()).getDimSize(dim) == 1
                        ? Lin(0)
                        : position[cast<AffineDimExpr>(expr).getPosition()]);
  Poly poly = study.evaluator.evaluate(operand, index, {});
  if (poly.size() != 1)
    return failure();
  std::optional<Term> opened = openProduct(study.evaluator, poly[0], accept);
  if (!opened)
    return failure();
  return *opened;
}

LogicalResult ScanMatcher::matchScan(const Atom &states, ArrayRef<Lin> given) {
  SmallVector<AffineMap> maps = scan.getIndexingMapsArray();
  unsigned outNumber = scan->getNumOperands() - scan.getOuts().size();
  AffineMap hMap = maps[outNumber];
  SmallVector<Lin> position(hMap.getNumDims());
  for (auto [expr, e] : llvm::zip(hMap.getResults(), states.index))
    position[cast<AffineDimExpr>(expr).getPosition()] = e;
  if (position[scan.getAxis()] != time)
    return fail("the states are not read at the time of the result");
  int timeVar = time.terms.empty() ? -1 : time.terms[0].first;
  int stateVar = state.isConstant() ? -1 : state.terms[0].first;
  // a = exp(delta * A)
  FailureOr<Term> a = openOperand(scan.getA(), maps[0], position, [](const Term &term) {
    return llvm::all_of(term.atoms, [](const Atom &atom) { return atom.kind == Atom::Kind::Exp; });
  });
  if (failed(a) || a->atoms.size() != 1 || a->coefficient != 1 || a->atoms[0].exponent->size() != 1)
    return fail("the decay is not one exponential");
  Term exponent = a->atoms[0].exponent->front();
  std::optional<Term> product = openProduct(study.evaluator, exponent, [&](const Term &term) {
    if (!isLeafProduct(term))
      return false;
    bool constant = false, varying = false;
    for (const Atom &atom : term.atoms) {
      bool ofTime = usesVar(atom, timeVar);
      if (ofTime && usesVar(atom, stateVar))
        return false;
      (ofTime ? varying : constant) = true;
    }
    return constant && varying;
  });
  if (!product)
    return fail("the decay is not the exponential of a time step times a constant in time");
  A.coefficient = product->coefficient;
  for (const Atom &atom : product->atoms)
    (usesVar(atom, timeVar) ? dt : A).atoms.push_back(atom);
  // The atoms that tell one channel from the next.
  SmallVector<int> finest;
  for (const Lin &e : study.index)
    for (auto &[var, coefficient] : e.terms)
      if (coefficient == 1 && e != time &&
          (llvm::is_contained(varsOf(A.atoms), var) || !llvm::is_contained(varsOf(dt.atoms), var)))
        finest.push_back(var);
  isSSD = stateVar >= 0 ? !llvm::is_contained(varsOf(A.atoms), stateVar)
                        : llvm::any_of(finest, [&](int var) { return !llvm::is_contained(varsOf(A.atoms), var); });
  // b = delta * B * u
  FailureOr<Term> b = openOperand(scan.getB(), maps[1], position, [&](const Term &term) {
    if (!isLeafProduct(term))
      return false;
    SmallVector<Atom, 4> rest(term.atoms.begin(), term.atoms.end());
    for (const Atom &wanted : dt.atoms) {
      auto it = llvm::find_if(rest, [&](const Atom &atom) { return atom == wanted; });
      if (it == rest.end())
        return false;
      rest.erase(it);
    }
    // What is left separates into x (not of the state) and B (of the state, shared by a group's channels at least).
    bool hasU = false;
    for (const Atom &atom : rest) {
      bool ofState = usesVar(atom, stateVar);
      if (ofState && usesAnyVar(atom, finest))
        return false;
      hasU |= !ofState;
    }
    return hasU;
  });
  if (failed(b))
    return fail("the scan's input is not time step * B * u");
  SmallVector<Atom, 4> rest(b->atoms.begin(), b->atoms.end());
  for (const Atom &wanted : dt.atoms)
    rest.erase(llvm::find_if(rest, [&](const Atom &atom) { return atom == wanted; }));
  x.coefficient = b->coefficient;
  for (const Atom &atom : rest)
    (usesVar(atom, stateVar) ? B : x).atoms.push_back(atom);
  if (stateVar < 0 && x.atoms.size() > 1) {
    // One state: B has no axis of its own. It is the factor that the channels share.
    auto count = [&](const Atom &atom) {
      return llvm::count_if(study.getRootVars(), [&](int var) { return usesVar(atom, var); });
    };
    auto least = std::min_element(x.atoms.begin(), x.atoms.end(),
                                  [&](const Atom &a, const Atom &b) { return count(a) < count(b); });
    B.atoms.push_back(*least);
    x.atoms.erase(least);
  }
  if (B.empty() || x.empty())
    return fail("the scan's input has no B or no u");
  if (scan.getInit()) {
    AffineMap map = maps[2];
    SmallVector<Lin> index;
    for (AffineExpr expr : map.getResults())
      index.push_back(position[cast<AffineDimExpr>(expr).getPosition()]);
    Poly init = study.evaluator.evaluate(scan.getInit(), index, {});
    if (!init.empty()) {
      if (init.size() != 1 || !isLeafProduct(init[0]))
        return fail("the initial state is not a tensor");
      initialState.coefficient = init[0].coefficient;
      initialState.atoms.append(init[0].atoms.begin(), init[0].atoms.end());
    }
  }
  return success();
}

LogicalResult ScanMatcher::match() {
  Poly poly = study.evaluator.evaluate(study.root, study.index, {});
  if (poly.empty() || poly.size() > 4)
    return fail("not a sum of few products");
  const Term *readout = nullptr;
  Atom states;
  SmallVector<Atom, 4> others;
  for (const Term &term : poly)
    for (const Atom &atom : term.atoms) {
      if (atom.kind != Atom::Kind::Leaf)
        return fail("an exponential or a cumulative sum stands beside the scan");
      auto op = atom.value.getDefiningOp<ssm::ScanOp>();
      if (!op || atom.value != op->getResult(0))
        continue;
      if (readout)
        return fail("states are read more than once");
      readout = &term;
      scan = op;
      states = atom;
    }
  if (!readout)
    return fail("no states are read");
  plausible = true;
  if (scan.getReverse())
    return fail("the scan runs backwards");
  if (readout->bound.size() > 1 || !readout->guards.empty())
    return fail("the states are not summed over one axis");
  if (!readout->bound.empty()) {
    state = Lin::var(readout->bound[0]);
    stateSize = *study.space.get(readout->bound[0]).size;
  }
  SmallVector<AffineMap> maps = scan.getIndexingMapsArray();
  AffineMap hMap = maps[scan->getNumOperands() - scan.getOuts().size()];
  for (auto [expr, e] : llvm::zip(hMap.getResults(), states.index))
    if (cast<AffineDimExpr>(expr).getPosition() == static_cast<unsigned>(scan.getAxis()))
      time = e;
  if (scan.getOuts().size() > 1 && !scan->getResult(1).use_empty()) {
    // The op stands behind the root; the final state must not be needed before.
    Operation *root = study.root.getDefiningOp();
    for (Operation *user : scan->getResult(1).getUsers())
      if (user->getBlock() != root->getBlock() || !root->isBeforeInBlock(user))
        return fail("the scan's final state is used before its result is complete");
    SmallVector<Lin> position(hMap.getNumDims());
    for (auto [expr, e] : llvm::zip(hMap.getResults(), states.index))
      position[cast<AffineDimExpr>(expr).getPosition()] = e;
    for (AffineExpr expr : maps.back().getResults())
      finalState.push_back(position[cast<AffineDimExpr>(expr).getPosition()]);
    finalStateType = cast<RankedTensorType>(scan->getResult(1).getType());
  }
  auto it = llvm::find(study.index, time);
  if (it == study.index.end() || time.isConstant())
    return fail("the states are not read at the time of the result");
  timeDim = it - study.index.begin();
  if (failed(matchScan(states, {})))
    return failure();
  int stateVar = state.isConstant() ? -1 : state.terms[0].first;
  C.coefficient = readout->coefficient;
  bool skipped = false;
  for (const Atom &atom : readout->atoms) {
    if (!skipped && atom == states) {
      skipped = true;
      continue;
    }
    (isReadout(atom, stateVar) ? C : gate).atoms.push_back(atom);
  }
  if (state.isConstant() && C.empty())
    return fail("one state, and no readout");
  if (C.empty())
    return fail("the states are summed without a readout");
  for (const Term &term : poly) {
    if (&term == readout)
      continue;
    SmallVector<Atom, 4> leaves(term.atoms.begin(), term.atoms.end());
    double coefficient = term.coefficient;
    if (!term.bound.empty() || !term.guards.empty() || !D.empty() ||
        !factorOut(study.evaluator, leaves, gate.atoms, coefficient, {}) ||
        !factorOut(study.evaluator, leaves, x.atoms, coefficient, {}) || leaves.empty() ||
        llvm::any_of(leaves, [&](const Atom &leaf) { return usesAnyVar(leaf, varsOf(time)); }))
      return fail("something else than D * u is added");
    D.coefficient = coefficient / x.coefficient;
    D.atoms.append(leaves.begin(), leaves.end());
  }
  return success();
}

struct RaiseSelectiveScanPass : mambac::impl::RaiseSelectiveScanBase<RaiseSelectiveScanPass> {
  void runOnOperation() override {
    bool hasScan = false;
    getOperation().walk([&](ssm::ScanOp) { hasScan = true; });
    if (!hasScan)
      return;
    ScanDependence dependence(getOperation());
    RootQueue queue(getOperation(), [&](Value value) {
      return dependence.get(value).linear && !isa<ssm::ScanOp, ssm::CumsumOp, ssm::SegsumOp>(value.getDefiningOp());
    });
    while (Value root = queue.next()) {
      std::string reason;
      bool plausible = false;
      Value raised;
      StringRef opName;
      LogicalResult found = studyRoot(root, dependence, [&](RootStudy &study) -> LogicalResult {
        ScanMatcher matcher(study);
        if (failed(matcher.match())) {
          reason = matcher.reason;
          plausible |= matcher.plausible;
          return failure();
        }
        plausible = true;
        ScanBuilder builder(matcher, study, matcher.isSSD);
        FailureOr<ScanBuilder::Result> value = builder.build(reason);
        if (failed(value))
          return failure();
        raised = value->y;
        if (value->finalState)
          matcher.scan->getResult(1).replaceAllUsesWith(value->finalState);
        opName = matcher.isSSD ? "ssm.ssd" : "ssm.selective_scan";
        return success();
      });
      if (succeeded(found)) {
        ++numFound;
        remarkFound(getScanLocation(root), opName);
        queue.replace(root, raised);
      } else if (plausible) {
        queue.noteDeclined(root, reason);
      }
    }
    numDeclined += queue.reportDeclined("ssm.selective_scan");
  }
};

} // namespace
