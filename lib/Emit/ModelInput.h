//===- ModelInput.h - The module that a compilation starts from -------------------------------------*- C++ -*-===//
//
// Opens a `.pt2` archive through lib/Import or parses a `.mlir` file, owns the context, prints diagnostics with the
// model's places, and finds weights. It changes nothing in the module.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_MODELINPUT_H
#define MAMBAC_LIB_EMIT_MODELINPUT_H

#include "lib/Emit/PackWeights.h"
#include "mambac/Compiler.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/SourceMgr.h"

namespace mlir {
class OpPassManager;
}

namespace mambac {

class ModelInput {
public:
  ModelInput();
  ~ModelInput();
  /// An error without text has been told already, as a diagnostic.
  llvm::Error open(const CompileOptions &options);
  mlir::ModuleOp getModule() { return *module; }
  bool hasWeights() const { return bool(archive); }
  /// A file of the archive's folder extra/; empty if there is none.
  llvm::Expected<std::string> readExtra(llvm::StringRef name) const;
  /// Whether something was said about the model, in any stage so far.
  bool hasDiagnostics() const { return *diagnosed; }
  /// Weights of the archive; a `.mlir` file has none.
  WeightSource weights() const;
  /// The names of all its tensors, sorted.
  std::vector<std::string> weightNames() const;

private:
  llvm::Error openArchive(const CompileOptions &options);
  llvm::Error openText(const CompileOptions &options);

  struct Archive;
  std::shared_ptr<bool> diagnosed = std::make_shared<bool>(false);
  std::unique_ptr<Archive> archive; ///< null for a .mlir file
  std::unique_ptr<mlir::MLIRContext> context;
  llvm::SourceMgr sources;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// The weights of an archive, whatever its graph.
llvm::Expected<WeightSource> openWeights(llvm::StringRef path);

/// The Raise stage; nothing where it was not built.
void buildRaiseStage(mlir::OpPassManager &pm);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_MODELINPUT_H
