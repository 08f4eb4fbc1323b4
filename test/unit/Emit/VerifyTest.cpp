//===- VerifyTest.cpp - Stages that are wrong are found ---------------------------------------------------------===//
//
// StageVerifier on modules that passes of this file break on purpose: it has to say so, name the first pass that did,
// and be content with what is right. The whole models go through `mambac --verify` in test/models/run_models.py.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/CodeGen.h"
#include "lib/Emit/RandomWeights.h"
#include "lib/Emit/TargetLevels.h"
#include "lib/Emit/Verify.h"
#include "lib/Schedule/Passes.h"
#include "mambac/Passes.h"

#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include <gtest/gtest.h>
#include <set>

using namespace mambac;
using namespace mlir;

namespace {

/// A scan whose A is an input: with positive ones it would overflow; and a gate with a weight.
constexpr const char *kScan = R"(
  func.func @main(%x: tensor<?x?x2x4xf32> {mambac.name = "x", mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 2, 4)>},
                  %dt: tensor<?x?x2xf32> {mambac.name = "dt", mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 2)>},
                  %A: tensor<2xf32> {mambac.name = "A", mambac.shape = affine_map<()[s0, s1] -> (2)>},
                  %B: tensor<?x?x1x8xf32> {mambac.name = "B", mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 1, 8)>},
                  %row: tensor<?xi64> {mambac.name = "row", mambac.limit = 6 : i64, mambac.shape = affine_map<()[s0, s1] -> (s0)>})
      -> (tensor<?x?x2x4xf32> {mambac.name = "y", mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 2, 4)>})
      attributes {mambac.entry, mambac.symbols = [{name = "s0", min = 1 : i64, max = 4 : i64},
                                                  {name = "s1", min = 16 : i64, max = 4096 : i64, multiple_of = 16 : i64}]} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %b = tensor.dim %x, %c0 : tensor<?x?x2x4xf32>
    %l = tensor.dim %x, %c1 : tensor<?x?x2x4xf32>
    %table = ssm.weight "table" : tensor<6xf32>
    %e = tensor.empty(%b, %l) : tensor<?x?x2x4xf32>
    %s = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n -> b l h p" x(%x : tensor<?x?x2x4xf32>)
        dt(%dt : tensor<?x?x2xf32>) A(%A : tensor<2xf32>) B(%B : tensor<?x?x1x8xf32>) C(%B : tensor<?x?x1x8xf32>)
        outs(%e : tensor<?x?x2x4xf32>)
    %y = linalg.generic {indexing_maps = [affine_map<(b, l, h, p) -> (b, l, h, p)>, affine_map<(b, l, h, p) -> (b)>,
                                          affine_map<(b, l, h, p) -> (b, l, h, p)>],
                         iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%s, %row : tensor<?x?x2x4xf32>, tensor<?xi64>) outs(%e : tensor<?x?x2x4xf32>) {
    ^bb0(%v: f32, %r: i64, %o: f32):
      %i = arith.index_cast %r : i64 to index
      %w = tensor.extract %table[%i] : tensor<6xf32>
      %d = arith.subf %v, %w : f32
      linalg.yield %d : f32
    } -> tensor<?x?x2x4xf32>
    return %y : tensor<?x?x2x4xf32>
  })";

/// Swaps the operands of every subtraction.
struct BreakPass : PassWrapper<BreakPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(BreakPass)
  StringRef getArgument() const final { return "test-break"; }
  void runOnOperation() override {
    getOperation().walk([](arith::SubFOp op) {
      Value left = op.getLhs();
      op.getLhsMutable().assign(op.getRhs());
      op.getRhsMutable().assign(left);
    });
  }
};

struct Verify : testing::Test {
  Verify() {
    DialectRegistry registry;
    registerAllDialects(registry);
    registerAllExtensions(registry);
    registerSSMDialect(registry);
    registerSSMBufferization(registry);
    context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  }

  OwningOpRef<ModuleOp> parse(StringRef text) { return parseSourceString<ModuleOp>(text, ParserConfig(context.get())); }

  LogicalResult run(ModuleOp module, llvm::function_ref<void(OpPassManager &)> build) {
    PassManager pm(context.get());
    build(pm);
    return pm.run(module);
  }

  std::unique_ptr<MLIRContext> context;
};

void schedule(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  pm.addPass(createEntryABIPass());
  buildSchedulePipeline(pm);
}

TEST_F(Verify, IsContentWithWhatIsRight) {
  OwningOpRef<ModuleOp> module = parse(kScan);
  ASSERT_TRUE(module);
  StageVerifier verifier(*module, makeRandomWeights(*module, 1));
  ASSERT_TRUE(succeeded(run(*module, buildRaisePipeline)));
  EXPECT_EQ(llvm::toString(verifier.check(*module)), "");
  auto level = nativeLevel();
  ASSERT_TRUE(bool(level));
  describeLevel(*level, *module);
  ASSERT_TRUE(succeeded(run(*module, schedule)));
  EXPECT_EQ(llvm::toString(verifier.check(*module)), "");
  EXPECT_NE(verifier.describe().find("all 1 results of 3 runs"), std::string::npos);
}

TEST_F(Verify, NamesTheResultAndThePass) {
  OwningOpRef<ModuleOp> module = parse(kScan);
  ASSERT_TRUE(module);
  StageVerifier verifier(*module, makeRandomWeights(*module, 1));
  OwningOpRef<ModuleOp> before(module->clone());
  auto build = [](OpPassManager &pm) {
    pm.addPass(createCanonicalizerPass());
    pm.addPass(std::make_unique<BreakPass>());
    pm.addPass(createCSEPass());
  };
  ASSERT_TRUE(succeeded(run(*module, build)));
  llvm::Error error = verifier.check(*module);
  ASSERT_TRUE(bool(error));
  EXPECT_TRUE(error.isA<StageVerifier::Mismatch>());
  std::string text = llvm::toString(std::move(error));
  EXPECT_NE(text.find("it changes result y of @main at ["), std::string::npos) << text;
  EXPECT_EQ(verifier.findPass(*before, build), "test-break");
}

TEST_F(Verify, SeesIntoTheSchedule) {
  OwningOpRef<ModuleOp> module = parse(kScan);
  ASSERT_TRUE(module);
  auto level = nativeLevel();
  ASSERT_TRUE(bool(level));
  describeLevel(*level, *module);
  StageVerifier verifier(*module, makeRandomWeights(*module, 1));
  OwningOpRef<ModuleOp> before(module->clone());
  auto build = [](OpPassManager &pm) {
    schedule(pm);
    pm.addPass(std::make_unique<BreakPass>());
  };
  ASSERT_TRUE(succeeded(run(*module, build)));
  llvm::Error error = verifier.check(*module);
  EXPECT_TRUE(error.isA<StageVerifier::Mismatch>());
  llvm::consumeError(std::move(error));
  EXPECT_EQ(verifier.findPass(*before, build), "test-break");
}

/// A result that nobody writes is not taken for right.
TEST_F(Verify, SeesWhatIsNotWritten) {
  OwningOpRef<ModuleOp> module = parse(kScan);
  ASSERT_TRUE(module);
  auto level = nativeLevel();
  ASSERT_TRUE(bool(level));
  describeLevel(*level, *module);
  StageVerifier verifier(*module, makeRandomWeights(*module, 1));
  ASSERT_TRUE(succeeded(run(*module, schedule)));
  func::CallOp last;
  module->lookupSymbol<func::FuncOp>("main").walk([&](func::CallOp call) { last = call; });
  ASSERT_TRUE(last);
  last.erase();
  llvm::Error error = verifier.check(*module);
  EXPECT_TRUE(error.isA<StageVerifier::Mismatch>());
  llvm::consumeError(std::move(error));
}

/// Inputs keep to what the entry says of them.
TEST_F(Verify, InputsHonourTheirRanges) {
  OwningOpRef<ModuleOp> module = parse(kScan);
  ASSERT_TRUE(module);
  auto entry = EntryInputs::read(module->lookupSymbol<func::FuncOp>("main"));
  ASSERT_TRUE(bool(entry));
  EXPECT_EQ(entry->inputs[1].role, InputRole::Positive);
  EXPECT_EQ(entry->inputs[2].role, InputRole::Negative);
  EXPECT_EQ(entry->inputs[4].role, InputRole::Index);
  std::set<int64_t> lengths;
  for (unsigned trial = 0; trial < 3; ++trial) {
    SmallVector<int64_t> sizes = entry->chooseSizes(trial);
    EXPECT_LE(sizes[0], 4);
    EXPECT_EQ(sizes[1] % 16, 0);
    EXPECT_GE(sizes[1], 16);
    lengths.insert(sizes[1]);
    std::mt19937_64 random(trial);
    HostTensor rows = entry->makeRandom(4, entry->shapeOf(4, sizes), random);
    HostTensor decays = entry->makeRandom(2, entry->shapeOf(2, sizes), random);
    for (int64_t i = 0; i < rows.countNumbers(); ++i) {
      EXPECT_GE(rows.get(i), 0);
      EXPECT_LT(rows.get(i), 6);
    }
    for (int64_t i = 0; i < decays.countNumbers(); ++i)
      EXPECT_LT(decays.get(i), 0);
  }
  EXPECT_GT(lengths.size(), 1u);
}

/// In a module without mambac attributes, what operations need equal is equal.
TEST_F(Verify, SizesOfPlainModulesFit) {
  OwningOpRef<ModuleOp> module = parse(R"(
    func.func @main(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>, %e: tensor<?x?xf32>) -> tensor<?x?xf32> {
      %r = linalg.matmul ins(%x, %y : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
      return %r : tensor<?x?xf32>
    })");
  ASSERT_TRUE(module);
  auto entry = EntryInputs::read(module->lookupSymbol<func::FuncOp>("main"));
  ASSERT_TRUE(bool(entry));
  EXPECT_EQ(entry->symbols.size(), 3u);
  SmallVector<int64_t> sizes{2, 3, 5};
  EXPECT_EQ(entry->shapeOf(0, sizes)[1], entry->shapeOf(1, sizes)[0]);
  EXPECT_EQ(entry->shapeOf(0, sizes)[0], entry->shapeOf(2, sizes)[0]);
  EXPECT_EQ(entry->shapeOf(1, sizes)[1], entry->shapeOf(2, sizes)[1]);
  StageVerifier verifier(*module, makeRandomWeights(*module, 1));
  EXPECT_EQ(llvm::toString(verifier.check(*module)), "");
}

} // namespace
