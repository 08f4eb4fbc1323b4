//===- Runner.h - The main program of mamba-run and of executable products ---------------------------*- C++ -*-===//
//
// One main for both: with a product appended to the program's own file, it runs that, else the one that is named.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_RUNNER_H
#define MAMBAC_LIB_RUNTIME_RUNNER_RUNNER_H

namespace mambac::runner {

/// Exit code 0, 1 after a message about bad input, or 70 after one about a bug.
int runMain(int count, char **arguments);

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_RUNNER_H
