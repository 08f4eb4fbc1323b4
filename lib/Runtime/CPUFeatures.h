//===- CPUFeatures.h - What this machine's CPU offers -------------------------------------------------*- C++ -*-===//
//
// Compares what code needs with what the CPU has and the system lets a program use. Not for choosing between the levels
// of a product: Model.h does that.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_CPUFEATURES_H
#define MAMBAC_LIB_RUNTIME_CPUFEATURES_H

#include <string>
#include <vector>

namespace mambac {

/// The first feature of the list, in LLVM's words, that this machine does not offer; null if there is none. A word that
/// is not in CPUFeatures.def, or is of another architecture, is not offered.
const char *findMissingFeature(const std::vector<std::string> &features);

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_CPUFEATURES_H
