//===- Files.h - Whole files --------------------------------------------------------------------------*- C++ -*-===//
//
// Reading and writing the files of texts and states; BadInput where that fails.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_FILES_H
#define MAMBAC_LIB_RUNTIME_RUNNER_FILES_H

#include <string>

namespace mambac::runner {

/// What is in a file ("-": the standard input).
std::string readWholeFile(const std::string &path);

/// The file is there as a whole or not at all.
void writeWholeFile(const std::string &path, const std::string &bytes);

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_FILES_H
