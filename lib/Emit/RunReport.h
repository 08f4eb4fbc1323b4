//===- RunReport.h - What --run prints ----------------------------------------------------------------*- C++ -*-===//
//
// The results of a run, its memory, operations and time, as lines for people and as one line of JSON for scripts.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_RUNREPORT_H
#define MAMBAC_LIB_EMIT_RUNREPORT_H

#include "lib/JIT/HostTensor.h"
#include "llvm/Support/raw_ostream.h"

namespace mambac {

struct RunReport {
  std::string function, mode, note;
  std::vector<std::pair<std::string, int64_t>> sizes;
  std::vector<std::string> names;
  std::vector<HostTensor> results;
  int64_t writtenPeak = -1, writtenLargest = -1; ///< if each op wrote its result to memory; -1 if not known
  std::string largestOp;
  int64_t runPeak = 0; ///< temporaries of the run itself
  double flops = 0, seconds = 0;
  unsigned repeats = 0;
};

/// Lines, the last of which is a JSON object.
void printRunReport(const RunReport &report, llvm::raw_ostream &out);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_RUNREPORT_H
