//===- CAPI.cpp - The C interface of a compiled model -------------------------------------------------------------===//
//
// include/mambac/mambac.h over the classes of this folder. No exception passes: the only ones that can arise are of
// memory that is short.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "mambac/mambac.h"
#include "lib/Runtime/Session.h"

#include <cstring>
#include <new>

using namespace mambac;

// Plain memory: a thread's end has nothing to destroy, and failing allocates nothing.
static thread_local ErrorText lastError;

/// Makes a model with `fill`, and gives it back if that fails.
template <typename Fill> static mambac_status makeModel(mambac_model **model, Fill fill) {
  if (!model)
    return lastError.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the model's place");
  *model = nullptr;
  return guarded(lastError, [&] {
    mambac_model *made = new mambac_model;
    mambac_status status = guarded(lastError, [&] { return fill(*made); });
    if (status)
      made->release();
    else
      *model = made;
    return status;
  });
}

/// A caller that was compiled with a shorter struct gets defaults for the rest; so does one that gives none.
template <typename Options> static mambac_status readOptions(const Options *options, Options &known, const char *name) {
  if (!options)
    return MAMBAC_OK;
  if (options->struct_size < sizeof(size_t))
    return lastError.set(MAMBAC_INVALID_ARGUMENT, "options.struct_size is %zu: set it to sizeof(%s)", options->struct_size,
                         name);
  memcpy(static_cast<void *>(&known), options, options->struct_size < sizeof known ? options->struct_size : sizeof known);
  return MAMBAC_OK;
}

extern "C" {

uint32_t mambac_abi_version(void) { return MAMBAC_ABI_VERSION; }

const char *mambac_last_error(void) { return lastError.get(); }

mambac_status mambac_open(const char *path, const char *weights_path, mambac_model **model) {
  return makeModel(model, [&](mambac_model &made) {
    if (!path)
      return lastError.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the path");
    ProductFile file;
    if (mambac_status status = file.open(path, lastError))
      return status;
    return made.load(file, weights_path, lastError);
  });
}

mambac_status mambac_open_memory(const void *bytes, size_t size, const char *weights_path, mambac_model **model) {
  return makeModel(model, [&](mambac_model &made) {
    if (!bytes)
      return lastError.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the product's bytes");
    int fd = makeAnonymousFile(bytes, size);
    if (fd < 0)
      return lastError.set(MAMBAC_IO_ERROR, "no memory file, and no room in TMPDIR or /tmp, for %zu bytes", size);
    ProductFile file;
    if (mambac_status status = file.adopt(fd, "the product in memory", lastError))
      return status;
    return made.load(file, weights_path, lastError);
  });
}

mambac_status mambac_open_linked(const struct MambacProduct *product, const char *weights_path, mambac_model **model) {
  return makeModel(model, [&](mambac_model &made) {
    if (!product)
      return lastError.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the product");
    return made.link(product, weights_path, lastError);
  });
}

void mambac_close(mambac_model *model) {
  if (model)
    model->release();
}

const char *mambac_model_name(const mambac_model *model) { return model->getMetadata().model.c_str(); }

const char *mambac_tuning(const mambac_model *model) { return model->getMetadata().tuning.c_str(); }

int64_t mambac_weights_bytes(const mambac_model *model) { return int64_t(model->getProduct().weights_bytes); }

uint64_t mambac_weights_hash(const mambac_model *model) { return model->getWeightsHash(); }

const mambac_text_info *mambac_get_text(const mambac_model *model) { return &model->getMetadata().text.info; }

int32_t mambac_num_levels(const mambac_model *model) { return int32_t(model->getMetadata().levels.size()); }

const char *mambac_level_name(const mambac_model *model, int32_t level) {
  if (level < 0 || level >= mambac_num_levels(model))
    return nullptr;
  return model->getMetadata().levels[size_t(level)].name.c_str();
}

int32_t mambac_level_in_use(const mambac_model *model) { return int32_t(model->getLevel()); }

int32_t mambac_num_entries(const mambac_model *model) { return int32_t(model->getMetadata().entries.size()); }

const mambac_entry_info *mambac_get_entry(const mambac_model *model, int32_t entry) {
  if (entry < 0 || entry >= mambac_num_entries(model))
    return nullptr;
  return &model->getMetadata().entries[size_t(entry)].info;
}

int32_t mambac_num_states(const mambac_model *model) { return int32_t(model->getMetadata().states.size()); }

const mambac_value_info *mambac_get_state_info(const mambac_model *model, int32_t number) {
  if (number < 0 || number >= mambac_num_states(model))
    return nullptr;
  return &model->getMetadata().stateInfos[size_t(number)];
}

int32_t mambac_find_entry(const mambac_model *model, const char *name) {
  const std::vector<Entry> &entries = model->getMetadata().entries;
  for (size_t i = 0; name && i < entries.size(); ++i)
    if (entries[i].name == name)
      return int32_t(i);
  return -1;
}

mambac_status mambac_state_create(mambac_model *model, const mambac_options *options, mambac_state **state) {
  if (!state)
    return lastError.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the state's place");
  *state = nullptr;
  if (!model)
    return lastError.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the model");
  mambac_options known = {};
  if (mambac_status status = readOptions(options, known, "mambac_options"))
    return status;
  if (known.threads < 0)
    return lastError.set(MAMBAC_INVALID_ARGUMENT, "options.threads is %d, expected 0 or more", known.threads);
  return guarded(lastError, [&] {
    *state = new mambac_state(*model, known);
    return MAMBAC_OK;
  });
}

void mambac_state_destroy(mambac_state *state) { delete state; }

const char *mambac_state_error(const mambac_state *state) { return state->error.get(); }

int32_t mambac_state_threads(const mambac_state *state) { return state->getThreads(); }

mambac_status mambac_bind(mambac_state *state, int32_t entry, const mambac_tensor *inputs, int32_t num_inputs,
                          int64_t *symbols) {
  return guarded(state->error, [&] { return state->bind(entry, inputs, num_inputs, symbols, /*partly=*/true); });
}

mambac_status mambac_shapes(mambac_state *state, int32_t entry, const int64_t *symbols, int64_t *input_dims,
                            int64_t *output_dims, int64_t *scratch_bytes) {
  return guarded(state->error, [&] { return state->shapes(entry, symbols, input_dims, output_dims, scratch_bytes); });
}

mambac_status mambac_run(mambac_state *state, int32_t entry, const mambac_tensor *inputs, int32_t num_inputs,
                         const mambac_tensor *outputs, int32_t num_outputs) {
  return guarded(state->error, [&] { return state->run(entry, inputs, num_inputs, outputs, num_outputs); });
}

mambac_status mambac_session_create(mambac_model *model, const mambac_session_options *options,
                                    mambac_session **session) {
  if (!session)
    return lastError.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the session's place");
  *session = nullptr;
  if (!model)
    return lastError.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the model");
  mambac_session_options known = {};
  if (mambac_status status = readOptions(options, known, "mambac_session_options"))
    return status;
  if (known.batch < 0 || known.capacity < 0)
    return lastError.set(MAMBAC_INVALID_ARGUMENT, "a session of %d texts of %lld tokens: neither may be negative", known.batch,
                         (long long)known.capacity);
  return guarded(lastError, [&] {
    auto made = std::make_unique<mambac_session>(*model);
    mambac_status status = made->create(known.batch, known.capacity, lastError);
    if (!status)
      *session = made.release();
    return status;
  });
}

void mambac_session_destroy(mambac_session *session) { delete session; }

int32_t mambac_profile_size(const mambac_state *state) { return state->getProfileSize(); }

mambac_status mambac_profile_get(const mambac_state *state, int32_t kernel, mambac_profile_row *row) {
  return row ? state->getProfileRow(kernel, *row) : MAMBAC_INVALID_ARGUMENT;
}

void mambac_profile_reset(mambac_state *state) { state->resetProfile(); }

int64_t mambac_trace_size(const mambac_state *state) { return state->getTrace() ? state->getTrace()->size() : 0; }

int64_t mambac_trace_dropped(const mambac_state *state) {
  return state->getTrace() ? state->getTrace()->getDropped() : 0;
}

mambac_status mambac_trace_get(const mambac_state *state, int64_t index, mambac_trace_event *event) {
  if (!event || index < 0 || index >= mambac_trace_size(state))
    return MAMBAC_INVALID_ARGUMENT;
  *event = (*state->getTrace())[index];
  return MAMBAC_OK;
}

} // extern "C"
