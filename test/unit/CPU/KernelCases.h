//===- KernelCases.h - Ops as kernels and as definitions -----------------------------------------------*- C++ -*-===//
//
// A case is an op by its text and sizes. It is run as kernel code on memrefs, and as its decomposition in f64 on tensors, on the
// same random numbers.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TEST_UNIT_CPU_KERNELCASES_H
#define MAMBAC_TEST_UNIT_CPU_KERNELCASES_H

#include "test/unit/CPU/KernelRunner.h"
#include <map>

namespace mambac::test {

struct Operand {
  std::string name;  ///< as the op's syntax has it; "outs" for destinations
  std::string axes;  ///< "b l d/2 n"
  double low, high;  ///< range of the numbers; equal for a destination whose numbers are not read
  std::string type = "f32";
};

/// An op with the sizes of its axes.
struct Case {
  std::string op;
  std::map<char, int64_t> sizes;
  std::vector<Operand> operands;
  std::string flags; ///< between ins and outs
  std::vector<int64_t> dynamic;
  std::string attributes; ///< between the equation and ins
  std::string tiles = ""; ///< options of mambac-expand-kernels
  std::string attributesBehind = "";
  /// The kernel writes its last destination over the operand of this name.
  std::string inPlace = "";

  /// Where the kernel writes a destination.
  size_t placeOf(size_t destination) const;
};

/// The pipeline with options for the chunks and tiles.
std::string pipelineFor(const std::string &tiles);

/// Compares the two for vectors of that many bytes, if this machine has them.
void check(const Case &c, int vectorBytes, unsigned seed);
void checkAllWidths(const Case &c, unsigned seed);

inline Case withTiles(Case c, const std::string &tiles) {
  c.tiles = tiles;
  return c;
}

inline Case backwards(Case c) {
  c.flags += " reverse";
  return c;
}

} // namespace mambac::test

#endif // MAMBAC_TEST_UNIT_CPU_KERNELCASES_H
