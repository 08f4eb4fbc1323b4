//===- Options.h - The command line of mamba-run -----------------------------------------------------*- C++ -*-===//
//
// What the user asked for, before anything is opened. The flags are part of mambac's stable interface (docs/product.md).
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_OPTIONS_H
#define MAMBAC_LIB_RUNTIME_RUNNER_OPTIONS_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mambac::runner {

/// NAME=VALUE
using Assignment = std::pair<std::string, std::string>;

struct Options {
  std::string model; ///< path; the program itself for an executable product
  std::string weights, entry, cpu;
  std::vector<Assignment> inputs, outputs, comparisons, symbols;
  bool list = false, profile = false;
  std::string trace, roofline;             ///< files; empty for none
  double peakFlops = 0, peakBandwidth = 0; ///< of --roofline, in 1e9 a second; 0: measured
  int threads = 0;
  int bench = 0; ///< timed runs; 0 for none
  uint64_t seed = 0;
  double tolerance = -1; ///< of --compare; negative for none
  bool generate = false;
  /// Whether kernels are measured.
  bool measures() const { return profile || !trace.empty() || !roofline.empty(); }
  std::string prompt;
  int tokens = 256;
  double temperature = 1;
  bool recompute = false;
};

/// Fills `options`. `product` is the program's path if it is an executable product, else empty; then the first argument
/// is the model. Returns false when the program is to end at once with `exitCode`, everything having been said.
bool parseOptions(int count, char **arguments, const std::string &product, Options &options, int &exitCode);

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_OPTIONS_H
