//===- RemarkCollector.h - The remarks of a compilation, kept for a report --------------------------*- C++ -*-===//
//
// A streamer of MLIR's remark engine that keeps what the passes say they found and declined.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPORT_REMARKCOLLECTOR_H
#define MAMBAC_LIB_REPORT_REMARKCOLLECTOR_H

#include "mlir/IR/MLIRContext.h"
#include <memory>
#include <string>
#include <vector>

namespace mambac {

struct CollectedRemark {
  bool found = false; ///< or else declined
  std::string what;   ///< "ssm.ssd"
  std::string reason; ///< of what was declined; notes on what was found
  std::string module, file;
  unsigned line = 0;
};

/// Switches the context's remark engine on; the remarks of all passes that run from now on are added to the list, in the
/// order of their emission, until the context is destroyed.
std::shared_ptr<std::vector<CollectedRemark>> collectRemarks(mlir::MLIRContext &context);

} // namespace mambac

#endif // MAMBAC_LIB_REPORT_REMARKCOLLECTOR_H
