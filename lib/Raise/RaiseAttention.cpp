//===- RaiseAttention.cpp - Softmax attention spelled out becomes ssm.attention ---------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/TermRoles.h"

namespace mambac {
#define GEN_PASS_DEF_RAISEATTENTION
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

enum AxisNumber : unsigned { kBatch, kHead, kQuery, kKey, kDepth, kValueChannel };

Value stripCasts(Value v) {
  while (Operation *op = v.getDefiningOp()) {
    if (!isa<arith::ExtFOp, arith::TruncFOp>(op))
      break;
    v = op->getOperand(0);
  }
  return v;
}

struct AttentionMatcher {
  explicit AttentionMatcher(RootStudy &study) : study(study), evaluator(study.evaluator) {
    evaluator.keepPiecesWhole();
  }

  LogicalResult match();

  RootStudy &study;
  ElementEvaluator &evaluator;
  std::string reason;
  bool plausible = false;
  Group query, key, value, mask;
  Lin keyTime, depth, keySize, depthSize = Lin(1);
  double scale = 1;

private:
  LogicalResult fail(const Twine &why) {
    reason = why.str();
    return failure();
  }
  FailureOr<Atom> onlyLeaf(const Poly &poly);
  LogicalResult matchSoftmax(Atom weights);
  LogicalResult matchScores(const Poly &logits);
  /// The tensors that a leaf's elementwise producer reads, at the positions at which it reads them; null terms where the
  /// producer is not elementwise.
  FailureOr<SmallVector<Atom, 2>> readsOf(const Atom &leaf, linalg::LinalgOp &op);
};

FailureOr<Atom> AttentionMatcher::onlyLeaf(const Poly &poly) {
  if (poly.size() != 1 || poly[0].atoms.size() != 1 || poly[0].atoms[0].kind != Atom::Kind::Leaf ||
      poly[0].coefficient != 1 || !poly[0].guards.empty() || !poly[0].bound.empty())
    return failure();
  return poly[0].atoms[0];
}

FailureOr<SmallVector<Atom, 2>> AttentionMatcher::readsOf(const Atom &leaf, linalg::LinalgOp &op) {
  op = leaf.value.getDefiningOp<linalg::LinalgOp>();
  if (!op || op.getNumReductionLoops() != 0 || op->getNumResults() != 1)
    return failure();
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!out.isPermutation())
    return failure();
  SmallVector<Lin> loops(out.getNumDims());
  for (auto [expr, position] : llvm::zip(out.getResults(), leaf.index))
    loops[cast<AffineDimExpr>(expr).getPosition()] = position;
  SmallVector<Atom, 2> reads;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    SmallVector<Lin> index;
    for (AffineExpr expr : op.getMatchingIndexingMap(operand).getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim)
        return failure();
      index.push_back(loops[dim.getPosition()]);
    }
    FailureOr<Atom> read = onlyLeaf(evaluator.evaluate(operand->get(), index, {}));
    if (failed(read))
      return failure();
    reads.push_back(*read);
  }
  return reads;
}

/// weights = exp(x[s] - m) / (sum over s of exp(x[s] - m)), with any m that does not depend on s.
LogicalResult AttentionMatcher::matchSoftmax(Atom weights) {
  int s = keyTime.terms[0].first;
  linalg::LinalgOp op;
  for (int casts = 0; casts < 3; ++casts) {
    FailureOr<SmallVector<Atom, 2>> reads = readsOf(weights, op);
    if (failed(reads))
      return failure();
    Block &body = op->getRegion(0).front();
    Value yielded = stripCasts(body.getTerminator()->getOperand(0));
    if (auto argument = dyn_cast<BlockArgument>(yielded);
        argument && argument.getOwner() == &body && argument.getArgNumber() < reads->size()) {
      weights = (*reads)[argument.getArgNumber()]; // the weights rounded to the values' type
      continue;
    }
    auto div = yielded.getDefiningOp<arith::DivFOp>();
    auto top = div ? dyn_cast<BlockArgument>(stripCasts(div.getLhs())) : BlockArgument();
    auto bottom = div ? dyn_cast<BlockArgument>(stripCasts(div.getRhs())) : BlockArgument();
    if (!top || !bottom || top.getArgNumber() >= reads->size() || bottom.getArgNumber() >= reads->size())
      return failure();
    Atom numerator = (*reads)[top.getArgNumber()], denominator = (*reads)[bottom.getArgNumber()];
    FailureOr<Poly> sum = evaluator.expand(denominator, {});
    if (failed(sum) || sum->size() != 1 || sum->front().bound.size() != 1 || sum->front().atoms.size() != 1 ||
        sum->front().coefficient != 1 || !sum->front().guards.empty() ||
        !(substitute(sum->front().atoms[0], sum->front().bound[0], keyTime) == numerator) ||
        *study.space.get(sum->front().bound[0]).size != keySize)
      return failure();
    FailureOr<Poly> opened = evaluator.expand(numerator, {});
    if (failed(opened) || opened->size() != 1 || opened->front().atoms.size() != 1 ||
        opened->front().atoms[0].kind != Atom::Kind::Exp)
      return failure();
    plausible = true;
    // Follow the exponent until what it subtracts is apart.
    Poly logits;
    SmallVector<Term, 4> work(opened->front().atoms[0].exponent->begin(), opened->front().atoms[0].exponent->end());
    for (int steps = 0; !work.empty() && steps < 16; ++steps) {
      Term term = work.pop_back_val();
      bool ofKey = llvm::any_of(term.atoms, [&](const Atom &atom) { return usesVar(atom, s); });
      bool isShifted = term.atoms.size() == 1 && term.bound.empty() && term.coefficient == 1 && logits.empty();
      FailureOr<Poly> inner = ofKey && isShifted && steps < 2 ? evaluator.expand(term.atoms[0], {})
                                                              : FailureOr<Poly>(failure());
      if (succeeded(inner) && inner->size() > 1 && llvm::any_of(*inner, [&](const Term &part) {
            return llvm::none_of(part.atoms, [&](const Atom &atom) { return usesVar(atom, s); });
          }))
        work.append(inner->begin(), inner->end());
      else if (ofKey)
        logits.push_back(term);
    }
    return matchScores(logits);
  }
  return failure();
}

/// logits = scale * sum over d of q * k, plus masks.
LogicalResult AttentionMatcher::matchScores(const Poly &logits) {
  bool found = false;
  Poly pending = logits;
  for (int steps = 0; !pending.empty() && steps < 16; ++steps) {
    Term term = pending.back();
    pending.pop_back();
    if (!term.guards.empty())
      return fail("the scores are masked in a way that is not a sum");
    if (term.bound.size() == 1 && term.atoms.size() == 2) {
      if (found)
        return fail("more than one product of queries and keys");
      found = true;
      depth = Lin::var(term.bound[0]);
      depthSize = *study.space.get(term.bound[0]).size;
      scale = term.coefficient;
      bool firstIsKey = usesAnyVar(term.atoms[0], varsOf(keyTime));
      if (firstIsKey == usesAnyVar(term.atoms[1], varsOf(keyTime)))
        return fail("not a product of a query and a key");
      key.atoms.push_back(term.atoms[firstIsKey ? 0 : 1]);
      query.atoms.push_back(term.atoms[firstIsKey ? 1 : 0]);
      continue;
    }
    if (term.atoms.size() != 1 || !term.bound.empty() || term.atoms[0].kind != Atom::Kind::Leaf)
      return fail("the scores are not a sum of products and masks");
    FailureOr<Poly> opened = evaluator.expand(term.atoms[0], {});
    // A mask is a leaf: something that does not open into a sum or a product of plain elements.
    bool isMask = failed(opened) || opened->empty() || llvm::any_of(*opened, [](const Term &part) {
                    return !part.guards.empty() || llvm::any_of(part.atoms, [](const Atom &atom) {
                      return atom.kind != Atom::Kind::Leaf;
                    });
                  });
    if (isMask) {
      if (term.coefficient != 1 || !mask.empty())
        return fail("more than one mask, or a scaled one");
      mask.atoms.push_back(term.atoms[0]);
      continue;
    }
    for (Term part : *opened) {
      part.coefficient *= term.coefficient;
      pending.push_back(part);
    }
  }
  if (!found || !pending.empty())
    return fail("no product of queries and keys");
  return success();
}

LogicalResult AttentionMatcher::match() {
  Atom root{Atom::Kind::Leaf, study.root, SmallVector<Lin, 4>(study.index.begin(), study.index.end()), nullptr, Lin(),
            nullptr};
  FailureOr<Poly> poly = evaluator.expand(root, {});
  if (failed(poly) || poly->size() != 1)
    return failure();
  const Term &term = poly->front();
  if (term.bound.size() != 1 || term.atoms.size() != 2 || term.coefficient != 1 || !term.guards.empty())
    return failure();
  keyTime = Lin::var(term.bound[0]);
  keySize = *study.space.get(term.bound[0]).size;
  for (unsigned i : {0, 1}) {
    if (term.atoms[i].kind != Atom::Kind::Leaf)
      continue;
    if (failed(matchSoftmax(term.atoms[i]))) {
      if (plausible) // a softmax, but not an attention
        return failure();
      continue;
    }
    // Heads are split into groups before anything is built; studyRoot does so some times.
    if (study.space.wantedSplit)
      return fail("heads are in too many groups");
    value.atoms.push_back(term.atoms[1 - i]);
    return success();
  }
  return failure();
}

/// Key and value have the head's axis, plain or in groups: where all heads share them, or there is but one, a dimension of
/// size one says so. Failure where the number of heads is open.
LogicalResult giveHeadAxis(OpBuilder &b, Location loc, Operand &operand, const Lin &heads) {
  if (operand.map.isFunctionOfDim(kHead))
    return success();
  auto type = cast<RankedTensorType>(operand.value.getType());
  if (!heads.isConstant() || type.getRank() == 0)
    return failure();
  AffineExpr head = b.getAffineDimExpr(kHead);
  SmallVector<AffineExpr> exprs(operand.map.getResults());
  exprs.insert(exprs.begin() + 1, heads.constant == 1 ? head : head.floorDiv(heads.constant));
  SmallVector<int64_t> shape(type.getShape());
  shape.insert(shape.begin() + 1, 1);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, operand.value);
  sizes.insert(sizes.begin() + 1, b.getIndexAttr(1));
  SmallVector<ReassociationIndices> groups{{0, 1}};
  for (int64_t dim = 1; dim < type.getRank(); ++dim)
    groups.push_back({dim + 1});
  operand.value = tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(shape, type.getElementType()),
                                                operand.value, groups, sizes);
  operand.map = AffineMap::get(operand.map.getNumDims(), 0, exprs, b.getContext());
  return success();
}

FailureOr<Value> build(AttentionMatcher &match, std::string &reason) {
  RootStudy &study = match.study;
  Operation *op = study.root.getDefiningOp();
  OpBuilder b(op);
  b.setInsertionPointAfter(op);
  Location loc = op->getLoc();
  auto type = cast<RankedTensorType>(study.root.getType());
  SmallVector<Axis> axes(6, Axis{Lin(0), Lin(1)});
  axes[kKey] = {match.keyTime, match.keySize};
  axes[kDepth] = {match.depth, match.depthSize};
  SmallVector<int> ofQuery = varsOf(match.query.atoms), ofKey = varsOf(match.key.atoms);
  auto usesAny = [](ArrayRef<int> vars, ArrayRef<int> of) {
    return llvm::any_of(vars, [&](int var) { return llvm::is_contained(of, var); });
  };
  // Shared by query and key: batch and head, in the order of the result. A single one is the head if it is grouped.
  SmallVector<unsigned> shared, ofQueryAlone;
  SmallVector<SmallVector<unsigned, 2>> dimAxes(type.getRank());
  auto set = [&](unsigned dim, unsigned axis) {
    if (!axes[axis].position.isConstant())
      return false;
    axes[axis] = {study.index[dim], study.space.getSize(study.root, dim)};
    dimAxes[dim] = {axis};
    return true;
  };
  bool ok = true;
  for (auto [dim, position] : llvm::enumerate(study.index)) {
    if (position.isConstant())
      continue;
    SmallVector<int> vars = varsOf(position);
    if (usesAny(vars, ofQuery) && usesAny(vars, ofKey))
      shared.push_back(dim);
    else if (usesAny(vars, ofQuery))
      ofQueryAlone.push_back(dim);
    else
      ok &= set(dim, kValueChannel);
  }
  // Heads that share one key and value are an axis of the query alone, as time is: the outer one.
  bool sharesKeys = ofQueryAlone.size() == 2 && shared.size() < 2;
  for (auto [place, dim] : llvm::enumerate(ofQueryAlone))
    ok &= set(dim, sharesKeys && place == 0 ? kHead : kQuery);
  if (shared.size() > 2 || !ok) {
    reason = "the result has more axes than the op";
    return failure();
  }
  bool firstIsGrouped = !shared.empty() && study.index[shared[0]].terms.size() > 1;
  for (auto [place, dim] : llvm::enumerate(shared))
    set(dim, shared.size() == 1 ? (firstIsGrouped && !sharesKeys ? kHead : kBatch)
                                : ((place == 0) != firstIsGrouped ? kBatch : kHead));
  OperandBuilder operands(b, loc, study.space, axes);
  FailureOr<Operand> query = operands.build(match.query, {kBatch, kHead, kQuery, kDepth});
  FailureOr<Operand> key = operands.build(match.key, {kBatch, kKey, kDepth}, {kHead}, {kHead});
  FailureOr<Operand> value = operands.build(match.value, {kBatch, kKey, kValueChannel}, {kHead}, {kHead});
  if (failed(query) || failed(key) || failed(value)) {
    reason = "query, key or value is not a tensor over the op's axes";
    return failure();
  }
  for (Operand *shared : {&*key, &*value})
    if (failed(giveHeadAxis(b, loc, *shared, axes[kHead].size))) {
      reason = "an open number of heads shares the keys or values";
      return failure();
    }
  SmallVector<AffineMap> maps{query->map, key->map, value->map};
  Value mask;
  if (!match.mask.empty()) {
    FailureOr<Operand> built = operands.build(match.mask, {kKey}, {kBatch, kHead, kQuery});
    if (failed(built)) {
      reason = "the mask is not a tensor over the op's axes";
      return failure();
    }
    mask = built->value;
    maps.push_back(built->map);
  }
  FailureOr<Destination> destination =
      makeDestination(b, loc, operands, axes, dimAxes, {kBatch, kHead, kQuery, kValueChannel}, type);
  assert(succeeded(destination) && "the query and the value have all these axes");
  maps.push_back(destination->map);
  auto attention = ssm::AttentionOp::create(b, loc, query->value, key->value, value->value, mask, /*position=*/Value(),
                                            destination->value, maps, static_cast<float>(match.scale), /*causal=*/false);
  return destination->restore(b, loc, attention->getResult(0));
}

struct RaiseAttentionPass : mambac::impl::RaiseAttentionBase<RaiseAttentionPass> {
  void runOnOperation() override {
    ScanDependence dependence;
    RootQueue queue(getOperation(), [](Value value) {
      auto op = value.getDefiningOp<linalg::LinalgOp>();
      return op && op.getNumReductionLoops() == 1 && op.getNumDpsInputs() == 2 &&
             isa<FloatType>(cast<RankedTensorType>(value.getType()).getElementType());
    });
    while (Value root = queue.next()) {
      std::string reason;
      bool plausible = false;
      Value raised;
      LogicalResult found = studyRoot(root, dependence, [&](RootStudy &study) -> LogicalResult {
        AttentionMatcher matcher(study);
        if (failed(matcher.match())) {
          if (matcher.plausible)
            reason = matcher.reason;
          plausible |= matcher.plausible;
          return failure();
        }
        plausible = true;
        FailureOr<Value> value = build(matcher, reason);
        if (failed(value))
          return failure();
        raised = *value;
        return success();
      });
      if (succeeded(found)) {
        ++numFound;
        remarkFound(root, "ssm.attention");
        queue.replace(root, raised);
      } else if (plausible) {
        queue.noteDeclined(root, reason);
      }
    }
    numDeclined += queue.reportDeclined("ssm.attention");
  }
};

} // namespace
