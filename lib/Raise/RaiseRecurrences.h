//===- RaiseRecurrences.h - What --ssm-raise-ssd and --ssm-raise-selective-scan share ----------------*- C++ -*-===//
#ifndef MAMBAC_LIB_RAISE_RAISERECURRENCES_H
#define MAMBAC_LIB_RAISE_RAISERECURRENCES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mambac::raise {

struct RecurrenceCounts {
  unsigned found = 0, declined = 0;
};

/// Raises what is a state space recurrence in a function: to ssm.ssd alone, or to ssm.selective_scan as well.
RecurrenceCounts raiseRecurrences(mlir::func::FuncOp func, bool onlySSD);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_RAISERECURRENCES_H
