//===- ElementTraceBodies.cpp - The bodies of linalg operations, at a given position ----------------------------===//

#include "lib/Raise/ElementTrace.h"

#include "lib/Raise/ElementUtils.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mambac::raise;

//===- Positions ------------------------------------------------------------------------------------------------===//

FailureOr<Lin> ElementTrace::applyExpr(AffineExpr expr, ArrayRef<Lin> env) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return env[dim.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return Lin(constant.getValue());
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return failure();
  FailureOr<Lin> lhs = applyExpr(binary.getLHS(), env), rhs = applyExpr(binary.getRHS(), env);
  if (failed(lhs) || failed(rhs))
    return failure();
  if (binary.getKind() == AffineExprKind::Add)
    return *lhs + *rhs;
  if (!rhs->isConstant())
    return failure();
  if (binary.getKind() == AffineExprKind::Mul)
    return *lhs * rhs->constant;
  if (rhs->constant <= 0 || binary.getKind() == AffineExprKind::CeilDiv)
    return failure();
  FailureOr<std::pair<Lin, Lin>> parts = divide(*lhs, rhs->constant);
  if (failed(parts))
    return failure();
  return binary.getKind() == AffineExprKind::FloorDiv ? parts->first : parts->second;
}

FailureOr<SmallVector<Lin>> ElementTrace::apply(AffineMap map, ArrayRef<Lin> env) {
  SmallVector<Lin> results;
  for (AffineExpr expr : map.getResults()) {
    FailureOr<Lin> e = applyExpr(expr, env);
    if (failed(e))
      return failure();
    results.push_back(*e);
  }
  return results;
}

//===- Integers -------------------------------------------------------------------------------------------------===//

FailureOr<SmallVector<Lin>> ElementTrace::integers(linalg::LinalgOp op, ValueRange values, const Env &env) {
  SmallVector<Lin> result;
  for (Value value : values) {
    FailureOr<Lin> e = integer(op, value, env);
    if (failed(e))
      return failure();
    result.push_back(*e);
  }
  return result;
}

FailureOr<Lin> ElementTrace::integer(linalg::LinalgOp op, Value v, const Env &env) {
  if (std::optional<int64_t> constant = getConstantInteger(v))
    return Lin(*constant);
  if (auto argument = dyn_cast<BlockArgument>(v); argument && argument.getOwner()->getParentOp() == op) {
    OpOperand &operand = op->getOpOperand(argument.getArgNumber());
    if (!isa<RankedTensorType>(operand.get().getType()))
      return integer(op, operand.get(), env);
    FailureOr<SmallVector<Lin>> position = apply(op.getMatchingIndexingMap(&operand), env);
    return failed(position) ? FailureOr<Lin>(failure()) : integerElement(operand.get(), *position);
  }
  Operation *inner = v.getDefiningOp();
  if (!inner || inner->getParentOp() != op)
    return v.getType().isIndex() ? FailureOr<Lin>(space.getIndex(v)) : FailureOr<Lin>(failure());
  if (auto index = dyn_cast<linalg::IndexOp>(inner))
    return env[index.getDim()];
  if (isa<arith::IndexCastOp, arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp>(inner)) {
    if (inner->getOperand(0).getType().isInteger(1)) {
      FailureOr<Id> flag = scalar(op, inner->getOperand(0), env);
      if (failed(flag) || graph[*flag].kind != ScalarGraph::Kind::Number)
        return failure();
      return Lin(static_cast<int64_t>(graph[*flag].number));
    }
    return integer(op, inner->getOperand(0), env);
  }
  if (auto select = dyn_cast<arith::SelectOp>(inner)) {
    FailureOr<Id> flag = scalar(op, select.getCondition(), env);
    if (failed(flag) || graph[*flag].kind != ScalarGraph::Kind::Number)
      return failure();
    return integer(op, graph[*flag].number != 0 ? select.getTrueValue() : select.getFalseValue(), env);
  }
  if (auto extract = dyn_cast<tensor::ExtractOp>(inner)) {
    FailureOr<SmallVector<Lin>> position = integers(op, extract.getIndices(), env);
    return failed(position) ? FailureOr<Lin>(failure()) : integerElement(extract.getTensor(), *position);
  }
  if (auto affine = dyn_cast<affine::AffineApplyOp>(inner)) {
    FailureOr<SmallVector<Lin>> operands = integers(op, affine.getMapOperands(), env);
    if (failed(operands))
      return failure();
    AffineMap map = affine.getAffineMap();
    SmallVector<AffineExpr> symbols;
    for (unsigned i = 0; i < map.getNumSymbols(); ++i)
      symbols.push_back(getAffineDimExpr(map.getNumDims() + i, map.getContext()));
    return applyExpr(map.getResult(0).replaceSymbols(symbols), *operands);
  }
  if (inner->getNumOperands() != 2)
    return failure();
  FailureOr<Lin> lhs = integer(op, inner->getOperand(0), env), rhs = integer(op, inner->getOperand(1), env);
  if (failed(lhs) || failed(rhs))
    return failure();
  if (isa<arith::AddIOp>(inner))
    return *lhs + *rhs;
  if (isa<arith::SubIOp>(inner))
    return *lhs - *rhs;
  if (isa<arith::MulIOp>(inner)) {
    if (rhs->isConstant())
      return *lhs * rhs->constant;
    if (lhs->isConstant())
      return *rhs * lhs->constant;
    return failure();
  }
  if (isa<arith::MinSIOp, arith::MaxSIOp, arith::MinUIOp, arith::MaxUIOp>(inner)) {
    FailureOr<bool> ordered = isNotNegative(*rhs - *lhs);
    if (failed(ordered))
      return failure();
    return *ordered == isa<arith::MinSIOp, arith::MinUIOp>(inner) ? *lhs : *rhs;
  }
  if (isa<arith::FloorDivSIOp, arith::DivUIOp, arith::RemUIOp, arith::DivSIOp, arith::RemSIOp>(inner)) {
    if (!rhs->isConstant() || rhs->constant <= 0)
      return failure();
    if (!isa<arith::FloorDivSIOp>(inner)) { // rounded towards 0, or unsigned
      FailureOr<bool> positive = isNotNegative(*lhs);
      if (failed(positive) || !*positive)
        return failure();
    }
    FailureOr<std::pair<Lin, Lin>> parts = divide(*lhs, rhs->constant);
    if (failed(parts))
      return failure();
    return isa<arith::RemUIOp, arith::RemSIOp>(inner) ? parts->second : parts->first;
  }
  return failure();
}

FailureOr<Lin> ElementTrace::integerElement(Value tensor, ArrayRef<Lin> at) {
  SmallVector<Lin> index(at.begin(), at.end());
  DenseElementsAttr constant;
  if (matchPattern(tensor, m_Constant(&constant)) && isa<IntegerType, IndexType>(constant.getElementType())) {
    SmallVector<uint64_t> position;
    for (auto [e, size] : llvm::zip(index, constant.getType().getShape())) {
      FailureOr<int64_t> at = size == 1 ? FailureOr<int64_t>(0) : known(e);
      if (failed(at) || *at < 0 || *at >= size)
        return failure();
      position.push_back(*at);
    }
    return Lin(constant.getValues<APInt>()[position].getSExtValue());
  }
  Operation *op = tensor.getDefiningOp();
  if (!op)
    return failure();
  if (isa<tensor::CastOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp>(op)) {
    FailureOr<SmallVector<Lin>> source = throughView(op, index);
    return failed(source) ? FailureOr<Lin>(failure()) : integerElement(op->getOperand(0), *source);
  }
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || linalgOp.getNumReductionLoops() != 0)
    return failure();
  AffineMap out = linalgOp.getMatchingIndexingMap(linalgOp.getTiedOpOperand(cast<OpResult>(tensor)));
  if (!out.isPermutation())
    return failure();
  Env env(out.getNumDims());
  for (auto [expr, position] : llvm::zip(out.getResults(), index))
    env[cast<AffineDimExpr>(expr).getPosition()] = position;
  Value yielded = op->getRegion(0).front().getTerminator()->getOperand(cast<OpResult>(tensor).getResultNumber());
  if (yielded.getType().isInteger(1)) {
    FailureOr<Id> flag = scalar(linalgOp, yielded, env);
    if (failed(flag) || graph[*flag].kind != ScalarGraph::Kind::Number)
      return failure();
    return Lin(static_cast<int64_t>(graph[*flag].number));
  }
  return integer(linalgOp, yielded, env);
}

//===- Scalars --------------------------------------------------------------------------------------------------===//

FailureOr<ElementTrace::Id> ElementTrace::power(Id base, Id exponent) {
  using Kind = ScalarGraph::Kind;
  constexpr double kMaxExponent = 1 << 12;
  const ScalarGraph::Node x = graph[base], y = graph[exponent];
  if (y.kind == Kind::Number && y.number == std::trunc(y.number) && std::abs(y.number) <= kMaxExponent)
    return graph.power(base, static_cast<int64_t>(y.number));
  if (x.kind == Kind::Number && x.number > 0 && y.kind != Kind::Number)
    return graph.exp(graph.mul(graph.number(std::log(x.number)), exponent));
  return failure();
}

NumberRange ElementTrace::rangeOf(Id id, unsigned depth) {
  using Kind = ScalarGraph::Kind;
  constexpr unsigned kMaxDepth = 16;
  const ScalarGraph::Node node = graph[id];
  if (depth > kMaxDepth)
    return {};
  switch (node.kind) {
  case Kind::Number:
    return {node.number, node.number};
  case Kind::Read:
    return ranges.get(graph.getRead(id).tensor);
  case Kind::Add: {
    NumberRange a = rangeOf(node.a, depth + 1), b = rangeOf(node.b, depth + 1);
    return {a.low + b.low, a.high + b.high};
  }
  case Kind::Mul:
    return multiply(rangeOf(node.a, depth + 1), rangeOf(node.b, depth + 1));
  case Kind::Unit:
    return rangeOf(node.a, depth + 1);
  default:
    return {};
  }
}

std::optional<bool> ElementTrace::compare(arith::CmpFPredicate predicate, Id a, Id b) {
  using P = arith::CmpFPredicate;
  NumberRange x = rangeOf(a), y = rangeOf(b);
  if (predicate == P::OLT || predicate == P::ULT || predicate == P::OLE || predicate == P::ULE)
    std::swap(x, y);
  else if (predicate != P::OGT && predicate != P::UGT && predicate != P::OGE && predicate != P::UGE)
    return std::nullopt;
  bool strict = predicate == P::OLT || predicate == P::ULT || predicate == P::OGT || predicate == P::UGT;
  if (x.low > y.high || (!strict && x.low == y.high && std::isfinite(x.low)))
    return true;
  if (x.high < y.low || (strict && x.high == y.low && std::isfinite(x.high)))
    return false;
  return std::nullopt;
}

FailureOr<ElementTrace::Id> ElementTrace::scalar(linalg::LinalgOp op, Value v, const Env &env) {
  if (std::optional<double> constant = getConstantFloat(v))
    return graph.number(*constant);
  bool isFlag = v.getType().isInteger(1);
  if (isFlag)
    if (std::optional<int64_t> constant = getConstantInteger(v))
      return graph.number(*constant);
  auto readElement = [&](Value tensor, ArrayRef<Lin> position) -> FailureOr<Id> {
    if (!isFlag)
      return element(tensor, position);
    FailureOr<Lin> flag = integerElement(tensor, position);
    if (failed(flag) || !flag->isConstant())
      return failure();
    return graph.number(flag->constant != 0);
  };
  if (auto argument = dyn_cast<BlockArgument>(v)) {
    if (argument.getOwner()->getParentOp() != op)
      return failure();
    OpOperand &operand = op->getOpOperand(argument.getArgNumber());
    if (!isa<RankedTensorType>(operand.get().getType())) {
      std::optional<double> constant = getConstantFloat(operand.get());
      if (std::optional<int64_t> flag = isFlag ? getConstantInteger(operand.get()) : std::nullopt)
        constant = *flag;
      return constant ? FailureOr<Id>(graph.number(*constant)) : FailureOr<Id>(failure());
    }
    FailureOr<SmallVector<Lin>> position = apply(op.getMatchingIndexingMap(&operand), env);
    return failed(position) ? FailureOr<Id>(failure()) : readElement(operand.get(), *position);
  }
  Operation *inner = v.getDefiningOp();
  if (inner->getParentOp() != op)
    return failure();
  if (auto extract = dyn_cast<tensor::ExtractOp>(inner)) {
    FailureOr<SmallVector<Lin>> position = integers(op, extract.getIndices(), env);
    return failed(position) ? FailureOr<Id>(failure()) : readElement(extract.getTensor(), *position);
  }
  if (auto compare = dyn_cast<arith::CmpIOp>(inner); compare && !compare.getLhs().getType().isInteger(1)) {
    FailureOr<Lin> lhs = integer(op, compare.getLhs(), env), rhs = integer(op, compare.getRhs(), env);
    if (failed(lhs) || failed(rhs))
      return failure();
    Lin difference = *lhs - *rhs; // positions and sizes: signed and unsigned order agree
    using P = arith::CmpIPredicate;
    P predicate = compare.getPredicate();
    if (predicate == P::eq || predicate == P::ne) {
      FailureOr<bool> a = isNotNegative(difference);
      FailureOr<bool> b = failed(a) || !*a ? a : isNotNegative(difference * -1);
      if (failed(b))
        return failure();
      return graph.number(*b == (predicate == P::eq));
    }
    bool less = llvm::is_contained({P::slt, P::ult, P::sle, P::ule}, predicate);
    bool strict = llvm::is_contained({P::slt, P::ult, P::sgt, P::ugt}, predicate);
    FailureOr<bool> holds = isNotNegative((less ? difference * -1 : difference) - (strict ? 1 : 0));
    return failed(holds) ? FailureOr<Id>(failure()) : FailureOr<Id>(graph.number(*holds));
  }
  if (isa<arith::SIToFPOp, arith::UIToFPOp>(inner)) {
    if (inner->getOperand(0).getType().isInteger(1)) {
      FailureOr<Id> flag = scalar(op, inner->getOperand(0), env);
      if (failed(flag) || graph[*flag].kind != ScalarGraph::Kind::Number)
        return failure();
      return isa<arith::SIToFPOp>(inner) ? graph.negate(*flag) : *flag;
    }
    FailureOr<Lin> e = integer(op, inner->getOperand(0), env);
    if (failed(e))
      return failure();
    FailureOr<int64_t> number = known(*e);
    return failed(number) ? FailureOr<Id>(failure()) : FailureOr<Id>(graph.number(*number));
  }
  if (auto select = dyn_cast<arith::SelectOp>(inner)) {
    FailureOr<Id> flag = scalar(op, select.getCondition(), env);
    if (failed(flag))
      return failure();
    if (graph[*flag].kind == ScalarGraph::Kind::Number)
      return scalar(op, graph[*flag].number != 0 ? select.getTrueValue() : select.getFalseValue(), env);
  }
  SmallVector<Id, 3> operands;
  for (Value operand : inner->getOperands()) {
    if (!isa<FloatType>(operand.getType()) && !operand.getType().isInteger(1))
      return failure();
    FailureOr<Id> id = scalar(op, operand, env);
    if (failed(id))
      return failure();
    operands.push_back(*id);
  }
  if (operands.empty())
    return failure();
  Id a = operands[0], b = operands.back();
  auto numbers = [&] {
    return llvm::all_of(operands, [&](Id id) { return graph[id].kind == ScalarGraph::Kind::Number; });
  };
  if (isa<arith::ExtFOp, arith::TruncFOp>(inner))
    return a;
  if (isa<arith::AddFOp>(inner))
    return graph.add(a, b);
  if (isa<arith::SubFOp>(inner))
    return graph.add(a, graph.negate(b));
  if (isa<arith::MulFOp>(inner))
    return graph.mul(a, b);
  if (isa<arith::DivFOp>(inner))
    return graph.mul(a, graph.inverse(b));
  if (isa<arith::NegFOp>(inner))
    return graph.negate(a);
  if (isa<math::ExpOp>(inner))
    return graph.exp(a);
  if (isa<math::Exp2Op>(inner))
    return graph.exp(graph.mul(graph.number(0.6931471805599453), a));
  if (isa<math::LogOp>(inner))
    return graph.log(a);
  if (isa<math::PowFOp>(inner))
    if (FailureOr<Id> result = power(a, b); succeeded(result))
      return result;
  if (auto compare = dyn_cast<arith::CmpFOp>(inner); compare && numbers())
    return graph.number(arith::applyCmpPredicate(compare.getPredicate(), llvm::APFloat(graph[a].number),
                                                 llvm::APFloat(graph[b].number)));
  if (auto compare = dyn_cast<arith::CmpFOp>(inner))
    if (std::optional<bool> holds = this->compare(compare.getPredicate(), a, b))
      return graph.number(*holds);
  if (isFlag && numbers()) {
    bool x = graph[a].number != 0, y = graph[b].number != 0;
    if (isa<arith::AndIOp>(inner))
      return graph.number(x && y);
    if (isa<arith::OrIOp>(inner))
      return graph.number(x || y);
    if (isa<arith::XOrIOp>(inner))
      return graph.number(x != y);
    if (auto compare = dyn_cast<arith::CmpIOp>(inner)) {
      if (compare.getPredicate() == arith::CmpIPredicate::eq)
        return graph.number(x == y);
      if (compare.getPredicate() == arith::CmpIPredicate::ne)
        return graph.number(x != y);
    }
  }
  if (inner->getNumResults() != 1 || inner->getNumRegions() != 0)
    return failure();
  return graph.call(inner, operands);
}

/// What is computed beside the recurrence, step by step, stays as it is written: x + bias is not multiplied out.
FailureOr<ElementTrace::Id> ElementTrace::asUnit(linalg::LinalgOp op, Id value, const Env &env) {
  Block &body = op->getRegion(0).front();
  for (Operation &inner : body)
    if (isa<linalg::IndexOp, tensor::ExtractOp, arith::SelectOp>(inner) && !isa<FloatType>(inner.getResult(0).getType()))
      return value;
  SmallVector<Id> operands;
  for (OpOperand *input : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(input);
    if (!isa<FloatType>(argument.getType()))
      return value;
    FailureOr<Id> operand = scalar(op, argument, env);
    if (failed(operand))
      return failure();
    operands.push_back(*operand);
  }
  return graph.unit(value, op, operands);
}

FailureOr<ElementTrace::Id> ElementTrace::ofLinalg(linalg::LinalgOp op, OpResult result, ArrayRef<Lin> index) {
  AffineMap out = op.getMatchingIndexingMap(op.getTiedOpOperand(result));
  if (!out.isProjectedPermutation())
    return graph.read(result, index);
  Env env(out.getNumDims());
  SmallVector<bool> seen(env.size(), false);
  for (auto [expr, position] : llvm::zip(out.getResults(), index)) {
    env[cast<AffineDimExpr>(expr).getPosition()] = position;
    seen[cast<AffineDimExpr>(expr).getPosition()] = true;
  }
  SmallVector<std::pair<unsigned, Lin>> loops;
  for (OpOperand &operand : op->getOpOperands())
    for (auto [position, expr] : llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && !std::exchange(seen[dim.getPosition()], true))
        loops.push_back({dim.getPosition(), space.getSize(operand.get(), position)});
  if (!llvm::all_of(seen, [](bool s) { return s; }))
    return failure();
  Value yielded = op->getRegion(0).front().getTerminator()->getOperand(result.getResultNumber());
  if (op.getNumReductionLoops() == 0) {
    FailureOr<Id> value = scalar(op, yielded, env);
    if (failed(value) || scope.isInside(result) || TraceScope::isMultiple(op))
      return value;
    // What positions are made of, and what they scale, is multiplied out; but a decay such as 1 - 2^-k is one number.
    bool isSum = graph[*value].kind == ScalarGraph::Kind::Add && isReadAnywhere(result, index);
    if (!isSum && (scope.isMadeUp(result) || scope.isPower(result)))
      return value;
    return asUnit(op, *value, env);
  }
  // A sum: accumulator + summand.
  Value accumulator = op.getMatchingBlockArgument(op.getTiedOpOperand(result));
  auto add = yielded.getDefiningOp<arith::AddFOp>();
  if (!add || (add.getLhs() != accumulator && add.getRhs() != accumulator))
    return graph.read(result, index);
  Value summand = add.getLhs() == accumulator ? add.getRhs() : add.getLhs();
  FailureOr<Id> sum =
      sumLoops(op, env, loops, index, [&](const Env &env) { return scalar(op, summand, env); });
  FailureOr<Id> start = failed(sum) ? sum : element(op.getTiedOpOperand(result)->get(), index);
  return failed(start) ? start : FailureOr<Id>(graph.add(*sum, *start));
}
