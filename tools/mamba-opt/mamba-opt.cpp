//===- mamba-opt.cpp - Runs passes on MLIR files ----------------------------------------------------------------===//
//
// mlir-opt with the ssm dialect and mambac's passes: all upstream dialects, extensions and passes are here too, so
// that any stage can be entered from any front end's linalg. With --run, the result of the passes is executed.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "RunOption.h"
#include "mambac/Passes.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
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
  mlir::registerAllPasses();
  mambac::registerSSMPasses();
  mambac::registerRaisePasses();
  mambac::registerCPUKernelPasses();
  mambac::registerSchedulePasses();
  mambac::registerCPUPasses();
  mambac::registerReportPasses();
  mambac::registerReferencePasses();

  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mambac::registerSSMDialect(registry);
  mambac::registerSSMBufferization(registry);

  mambac::RunOption run;
  auto [inputName, outputName] =
      mlir::registerAndParseCLIOptions(argc, argv, "mambac optimizer driver\n", registry);
  if (!run.given())
    return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, inputName, outputName, registry));

  std::string message;
  auto file = mlir::openInputFile(inputName, &message);
  if (!file)
    return fail(message);
  mlir::MlirOptMainConfig config = mlir::MlirOptMainConfig::createFromCLOptions();
  mlir::MlirOptMainConfig passes = config;
  config.setPassPipelineSetupFn([&](mlir::PassManager &pm) {
    if (failed(passes.setupPassPipeline(pm)))
      return failure();
    std::string problem = run.addTo(pm);
    if (problem.empty())
      return success();
    fail(problem);
    return failure();
  });
  // The module is printed only where -o asks for it: standard output is for the results.
  if (outputName == "-")
    return mlir::asMainReturnCode(mlir::MlirOptMain(nulls(), std::move(file), registry, config));
  auto output = mlir::openOutputFile(outputName, &message);
  if (!output)
    return fail(message);
  if (failed(mlir::MlirOptMain(output->os(), std::move(file), registry, config)))
    return EXIT_FAILURE;
  output->keep();
  return EXIT_SUCCESS;
}
