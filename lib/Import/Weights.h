// From a model's weights_config and constants_config to checked views of the archive's storages.
#ifndef MAMBAC_IMPORT_WEIGHTS_H
#define MAMBAC_IMPORT_WEIGHTS_H

#include "lib/Import/Archive.h"

namespace mambac::pt2 {

/// A tensor of these sizes and strides in `storage`; the error's `what` says which check failed.
Expected<TensorView> makeTensorView(DType dtype, std::vector<int64_t> sizes, std::vector<int64_t> strides,
                                    int64_t offset, std::string_view storage);

/// Reads data/<folder>/<model>_<…>_config.json into `views`. A model without such a file has no tensors there.
Status readPayloads(const Archive &archive, const std::string &model, const char *folder,
                    const std::unordered_map<std::string, const TensorMeta *> &graphMetas, bool verify,
                    std::unordered_map<std::string, TensorView> &views);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_WEIGHTS_H
