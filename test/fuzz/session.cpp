// Fuzzes saved states. The bytes are read as they are, and once more with the size and hash that belong to them, so that
// what stands behind these is reached: whatever is taken must be written again as the same bytes, and be gone on from.
#include "test/unit/Runtime/StatefulProduct.h"

#include "mambac/mambac.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

void expect(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
  }
}

struct Fixture {
  mambac::test::StatefulProduct product;
  mambac_model *model = nullptr;
  mambac_state *state = nullptr;
  mambac_session *session = nullptr;
  int32_t slot = 0;

  Fixture() {
    mambac_options options = {sizeof options, 1, 0, 0};
    expect(!mambac_open_linked(&product.product, nullptr, &model) && !mambac_state_create(model, &options, &state) &&
               !mambac_session_create(model, nullptr, &session) && !mambac_session_add(session, &slot),
           mambac_last_error());
  }

  void load(const void *data, size_t size) {
    if (mambac_session_load(session, slot, data, size))
      return;
    size_t room = size;
    std::string again(size, 0);
    expect(!mambac_session_save(session, slot, &again[0], &room) && room == size && !memcmp(again.data(), data, size),
           "a saved state that was read is written as other bytes");
    int64_t id = 3, shape[] = {1, 1};
    mambac_tensor tokens = {&id, {MAMBAC_DEVICE_CPU, 0}, 2, {MAMBAC_INT, 64, 1}, shape, nullptr, 0};
    mambac_status status = mambac_step(state, session, &slot, 1, &tokens, nullptr);
    expect(status == MAMBAC_OK || status == MAMBAC_CAPACITY_EXCEEDED, mambac_session_error(session));
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Fixture fixture;
  fixture.load(data, size);
  if (size < 32)
    return 0;
  std::string forged(reinterpret_cast<const char *>(data), size);
  memcpy(&forged[0], "MAMBACST", 8);
  uint64_t total = size;
  memcpy(&forged[16], &total, 8);
  uint64_t hash = XXH3_64bits(forged.data(), size - 8);
  memcpy(&forged[size - 8], &hash, 8);
  fixture.load(forged.data(), size);
  return 0;
}
