// Fuzzes the archive reader with whole archives: any bytes must give a program or an error. What comes out as a weight
// is read at its ends, so that a span beyond the bytes is noticed. Half of the mutations change one entry of a zip that
// stays well-formed.
#include "lib/Import/Archive.h"
#include "lib/Import/Zip.h"
#include "test/unit/Import/ZipWriter.h"

#include <cstdlib>
#include <cstring>

using namespace mambac::pt2;

static void touch(const TensorView &view) {
  if (!view.bytes)
    return;
  volatile uint8_t first = view.data[0], last = view.data[view.bytes - 1];
  (void)first;
  (void)last;
  if (view.isContiguous() && view.bytes != static_cast<size_t>(view.numElements()) * dtypeSize(view.dtype))
    std::abort();
}

extern "C" int LLVMFuzzerInitialize(int *, char ***) {
  Archive::ignoreChecksums();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto archive = Archive::fromMemory(data, size, "fuzz.pt2");
  if (!archive)
    return 0;
  for (const std::string &model : (*archive)->models()) {
    auto exported = readExportedProgram(*archive, model);
    if (!exported) {
      if (exported.error().what.empty() || exported.error().where.empty())
        std::abort();
      continue;
    }
    for (const auto &weight : exported->weights)
      touch(weight.second);
    for (const auto &constant : exported->constants)
      touch(constant.second);
  }
  return 0;
}

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  auto entries = readZipDirectory(data, size);
  if (seed % 2 || !entries || entries->empty() || entries->size() > 64)
    return LLVMFuzzerMutate(data, size, maxSize);
  size_t chosen = (seed / 2) % entries->size();
  mambac::test::ZipWriter writer;
  for (size_t i = 0; i < entries->size(); ++i) {
    const ZipEntry &entry = (*entries)[i];
    std::string content(reinterpret_cast<const char *>(data + entry.offset), entry.stored);
    if (i == chosen) {
      size_t length = content.size();
      content.resize(length + 256);
      content.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t *>(content.data()), length, content.size()));
    }
    if (!entry.compressed || i == chosen)
      writer.add(entry.name, content);
  }
  std::string bytes = writer.bytes();
  if (bytes.size() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}
