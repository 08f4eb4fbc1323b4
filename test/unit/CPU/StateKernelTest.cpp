//===- StateKernelTest.cpp - Kernels whose final state lies where the initial one does -----------------------------===//
#include "test/unit/CPU/KernelCases.h"
#include <gtest/gtest.h>

using namespace mambac::test;

namespace {

Case inPlace(Case c, const std::string &initial) {
  c.inPlace = initial;
  return c;
}

/// No step, one, fewer than the window has, as many, a tile and more; windows of as many entries as taps read, and of more.
TEST(StatesInPlace, Windows) {
  for (const char *layout : {"b l c", "b c l"})
    for (const char *window : {"b c k", "b k c"})
      for (auto [taps, entries] : {std::pair<int64_t, int64_t>{4, 3}, {4, 6}, {1, 2}, {20, 19}})
        for (int64_t l : {0, 1, 2, 3, 37, 300}) {
          if (l == 37 && window[2] == 'k')
            continue;
          std::vector<int64_t> open;
          if (l == 0) // the definition takes no length that is known to be 0
            open = {0};
          check(inPlace({"ssm.causal_conv1d",
                         {{'b', 2}, {'l', l}, {'c', 37}, {'k', taps}, {'w', entries}},
                         {{"x", layout, -1, 1}, {"weight", "c k", -1, 1}, {"bias", "c", -1, 1}, {"initial_window", window, -1, 1},
                          {"outs", layout, 0, 0}, {"outs", window, 0, 0}},
                         "activation(silu)", open, {}},
                        "initial_window"),
                64, unsigned(l));
        }
}

/// A length that is not known, and other vectors.
TEST(StatesInPlace, OpenWindows) {
  for (int64_t l : {0, 2, 131})
    for (const char *type : {"f32", "bf16"})
      checkAllWidths(inPlace({"ssm.causal_conv1d",
                              {{'b', 3}, {'l', l}, {'c', 21}, {'k', 4}},
                              {{"x", "b l c", -1, 1, type}, {"weight", "c k", -1, 1}, {"initial_window", "b c k", -1, 1, type},
                               {"outs", "b l c", 0, 0, type}, {"outs", "b c k", 0, 0, type}},
                              "", {l}, {}},
                             "initial_window"),
                     unsigned(l));
}

Case scanCase(const std::string &layout, int64_t l, int64_t d, int64_t n) {
  return inPlace({"ssm.selective_scan",
                  {{'b', 2}, {'l', l}, {'d', d}, {'n', n}},
                  {{"u", layout, -1, 1}, {"delta", layout, -2, 1}, {"A", "d n", -4, -0.5}, {"B", "b l n", -1, 1},
                   {"C", "b l n", -1, 1}, {"initial_state", "b d n", -1, 1}, {"outs", layout, 0, 0}, {"outs", "b d n", 0, 0}},
                  "softplus", {}, {}},
                 "initial_state");
}

TEST(StatesInPlace, SelectiveScan) {
  for (const char *layout : {"b l d", "b d l"})
    for (int64_t l : {0, 1, 2, 37}) {
      Case c = scanCase(layout, l, 37, 7);
      checkAllWidths(c, unsigned(l));
      c.dynamic = {l};
      check(c, 64, unsigned(l));
    }
  Case wide = scanCase("b l d", 1, 96, 16);
  checkAllWidths(wide, 7);
  wide.attributesBehind = "{mambac.streamed}";
  checkAllWidths(wide, 8);
  for (bool open : {false, true}) { // three segments of time
    Case c = scanCase("b l d", 1601, 5, 3);
    if (open)
      c.dynamic = {1601};
    checkAllWidths(c, 9);
    check(backwards(c), 64, 10);
  }
}

Case ssdCase(int64_t l, int64_t h, int64_t p, int64_t n, const char *state) {
  return inPlace({"ssm.ssd",
                  {{'b', 1}, {'l', l}, {'h', h}, {'p', p}, {'n', n}},
                  {{"x", "b l h p", -1, 1}, {"dt", "b l h", -2, 1}, {"A", "h", -4, -0.5}, {"B", "b l h/2 n", -1, 1},
                   {"C", "b l h/2 n", -1, 1}, {"initial_state", state, -1, 1}, {"outs", "b l h p", 0, 0}, {"outs", state, 0, 0}},
                  "softplus", {}, {}},
                 "initial_state");
}

TEST(StatesInPlace, SSD) {
  for (const char *state : {"b h p n", "b h n p"})
    for (int64_t l : {0, 1, 2, 101}) {
      Case c = ssdCase(l, 4, 20, 19, state);
      checkAllWidths(c, unsigned(l));
      c.dynamic = {l};
      check(c, 64, unsigned(l));
    }
  for (bool open : {false, true}) { // segments of time
    Case c = ssdCase(650, 2, 20, 6, "b h p n");
    if (open)
      c.dynamic = {650};
    checkAllWidths(c, 11);
    check(backwards(c), 64, 12);
  }
}

TEST(StatesInPlace, Scan) {
  for (const char *direction : {"axis(1)", "axis(1) reverse"})
    for (const char *layout : {"b t d", "b d t"})
      for (int64_t t : {0, 1, 9})
        checkAllWidths(inPlace({"ssm.scan",
                                {{'b', 2}, {'t', t}, {'d', 19}},
                                {{"a", "b t", 0, 1}, {"b", layout, -1, 1}, {"init", "b d", -1, 1}, {"outs", layout, 0, 0},
                                 {"outs", "b d", 0, 0}},
                                "", {t}, direction},
                               "init"),
                       unsigned(t));
}

} // namespace
