//===- PackWeights.h - The packed weight segment ----------------------------------------------------*- C++ -*-===//
//
// Compiles a scheduled module's @prepare, describes what it takes (docs/product.md), and runs it on the archive's tensors. The
// results go straight into a mapped file; lib/Repack does the same with what the product keeps of it.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_PACKWEIGHTS_H
#define MAMBAC_LIB_EMIT_PACKWEIGHTS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <functional>

namespace mambac {

/// A tensor of the archive, dense and row-major. Empty `data` means that there is none of that name.
struct RawWeight {
  const void *data = nullptr;
  uint64_t bytes = 0;
  std::string dtype;             ///< the archive's word for its type; empty: that of the module
  std::vector<std::string> also; ///< other names of the archive for this tensor
  bool isConstant = false;       ///< it belongs to the model's code; other weights come without it
  std::shared_ptr<void> owner; ///< keeps a copy alive, where one was needed
  uint64_t mappedBytes = 0;    ///< how much of `data` lies in a read-only mapping of a file, which may lose its pages
};
using WeightSource = std::function<llvm::Expected<RawWeight>(llvm::StringRef name)>;

/// A file mapped for writing, removed again at the end.
class PackedWeights {
public:
  ~PackedWeights();
  void *data = nullptr;
  uint64_t bytes = 0;
  uint64_t hash = 0;       ///< of the contents; 0 if there are none
  uint64_t layoutHash = 0; ///< of what packs them
  std::string path;
  /// The code that packs them, for this machine's architecture: it has run. `object` is for the product's.
  llvm::SmallVector<char, 0> nativeObject, object;
};

/// Packs all weights of `module`, whose @prepare and its kernels are then erased from it. The file is made beside
/// `besides`. The code that fills it is for the lowest level of the architecture, so that every machine that runs it again makes
/// the same bytes; for a product of the architecture `target` it is compiled once more if that is another one. `names` are all
/// that the archive has.
llvm::Expected<std::unique_ptr<PackedWeights>> packWeights(mlir::ModuleOp module, const WeightSource &source,
                                                           llvm::StringRef besides,
                                                           const llvm::TargetMachine *target = nullptr,
                                                           llvm::ArrayRef<std::string> names = {});

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_PACKWEIGHTS_H
