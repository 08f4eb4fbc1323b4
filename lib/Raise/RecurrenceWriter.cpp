//===- RecurrenceWriter.cpp - A traced recurrence as ssm.scan ---------------------------------------------------===//

#include "lib/Raise/RecurrenceWriter.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

using Kind = ScalarGraph::Kind;

/// The axes: those of the root's position, time in its place, and the states'.
static SmallVector<int> listVars(const TracedRecurrence &recurrence, ArrayRef<Lin> index) {
  SmallVector<int> vars;
  auto add = [&](int var) {
    if (!llvm::is_contained(vars, var))
      vars.push_back(var);
  };
  for (const Lin &e : index) {
    SmallVector<std::pair<int, int64_t>> terms(e.terms.begin(), e.terms.end());
    llvm::sort(terms, [](auto &a, auto &b) { return a.second > b.second; });
    for (auto &[var, coefficient] : terms)
      add(var);
  }
  if (recurrence.timeVar >= 0)
    add(recurrence.timeVar);
  for (const TracedRecurrence::Scan &scan : recurrence.scans) {
    for (int var : scan.stateVars)
      add(var);
    for (const ScalarGraph::Product &source : scan.source)
      for (int var : source.bound)
        add(var);
  }
  for (const ScalarGraph::Product &product : recurrence.direct)
    for (int var : product.bound)
      add(var);
  return vars;
}

static SmallVector<Axis> listAxes(IndexSpace &space, ArrayRef<int> vars) {
  SmallVector<Axis> axes;
  for (int var : vars)
    axes.push_back({Lin::var(var), space.get(var).size.value_or(Lin(1))});
  return axes;
}

RecurrenceWriter::RecurrenceWriter(OpBuilder &b, Location loc, IndexSpace &space, ScalarGraph &graph,
                                   const TracedRecurrence &recurrence, ArrayRef<Lin> index)
    : b(b), loc(loc), graph(graph), recurrence(recurrence), index(index),
      vars(listVars(recurrence, index)), axes(listAxes(space, vars)), operands(b, loc, space, axes) {
  if (recurrence.timeVar >= 0)
    timeAxis = *axisOf(recurrence.timeVar);
}

std::optional<unsigned> RecurrenceWriter::axisOf(int var) const {
  auto *at = llvm::find(vars, var);
  return at == vars.end() ? std::nullopt : std::optional<unsigned>(at - vars.begin());
}

SmallVector<unsigned> RecurrenceWriter::axesOf(ArrayRef<Id> ids) const {
  SmallVector<unsigned> result;
  for (Id id : ids)
    for (int var : graph.getVars(id))
      if (std::optional<unsigned> axis = axisOf(var); axis && !llvm::is_contained(result, *axis))
        result.push_back(*axis);
  llvm::sort(result);
  return result;
}

/// Patterns are written in the logical time, which runs the other way where time runs backwards.
ScalarGraph::Id RecurrenceWriter::toActualTime(Id pattern) {
  if (recurrence.timeVar < 0)
    return pattern;
  Lin actual = Lin::var(recurrence.timeVar);
  return graph.substitute(pattern, recurrence.time,
                          recurrence.reverse ? Lin(recurrence.length - 1) - actual : actual);
}

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
  SmallVector<unsigned> present(required);
  for (const Operand &operand : operands)
    operand.map.walkExprs([&](AffineExpr expr) {
      if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && !llvm::is_contained(present, dim.getPosition()))
        present.push_back(dim.getPosition());
    });
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

//===- The recurrence -------------------------------------------------------------------------------------------===//

SmallVector<unsigned> RecurrenceWriter::getStateAxisNumbers(const TracedRecurrence::Scan &scan) {
  SmallVector<Id> ids;
  auto add = [&](ArrayRef<Product> products) {
    for (const Product &part : products) {
      Product free = part;
      free.bound.clear();
      ids.push_back(toActualTime(graph.build(free)));
    }
  };
  add(scan.source);
  add(scan.init);
  ids.push_back(toActualTime(graph.build(scan.decay)));
  SmallVector<unsigned> result = axesOf(ids);
  llvm::erase_if(result, [&](unsigned axis) {
    return axis == timeAxis || llvm::any_of(scan.source, [&](const Product &source) {
             return llvm::is_contained(source.bound, vars[axis]);
           });
  });
  for (int var : scan.stateVars)
    if (unsigned axis = *axisOf(var); !llvm::is_contained(result, axis))
      result.push_back(axis);
  llvm::sort(result);
  return result;
}

SmallVector<Axis> RecurrenceWriter::getStateAxes(const TracedRecurrence::Scan &scan) {
  SmallVector<Axis> result;
  for (unsigned axis : getStateAxisNumbers(scan))
    result.push_back(axes[axis]);
  return result;
}

/// A destination over axes for a value that is read at `position`.
FailureOr<Destination> RecurrenceWriter::destinationFor(RankedTensorType type, ArrayRef<Lin> position,
                                                        ArrayRef<unsigned> required) {
  SmallVector<SmallVector<unsigned, 2>> dimAxes;
  for (auto [e, size] : llvm::zip(position, type.getShape())) {
    dimAxes.emplace_back();
    SmallVector<std::pair<int, int64_t>> terms(e.terms.begin(), e.terms.end());
    llvm::sort(terms, [](auto &a, auto &b) { return a.second > b.second; });
    Lin inner(1);
    for (auto &[var, coefficient] : llvm::reverse(terms)) {
      std::optional<unsigned> axis = axisOf(var);
      if (!axis || inner != Lin(coefficient))
        return failure();
      dimAxes.back().insert(dimAxes.back().begin(), *axis);
      inner = axes[*axis].size * coefficient;
    }
    if (e.constant != 0)
      return failure();
  }
  Destination destination;
  destination.type = type;
  SmallVector<OpFoldResult> shape;
  SmallVector<AffineExpr> exprs;
  for (ArrayRef<unsigned> dims : dimAxes) {
    for (unsigned axis : dims) {
      shape.push_back(operands.getSize(axes[axis].size));
      if (!shape.back())
        return failure();
      exprs.push_back(b.getAffineDimExpr(axis));
    }
  }
  destination.map = AffineMap::get(axes.size(), 0, exprs, b.getContext());
  destination.value = tensor::EmptyOp::create(b, loc, shape, type.getElementType());
  return destination;
}

/// From a tensor over axes to the type wanted: axes that share a dimension together, dimensions of size 1 in between.
static Value restoreShape(OpBuilder &b, Location loc, Value value, RankedTensorType type, ArrayRef<Lin> position) {
  SmallVector<ReassociationIndices> joined;
  SmallVector<int64_t> joinedShape;
  int64_t next = 0;
  for (auto [e, size] : llvm::zip(position, type.getShape())) {
    if (e.terms.empty())
      continue;
    joined.emplace_back();
    for (size_t i = 0; i < e.terms.size(); ++i)
      joined.back().push_back(next++);
    joinedShape.push_back(size);
  }
  if (static_cast<int64_t>(joined.size()) != cast<RankedTensorType>(value.getType()).getRank())
    value = tensor::CollapseShapeOp::create(b, loc, value, joined);
  if (static_cast<int64_t>(joined.size()) != type.getRank()) {
    SmallVector<ReassociationIndices> groups;
    SmallVector<OpFoldResult> sizes;
    SmallVector<int64_t> leading;
    int64_t source = 0;
    for (auto [dim, e] : llvm::enumerate(position)) {
      if (e.terms.empty()) {
        sizes.push_back(b.getIndexAttr(1));
        if (groups.empty())
          leading.push_back(dim);
        else
          groups.back().push_back(dim);
        continue;
      }
      sizes.push_back(tensor::getMixedSize(b, loc, value, source++));
      groups.emplace_back(leading.begin(), leading.end());
      leading.clear();
      groups.back().push_back(dim);
    }
    value = tensor::ExpandShapeOp::create(b, loc, type, value, groups, sizes);
  }
  if (value.getType() != type)
    value = tensor::CastOp::create(b, loc, type, value);
  return value;
}

FailureOr<Operand> RecurrenceWriter::writeScan(const TracedRecurrence::Scan &scan, FinalState &wanted) {
  MLIRContext *context = b.getContext();
  SmallVector<unsigned> stateAxes = getStateAxisNumbers(scan);
  FailureOr<Operand> a = product(scan.decay, {}), input = sum(scan.source, {});
  if (failed(a) || failed(input))
    return failure();
  SmallVector<unsigned> all(stateAxes);
  all.push_back(timeAxis);
  llvm::sort(all);
  SmallVector<AffineExpr> toLoop(axes.size(), getAffineConstantExpr(0, context)), stateExprs;
  SmallVector<OpFoldResult> shape;
  for (auto [loop, axis] : llvm::enumerate(all)) {
    toLoop[axis] = getAffineDimExpr(loop, context);
    shape.push_back(operands.getSize(axes[axis].size));
    if (!shape.back())
      return failure();
  }
  auto localMap = [&](AffineMap map) { return map.replaceDimsAndSymbols(toLoop, {}, all.size(), 0); };
  SmallVector<AffineMap> maps{localMap(a->map), localMap(input->map)};
  Value init;
  if (!scan.init.empty()) {
    FailureOr<Operand> start = sum(scan.init, stateAxes);
    if (failed(start))
      return failure();
    init = start->value;
    maps.push_back(localMap(start->map));
  }
  maps.push_back(AffineMap::getMultiDimIdentityMap(all.size(), context));
  SmallVector<Value> outs{tensor::EmptyOp::create(b, loc, shape, b.getF32Type())};
  if (wanted.value) {
    auto type = cast<RankedTensorType>(wanted.value.getType());
    FailureOr<Destination> destination = destinationFor(type, wanted.position, stateAxes);
    if (failed(destination) || !type.getElementType().isF32())
      return failure();
    maps.push_back(localMap(destination->map));
    outs.push_back(destination->value);
  }
  unsigned axis = llvm::find(all, timeAxis) - all.begin();
  auto op = ssm::ScanOp::create(b, loc, a->value, input->value, init, outs, maps, axis, recurrence.reverse);
  if (wanted.value)
    wanted.replacement = restoreShape(b, loc, op->getResult(1), cast<RankedTensorType>(wanted.value.getType()),
                                      wanted.position);
  SmallVector<AffineExpr> ofStates;
  for (unsigned number : all)
    ofStates.push_back(getAffineDimExpr(number, context));
  return Operand{op->getResult(0), AffineMap::get(axes.size(), 0, ofStates, context)};
}

FailureOr<Value> RecurrenceWriter::write(Value root, MutableArrayRef<FinalState> finals) {
  auto type = cast<RankedTensorType>(root.getType());
  // Factors that all of the result has, such as a gate, are multiplied in at the end.
  ScalarGraph::Monomial common;
  auto hasStateVar = [&](Id factor) {
    return llvm::any_of(graph.getVars(factor), [&](int var) {
      return llvm::any_of(recurrence.scans, [&](auto &scan) { return llvm::is_contained(scan.stateVars, var); }) ||
             llvm::any_of(recurrence.direct, [&](auto &product) { return llvm::is_contained(product.bound, var); });
    });
  };
  if (recurrence.scans.empty()) {
    if (recurrence.direct.size() > 1)
      common = recurrence.direct[0].factors;
  } else if (!recurrence.direct.empty() || !recurrence.scans[0].stateVars.empty()) {
    common = recurrence.scans[0].target.factors;
  }
  auto keepShared = [&](const ScalarGraph::Monomial &factors) {
    ScalarGraph::Monomial shared;
    std::set_intersection(common.begin(), common.end(), factors.begin(), factors.end(), std::back_inserter(shared));
    common = shared;
  };
  for (const TracedRecurrence::Scan &scan : recurrence.scans)
    keepShared(scan.target.factors);
  for (const Product &product : recurrence.direct)
    keepShared(product.factors);
  llvm::erase_if(common, hasStateVar);
  auto without = [&](Product product) {
    ScalarGraph::Monomial rest;
    std::set_difference(product.factors.begin(), product.factors.end(), common.begin(), common.end(),
                        std::back_inserter(rest));
    product.factors = rest;
    return product;
  };
  SmallVector<Operand> parts;
  for (auto [scan, wanted] : llvm::zip(recurrence.scans, finals)) {
    FailureOr<Operand> states = writeScan(scan, wanted);
    if (failed(states))
      return failure();
    Product target = without(scan.target);
    if (target.factors.empty() && target.exponent.empty() && scan.stateVars.empty()) {
      parts.push_back(*states);
      continue;
    }
    SmallVector<unsigned> reduced;
    for (int var : scan.stateVars)
      reduced.push_back(*axisOf(var));
    FailureOr<Operand> part = weightedSum(*states, target, reduced);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  // Sums over the same axes are one sum, of what they share times the rest: of C * (old state + input).
  std::vector<std::vector<Product>> sums;
  for (const Product &term : recurrence.direct) {
    auto same = llvm::find_if(sums, [&](auto &sum) { return !term.bound.empty() && sum[0].bound == term.bound; });
    if (same == sums.end())
      same = sums.insert(sums.end(), std::vector<Product>());
    same->push_back(without(term));
  }
  for (std::vector<Product> &terms : sums) {
    FailureOr<Operand> part = readout(terms);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  unsigned numTerms = parts.size();
  Product gate;
  gate.factors = common;
  Id gateId = toActualTime(graph.build(gate));
  SmallVector<Id> leaves;
  collectLeaves(gateId, leaves);
  for (Id id : leaves) {
    FailureOr<Operand> part = leaf(id);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  SmallVector<unsigned> rootAxes;
  for (const Lin &e : index)
    for (auto &[var, coefficient] : e.terms)
      rootAxes.push_back(*axisOf(var));
  llvm::sort(rootAxes);
  FailureOr<Destination> destination = destinationFor(type, index, rootAxes);
  if (failed(destination))
    return failure();
  FailureOr<Operand> result = combine(
      parts, {}, rootAxes,
      [&](OpBuilder &b, ValueRange args) -> FailureOr<Value> {
        Value sum = args[0];
        for (Value term : args.take_front(numTerms).drop_front())
          sum = arith::AddFOp::create(b, loc, sum, term);
        if (common.empty())
          return sum;
        DenseMap<Id, Value> known;
        for (auto [id, arg] : llvm::zip(leaves, args.drop_front(numTerms)))
          known[id] = arg;
        FailureOr<Value> factor = scalar(b, gateId, known);
        if (failed(factor))
          return failure();
        return arith::MulFOp::create(b, loc, sum, *factor).getResult();
      },
      &*destination);
  if (failed(result))
    return failure();
  return restoreShape(b, loc, result->value, type, index);
}
