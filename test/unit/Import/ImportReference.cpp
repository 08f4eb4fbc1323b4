// A tool for looking into imports: prints the imported module of MODEL.pt2, or runs it by ReferenceRunner on .npy
// inputs and compares the results with .npy files.   import-reference MODEL.pt2 [--print] [IN.npy ... [-- OUT.npy ...]]
#include "lib/Import/Import.h"
#include "test/unit/Import/ReferenceRunner.h"

#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <cmath>

using namespace mambac;

int main(int argc, char **argv) {
  if (argc < 2) {
    llvm::errs() << "usage: import-reference MODEL.pt2 [--print] [IN.npy ... [-- OUT.npy ...]]\n";
    return 1;
  }
  auto context = test::makeContext();
  pt2::ExportedProgram program;
  auto start = std::chrono::steady_clock::now();
  mlir::OwningOpRef<mlir::ModuleOp> module = importModel(argv[1], *context, &program);
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!module)
    return 1;
  std::vector<test::Array> inputs, wanted;
  bool print = false, outputs = false;
  for (int i = 2; i < argc; ++i) {
    llvm::StringRef arg(argv[i]);
    if (arg == "--print") {
      print = true;
      continue;
    }
    if (arg == "--") {
      outputs = true;
      continue;
    }
    (outputs ? wanted : inputs).push_back(test::readNpy(argv[i]));
    if (!(outputs ? wanted : inputs).back().error.empty()) {
      llvm::errs() << "error: " << (outputs ? wanted : inputs).back().error << "\n";
      return 1;
    }
  }
  if (print)
    module->print(llvm::outs());
  llvm::errs() << llvm::formatv("imported in {0:f3} s\n", seconds);
  if (inputs.empty() && wanted.empty())
    return 0;
  std::string error;
  std::vector<test::Array> results = test::runReference(std::move(module), program, inputs, error);
  if (!error.empty()) {
    llvm::errs() << "error: " << error << "\n";
    return 1;
  }
  int bad = results.size() != wanted.size();
  for (size_t k = 0; k < std::min(results.size(), wanted.size()); ++k) {
    double worst = 0, scale = 0;
    bool same = results[k].shape == wanted[k].shape;
    for (size_t i = 0; same && i < wanted[k].values.size(); ++i) {
      double a = results[k].values[i], b = wanted[k].values[i];
      if (std::isnan(a) && std::isnan(b))
        continue;
      if (a == b)
        continue;
      double difference = std::abs(a - b);
      worst = difference <= worst ? worst : difference;
      scale = std::max(scale, std::isfinite(b) ? std::abs(b) : 0.0);
    }
    for (double b : wanted[k].values)
      scale = std::max(scale, std::isfinite(b) ? std::abs(b) : 0.0);
    bool fine = same && worst <= 1e-5 * std::max(scale, 1e-30);
    bad |= !fine;
    llvm::outs() << llvm::formatv("output {0}: {1}, max difference {2:e2} of {3:e2}\n", k,
                                  same ? "shape ok" : "SHAPE DIFFERS", worst, scale);
  }
  return bad;
}
