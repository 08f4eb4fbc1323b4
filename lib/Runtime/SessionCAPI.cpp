//===- SessionCAPI.cpp - The C interface of sessions --------------------------------------------------------------===//
//
// The section "Sessions" of include/mambac/mambac.h over Session.h, but for making and destroying them (CAPI.cpp).
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Session.h"

#include <cstring>

using namespace mambac;

/// A null pointer in place of something that a function needs.
static mambac_status refuseNull(mambac_session *session, const char *what) {
  return session->error.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of %s", what);
}

extern "C" {

const char *mambac_session_error(const mambac_session *session) { return session->error.get(); }

mambac_status mambac_session_get_info(const mambac_session *session, mambac_session_info *info) {
  if (!info || info->struct_size < sizeof(size_t))
    return MAMBAC_INVALID_ARGUMENT;
  mambac_session_info all = {};
  session->getInfo(all);
  all.struct_size = info->struct_size;
  memcpy(info, &all, info->struct_size < sizeof all ? info->struct_size : sizeof all);
  return MAMBAC_OK;
}

mambac_status mambac_session_add(mambac_session *session, int32_t *slot) {
  return slot ? session->add(*slot) : refuseNull(session, "the slot's place");
}

mambac_status mambac_session_remove(mambac_session *session, int32_t slot) { return session->remove(slot); }

mambac_status mambac_session_reset(mambac_session *session, int32_t slot) { return session->reset(slot); }

int64_t mambac_session_length(const mambac_session *session, int32_t slot) { return session->getLength(slot); }

mambac_status mambac_session_copy(mambac_session *target, int32_t to, const mambac_session *source, int32_t from) {
  return source ? target->copy(to, *source, from) : refuseNull(target, "the session to copy from");
}

mambac_status mambac_session_save(mambac_session *session, int32_t slot, void *buffer, size_t *size) {
  return size ? session->save(slot, buffer, *size) : refuseNull(session, "the size");
}

mambac_status mambac_session_load(mambac_session *session, int32_t slot, const void *bytes, size_t size) {
  return guarded(session->error, [&] { return session->load(slot, bytes, size); });
}

mambac_status mambac_session_checkpoint(mambac_session *session, int32_t slot, int64_t *id) {
  if (!id)
    return refuseNull(session, "the checkpoint's number");
  return guarded(session->error, [&] { return session->checkpoint(slot, *id); });
}

mambac_status mambac_session_rollback(mambac_session *session, int32_t slot, int64_t id) {
  return session->rollback(slot, id);
}

mambac_status mambac_session_forget(mambac_session *session, int32_t slot, int64_t id) {
  return session->forget(slot, id);
}

mambac_status mambac_prefill(mambac_state *state, mambac_session *session, const int32_t *slots, int32_t n,
                             const mambac_tensor *tokens, const mambac_tensor *mask, const mambac_tensor *seq_idx,
                             const mambac_tensor *logits) {
  if (!state)
    return refuseNull(session, "the execution state");
  return guarded(session->error, [&] {
    return session->prefill("mambac_prefill", *state, slots, n, tokens, mask, seq_idx, logits, /*oneToken=*/false);
  });
}

mambac_status mambac_step(mambac_state *state, mambac_session *session, const int32_t *slots, int32_t n,
                          const mambac_tensor *tokens, const mambac_tensor *logits) {
  if (!state)
    return refuseNull(session, "the execution state");
  return guarded(session->error, [&] {
    return session->prefill("mambac_step", *state, slots, n, tokens, nullptr, nullptr, logits, /*oneToken=*/true);
  });
}

mambac_status mambac_prefill_packed(mambac_state *state, mambac_session *session, const int32_t *slots, int32_t n,
                                    const mambac_tensor *tokens, const mambac_tensor *cu_seqlens,
                                    const mambac_tensor *logits) {
  if (!state)
    return refuseNull(session, "the execution state");
  return guarded(session->error, [&] {
    return session->prefillPacked("mambac_prefill_packed", *state, slots, n, tokens, cu_seqlens, logits);
  });
}

} // extern "C"
