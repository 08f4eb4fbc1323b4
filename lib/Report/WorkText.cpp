//===- WorkText.cpp - Numbers of a kernel's operations and bytes --------------------------------------------------===//
//
// See WorkText.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Report/WorkText.h"
#include "lib/Runtime/Metadata.h"

double mambac::evaluateWork(const std::string &text, const std::vector<std::string> &names,
                            const std::vector<int64_t> &values) {
  Entry entry;
  for (const std::string &name : names) {
    entry.symbols.emplace_back();
    entry.symbols.back().name = name;
  }
  return evaluate(text, entry, values.data());
}
