// Complex tensors as pairs of real ones: every node on complex values becomes nodes on their real and imaginary parts,
// so that nothing behind the importer knows of complex numbers. Complex inputs, weights and outputs of the graph are real
// tensors with a last dim of two, as torch.view_as_real shows them.
#ifndef MAMBAC_IMPORT_UNCOMPLEX_H
#define MAMBAC_IMPORT_UNCOMPLEX_H

#include "lib/Import/Graph.h"

namespace mambac::pt2 {

/// Whether any tensor of the graph is complex.
bool hasComplexTensors(const Graph &graph);
/// The program without complex tensors, or which node cannot be written in real numbers and why.
Expected<Program> withoutComplexTensors(const Program &program);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_UNCOMPLEX_H
