//===- PackWeights.h - The packed weight segment ----------------------------------------------------*- C++ -*-===//
//
// Compiles and runs a scheduled module's @prepare on the archive's tensors. The results go straight into a mapped file,
// and pages of both are given back while it runs, so memory does not grow with the weights.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_PACKWEIGHTS_H
#define MAMBAC_LIB_EMIT_PACKWEIGHTS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <functional>

namespace mambac {

/// A tensor of the archive, dense and row-major. Empty `data` means that there is none of that name.
struct RawWeight {
  const void *data = nullptr;
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
  uint64_t hash = 0; ///< of the contents; 0 if there are none
  std::string path;
};

/// Packs all weights of `module`, whose @prepare and its kernels are then erased from it. The file is made beside
/// `besides`, and the code that fills it is compiled for this machine, whatever the product is for.
llvm::Expected<std::unique_ptr<PackedWeights>> packWeights(mlir::ModuleOp module, const WeightSource &source,
                                                           llvm::StringRef besides);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_PACKWEIGHTS_H
