//===- RecurrenceWriter.cpp - A traced recurrence as ssm.scan ---------------------------------------------------===//

#include "lib/Raise/RecurrenceWriter.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

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
    if (scan.imaginary)
      for (const ScalarGraph::Product &source : scan.imaginary->source)
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
  auto isBound = [&](ArrayRef<Product> products, unsigned axis) {
    return llvm::any_of(products, [&](const Product &p) { return llvm::is_contained(p.bound, vars[axis]); });
  };
  if (scan.imaginary) {
    add(scan.imaginary->source);
    ids.push_back(toActualTime(graph.build(scan.imaginary->rotation)));
  }
  SmallVector<unsigned> result = axesOf(ids);
  llvm::erase_if(result, [&](unsigned axis) {
    return axis == timeAxis || isBound(scan.source, axis) ||
           (scan.imaginary && isBound(scan.imaginary->source, axis));
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

FailureOr<SmallVector<Operand, 2>> RecurrenceWriter::writeScan(const TracedRecurrence::Scan &scan,
                                                               FinalState &wanted) {
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
  AffineMap identity = AffineMap::getMultiDimIdentityMap(all.size(), context);
  SmallVector<Value> outs{tensor::EmptyOp::create(b, loc, shape, b.getF32Type())};
  unsigned axis = llvm::find(all, timeAxis) - all.begin();
  SmallVector<AffineExpr> ofStates;
  for (unsigned number : all)
    ofStates.push_back(getAffineDimExpr(number, context));
  AffineMap states = AffineMap::get(axes.size(), 0, ofStates, context);
  if (scan.imaginary) {
    FailureOr<Operand> rotation = product(scan.imaginary->rotation, {});
    if (failed(rotation))
      return failure();
    maps.push_back(localMap(rotation->map));
    Value imaginary;
    if (!scan.imaginary->source.empty()) {
      FailureOr<Operand> part = sum(scan.imaginary->source, {});
      if (failed(part))
        return failure();
      imaginary = part->value;
      maps.push_back(localMap(part->map));
    }
    maps.append({identity, identity});
    outs.push_back(tensor::EmptyOp::create(b, loc, shape, b.getF32Type()));
    auto op = ssm::ScanOp::create(b, loc, a->value, input->value, init, rotation->value, imaginary, /*initImag=*/Value(),
                                  outs, maps, axis, recurrence.reverse);
    return SmallVector<Operand, 2>{{op->getResult(0), states}, {op->getResult(1), states}};
  }
  maps.push_back(identity);
  if (wanted.value) {
    auto type = cast<RankedTensorType>(wanted.value.getType());
    FailureOr<Destination> destination = destinationFor(type, wanted.position, stateAxes);
    if (failed(destination) || !type.getElementType().isF32())
      return failure();
    maps.push_back(localMap(destination->map));
    outs.push_back(destination->value);
  }
  auto op = ssm::ScanOp::create(b, loc, a->value, input->value, init, outs, maps, axis, recurrence.reverse);
  if (wanted.value)
    wanted.replacement = restoreShape(b, loc, op->getResult(1), cast<RankedTensorType>(wanted.value.getType()),
                                      wanted.position);
  return SmallVector<Operand, 2>{{op->getResult(0), states}};
}

FailureOr<Value> RecurrenceWriter::write(Value root, MutableArrayRef<FinalState> finals) {
  Operation *last = root.getDefiningOp(), *behind = last->getNextNode();
  b.setInsertionPointAfter(last);
  FailureOr<Value> result = writeResult(root, finals);
  if (succeeded(result))
    return result;
  SmallVector<Operation *> written; // has no users outside
  for (Operation *op = last->getNextNode(); op != behind; op = op->getNextNode())
    written.push_back(op);
  for (Operation *op : llvm::reverse(written))
    op->erase();
  return failure();
}

FailureOr<Value> RecurrenceWriter::writeResult(Value root, MutableArrayRef<FinalState> finals) {
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
    const TracedRecurrence::Scan &scan = recurrence.scans[0];
    common = (scan.target.coefficient != 0 ? scan.target : scan.imaginary->target).factors;
  }
  auto keepShared = [&](const ScalarGraph::Monomial &factors) {
    ScalarGraph::Monomial shared;
    std::set_intersection(common.begin(), common.end(), factors.begin(), factors.end(), std::back_inserter(shared));
    common = shared;
  };
  // What reads the states: of each scan, those of its parts that are read.
  auto getTargets = [](const TracedRecurrence::Scan &scan) {
    SmallVector<std::pair<unsigned, const Product *>, 2> targets;
    if (scan.target.coefficient != 0)
      targets.push_back({0, &scan.target});
    if (scan.imaginary && scan.imaginary->target.coefficient != 0)
      targets.push_back({1, &scan.imaginary->target});
    return targets;
  };
  for (const TracedRecurrence::Scan &scan : recurrence.scans)
    for (auto [part, target] : getTargets(scan))
      keepShared(target->factors);
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
    auto states = writeScan(scan, wanted);
    if (failed(states))
      return failure();
    SmallVector<unsigned> reduced;
    for (int var : scan.stateVars)
      reduced.push_back(*axisOf(var));
    for (auto [part, read] : getTargets(scan)) {
      Product target = without(*read);
      if (target == Product() && scan.stateVars.empty()) {
        parts.push_back((*states)[part]);
        continue;
      }
      FailureOr<Operand> weighted = weightedSum((*states)[part], target, reduced);
      if (failed(weighted))
        return failure();
      parts.push_back(*weighted);
    }
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
