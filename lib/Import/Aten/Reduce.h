// Reductions that several families of ops need (Reductions.cpp).
#ifndef MAMBAC_IMPORT_ATEN_REDUCE_H
#define MAMBAC_IMPORT_ATEN_REDUCE_H

#include "lib/Import/Aten/Scalars.h"

namespace mambac::aten {

/// How many elements are folded into one over `dims`.
Size countOf(Emitter &e, const Tensor &in, llvm::ArrayRef<int64_t> dims);
/// A size as a number of `type`.
Value sizeAs(Emitter &e, DType type, const Size &size);
/// The mean over `dims` as `type`, computed in computeType(type).
Tensor mean(Emitter &e, const Tensor &in, llvm::ArrayRef<int64_t> dims, bool keepDim, DType type);
/// The largest or smallest element over `dims`, NaN if there is one.
Tensor extremum(Emitter &e, const Tensor &in, llvm::ArrayRef<int64_t> dims, bool keepDim, bool max);
/// The mean square of the distances to `average` (of a compute type, dims kept), divided by the count less
/// `correction`.
Tensor variance(Emitter &e, const Tensor &in, llvm::ArrayRef<int64_t> dims, bool keepDim, double correction,
                const Tensor &average);

} // namespace mambac::aten

#endif // MAMBAC_IMPORT_ATEN_REDUCE_H
