//===- RaisedOpsTest.cpp - Every layer of a model becomes its ssm ops ----------------------------------------------===//
//
// Imports the whole models of test/models, raises them, and counts: one scan and one convolution a layer, one attention
// where it attends, every projection an einsum (the numbers stand in each model's meta.json), and nothing of the
// unraised computation left over: no cumulative sum of floats, no scan, no windowed sum, no tensor over two times.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Import/Import.h"
#include "mambac/Passes.h"
#include "test/unit/Import/ReferenceRunner.h"

#include "dialects/SSM/IR/SSM.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/PassManager.h"
#include <gtest/gtest.h>
#include <map>

using namespace mambac;

namespace {

struct RaisedOps : testing::TestWithParam<std::string> {};

/// The module path in an op's location.
std::string modulePath(mlir::Location loc) {
  std::string path;
  loc->walk([&](mlir::Location inner) {
    auto name = llvm::dyn_cast<mlir::NameLoc>(inner);
    if (!name)
      return mlir::WalkResult::advance();
    path = name.getName().str();
    return mlir::WalkResult::interrupt();
  });
  return path;
}

TEST_P(RaisedOps, OneForEachLayer) {
  std::string folder = std::string(MAMBAC_MODELS) + "/" + GetParam();
  auto meta = llvm::MemoryBuffer::getFile(folder + "/meta.json");
  ASSERT_TRUE(static_cast<bool>(meta));
  llvm::Expected<llvm::json::Value> json = llvm::json::parse((*meta)->getBuffer());
  ASSERT_TRUE(static_cast<bool>(json));
  auto context = test::makeContext();
  mlir::OwningOpRef<mlir::ModuleOp> module = importModel(folder + "/model.pt2", *context);
  ASSERT_TRUE(module);
  mlir::PassManager pm(context.get());
  buildRaisePipeline(pm);
  ASSERT_TRUE(mlir::succeeded(pm.run(*module)));

  std::map<std::string, int64_t> counts;
  // A layer may have several heads with a scan of their own.
  std::map<std::string, int64_t> scans;
  int64_t scansPerLayer = json->getAsObject()->getInteger("scans_per_layer").value_or(1);
  module->walk([&](mlir::Operation *op) {
    ++counts[op->getName().getStringRef().str()];
    if (llvm::isa<ssm::SSDOp, ssm::SelectiveScanOp>(op)) {
      EXPECT_LE(++scans[modulePath(op->getLoc())], scansPerLayer) << "scans in " << modulePath(op->getLoc());
    }
    if (auto cumsum = llvm::dyn_cast<ssm::CumsumOp>(op)) {
      EXPECT_FALSE(llvm::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(cumsum.getX())));
    }
    EXPECT_FALSE((llvm::isa<ssm::SegsumOp, ssm::ScanOp>(op)));
    if (auto generic = llvm::dyn_cast<mlir::linalg::LinalgOp>(op))
      for (mlir::AffineMap map : generic.getIndexingMapsArray())
        EXPECT_TRUE(map.isProjectedPermutation(/*allowZeroInResults=*/true)) << "a windowed sum is left";
    // Batch and length are the only dynamic sizes; three of them in a float tensor are scores.
    for (mlir::Value result : op->getResults())
      if (auto type = llvm::dyn_cast<mlir::RankedTensorType>(result.getType()))
        if (llvm::isa<mlir::FloatType>(type.getElementType())) {
          EXPECT_LE(type.getNumDynamicDims(), 2) << "a tensor over two times is left";
        }
  });
  for (auto &[op, number] : *json->getAsObject()->getObject("ops"))
    EXPECT_EQ(counts[op.str()], number.getAsInteger().value()) << op.str();
}

std::vector<std::string> listModels() {
  std::vector<std::string> names;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(MAMBAC_MODELS, error), end; it != end && !error; it.increment(error))
    if (llvm::sys::fs::exists(it->path() + "/meta.json"))
      names.push_back(llvm::sys::path::filename(it->path()).str());
  llvm::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, RaisedOps, testing::ValuesIn(listModels()),
                         [](const testing::TestParamInfo<std::string> &info) { return info.param; });

} // namespace
