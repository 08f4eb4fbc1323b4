//===- PlainProducts.cpp - Sums over nothing become the product alone -------------------------------------------===//

#include "lib/Raise/Element.h"
#include "lib/Raise/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mambac {
#define GEN_PASS_DEF_PLAINPRODUCTS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac::raise;

namespace {

struct PlainProductsPass : mambac::impl::PlainProductsBase<PlainProductsPass> {
  void runOnOperation() override {
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.getNumReductionLoops() != 0 || op.getNumDpsInits() != 1 || !op.hasPureTensorSemantics())
        return;
      OpOperand *init = op.getDpsInitOperand(0);
      BlockArgument out = op.getMatchingBlockArgument(init);
      Operation *yield = op.getBody()->getTerminator();
      auto add = yield->getOperand(0).getDefiningOp<arith::AddFOp>();
      if (!add || !out.hasOneUse() || (add.getLhs() != out && add.getRhs() != out))
        return;
      auto fill = init->get().getDefiningOp<linalg::FillOp>();
      if (!fill || getFloatConstant(fill.getInputs()[0]) != 0.0)
        return;
      yield->setOperand(0, add.getLhs() == out ? add.getRhs() : add.getLhs());
      add.erase();
      // What is never read need not be filled.
      init->set(fill.getOutputs()[0]);
      ++numSimplified;
    });
  }
};

} // namespace
