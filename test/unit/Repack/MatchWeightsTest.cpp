// Which tensor is which weight: names, prefixes, tied weights, constants, and what is said of those that do not fit.
#include "lib/Repack/MatchWeights.h"

#include <gtest/gtest.h>

using namespace mambac;

namespace {

const float kOnes[4] = {1, 1, 1, 1}, kAlsoOnes[4] = {1, 1, 1, 1}, kOthers[4] = {1, 2, 3, 4};

void run(const MambacCall *) {}
int64_t arena(const int64_t *) { return 0; }

/// The metadata of a product's packing code.
MambacPrepare makePrepare(const char *text) {
  return {{"prepare", run, arena, nullptr}, text, kOnes, sizeof kOnes};
}

WeightTensor tensor(const float *data, const char *dtype = "f32", std::vector<int64_t> sizes = {2, 2}) {
  WeightTensor result;
  result.dtype = dtype;
  result.sizes = std::move(sizes);
  result.data = data;
  result.bytes = 16;
  return result;
}

const char *const kText = R"({"level": "x86-64-v2", "cpu_features": ["sse4.2"], "offsets": [0, 64], "unused": ["model.norm.unused"],
  "weights": [{"name": "model.in.weight", "dtype": "f32", "shape": [2, 2], "also": ["model.head.weight"]},
              {"name": "model.out.weight", "dtype": "f32", "shape": [2, 2]},
              {"name": "model.freq", "dtype": "f32", "shape": [4], "constant": 0}]})";

class Matching : public ::testing::Test {
protected:
  void SetUp() override { ASSERT_EQ(info.parse(makePrepare(kText), 128), ""); }
  std::vector<std::string> problems() { return matchWeights(info, set).problems; }
  std::string problem() {
    std::vector<std::string> all = problems();
    EXPECT_EQ(all.size(), 1u);
    return all.size() == 1 ? all[0] : "";
  }
  PrepareInfo info;
  WeightSet set;
};

} // namespace

TEST_F(Matching, Names) {
  set.tensors = {{"model.in.weight", tensor(kOnes)}, {"model.out.weight", tensor(kOthers)}};
  WeightMatch match = matchWeights(info, set);
  EXPECT_TRUE(match.problems.empty());
  EXPECT_EQ(match.data, (std::vector<const void *>{kOnes, kOthers, kOnes}));
  // What all names begin with may be left off, by all of them; what the model does not need may be there.
  set.tensors = {{"in.weight", tensor(kOnes)}, {"out.weight", tensor(kOthers)}, {"norm.unused", tensor(kOnes)}};
  EXPECT_EQ(matchWeights(info, set).data[1], kOthers);
  EXPECT_TRUE(problems().empty());
  set.tensors.erase("in.weight");
  set.tensors["model.in.weight"] = tensor(kOnes);
  EXPECT_FALSE(problems().empty());
}

TEST_F(Matching, TiedWeights) {
  set.tensors = {{"head.weight", tensor(kOthers)}, {"out.weight", tensor(kOnes)}};
  EXPECT_EQ(matchWeights(info, set).data[0], kOthers);
  EXPECT_TRUE(problems().empty());
  set.tensors["in.weight"] = tensor(kOnes);
  EXPECT_EQ(problem(), "in.weight and head.weight differ, and the product has one tensor for both");
  set.tensors["head.weight"] = tensor(kAlsoOnes);
  EXPECT_TRUE(problems().empty());
  // A product that has a place for each takes both.
  info.weights.push_back(info.weights[0]);
  info.weights.back().name = "model.head.weight";
  info.weights.back().also = {"model.in.weight"};
  set.tensors["head.weight"] = tensor(kOthers);
  WeightMatch match = matchWeights(info, set);
  EXPECT_TRUE(match.problems.empty());
  EXPECT_EQ(match.data[0], kOnes);
  EXPECT_EQ(match.data[3], kOthers);
}

TEST_F(Matching, Constants) {
  set.tensors = {{"in.weight", tensor(kOnes)}, {"out.weight", tensor(kOnes)}, {"freq", tensor(kAlsoOnes, "f32", {4})}};
  EXPECT_TRUE(problems().empty());
  EXPECT_EQ(matchWeights(info, set).data[2], kOnes);
  set.tensors["freq"] = tensor(kOthers, "f32", {4});
  EXPECT_EQ(problem(), "freq is another one; it is no weight but part of the model, which has to be compiled again");
}

TEST_F(Matching, AllProblemsAtOnce) {
  set.tensors = {{"model.out.weight", tensor(kOnes, "bf16", {2, 4})}, {"more", tensor(kOnes, "i64", {2})}};
  EXPECT_EQ(problems(), (std::vector<std::string>{"model.in.weight is missing; the product takes f32 [2, 2]",
                                                  "model.out.weight is bf16 [2, 4]; the product takes f32 [2, 2]",
                                                  "more (i64 [2]) is no weight of the product"}));
  set.tensors.clear();
  EXPECT_EQ(problems().size(), 2u);
}

TEST(PrepareInfo, NonsenseIsRefused) {
  PrepareInfo info;
  EXPECT_EQ(info.parse(makePrepare(kText), 128), "");
  EXPECT_EQ(info.cpuFeatures, std::vector<std::string>{"sse4.2"});
  EXPECT_EQ(info.offsets, (std::vector<int64_t>{0, 64}));
  EXPECT_NE(info.parse(makePrepare(kText), 64), "") << "an output outside of the segment";
  for (const char *text :
       {"", "[]", "7", R"({"level": "x"})", R"({"level": 7, "offsets": []})", R"({"level": "x", "offsets": [-1]})",
        R"({"level": "x", "offsets": ["a"]})", R"({"level": "x", "offsets": [], "weights": [{"name": "a"}]})",
        R"({"level": "x", "offsets": [], "weights": [{"name": "a", "dtype": "q8", "shape": []}]})",
        R"({"level": "x", "offsets": [], "weights": [{"name": "a", "dtype": "f32", "shape": [-2]}]})",
        R"({"level": "x", "offsets": [], "weights": [{"name": "a", "dtype": "f32", "shape": [5], "constant": 0}]})",
        R"({"level": "x", "offsets": [], "weights": [{"name": "a", "dtype": "f32", "shape": [1], "constant": -4}]})",
        R"({"level": "x", "offsets": [], "weights": [7]})", R"({"level": "x", "offsets": [], "unused": [7]})"})
    EXPECT_NE(info.parse(makePrepare(text), 128), "") << text;
  EXPECT_NE(info.parse(makePrepare(nullptr), 128), "");
}
