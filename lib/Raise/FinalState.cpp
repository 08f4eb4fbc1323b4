//===- FinalState.cpp - The state that a raised scan leaves behind ----------------------------------------------===//

#include "lib/Raise/FinalState.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mambac::raise;

SmallVector<Value> mambac::raise::getByproducts(Value root, const ScanDependence &dependence) {
  int generation = dependence.get(root).generation;
  auto belongs = [&](Value value) { return dependence.isLinear(value, generation); };
  // What root is computed from, and then what else is computed from that.
  llvm::SetVector<Value> inside;
  inside.insert(root);
  for (unsigned next = 0; next < inside.size(); ++next)
    if (Operation *op = inside[next].getDefiningOp())
      for (Value operand : getReadValues(op))
        if (belongs(operand))
          inside.insert(operand);
  llvm::SetVector<Value> byproducts;
  auto addUsersOf = [&](Value value) {
    for (Value sibling : value.getDefiningOp()->getResults())
      if (sibling != value && belongs(sibling) && !inside.contains(sibling) && !sibling.use_empty())
        byproducts.insert(sibling);
    for (Operation *inner : value.getUsers()) {
      Operation *user = root.getParentBlock()->findAncestorOpInBlock(*inner);
      if (!user)
        continue;
      bool any = false;
      for (Value result : user->getResults())
        if (belongs(result)) {
          any = true;
          if (!inside.contains(result))
            byproducts.insert(result);
        }
      if (!any && value != root)
        byproducts.insert(value);
    }
  };
  for (unsigned next = 1; next < inside.size(); ++next)
    if (inside[next].getDefiningOp())
      addUsersOf(inside[next]);
  for (unsigned next = 0; next < byproducts.size(); ++next)
    if (!inside.contains(byproducts[next]))
      addUsersOf(byproducts[next]);
  // A loop may hold the state in values of its own: what ends a computation of this kind may be it.
  for (Operation &op : *root.getParentBlock())
    for (Value result : op.getResults())
      if (belongs(result) && !inside.contains(result) && llvm::any_of(result.getUsers(), [&](Operation *user) {
            return llvm::none_of(user->getResults(), belongs);
          }))
        byproducts.insert(result);
  // Not what is computed from the result itself.
  llvm::SetVector<Operation *> after;
  for (Operation *user : root.getUsers())
    after.insert(user);
  for (unsigned next = 0; next < after.size(); ++next)
    for (Value result : after[next]->getResults())
      if (belongs(result))
        after.insert(result.user_begin(), result.user_end());
  SmallVector<Value> values;
  for (Value value : byproducts)
    if (!after.contains(value.getDefiningOp()) && value.getParentBlock() == root.getParentBlock())
      values.push_back(value);
  llvm::sort(values, [](Value a, Value b) { return b.getDefiningOp()->isBeforeInBlock(a.getDefiningOp()); });
  return values;
}

std::optional<SmallVector<Lin>> mambac::raise::findPosition(IndexSpace &space, Value tensor, ArrayRef<Axis> axes,
                                                            std::optional<std::pair<unsigned, unsigned>> merged,
                                                            llvm::function_ref<bool(ArrayRef<Lin>)> matches) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<Lin> position(type.getRank());
  SmallVector<bool> used(axes.size(), false);
  for (auto [number, axis] : llvm::enumerate(axes))
    used[number] = axis.position.isConstant();
  // Sizes known at run time only may be equal without our knowing: what is read then tells.
  auto fits = [&](int64_t dim, const Lin &size) {
    Lin actual = space.getSize(tensor, dim);
    return actual == size || (!actual.isConstant() && !size.isConstant());
  };
  std::function<bool(int64_t)> assign = [&](int64_t dim) -> bool {
    if (dim == type.getRank())
      return llvm::all_of(used, [](bool u) { return u; }) && matches(position);
    if (type.getDimSize(dim) == 1) {
      position[dim] = Lin(0);
      return assign(dim + 1);
    }
    for (auto [number, axis] : llvm::enumerate(axes)) {
      if (used[number] || !fits(dim, axis.size))
        continue;
      used[number] = true;
      position[dim] = axis.position;
      if (assign(dim + 1))
        return true;
      used[number] = false;
    }
    if (!merged)
      return false;
    auto [outer, inner] = *merged;
    const Lin &innerSize = axes[inner].size, &outerSize = axes[outer].size;
    if (used[outer] || used[inner] || !innerSize.isConstant() || !fits(dim, outerSize * innerSize.constant))
      return false;
    used[outer] = used[inner] = true;
    position[dim] = axes[outer].position * innerSize.constant + axes[inner].position;
    if (assign(dim + 1))
      return true;
    used[outer] = used[inner] = false;
    return false;
  };
  if (!assign(0))
    return std::nullopt;
  return position;
}

void mambac::raise::moveUsersBehind(Value value, Operation *op) {
  llvm::SetVector<Operation *> users;
  auto add = [&](Value result) {
    for (Operation *user : result.getUsers())
      if (Operation *ancestor = op->getBlock()->findAncestorOpInBlock(*user); ancestor && ancestor->isBeforeInBlock(op))
        users.insert(ancestor);
  };
  add(value);
  for (unsigned next = 0; next < users.size(); ++next)
    for (Value result : users[next]->getResults())
      add(result);
  SmallVector<Operation *> ordered(users.begin(), users.end());
  llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *user : llvm::reverse(ordered))
    user->moveAfter(op);
}
