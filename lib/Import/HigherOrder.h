// Ops whose arguments are graphs: scans become loops over tensors (scf.for), a condition both of its branches and a
// choice. What the graphs contain is imported by the caller.
#ifndef MAMBAC_IMPORT_HIGHERORDER_H
#define MAMBAC_IMPORT_HIGHERORDER_H

#include "lib/Import/Call.h"

namespace mambac::aten {

/// Imports the nodes of a sub-graph at the emitter's place; false after an error that was recorded.
using ImportBody = llvm::function_ref<bool(const pt2::Graph &, Scope &)>;

/// Whether `target` is one of these ops.
bool isHigherOrder(llvm::StringRef target);
/// Imports a call of one.
mlir::LogicalResult lowerHigherOrder(Call &call, ImportBody importBody);

} // namespace mambac::aten

#endif // MAMBAC_IMPORT_HIGHERORDER_H
