//===- VerifyPasses.h - Checks after each pass --------------------------------------------------------*- C++ -*-===//
//
// Hooks a StageVerifier into a pass manager: after each pass that changed the module, the module is run and compared.
// For `mambac --verify`, once a stage is known to be wrong, and for `mamba-opt --check-passes`.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_VERIFYPASSES_H
#define MAMBAC_LIB_EMIT_VERIFYPASSES_H

#include "lib/Emit/Verify.h"
#include <functional>

namespace mlir {
class PassManager;
}

namespace mambac {

/// Told the name of a pass and what its check said.
using PassVerdict = std::function<void(llvm::StringRef pass, llvm::Error error)>;

/// The pass manager has to run on one thread.
void addCheckAfterPasses(mlir::PassManager &pm, StageVerifier &verifier, PassVerdict verdict);

/// For pass managers whose module is not there yet: the module as it is before the first pass is what counts. Weights are
/// random. Says what it finds on stderr and in `wrong`.
void addCheckOfPasses(mlir::PassManager &pm, bool &wrong);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_VERIFYPASSES_H
