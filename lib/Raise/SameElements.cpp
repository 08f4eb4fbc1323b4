//===- SameElements.cpp - Whether one tensor is another one, or its negative ------------------------------------===//

#include "lib/Raise/SameElements.h"

#include "lib/Raise/ElementExpr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mambac::raise;

/// An affine function of positions.
static std::optional<Lin> apply(AffineExpr expr, ArrayRef<Lin> position) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return position[dim.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return Lin(constant.getValue());
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary || (expr.getKind() != AffineExprKind::Add && expr.getKind() != AffineExprKind::Mul))
    return std::nullopt;
  std::optional<Lin> left = apply(binary.getLHS(), position), right = apply(binary.getRHS(), position);
  if (!left || !right)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add)
    return *left + *right;
  return right->isConstant() ? std::optional(*left * right->constant) : std::nullopt;
}

/// What is computed element by element.
static bool isElementwise(Value value) {
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  return value.getDefiningOp<linalg::FillOp>() || (generic && generic.getNumReductionLoops() == 0);
}

bool mambac::raise::isMultiple(Value a, AffineMap aMap, Value b, AffineMap bMap, Value like, ArrayRef<int64_t> leading,
                               double sign) {
  if (sign == 1 && a == b && aMap == bMap)
    return true;
  IndexSpace space;
  ScanDependence none;
  ElementEvaluator evaluator(space, none, a);
  evaluator.followWhere(isElementwise);
  SmallVector<Lin> position;
  for (int64_t size : leading)
    position.push_back(Lin::var(space.addVar(IndexSpace::Kind::Root, Lin(size))));
  for (int64_t dim = 0; dim < cast<RankedTensorType>(like.getType()).getRank(); ++dim)
    position.push_back(Lin::var(space.addVar(IndexSpace::Kind::Root, space.getSize(like, dim))));
  auto element = [&](Value value, AffineMap map) -> std::optional<Poly> {
    SmallVector<Lin> index;
    for (auto [expr, size] : llvm::zip_equal(map.getResults(), cast<RankedTensorType>(value.getType()).getShape())) {
      std::optional<Lin> at = size == 1 ? Lin(0) : apply(expr, position);
      if (!at)
        return std::nullopt;
      index.push_back(*at);
    }
    return evaluator.simplify(evaluator.evaluate(value, index, {}), {});
  };
  std::optional<Poly> x = element(a, aMap), y = element(b, bMap);
  if (!x || !y || x->size() != y->size())
    return false;
  for (Term &term : *y)
    term.coefficient *= sign;
  return llvm::all_of(*x, [&](const Term &term) {
    return term.bound.empty() && llvm::count(*y, term) == 1 && llvm::count(*x, term) == 1;
  });
}

bool mambac::raise::isNegation(Value value) {
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || !llvm::hasNItems(*generic.getBody(), 2))
    return false;
  Operation *op = &generic.getBody()->front();
  return isa<arith::NegFOp>(op) ||
         (isa<arith::MulFOp>(op) && llvm::any_of(generic.getInputs(), [](Value input) {
            auto fill = input.getDefiningOp<linalg::FillOp>();
            FloatAttr number;
            return fill && matchPattern(fill.getInputs()[0], m_Constant(&number)) && number.getValueAsDouble() == -1;
          }));
}
