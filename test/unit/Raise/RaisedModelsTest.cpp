//===- RaisedModelsTest.cpp - Raising keeps what models compute ------------------------------------------------------===//
//
// Imports the whole models of test/models, raises them, and runs the result by the definitions of the ssm ops (the
// plain reference runner, no schedule and no kernels) against what PyTorch computed. A wrong raising shows here, a wrong
// kernel does not. How many ops of each kind there are is checked in test/Raise.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Import/Import.h"
#include "mambac/Passes.h"
#include "test/unit/Import/ReferenceRunner.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include <gtest/gtest.h>

using namespace mambac;

namespace {

struct RaisedModels : testing::TestWithParam<std::string> {};

TEST_P(RaisedModels, ComputesWhatPyTorchComputed) {
  std::string folder = std::string(MAMBAC_MODELS) + "/" + GetParam();
  auto context = test::makeContext();
  pt2::ExportedProgram program;
  mlir::OwningOpRef<mlir::ModuleOp> module = importModel(folder + "/model.pt2", *context, &program);
  ASSERT_TRUE(module);
  mlir::PassManager pm(context.get());
  buildRaisePipeline(pm);
  ASSERT_TRUE(mlir::succeeded(pm.run(*module)));

  // One case, the largest that has been recorded with a small batch: compiling is what takes the time.
  std::string file = folder + "/case2";
  if (!llvm::sys::fs::exists(file + ".out.0.npy"))
    file = folder + "/case0";
  std::vector<test::Array> inputs, wanted;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(folder, error), end; it != end && !error; it.increment(error))
    if (llvm::StringRef(it->path()).starts_with(file + ".in."))
      inputs.push_back(test::readNpy(it->path()));
  for (int i = 0; llvm::sys::fs::exists(file + ".out." + std::to_string(i) + ".npy"); ++i)
    wanted.push_back(test::readNpy(file + ".out." + std::to_string(i) + ".npy"));
  ASSERT_FALSE(wanted.empty());

  std::string message;
  std::vector<test::Array> results = test::runReference(std::move(module), program, inputs, message);
  ASSERT_EQ(message, "");
  ASSERT_EQ(results.size(), wanted.size());
  // The recorded results are themselves rounded at every op of the graph, in the model's type; raising keeps f32 where
  // the graph rounded. A wrong mask, state or axis is off by 1e-1 and more.
  llvm::StringRef name(GetParam());
  double tolerance = name.ends_with("bf16") ? 5e-2 : name.ends_with("f16") ? 1e-2 : 1e-4;
  for (size_t i = 0; i < results.size(); ++i)
    EXPECT_LE(test::largestDifference(results[i], wanted[i]), tolerance) << "output " << i;
}

std::vector<std::string> listModels() {
  std::vector<std::string> names;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(MAMBAC_MODELS, error), end; it != end && !error; it.increment(error))
    if (llvm::sys::fs::exists(it->path() + "/model.pt2"))
      names.push_back(llvm::sys::path::filename(it->path()).str());
  llvm::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, RaisedModels, testing::ValuesIn(listModels()),
                         [](const testing::TestParamInfo<std::string> &info) { return info.param; });

} // namespace
