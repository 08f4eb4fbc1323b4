//===- WorkText.h - Numbers of a kernel's operations and bytes --------------------------------------*- C++ -*-===//
//
// Evaluates the texts over an entry's symbols that --mambac-count-work notes, with the runtime's own evaluator. Free of
// MLIR, whose names those of lib/Runtime would clash with.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPORT_WORKTEXT_H
#define MAMBAC_LIB_REPORT_WORKTEXT_H

#include <cstdint>
#include <string>
#include <vector>

namespace mambac {

/// The value of a text such as "2*s0*s1*190", given the symbols' names and values.
double evaluateWork(const std::string &text, const std::vector<std::string> &names, const std::vector<int64_t> &values);

} // namespace mambac

#endif // MAMBAC_LIB_REPORT_WORKTEXT_H
