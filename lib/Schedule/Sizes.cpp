//===- Sizes.cpp - Sizes of a driver's values by its symbols --------------------------------------------------===//
//
// See Sizes.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/Sizes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

SmallVector<Value> mambac::symbolArguments(func::FuncOp driver) {
  SmallVector<Value> symbols;
  for (unsigned i = 0; i < driver.getNumArguments(); ++i)
    if (driver.getArgAttr(i, "mambac.symbol"))
      symbols.push_back(driver.getArgument(i));
  return symbols;
}

void mambac::resolveArgumentSizes(func::FuncOp driver) {
  SmallVector<Value> symbols = symbolArguments(driver);
  driver.walk([&](Operation *op) {
    Value source;
    std::optional<int64_t> position;
    if (auto dim = dyn_cast<tensor::DimOp>(op)) {
      source = dim.getSource();
      position = dim.getConstantIndex();
      if (auto read = source.getDefiningOp<bufferization::ToTensorOp>())
        source = read.getBuffer();
    } else if (auto dim = dyn_cast<memref::DimOp>(op)) {
      source = dim.getSource();
      position = dim.getConstantIndex();
    }
    auto arg = dyn_cast_or_null<BlockArgument>(source);
    if (!arg || !position || arg.getOwner() != &driver.getBody().front())
      return;
    auto map = driver.getArgAttrOfType<AffineMapAttr>(arg.getArgNumber(), "mambac.shape");
    if (!map || *position >= map.getValue().getNumResults())
      return;
    OpBuilder builder(op);
    auto single = AffineMap::get(0, symbols.size(), map.getValue().getResult(*position));
    Value size = affine::makeComposedAffineApply(builder, op->getLoc(), single, getAsOpFoldResult(symbols));
    op->getResult(0).replaceAllUsesWith(size);
  });
}
