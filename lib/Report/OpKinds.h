//===- OpKinds.h - What an op does, in a word or two ------------------------------------------------*- C++ -*-===//
//
// Sorts the ops of a module for people: a linalg.generic is "elementwise", "sum of products" or "copy" by what its body
// does. Nothing is decided by these words.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPORT_OPKINDS_H
#define MAMBAC_LIB_REPORT_OPKINDS_H

#include "mlir/IR/Operation.h"
#include <string>

namespace mambac {

/// "ssm.ssd", "elementwise", "reduction", "view", ...; empty for what computes nothing (constants, sizes, empties).
std::string opKind(mlir::Operation *op);

/// The parts of a place that Import gives to an op.
struct ModelPlace {
  std::string module, file;
  unsigned line = 0;
};
ModelPlace modelPlace(mlir::Location loc);

} // namespace mambac

#endif // MAMBAC_LIB_REPORT_OPKINDS_H
