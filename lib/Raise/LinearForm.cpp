//===- LinearForm.cpp - What a loop hands on, as a linear function of what it was handed --------------------------===//

#include "lib/Raise/LinearForm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mambac::raise;

static RankedTensorType tensorType(Value value) { return dyn_cast<RankedTensorType>(value.getType()); }

std::nullopt_t LinearForms::fail(const Twine &why) {
  if (reason.empty())
    reason = why.str();
  return std::nullopt;
}

bool LinearForms::depends(Value value) {
  if (llvm::is_contained(states, value))
    return true;
  if (loop.isDefinedOutsideOfLoop(value))
    return false;
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  auto known = dependence.find(value);
  if (known != dependence.end())
    return known->second;
  llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), used);
  bool result = llvm::any_of(used, [&](Value each) { return depends(each); });
  return dependence[value] = result;
}

std::optional<LinearForm> LinearForms::get(Value value) {
  auto known = forms.find(value);
  if (known != forms.end())
    return known->second;
  LinearForm form;
  form.states.resize(states.size());
  auto *state = llvm::find(states, value);
  if (state != states.end()) {
    form.states[state - states.begin()] = Coefficient::one();
    form.map = AffineMap::getMultiDimIdentityMap(tensorType(value).getRank(), value.getContext());
  } else if (!depends(value)) {
    form.rest = Coefficient::of(value);
  } else {
    Operation *op = value.getDefiningOp();
    std::optional<LinearForm> made;
    if (auto generic = dyn_cast<linalg::GenericOp>(op))
      made = ofGeneric(generic);
    else if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op))
      made = ofReshape(op);
    else
      return fail(Twine("what is handed on goes through ") + op->getName().getStringRef());
    if (!made)
      return std::nullopt;
    form = *made;
  }
  return forms[value] = form;
}

std::optional<LinearForm> LinearForms::ofReshape(Operation *op) {
  auto source = get(op->getOperand(0));
  if (!source)
    return std::nullopt;
  auto from = tensorType(op->getOperand(0)), to = tensorType(op->getResult(0));
  MLIRContext *context = op->getContext();
  // Where the source's dimensions are among the result's; dimensions of size one may be nowhere.
  SmallVector<AffineExpr> places(from.getRank(), getAffineConstantExpr(0, context));
  auto pair = [&](ArrayRef<ReassociationIndices> groups, RankedTensorType wide, bool expands) {
    for (auto [single, group] : llvm::enumerate(groups)) {
      SmallVector<int64_t> real;
      for (int64_t dim : group)
        if (wide.getDimSize(dim) != 1)
          real.push_back(dim);
      if (real.size() > 1)
        return false;
      int64_t dim = real.empty() ? group.front() : real.front();
      if (expands)
        places[single] = getAffineDimExpr(dim, context);
      else
        places[dim] = getAffineDimExpr(single, context);
    }
    return true;
  };
  bool fine = true;
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    fine = pair(expand.getReassociationIndices(), to, true);
  else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    fine = pair(collapse.getReassociationIndices(), from, false);
  else
    for (int64_t dim = 0; dim < from.getRank(); ++dim)
      places[dim] = getAffineDimExpr(dim, context);
  if (!fine)
    return fail("dimensions of a state are merged");
  LinearForm form = *source;
  form.map = source->map.compose(AffineMap::get(to.getRank(), 0, places, context));
  OpBuilder b(op);
  auto through = [&](Coefficient &each) {
    if (each.kind != Coefficient::Known)
      return;
    IRMapping mapping;
    mapping.map(op->getOperand(0), each.value);
    Operation *copy = b.clone(*op, mapping);
    auto type = RankedTensorType::get(to.getShape(), tensorType(each.value).getElementType());
    copy->getResult(0).setType(type);
    each.value = copy->getResult(0);
  };
  for (Coefficient &each : form.states)
    through(each);
  through(form.rest);
  return form;
}

namespace {

/// Numbers in the body of a generic as linear functions of the states' elements.
class ScalarForms {
public:
  using Form = SmallVector<Coefficient>; ///< the states' coefficients, then the rest

  ScalarForms(OpBuilder &b, Location loc, size_t count) : b(b), loc(loc), count(count) {}

  void set(Value value, Form form) { forms[value] = std::move(form); }
  std::optional<Form> get(Value value) {
    auto known = forms.find(value);
    if (known != forms.end())
      return known->second;
    Form form(count);
    form.back() = Coefficient::of(mapping.lookupOrDefault(value));
    return form;
  }
  bool visit(Operation &op);
  Value materialize(const Coefficient &each, Type type) {
    if (each.kind == Coefficient::Known)
      return each.value;
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, each.isZero() ? 0.0 : 1.0));
  }

  std::string reason;
  IRMapping mapping; ///< independent numbers

private:
  OpBuilder &b;
  Location loc;
  size_t count;
  llvm::DenseMap<Value, Form> forms;

  bool hasStates(Value value) { return forms.count(value); }
  /// Both in the wider of their types.
  void agree(Value &x, Value &y) {
    unsigned left = x.getType().getIntOrFloatBitWidth(), right = y.getType().getIntOrFloatBitWidth();
    if (left < right)
      x = arith::ExtFOp::create(b, loc, y.getType(), x);
    else if (right < left)
      y = arith::ExtFOp::create(b, loc, x.getType(), y);
  }
  template <typename Op> Value binary(Value x, Value y) {
    agree(x, y);
    return Op::create(b, loc, x, y);
  }
  Coefficient times(const Coefficient &x, Value y) {
    return x.isZero() ? x : Coefficient::of(x.kind == Coefficient::One ? y : binary<arith::MulFOp>(x.value, y));
  }
  Coefficient negated(const Coefficient &x, Type type) {
    if (x.isZero())
      return x;
    Value value = materialize(x, type);
    return Coefficient::of(arith::NegFOp::create(b, loc, value));
  }
  Coefficient plus(const Coefficient &x, const Coefficient &y, Type type) {
    if (x.isZero() || y.isZero())
      return x.isZero() ? y : x;
    return Coefficient::of(binary<arith::AddFOp>(materialize(x, type), materialize(y, type)));
  }
  Form sum(const Form &x, const Form &y, Type type) {
    Form form;
    for (auto [a, c] : llvm::zip_equal(x, y))
      form.push_back(plus(a, c, type));
    return form;
  }
  Form product(const Form &x, Value y) {
    return llvm::map_to_vector<4>(x, [&](const Coefficient &each) { return times(each, y); });
  }
};

bool ScalarForms::visit(Operation &op) {
  bool any = llvm::any_of(op.getOperands(), [&](Value each) { return hasStates(each); });
  if (!any) {
    b.clone(op, mapping);
    return true;
  }
  auto wrong = [&](const Twine &why) {
    reason = why.str();
    return false;
  };
  if (op.getNumResults() != 1)
    return wrong("what is handed on is not linear in what was handed over");
  Type type = op.getResult(0).getType();
  auto form = [&](unsigned position) { return *get(op.getOperand(position)); };
  auto plain = [&](unsigned position) { return mapping.lookupOrDefault(op.getOperand(position)); };
  Form result;
  if (isa<arith::AddFOp>(op)) {
    result = sum(form(0), form(1), type);
  } else if (isa<arith::SubFOp>(op)) {
    Form other;
    for (const Coefficient &each : form(1))
      other.push_back(negated(each, type));
    result = sum(form(0), other, type);
  } else if (isa<arith::NegFOp>(op)) {
    for (const Coefficient &each : form(0))
      result.push_back(negated(each, type));
  } else if (isa<arith::MulFOp>(op) || isa<math::FmaOp>(op)) {
    if (hasStates(op.getOperand(0)) && hasStates(op.getOperand(1)))
      return wrong("what is handed on has a product of two values that were handed over");
    bool first = hasStates(op.getOperand(0)), second = hasStates(op.getOperand(1));
    if (!first && !second) { // x * y + state
      result = Form(count);
      result.back() = Coefficient::of(binary<arith::MulFOp>(plain(0), plain(1)));
    } else {
      result = product(form(first ? 0 : 1), plain(first ? 1 : 0));
    }
    if (isa<math::FmaOp>(op))
      result = sum(result, form(2), type);
  } else if (isa<arith::DivFOp>(op)) {
    if (hasStates(op.getOperand(1)))
      return wrong("what is handed on divides by what was handed over");
    for (const Coefficient &each : form(0))
      result.push_back(each.isZero() ? each
                                     : Coefficient::of(binary<arith::DivFOp>(materialize(each, type), plain(1))));
  } else if (isa<arith::SelectOp>(op)) { // states are floats: the condition is none
    Form yes = form(1), no = form(2);
    for (auto [a, c] : llvm::zip_equal(yes, no)) {
      if (a.isZero() && c.isZero()) {
        result.push_back(a);
        continue;
      }
      Value x = materialize(a, type), y = materialize(c, type);
      agree(x, y);
      result.push_back(Coefficient::of(arith::SelectOp::create(b, loc, plain(0), x, y)));
    }
  } else if (isa<arith::ExtFOp, arith::TruncFOp>(op)) {
    // Coefficients stay in the widest type: roundings inside of the scan are dropped.
    for (Coefficient each : form(0)) {
      if (each.kind == Coefficient::Known &&
          each.value.getType().getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
        each.value = arith::ExtFOp::create(b, loc, type, each.value);
      result.push_back(each);
    }
  } else {
    return wrong(Twine("what is handed on goes through ") + op.getName().getStringRef());
  }
  set(op.getResult(0), result);
  return true;
}

} // namespace

std::optional<LinearForm> LinearForms::ofGeneric(linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1 || depends(op.getDpsInits()[0]))
    return fail("what is handed on is summed up in place");
  Block *body = op.getBody();
  unsigned loops = op.getNumLoops();
  if (op.getNumParallelLoops() != loops)
    return fail("what is handed on mixes elements of what was handed over");
  // The body must not read states at computed positions.
  bool captured = false;
  llvm::SetVector<Value> used;
  getUsedValuesDefinedAbove(op->getRegions(), used);
  for (Value each : used)
    captured |= depends(each);
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (captured || !out.isPermutation())
    return fail("what is handed on reads what was handed over at computed positions");

  // The forms of the inputs, and the one map from loops to the states' elements.
  AffineMap map;
  SmallVector<std::optional<LinearForm>> inputs;
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    AffineMap indexing = op.getMatchingIndexingMap(operand);
    if (!tensorType(operand->get()) || !depends(operand->get())) {
      inputs.push_back(std::nullopt);
      operands.push_back(operand->get());
      maps.push_back(indexing);
      continue;
    }
    auto form = get(operand->get());
    if (!form)
      return std::nullopt;
    AffineMap composed = form->map.compose(indexing);
    if (map && map != composed)
      return fail("what is handed on combines different elements of what was handed over");
    map = composed;
    inputs.push_back(form);
    for (const Coefficient &each : form->states)
      if (each.kind == Coefficient::Known) {
        operands.push_back(each.value);
        maps.push_back(indexing);
      }
    if (form->rest.kind == Coefficient::Known) {
      operands.push_back(form->rest.value);
      maps.push_back(indexing);
    }
  }

  // A body that reads its destination reads one operand more.
  if (op.payloadUsesValueFromOperand(op.getDpsInitOperand(0))) {
    inputs.push_back(std::nullopt);
    operands.push_back(op.getDpsInits()[0]);
    maps.push_back(out);
  }

  // One generic for each coefficient. All have the same body, of which each yields another value.
  LinearForm result;
  result.states.resize(states.size());
  OpBuilder b(op);
  Location loc = op.getLoc();
  size_t count = states.size() + 1;
  for (size_t which = 0; which < count; ++which) {
    Coefficient coefficient;
    std::string problem;
    SmallVector<AffineMap> allMaps = maps;
    allMaps.push_back(out);
    // The element type is known only when the body is made.
    Region region;
    Block *block = b.createBlock(&region);
    for (Value operand : operands)
      block->addArgument(getElementTypeOrSelf(operand.getType()), loc);
    OpBuilder inner(op.getContext());
    inner.setInsertionPointToStart(block);
    ScalarForms scalars(inner, loc, count);
    unsigned next = 0;
    for (auto [position, form] : llvm::enumerate(inputs)) {
      Value argument = body->getArgument(position);
      if (!form) {
        scalars.mapping.map(argument, block->getArgument(next++));
        continue;
      }
      ScalarForms::Form scalar(form->states.begin(), form->states.end());
      scalar.push_back(form->rest);
      for (Coefficient &each : scalar)
        if (each.kind == Coefficient::Known)
          each.value = block->getArgument(next++);
      scalars.set(argument, scalar);
    }
    bool fine = true;
    for (Operation &each : body->without_terminator())
      if (fine && !scalars.visit(each))
        fine = false;
    if (!fine) {
      problem = scalars.reason;
    } else {
      coefficient = (*scalars.get(body->getTerminator()->getOperand(0)))[which];
      auto argument = coefficient.kind == Coefficient::Known ? dyn_cast<BlockArgument>(coefficient.value) : nullptr;
      if (argument && argument.getOwner() == block && maps[argument.getArgNumber()] == out &&
          tensorType(operands[argument.getArgNumber()])) {
        coefficient.value = operands[argument.getArgNumber()]; // as it is
      } else if (coefficient.kind == Coefficient::Known) {
        Type element = coefficient.value.getType();
        block->addArgument(element, loc);
        linalg::YieldOp::create(inner, loc, coefficient.value);
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(op);
        auto like = op.getDpsInits()[0].getDefiningOp<tensor::EmptyOp>();
        SmallVector<OpFoldResult> sizes =
            like ? like.getMixedSizes() : tensor::getMixedSizes(b, loc, op.getDpsInits()[0]);
        Value empty = tensor::EmptyOp::create(b, loc, sizes, element);
        SmallVector<utils::IteratorType> iterators(loops, utils::IteratorType::parallel);
        auto made = linalg::GenericOp::create(b, loc, empty.getType(), operands, empty, allMaps, iterators);
        made.getRegion().takeBody(region);
        coefficient.value = made.getResult(0);
      }
    }
    if (!fine)
      return fail(problem);
    (which + 1 == count ? result.rest : result.states[which]) = coefficient;
  }
  result.map = map ? map.compose(inversePermutation(out)) : AffineMap();
  return result;
}
