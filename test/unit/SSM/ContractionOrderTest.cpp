//===- ContractionOrderTest.cpp - The order that is chosen is the best there is ---------------------------------===//
//
// Random contractions, each compared with the best of all sequences of pairs, which are enumerated without any of the
// optimizer's shortcuts: every order of steps and not only every tree, measured step by step. Known products (a chain of
// matrices, a readout) have their orders and flops written down.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/Transforms/ContractionOrder.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace mambac::ssm;

namespace {

double points(const Contraction &c, AxisSet axes) {
  double result = 1;
  for (unsigned i = 0; i < c.sizes.size(); ++i)
    if (axes >> i & 1)
      result *= c.sizes[i];
  return result;
}

/// Flops and peaks of all sequences of pairs, with single operands' own axes summed first or not.
void forAllOrders(const Contraction &c, const std::function<void(double flops, double peak)> &visit) {
  struct Tensor {
    AxisSet axes;
    double bytes;
  };
  std::function<void(std::vector<Tensor>, double, double)> go = [&](std::vector<Tensor> tensors, double flops,
                                                                     double peak) {
    if (tensors.size() == 1) {
      ASSERT_EQ(tensors[0].axes, c.result);
      visit(flops, peak);
      return;
    }
    for (unsigned i = 0; i < tensors.size(); ++i)
      for (unsigned j = i + 1; j < tensors.size(); ++j) {
        AxisSet needed = c.result;
        double live = 0;
        for (unsigned k = 0; k < tensors.size(); ++k) {
          needed |= k != i && k != j ? tensors[k].axes : 0;
          live += tensors[k].bytes;
        }
        AxisSet inside = tensors[i].axes | tensors[j].axes, kept = inside & needed;
        double step = points(c, inside) * (kept == inside ? 1 : 2), bytes = points(c, kept) * c.elementBytes;
        std::vector<Tensor> rest;
        for (unsigned k = 0; k < tensors.size(); ++k)
          if (k != i && k != j)
            rest.push_back(tensors[k]);
        rest.push_back({kept, bytes});
        go(rest, flops + step, std::max(peak, live + bytes));
      }
  };
  // Each subset of the operands reduced beforehand, in the order in which they stand.
  unsigned count = c.operands.size();
  for (unsigned reduced = 0; reduced < 1u << count; ++reduced) {
    std::vector<Tensor> tensors;
    double flops = 0, peak = 0, live = 0;
    bool useful = true;
    for (unsigned i = 0; i < count; ++i) {
      AxisSet needed = c.result;
      for (unsigned k = 0; k < count; ++k)
        needed |= k != i ? c.operands[k] : 0;
      if (!(reduced >> i & 1)) {
        tensors.push_back({c.operands[i], 0});
        continue;
      }
      AxisSet kept = c.operands[i] & needed;
      useful &= kept != c.operands[i];
      flops += points(c, c.operands[i]);
      live += points(c, kept) * c.elementBytes;
      peak = std::max(peak, live);
      tensors.push_back({kept, points(c, kept) * c.elementBytes});
    }
    if (useful)
      go(tensors, flops, peak);
  }
}

Contraction randomContraction(std::mt19937 &random, unsigned numOperands) {
  auto below = [&](unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random); };
  Contraction c;
  unsigned numAxes = 2 + below(5);
  for (unsigned axis = 0; axis < numAxes; ++axis)
    c.sizes.push_back(std::vector<double>{2, 3, 5, 8, 64, 100}[below(6)]);
  AxisSet used = 0;
  for (unsigned i = 0; i < numOperands; ++i) {
    c.operands.push_back(below(1u << numAxes));
    used |= c.operands.back();
  }
  c.result = below(1u << numAxes) & used;
  return c;
}

TEST(ContractionOrder, NoOrderHasFewerFlops) {
  std::mt19937 random(7);
  OrderOptions options;
  options.memoryWeight = 0;
  for (int round = 0; round < 300; ++round) {
    Contraction c = randomContraction(random, 2 + round % 4);
    double best = std::numeric_limits<double>::infinity();
    forAllOrders(c, [&](double flops, double) { best = std::min(best, flops); });
    ContractionPlan plan = orderContraction(c, options);
    EXPECT_EQ(plan.flops, best) << "round " << round;
  }
}

TEST(ContractionOrder, NoOrderCostsLessWithMemory) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    Contraction c = randomContraction(random, 3 + round % 3);
    // Axes of single operands are always summed first, which may take memory: leave them out here.
    AxisSet shared = c.result;
    for (unsigned i = 0; i < c.operands.size(); ++i)
      for (unsigned j = 0; j < i; ++j)
        shared |= c.operands[i] & c.operands[j];
    for (AxisSet &axes : c.operands)
      axes &= shared;
    for (double weight : {0.5, 8.0, 1000.0}) {
      OrderOptions options;
      options.memoryWeight = weight;
      double best = std::numeric_limits<double>::infinity();
      forAllOrders(c, [&](double flops, double peak) { best = std::min(best, flops + weight * peak); });
      ContractionPlan plan = orderContraction(c, options);
      EXPECT_DOUBLE_EQ(plan.flops + weight * plan.peak, best) << "round " << round << ", weight " << weight;
    }
    // The cheapest among those within a limit, or the smallest of all.
    std::vector<std::pair<double, double>> all;
    forAllOrders(c, [&](double flops, double peak) { all.push_back({peak, flops}); });
    std::sort(all.begin(), all.end());
    OrderOptions options;
    options.memoryWeight = 0;
    options.memoryLimit = all[all.size() / 2].first;
    double best = std::numeric_limits<double>::infinity();
    for (auto [peak, flops] : all)
      if (peak <= options.memoryLimit)
        best = std::min(best, flops);
    ContractionPlan plan = orderContraction(c, options);
    EXPECT_LE(plan.peak, options.memoryLimit) << "round " << round;
    EXPECT_EQ(plan.flops, best) << "round " << round;
    options.memoryLimit = all.front().first / 2;
    EXPECT_EQ(orderContraction(c, options).peak, all.front().first) << "round " << round;
  }
}

TEST(ContractionOrder, PlansAreWhatTheySay) {
  std::mt19937 random(13);
  for (int round = 0; round < 200; ++round) {
    Contraction c = randomContraction(random, 1 + round % 11); // both exact and greedy
    ContractionPlan plan = orderContraction(c, {});
    std::vector<bool> read(c.operands.size() + plan.steps.size(), false);
    for (const ContractionStep &step : plan.steps)
      for (unsigned operand : step.operands) {
        ASSERT_LT(operand, c.operands.size() + (&step - plan.steps.data())) << "reads what is not there yet";
        EXPECT_FALSE(read[operand]) << "reads something twice";
        read[operand] = true;
      }
    EXPECT_EQ(std::count(read.begin(), read.end(), false), 1);
    EXPECT_EQ(plan.steps.back().result, c.result);
    ContractionPlan measured = measureSteps(c, plan.steps);
    EXPECT_DOUBLE_EQ(measured.flops, plan.flops);
    EXPECT_DOUBLE_EQ(measured.peak, plan.peak);
  }
}

TEST(ContractionOrder, GreedyIsNeverBetter) {
  std::mt19937 random(17);
  OrderOptions exact, greedy;
  exact.memoryWeight = greedy.memoryWeight = 0;
  greedy.exactUpTo = 2;
  bool differs = false;
  for (int round = 0; round < 100; ++round) {
    Contraction c = randomContraction(random, 6);
    double best = orderContraction(c, exact).flops, other = orderContraction(c, greedy).flops;
    EXPECT_LE(best, other);
    differs |= best < other;
  }
  EXPECT_TRUE(differs) << "both are the same search";
}

TEST(ContractionOrder, ChainOfMatricesFromTheSmallEnd) {
  // (a b)(b c)(c d)(d) -> a: the vector first, each step a product of a matrix and a vector.
  Contraction c;
  c.sizes = {10, 20, 30, 40};
  c.operands = {0b0011, 0b0110, 0b1100, 0b1000};
  c.result = 0b0001;
  ContractionPlan plan = orderContraction(c, {});
  EXPECT_EQ(plan.flops, 2.0 * (30 * 40 + 20 * 30 + 10 * 20));
  EXPECT_EQ(plan.peak, 4.0 * (30 + 20));
}

TEST(ContractionOrder, LoneAxesAreSummedFirst) {
  // a b j, a b k -> a: j and k are summed before a and b are multiplied.
  Contraction c;
  c.sizes = {4, 8, 100, 50};
  c.operands = {0b0111, 0b1011};
  c.result = 0b0001;
  ContractionPlan plan = orderContraction(c, {});
  ASSERT_EQ(plan.steps.size(), 3u);
  EXPECT_EQ(plan.flops, 4 * 8 * 100 + 4 * 8 * 50 + 2 * 4 * 8);
}

TEST(ContractionOrder, TwelveOperandsAtMostAreSearched) {
  Contraction c;
  for (unsigned i = 0; i < 16; ++i) {
    c.sizes.push_back(2 + i % 3);
    c.operands.push_back(AxisSet(0b11) << i & 0xffff);
  }
  c.result = 1;
  OrderOptions options;
  options.exactUpTo = 100;
  ContractionPlan plan = orderContraction(c, options);
  EXPECT_EQ(plan.steps.back().result, c.result);
}

} // namespace
