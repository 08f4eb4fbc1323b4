//===- TextFlags.h - The flags about text of mamba-run -----------------------------------------------*- C++ -*-===//
//
// Part of the command line (Options.h): --generate, --chat, --perplexity, and how tokens are drawn.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_TEXTFLAGS_H
#define MAMBAC_LIB_RUNTIME_RUNNER_TEXTFLAGS_H

#include "lib/Runtime/Runner/Options.h"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace mambac::runner {

class TextFlags {
public:
  TextFlags(CLI::App &app, TextOptions &options);
  /// After the command line is parsed: checks what goes together, and reads the files of prompts. BadInput.
  void finish();

private:
  TextOptions &options;
  CLI::Option *generate, *chat, *promptFile, *promptsFile, *perplexity, *system;
  std::vector<CLI::Option *> ofGenerate, ofBoth; ///< flags that need --generate, that need it or --chat
  std::vector<std::string> texts;
  std::string wholeFile, linesFile;
};

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_TEXTFLAGS_H
