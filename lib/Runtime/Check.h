//===- Check.h - Tensors against a description -------------------------------------------------------*- C++ -*-===//
//
// What a caller hands over is checked by these before any code runs. Messages call a tensor "ROLE NAME of OWNER", as in
// "input ids of prefill".
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_CHECK_H
#define MAMBAC_LIB_RUNTIME_CHECK_H

#include "lib/Runtime/Metadata.h"

namespace mambac {

/// Everything but the sizes and the data: rank, type, device, that it is dense and can be addressed.
mambac_status checkTensor(const char *owner, const char *role, const Value &value, const mambac_tensor &tensor,
                          ErrorText &error);

/// The data of a tensor that has passed checkTensor, and how many bytes they are.
mambac_status checkData(const char *owner, const char *role, const Value &value, const mambac_tensor &tensor,
                        void *&pointer, size_t &bytes, ErrorText &error);

/// The elements of an integer tensor against the value's limits.
mambac_status checkIndices(const Value &value, const void *data, size_t bytes, ErrorText &error);

/// Whether two pieces of memory have a byte in common.
inline bool overlap(const void *left, size_t leftBytes, const void *right, size_t rightBytes) {
  return leftBytes && rightBytes && uintptr_t(left) < uintptr_t(right) + rightBytes &&
         uintptr_t(right) < uintptr_t(left) + leftBytes;
}

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_CHECK_H
