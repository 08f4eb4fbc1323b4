//===- RaiseUtils.cpp - The order in which candidates are tried, remarks, and small rewrites --------------------===//

#include "lib/Raise/RaiseUtils.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mambac::raise;

RootQueue::RootQueue(func::FuncOp func, llvm::function_ref<bool(Value)> isCandidate) {
  // Operations of the function's own blocks alone; bodies of linalg ops hold scalars.
  func.walk<WalkOrder::PreOrder>([&](Operation *op) {
    for (Value result : op->getResults())
      if (isa<RankedTensorType>(result.getType()) && isCandidate(result))
        candidates.push_back(result);
    return isa<linalg::LinalgOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
}

Value RootQueue::next() {
  while (!candidates.empty()) {
    Value value = candidates.pop_back_val();
    // An erased operation's results must not be touched: its address is all that is looked at.
    auto result = cast<OpResult>(value);
    if (erased.contains(result.getOwner()))
      continue;
    if (!value.use_empty())
      return value;
    // What only a dead value is computed from is no candidate either.
    eraseDead(result.getOwner());
  }
  return {};
}

void RootQueue::eraseDead(Operation *op) {
  SmallVector<Operation *> work{op};
  while (!work.empty()) {
    Operation *dead = work.pop_back_val();
    if (erased.contains(dead) || !isOpTriviallyDead(dead))
      continue;
    SmallVector<Operation *> producers;
    for (Value operand : dead->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        producers.push_back(producer);
    erased.insert(dead);
    llvm::erase_if(declined, [&](auto &note) { return note.root.getDefiningOp() == dead; });
    toErase.push_back(dead);
    dead->dropAllReferences();
    dead->remove();
    work.append(producers);
  }
}

RootQueue::~RootQueue() {
  for (Operation *op : toErase)
    op->destroy();
}

void RootQueue::replace(Value root, Value by) {
  Operation *op = root.getDefiningOp();
  // What was larger and declined contains this one, which is enough.
  llvm::SmallPtrSet<Operation *, 16> behind;
  SmallVector<Operation *> work(root.getUsers());
  while (!work.empty() && behind.size() < 256) {
    Operation *user = work.pop_back_val();
    if (behind.insert(user).second)
      work.append(user->user_begin(), user->user_end());
  }
  llvm::erase_if(declined, [&](auto &note) { return behind.contains(note.root.getDefiningOp()); });
  root.replaceAllUsesWith(by);
  eraseDead(op);
}

unsigned RootQueue::reportDeclined(StringRef opName) {
  // A declined value that only feeds another declined one is a part of it.
  llvm::DenseSet<Value> inner;
  unsigned count = 0;
  for (auto &note : declined) {
    Value root = note.root;
    bool isPart = llvm::any_of(root.getUsers(), [&](Operation *user) {
      return llvm::any_of(user->getResults(), [&](Value result) {
        return inner.contains(result) || llvm::any_of(declined, [&](auto &other) { return other.root == result; });
      });
    });
    if (isPart) {
      inner.insert(root);
      continue;
    }
    remarkDeclined(root, note.opName.empty() ? opName : note.opName, note.reason);
    ++count;
  }
  return count;
}

bool mambac::raise::isWholeDim(Value tensor, int64_t dim, OpFoldResult size) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return getConstantIntValue(size) == type.getDimSize(dim);
  if (auto value = dyn_cast<Value>(size))
    if (auto read = value.getDefiningOp<tensor::DimOp>(); read && read.getSource() == tensor)
      return read.getConstantIndex() == dim;
  Operation *def = tensor.getDefiningOp();
  if (auto insert = dyn_cast_or_null<tensor::InsertSliceOp>(def))
    return isWholeDim(insert.getDest(), dim, size);
  if (auto empty = dyn_cast_or_null<tensor::EmptyOp>(def))
    return empty.getMixedSizes()[dim] == size;
  if (auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(def))
    return isWholeDim(linalgOp.getDpsInitOperand(cast<OpResult>(tensor).getResultNumber())->get(), dim, size);
  return false;
}

bool mambac::raise::dependsOnWeightsAlone(Value value) {
  SmallVector<Value> work{value};
  llvm::SmallPtrSet<Operation *, 16> seen;
  bool any = false;
  while (!work.empty()) {
    Operation *op = work.pop_back_val().getDefiningOp();
    if (!op || seen.size() > 64)
      return false;
    if (!seen.insert(op).second)
      continue;
    any |= isa<ssm::WeightOp>(op);
    work.append(op->operand_begin(), op->operand_end());
  }
  return any;
}

Value mambac::raise::reshapeUnitDims(OpBuilder &b, Location loc, Value value, RankedTensorType type) {
  auto from = cast<RankedTensorType>(value.getType());
  if (from == type)
    return value;
  auto groups = getReassociationIndicesForReshape(from, type);
  if (!groups || from.getRank() == type.getRank())
    return {};
  if (from.getRank() > type.getRank())
    return tensor::CollapseShapeOp::create(b, loc, type, value, *groups);
  // Each group holds at most one dimension that is not of size 1; the others are static.
  SmallVector<OpFoldResult> sizes(type.getRank(), b.getIndexAttr(1)), known = tensor::getMixedSizes(b, loc, value);
  for (auto [group, size] : llvm::zip_equal(*groups, known)) {
    int64_t large = group.front();
    for (int64_t dim : group)
      if (type.getDimSize(dim) != 1)
        large = dim;
    sizes[large] = size;
  }
  return tensor::ExpandShapeOp::create(b, loc, type, value, *groups, sizes);
}

Location mambac::raise::getScanLocation(Value root) {
  // Breadth first to the nearest cumulative sum or scan.
  SmallVector<Operation *> work;
  llvm::SmallPtrSet<Operation *, 32> seen;
  if (Operation *op = root.getDefiningOp())
    work.push_back(op);
  for (unsigned next = 0; next < work.size() && next < 256; ++next) {
    Operation *op = work[next];
    if (isa<ssm::CumsumOp, ssm::SegsumOp, ssm::ScanOp>(op))
      return op->getLoc();
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp(); producer && seen.insert(producer).second)
        work.push_back(producer);
  }
  return root.getLoc();
}

void mambac::raise::remarkFound(Value root, StringRef opName) { remarkFound(root.getLoc(), opName); }

void mambac::raise::remarkFound(Location place, StringRef opName) {
  remark::passed(place, remark::RemarkOpts::name("raised").category("mambac-raise")) << opName;
}

void mambac::raise::remarkDeclined(Value root, StringRef opName, StringRef reason) {
  remark::missed(root.getLoc(), remark::RemarkOpts::name("declined").category("mambac-raise"))
      << opName << remark::reason("{0}", reason.str());
}
