//===- Reports.h - What mamba-run prints -------------------------------------------------------------*- C++ -*-===//
//
// The signature, the outputs, the profile, the benchmark, and text of a language model go to the standard output; it is
// meant to be read, but for the last line of a benchmark. Traces and rooflines are files.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_REPORTS_H
#define MAMBAC_LIB_RUNTIME_RUNNER_REPORTS_H

#include "lib/Runtime/Runner/Session.h"

namespace mambac::runner {

/// --list: all entry points; of the chosen one at the sizes asked for, of the others at the smallest.
void printSignature(const Session &session);

/// A line about each output: name, type, shape, smallest, largest and mean element.
void printOutputs(const Session &session);

/// --compare: a line about the largest difference. False if it exceeds the tolerance.
bool compareOutput(const std::string &name, const Tensor &output, const std::string &path, double tolerance);

/// --profile: a line for each kernel that ran, slowest first.
void printProfile(mambac_state *state);

/// --trace: the events of all measured runs, for Perfetto. BadInput if the file cannot be written.
void writeTrace(const Session &session, const std::string &path);

/// --roofline: a page about how far each kernel is from the machine's limits.
void writeRoofline(const Session &session, const Options &options);

/// --bench: times `runs` runs, prints their profile if it is asked for, and the JSON object.
void benchmark(Session &session, int runs, bool profile);

/// --generate: prints prompts and the texts that follow; the speed goes to stderr.
void generateText(Session &session, const Options &options);

/// --chat: answers the lines of the standard input.
void chat(Session &session, const Options &options);

/// --perplexity: a line about how well the model foresees a text.
void measurePerplexity(Session &session, const Options &options);

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_REPORTS_H
