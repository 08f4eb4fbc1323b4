//===- RaiseRecurrences.h - What --ssm-raise-ssd and --ssm-raise-selective-scan share ----------------*- C++ -*-===//
#ifndef MAMBAC_LIB_RAISE_RAISERECURRENCES_H
#define MAMBAC_LIB_RAISE_RAISERECURRENCES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mambac::raise {

struct RecurrenceCounts {
  unsigned found = 0, declined = 0;
};

struct RecurrenceOptions {
  bool onlySSD = false;   ///< to ssm.ssd alone, not to ssm.selective_scan
  bool onlyWhole = false; ///< over a time of known length, only what leaves nothing of its computation behind
};

/// Raises what is a state space recurrence in a function.
RecurrenceCounts raiseRecurrences(mlir::func::FuncOp func, RecurrenceOptions options);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_RAISERECURRENCES_H
