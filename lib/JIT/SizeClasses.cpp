//===- SizeClasses.cpp - Which sizes of a function have to be equal --------------------------------------------===//
//
// See SizeClasses.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/JIT/SizeClasses.h"
#include "dialects/SSM/IR/SSM.h"

using namespace llvm;
using namespace mambac;

SizeClasses::SizeClasses(mlir::func::FuncOp function) {
  function.walk([&](mlir::Operation *op) { visit(op); });
}

int64_t SizeClasses::idOf(mlir::Value value, int64_t dim) {
  auto [at, inserted] = numbers.try_emplace({value, dim}, int64_t(parents.size()));
  if (inserted) {
    parents.push_back(at->second);
    sizes.push_back(cast<mlir::ShapedType>(value.getType()).getDimSize(dim));
    return at->second;
  }
  int64_t id = at->second;
  while (parents[id] != id)
    id = parents[id] = parents[parents[id]];
  return id;
}

void SizeClasses::unite(mlir::Value a, int64_t dimA, mlir::Value b, int64_t dimB) {
  int64_t first = idOf(a, dimA), second = idOf(b, dimB);
  if (first == second)
    return;
  parents[second] = first;
  if (mlir::ShapedType::isDynamic(sizes[first]))
    sizes[first] = sizes[second];
}

void SizeClasses::uniteShapes(mlir::Value a, mlir::Value b) {
  auto first = dyn_cast<mlir::ShapedType>(a.getType()), second = dyn_cast<mlir::ShapedType>(b.getType());
  if (first && second && first.hasRank() && second.hasRank() && first.getRank() == second.getRank())
    for (int64_t d = 0; d < first.getRank(); ++d)
      unite(a, d, b, d);
}

void SizeClasses::visit(mlir::Operation *op) {
  if (auto linalg = dyn_cast<mlir::linalg::LinalgOp>(op)) {
    SmallVector<std::pair<mlir::Value, int64_t>> loops(linalg.getNumLoops());
    for (mlir::OpOperand &operand : op->getOpOperands())
      for (auto [d, expr] : llvm::enumerate(linalg.getMatchingIndexingMap(&operand).getResults()))
        if (auto loop = dyn_cast<mlir::AffineDimExpr>(expr)) {
          auto &known = loops[loop.getPosition()];
          if (known.first)
            unite(known.first, known.second, operand.get(), int64_t(d));
          else
            known = {operand.get(), int64_t(d)};
        }
  } else if (auto indexed = dyn_cast<ssm::IndexedOpInterface>(op)) {
    for (unsigned axis = 0; axis < indexed.getNumAxes(); ++axis) {
      std::pair<mlir::Value, int64_t> known;
      for (unsigned i = 0; i < op->getNumOperands() && i < indexed.getMapsAttr().size(); ++i) {
        int64_t d = indexed.getDimOfAxis(i, axis);
        if (d < 0 || indexed.getGroupSize(i, axis) != 1 || indexed.hasOwnSize(i, axis))
          continue;
        if (known.first)
          unite(known.first, known.second, op->getOperand(i), d);
        else
          known = {op->getOperand(i), d};
      }
    }
  } else if (op->hasTrait<mlir::OpTrait::Elementwise>() ||
             isa<ssm::CumsumOp, mlir::tensor::CastOp, mlir::arith::SelectOp>(op)) {
    for (mlir::Value operand : op->getOperands())
      if (op->getNumResults())
        uniteShapes(op->getResult(0), operand);
  } else if (auto collapse = dyn_cast<mlir::tensor::CollapseShapeOp>(op)) {
    for (auto [d, group] : llvm::enumerate(collapse.getReassociationIndices()))
      if (group.size() == 1)
        unite(collapse.getSrc(), group[0], collapse.getResult(), int64_t(d));
  } else if (auto expand = dyn_cast<mlir::tensor::ExpandShapeOp>(op)) {
    for (auto [d, group] : llvm::enumerate(expand.getReassociationIndices()))
      if (group.size() == 1)
        unite(expand.getSrc(), int64_t(d), expand.getResult(), group[0]);
  } else if (auto loop = dyn_cast<mlir::scf::ForOp>(op)) {
    for (auto [init, inside, result, yielded] : llvm::zip(loop.getInitArgs(), loop.getRegionIterArgs(),
                                                          loop.getResults(), loop.getYieldedValues())) {
      uniteShapes(init, inside);
      uniteShapes(init, result);
      uniteShapes(init, yielded);
    }
  }
  if (auto destination = dyn_cast<mlir::DestinationStyleOpInterface>(op))
    for (mlir::OpResult result : op->getResults())
      uniteShapes(destination.getTiedOpOperand(result)->get(), result);
}
