//===- OpKinds.cpp - What an op does, in a word or two ----------------------------------------------------------===//
//
// See OpKinds.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Report/OpKinds.h"
#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mambac;

static std::string linalgKind(linalg::LinalgOp op) {
  if (isa<linalg::FillOp>(op))
    return "fill";
  Block *body = op.getBlock();
  bool gathers = false, multiplies = false, computes = false;
  for (Operation &inner : body->without_terminator()) {
    gathers |= isa<tensor::ExtractOp>(inner);
    multiplies |= isa<arith::MulFOp, arith::MulIOp>(inner);
    computes |= !isa<linalg::IndexOp>(inner);
  }
  if (gathers)
    return "gather";
  if (op.getNumReductionLoops() > 0)
    return multiplies ? "sum of products" : "reduction";
  if (!computes)
    return "copy";
  return multiplies && op.getNumDpsInputs() > 1 ? "product" : "elementwise";
}

std::string mambac::opKind(Operation *op) {
  StringRef name = op->getName().getStringRef();
  if (isa<ssm::WeightOp, tensor::EmptyOp, tensor::DimOp, func::FuncOp>(op) || op->hasTrait<OpTrait::IsTerminator>() ||
      op->hasTrait<OpTrait::ConstantLike>())
    return "";
  if (name.starts_with("ssm."))
    return name.str();
  if (auto generic = dyn_cast<linalg::LinalgOp>(op))
    return linalgKind(generic);
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp, tensor::ReshapeOp, tensor::ExtractSliceOp>(op))
    return "view";
  if (isa<tensor::InsertSliceOp, tensor::ConcatOp, tensor::PadOp>(op))
    return "assembly";
  if (isa<scf::SCFDialect>(op->getDialect()))
    return "loop";
  bool tensors = llvm::any_of(op->getResultTypes(), [](Type type) { return isa<ShapedType>(type); });
  if (op->hasTrait<OpTrait::Elementwise>())
    return tensors ? "elementwise" : "";
  return tensors || isa<func::CallOp>(op) ? name.str() : "";
}

ModelPlace mambac::modelPlace(Location loc) {
  ModelPlace place;
  loc->walk([&](Location part) {
    if (auto name = dyn_cast<NameLoc>(part); name && place.module.empty())
      place.module = name.getName().str();
    if (auto position = dyn_cast<FileLineColLoc>(part)) {
      place.file = position.getFilename().getValue().str();
      place.line = position.getLine();
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return place;
}
