// Fuzzes what lib/Repack reads: the JSON of a product's packing code, up to a zero byte, and behind it a safetensors file that is
// matched with it. Any bytes must give a result or a message, and tensors must lie inside of the file.
#include "lib/Repack/MatchWeights.h"

#include <cstdlib>

using namespace mambac;

static void run(const MambacCall *) {}
static int64_t arena(const int64_t *) { return 0; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  size_t end = bytes.find('\0');
  std::string text(bytes.substr(0, end)), file(end == bytes.npos ? "" : bytes.substr(end + 1));
  static const float constants[64] = {};
  MambacPrepare prepare = {{"prepare", run, arena, nullptr}, text.c_str(), constants, sizeof constants};
  PrepareInfo info;
  bool fits = info.parse(prepare, 4096).empty();
  WeightSet set;
  if (!readSafetensors(file, "fuzz.safetensors", true, set).empty())
    set = {};
  for (const auto &[name, tensor] : set.tensors) {
    const char *begin = static_cast<const char *>(tensor.data);
    if (begin < file.data() || begin + tensor.bytes > file.data() + file.size())
      std::abort();
  }
  if (!fits)
    return 0;
  WeightMatch match = matchWeights(info, set);
  if (match.data.size() != info.weights.size())
    std::abort();
  for (size_t i = 0; match.problems.empty() && i < match.data.size(); ++i)
    if (info.weights[i].bytes) {
      volatile char last = static_cast<const char *>(match.data[i])[info.weights[i].bytes - 1];
      (void)last;
    }
  return 0;
}
