//===- RecurrenceTensors.cpp - Scalar expressions of a traced recurrence as tensors -----------------------------===//
//
// The part of RecurrenceWriter that computes factors, sums and readouts at all positions.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/RecurrenceWriter.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

using Kind = ScalarGraph::Kind;

//===- Scalars --------------------------------------------------------------------------------------------------===//

/// An exponential is a leaf: a decay, or in exp(dt * -exp(A_log)) a rate that does not move in time.
void RecurrenceWriter::collectLeaves(Id id, SmallVectorImpl<Id> &leaves) const {
  const ScalarGraph::Node &node = graph[id];
  if (llvm::is_contained({Kind::Read, Kind::Call, Kind::Unit, Kind::Exp}, node.kind) || made.count(id)) {
    if (!llvm::is_contained(leaves, id))
      leaves.push_back(id);
    return;
  }
  for (Id operand : {node.a, node.b})
    if (operand >= 0)
      collectLeaves(operand, leaves);
}

FailureOr<Value> RecurrenceWriter::scalar(OpBuilder &b, Id id, const DenseMap<Id, Value> &leaves) {
  if (Value known = leaves.lookup(id))
    return known;
  const ScalarGraph::Node node = graph[id];
  auto constant = [&](double value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(value));
  };
  auto operand = [&](Id id) { return scalar(b, id, leaves); };
  switch (node.kind) {
  case Kind::Number:
    return constant(node.number);
  case Kind::Add:
  case Kind::Mul: {
    FailureOr<Value> x = operand(node.a), y = operand(node.b);
    if (failed(x) || failed(y))
      return failure();
    if (node.kind == Kind::Add)
      return arith::AddFOp::create(b, loc, *x, *y).getResult();
    return arith::MulFOp::create(b, loc, *x, *y).getResult();
  }
  case Kind::Inverse:
  case Kind::Exp:
  case Kind::Log: {
    FailureOr<Value> x = operand(node.a);
    if (failed(x))
      return failure();
    if (node.kind == Kind::Exp)
      return math::ExpOp::create(b, loc, *x).getResult();
    if (node.kind == Kind::Log)
      return math::LogOp::create(b, loc, *x).getResult();
    return arith::DivFOp::create(b, loc, constant(1), *x).getResult();
  }
  default:
    return failure();
  }
}

//===- Tensors --------------------------------------------------------------------------------------------------===//

/// A linalg.generic over the operands' axes and those required; sums over `reduced`.
FailureOr<Operand> RecurrenceWriter::combine(ArrayRef<Operand> operands, ArrayRef<unsigned> reduced,
                                             ArrayRef<unsigned> required, Body body, const Destination *destination) {
  MLIRContext *context = b.getContext();
  SmallVector<unsigned> present;
  auto add = [&](unsigned axis) {
    if (!llvm::is_contained(present, axis))
      present.push_back(axis);
  };
  // The axes in the order of what is read, the largest first, whatever the result's is: so several results have decays
  // in common.
  SmallVector<AffineMap> byRank = llvm::map_to_vector(operands, [](const Operand &operand) { return operand.map; });
  llvm::stable_sort(byRank, [](AffineMap a, AffineMap b) { return a.getNumResults() > b.getNumResults(); });
  for (AffineMap map : byRank)
    map.walkExprs([&](AffineExpr expr) {
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        add(dim.getPosition());
    });
  for (unsigned axis : required)
    add(axis);
  if (destination)
    llvm::sort(present);
  SmallVector<OpFoldResult> shape;
  SmallVector<AffineExpr> toLoop(axes.size(), getAffineConstantExpr(0, context)), outLoops, outAxes;
  SmallVector<utils::IteratorType> iterators;
  for (auto [loop, axis] : llvm::enumerate(present)) {
    toLoop[axis] = getAffineDimExpr(loop, context);
    bool isReduced = llvm::is_contained(reduced, axis);
    iterators.push_back(isReduced ? utils::IteratorType::reduction : utils::IteratorType::parallel);
    if (isReduced)
      continue;
    shape.push_back(this->operands.getSize(axes[axis].size));
    if (!shape.back())
      return failure();
    outLoops.push_back(getAffineDimExpr(loop, context));
    outAxes.push_back(getAffineDimExpr(axis, context));
  }
  SmallVector<AffineMap> maps;
  SmallVector<Value> inputs;
  for (const Operand &operand : operands) {
    inputs.push_back(operand.value);
    maps.push_back(operand.map.replaceDimsAndSymbols(toLoop, {}, present.size(), 0));
  }
  Value out;
  AffineMap outMap = AffineMap::get(axes.size(), 0, outAxes, context);
  if (destination) {
    out = destination->value;
    outMap = destination->map;
    maps.push_back(outMap.replaceDimsAndSymbols(toLoop, {}, present.size(), 0));
  } else {
    out = tensor::EmptyOp::create(b, loc, shape, b.getF32Type());
    maps.push_back(AffineMap::get(present.size(), 0, outLoops, context));
  }
  bool sums = llvm::is_contained(iterators, utils::IteratorType::reduction);
  if (sums) {
    Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0));
    out = linalg::FillOp::create(b, loc, zero, out).getResult(0);
  }
  bool broken = false;
  auto generic = linalg::GenericOp::create(
      b, loc, out.getType(), inputs, out, maps, iterators, [&](OpBuilder &b, Location loc, ValueRange args) {
        SmallVector<Value> wide;
        for (Value arg : args.drop_back()) {
          if (arg.getType().getIntOrFloatBitWidth() < 32)
            arg = arith::ExtFOp::create(b, loc, b.getF32Type(), arg);
          wide.push_back(arg);
        }
        FailureOr<Value> value = body(b, wide);
        broken = failed(value);
        Value result = broken ? arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0)).getResult() : *value;
        if (sums)
          result = arith::AddFOp::create(b, loc, result, args.back());
        if (result.getType() != args.back().getType())
          result = arith::TruncFOp::create(b, loc, args.back().getType(), result);
        linalg::YieldOp::create(b, loc, result);
      });
  if (broken)
    return failure();
  return Operand{generic.getResult(0), outMap};
}

FailureOr<Operand> RecurrenceWriter::expression(ArrayRef<Id> ids, ArrayRef<unsigned> reduced,
                                                ArrayRef<unsigned> required, Body body) {
  SmallVector<Id> leaves;
  for (Id id : ids)
    collectLeaves(id, leaves);
  SmallVector<Operand> inputs;
  for (Id id : leaves) {
    FailureOr<Operand> input = leaf(id);
    if (failed(input))
      return failure();
    inputs.push_back(*input);
  }
  return combine(inputs, reduced, required, [&](OpBuilder &b, ValueRange args) -> FailureOr<Value> {
    DenseMap<Id, Value> known;
    for (auto [id, arg] : llvm::zip(leaves, args))
      known[id] = arg;
    SmallVector<Value> values;
    for (Id id : ids) {
      FailureOr<Value> value = scalar(b, id, known);
      if (failed(value))
        return failure();
      values.push_back(*value);
    }
    return body(b, values);
  });
}

/// A tensor that is read, or one with the values of a unit, call or exponential at all positions.
FailureOr<Operand> RecurrenceWriter::leaf(Id id) {
  if (auto at = made.find(id); at != made.end())
    return at->second;
  FailureOr<Operand> result = failure();
  if (graph[id].kind == Kind::Read) {
    const ScalarGraph::ReadOf &read = graph.getRead(id);
    auto type = cast<FloatType>(cast<RankedTensorType>(read.tensor.getType()).getElementType());
    if (type.getWidth() > 32)
      return failure();
    Atom atom{Atom::Kind::Leaf, read.tensor, read.index, nullptr, Lin(), nullptr};
    result = operands.buildLeaf(atom);
  } else if (graph[id].kind == Kind::Exp) {
    result = expression(graph[id].a, {}, {}, [&](OpBuilder &b, ValueRange values) -> FailureOr<Value> {
      return math::ExpOp::create(b, loc, values[0]).getResult();
    });
  } else {
    const ScalarGraph::Origin origin = graph.getOrigin(id);
    Operation *op = origin.op;
    bool isUnit = graph[id].kind == Kind::Unit;
    // What an operation reads was a tensor, and is one again: a bias that was negated stays apart from what adds it.
    if (isUnit)
      for (Id operand : origin.operands)
        if (!made.count(operand) && llvm::is_contained({Kind::Add, Kind::Mul, Kind::Inverse}, graph[operand].kind)) {
          FailureOr<Operand> tensor =
              expression(operand, {}, {}, [](OpBuilder &, ValueRange values) -> FailureOr<Value> { return values[0]; });
          if (failed(tensor))
            return failure();
          made[operand] = *tensor;
        }
    result = expression(origin.operands, {}, {}, [&](OpBuilder &b, ValueRange values) -> FailureOr<Value> {
      if (!isUnit) {
        OperationState state(loc, op->getName(), values, {values[0].getType()}, op->getAttrs());
        if (op->getResult(0).getType().isInteger(1))
          return failure();
        return b.create(state)->getResult(0);
      }
      IRMapping mapping;
      Block &body = op->getRegion(0).front();
      for (auto [argument, value] : llvm::zip(body.getArguments(), values)) {
        Value narrow = value;
        if (argument.getType() != value.getType())
          narrow = arith::TruncFOp::create(b, loc, argument.getType(), value);
        mapping.map(argument, narrow);
      }
      for (Operation &inner : body.without_terminator())
        b.clone(inner, mapping);
      Value value = mapping.lookupOrDefault(body.getTerminator()->getOperand(0));
      if (value.getType().getIntOrFloatBitWidth() < 32)
        value = arith::ExtFOp::create(b, loc, b.getF32Type(), value);
      return value;
    });
  }
  if (succeeded(result))
    made[id] = *result;
  return result;
}

FailureOr<Operand> RecurrenceWriter::product(const Product &product, ArrayRef<unsigned> required) {
  Product free = product;
  SmallVector<unsigned> reduced;
  for (int var : std::exchange(free.bound, {}))
    reduced.push_back(*axisOf(var));
  Id id = toActualTime(graph.build(free));
  if ((graph[id].kind == Kind::Read || graph[id].kind == Kind::Exp) && required.empty() && reduced.empty())
    return leaf(id);
  return expression(id, reduced, required, [](OpBuilder &, ValueRange values) -> FailureOr<Value> { return values[0]; });
}

FailureOr<Operand> RecurrenceWriter::sum(ArrayRef<Product> products, ArrayRef<unsigned> required) {
  if (products.size() == 1)
    return product(products[0], required);
  SmallVector<Operand> parts;
  for (const Product &part : products) {
    FailureOr<Operand> operand = product(part, {});
    if (failed(operand))
      return failure();
    parts.push_back(*operand);
  }
  return combine(parts, {}, required, [&](OpBuilder &b, ValueRange values) -> FailureOr<Value> {
    Value sum = values[0];
    for (Value value : values.drop_front())
      sum = arith::AddFOp::create(b, loc, sum, value);
    return sum;
  });
}

/// weight * tensor, summed over axes.
FailureOr<Operand> RecurrenceWriter::weightedSum(const Operand &tensor, const Product &weight,
                                                 ArrayRef<unsigned> reduced) {
  Id id = toActualTime(graph.build(weight));
  SmallVector<Id> leaves;
  collectLeaves(id, leaves);
  SmallVector<Operand> inputs{tensor};
  for (Id part : leaves) {
    FailureOr<Operand> input = leaf(part);
    if (failed(input))
      return failure();
    inputs.push_back(*input);
  }
  return combine(inputs, reduced, {}, [&](OpBuilder &b, ValueRange args) -> FailureOr<Value> {
    DenseMap<Id, Value> known;
    for (auto [leafId, arg] : llvm::zip(leaves, args.drop_front()))
      known[leafId] = arg;
    FailureOr<Value> factor = scalar(b, id, known);
    if (failed(factor))
      return failure();
    return arith::MulFOp::create(b, loc, args[0], *factor).getResult();
  });
}

/// Products that are summed over the same axes: shared * (the rest of each, added up), summed over the axes.
FailureOr<Operand> RecurrenceWriter::readout(ArrayRef<Product> products) {
  if (products.size() == 1)
    return product(products[0], {});
  Product shared;
  shared.bound = products[0].bound;
  shared.factors = products[0].factors;
  for (const Product &term : products) {
    ScalarGraph::Monomial kept;
    std::set_intersection(shared.factors.begin(), shared.factors.end(), term.factors.begin(), term.factors.end(),
                          std::back_inserter(kept));
    shared.factors = kept;
  }
  std::vector<Product> rest;
  for (Product term : products) {
    ScalarGraph::Monomial own;
    std::set_difference(term.factors.begin(), term.factors.end(), shared.factors.begin(), shared.factors.end(),
                        std::back_inserter(own));
    term.factors = own;
    term.bound.clear();
    rest.push_back(term);
  }
  FailureOr<Operand> inner = sum(rest, {});
  if (failed(inner))
    return failure();
  SmallVector<unsigned> reduced;
  for (int var : std::exchange(shared.bound, {}))
    reduced.push_back(*axisOf(var));
  return weightedSum(*inner, shared, reduced);
}
