// Functions mapped over a dim (torch.vmap) leave markers in exported graphs: between _add_batch_dim and
// _remove_batch_dim, tensors are described without the mapped dim. Here the dim is put back, in front, so that the nodes
// in between are ordinary ops on whole tensors. PyTorch's associative_scan is exported in this form.
#ifndef MAMBAC_IMPORT_UNBATCH_H
#define MAMBAC_IMPORT_UNBATCH_H

#include "lib/Import/Graph.h"

namespace mambac::pt2 {

/// Whether the graph has such markers.
bool hasBatchMarkers(const Graph &graph);
/// The graph without them, or which node cannot be mapped and why.
Expected<Graph> withoutBatchMarkers(const Graph &graph);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_UNBATCH_H
