//===- RunModule.h - mamba-opt --run ------------------------------------------------------------------*- C++ -*-===//
//
// Runs a function of a module, at whatever stage it is, on given or random inputs, and prints its results, the memory of
// its temporaries, its operations and its time: so that the effect of a pass shows by running before and after it.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_RUNMODULE_H
#define MAMBAC_LIB_EMIT_RUNMODULE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace mambac {

struct RunOptions {
  /// Through the rest of the compiler, or by the ops' definitions. Automatic takes the definitions where the compiler
  /// does not take the function.
  enum class Mode { Automatic, Compiled, Reference };
  using Assignment = std::pair<std::string, std::string>;

  Mode mode = Mode::Automatic;
  std::string function;            ///< the entry, or the only public function, if empty
  std::vector<Assignment> inputs;  ///< NAME or position = random|zeros|ones|random:2x3|FILE.npy
  std::vector<Assignment> shapes;  ///< NAME or position = 2x3
  std::vector<Assignment> sizes;   ///< symbol = size
  std::vector<Assignment> outputs; ///< NAME or position = FILE.npy
  std::string weights;             ///< an archive; values that depend on the seed and the weight's name, if empty
  uint64_t seed = 1;
  unsigned repeats = 5; ///< at most; of which the fastest counts
};

llvm::Error runModule(mlir::ModuleOp module, const RunOptions &options, llvm::raw_ostream &out);

/// runModule as a pass, for the end of a pipeline.
std::unique_ptr<mlir::Pass> createRunPass(RunOptions options);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_RUNMODULE_H
