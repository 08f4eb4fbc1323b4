//===- TermRoles.cpp - The factors of a state space model's terms -----------------------------------------------===//

#include "lib/Raise/TermRoles.h"

using namespace mlir;
using namespace mambac::raise;

bool mambac::raise::usesVar(const Atom &leaf, int var) {
  return llvm::any_of(leaf.index, [&](const Lin &e) { return e.uses(var); });
}

bool mambac::raise::usesAnyVar(const Atom &leaf, ArrayRef<int> vars) {
  return llvm::any_of(vars, [&](int var) { return usesVar(leaf, var); });
}

SmallVector<int> mambac::raise::varsOf(const Lin &e) {
  return llvm::map_to_vector(e.terms, [](auto &term) { return term.first; });
}

SmallVector<int> mambac::raise::varsOf(ArrayRef<Atom> leaves) {
  SmallVector<int> vars;
  for (const Atom &leaf : leaves)
    for (const Lin &e : leaf.index)
      for (int var : varsOf(e))
        if (!llvm::is_contained(vars, var))
          vars.push_back(var);
  return vars;
}

std::optional<Lin> mambac::raise::rewrite(const IndexSpace &space, const Lin &e, const Lin &from, const Lin &to) {
  if (e == from)
    return to;
  auto moves = [&](auto &term) { return space.get(term.first).kind != IndexSpace::Kind::Size; };
  auto *first = llvm::find_if(from.terms, moves);
  if (first == from.terms.end() || e.coefficientOf(first->first) == 0 ||
      e.coefficientOf(first->first) % first->second != 0)
    return std::nullopt;
  int64_t factor = e.coefficientOf(first->first) / first->second;
  Lin rest = e - from * factor;
  for (auto &term : from.terms)
    if (moves(term) && rest.uses(term.first))
      return std::nullopt;
  return rest + to * factor;
}

Atom mambac::raise::rewritePosition(const IndexSpace &space, const Atom &leaf, const Lin &from, const Lin &to) {
  Atom result = leaf;
  for (Lin &e : result.index)
    if (std::optional<Lin> rewritten = rewrite(space, e, from, to))
      e = *rewritten;
  return result;
}

bool mambac::raise::isReadAt(const IndexSpace &space, const Atom &leaf, const Lin &position, ArrayRef<int> others) {
  return llvm::any_of(leaf.index, [&](const Lin &e) {
    std::optional<Lin> rest = rewrite(space, e, position, Lin(0));
    return rest && !rest->usesAny(others);
  });
}

bool mambac::raise::sameLeaves(ArrayRef<Atom> a, ArrayRef<Atom> b) {
  Term x, y;
  x.atoms.append(a.begin(), a.end());
  y.atoms.append(b.begin(), b.end());
  return x == y;
}

bool mambac::raise::removeLeaves(SmallVectorImpl<Atom> &leaves, ArrayRef<Atom> wanted) {
  SmallVector<Atom, 4> rest(leaves.begin(), leaves.end());
  for (const Atom &atom : wanted) {
    auto it = llvm::find_if(rest, [&](const Atom &leaf) { return leaf == atom; });
    if (it == rest.end())
      return false;
    rest.erase(it);
  }
  leaves.assign(rest.begin(), rest.end());
  return true;
}

bool mambac::raise::factorOut(ElementEvaluator &evaluator, SmallVectorImpl<Atom> &leaves, ArrayRef<Atom> wanted,
                              double &coefficient, ArrayRef<Lin> given, Constraints *masks) {
  if (wanted.empty())
    return true;
  // Breadth first over the ways to open one more leaf; products are shallow.
  struct Candidate {
    SmallVector<Atom, 4> leaves;
    double coefficient;
    Constraints masks;
  };
  SmallVector<Candidate, 4> candidates{{SmallVector<Atom, 4>(leaves.begin(), leaves.end()), coefficient, {}}};
  for (unsigned next = 0; next < candidates.size() && next < 64; ++next) {
    Candidate candidate = candidates[next];
    if (removeLeaves(candidate.leaves, wanted)) {
      leaves.assign(candidate.leaves.begin(), candidate.leaves.end());
      coefficient = candidate.coefficient;
      if (masks)
        masks->append(candidate.masks.begin(), candidate.masks.end());
      return true;
    }
    for (unsigned i = 0; i < candidate.leaves.size(); ++i) {
      Constraints known(given);
      known.append(candidate.masks.begin(), candidate.masks.end());
      FailureOr<Poly> opened = evaluator.expand(candidate.leaves[i], known);
      if (failed(opened) || opened->size() != 1 || !opened->front().bound.empty() ||
          (!masks && !opened->front().guards.empty()) ||
          llvm::any_of(opened->front().atoms, [](const Atom &a) { return a.kind != Atom::Kind::Leaf; }))
        continue;
      Candidate further = candidate;
      further.masks.append(opened->front().guards.begin(), opened->front().guards.end());
      further.leaves.erase(further.leaves.begin() + i);
      further.leaves.append(opened->front().atoms.begin(), opened->front().atoms.end());
      further.coefficient *= opened->front().coefficient;
      candidates.push_back(further);
    }
  }
  return false;
}

static Value stripCasts(Value v) {
  while (Operation *op = v.getDefiningOp()) {
    if (!isa<arith::ExtFOp, arith::TruncFOp>(op))
      break;
    v = op->getOperand(0);
  }
  return v;
}

static bool isConstantFloat(Value v, double wanted) {
  FloatAttr constant;
  return matchPattern(stripCasts(v), m_Constant(&constant)) && constant.getValueAsDouble() == wanted;
}

/// 1 / (1 + exp(-x)) for some x, or (with `numerator`) numerator / (1 + exp(-x)).
static Value matchSigmoid(Value v, Value &numerator) {
  auto div = stripCasts(v).getDefiningOp<arith::DivFOp>();
  if (!div)
    return {};
  auto sum = stripCasts(div.getRhs()).getDefiningOp<arith::AddFOp>();
  if (!sum)
    return {};
  for (auto [one, other] : {std::pair{sum.getLhs(), sum.getRhs()}, {sum.getRhs(), sum.getLhs()}}) {
    auto exp = stripCasts(other).getDefiningOp<math::ExpOp>();
    if (!exp || !isConstantFloat(one, 1))
      continue;
    Value operand = stripCasts(exp.getOperand()), negated;
    if (auto neg = operand.getDefiningOp<arith::NegFOp>())
      negated = neg.getOperand();
    else if (auto sub = operand.getDefiningOp<arith::SubFOp>(); sub && isConstantFloat(sub.getLhs(), 0))
      negated = sub.getRhs();
    else if (auto mul = operand.getDefiningOp<arith::MulFOp>(); mul && isConstantFloat(mul.getRhs(), -1))
      negated = mul.getLhs();
    if (!negated)
      continue;
    numerator = stripCasts(div.getLhs());
    return stripCasts(negated);
  }
  return {};
}

bool mambac::raise::isSiluBody(linalg::LinalgOp op) {
  Block &body = op->getRegion(0).front();
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 0)
    return false;
  Value x = body.getArgument(0), yielded = stripCasts(body.getTerminator()->getOperand(0)), numerator;
  if (matchSigmoid(yielded, numerator) == x && numerator == x)
    return true;
  if (auto mul = yielded.getDefiningOp<arith::MulFOp>())
    for (auto [factor, other] : {std::pair{mul.getLhs(), mul.getRhs()}, {mul.getRhs(), mul.getLhs()}})
      if (stripCasts(factor) == x && matchSigmoid(other, numerator) == x && isConstantFloat(numerator, 1))
        return true;
  return false;
}

std::optional<Atom> mambac::raise::getSiluInput(const Atom &leaf) {
  auto op = leaf.value.getDefiningOp<linalg::LinalgOp>();
  if (!op || !isSiluBody(op))
    return std::nullopt;
  AffineMap in = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!out.isPermutation() || !in.isProjectedPermutation())
    return std::nullopt;
  AffineMap fromOut = in.compose(inversePermutation(out));
  Atom input = leaf;
  input.value = op.getDpsInputOperand(0)->get();
  input.index.clear();
  for (AffineExpr expr : fromOut.getResults())
    input.index.push_back(leaf.index[cast<AffineDimExpr>(expr).getPosition()]);
  return input;
}

bool mambac::raise::isReadout(const Atom &leaf, int stateVar) {
  return stateVar >= 0 ? usesVar(leaf, stateVar) : !getSiluInput(leaf);
}

void mambac::raise::takeGate(ElementEvaluator &evaluator, SmallVectorImpl<Atom> &readout, SmallVectorImpl<Atom> &gate,
                             double &coefficient, ArrayRef<Lin> given, int stateVar) {
  auto isGate = [&](const Atom &leaf) { return !usesVar(leaf, stateVar) && getSiluInput(leaf); };
  if (llvm::any_of(gate, isGate))
    return;
  SmallVector<Atom, 4> leaves(readout.begin(), readout.end());
  double factor = coefficient;
  // Of several, the one that knows more axes: what the readout is computed from may be a silu as well.
  auto findGate = [&] {
    auto found = leaves.end();
    for (auto leaf = leaves.begin(); leaf != leaves.end(); ++leaf)
      if (isGate(*leaf) && (found == leaves.end() || varsOf({*leaf}).size() > varsOf({*found}).size()))
        found = leaf;
    return leaves.size() < 2 ? leaves.end() : found;
  };
  for (unsigned step = 0, next = 0; step < 8 && next < leaves.size() && findGate() == leaves.end(); ++step) {
    FailureOr<Poly> opened = evaluator.expand(leaves[next], given);
    if (failed(opened) || opened->size() != 1 || !opened->front().bound.empty() || !opened->front().guards.empty() ||
        llvm::any_of(opened->front().atoms, [](const Atom &a) { return a.kind != Atom::Kind::Leaf; })) {
      ++next;
      continue;
    }
    factor *= opened->front().coefficient;
    leaves.erase(leaves.begin() + next);
    leaves.append(opened->front().atoms.begin(), opened->front().atoms.end());
  }
  auto found = findGate();
  if (found == leaves.end())
    return;
  gate.push_back(*found);
  leaves.erase(found);
  readout.assign(leaves.begin(), leaves.end());
  coefficient = factor;
}
