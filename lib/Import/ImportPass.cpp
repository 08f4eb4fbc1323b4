//===- ImportPass.cpp - The Import stage as a pass ----------------------------------------------------------------===//
//
// `mamba-opt --mambac-import="archive=model.pt2"` starts from an archive as mambac does, for passes to go on from.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Import/Import.h"

#include "dialects/SSM/IR/SSM.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

namespace mambac {
#define GEN_PASS_DECL
#define GEN_PASS_DEF_IMPORTARCHIVEPASS
#define GEN_PASS_REGISTRATION
#include "lib/Import/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

struct ImportArchivePass : mambac::impl::ImportArchivePassBase<ImportArchivePass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (archive.empty()) {
      module.emitError("mambac-import-archive needs the option archive=MODEL.pt2");
      return signalPassFailure();
    }
    if (!module.getBody()->empty()) {
      module.emitError("an archive is read into an empty module, and this one has operations");
      return signalPassFailure();
    }
    OwningOpRef<ModuleOp> read = mambac::importModel(archive, getContext(), nullptr, model);
    if (!read)
      return signalPassFailure();
    module.getBodyRegion().takeBody(read->getBodyRegion());
    module->setAttrs(read->getOperation()->getAttrDictionary());
    module->setLoc(read->getLoc());
  }
};

struct ImportOptions : PassPipelineOptions<ImportOptions> {
  Option<std::string> archive{*this, "archive", llvm::cl::desc("The .pt2 file")};
  Option<std::string> model{*this, "model", llvm::cl::desc("Which of its models, if there are several")};
};

} // namespace

std::unique_ptr<Pass> mambac::createVerifyInput() { return createVerifyInputPass(); }

void mambac::registerImportPasses() {
  registerImportStagePasses();
  PassPipelineRegistration<ImportOptions>("mambac-import", "Read an exported program to linalg on tensors",
                                          [](OpPassManager &pm, const ImportOptions &options) {
                                            ImportArchivePassOptions how;
                                            how.archive = options.archive;
                                            how.model = options.model;
                                            pm.addPass(createImportArchivePass(how));
                                          });
}
