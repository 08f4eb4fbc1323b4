//===- KernelTest.cpp - Kernels against their ops' definitions --------------------------------------------------===//
//
// Each op as kernel code on memrefs, and as its decomposition in f64 on tensors, on the same random numbers: layouts,
// element types, options, vector widths, and sizes that divide neither chunk nor vector nor tile.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "test/unit/CPU/KernelCases.h"
#include "llvm/ADT/StringExtras.h"
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace mambac::test;

namespace {

Case scanCase(const std::string &layout, const std::string &type, int64_t l, int64_t d, int64_t n) {
  return {"ssm.selective_scan",
          {{'b', 2}, {'l', l}, {'d', d}, {'n', n}},
          {{"u", layout, -1, 1, type}, {"delta", layout, -2, 1, type}, {"A", "d n", -4, -0.5}, {"B", "b l n", -1, 1, type},
           {"C", "b l n", -1, 1, type}, {"D", "d", -1, 1}, {"z", layout, -2, 2, type}, {"delta_bias", "d", -0.2, 0.2},
           {"initial_state", "b d n", -1, 1}, {"outs", layout, 0, 0, type}, {"outs", "b d n", 0, 0}},
          "softplus dt_min(1.000000e-02) dt_max(1.000000e+00)",
          {}, {}};
}

TEST(SelectiveScan, ChannelsInnermost) { checkAllWidths(scanCase("b l d", "f32", 37, 40, 16), 1); }
TEST(SelectiveScan, TimeInnermost) { checkAllWidths(scanCase("b d l", "f32", 37, 33, 5), 2); }
TEST(SelectiveScan, ManyStatesHalves) { checkAllWidths(scanCase("b l d", "bf16", 9, 19, 35), 3); }
TEST(SelectiveScan, F16TimeInnermost) { checkAllWidths(scanCase("b d l", "f16", 33, 17, 4), 4); }
/// Some tiles of time; operands that run along time beside others that run along channels.
TEST(SelectiveScan, LongTimeMixedLayouts) {
  for (const char *layout : {"b d l", "b l d"}) {
    Case c = scanCase(layout, "f32", 300, 21, 3);
    checkAllWidths(c, 41);
    for (const char *other : {"delta", "outs"}) {
      Case mixed = c;
      for (Operand &operand : mixed.operands)
        if (operand.name == other && operand.axes == layout)
          operand.axes = layout[2] == 'd' ? "b l d" : "l b d";
      checkAllWidths(mixed, 42);
    }
  }
}
/// Few channels: time is cut in segments (eight cores and two batches of one or two vectors: 3 of them, the last one shorter).
TEST(SelectiveScan, TimeInSegments) {
  for (const char *layout : {"b l d", "b d l"})
    for (bool open : {false, true}) {
      Case c = scanCase(layout, "f32", 1601, 5, 3);
      if (open)
        c.dynamic = {1601};
      checkAllWidths(c, 51);
      checkAllWidths(backwards(c), 52);
    }
  Case many = scanCase("b l d", "f32", 1540, 3, 35);
  many.operands.erase(many.operands.begin() + 8); // no initial state
  checkAllWidths(many, 53);
}
/// The result in the place of the steps, which are read for the last time: tiles, both layouts, 16-bit numbers, segments of time
/// that run twice, one step.
TEST(SelectiveScan, ResultOverSteps) {
  auto inPlace = [](Case c) {
    c.operands.pop_back(); // no final state: the result is the last destination
    c.inPlace = "delta";
    return c;
  };
  for (const char *layout : {"b l d", "b d l"}) {
    checkAllWidths(inPlace(scanCase(layout, "f32", 77, 40, 16)), 54);
    checkAllWidths(inPlace(scanCase(layout, "bf16", 37, 19, 35)), 55);
    checkAllWidths(inPlace(scanCase(layout, "f32", 1601, 5, 3)), 56);
    checkAllWidths(inPlace(backwards(scanCase(layout, "f32", 1601, 5, 3))), 57);
    checkAllWidths(inPlace(scanCase(layout, "f32", 1, 37, 16)), 58);
  }
}
/// Whole vectors of states and channels or not, more vectors than are unrolled, both layouts of a step, groups, no state.
TEST(SelectiveScan, OneStep) {
  for (const char *layout : {"b l d", "b d l"}) {
    checkAllWidths(scanCase(layout, "f32", 1, 96, 16), 61);
    checkAllWidths(scanCase(layout, "bf16", 1, 69, 35), 62);
    checkAllWidths(scanCase(layout, "f16", 1, 5, 3), 63);
  }
  checkAllWidths(scanCase("b l d", "f32", 1, 20, 170), 64);
  checkAllWidths(backwards(scanCase("l b d", "f32", 1, 20, 16)), 65);
  Case open = scanCase("b d l", "f32", 1, 70, 16);
  open.dynamic = {70};
  checkAllWidths(open, 66);
  Case groups = scanCase("b l d", "f32", 1, 60, 7);
  groups.operands[3].axes = "b l d/20 n", groups.operands[4].axes = "b n l";
  checkAllWidths(groups, 67);
  groups.operands[3].axes = "b d n", groups.operands[4].axes = "n d";
  groups.operands.erase(groups.operands.begin() + 8); // no initial state
  checkAllWidths(groups, 68);
}
/// Kernels that write their states past the caches, where they lie on whole vectors and where they do not.
TEST(SelectiveScan, OneStreamedStep) {
  for (int64_t states : {16, 7}) {
    Case c = scanCase("b l d", "f32", 1, 37, states);
    c.attributesBehind = "{mambac.streamed}";
    checkAllWidths(c, 69);
  }
}
TEST(SelectiveScan, GroupsDynamicBare) {
  Case c{"ssm.selective_scan",
         {{'b', 1}, {'l', 41}, {'d', 60}, {'n', 7}},
         {{"u", "b l d", -1, 1}, {"delta", "b l d", 0, 0.5}, {"A", "d n", -4, -0.5}, {"B", "b l d/20 n", -1, 1},
          {"C", "b n l", -1, 1}, {"outs", "b d l", 0, 0}},
         "", {41}, {}};
  checkAllWidths(c, 5);
}
TEST(SelectiveScan, ConstantsInTime) {
  Case c{"ssm.selective_scan",
         {{'b', 1}, {'l', 3}, {'d', 5}, {'n', 2}},
         {{"u", "b l d", -1, 1}, {"delta", "b l d", 0, 0.5}, {"A", "d n", -4, -0.5}, {"B", "d n", -1, 1},
          {"C", "d n", -1, 1}, {"outs", "b l d", 0, 0}},
         "", {}, {}};
  checkAllWidths(c, 6);
}

Case ssdCase(const std::string &layout, const std::string &type, int64_t l, int64_t h, int64_t p, int64_t n) {
  return {"ssm.ssd",
          {{'b', 2}, {'l', l}, {'h', h}, {'p', p}, {'n', n}},
          {{"x", layout, -1, 1, type}, {"dt", "b l h", -2, 1, type}, {"A", "h", -4, -0.5}, {"B", "b l h/2 n", -1, 1, type},
           {"C", "b l h/2 n", -1, 1, type}, {"D", "h", -1, 1}, {"z", layout, -2, 2, type}, {"dt_bias", "h", -0.2, 0.2},
           {"initial_state", "b h p n", -1, 1}, {"outs", layout, 0, 0, type}, {"outs", "b h p n", 0, 0}},
          "softplus dt_min(1.000000e-02) dt_max(1.000000e+00)",
          {}, {}};
}

Case discretizedCase(const std::string &decay, int64_t l) {
  return {"ssm.ssd",
          {{'b', 2}, {'l', l}, {'h', 4}, {'p', 20}, {'n', 12}},
          {{"x", "b l h p", -1, 1}, {"A", decay, -1, 0}, {"B", "b l h/2 n", -1, 1}, {"C", "b l h/2 n", -1, 1},
           {"D", "h", -1, 1}, {"initial_state", "b h p n", -1, 1}, {"outs", "b l h p", 0, 0}, {"outs", "b h p n", 0, 0}},
          "", {}, {}};
}
TEST(SSD, ChunksAndRemainder) { checkAllWidths(ssdCase("b l h p", "f32", 101, 4, 64, 16), 1); }
TEST(SSD, OddSizes) { checkAllWidths(ssdCase("b h l p", "f32", 50, 2, 37, 19), 2); }
TEST(SSD, Halves) { checkAllWidths(ssdCase("b l h p", "bf16", 49, 2, 16, 8), 3); }
TEST(SSD, TimeInnermost) { checkAllWidths(ssdCase("b h p l", "f16", 20, 2, 20, 4), 4); }
TEST(SSD, OneStep) { checkAllWidths(ssdCase("b l h p", "f32", 1, 4, 7, 35), 5); }
TEST(SSD, OneStreamedStep) {
  for (int64_t states : {128, 35}) {
    Case c = ssdCase("b l h p", "f32", 1, 4, 7, states);
    c.attributesBehind = "{mambac.streamed}";
    checkAllWidths(c, 6);
  }
}
/// Few heads: time is cut in segments of some chunks.
TEST(SSD, TimeInSegments) {
  for (bool open : {false, true}) {
    Case c = ssdCase("b l h p", "f32", 650, 2, 20, 6);
    c.sizes['b'] = 1;
    if (open)
      c.dynamic = {650};
    checkAllWidths(c, 54);
    checkAllWidths(backwards(c), 55);
    c = discretizedCase("b l h", 1201);
    c.sizes['h'] = 2, c.sizes['b'] = 1;
    c.operands.erase(c.operands.begin() + 5);
    checkAllWidths(c, 56);
  }
}

/// Gates and D straight from memory and by tiles, with lanes left over and more columns than a register tile has.
TEST(SSD, GatesInPlace) {
  for (const char *z : {"b l h p", "b h p l"})
    for (const char *out : {"b l h p", "b h p l"}) {
      Case c = ssdCase("b l h p", "f32", 53, 2, 75, 6);
      c.operands[5].axes = "h p";
      c.operands[6].axes = z;
      c.operands[9].axes = out;
      checkAllWidths(c, 31);
    }
}
TEST(SSD, BareDynamic) {
  Case c{"ssm.ssd",
         {{'b', 1}, {'l', 67}, {'h', 3}, {'p', 80}, {'n', 5}},
         {{"x", "b l h p", -1, 1}, {"dt", "b h l", 0, 0.5}, {"A", "h", -4, -0.5}, {"B", "b l n", -1, 1},
          {"C", "b n l", -1, 1}, {"D", "h p", -1, 1}, {"outs", "b l h p", 0, 0}},
         "", {67}, {}};
  checkAllWidths(c, 6);
}

TEST(SSD, DiscretizedBefore) { checkAllWidths(discretizedCase("b l h", 101), 7); }
TEST(SSD, DiscretizedBeforeConstantInTime) { checkAllWidths(discretizedCase("h", 50), 8); }
TEST(SSD, DiscretizedBeforeHeadsFirst) { checkAllWidths(discretizedCase("h b l", 49), 9); }
TEST(SSD, DiscretizedBeforeOneStep) { checkAllWidths(discretizedCase("b l h", 1), 10); }

TEST(SelectiveScan, Reverse) {
  checkAllWidths(backwards(scanCase("b l d", "f32", 37, 40, 16)), 11);
  checkAllWidths(backwards(scanCase("b d l", "bf16", 37, 33, 5)), 12);
}
TEST(SSD, Reverse) {
  checkAllWidths(backwards(ssdCase("b l h p", "f32", 101, 4, 64, 16)), 13);
  checkAllWidths(backwards(ssdCase("b h p l", "f16", 20, 2, 20, 4)), 14);
  checkAllWidths(backwards(ssdCase("b l h p", "f32", 1, 4, 7, 35)), 15);
  Case dynamic = backwards(discretizedCase("b l h", 67));
  dynamic.dynamic = {67};
  checkAllWidths(dynamic, 16);
}

TEST(SSD, ChunksAndTiles) {
  for (const char *tiles : {"ssd-chunk=16", "ssd-chunk=32 tile-rows=5", "ssd-chunk=64", "ssd-chunk=112 tile-rows=1"})
    checkAllWidths(withTiles(ssdCase("b l h p", "f32", 101, 2, 33, 16), tiles), 17);
  checkAllWidths(withTiles(backwards(ssdCase("b h p l", "bf16", 41, 2, 20, 19)), "ssd-chunk=32 tile-rows=7"), 18);
}
TEST(SelectiveScan, Tiles) {
  for (const char *tiles : {"scan-time=1 scan-states=3", "scan-time=50 scan-states=64 scan-vectors=2", "scan-vectors=7"})
    checkAllWidths(withTiles(scanCase("b l d", "f32", 37, 40, 35), tiles), 19);
  Case c{"ssm.selective_scan",
         {{'b', 1}, {'l', 41}, {'d', 60}, {'n', 7}},
         {{"u", "b l d", -1, 1}, {"delta", "b l d", 0, 0.5}, {"A", "d n", -4, -0.5}, {"B", "b l d/20 n", -1, 1},
          {"C", "b n l", -1, 1}, {"outs", "b d l", 0, 0}},
         "", {41}, {}};
  checkAllWidths(withTiles(c, "scan-time=5 scan-states=2 scan-vectors=4"), 20);
}

TEST(CausalConv1D, Layouts) {
  for (const char *layout : {"b l c", "b c l"})
    for (int64_t l : {2, 131})
      checkAllWidths({"ssm.causal_conv1d",
                      {{'b', 2}, {'l', l}, {'c', 21}, {'k', 4}},
                      {{"x", layout, -1, 1}, {"weight", "c k", -1, 1}, {"bias", "c", -1, 1},
                       {"initial_window", "b c k", -1, 1}, {"outs", layout, 0, 0}, {"outs", "b c k", 0, 0}},
                      "activation(silu)", {}, {}},
                     l);
}

TEST(CausalConv1D, Tiles) {
  for (const char *layout : {"b l c", "b c l"})
    for (const char *tiles : {"conv-time=1", "conv-time=3", "conv-time=500"})
      checkAllWidths({"ssm.causal_conv1d",
                      {{'b', 2}, {'l', 37}, {'c', 21}, {'k', 4}},
                      {{"x", layout, -1, 1}, {"weight", "c k", -1, 1}, {"initial_window", "b c k", -1, 1},
                       {"outs", layout, 0, 0}, {"outs", "b c k", 0, 0}},
                      "", {}, {}, tiles},
                     2);
}

/// Inputs and results that lie differently, more taps than steps, windows longer than vectors and tiles, many channels.
TEST(CausalConv1D, MixedLayoutsAndLongWindows) {
  for (auto [from, to] : {std::pair("b l c", "b c l"), {"b c l", "b l c"}, {"b c l", "b c l"}, {"l c b", "c l b"}})
    for (auto [l, c, taps] : {std::array<int64_t, 3>{301, 70, 2}, {5, 17, 20}, {75, 18, 20}, {1, 40, 4}})
      for (const char *tiles : {"", "conv-time=16"})
        checkAllWidths({"ssm.causal_conv1d",
                        {{'b', 1}, {'l', l}, {'c', c}, {'k', taps}},
                        {{"x", from, -1, 1}, {"weight", "c k", -1, 1}, {"bias", "c", -1, 1},
                         {"initial_window", "b c k", -1, 1}, {"outs", to, 0, 0}, {"outs", "b c k", 0, 0}},
                        "activation(silu)", {}, {}, tiles},
                       3);
}

/// Windows with entries that no tap reads.
TEST(CausalConv1D, OlderEntries) {
  for (const char *layout : {"b l c", "b c l"})
    for (int64_t l : {2, 131})
      checkAllWidths({"ssm.causal_conv1d",
                      {{'b', 2}, {'l', l}, {'c', 21}, {'k', 4}, {'w', 6}},
                      {{"x", layout, -1, 1}, {"weight", "c k", -1, 1}, {"initial_window", "b c k", -1, 1},
                       {"outs", layout, 0, 0}, {"outs", "b c k", 0, 0}},
                      "", {}, {}},
                     l);
}

TEST(CausalConv1D, OneTap) {
  for (const char *layout : {"b l c", "b c l"})
    checkAllWidths({"ssm.causal_conv1d",
                    {{'b', 2}, {'l', 19}, {'c', 21}, {'k', 1}},
                    {{"x", layout, -1, 1}, {"weight", "c k", -1, 1}, {"outs", layout, 0, 0}},
                    "", {}, {}},
                   4);
}

/// Columns sorted from whole vectors and one by one, whole vectors of channels and not, with and without a window.
TEST(CausalConv1D, OneStep) {
  for (const char *type : {"f32", "bf16"})
    for (auto [c, taps] : {std::pair<int64_t, int64_t>{64, 4}, {37, 4}, {5, 1}, {21, 2}, {33, 3}, {40, 8}, {40, 11}})
      for (bool open : {false, true}) {
        Case step{"ssm.causal_conv1d",
                  {{'b', 2}, {'l', 1}, {'c', c}, {'k', taps}},
                  {{"x", open ? "b c l" : "b l c", -1, 1, type}, {"weight", "c k", -1, 1, type}, {"bias", "c", -1, 1},
                   {"initial_window", "b c k", -1, 1, type}, {"outs", "b l c", 0, 0, type}},
                  "activation(silu)", {}, {}};
        if (open)
          step.dynamic = {c};
        checkAllWidths(step, 70);
        step.operands[3].axes = "k b c";
        checkAllWidths(step, 71);
        step.operands[3].axes = "b c k";
        step.operands.push_back({"outs", "b c k", 0, 0, type});
        if (taps > 1) // windows without entries are not put into anything
          checkAllWidths(step, 72);
        step.sizes['w'] = taps + 1;
        checkAllWidths(step, 73);
        step.operands.erase(step.operands.begin() + 3);
        checkAllWidths(step, 74);
        step.operands.pop_back();
        checkAllWidths(step, 75);
      }
}

TEST(CausalConv1D, PlainHalves) {
  checkAllWidths({"ssm.causal_conv1d",
                  {{'b', 1}, {'l', 5}, {'c', 48}, {'k', 3}},
                  {{"x", "b l c", -1, 1, "bf16"}, {"weight", "c k", -1, 1, "bf16"}, {"outs", "b l c", 0, 0, "bf16"}},
                  "", {5}, {}},
                 1);
}

TEST(Scan, BothDirections) {
  for (const char *direction : {"axis(1)", "axis(1) reverse"}) {
    Case c{"ssm.scan",
           {{'b', 2}, {'t', 9}, {'d', 19}},
           {{"a", "b t", 0, 1}, {"b", "b t d", -1, 1}, {"init", "b d", -1, 1}, {"outs", "b t d", 0, 0},
            {"outs", "b d", 0, 0}},
           "", {}, direction};
    checkAllWidths(c, 1);
  }
}

/// Complex numbers: what the states' parts start from may be left out, and the input's imaginary part; time may be
/// innermost.
TEST(Scan, Complex) {
  for (const char *direction : {"axis(1)", "axis(1) reverse"})
    for (bool full : {true, false}) {
      Case c{"ssm.scan", {{'b', 2}, {'t', 9}, {'d', 19}}, {{"a", "b t", -0.7, 0.7}, {"b", "b t d", -1, 1}}, "", {},
             direction};
      if (full)
        c.operands.push_back({"init", "b d", -1, 1});
      c.operands.push_back({"a_imag", full ? "b t" : "", -0.7, 0.7});
      if (full)
        c.operands.push_back({"b_imag", "t d b", -1, 1});
      c.operands.push_back({"init_imag", "d b", -1, 1});
      c.operands.push_back({"outs", full ? "b t d" : "d b t", 0, 0});
      c.operands.push_back({"outs", full ? "b t d" : "t b d", 0, 0});
      c.operands.push_back({"outs", "b d", 0, 0});
      c.operands.push_back({"outs", "d b", 0, 0});
      checkAllWidths(c, 1);
      if (!full)
        continue;
      for (Operand &operand : c.operands)
        operand.type = "bf16";
      checkAllWidths(c, 2);
    }
}

TEST(Einsum, Products) {
  for (const char *result : {"b l n", "n b l"})
    checkAllWidths({"ssm.einsum",
                    {{'b', 2}, {'l', 5}, {'d', 7}, {'n', 19}},
                    {{"ins", "b l d", -1, 1}, {"ins", "n d", -1, 1}, {"ins", "b n", -1, 1}, {"outs", result, 0, 0}},
                    "", {}, ""},
                   1);
}

TEST(Cumsum, Directions) {
  for (const char *how : {"dim(0) ", "dim(1) reverse ", "dim(2) exclusive ", "dim(1) reverse exclusive ",
                          "dim(1) log ", "dim(2) reverse log "})
    checkAllWidths({"ssm.cumsum",
                    {{'b', 3}, {'l', 6}, {'d', 21}},
                    {{"ins", "b l d", -1, 1}, {"outs", "b l d", 0, 0}},
                    "", {}, how},
                   1);
}

TEST(Segsum, Triangle) {
  checkAllWidths({"ssm.segsum",
                  {{'b', 3}, {'i', 9}, {'d', 2}, {'j', 9}},
                  {{"ins", "b i d", -1, 1}, {"outs", "b i d j", 0, 0}},
                  "", {}, "dim(1)"},
                 1);
}

/// Its definition is short enough to be written down here. `dots`: with the instruction that adds pairs
/// of products.
void checkPackedMatmul(const std::string &tiles, int64_t m, int64_t depth, const char *xType, const char *wType,
                       int bytes, bool dots, bool dynamic) {
  const int64_t n = 77, panels = 3, pair = std::string(wType) == "bf16" ? 2 : 1;
  Buffer x(xType, {m, depth}), w(wType, {panels, (depth + pair - 1) / pair, 32 * pair}), y(dots ? "f32" : xType, {m, n});
  std::mt19937 random(m);
  std::uniform_real_distribution<double> numbers(-1, 1);
  for (Buffer *b : {&x, &w})
    for (int64_t i = 0; i < b->count(); ++i)
      b->set(i, numbers(random));
  auto weight = [&](int64_t s, int64_t j) {
    return (j / 32 * w.shape[1] + s / pair) * 32 * pair + j % 32 * pair + s % pair;
  };
  if (depth % pair) // what is beyond the depth is zero
    for (int64_t j = 0; j < panels * 32; ++j)
      w.set(weight(depth, j), 0);
  std::vector<int64_t> sizes;
  if (dynamic)
    sizes.push_back(m);
  std::string module =
      "module attributes {mambac.target = {vector_bytes = " + std::to_string(bytes) + " : i64, native_bf16 = " +
      (dots ? "true" : "false") + "}} { func.func @f(%x: " + x.text("memref", sizes) + ", %w: " + w.text("memref") +
      ", %y: " + y.text("memref", sizes) + ") attributes {llvm.emit_c_interface} {\nssm.packed_matmul x(%x : " +
      x.text("memref", sizes) + ") packed(%w : " + w.text("memref") + ") outs(%y : " + y.text("memref", sizes) +
      ")\nreturn } }";
  std::string error;
  auto compiled = Compiled::make(module, pipelineFor(tiles), error);
  ASSERT_TRUE(compiled) << error;
  compiled->run({&x, &w, &y});
  // Sums of products of up to 1 in f32, stored in y's type.
  double tolerance = y.type == "f32" ? 1e-7 * depth : y.type == "f16" ? 1e-3 * depth / 8 : 8e-3 * depth / 8;
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t s = 0; s < depth; ++s)
        sum += x.get(i * depth + s) * w.get(weight(s, j));
      ASSERT_NEAR(y.get(i * n + j), sum, tolerance) << m << " rows, depth " << depth << ", " << bytes << " bytes, " << xType
                                                    << " x " << wType << (dots ? " dots " : " ") << tiles;
    }
  }
}

TEST(PackedMatmul, TailsOfEverything) {
  for (int bytes : {64, 32, 16}) {
    if (!hasVectors(bytes))
      continue;
    for (int64_t m : {3, 29})
      checkPackedMatmul("", m, 261, "f32", "f32", bytes, false, true);
    checkPackedMatmul("", 1, 40, "f32", "f32", bytes, false, false);
    checkPackedMatmul("", 23, 541, "f16", "f16", bytes, false, true);
    checkPackedMatmul("", 7, 301, "bf16", "bf16", bytes, false, true);
    checkPackedMatmul("", 2, 1029, "f32", "bf16", bytes, false, false);
  }
}

TEST(PackedMatmul, Dots) {
  if (!hasBF16Dots())
    GTEST_SKIP() << "no instruction for pairs of bf16";
  for (int64_t depth : {1, 33, 300, 541})
    checkPackedMatmul("", 19, depth, "bf16", "bf16", 64, true, true);
  checkPackedMatmul("sum-block=7", 40, 90, "bf16", "bf16", 64, true, false);
}

TEST(PackedMatmul, Tiles) {
  for (const char *tiles :
       {"matmul-vectors=1 tile-rows=3 sum-block=7", "matmul-rows=5 matmul-items=1", "matmul-items=1000 sum-block=100"}) {
    checkPackedMatmul(tiles, 29, 261, "f32", "f32", 32, false, true);
    checkPackedMatmul(tiles, 100, 301, "f32", "bf16", 32, false, false);
  }
}

/// Bias, a factor for each row, and a residual in another type; rows and columns that are no whole tiles.
TEST(PackedMatmul, Epilogue) {
  for (int bytes : {64, 32}) {
    if (!hasVectors(bytes))
      continue;
    const int64_t m = 15, n = 45, depth = 300;
    Buffer x("f32", {m, depth}), w("f32", {2, depth, 32}), bias("f32", {1, n}), factor("f16", {m, 1}), residual("bf16", {m, n}),
        y("bf16", {m, n});
    std::mt19937 random(bytes);
    std::uniform_real_distribution<double> numbers(-1, 1);
    for (Buffer *b : {&x, &w, &bias, &factor, &residual})
      for (int64_t i = 0; i < b->count(); ++i)
        b->set(i, numbers(random));
    auto text = [](Buffer &b) { return b.text("memref"); };
    std::string module =
        "module attributes {mambac.target = {vector_bytes = " + std::to_string(bytes) + " : i64}} { func.func @f(%x: " + text(x) +
        ", %w: " + text(w) + ", %b: " + text(bias) + ", %g: " + text(factor) + ", %r: " + text(residual) + ", %y: " + text(y) +
        ") attributes {llvm.emit_c_interface} {\nssm.packed_matmul x(%x : " + text(x) + ") packed(%w : " + text(w) +
        ") with(%b, %g, %r : " + text(bias) + ", " + text(factor) + ", " + text(residual) + ") outs(%y : " + text(y) +
        ") epilogue {\n^bb0(%s: f32, %bv: f32, %gv: f16, %rv: bf16):\n%c = arith.constant 0.0 : f32\n"
        "%0 = arith.addf %s, %bv : f32\n%1 = arith.cmpf ogt, %0, %c : f32\n%2 = arith.select %1, %0, %c : f32\n"
        "%3 = arith.extf %gv : f16 to f32\n%4 = arith.mulf %2, %3 : f32\n%5 = arith.extf %rv : bf16 to f32\n"
        "%6 = arith.addf %4, %5 : f32\n%7 = arith.truncf %6 : f32 to bf16\nssm.yield %7 : bf16 }\nreturn } }";
    std::string error;
    auto compiled = Compiled::make(module, kKernelPipeline, error);
    ASSERT_TRUE(compiled) << error;
    compiled->run({&x, &w, &bias, &factor, &residual, &y});
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double sum = bias.get(j);
        for (int64_t s = 0; s < depth; ++s)
          sum += x.get(i * depth + s) * w.get((j / 32 * depth + s) * 32 + j % 32);
        double expected = std::max(sum, 0.0) * factor.get(i) + residual.get(i * n + j);
        // Rounded to bf16, 8 bits.
        ASSERT_NEAR(y.get(i * n + j), expected, std::abs(expected) / 256 + 1e-4) << i << " " << j << ", " << bytes << " bytes";
      }
  }
}

} // namespace
