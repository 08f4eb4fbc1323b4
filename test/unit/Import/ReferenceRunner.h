// Runs imported modules on the CPU in the plainest way there is: ssm ops decomposed, everything bufferized and lowered
// to loops, compiled by LLJIT. No fusion, no raising, no care for speed: what it computes is what the imported module
// means. For tests alone.
#ifndef MAMBAC_TEST_IMPORT_REFERENCERUNNER_H
#define MAMBAC_TEST_IMPORT_REFERENCERUNNER_H

#include "lib/Import/Archive.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <memory>
#include <string>
#include <vector>

namespace mambac::test {

/// A dense tensor with elements as double (all types of the tests fit, integers up to 2^53).
struct Array {
  std::vector<int64_t> shape;
  std::vector<double> values;
  std::string error; ///< set where reading one failed
};

/// Reads a .npy of bool, integers or floats.
Array readNpy(const std::string &path);

/// The largest difference relative to the largest magnitude of `wanted`; infinity where the arrays do not match.
double largestDifference(const Array &got, const Array &wanted);

/// A context with everything that the runner needs.
std::unique_ptr<mlir::MLIRContext> makeContext();

/// Compiles and runs `module`'s entry; its weights come from `program`. Inputs and results are converted to and from
/// the elements' types. On failure `error` says why and the result is empty.
std::vector<Array> runReference(mlir::OwningOpRef<mlir::ModuleOp> module, const pt2::ExportedProgram &program,
                                const std::vector<Array> &inputs, std::string &error);

} // namespace mambac::test

#endif // MAMBAC_TEST_IMPORT_REFERENCERUNNER_H
