//===- WriteTestProduct.cpp - A program that writes the hand-written product --------------------------------------===//
//
//   write-test-product SO OUT [RUNNER]
//
//===------------------------------------------------------------------------------------------------------------===//
#include "TestProduct.h"

#include <cstdio>

int main(int count, char **arguments) {
  if (count < 3)
    return 1;
  std::string error = mambac::test::writeTestProduct(arguments[1], arguments[2], true, count > 3 ? arguments[3] : "");
  if (!error.empty())
    fprintf(stderr, "%s\n", error.c_str());
  return error.empty() ? 0 : 1;
}
