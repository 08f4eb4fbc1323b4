//===- Compiler.h - The whole compiler as one call --------------------------------------------------*- C++ -*-===//
//
// What `mambac` the program does, for C++ programs and for tools/mambac itself: read a model, run the stages, write
// the product. Stages by themselves are pass pipelines, see Passes.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_COMPILER_H
#define MAMBAC_COMPILER_H

#include <cstdint>
#include <functional>
#include <string>

namespace mambac {

/// What a compilation writes.
enum class Emission { Executable, Shared, Object, Assembly, LLVMIR, Imported, Raised, Scheduled, Torch };

struct CompileOptions {
  std::string input;            ///< MODEL.pt2 or FILE.mlir
  std::string output;           ///< a path, or "-" for stdout
  Emission emission = Emission::Executable;
  std::string cpu = "native";   ///< native, portable, an x86-64 level or a CPU name
  std::string model;            ///< which model of an archive that holds several
  bool weightsBeside = false;   ///< packed weights in OUT.weights instead of inside the product
  bool verify = false;          ///< run the module before and after each stage on random inputs
  std::string report;           ///< an HTML page about the compilation goes there; none if empty
  unsigned threads = 0;         ///< threads of the compiler itself; 0 = all
  bool tune = false;            ///< measure kernels with several sizes of their pieces, and keep the fastest
  std::string tuneFile;         ///< what was measured before, and is from now on; none if empty
  int64_t chunk = 512;          ///< tokens of a long text that a product with states runs at once
  std::string tokenizer;        ///< a tokenizer.json in the place of the archive's own; none if empty
  std::string afterRaise;       ///< passes to run behind raising, for tests of the compiler itself
  std::string libraryDir;       ///< where libMambacRuntime.a and the runner are
  /// Called as stages and their passes begin: what runs, fraction done. An empty text comes before a message, so that a
  /// progress line can make room. Passes may call it from several threads.
  std::function<void(const std::string &what, double done)> progress;
};

/// Exit codes of the command line.
enum ExitCode { kSuccess = 0, kBadInput = 1, kBug = 70 };

/// Compiles; messages go to stderr. Returns an ExitCode.
int compile(const CompileOptions &options);

/// What the suffix of an output path asks for.
Emission emissionForPath(const std::string &path);

} // namespace mambac

#endif // MAMBAC_COMPILER_H
