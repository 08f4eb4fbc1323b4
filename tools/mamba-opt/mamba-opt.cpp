//===- mamba-opt.cpp - Runs passes on MLIR files ----------------------------------------------------------------===//
//
// mlir-opt with the ssm dialect and mambac's passes: all upstream dialects, extensions and passes are here too, so
// that any stage can be entered from any front end's linalg. With --run, the result of the passes is executed.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "RemarksSummary.h"
#include "RunOption.h"
#include "lib/Emit/VerifyPasses.h"
#include "mambac/Passes.h"

#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace llvm;

static int fail(const Twine &message) {
  errs() << "mamba-opt: error: " << message << "\n";
  return EXIT_FAILURE;
}

int main(int argc, char **argv) {
  setBugReportMsg("mamba-opt crashed: if the trace below goes through mambac, please report it to mambac with the command "
                  "line and the input.\n");
  InitLLVM init(argc, argv);
  mambac::registerToolPasses();
  mlir::DialectRegistry registry;
  mambac::registerToolDialects(registry);

  mambac::RunOption run;
  mambac::RemarksSummary summary;
  auto [inputName, outputName] =
      mlir::registerAndParseCLIOptions(argc, argv, "mambac optimizer driver\n", registry);
  mlir::MlirOptMainConfig config = mlir::MlirOptMainConfig::createFromCLOptions();
  if (config.shouldShowDialects() || config.shouldListPasses())
    return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, inputName, outputName, registry));

  std::string message;
  auto file = mlir::openInputFile(inputName, &message);
  if (!file)
    return fail(message);
  bool wrong = false;
  mlir::MlirOptMainConfig passes = config;
  config.setPassPipelineSetupFn([&](mlir::PassManager &pm) {
    if (run.checksPasses())
      mambac::addCheckOfPasses(pm, wrong);
    pm.addPass(mambac::createVerifyInput());
    if (failed(passes.setupPassPipeline(pm)))
      return failure();
    if (summary.given())
      summary.listenTo(*pm.getContext());
    std::string problem = run.given() ? run.addTo(pm) : "";
    if (problem.empty())
      return success();
    fail(problem);
    return failure();
  });
  // Standard output is for the results of a run; the module is then printed only where -o asks for it.
  std::unique_ptr<ToolOutputFile> output;
  if (!run.given() || outputName != "-") {
    output = mlir::openOutputFile(outputName, &message);
    if (!output)
      return fail(message);
  }
  mlir::LogicalResult result = mlir::MlirOptMain(output ? output->os() : nulls(), std::move(file), registry, config);
  if (summary.given())
    summary.print(errs());
  if (failed(result) || wrong)
    return EXIT_FAILURE;
  if (output)
    output->keep();
  return EXIT_SUCCESS;
}
