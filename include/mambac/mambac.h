/*===- mambac.h - The C interface of a compiled model ----------------------------------------------------*- C -*-===
 *
 * Opens what `mambac` wrote (a .so, an executable, or a product linked into the calling program), says what can be
 * run, and runs it on tensors that the caller owns. It is not the compiler's interface. Plain C, no dependencies; the
 * functions are in every product .so, and in libMambacRuntime.a for programs that open products by path.
 *
 *   mambac_model *model; mambac_state *state;
 *   if (mambac_open("model.so", NULL, &model)) { fputs(mambac_last_error(), stderr); return 1; }
 *   if (mambac_state_create(model, NULL, &state)) ...
 *   if (mambac_run(state, 0, inputs, 1, outputs, 1)) { fputs(mambac_state_error(state), stderr); ... }
 *   mambac_state_destroy(state); mambac_close(model);
 *
 * Rules that hold for all functions:
 *  - They return a mambac_status, 0 for success. They never exit the process, never throw, and print nothing.
 *  - A model may be used from any number of threads at once. So may different states of one model; one state is for
 *    one thread at a time.
 *  - Results do not depend on the number of threads, bit for bit.
 *  - Strings and arrays that a function returns belong to the model or the state and live as long as it does.
 *
 *===------------------------------------------------------------------------------------------------------------===*/
#ifndef MAMBAC_MAMBAC_H
#define MAMBAC_MAMBAC_H

#include <stddef.h>
#include <stdint.h>

#ifndef MAMBAC_API
#if defined(__GNUC__)
#define MAMBAC_API __attribute__((visibility("default")))
#else
#define MAMBAC_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mambac_status {
  MAMBAC_OK = 0,
  MAMBAC_INVALID_ARGUMENT = 1,  /* a wrong name, shape, type, stride, device, or a null pointer */
  MAMBAC_IO_ERROR = 2,          /* a file cannot be opened, read or mapped */
  MAMBAC_BAD_PRODUCT = 3,       /* not a product of mambac, truncated, corrupt, or weights of another model */
  MAMBAC_UNSUPPORTED = 4,       /* another ABI version, another CPU architecture, missing CPU instructions */
  MAMBAC_OUT_OF_MEMORY = 5,
  MAMBAC_INDEX_OUT_OF_RANGE = 6, /* an index outside its table; the outputs of a run are undefined */
  MAMBAC_CAPACITY_EXCEEDED = 7,  /* a text would become longer than there is room for */
  MAMBAC_BAD_STATE = 8           /* a saved state is corrupt, or of another model */
} mambac_status;

/*---- Tensors: the memory layout of DLPack's DLTensor (dlpack.h v0 and v1), so that a DLTensor* may be cast ---------*/

enum { MAMBAC_DEVICE_CPU = 1 };                                                         /* DLDeviceType */
enum { MAMBAC_INT = 0, MAMBAC_UINT = 1, MAMBAC_FLOAT = 2, MAMBAC_BFLOAT = 4, MAMBAC_BOOL = 6 }; /* DLDataTypeCode */

typedef struct mambac_device {
  int32_t device_type; /* MAMBAC_DEVICE_CPU */
  int32_t device_id;   /* ignored for the CPU */
} mambac_device;

typedef struct mambac_dtype {
  uint8_t code;   /* MAMBAC_INT ... */
  uint8_t bits;   /* of one element; 8 for MAMBAC_BOOL */
  uint16_t lanes; /* 1 */
} mambac_dtype;

typedef struct mambac_tensor {
  void *data;            /* may be null only where a dimension is 0 */
  mambac_device device;
  int32_t ndim;
  mambac_dtype dtype;
  int64_t *shape;        /* ndim sizes; may be null when ndim is 0. Never written to */
  int64_t *strides;      /* in elements; null means row-major contiguous, anything else must be that too */
  uint64_t byte_offset;  /* added to data; the sum must be a multiple of the element's size */
} mambac_tensor;

/*---- What a model offers ------------------------------------------------------------------------------------------*/

typedef struct mambac_model mambac_model;
typedef struct mambac_state mambac_state;

/* A size that is known only when the model runs, such as a batch or a length. */
typedef struct mambac_symbol_info {
  const char *name;
  int64_t min, max;    /* inclusive; max is INT64_MAX where there is none */
  int64_t multiple_of; /* at least 1 */
} mambac_symbol_info;

typedef struct mambac_value_info {
  const char *name;
  const char *dtype_name;       /* "f32" "f16" "bf16" "f64" "i64" "i32" "i16" "i8" "u8" "bool" */
  mambac_dtype dtype;
  int32_t rank;
  const int64_t *dims;          /* rank sizes; -1 where the size depends on symbols */
  const char *const *dim_texts; /* rank texts such as "s0", "2*s1+3", "256" */
  int64_t index_limit;          /* elements must be in [0, index_limit); 0 where any value will do */
  const char *role;             /* what it is for: "ids" "embeds" "select" "logits" "hidden" "conv" "recurrent" ..., or "" */
  int32_t state;                /* of an input: the number of the state that it is, or -1. A run reads what the state holds and
                                 * writes what the next run goes on from; before the first, states are zeros */
} mambac_value_info;

typedef struct mambac_entry_info {
  const char *name;
  int32_t num_symbols, num_inputs, num_outputs;
  const mambac_symbol_info *symbols;
  const mambac_value_info *inputs, *outputs;
  const char *scratch_text; /* bytes of scratch memory as a formula of the symbols, for people; empty if it is none.
                             * mambac_shapes computes them */
  int32_t length_symbol;    /* the symbol that is the length of a text, in an entry that goes on from a state; or -1 */
  int64_t chunk;            /* with a length: so many tokens of a longer text run at once (mambac --chunk); else 0 */
} mambac_entry_info;

/* The version of this interface and of the products that it opens. */
MAMBAC_API uint32_t mambac_abi_version(void);

/* Why the last function that failed on this thread did so (of those that take no state). Never null. */
MAMBAC_API const char *mambac_last_error(void);

/* Opens a product file: a .so or an executable that mambac wrote. Its weights are mapped, not read, from the file
 * itself, or from `weights_path`, or, when that is null, from PATH.weights beside it. `*model` is null on failure. */
MAMBAC_API mambac_status mambac_open(const char *path, const char *weights_path, mambac_model **model);

/* The same for a product whose file lies in memory; the bytes are copied. `weights_path` may be null if they hold the
 * weights. */
MAMBAC_API mambac_status mambac_open_memory(const void *bytes, size_t size, const char *weights_path,
                                            mambac_model **model);

/* Opens a product that is linked into the calling program, as a shared library or as an object:
 *   extern const struct MambacProduct mambac_product;
 *   mambac_open_linked(&mambac_product, NULL, &model);
 * Weights come from the file that `product` was loaded from, or as with mambac_open. */
struct MambacProduct;
MAMBAC_API mambac_status mambac_open_linked(const struct MambacProduct *product, const char *weights_path,
                                            mambac_model **model);

/* Gives a model back. States that still exist keep it alive until they are destroyed. Null is allowed. */
MAMBAC_API void mambac_close(mambac_model *model);

MAMBAC_API const char *mambac_model_name(const mambac_model *model);
/* Kernels whose sizes were chosen by measuring (mambac --tune), as "ssd_0: ssd-chunk=64, ..". Empty if none were. */
MAMBAC_API const char *mambac_tuning(const mambac_model *model);
MAMBAC_API int64_t mambac_weights_bytes(const mambac_model *model);
MAMBAC_API int32_t mambac_num_entries(const mambac_model *model);

/* A hash (xxh3-64) of the packed weights, which tells models of the same code and other weights apart: `mamba-run --repack`
 * changes it, and nothing else. 0 where there are no weights. */
MAMBAC_API uint64_t mambac_weights_hash(const mambac_model *model);

/* What a product knows about the text that its ids stand for. */
typedef struct mambac_text_info {
  int64_t vocabulary;       /* how many ids there are; 0: not known */
  int64_t bos;              /* the id that begins a text, or -1 */
  int32_t num_eos;          /* ids that end one */
  const int64_t *eos;
  int64_t capacity;         /* how many tokens a text may have where layers attend, if nobody says otherwise; 0: not known */
  const void *tokenizer;    /* a packed tokenizer (lib/Tokenizer); null: none. Then ids of a vocabulary of 256 are bytes */
  size_t tokenizer_bytes;
  /* The fixed texts of a conversation: begin, a message, reply, an answer, next, a message, reply, an answer, ...; with
   * words to the system, which stand between the two of chat_system_* in the place of begin. Null: none. */
  const char *chat_begin, *chat_reply, *chat_next, *chat_system_begin, *chat_system_end;
} mambac_text_info;

/* Never null. */
MAMBAC_API const mambac_text_info *mambac_get_text(const mambac_model *model);

/* The instruction sets that the product has code for, best first. The first one that the machine offers is in use, or
 * that which the environment variable MAMBAC_CPU named when the model was opened. */
MAMBAC_API int32_t mambac_num_levels(const mambac_model *model);
MAMBAC_API const char *mambac_level_name(const mambac_model *model, int32_t level);
MAMBAC_API int32_t mambac_level_in_use(const mambac_model *model);

/* The signature of an entry point, or null if there is no such index. */
MAMBAC_API const mambac_entry_info *mambac_get_entry(const mambac_model *model, int32_t entry);

/* The index of the entry point of this name, or -1. */
MAMBAC_API int32_t mambac_find_entry(const mambac_model *model, const char *name);

/* What a model remembers from run to run: inputs that runs read and write. Entries that have a state of the same number go on
 * from one another. Names, types and sizes are those of the input of the first entry that has it. */
MAMBAC_API int32_t mambac_num_states(const mambac_model *model);
MAMBAC_API const mambac_value_info *mambac_get_state_info(const mambac_model *model, int32_t number);

/*---- Running ------------------------------------------------------------------------------------------------------*/

typedef struct mambac_options {
  size_t struct_size; /* sizeof(mambac_options) */
  int32_t threads;    /* 0: MAMBAC_NUM_THREADS, or else the CPUs that this process may use. 1: no other threads */
  int32_t profile;    /* not 0: measure every kernel */
  int64_t trace;      /* with profile: how many events of a trace there is room for (40 bytes each); 0: no trace */
} mambac_options;

/* Makes an execution state: scratch memory, which grows to what the runs need and stays, and a share in a pool of
 * threads. States of the same number of threads share one pool; a parallel loop that finds it busy runs on its own
 * thread alone. `options` may be null. On failure `*state` is null and mambac_last_error has the reason. */
MAMBAC_API mambac_status mambac_state_create(mambac_model *model, const mambac_options *options, mambac_state **state);

/* Null is allowed. */
MAMBAC_API void mambac_state_destroy(mambac_state *state);

/* Why the last function that failed on this state did so. Never null. */
MAMBAC_API const char *mambac_state_error(const mambac_state *state);

/* The number of threads that this state's runs may use. */
MAMBAC_API int32_t mambac_state_threads(const mambac_state *state);

/* Checks the inputs of an entry (all but their data pointers) and works out its symbols from them. `symbols` holds
 * num_symbols values in the signature's order. An input whose ndim is -1 is passed over; a symbol that the others do not
 * decide is then -1. */
MAMBAC_API mambac_status mambac_bind(mambac_state *state, int32_t entry, const mambac_tensor *inputs,
                                     int32_t num_inputs, int64_t *symbols);

/* From symbol values to the sizes of what a run needs. `input_dims` and `output_dims` hold the dimensions of all inputs
 * (outputs), one after the other, as many as their ranks add up to; `scratch_bytes` the scratch memory of the run. Any
 * of the three may be null. */
MAMBAC_API mambac_status mambac_shapes(mambac_state *state, int32_t entry, const int64_t *symbols, int64_t *input_dims,
                                       int64_t *output_dims, int64_t *scratch_bytes);

/* Runs an entry point: reads the inputs, overwrites the outputs, and those inputs that are states (mambac_value_info.state).
 * All tensors are the caller's, dense and row-major, on the CPU, and match the signature; what is written overlaps nothing
 * else. Allocates no memory if the state has run this entry with these shapes before, but for a text of more than `chunk`
 * tokens where the roles of all values are known (ids, embeds, select, logits, hidden): it runs in pieces, in the memory
 * of one, whatever its length, and small lists are made. What fails before code runs (all but
 * an index that the model computed and that is outside its table) changes nothing; else outputs and states are undefined. */
MAMBAC_API mambac_status mambac_run(mambac_state *state, int32_t entry, const mambac_tensor *inputs, int32_t num_inputs,
                                    const mambac_tensor *outputs, int32_t num_outputs);

/*---- Sessions: what a model remembers of the texts that it reads --------------------------------------------------*/

/* A session holds the states of up to `batch` texts of one model: convolution windows, recurrent states, caches of keys
 * and values. Each text has a slot, a number in [0, batch). A call reads more tokens of any of them, in any order; the
 * others wait untouched. The states live in the session and are updated in place; an execution state (mambac_state) of
 * the same model runs it, and any will do.
 *
 *   mambac_session *session; int32_t slot;
 *   mambac_session_create(model, NULL, &session);
 *   mambac_session_add(session, &slot);
 *   mambac_prefill(state, session, &slot, 1, &prompt, NULL, NULL, &logits);     prompt (1, L), logits (1, 1, V)
 *   while (...) mambac_step(state, session, &slot, 1, &token, &logits);         token (1, 1), logits (1, 1, V)
 *
 * It needs a model with states whose one other input is ids (n, L), or embeddings (n, L, D), but for one of role
 * "select", which the session fills in. Texts are split over the first dimension of all states; a model whose states have
 * none is for one text at a time. Other models are run by mambac_run.
 *
 * A function that fails leaves session, slots and states as they were, with one exception: a run that met an index
 * which it had computed itself (MAMBAC_INDEX_OUT_OF_RANGE; ids are checked before). The slots of that call are then
 * refused until they are reset, rolled back, loaded, copied into or removed. mambac_session_error says why a function
 * failed. A session is for one thread at a time. */
typedef struct mambac_session mambac_session;

typedef struct mambac_session_options {
  size_t struct_size; /* sizeof(mambac_session_options) */
  int32_t batch;      /* how many texts there is room for; 0: one. Memory is taken from the system as it is used */
  int64_t capacity;   /* tokens a text, where layers attend to all of it; 0: what the model was exported with, or 4096.
                       * Models without such layers have no end and ignore it */
} mambac_session_options;

typedef struct mambac_session_info {
  size_t struct_size;     /* sizeof(mambac_session_info), set by the caller */
  int32_t batch, used;    /* slots, and those that have a text */
  int64_t capacity;       /* tokens that a text may have; 0: any number */
  int64_t chunk;          /* tokens that run at once; longer texts are read in pieces, short ones together */
  int64_t vocabulary;     /* ids are in [0, vocabulary); 0: any, or the model takes embeddings */
  int64_t embedding;      /* D, the elements of an embedding; 0: the model takes ids */
  int64_t width;          /* V, the elements of a position's result */
  int32_t all_positions;  /* not 0: results of all positions can be had, not of the last one alone */
  mambac_dtype token_dtype, logits_dtype;
  int64_t slot_bytes;     /* of the state of one text */
  int64_t bytes;          /* of all slots and checkpoints */
} mambac_session_info;

enum { MAMBAC_ALL_SLOTS = -1 };

/* Makes a session without texts. `options` may be null. On failure `*session` is null and mambac_last_error has the
 * reason. The session keeps the model alive. */
MAMBAC_API mambac_status mambac_session_create(mambac_model *model, const mambac_session_options *options,
                                               mambac_session **session);

/* Null is allowed. */
MAMBAC_API void mambac_session_destroy(mambac_session *session);

/* Why the last function that failed on this session did so. Never null. */
MAMBAC_API const char *mambac_session_error(const mambac_session *session);

MAMBAC_API mambac_status mambac_session_get_info(const mambac_session *session, mambac_session_info *info);

/* A slot for a new text; the smallest number that is free. */
MAMBAC_API mambac_status mambac_session_add(mambac_session *session, int32_t *slot);

/* Forgets a text and its checkpoints; the slot is free. */
MAMBAC_API mambac_status mambac_session_remove(mambac_session *session, int32_t slot);

/* Begins a text, or with MAMBAC_ALL_SLOTS all of them, anew, and forgets its checkpoints. */
MAMBAC_API mambac_status mambac_session_reset(mambac_session *session, int32_t slot);

/* The number of tokens that a text has; -1 if the slot has none. */
MAMBAC_API int64_t mambac_session_length(const mambac_session *session, int32_t slot);

/* The text of `to` becomes that of `from`, which goes on independently: a fork. Both slots must be in use; the sessions
 * may be two, of the same model. Forgets the checkpoints of `to`. The error text is in `target`. */
MAMBAC_API mambac_status mambac_session_copy(mambac_session *target, int32_t to, const mambac_session *source,
                                             int32_t from);

/* Writes a text's state as bytes, with a header that names the model. `*size` is the room in `buffer`, and becomes the
 * bytes that are needed; a null `buffer` asks for that number. Of caches only what is filled is written. */
MAMBAC_API mambac_status mambac_session_save(mambac_session *session, int32_t slot, void *buffer, size_t *size);

/* The slot's text becomes the one that was saved, by any process, from a product with the same model and weights.
 * MAMBAC_BAD_STATE for bytes of another model, of other types or sizes, truncated or changed. Forgets the slot's
 * checkpoints. */
MAMBAC_API mambac_status mambac_session_load(mambac_session *session, int32_t slot, const void *bytes, size_t size);

/* Remembers where a text is, to go back to. `*id` is never 0 and not used again. Costs a copy of the state, of caches
 * nothing. Checkpoints of a text are a stack: going back to one forgets the later ones, keeps that one itself, and
 * forgetting it leaves the others. */
MAMBAC_API mambac_status mambac_session_checkpoint(mambac_session *session, int32_t slot, int64_t *id);
MAMBAC_API mambac_status mambac_session_rollback(mambac_session *session, int32_t slot, int64_t id);
MAMBAC_API mambac_status mambac_session_forget(mambac_session *session, int32_t slot, int64_t id);

/* Reads L >= 1 more tokens of each of n texts, at most `chunk` tokens at once: what it needs of memory does not grow
 * with L.
 *   slots    n of them, each at most once
 *   tokens   ids (n, L) or embeddings (n, L, D), of the model's type
 *   mask     (n, L) of booleans or integers, or null: where it is 0 there is no token, wherever that is: what stands
 *            left, right or in between is skipped. A text may have none here; it stays as it is
 *   seq_idx  (n, L) of integers, or null: where the number changes from one token to the next, a new text begins (the
 *            slot is reset). The first piece goes on from the slot's state
 *   logits   results (n, 1, V), behind each text's last token, or (n, L, V), at all positions, or null: none are
 *            wanted. Zeros where there is no token. Written to alone; must not overlap `tokens`
 * MAMBAC_CAPACITY_EXCEEDED if a text would become longer than the session's capacity. */
MAMBAC_API mambac_status mambac_prefill(mambac_state *state, mambac_session *session, const int32_t *slots, int32_t n,
                                        const mambac_tensor *tokens, const mambac_tensor *mask,
                                        const mambac_tensor *seq_idx, const mambac_tensor *logits);

/* The same for one token each: tokens (n, 1) or (n, 1, D), logits (n, 1, V). */
MAMBAC_API mambac_status mambac_step(mambac_state *state, mambac_session *session, const int32_t *slots, int32_t n,
                                     const mambac_tensor *tokens, const mambac_tensor *logits);

/* The same for texts of different lengths that lie one behind the other.
 *   tokens      ids (total) or embeddings (total, D)
 *   cu_seqlens  (n + 1) of i32 or i64: the tokens [cu_seqlens[i], cu_seqlens[i + 1]), at least one, are those of
 *               slots[i]; the first number is 0, the last one total
 *   logits      (n, V), behind each text's last token, or (total, V), or null */
MAMBAC_API mambac_status mambac_prefill_packed(mambac_state *state, mambac_session *session, const int32_t *slots,
                                               int32_t n, const mambac_tensor *tokens, const mambac_tensor *cu_seqlens,
                                               const mambac_tensor *logits);

/*---- Profile (states made with options.profile) -------------------------------------------------------------------*/

typedef struct mambac_profile_row {
  const char *kernel; /* its name in the product */
  const char *module; /* path in the source model, such as "backbone.layers.0.mixer" */
  const char *kind;   /* such as "ssm.ssd" */
  int64_t calls;
  double seconds;     /* of all calls together */
  double flops;       /* floating-point operations of all calls together; 0 if not known */
  double bytes;       /* memory read and written by all calls together; 0 if not known */
} mambac_profile_row;

/* The number of kernels that the product tells apart; 0 without options.profile. */
MAMBAC_API int32_t mambac_profile_size(const mambac_state *state);
MAMBAC_API mambac_status mambac_profile_get(const mambac_state *state, int32_t kernel, mambac_profile_row *row);
/* Forgets profile and trace. */
MAMBAC_API void mambac_profile_reset(mambac_state *state);

/* Something that took time. Times count from the state's making. */
typedef struct mambac_trace_event {
  int32_t kernel;     /* as in mambac_profile_get; -1: none */
  int32_t thread;     /* of a piece: a number of the thread that ran it */
  int32_t piece;      /* 0: a call of a kernel. 1: some items of a parallel loop in it */
  int32_t reserved;
  int64_t begin_ns, end_ns;
  int64_t items;      /* of a piece */
} mambac_trace_event;

/* The number of events so far, and of those that had no room (options.trace). */
MAMBAC_API int64_t mambac_trace_size(const mambac_state *state);
MAMBAC_API int64_t mambac_trace_dropped(const mambac_state *state);
MAMBAC_API mambac_status mambac_trace_get(const mambac_state *state, int64_t index, mambac_trace_event *event);

#ifdef __cplusplus
}
#endif

#endif /* MAMBAC_MAMBAC_H */
