//===- RemarksSummary.h - mamba-opt --remarks-summary ------------------------------------------------*- C++ -*-===//
//
// Counts what the passes found and declined, by op and reason, over all modules of the input: the statistics of raising.
// (Pass statistics of LLVM are compiled out of most distributions' builds.)
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TOOLS_MAMBA_OPT_REMARKSSUMMARY_H
#define MAMBAC_TOOLS_MAMBA_OPT_REMARKSSUMMARY_H

#include "lib/Report/RemarkCollector.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/CommandLine.h"

namespace mambac {

class RemarksSummary {
public:
  bool given() const { return flag; }
  /// Listens to the remarks of `context` from now on; a context is asked for once.
  void listenTo(mlir::MLIRContext &context) { lists.push_back(collectRemarks(context)); }
  /// One line for each op found, then one for each op and reason it was declined for; most frequent first.
  void print(llvm::raw_ostream &os) const;

private:
  llvm::cl::opt<bool> flag{"remarks-summary",
                           llvm::cl::desc("Print how often each op was found, and declined for which reason")};
  std::vector<std::shared_ptr<std::vector<CollectedRemark>>> lists;
};

} // namespace mambac

#endif // MAMBAC_TOOLS_MAMBA_OPT_REMARKSSUMMARY_H
