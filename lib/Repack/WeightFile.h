//===- WeightFile.h - Tensors by name, from a file or a folder ---------------------------------------*- C++ -*-===//
//
// The tensors of a `.safetensors` file, of a folder of such files as transformers writes them, or of a `.pt2` archive.
// Files are mapped: tensors are read when they are used. What a file says about itself is checked before it is believed.
// No LLVM. Writing such files is not done here.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPACK_WEIGHTFILE_H
#define MAMBAC_LIB_REPACK_WEIGHTFILE_H

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mambac {

/// A tensor, dense and row-major, its elements perhaps not aligned.
struct WeightTensor {
  std::string dtype; ///< "f32" and the like, as in mambac.h; a type that products do not have by its own name
  std::vector<int64_t> sizes;
  const void *data = nullptr;
  uint64_t bytes = 0;
  bool mapped = false; ///< `data` lies in a mapping of a file, whose pages may be given back
};

/// "f32 [2, 3]".
std::string describe(const std::string &dtype, const std::vector<int64_t> &sizes);

/// Bytes of an element of the type; 0 if there is no such type.
unsigned dtypeBytes(const std::string &dtype);

/// The bytes of so many elements; false if that is no sensible number.
bool countBytes(const std::string &dtype, const std::vector<int64_t> &sizes, uint64_t &bytes);

struct WeightSet {
  std::map<std::string, WeightTensor> tensors;
  std::vector<std::shared_ptr<void>> owners; ///< of the data
};

/// Adds the tensors at `path` to `set`. Returns an empty text, or what is wrong with the file and what to do.
std::string openWeights(const std::string &path, WeightSet &set);

/// The same of a safetensors file in memory that the caller keeps; `name` is for messages.
std::string readSafetensors(std::string_view bytes, const std::string &name, bool mapped, WeightSet &set);

/// The same of a `.pt2` archive.
std::string readArchive(const std::string &path, WeightSet &set);

} // namespace mambac

#endif // MAMBAC_LIB_REPACK_WEIGHTFILE_H
