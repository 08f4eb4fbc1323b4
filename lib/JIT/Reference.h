//===- Reference.h - Runs functions by their definitions ---------------------------------------------*- C++ -*-===//
//
// Compiles one function of a module, at whatever stage, through the plain reference lowering, and calls it in this
// process on tensors: for `mambac --verify`, `mamba-opt --run` and tests. Its memory is counted and bounded, and failed
// checks of the program come back as errors.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_JIT_REFERENCE_H
#define MAMBAC_LIB_JIT_REFERENCE_H

#include "lib/JIT/HostTensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace llvm::orc {
class LLJIT;
}

namespace mambac {

/// What a function takes, in order; scalars are tensors of rank 0.
struct ReferenceArgument {
  mlir::Type element;
  llvm::SmallVector<int64_t> shape; ///< ShapedType::kDynamic where open
  bool isBuffer = false;            ///< a memref: the call may write to it
  std::string weight;               ///< the name of the ssm.weight that it stands for; those come last
};

/// What an argument points to in a call.
struct ReferenceBuffer {
  void *data;
  llvm::SmallVector<int64_t> shape;
  ReferenceBuffer(HostTensor &tensor) : data(tensor.bytes.data()), shape(tensor.shape) {}
  ReferenceBuffer(const void *data, llvm::ArrayRef<int64_t> shape) : data(const_cast<void *>(data)), shape(shape) {}
};

class ReferenceProgram {
public:
  struct Options {
    bool optimize = false;    ///< spend time on faster code
    bool countMemory = false; ///< free temporaries as early as possible, so that the peak means something
    bool checkSizes = false;  ///< sizes and indices that do not fit are errors, not crashes
    bool countFlops = false;  ///< count what runs; somewhat slower
    int64_t memoryLimit = int64_t(1) << 40;
  };

  /// Compiles function `name` of a copy of `module`.
  static llvm::Expected<std::unique_ptr<ReferenceProgram>> make(mlir::ModuleOp module, llvm::StringRef name,
                                                                const Options &options);
  ~ReferenceProgram();

  llvm::ArrayRef<ReferenceArgument> arguments() const { return signature; }
  /// Runs on one buffer for each argument, whose shapes must fit.
  llvm::Expected<std::vector<HostTensor>> run(llvm::ArrayRef<ReferenceBuffer> buffers);

  /// Of the last run: the most bytes that were allocated at one time, the largest single allocation, and seconds.
  int64_t peakBytes = 0, largestBytes = 0;
  double seconds = 0;
  int64_t flops = 0; ///< with countFlops

private:
  ReferenceProgram() = default;
  llvm::Error describe(mlir::func::FuncOp function);
  llvm::Error lower(mlir::ModuleOp module, llvm::StringRef name);

  Options options;
  llvm::SmallVector<ReferenceArgument> signature;
  llvm::SmallVector<mlir::RankedTensorType> results;
  std::unique_ptr<llvm::orc::LLJIT> jit;
  void (*call)(void **) = nullptr;
  int64_t *flopCounter = nullptr;
};

} // namespace mambac

#endif // MAMBAC_LIB_JIT_REFERENCE_H
