// Every graph of test/Import/ops and test/models against what PyTorch recorded: imported, then run by the plain reference
// lowering. So a failure here is the importer's (or the reference lowering's), not that of the stages behind it.
#include "lib/Import/Import.h"
#include "test/unit/Import/ReferenceRunner.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "mlir/IR/Diagnostics.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

using namespace mambac;
using namespace mambac::test;

namespace {

/// Whether two results agree within `tolerance` of the largest finite element.
std::string compare(const Array &have, const Array &want, double tolerance) {
  if (have.shape != want.shape) {
    std::string text = "sizes";
    for (int64_t size : have.shape)
      text += " " + std::to_string(size);
    text += ", not";
    for (int64_t size : want.shape)
      text += " " + std::to_string(size);
    return text;
  }
  double scale = 1e-30, worst = 0;
  for (double value : want.values)
    if (std::isfinite(value))
      scale = std::max(scale, std::abs(value));
  for (size_t i = 0; i < want.values.size(); ++i) {
    double a = have.values[i], b = want.values[i];
    if (a == b || (std::isnan(a) && std::isnan(b)))
      continue;
    if (!std::isfinite(a) || !std::isfinite(b))
      return "element " + std::to_string(i) + " is " + std::to_string(a) + ", not " + std::to_string(b);
    worst = std::max(worst, std::abs(a - b));
  }
  if (worst <= tolerance * scale)
    return "";
  return "differs by " + std::to_string(worst) + " where the largest element is " + std::to_string(scale);
}

std::vector<std::string> graphsIn(const std::string &folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (llvm::sys::fs::recursive_directory_iterator it(folder, error), end; it != end && !error; it.increment(error))
    if (llvm::StringRef(it->path()).ends_with(".pt2"))
      found.push_back(it->path());
  std::sort(found.begin(), found.end());
  return found;
}

/// The results of a graph on inputs, or a message.
std::vector<Array> run(const std::string &graph, const std::vector<Array> &inputs, std::string &error) {
  auto context = makeContext();
  mlir::ScopedDiagnosticHandler handler(context.get(), [&](mlir::Diagnostic &diagnostic) {
    error += diagnostic.str() + "\n";
    return mlir::success();
  });
  pt2::ExportedProgram program;
  auto module = importModel(graph, *context, &program);
  if (!module)
    return {};
  return runReference(std::move(module), program, inputs, error);
}

double toleranceOf(const std::string &graph) {
  // One rounding of the result's type: the steps in between are PyTorch's, their order in sums is not. Results of f32 families
  // differ by the order of sums and by libm alone. Whole models round more than once: twice that (docs/numerics.md).
  if (graph.find(".bf16.") != std::string::npos || graph.find("_bf16") != std::string::npos)
    return 0x1p-7;
  if (graph.find(".f16.") != std::string::npos || graph.find("_f16") != std::string::npos)
    return 0x1p-10;
  return 4e-6;
}

class Ops : public testing::TestWithParam<std::string> {};
class Models : public testing::TestWithParam<std::string> {};

std::string testName(const testing::TestParamInfo<std::string> &info) {
  std::string name = llvm::sys::path::stem(info.param).str();
  if (name == "model")
    name = llvm::sys::path::filename(llvm::sys::path::parent_path(info.param)).str();
  std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
}

} // namespace

TEST_P(Ops, MatchPyTorch) {
  std::string stem = GetParam().substr(0, GetParam().size() - 4), error;
  std::vector<Array> inputs;
  while (llvm::sys::fs::exists(stem + ".in" + std::to_string(inputs.size()) + ".npy"))
    inputs.push_back(readNpy(stem + ".in" + std::to_string(inputs.size()) + ".npy"));
  Array recorded = readNpy(stem + ".out.npy");
  ASSERT_EQ(recorded.error, "");
  std::vector<Array> results = run(GetParam(), inputs, error);
  ASSERT_EQ(error, "");
  // Rank, sizes, elements of one output after the other.
  size_t position = 0, output = 0;
  while (position < recorded.values.size()) {
    Array want;
    size_t count = 1;
    for (size_t rank = recorded.values[position++], dim = 0; dim < rank; ++dim) {
      want.shape.push_back(recorded.values[position++]);
      count *= want.shape.back();
    }
    want.values.assign(recorded.values.begin() + position, recorded.values.begin() + position + count);
    position += count;
    ASSERT_LT(output, results.size());
    EXPECT_EQ(compare(results[output], want, toleranceOf(GetParam())), "") << "output " << output;
    ++output;
  }
  EXPECT_EQ(output, results.size());
}

TEST_P(Models, MatchPyTorch) {
  std::string folder = llvm::sys::path::parent_path(GetParam()).str();
  unsigned cases = 0;
  for (; cases < 1; ++cases) { // one of the five: the whole compiler is tested on all of them
    std::string prefix = folder + "/case" + std::to_string(cases), error;
    std::vector<Array> inputs, wanted;
    std::error_code code;
    for (llvm::sys::fs::directory_iterator it(folder, code), end; it != end && !code; it.increment(code))
      if (llvm::StringRef(it->path()).starts_with(prefix + ".in."))
        inputs.push_back(readNpy(it->path()));
    if (inputs.empty())
      break;
    std::vector<Array> results = run(GetParam(), inputs, error);
    ASSERT_EQ(error, "");
    for (size_t k = 0; k < results.size(); ++k) {
      Array want = readNpy(prefix + ".out." + std::to_string(k) + ".npy");
      ASSERT_EQ(want.error, "");
      EXPECT_EQ(compare(results[k], want, 2 * toleranceOf(folder)), "") << "case " << cases << ", output " << k;
    }
  }
  EXPECT_GT(cases, 0u);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Ops);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Models);
INSTANTIATE_TEST_SUITE_P(Import, Ops, testing::ValuesIn(graphsIn(TEST_SOURCE_ROOT "/Import/ops")), testName);
// A few of the models: compiling them without any fusion takes its time, and RaisedModelsTests and test/models run them all.
INSTANTIATE_TEST_SUITE_P(Import, Models,
                         testing::Values(TEST_SOURCE_ROOT "/models/mamba2/model.pt2", TEST_SOURCE_ROOT "/models/mamba2_bf16/model.pt2",
                                         TEST_SOURCE_ROOT "/models/mamba_py/model.pt2", TEST_SOURCE_ROOT "/models/zamba2/model.pt2"),
                         testName);
