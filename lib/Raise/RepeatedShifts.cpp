//===- RepeatedShifts.cpp - Tensors that are combined with themselves, shifted, again and again ------------------===//

#include "lib/Raise/RepeatedShifts.h"

#include "lib/Raise/ElementTrace.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mambac::raise;

/// A step of a scan has fewer operations than this.
static constexpr size_t kMaxStep = 48;

static bool isElementwise(Operation *op) {
  auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
  return linalgOp && linalgOp.getNumReductionLoops() == 0 && linalgOp->getNumResults() == 1 &&
         isArithmeticBody(linalgOp) && isa<FloatType>(getElementTypeOrSelf(linalgOp->getResult(0)));
}

/// The tensors that `op` combines several places of; those of its own type in `once` are computed by an earlier step.
static SmallVector<Value> getShifted(Operation *op, const llvm::DenseSet<Value> &once) {
  llvm::SetVector<Operation *> inside;
  inside.insert(op);
  llvm::MapVector<Value, llvm::SmallPtrSet<Operation *, 4>> readers; // slices of a tensor, or none for the whole
  bool combines = false;
  for (size_t next = 0; next < inside.size(); ++next) {
    Operation *step = inside[next];
    if (inside.size() > kMaxStep)
      return {};
    combines |= isa<linalg::LinalgOp>(step);
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(step)) {
      readers[slice.getSource()].insert(step);
      continue;
    }
    auto linalgOp = dyn_cast<linalg::LinalgOp>(step);
    for (Value operand : linalgOp ? SmallVector<Value>(linalgOp.getDpsInputs()) : SmallVector<Value>(step->getOperands())) {
      if (!isa<RankedTensorType>(operand.getType()))
        continue;
      if (linalgOp)
        readers[operand].insert(nullptr);
      bool isEarlier = operand.getType() == op->getResult(0).getType() && once.contains(operand);
      if (Operation *def = operand.getDefiningOp(); def && !isEarlier && (isTensorView(def) || isElementwise(def)))
        inside.insert(def);
    }
  }
  SmallVector<Value> shifted;
  if (combines)
    for (auto &[value, by] : readers)
      if (by.size() > 1)
        shifted.push_back(value);
  return shifted;
}

llvm::DenseSet<Value> mambac::raise::findRepeatedShifts(func::FuncOp func) {
  llvm::DenseSet<Value> once, repeated;
  for (Operation &op : func.front()) {
    if (op.getNumResults() != 1 || !(isElementwise(&op) || isa<tensor::ConcatOp, tensor::InsertSliceOp>(op)))
      continue;
    for (Value value : getShifted(&op, once)) {
      once.insert(op.getResult(0));
      if (once.contains(value))
        repeated.insert(op.getResult(0));
    }
  }
  return repeated;
}
