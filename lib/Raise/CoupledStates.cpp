//===- CoupledStates.cpp - Two states that are updated from each other, as parts of complex numbers ----------------===//
//
// A front end that has no complex numbers computes with their real and imaginary parts, so a complex recurrence comes
// as two lists of states, each of which needs both, one step late:
//
//   re[t] = a * re[t-1] - c * im[t-1] + ..        im[t] = a * im[t-1] + c * re[t-1] + ..
//
// While one is followed, the other is met one step late: a list whose values depend on the followed one's a step before.
// It is followed in turn, and stays open: a linear form in both. Once the first is known, too, the two forms are compared
// with the update above; together they are an ssm.scan of complex numbers. Which of them is called real, and whether
// anybody thought of complex numbers at all, does not matter.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/SameElements.h"
#include "lib/Raise/TimeStacker.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

/// The update of a state has fewer operations than this.
static constexpr size_t kMaxUpdate = 128;

static RankedTensorType tensorType(Value v) { return dyn_cast<RankedTensorType>(v.getType()); }

/// The list `id`, one step late and at the same place.
LinearInPrevious TimeStacker::carryOf(int id, Value like) {
  LinearInPrevious r;
  AffineMap identity = AffineMap::getMultiDimIdentityMap(tensorType(like).getRank(), rewriter.getContext());
  r.carries.push_back({id, std::nullopt, identity});
  return r;
}

/// Whether `list` looks like the states before each step of a recurrence that depends on another one, which is being
/// followed: its value two steps in is computed from that one's value at the first step, and none of a later one.
bool TimeStacker::dependsOnFollowed(ArrayRef<Value> list, bool reverse) {
  int64_t known = 2;
  auto at = [&](int64_t step) { return reverse ? steps - 1 - step : step; };
  while (known < steps && !list[at(known)])
    ++known;
  auto isPending = [&](Value value) {
    auto it = position.find(value);
    return it != position.end() && !it->second.empty();
  };
  if (known >= steps || isPending(list[at(known)]) || !list[at(known)].getDefiningOp())
    return false;
  bool depends = false;
  llvm::SetVector<Operation *> inside;
  inside.insert(list[at(known)].getDefiningOp());
  for (size_t next = 0; next < inside.size() && inside.size() < kMaxUpdate; ++next)
    for (Value operand : inside[next]->getOperands()) {
      if (isPending(operand)) {
        for (auto [id, step] : position[operand]) {
          if (step != at(known - 2))
            return false;
          depends = true;
        }
        continue;
      }
      if (Operation *op = operand.getDefiningOp(); op && tensorType(operand) && operand != list[at(known - 1)])
        inside.insert(op);
    }
  return depends;
}

/// Follows the states after each step of a recurrence, given those before each, and leaves it open: it depends on one
/// that is being followed. Nothing if it does not.
std::optional<int> TimeStacker::openCoupled(ArrayRef<Value> list, bool reverse) {
  Value init = reverse ? list.back() : list.front();
  SmallVector<std::optional<int64_t>, 2> firsts{std::nullopt};
  if (!init)
    firsts.push_back(reverse ? steps - 1 : 0);
  for (const SmallVector<Value> &after : getAfter(list, reverse))
    for (std::optional<int64_t> first : firsts) {
      if (first && !after[*first])
        continue;
      int id = pending.size();
      Result states = follow(after, first, /*isState=*/true);
      if (failed(states))
        continue;
      if (!pending[id].open)
        return std::nullopt;
      // A state that does not depend on itself was not met one step late.
      pending[id].init = init;
      pending[id].reverse = reverse;
      return id;
    }
  return std::nullopt;
}

bool TimeStacker::isSame(const Stacked &a, const Stacked &b, Value like, double sign) {
  return isMultiple(a.value, a.map, b.value, b.map, like, {steps}, sign);
}

/// The list depends on others. If these wait for it alone, all of them are known now; else it waits with them.
TimeStacker::Result TimeStacker::closeCoupled(int id) {
  SmallVector<int> states{id};
  for (size_t next = 0; next < states.size(); ++next)
    for (const Carry &carry : pending[states[next]].step.carries) {
      if (carry.recurrence != id && !pending[carry.recurrence].open) {
        pending[id].open = true;
        return pending[id].step;
      }
      if (!llvm::is_contained(states, carry.recurrence))
        states.push_back(carry.recurrence);
    }
  constexpr StringLiteral others("two states depend on each other, and not as the parts of complex numbers do");
  if (states.size() != 2)
    return fail(others);
  Pending &x = pending[states[0]], &y = pending[states[1]];
  Value like = getSample(x.values);
  if (tensorType(getSample(y.values)) != tensorType(like) || x.reverse != y.reverse || x.first != y.first)
    return fail("two states depend on each other, and begin or lie differently");
  // The two rows of the update: by itself, and by the other.
  std::optional<Stacked> own[2], cross[2];
  bool hasOwn[2] = {false, false}, hasCross[2] = {false, false};
  for (unsigned row : {0u, 1u}) {
    if (failed(checkPlaces(states[row])))
      return failure();
    for (const Carry &carry : pending[states[row]].step.carries) {
      bool isOwn = carry.recurrence == states[row];
      (isOwn ? own : cross)[row] = asOperand(carry.scale, 1, like);
      bool &has = (isOwn ? hasOwn : hasCross)[row];
      assert(!has && "one carry for each state");
      has = true;
    }
    if (!hasOwn[row])
      own[row] = asOperand(std::nullopt, 0, like);
  }
  if (!hasCross[0] || !hasCross[1] || !isSame(*own[0], *own[1], like, 1) || !isSame(*cross[0], *cross[1], like, -1))
    return fail(others);
  // The real part is the one from which something is subtracted.
  bool swapped = isNegation(cross[1]->value) && !isNegation(cross[0]->value);
  int re = states[swapped], im = states[!swapped];
  LinearInPrevious real, imaginary;
  buildComplex(re, im, *own[swapped], *cross[!swapped], real, imaginary);
  int other = states[1];
  memo[getSample(pending[other].values)].push_back({pending[other].values, swapped ? real : imaginary, true});
  forget(other);
  return swapped ? imaginary : real;
}

/// The ssm.scan of two lists, as real and imaginary part, and its results.
void TimeStacker::buildComplex(int re, int im, const Stacked &decay, const Stacked &rotation, LinearInPrevious &real,
                               LinearInPrevious &imaginary) {
  MLIRContext *ctx = rewriter.getContext();
  Value like = getSample(pending[re].values);
  auto type = tensorType(like);
  AffineMap identity = timeFirstMap(type.getRank(), ctx), stateMap = invariantMap(type.getRank(), ctx);
  Stacked inputs[] = {getInput(re), getInput(im)};
  Value inits[] = {getInit(re), getInit(im)};
  SmallVector<AffineMap> maps{decay.map, inputs[0].map};
  if (inits[0])
    maps.push_back(stateMap);
  maps.append({rotation.map, inputs[1].map});
  if (inits[1])
    maps.push_back(stateMap);
  SmallVector<Value> outs;
  for (unsigned part = 0; part < 2; ++part)
    outs.push_back(emptyLike(like, type.getElementType()));
  for (unsigned part = 0; part < 2; ++part)
    outs.push_back(tensor::EmptyOp::create(rewriter, loc, tensor::getMixedSizes(rewriter, loc, like),
                                           type.getElementType()));
  maps.append({identity, identity, stateMap, stateMap});
  bool reverse = pending[re].reverse;
  auto scan = ssm::ScanOp::create(rewriter, loc, decay.value, inputs[0].value, inits[0], rotation.value, inputs[1].value,
                                  inits[1], outs, maps, /*axis=*/0, reverse);
  recurrenceSeen = true;
  for (unsigned part : {0u, 1u}) {
    ArrayRef<Value> values = pending[part ? im : re].values;
    recurrences.push_back({reverse ? values.front() : values.back(), scan->getResult(2 + part)});
    (part ? imaginary : real).rest = Stacked{scan->getResult(part), identity};
  }
}
