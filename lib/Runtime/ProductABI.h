//===- ProductABI.h - What a compiled product exports ---------------------------------------------------*- C -*-===//
//
// The binary interface between generated code (lib/Emit writes it) and the runtime (lib/Runtime calls it). It is not
// the public interface: that is include/mambac/mambac.h. Generated code has no undefined symbols but those of libc
// and libm; all services reach it through MambacCall.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_PRODUCTABI_H
#define MAMBAC_LIB_RUNTIME_PRODUCTABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAMBAC_ABI_VERSION 4

/// Work item function of a parallel loop: handles the items [begin, end). `context` is what parallel_for was given.
typedef void (*MambacBody)(void *context, int64_t begin, int64_t end);

/// What the runtime lends to generated code. Generated code passes the pointer it received back as `self`.
typedef struct MambacServices {
  /// Runs body over [0, count), split at any boundaries, on any threads; returns when all items are done. Items are
  /// independent, so the split never changes a result. They may write past the caches, which only a full fence orders: each
  /// thread passes one (an atomic read-modify-write is one on x86) before it says that it is done.
  void (*parallel_for)(const struct MambacServices *self, MambacBody body, void *context, int64_t count);
  /// Records bad data met while running (an index outside its table): `input` is the index of the entry's input it
  /// came from, or -1; `value` is not in [0, limit). The code goes on with a clamped index; the run then fails.
  void (*index_fault)(const struct MambacServices *self, int32_t input, int64_t value, int64_t limit);
  /// Brackets one kernel of the metadata's list `kernels`; null unless profiling.
  void (*kernel_begin)(const struct MambacServices *self, int32_t kernel);
  void (*kernel_end)(const struct MambacServices *self, int32_t kernel);
} MambacServices;

typedef struct MambacCall {
  const MambacServices *services;
  void *const *inputs;    ///< one pointer per input of the entry, row-major contiguous, aligned to its element only; states
                          ///< among them are read and written, and overlap no other input
  void *const *outputs;   ///< one pointer per output, caller-owned, the same; no overlap with inputs or each other
  const int64_t *symbols; ///< values of the entry's shape symbols, in the metadata's order
  void *arena;            ///< 64-byte aligned, arena_bytes(symbols) long, not initialized
  const void *weights;    ///< the packed weight segment, 64-byte aligned, read only
} MambacCall;

typedef struct MambacEntry {
  const char *name;
  void (*run)(const MambacCall *call);
  int64_t (*arena_bytes)(const int64_t *symbols);
  /// Writes the dimensions of all outputs, one output after the other (ranks stand in the metadata).
  void (*output_shapes)(const int64_t *symbols, int64_t *dims);
} MambacEntry;

/// The code that makes the packed weights of an archive's tensors, compiled for the architecture's lowest level. The compiler
/// ran it once; lib/Repack runs it on other weights of the same shapes.
typedef struct MambacPrepare {
  MambacEntry code;         ///< inputs: the tensors that `metadata` lists; outputs: their places in the segment
  const char *metadata;     ///< JSON, see docs/product.md
  const void *constants;    ///< contents of those tensors that belong to the model's code
  uint64_t constants_bytes;
} MambacPrepare;

/// A product exports one of these as the symbol `mambac_product`.
typedef struct MambacProduct {
  uint32_t abi_version;    ///< MAMBAC_ABI_VERSION
  uint32_t num_entries;    ///< of each level, the same ones in the same order
  uint32_t num_levels;     ///< at least 1; the metadata says what each needs of the CPU
  uint32_t reserved;       ///< 0
  /// levels[l][e]: entry e for the l-th instruction set, best first. Weights and results' shapes are the same for all;
  /// each has an arena of its own size.
  const MambacEntry *const *levels;
  const char *metadata;    ///< JSON, see docs/product.md
  uint64_t weights_bytes;  ///< length of the packed weight segment
  uint64_t layout_hash;    ///< xxh3-64 of what packs the weights, to recognize a weight file that belongs to another model
  const MambacPrepare *prepare; ///< null: the weights cannot be replaced
  const void *tokenizer;   ///< a packed tokenizer (lib/Tokenizer), or null
  uint64_t tokenizer_bytes;
} MambacProduct;

/// The last 72 bytes of a product file (.so or executable) or of a weight file. Offsets count from the file's start.
///   executable = runner ELF | product ELF (so) | packed weights (4096-aligned) | trailer
///   .so        = product ELF                   | packed weights (4096-aligned) | trailer
///   weights beside the product (OUT.weights)   = packed weights | trailer
/// ProductWriter.h writes all three.
#define MAMBAC_MAGIC "MAMBAC02"

typedef struct MambacTrailer {
  char magic[8];                          ///< MAMBAC_MAGIC; the digits count the file format
  uint64_t so_offset, so_bytes;           ///< the product ELF; offset 0 in a .so, both 0 in a weight file
  uint64_t weights_offset, weights_bytes; ///< bytes 0: no weights, or they are in OUT.weights beside the product
  uint64_t weights_hash;                  ///< xxh3-64 of the segment, wherever it is: which weights these are
  uint64_t layout_hash;                   ///< that of the product: what the weights are for
  uint64_t so_hash;                       ///< xxh3-64 of the product ELF, which the runtime checks before it loads it
  uint64_t trailer_hash;                  ///< xxh3-64 of the 64 bytes before it
} MambacTrailer;

#ifdef __cplusplus
}
#endif

#endif // MAMBAC_LIB_RUNTIME_PRODUCTABI_H
