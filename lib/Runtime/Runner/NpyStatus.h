//===- NpyStatus.h - .npy files for code without exceptions ------------------------------------------*- C++ -*-===//
//
// Npy.h for the compiler, which is built without exceptions: what failed comes back as a text, empty on success.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_NPYSTATUS_H
#define MAMBAC_LIB_RUNTIME_RUNNER_NPYSTATUS_H

#include "mambac/mambac.h"

#include <string>
#include <vector>

namespace mambac::runner {

/// Reads a file that is to be given as a value of type `wanted`, as readNpy does.
std::string loadNpy(const std::string &path, mambac_dtype wanted, std::vector<int64_t> &shape,
                    std::vector<char> &bytes);
/// Writes one; "-" is the standard output.
std::string storeNpy(const std::string &path, mambac_dtype dtype, const std::vector<int64_t> &shape,
                     const std::vector<char> &bytes);

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_NPYSTATUS_H
