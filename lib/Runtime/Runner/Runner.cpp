//===- Runner.cpp - The main program of mamba-run and of executable products --------------------------------------===//
//
// See Runner.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Runner.h"
#include "lib/Repack/Repack.h"
#include "lib/Runtime/ProductFile.h"
#include "lib/Runtime/Runner/Reports.h"

#include <climits>
#include <unistd.h>

using namespace mambac::runner;

/// The program's path if a product is appended to it, else empty.
static std::string findOwnProduct() {
  mambac::ProductFile file;
  mambac::ErrorText error;
  if (file.open("/proc/self/exe", error) || !file.getTrailer().so_bytes)
    return {};
  char path[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  return length > 0 && length < ssize_t(sizeof path) ? std::string(path, size_t(length)) : "/proc/self/exe";
}

static void storeMeasurements(const Session &session, const Options &options) {
  if (!options.trace.empty())
    writeTrace(session, options.trace);
  if (!options.roofline.empty())
    writeRoofline(session, options);
}

static int runModel(const Options &options) {
  if (!options.repack.empty()) {
    std::string error = mambac::repack({options.model, options.repack, options.repacked});
    if (!error.empty())
      throw BadInput(error);
    return 0;
  }
  Session session(options);
  if (options.list) {
    session.findSizes();
    printSignature(session);
    return 0;
  }
  const TextOptions &text = options.text;
  if (text.generate || text.chat || !text.perplexity.empty()) {
    (text.generate ? generateText : text.chat ? chat : measurePerplexity)(session, options);
    if (options.profile)
      printProfile(session.getState());
    storeMeasurements(session, options);
    return 0;
  }
  // Names before the run, which may take long.
  std::vector<mambac_value_info> results = session.results();
  auto findOutputs = [&](const std::vector<Assignment> &assignments) {
    std::vector<size_t> indices;
    for (const Assignment &assignment : assignments)
      indices.push_back(size_t(Session::find(assignment.first, results.data(), int32_t(results.size()), "output")));
    return indices;
  };
  std::vector<size_t> stored = findOutputs(options.outputs), compared = findOutputs(options.comparisons);
  session.prepare();
  session.run();
  bool toStdout = false;
  for (size_t i = 0; i < stored.size(); ++i) {
    writeNpy(options.outputs[i].second, session.result(stored[i]));
    toStdout |= options.outputs[i].second == "-";
  }
  if (!toStdout && stored.empty() && compared.empty() && !options.bench && !options.measures())
    printOutputs(session);
  bool within = true;
  for (size_t i = 0; i < compared.size(); ++i)
    within &= compareOutput(results[compared[i]].name, session.result(compared[i]), options.comparisons[i].second,
                            options.tolerance);
  if (!within) {
    fprintf(stderr, "error: an output differs by more than the tolerance %g\n", options.tolerance);
    return 1;
  }
  if (options.bench || options.measures()) {
    session.run();
    mambac_profile_reset(session.getState());
  }
  if (options.bench) {
    benchmark(session, options.bench, options.profile);
  } else if (options.measures()) {
    session.run();
    if (options.profile)
      printProfile(session.getState());
  }
  storeMeasurements(session, options);
  return 0;
}

int mambac::runner::runMain(int count, char **arguments) {
  try {
    Options options;
    int exitCode = 0;
    if (!parseOptions(count, arguments, findOwnProduct(), options, exitCode))
      return exitCode;
    exitCode = runModel(options);
    if (fflush(stdout)) {
      fprintf(stderr, "error: cannot write to the standard output\n");
      return 1;
    }
    return exitCode;
  } catch (const BadInput &error) {
    fflush(stdout);
    fprintf(stderr, "error: %s\n", error.what());
    return 1;
  } catch (const std::bad_alloc &) {
    fprintf(stderr, "error: out of memory\n");
    return 1;
  } catch (const std::exception &error) {
    fprintf(stderr, "error: a bug in mambac: %s; please report it with this command line\n", error.what());
    return 70;
  }
}
