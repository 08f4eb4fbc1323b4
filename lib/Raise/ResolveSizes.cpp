//===- ResolveSizes.cpp - Sizes are read off what values are computed from ------------------------------------===//
//
// As upstream's resolve-shaped-type-result-dims, but only where a size is asked for: a model that unrolls its steps has
// hundreds of thousands of operations, and visiting all of them after every few passes takes longer than the passes do.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "lib/Raise/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mambac {
#define GEN_PASS_DEF_RESOLVESIZES
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

struct ResolveSizesPass : mambac::impl::ResolveSizesBase<ResolveSizesPass> {
  using ResolveSizesBase::ResolveSizesBase;

  void runOnOperation() override {
    SmallVector<Operation *> sizes;
    getOperation().walk([&](tensor::DimOp size) { sizes.push_back(size); });
    if (sizes.empty())
      return markAllAnalysesPreserved();
    RewritePatternSet patterns(&getContext());
    memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
    memref::populateResolveShapedTypeResultDimsPatterns(patterns);
    GreedyRewriteConfig config;
    config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
    (void)applyOpPatternsGreedily(sizes, std::move(patterns), config);
  }
};

} // namespace
