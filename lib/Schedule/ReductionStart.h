//===- ReductionStart.h - What a reduction starts from ---------------------------------------------*- C++ -*-===//
//
// The attribute `mambac.start` of a reduction on buffers says that it starts from a constant, whatever its output holds:
// the constant itself where there is one output, else a list with one of each output (a unit for one that is read).
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_REDUCTIONSTART_H
#define MAMBAC_LIB_SCHEDULE_REDUCTIONSTART_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"

namespace mambac {

constexpr llvm::StringLiteral kStartName = "mambac.start";

/// The constant that output `number` starts from; null if it starts from what is there.
inline mlir::TypedAttr getStart(mlir::linalg::LinalgOp op, unsigned number) {
  mlir::Attribute start = op->getAttr(kStartName);
  if (auto list = llvm::dyn_cast_or_null<mlir::ArrayAttr>(start))
    start = int64_t(list.size()) == op.getNumDpsInits() ? list[number] : mlir::Attribute();
  else if (op.getNumDpsInits() > 1)
    start = {};
  return llvm::dyn_cast_or_null<mlir::TypedAttr>(start);
}

inline void setStart(mlir::linalg::LinalgOp op, unsigned number, mlir::TypedAttr constant) {
  if (op.getNumDpsInits() == 1) {
    op->setAttr(kStartName, constant);
    return;
  }
  llvm::SmallVector<mlir::Attribute> list;
  for (unsigned i = 0; i < op.getNumDpsInits(); ++i) {
    mlir::Attribute known = i == number ? constant : getStart(op, i);
    list.push_back(known ? known : mlir::UnitAttr::get(op->getContext()));
  }
  op->setAttr(kStartName, mlir::ArrayAttr::get(op->getContext(), list));
}

/// The constant that a generic fills its only output with; null if it does something else.
inline mlir::TypedAttr filledWith(mlir::linalg::GenericOp op) {
  if (!op || op.getNumDpsInits() != 1 || op.getNumReductionLoops())
    return {};
  mlir::Value value = op.getBody()->getTerminator()->getOperand(0);
  if (auto arg = llvm::dyn_cast<mlir::BlockArgument>(value); arg && arg.getOwner() == op.getBody())
    value = op.getMatchingOpOperand(arg)->get();
  mlir::TypedAttr constant;
  mlir::matchPattern(value, mlir::m_Constant(&constant));
  return constant && !llvm::isa<mlir::ShapedType>(constant.getType()) ? constant : mlir::TypedAttr();
}

} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_REDUCTIONSTART_H
