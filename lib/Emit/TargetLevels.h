//===- TargetLevels.h - The instruction sets that code is generated for ------------------------------*- C++ -*-===//
//
// What `--cpu` means: a list of CPUs, each with the target machine of LLVM that makes code for it. A product carries
// code for all of them and takes the best that the machine has when it is opened.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_TARGETLEVELS_H
#define MAMBAC_LIB_EMIT_TARGETLEVELS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>
#include <vector>

namespace mambac {

/// An instruction set and the way to generate code for it.
struct TargetLevel {
  std::string name; ///< as it was asked for; what mamba-run --cpu takes
  std::unique_ptr<llvm::TargetMachine> machine;
  std::vector<std::string> features; ///< of CPUFeatures.def, which the runtime looks for
  /// Whether its code is for another kind of processor than this machine's.
  bool isForeign() const;
  /// Whether this machine runs its code.
  bool runsHere() const;
};

/// The levels of the list `cpus`: native, portable, levels and names of CPUs, each with further features behind `+`.
/// Best first: by the width of vectors, then by the number of features.
llvm::Expected<std::vector<TargetLevel>> parseLevels(llvm::StringRef cpus);

/// Writes on `module` what its code is for: the description of the level's CPU (lib/Schedule/Target.h), the list of all
/// levels of the product (`mambac.levels`) and which of them this is (`mambac.level`).
void describeLevel(llvm::ArrayRef<TargetLevel> levels, size_t index, mlir::ModuleOp module);
/// The same for a module that is the only one.
void describeLevel(const TargetLevel &level, mlir::ModuleOp module);

/// All that code for the level depends on, this machine's cores and caches among them where it is for this machine.
std::string describeForKey(const TargetLevel &level);

/// The level of this machine.
llvm::Expected<TargetLevel> nativeLevel();

/// The lowest level of an architecture, or of this machine's: what code is for that any of its machines is to run.
llvm::Expected<TargetLevel> lowestLevel(const llvm::Triple &triple);
llvm::Expected<TargetLevel> lowestLevel();

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_TARGETLEVELS_H
