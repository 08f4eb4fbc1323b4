//===- mambac.cpp - The compiler's command line ---------------------------------------------------------------===//
//
// Parses the command line, shows progress, and calls mambac::compile. Everything else is in the libraries.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Progress.h"
#include "mambac/Compiler.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>
#include <unistd.h>

using namespace llvm;

static int fail(const Twine &message) {
  errs() << "mambac: error: " << message << "\n";
  return mambac::kBadInput;
}

int main(int argc, char **argv) {
  setBugReportMsg("mambac crashed: this is a bug in mambac. Please report it with the command line and the input.\n");
  InitLLVM init(argc, argv);
  // After the stack trace: a crash is exit code 70, like every bug.
  sys::AddSignalHandler([](void *) { _exit(mambac::kBug); }, nullptr);
  // LLVM's and lld's own options are linked in; the command line is mambac's alone.
  cl::ResetCommandLineParser();
  mambac::CompileOptions options;
  cl::opt<std::string> input(cl::Positional, cl::desc("MODEL.pt2|FILE.mlir"), cl::Required);
  cl::opt<std::string> output("o", cl::desc("Where to write; the suffix says what: .so .o .s .ll .mlir .py, none = "
                                                   "executable, - = stdout"),
                                     cl::value_desc("OUT"), cl::Required);
  cl::opt<std::string> emit("emit", cl::desc("What to write, whatever OUT's suffix: exe, shared, obj, asm, llvm, "
                                                    "imported, ssm, scheduled, torch"),
                                   cl::value_desc("KIND"));
  cl::opt<std::string> target("target", cl::desc("cpu"), cl::init("cpu"));
  cl::opt<std::string> cpu("cpu", cl::desc("native, portable, x86-64-v2|v3|v4 or the name of a CPU"),
                                  cl::init("native"));
  cl::opt<std::string> weights("weights", cl::desc("inside (the default) or beside the product, in OUT.weights"),
                                      cl::init("inside"), cl::value_desc("PLACE"));
  cl::opt<std::string> model("model", cl::desc("Which model of an archive that holds several"),
                                    cl::value_desc("NAME"));
  cl::opt<unsigned> threads("threads", cl::desc("Threads of the compiler (default: all)"), cl::init(0),
                                   cl::value_desc("N"));
  cl::opt<bool> verify("verify", cl::desc("Run the model on random inputs before and behind each stage, and name the first "
                                        "stage and pass that changes a result"));
  cl::opt<std::string> report("report", cl::desc("Write a page about the compilation: the graph, what was found, memory, "
                                                 "work, times"),
                              cl::value_desc("FILE.html"));
  cl::opt<std::string> tune("tune", cl::ValueOptional, cl::value_desc("FILE"),
                            cl::desc("Run the kernels with several sizes of their pieces and keep the fastest; FILE "
                                     "remembers them for other compilations"));
  cl::opt<int64_t> chunk("chunk", cl::desc("Tokens of a long text that a model with states runs at once"), cl::init(options.chunk),
                         cl::value_desc("N"));
  cl::opt<std::string> tokenizer("tokenizer", cl::value_desc("FILE"),
                                 cl::desc("Put this tokenizer.json into the product (default: the archive's, if it has one), or none"));
  // For tests of what happens when a stage goes wrong.
  cl::list<std::string> plugins("load-pass-plugin", cl::ReallyHidden);
  cl::opt<std::string> afterRaise("after-raise", cl::ReallyHidden);
  cl::opt<bool> quiet("quiet", cl::desc("No progress"));
  std::string usage;
  raw_string_ostream usageStream(usage);
  if (!cl::ParseCommandLineOptions(argc, argv, "mambac: compiles state space models\n", &usageStream)) {
    errs() << usage;
    return mambac::kBadInput;
  }
  options.input = input;
  options.output = output;
  options.cpu = cpu;
  options.model = model;
  options.threads = threads;
  options.verify = verify;
  options.afterRaise = afterRaise;
  for (const std::string &path : plugins) {
    auto plugin = mlir::PassPlugin::load(path);
    if (!plugin)
      return fail(toString(plugin.takeError()));
    plugin->registerPassRegistryCallbacks();
  }
  options.report = report;
  options.tune = tune.getNumOccurrences() > 0;
  options.tuneFile = tune;
  if (target != "cpu")
    return fail("unknown target '" + target + "': this mambac generates code for --target=cpu");
  if (chunk < 1 || chunk > 1 << 30)
    return fail("--chunk takes a number of tokens from 1 to 2^30, not " + Twine(chunk));
  options.chunk = chunk;
  options.tokenizer = tokenizer;
  if (weights != "inside" && weights != "beside")
    return fail("--weights takes inside or beside, not '" + weights + "'");
  options.weightsBeside = weights == "beside";
  if (emit.empty()) {
    if (output == "-")
      return fail("-o - needs --emit=KIND, as there is no suffix to go by");
    options.emission = mambac::emissionForPath(output);
  } else {
    using mambac::Emission;
    auto kind = StringSwitch<std::optional<Emission>>(emit)
                    .Case("exe", Emission::Executable)
                    .Case("shared", Emission::Shared)
                    .Case("obj", Emission::Object)
                    .Case("asm", Emission::Assembly)
                    .Case("llvm", Emission::LLVMIR)
                    .Case("imported", Emission::Imported)
                    .Case("ssm", Emission::Raised)
                    .Case("scheduled", Emission::Scheduled)
                    .Case("torch", Emission::Torch)
                    .Default(std::nullopt);
    if (!kind)
      return fail("unknown --emit=" + emit + ": use exe, shared, obj, asm, llvm, imported, ssm, scheduled or torch");
    options.emission = *kind;
  }
  // bin/mambac stands beside lib/ and libexec/, in the build folder as in an install.
  std::string self = sys::fs::getMainExecutable(argv[0], reinterpret_cast<void *>(&main));
  options.libraryDir = sys::path::parent_path(sys::path::parent_path(self)).str();
  std::optional<mambac::Progress> progress;
  if (!quiet && isatty(STDERR_FILENO)) {
    progress.emplace(STDERR_FILENO);
    options.progress = [&](const std::string &what, double done) {
      what.empty() ? progress->makeRoom() : progress->show(what, done);
    };
  }
  return mambac::compile(options);
}
