//===- ContractionOrder.h - In which order a product of many factors is contracted -----------------*- C++ -*-===//
//
// A sum of products of several operands can be computed two operands at a time, in very many orders whose costs differ by
// powers of the sizes. This is the choice alone, on sets of axes; the pass that applies it is OrderContractions.cpp.
//
// What is counted. A step runs over all axes of its operands: a multiplication for each point if there are two
// operands, and an addition for each if an axis is summed away. Its result has the axes that the final result or an operand
// outside of the step still needs. `peak` is the largest number of bytes that intermediate results (the final one
// included, the operands not) take at a time, when each pair's subtrees run in the better of both orders.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_DIALECTS_SSM_TRANSFORMS_CONTRACTIONORDER_H
#define MAMBAC_DIALECTS_SSM_TRANSFORMS_CONTRACTIONORDER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace mambac::ssm {

/// Axis i is in the set if bit i is.
using AxisSet = uint64_t;

struct Contraction {
  llvm::SmallVector<AxisSet> operands;
  AxisSet result = 0;
  llvm::SmallVector<double> sizes; ///< of the axes, at most 64
  double elementBytes = 4;         ///< of an intermediate result
};

struct ContractionStep {
  /// One operand (axes that it alone has are summed) or two. Numbers below that of the contraction's operands are those,
  /// higher ones are the results of earlier steps.
  llvm::SmallVector<unsigned, 2> operands;
  AxisSet result;
};

struct ContractionPlan {
  llvm::SmallVector<ContractionStep> steps; ///< the last one gives the result
  double flops = 0;
  double peak = 0;
};

struct OrderOptions {
  /// What a byte of peak memory counts in floating-point operations. Of orders that cost the same the one with less
  /// memory is taken in any case.
  double memoryWeight = 8;
  /// Orders with a higher peak are taken only if there is no other; the one with the lowest peak then. 0: no limit.
  double memoryLimit = 0;
  /// With more operands than this, the cheapest pair is contracted until so many are left. At most 12.
  unsigned exactUpTo = 8;
};

/// The best of all orders in which pairs can be contracted, where there are no more than `exactUpTo` operands. Axes that
/// a single operand has and the result lacks are summed first: no order is cheaper without that.
ContractionPlan orderContraction(const Contraction &contraction, const OrderOptions &options);

/// Flops and peak of steps in the order in which they stand.
ContractionPlan measureSteps(const Contraction &contraction, llvm::ArrayRef<ContractionStep> steps);

} // namespace mambac::ssm

#endif // MAMBAC_DIALECTS_SSM_TRANSFORMS_CONTRACTIONORDER_H
