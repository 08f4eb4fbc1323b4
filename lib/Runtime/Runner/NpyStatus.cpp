//===- NpyStatus.cpp - .npy files for code without exceptions --------------------------------------------------===//
//
// See NpyStatus.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/NpyStatus.h"
#include "lib/Runtime/Runner/Npy.h"

std::string mambac::runner::loadNpy(const std::string &path, mambac_dtype wanted, std::vector<int64_t> &shape,
                                    std::vector<char> &bytes) {
  try {
    Tensor tensor = readNpy(path, wanted);
    shape = std::move(tensor.shape);
    bytes.assign(tensor.bytes.begin(), tensor.bytes.end());
    return {};
  } catch (const std::exception &error) {
    return error.what();
  }
}

std::string mambac::runner::storeNpy(const std::string &path, mambac_dtype dtype, const std::vector<int64_t> &shape,
                                     const std::vector<char> &bytes) {
  try {
    Tensor tensor;
    tensor.dtype = dtype;
    tensor.shape = shape;
    tensor.bytes.assign(bytes.begin(), bytes.end());
    writeNpy(path, tensor);
    return {};
  } catch (const std::exception &error) {
    return error.what();
  }
}
