//===- MemoryProfile.h - What a function holds in memory, op by op ----------------------------------*- C++ -*-===//
//
// Runs through a function in program order and adds up the bytes of the tensors that are alive, at given shapes of its
// inputs: what the program would take if each op wrote its result to memory, as PyTorch does. So the same function
// before and after raising shows what raising is worth. Inputs, results that the caller owns, weights and what depends on
// weights alone are not counted; a view shares the memory of what it views; a tensor.empty is nothing until an op
// writes into it. What kernels allocate inside themselves is not known here. On buffers, allocations are counted
// instead, or the parts of the arena where there is one.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPORT_MEMORYPROFILE_H
#define MAMBAC_LIB_REPORT_MEMORYPROFILE_H

#include "lib/Report/ShapeEvaluator.h"
#include <string>
#include <vector>

namespace mambac {

struct MemoryProfile {
  /// One op that computes something.
  struct Point {
    mlir::Operation *op;
    int64_t live;  ///< bytes of temporaries while it runs, its operands and results among them
    int64_t fresh; ///< bytes of the temporaries that it makes
  };
  std::vector<Point> points; ///< in program order; bodies of linalg ops are no points of their own

  int64_t largest = 0; ///< bytes of the largest temporary
  mlir::Operation *largestOp = nullptr;
  Shape largestShape;
  int64_t peak = 0; ///< the largest `live`
  mlir::Operation *peakOp = nullptr;
};

/// Profiles a function whose inputs have these shapes (of tensors or buffers, in the order of the arguments). Where a
/// shape does not fit or a size depends on data, it fails with a diagnostic at the function or the op.
llvm::FailureOr<MemoryProfile> profileMemory(mlir::func::FuncOp func, llvm::ArrayRef<Shape> argumentShapes);

/// "backbone.layers.0.mixer (modeling_mamba2.py:530)": where in the model an op comes from, as far as it is known.
std::string placeInModel(mlir::Location loc);

} // namespace mambac

#endif // MAMBAC_LIB_REPORT_MEMORYPROFILE_H
