// The .pt2 archive: a zip whose entries are stored uncompressed. The file is mapped; weights are spans into the mapping
// and never copied. Everything an archive says about itself (entry sizes, tensor sizes, strides, offsets) is checked
// before it is used, since archives come from strangers. Pickles are never read. Writing archives is not done here.
#ifndef MAMBAC_IMPORT_ARCHIVE_H
#define MAMBAC_IMPORT_ARCHIVE_H

#include "lib/Import/Graph.h"

namespace mambac::pt2 {

/// A tensor of the archive. Element (i, j, …) lies at data[(i * strides[0] + j * strides[1] + …) * dtypeSize(dtype)];
/// every element was checked to lie in the storage. `data` need not be aligned for the type.
struct TensorView {
  DType dtype = DType::Unknown;
  std::vector<int64_t> sizes, strides; ///< in elements; strides are never negative
  const uint8_t *data = nullptr;       ///< the first element, inside the mapped file; lives as long as the Archive
  size_t bytes = 0;    ///< bytes from `data` to the end of the last element; 0 when there are no elements
  std::string storage; ///< the archive's entry ("data/weights/weight_3")
  bool isParameter = false;

  int64_t numElements() const;
  /// Dense and row-major: `bytes` bytes can be copied as they are.
  bool isContiguous() const;
};

/// An open archive.
class Archive {
public:
  /// Opens and checks the directory of the archive at `path`.
  static Expected<std::shared_ptr<Archive>> open(const std::string &path);
  /// The same on bytes that the caller keeps alive (tests, fuzzing); `path` is used in messages.
  static Expected<std::shared_ptr<Archive>> fromMemory(const void *data, size_t size, const std::string &path);
  ~Archive();

  const std::string &path() const;
  /// Whether entries lie in a mapping of the file, not in the caller's memory.
  bool isMapped() const;
  /// Names of the models: "model" for models/model.json, in the archive's order.
  const std::vector<std::string> &models() const;
  /// `wanted`, or the only model when it is empty; an error that lists the models otherwise.
  Expected<std::string> selectModel(const std::string &wanted) const;

  /// A stored entry's bytes as a span of the mapping. `name` is relative to the root folder ("data/weights/weight_0").
  Expected<std::string_view> entry(const std::string &name) const;
  /// A text entry; inflated into `buffer` when it is compressed, else a span of the mapping.
  Expected<std::string_view> text(const std::string &name, std::string &buffer) const;
  /// Whether there is such an entry; of a name that ends in '/', whether there is anything below it.
  bool hasEntry(const std::string &name) const;
  /// Compares a stored entry with its checksum. Reads it whole, without keeping its pages.
  Status verify(const std::string &name) const;
  /// For fuzzing, where checksums would stop nearly every input at the door: from now on none is compared, in any archive.
  static void ignoreChecksums();

private:
  Archive();
  static Expected<std::shared_ptr<Archive>> finishOpening(std::shared_ptr<Archive> archive, const std::string &path);
  struct Impl;
  std::unique_ptr<Impl> impl;
};

/// A model with its weights.
struct ExportedProgram {
  Program program;
  std::shared_ptr<Archive> archive;
  std::unordered_map<std::string, TensorView> weights;   ///< parameters and persistent buffers by fully qualified name
  std::unordered_map<std::string, TensorView> constants; ///< non-persistent buffers and lifted constants

  /// The tensor of that name among weights, then constants; null when the archive has none.
  const TensorView *findWeight(const std::string &fqn) const;
};

struct ReadOptions {
  /// Compare the weights with their checksums, about a second a gigabyte. JSON is always compared.
  bool verifyWeights = true;
};

/// Reads the model `modelName` (empty: the only one) of the archive at `path`. Each parameter, buffer and tensor
/// constant of its signature is then known to exist in the archive and to agree with the graph in type and sizes.
Expected<ExportedProgram> readExportedProgram(const std::string &path, const std::string &modelName = "",
                                              ReadOptions options = {});
/// The same from an open archive.
Expected<ExportedProgram> readExportedProgram(std::shared_ptr<Archive> archive, const std::string &modelName = "",
                                              ReadOptions options = {});

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_ARCHIVE_H
