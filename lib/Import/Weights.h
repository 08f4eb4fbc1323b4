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

/// A row-major copy of a tensor's elements, for those that are not contiguous.
std::shared_ptr<char[]> makeDense(const TensorView &view);

/// Complex tensors are pairs of real numbers in modules and products: a last dim of two.
void showComplexAsPairs(TensorView &view);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_WEIGHTS_H
