//===- TestProduct.h - The hand-written product, as files --------------------------------------------*- C++ -*-===//
//
// Puts product.c, compiled, together with its weights. For the runtime's tests alone.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TEST_UNIT_RUNTIME_TESTPRODUCT_H
#define MAMBAC_TEST_UNIT_RUNTIME_TESTPRODUCT_H

#include "lib/Runtime/ProductWriter.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace mambac::test {

inline std::string readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void writeFile(const std::string &path, const std::string &bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
}

/// Row i of the table is (i, i + 0.25, i + 0.5, i + 0.75).
inline std::vector<float> makeWeights() {
  std::vector<float> weights;
  for (int i = 0; i < 40; ++i)
    weights.push_back(0.25f * float(i));
  return weights;
}

/// Writes the product; returns the error text of writeProduct.
inline std::string writeTestProduct(const std::string &so, const std::string &path, bool embed,
                                    const std::string &runner) {
  std::vector<float> weights = makeWeights();
  std::string bytes = readFile(so);
  ProductParts parts;
  parts.so = bytes.data();
  parts.soBytes = bytes.size();
  parts.weights = weights.data();
  parts.weightsBytes = weights.size() * sizeof(float);
  parts.layoutHash = 0x1122334455667788u; // as in product.c
  parts.embedWeights = embed;
  parts.runner = runner;
  return writeProduct(path, parts);
}

} // namespace mambac::test

#endif // MAMBAC_TEST_UNIT_RUNTIME_TESTPRODUCT_H
