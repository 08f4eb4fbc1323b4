//===- Verify.h - Every form of a module against the first one ----------------------------------------*- C++ -*-===//
//
// `mambac --verify`: runs a module as it was imported, by the definitions of its ops, on random inputs of a few small
// sizes, and compares what later forms compute: raised and scheduled ones by the definitions of their ops, too, so that
// a stage is judged without those behind it, and the final product as it is. Indices stay in their tables, sizes in their
// ranges, decays decay.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_VERIFY_H
#define MAMBAC_LIB_EMIT_VERIFY_H

#include "lib/Emit/PackWeights.h"
#include "lib/JIT/EntryInputs.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

namespace mlir {
class OpPassManager;
}

namespace mambac {

class StageVerifier {
public:
  /// Keeps a copy of `before`. `trials` are runs with other sizes and values.
  StageVerifier(mlir::ModuleOp before, WeightSource weights, unsigned trials = 3);
  ~StageVerifier();

  /// Compares a module of tensors, or of scheduled drivers, by definition. The error names the output and the place of
  /// the largest difference; it is a Mismatch, unless the module cannot be run.
  llvm::Error check(mlir::ModuleOp after);
  /// Compares a compiled product (its object files and one of its levels, which this machine has) with its packed weights.
  llvm::Error checkProduct(llvm::ArrayRef<llvm::ArrayRef<char>> objects, unsigned level, const void *packedWeights);

  /// "all 2 results of 3 runs, but for 1.2e-07 of the largest value", after a check that succeeded.
  std::string describe() const;

  /// Of a stage that was found to change results: the name of the first pass that does, among `build`'s on a copy of
  /// `before`. Empty if none of them does.
  std::string findPass(mlir::ModuleOp before, llvm::function_ref<void(mlir::OpPassManager &)> build);

  /// A result that differs.
  class Mismatch : public llvm::ErrorInfo<Mismatch> {
  public:
    static char ID;
    explicit Mismatch(std::string text) : text(std::move(text)) {}
    void log(llvm::raw_ostream &out) const override { out << text; }
    std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }

  private:
    std::string text;
  };

private:
  struct Trial {
    llvm::SmallVector<int64_t> sizes;
    llvm::SmallVector<int64_t> symbols; ///< of the driver, which may have one for each open dimension
    std::vector<HostTensor> inputs, expected;
  };
  struct Entry {
    std::string name;
    llvm::SmallVector<std::string> outputs;
    llvm::SmallVector<std::optional<unsigned>> updates; ///< the inputs that outputs are the new contents of
    std::vector<Trial> trials;
  };

  llvm::Error prepare(mlir::ModuleOp hint);
  llvm::Error prepareEntry(mlir::func::FuncOp function, mlir::ModuleOp hint);
  llvm::Expected<std::vector<std::vector<HostTensor>>> runTensors(mlir::ModuleOp module, const Entry &entry,
                                                                  llvm::ArrayRef<Trial> trials);
  llvm::Expected<std::vector<std::vector<HostTensor>>> runDriver(mlir::ModuleOp module, Entry &entry);
  llvm::Error packByDefinition(mlir::ModuleOp module, char *segment);
  llvm::Error compare(const Entry &entry, const Trial &trial, llvm::ArrayRef<HostTensor> actual);

  mlir::OwningOpRef<mlir::ModuleOp> original;
  WeightSource weights;
  unsigned numTrials;
  bool prepared = false, large = false;
  double tolerance; ///< of the coarsest float type that the module computes in
  std::vector<Entry> entries;
  double worst = 0;
  unsigned results = 0, runs = 0;
};

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_VERIFY_H
