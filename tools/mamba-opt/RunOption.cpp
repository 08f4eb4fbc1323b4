//===- RunOption.cpp - --run and its options ------------------------------------------------------------------===//
//
// See RunOption.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "RunOption.h"

#include "llvm/Support/CommandLine.h"

using namespace llvm;
using namespace mambac;

struct RunOption::Flags {
  cl::OptionCategory category{"Running (--run)"};
  cl::opt<std::string> run{"run", cl::desc("Run the module behind the passes and print what comes out, instead of the "
                                           "module. --run=compiled: through the rest of the compiler; --run=reference: "
                                           "by the ops' definitions; --run: compiled where that is possible"),
                           cl::value_desc("HOW"), cl::ValueOptional, cl::cat(category)};
  cl::opt<std::string> function{"run-function", cl::desc("Which function to run"), cl::value_desc("NAME"),
                                cl::cat(category)};
  cl::list<std::string> inputs{"input", cl::desc("A name or position and what to give: random, zeros, ones (each may be "
                                                 "followed by a shape, random:2x3), or a .npy file"),
                               cl::value_desc("NAME=SOURCE"), cl::cat(category)};
  cl::list<std::string> shapes{"shape", cl::desc("The shape of a random input"), cl::value_desc("NAME=2x3"),
                               cl::cat(category)};
  cl::list<std::string> sizes{"size", cl::desc("The size that a symbol stands for"), cl::value_desc("NAME=SIZE"),
                              cl::cat(category)};
  cl::list<std::string> outputs{"output", cl::desc("Where to write a result"), cl::value_desc("NAME=FILE.npy"),
                                cl::cat(category)};
  cl::opt<std::string> weights{"weights", cl::desc("The archive with the model's weights; random ones if missing"),
                               cl::value_desc("MODEL.pt2"), cl::cat(category)};
  cl::opt<uint64_t> seed{"seed", cl::desc("For random inputs and weights"), cl::init(1), cl::cat(category)};
  cl::opt<bool> check{"check-passes", cl::desc("Run the module by definition on random inputs before and after each pass, "
                                               "and say which pass changes a result"),
                      cl::cat(category)};
  cl::opt<unsigned> repeats{"repeat", cl::desc("Runs, of which the fastest counts"), cl::init(5), cl::cat(category)};
};

RunOption::RunOption() : flags(std::make_unique<Flags>()) {}
RunOption::~RunOption() = default;

bool RunOption::given() const { return flags->run.getNumOccurrences() > 0; }

bool RunOption::checksPasses() const { return flags->check; }

/// NAME=WHAT to its parts; false without a name.
static bool split(const cl::list<std::string> &from, std::vector<RunOptions::Assignment> &to, std::string &message) {
  for (const std::string &text : from) {
    auto [name, value] = StringRef(text).split('=');
    if (name.empty() || name.size() == text.size()) {
      message = ("--" + from.ArgStr + " takes NAME=WHAT, not '" + text + "'").str();
      return false;
    }
    to.push_back({name.str(), value.str()});
  }
  return true;
}

std::string RunOption::addTo(mlir::PassManager &pm) const {
  RunOptions options;
  if (flags->run == "compiled")
    options.mode = RunOptions::Mode::Compiled;
  else if (flags->run == "reference")
    options.mode = RunOptions::Mode::Reference;
  else if (!flags->run.empty() && flags->run != "auto")
    return "--run takes compiled, reference or auto, not '" + flags->run + "'";
  std::string message;
  if (!split(flags->inputs, options.inputs, message) || !split(flags->shapes, options.shapes, message) ||
      !split(flags->sizes, options.sizes, message) || !split(flags->outputs, options.outputs, message))
    return message;
  options.function = flags->function;
  options.weights = flags->weights;
  options.seed = flags->seed;
  options.repeats = flags->repeats;
  pm.addPass(createRunPass(std::move(options)));
  return {};
}
