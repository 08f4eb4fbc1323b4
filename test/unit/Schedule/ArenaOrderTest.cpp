//===- ArenaOrderTest.cpp - Buffers that are live together never overlap --------------------------------------------===//
//
// An order is made from sizes at sample points and has to hold for all sizes: it is tried at others, chosen at random.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/ArenaOrder.h"
#include <gtest/gtest.h>
#include <random>

using namespace mambac;

namespace {

/// Offsets at the given sizes, as generated code computes them.
std::vector<int64_t> computeOffsets(const ArenaOrder &order, const std::vector<int64_t> &sizes) {
  std::vector<int64_t> offsets(sizes.size(), 0);
  for (unsigned i : order.order)
    for (unsigned other : order.below[i])
      offsets[i] = std::max(offsets[i], offsets[other] + sizes[other]);
  return offsets;
}

int64_t lengthAt(const std::vector<ArenaBuffer> &buffers, size_t point) {
  ArenaOrder order = orderArena(buffers);
  std::vector<int64_t> sizes;
  for (const ArenaBuffer &buffer : buffers)
    sizes.push_back(buffer.samples[point]);
  std::vector<int64_t> offsets = computeOffsets(order, sizes);
  int64_t length = 0;
  for (size_t i = 0; i < sizes.size(); ++i)
    length = std::max(length, offsets[i] + sizes[i]);
  return length;
}

TEST(ArenaOrderTest, WhatIsLiveTogetherIsApartAtAllSizes) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<ArenaBuffer> buffers(1 + random() % 40);
    for (ArenaBuffer &buffer : buffers) {
      buffer.first = random() % 30;
      buffer.last = buffer.first + random() % 8;
      buffer.samples = {int64_t(64 * (random() % 9)), int64_t(64 * (random() % 99))};
    }
    ArenaOrder order = orderArena(buffers);
    ASSERT_EQ(order.order.size(), buffers.size());
    for (int other = 0; other < 5; ++other) {
      std::vector<int64_t> sizes;
      for (size_t i = 0; i < buffers.size(); ++i)
        sizes.push_back(64 * (random() % 50));
      std::vector<int64_t> offsets = computeOffsets(order, sizes);
      for (size_t a = 0; a < buffers.size(); ++a)
        for (size_t b = 0; b < a; ++b) {
          bool together = buffers[a].first <= buffers[b].last && buffers[b].first <= buffers[a].last;
          bool apart = offsets[a] + sizes[a] <= offsets[b] || offsets[b] + sizes[b] <= offsets[a];
          ASSERT_TRUE(!together || apart) << "round " << round << ": buffers " << a << " and " << b;
        }
    }
  }
}

// A long activation between short ones, as in a layer: packing by size alone would leave a hole.
TEST(ArenaOrderTest, LayersNeedNoMoreThanWhatIsLive) {
  std::vector<ArenaBuffer> buffers;
  auto add = [&](int64_t first, int64_t last, int64_t size) { buffers.push_back({first, last, {size, 1000 * size}}); };
  for (int64_t layer = 0; layer < 24; ++layer) {
    int64_t at = 10 * layer;
    add(at, at + 10, 768 * 64);     // the residual stream, until the next one is there
    add(at + 1, at + 2, 768 * 64);  // the norm
    add(at + 2, at + 6, 3072 * 64); // the projection, whose gate is read last
    add(at + 3, at + 6, 1536 * 64); // the convolution
    add(at + 4, at + 6, 80 * 64);
    add(at + 5, at + 6, 1536 * 64);
    add(at + 6, at + 7, 1536 * 64); // the scan
    add(at + 7, at + 10, 768 * 64); // back
  }
  int64_t live = (768 + 3072 + 1536 + 80 + 1536 + 1536) * 64;
  EXPECT_EQ(lengthAt(buffers, 0), live);
  EXPECT_EQ(lengthAt(buffers, 1), 1000 * live);
}

TEST(ArenaOrderTest, EmptyAndSingle) {
  EXPECT_TRUE(orderArena({}).order.empty());
  EXPECT_EQ(lengthAt({{0, 1, {64, 128}}}, 1), 128);
}

} // namespace
