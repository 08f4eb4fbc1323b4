//===- ElementExpr.cpp - Sums of products: their algebra, and which values are worth following ------------------===//

#include "lib/Raise/ElementExpr.h"

#include "dialects/SSM/IR/SSM.h"

using namespace mlir;
using namespace mambac::raise;

//===- Algebra --------------------------------------------------------------------------------------------------===//

template <typename T> static bool equal(const std::shared_ptr<T> &a, const std::shared_ptr<T> &b) {
  return a == b || (a && b && *a == *b);
}

bool mambac::raise::operator==(const Atom &a, const Atom &b) {
  return a.kind == b.kind && a.value == b.value && a.index == b.index && a.end == b.end && equal(a.summand, b.summand) &&
         equal(a.exponent, b.exponent);
}

/// Equality up to the order of the factors; bound variables are compared by identity.
bool mambac::raise::operator==(const Term &a, const Term &b) {
  if (a.coefficient != b.coefficient || a.atoms.size() != b.atoms.size() || a.bound != b.bound ||
      a.guards.size() != b.guards.size())
    return false;
  SmallVector<bool> used(b.atoms.size(), false);
  for (const Atom &atom : a.atoms) {
    bool found = false;
    for (unsigned i = 0; i < b.atoms.size() && !found; ++i)
      if (!used[i] && b.atoms[i] == atom)
        used[i] = found = true;
    if (!found)
      return false;
  }
  return llvm::all_of(a.guards, [&](const Lin &guard) { return llvm::is_contained(b.guards, guard); });
}

Atom mambac::raise::substitute(const Atom &atom, int var, const Lin &by) {
  Atom result = atom;
  for (Lin &e : result.index)
    e = e.substitute(var, by);
  result.end = atom.end.substitute(var, by);
  if (atom.summand)
    result.summand = std::make_shared<const Term>(substitute(*atom.summand, var, by));
  if (atom.exponent) {
    Poly exponent;
    for (const Term &term : *atom.exponent)
      exponent.push_back(substitute(term, var, by));
    result.exponent = std::make_shared<Poly>(std::move(exponent));
  }
  return result;
}

Term mambac::raise::substitute(const Term &term, int var, const Lin &by) {
  Term result = term;
  for (Atom &atom : result.atoms)
    atom = substitute(atom, var, by);
  for (Lin &guard : result.guards)
    guard = guard.substitute(var, by);
  return result;
}

Poly mambac::raise::multiply(const Poly &a, const Poly &b) {
  Poly product;
  for (const Term &x : a)
    for (const Term &y : b) {
      Term term = x;
      term.coefficient *= y.coefficient;
      term.atoms.append(y.atoms);
      term.bound.append(y.bound);
      for (const Lin &guard : y.guards)
        if (!llvm::is_contained(term.guards, guard))
          term.guards.push_back(guard);
      if (term.coefficient != 0)
        product.push_back(std::move(term));
    }
  return product;
}

//===- Text, for remarks and debugging --------------------------------------------------------------------------===//

static std::string str(const Atom &atom) {
  if (atom.kind == Atom::Kind::Prefix)
    return "P{" + mambac::raise::str(*atom.summand) + "}(" + atom.end.str() + ")";
  if (atom.kind == Atom::Kind::Exp)
    return "exp(" + str(*atom.exponent) + ")";
  std::string text;
  llvm::raw_string_ostream os(text);
  if (Operation *op = atom.value.getDefiningOp())
    os << op->getName() << "@" << (reinterpret_cast<uintptr_t>(op) & 0xffffff);
  else
    os << "argument" << cast<BlockArgument>(atom.value).getArgNumber();
  os << (atom.kind == Atom::Kind::Log ? ".log[" : "[");
  llvm::interleave(atom.index, os, [&](const Lin &e) { os << e.str(); }, ", ");
  os << "]";
  return text;
}

std::string mambac::raise::str(const Term &term) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (term.coefficient != 1 || term.atoms.empty())
    os << term.coefficient << " ";
  for (const Lin &guard : term.guards)
    os << "[" << guard.str() << " >= 0] ";
  for (int var : term.bound)
    os << "sum v" << var << " ";
  for (const Atom &atom : term.atoms)
    os << ::str(atom) << " ";
  return text;
}

std::string mambac::raise::str(const Poly &poly) {
  std::string text;
  for (const Term &term : poly)
    text += (text.empty() ? "" : " + ") + str(term);
  return text;
}

//===- ScanDependence -------------------------------------------------------------------------------------------===//

/// True if a linalg body only forms sums, products, masks and exponentials.
static bool hasFollowableBody(linalg::LinalgOp op) {
  return llvm::all_of(op->getRegion(0).front(), [](Operation &inner) {
    // By a constant, or by what may be an exponential.
    if (auto div = dyn_cast<arith::DivFOp>(inner))
      return matchPattern(div.getRhs(), m_Constant()) || isa<BlockArgument>(div.getRhs()) ||
             div.getRhs().getDefiningOp<math::ExpOp>();
    return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::NegFOp, arith::ExtFOp, arith::TruncFOp,
               arith::SelectOp, arith::CmpIOp, arith::CmpFOp, arith::AndIOp, arith::OrIOp, arith::XOrIOp,
               arith::ConstantOp, arith::IndexCastOp, arith::AddIOp, arith::SubIOp, arith::UIToFPOp, math::ExpOp,
               math::Exp2Op, linalg::IndexOp, linalg::YieldOp>(inner);
  });
}

SmallVector<Value> mambac::raise::getReadValues(Operation *op) {
  SmallVector<Value> values(op->getOperands());
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    for (Operation &inner : op->getRegion(0).front())
      if (auto read = dyn_cast<tensor::ExtractOp>(inner))
        values.push_back(read.getTensor());
  return values;
}

/// A linalg op that copies elements from positions that it computes.
static bool isGather(linalg::LinalgOp op) {
  return op.getNumReductionLoops() == 0 && llvm::all_of(op->getRegion(0).front(), [](Operation &inner) {
           return isa<tensor::ExtractOp, arith::ExtFOp, arith::ConstantOp, arith::IndexCastOp, arith::AddIOp,
                      arith::SubIOp, arith::MulIOp, affine::AffineApplyOp, linalg::IndexOp, linalg::YieldOp>(inner);
         });
}

ScanDependence::ScanDependence(Operation *root) {
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->getNumResults() == 0 || op->getParentOfType<linalg::LinalgOp>())
      return;
    int latest = 0, latestLinear = 0;
    SmallVector<Value> read = getReadValues(op);
    for (Value operand : read) {
      State state = states.lookup(operand);
      latest = std::max(latest, state.generation);
      if (state.linear)
        latestLinear = std::max(latestLinear, state.generation);
    }
    // Linear if nothing of the same generation came in through anything else.
    State state{latest, latestLinear == latest && latest > 0};
    for (Value operand : read)
      if (State other = states.lookup(operand); other.generation == latest && !other.linear)
        state.linear = false;
    if (isa<ssm::CumsumOp, ssm::SegsumOp, ssm::ScanOp>(op)) {
      auto type = dyn_cast<ShapedType>(op->getResult(0).getType());
      if (type && isa<FloatType>(type.getElementType()))
        state = State{state.linear ? latest : latest + 1, true};
    } else if (state.linear) {
      auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
      bool isView = isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp, tensor::PadOp,
                        tensor::ConcatOp, tensor::CastOp, ssm::EinsumOp>(op);
      state.linear = isView || (linalgOp && (hasFollowableBody(linalgOp) || isGather(linalgOp)));
    }
    if (state.generation > 0)
      for (Value result : op->getResults())
        states[result] = state;
  });
}

/// Whether an op forms sums and products of what it reads, or moves it.
static bool isFollowable(Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  bool isView = isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp, tensor::PadOp,
                    tensor::ConcatOp, tensor::CastOp, mambac::ssm::EinsumOp>(op);
  return isView || (linalgOp && hasFollowableBody(linalgOp));
}

ScanDependence ScanDependence::ofExponentials(Operation *root) {
  ScanDependence dependence;
  auto &states = dependence.states;
  int generations = 0;
  root->walk<WalkOrder::PreOrder>([&](linalg::LinalgOp op) {
    if (isFollowable(op) && op.getNumReductionLoops() == 0 && llvm::any_of(op->getRegion(0).front(), [](Operation &o) {
          return isa<math::ExpOp, math::Exp2Op>(o);
        }))
      states[op->getResult(0)] = State{++generations, true};
  });
  if (generations == 0)
    return dependence;
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->getNumResults() == 0 || op->getParentOfType<linalg::LinalgOp>() || states.count(op->getResult(0)))
      return;
    State state{0, isFollowable(op)};
    for (Value operand : op->getOperands())
      state.generation = std::max(state.generation, states.lookup(operand).generation);
    // Linear if nothing of the same generation came in through anything else.
    for (Value operand : op->getOperands())
      if (State other = states.lookup(operand); other.generation == state.generation && !other.linear)
        state.linear &= other.generation == 0;
    if (state.generation > 0)
      for (Value result : op->getResults())
        states[result] = state;
  });
  return dependence;
}
