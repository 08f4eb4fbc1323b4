//===- CompiledModule.h - A module through the rest of the compiler, ready to run ---------------------*- C++ -*-===//
//
// Takes a copy of a module from where it stands (tensors, or scheduled already) through scheduling, weight packing and
// CPU lowering into this process: for `mamba-opt --run`, where the effect of a pass on time and memory should show.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_COMPILEDMODULE_H
#define MAMBAC_LIB_EMIT_COMPILEDMODULE_H

#include "lib/Emit/PackWeights.h"
#include "lib/JIT/EntryInputs.h"
#include "lib/JIT/JIT.h"
#include "mlir/IR/BuiltinOps.h"

namespace mambac {

/// What a run of an entry gives: an output, or a state that it writes.
struct OutputType {
  mlir::Type element;
  int64_t rank;
  std::optional<unsigned> state; ///< the input that is this state
};

/// What a scheduled entry gives: its outputs, then its states.
llvm::SmallVector<OutputType> outputsOf(mlir::func::FuncOp driver);

/// Runs an entry of a loaded product on copies of its states. `outputs` that are no states are in the entry's order.
llvm::Expected<std::vector<HostTensor>> runProduct(LoadedObject &object, unsigned entry,
                                                   llvm::ArrayRef<HostTensor> inputs, llvm::ArrayRef<int64_t> symbols,
                                                   const void *weights, llvm::ArrayRef<OutputType> outputs,
                                                   double *seconds = nullptr, const CallHooks &hooks = {});

class CompiledModule {
public:
  /// `entry` is the one function that is kept as an entry. `besides` is where a file of packed weights may be made.
  static llvm::Expected<std::unique_ptr<CompiledModule>> make(mlir::ModuleOp source, llvm::StringRef entry,
                                                              const WeightSource &weights, llvm::StringRef besides);

  llvm::Expected<std::vector<HostTensor>> run(llvm::ArrayRef<HostTensor> inputs);
  /// Of the last run: temporaries, and floating-point operations by the kernels' definitions.
  int64_t arenaBytes() const;
  double countFlops() const;
  double seconds = 0; ///< of the last run

private:
  llvm::Error readEntry(mlir::ModuleOp module, mlir::func::FuncOp function);
  void orderAs(llvm::ArrayRef<std::optional<unsigned>> updates);

  std::unique_ptr<PackedWeights> packed;
  std::unique_ptr<LoadedObject> loaded;
  EntryInputs entry;
  llvm::SmallVector<OutputType> outputs;
  llvm::SmallVector<int64_t> symbols; ///< of the last run
  /// For each kernel that is called, its operations as a map of the symbols.
  llvm::SmallVector<mlir::AffineMap> flops;
};

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_COMPILEDMODULE_H
