//===- Options.h - The command line of mamba-run -----------------------------------------------------*- C++ -*-===//
//
// What the user asked for, before anything is opened. The flags are part of mambac's stable interface (docs/product.md).
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_OPTIONS_H
#define MAMBAC_LIB_RUNTIME_RUNNER_OPTIONS_H

#include "lib/Runtime/Runner/Sampler.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mambac::runner {

/// NAME=VALUE
using Assignment = std::pair<std::string, std::string>;

/// What is done with a language model.
struct TextOptions {
  bool generate = false, chat = false;
  std::vector<std::string> prompts; ///< of --generate and the files
  int tokens = 256;
  SamplerOptions sampler;
  std::vector<std::string> stops;
  bool ignoreEnd = false, recompute = false;
  int64_t capacity = 0; ///< tokens a text; 0: the product's own
  std::string system;
  bool hasSystem = false;
  std::string loadState, saveState; ///< files; empty for none
  std::string perplexity;           ///< file; empty for none
};

struct Options {
  std::string model; ///< path; the program itself for an executable product
  std::string weights, entry, cpu;
  std::string repack, repacked; ///< other weights, and the product with them; empty for none
  std::vector<Assignment> inputs, outputs, comparisons, symbols;
  bool list = false, profile = false;
  std::string trace, roofline;             ///< files; empty for none
  double peakFlops = 0, peakBandwidth = 0; ///< of --roofline, in 1e9 a second; 0: measured
  int threads = 0;
  int bench = 0; ///< timed runs; 0 for none
  uint64_t seed = 0;
  double tolerance = -1; ///< of --compare; negative for none
  /// Whether kernels are measured.
  bool measures() const { return profile || !trace.empty() || !roofline.empty(); }
  TextOptions text;
};

/// Fills `options`. `product` is the program's path if it is an executable product, else empty; then the first argument
/// is the model. Returns false when the program is to end at once with `exitCode`, everything having been said.
bool parseOptions(int count, char **arguments, const std::string &product, Options &options, int &exitCode);

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_OPTIONS_H
