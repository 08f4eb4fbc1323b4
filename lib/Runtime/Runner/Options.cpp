//===- Options.cpp - The command line of mamba-run ----------------------------------------------------------------===//
//
// See Options.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Options.h"
#include "lib/Runtime/Runner/TextFlags.h"

#include <CLI/CLI.hpp>

using namespace mambac::runner;

static std::vector<Assignment> splitAssignments(const std::vector<std::string> &texts, const char *flag,
                                                const char *shape) {
  std::vector<Assignment> result;
  for (const std::string &text : texts) {
    size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
      throw CLI::ValidationError(flag, "expected " + std::string(shape) + ", got " + text);
    result.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

bool mambac::runner::parseOptions(int count, char **arguments, const std::string &product, Options &options,
                                  int &exitCode) {
  CLI::App app(product.empty() ? "Runs a model that mambac compiled." : "Runs the model in this program.");
  app.footer("NAME is a name that --list shows, or a position such as 0. Without --output, a line about each output "
             "is printed. Exit code: 0, 1 for bad input, 70 for a bug in mambac.");
  app.set_version_flag("--version", "mambac runtime " MAMBAC_VERSION);
  std::vector<std::string> inputs, outputs, comparisons, symbols;
  options.model = product;
  if (product.empty())
    app.add_option("model", options.model, "a .so or an executable that mambac wrote")->required()->type_name("MODEL");
  app.add_flag("--list", options.list,
               "show entry points, inputs, outputs and the scratch memory of a run (at the sizes of "
               "--input and --symbol, or else the smallest), and end");
  app.add_option("--entry", options.entry, "entry point (default: main, or else the first)")->type_name("NAME");
  app.add_option("--weights", options.weights, "file with the packed weights, if not in the product or beside it")
      ->type_name("FILE");
  app.add_option("--cpu", options.cpu, "use the code for this level, one that --list shows (default: MAMBAC_CPU, or the "
                                       "best that the machine has)")
      ->type_name("LEVEL");
  // Each takes one value: more would swallow the model's path.
  auto assignments = [&](const char *flag, std::vector<std::string> &into, const char *shape, const char *help) {
    app.add_option(flag, into, help)->type_name(shape)->allow_extra_args(false)->expected(1)->take_all();
  };
  assignments("--input", inputs, "NAME=FILE.npy|random[:2x64]",
              "an input from a file, or random: normal numbers; integers from 0 to the table's size, or 0 and 1");
  assignments("--output", outputs, "NAME=FILE.npy", "store an output (FILE - is the standard output)");
  assignments("--compare", comparisons, "NAME=FILE.npy", "show the largest difference of an output from a stored one");
  app.add_option("--tolerance", options.tolerance,
                 "end with exit code 1 if a --compare finds more than this share of the largest magnitude");
  assignments("--symbol", symbols, "NAME=SIZE", "a size for random inputs (default: the smallest that is allowed)");
  app.add_option("--seed", options.seed, "of random inputs and of --generate (default 0)");
  app.add_option("--threads", options.threads, "threads (default: MAMBAC_NUM_THREADS, or the CPUs there are)")
      ->check(CLI::Range(0, 1024));
  app.add_flag("--profile", options.profile, "show time, flops and bytes of each kernel; missing inputs are random");
  app.add_option("--trace", options.trace,
                 "store when which kernel ran on which thread, as a file that ui.perfetto.dev opens")
      ->type_name("FILE.json");
  CLI::Option *roofline = app.add_option("--roofline", options.roofline,
                                         "store a page that shows how far each kernel is from the machine's limits, which "
                                         "are measured after the run")
                              ->type_name("FILE.html");
  app.add_option("--peak-flops", options.peakFlops, "for --roofline: the machine's limit in GFLOP/s, not measured")
      ->needs(roofline)
      ->check(CLI::PositiveNumber);
  app.add_option("--peak-bandwidth", options.peakBandwidth, "for --roofline: the machine's limit in GB/s, not measured")
      ->needs(roofline)
      ->check(CLI::PositiveNumber);
  app.add_option("--bench", options.bench,
                 "time N runs after two that are not timed; the last line of the output is one JSON object; missing "
                 "inputs are random")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000000));
  TextFlags text(app, options.text);
  CLI::Option *repack = app.add_option("--repack", options.repack,
                                       "write a copy of the product with other weights of the same names, types and sizes, from "
                                       "a .safetensors file, a folder of them or a .pt2 archive, to the file that -o names; "
                                       "nothing is compiled")
                            ->type_name("WEIGHTS");
  CLI::Option *repacked = app.add_option("-o", options.repacked,
                                         "the product that --repack writes; OUT.weights for the packed weights alone")
                              ->type_name("OUT")
                              ->needs(repack);
  repack->needs(repacked);
  try {
    app.parse(count, arguments);
    options.inputs = splitAssignments(inputs, "--input", "NAME=FILE.npy or NAME=random");
    options.outputs = splitAssignments(outputs, "--output", "NAME=FILE.npy");
    options.comparisons = splitAssignments(comparisons, "--compare", "NAME=FILE.npy");
    options.symbols = splitAssignments(symbols, "--symbol", "NAME=SIZE");
    text.finish();
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0) { // --help, --version
      app.exit(error);
      exitCode = 0;
    } else {
      std::cerr << "error: " << error.what() << " (--help shows the flags)\n";
      exitCode = 1;
    }
    return false;
  }
  return true;
}
