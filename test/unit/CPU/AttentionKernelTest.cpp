//===- AttentionKernelTest.cpp - Attention and its caches against their definitions --------------------------------===//
#include "test/unit/CPU/KernelCases.h"
#include <gtest/gtest.h>

using namespace mambac::test;

namespace {

TEST(Attention, GroupsCausal) {
  checkAllWidths({"ssm.attention",
                  {{'b', 2}, {'h', 4}, {'q', 51}, {'s', 70}, {'d', 20}, {'e', 24}},
                  {{"query", "b h q d", -2, 2}, {"key", "b h/2 s d", -2, 2}, {"value", "b h/2 s e", -2, 2},
                   {"outs", "b h q e", 0, 0}},
                  "scale(2.500000e-01) causal", {51, 70}, {}},
                 1);
}

TEST(Attention, Tiles) {
  for (const char *tiles : {"attention-queries=16 attention-keys=32", "attention-queries=80 attention-keys=16 tile-rows=7"})
    checkAllWidths({"ssm.attention",
                    {{'b', 1}, {'h', 2}, {'q', 51}, {'s', 70}, {'d', 20}, {'e', 24}},
                    {{"query", "b h q d", -2, 2}, {"key", "b h s d", -2, 2}, {"value", "b h s e", -2, 2},
                     {"outs", "b h q e", 0, 0}},
                    "scale(2.500000e-01) causal", {51, 70}, {}, tiles},
                   3);
}

TEST(Attention, MaskSequenceFirst) {
  checkAllWidths({"ssm.attention",
                  {{'b', 1}, {'h', 2}, {'q', 7}, {'s', 130}, {'d', 16}, {'e', 16}},
                  {{"query", "b q h d", -2, 2, "bf16"}, {"key", "b s h d", -2, 2, "bf16"},
                   {"value", "b s h e", -2, 2, "bf16"}, {"mask", "b q s", -2, 0}, {"outs", "b q h e", 0, 0, "bf16"}},
                  "scale(2.500000e-01)", {}, {}},
                 2);
}

/// Keys in a cache with room for more; positions that leave queries without keys, and ones near the end of the room.
TEST(Attention, Position) {
  for (auto [low, high] : {std::pair(0, 60), std::pair(-30, 140)})
    for (int64_t queries : {1, 51})
      checkAllWidths({"ssm.attention",
                      {{'b', 3}, {'h', 4}, {'q', queries}, {'s', 150}, {'d', 20}, {'e', 24}},
                      {{"query", "b q h d", -2, 2}, {"key", "b h/2 s d", -2, 2, "bf16"}, {"value", "b h/2 s e", -2, 2, "bf16"},
                       {"position", "b", double(low), double(high), "i64"}, {"outs", "b q h e", 0, 0}},
                      "scale(2.500000e-01) causal", {51, 150}, {}},
                     4);
}

/// One query: the heads of a group are computed together. Channels that fill no vectors; masks for each head; keys that run
/// along the other axis.
TEST(Attention, OneQuery) {
  for (auto [groups, channels] : {std::pair(1, 16), std::pair(2, 20), std::pair(6, 16)}) {
    std::string shared = groups == 6 ? "b h s " : "b h/" + std::to_string(6 / groups) + " s ";
    Case c{"ssm.attention",
           {{'b', 2}, {'h', 6}, {'q', 1}, {'s', 150}, {'d', channels}, {'e', channels + 8}},
           {{"query", "b h q d", -2, 2}, {"key", shared + "d", -2, 2}, {"value", shared + "e", -2, 2, "f16"},
            {"mask", "h s", -2, 0}, {"position", "b", 0, 150, "i64"}, {"outs", "b q h e", 0, 0}},
           "scale(2.500000e-01) causal", {150}, {}};
    checkAllWidths(c, 5);
    check(withTiles(c, "attention-keys=16 tile-rows=4"), 64, 6);
    c.operands[1].axes = "b d " + shared.substr(2, shared.size() - 3);
    c.operands.erase(c.operands.begin() + 3);
    check(c, 64, 7);
  }
}

/// Rows that begin before the cache, end behind it, or have no place at all; other layouts and types.
TEST(Append, Rows) {
  for (auto [low, high] : {std::pair(0, 30), std::pair(-50, 90), std::pair(-400, -300), std::pair(75, 1000)})
    for (int64_t rows : {1, 45})
      checkAllWidths({"ssm.append",
                      {{'b', 4}, {'h', 2}, {'l', rows}, {'s', 75}, {'d', 20}},
                      {{"rows", "b l h d", -2, 2}, {"at", "b", double(low), double(high), "i64"},
                       {"outs", "b h s d", -2, 2, rows == 1 ? "f32" : "bf16"}},
                      "", {45, 75}, {}},
                     5);
  checkAllWidths({"ssm.append",
                  {{'b', 2}, {'h', 2}, {'l', 9}, {'s', 40}, {'d', 150}},
                  {{"rows", "b h l d", -2, 2, "f16"}, {"at", "b", 0, 30, "i64"}, {"outs", "d b h s", -2, 2}},
                  "", {150}, {}},
                 6);
}

} // namespace
