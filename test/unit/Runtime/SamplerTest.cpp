//===- SamplerTest.cpp - Drawing tokens, and stop strings ---------------------------------------------------------===//
//
// The probabilities against those of transformers' logits processors (make_sampler.py); that tokens are drawn by them; and
// text that is kept back.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Sampler.h"
#include "lib/Runtime/Runner/TextStream.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

using namespace mambac::runner;

TEST(Sampler, WeighsAsTransformers) {
  std::ifstream file(SAMPLER_FIXTURE);
  nlohmann::json cases = nlohmann::json::parse(file);
  ASSERT_GT(cases.size(), 50u);
  for (const nlohmann::json &one : cases) {
    SamplerOptions options = {one["temperature"], one["top_k"], one["top_p"], one["penalty"]};
    Sampler sampler(options, 0);
    options.temperature = 0;
    Sampler greedy(options, 0);
    for (int64_t token : one["seen"]) {
      sampler.note(token);
      greedy.note(token);
    }
    std::vector<double> logits = one["logits"], expected = one["probabilities"], weights = sampler.weigh(logits);
    ASSERT_EQ(weights.size(), expected.size());
    for (size_t i = 0; i < weights.size(); ++i)
      EXPECT_NEAR(weights[i], expected[i], 1e-12) << one << " token " << i; // Both are in double precision.
    EXPECT_EQ(greedy.sample(logits), one["greedy"].get<int64_t>());
  }
}

TEST(Sampler, DrawsByTheProbabilities) {
  std::vector<double> logits = {0, std::log(2.0), -1000, std::log(5.0)};
  SamplerOptions options;
  Sampler sampler(options, 3);
  std::vector<int> counts(4);
  for (int i = 0; i < 8000; ++i)
    ++counts[size_t(sampler.sample(logits))];
  // 1000, 2000, 0 and 5000 are expected; five standard deviations are at most 220.
  EXPECT_NEAR(counts[0], 1000, 220);
  EXPECT_NEAR(counts[1], 2000, 220);
  EXPECT_EQ(counts[2], 0);
  EXPECT_NEAR(counts[3], 5000, 220);
}

TEST(Sampler, TheSameSeedDrawsTheSame) {
  std::vector<double> logits = {1, 2, 3, 4, 5};
  Sampler a({1, 0, 0.9, 1}, 11), b({1, 0, 0.9, 1}, 11), c({1, 0, 0.9, 1}, 12);
  bool same = true;
  for (int i = 0; i < 50; ++i) {
    int64_t token = a.sample(logits);
    EXPECT_EQ(token, b.sample(logits));
    same &= token == c.sample(logits);
  }
  EXPECT_FALSE(same);
}

TEST(Sampler, TiesGoToTheSmallestId) {
  Sampler greedy({0, 0, 1, 1}, 0), mass({1, 0, 0.3, 1}, 0);
  EXPECT_EQ(greedy.sample({1, 2, 2}), 1);
  EXPECT_EQ(mass.weigh({1, 1, 1, 1}), (std::vector<double>{0.5, 0.5, 0, 0}));
}

TEST(Sampler, LogitsThatAreNoNumbers) {
  double nan = std::nan(""), infinity = HUGE_VAL;
  Sampler sampler({1, 2, 0.9, 1}, 0);
  EXPECT_EQ(sampler.sample({nan, nan}), 0);
  EXPECT_EQ(sampler.sample({nan, 1, nan}), 1);
  EXPECT_EQ(sampler.sample({1, infinity, nan}), 1);
  EXPECT_EQ(sampler.sample({-infinity, 0, -infinity}), 1);
}

TEST(Sampler, ForgetsWhatItSaw) {
  Sampler sampler({0, 0, 1, 10}, 0);
  sampler.note(1);
  EXPECT_EQ(sampler.sample({1, 2}), 0);
  sampler.forget();
  EXPECT_EQ(sampler.sample({1, 2}), 1);
}

TEST(TextStream, KeepsBackWhatMayBeAStopString) {
  TextStream stream({"</end>", "\n\n"});
  EXPECT_EQ(stream.push("a</e"), "a");
  EXPECT_EQ(stream.push("n"), "");
  EXPECT_EQ(stream.push("t<"), "</ent");
  EXPECT_EQ(stream.push("\n"), "<");
  EXPECT_EQ(stream.push("b\n"), "\nb");
  EXPECT_FALSE(stream.isStopped());
  EXPECT_EQ(stream.push("\nc"), "");
  EXPECT_TRUE(stream.isStopped());
  EXPECT_EQ(stream.push("d"), "");
  EXPECT_EQ(stream.finish(), "");
}

TEST(TextStream, ShowsTheRestAtTheEnd) {
  TextStream stream({"abc"});
  EXPECT_EQ(stream.push("xab"), "x");
  EXPECT_EQ(stream.finish(), "ab");
  TextStream first({"cd", "b"});
  EXPECT_EQ(first.push("abcd"), "a"); // The one that begins first.
}
