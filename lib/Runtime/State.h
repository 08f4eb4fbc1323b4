//===- State.h - Running a model ---------------------------------------------------------------------*- C++ -*-===//
//
// What one thread needs to run a model: scratch memory, a thread pool, buffers for pointers and symbols, the profile.
// All of it is allocated when the state is made or a size is met for the first time. Checking of arguments against the
// signature is in Check.cpp.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_STATE_H
#define MAMBAC_LIB_RUNTIME_STATE_H

#include "lib/Runtime/Model.h"
#include "lib/Runtime/Pieces.h"
#include "lib/Runtime/ThreadPool.h"
#include "lib/Runtime/Trace.h"

#include <atomic>
#include <memory>
#include <vector>

namespace mambac {

/// Memory that grows and is given back at the end; straight from the system, so that large scratch memory neither
/// fragments the caller's heap nor is touched before it is used.
class Arena {
public:
  ~Arena();
  /// At least `bytes`, aligned to 64 bytes; null if the system has no more.
  void *reserve(size_t bytes);

private:
  void *begin = nullptr;
  size_t size = 0;
};

struct KernelTimes {
  int64_t calls = 0, startNanoseconds = 0, nanoseconds = 0;
  double flops = 0, bytes = 0;
};

} // namespace mambac

struct mambac_state {
public:
  mambac_state(mambac_model &model, const mambac_options &options);
  ~mambac_state();
  mambac_state(const mambac_state &) = delete;
  mambac_state &operator=(const mambac_state &) = delete;

  /// `partly`: inputs with ndim -1 are passed over.
  mambac_status bind(int32_t entry, const mambac_tensor *inputs, int32_t numInputs, int64_t *values, bool partly);
  mambac_status shapes(int32_t entry, const int64_t *values, int64_t *inputDims, int64_t *outputDims,
                       int64_t *scratchBytes);
  mambac_status run(int32_t entry, const mambac_tensor *inputs, int32_t numInputs, const mambac_tensor *outputs,
                    int32_t numOutputs);
  /// The two halves of `run`. The first checks the arguments and takes the memory. The second runs what was prepared last,
  /// and fails only where the code computes a bad index.
  mambac_status prepare(int32_t entry, const mambac_tensor *inputs, int32_t numInputs, const mambac_tensor *outputs,
                        int32_t numOutputs);
  mambac_status execute(int32_t entry);

  const mambac_model &getModel() const { return model; }
  int getThreads() const { return pool ? pool->getThreads() : 1; }
  int32_t getProfileSize() const { return int32_t(kernels.size()); }
  mambac_status getProfileRow(int32_t kernel, mambac_profile_row &row) const;
  void resetProfile();
  const mambac::Trace *getTrace() const { return trace.get(); }

  mambac::ErrorText error;

private:
  /// What generated code gets as MambacServices: it hands the pointer back.
  struct Services : MambacServices {
    mambac_state *state;
  };
  static mambac_state &from(const MambacServices *self) { return *static_cast<const Services *>(self)->state; }
  static void parallelFor(const MambacServices *self, MambacBody body, void *context, int64_t count);
  static void indexFault(const MambacServices *self, int32_t input, int64_t value, int64_t limit);
  static void parallelForTraced(const MambacServices *self, MambacBody body, void *context, int64_t count);
  static void kernelBegin(const MambacServices *self, int32_t kernel);
  static void kernelEnd(const MambacServices *self, int32_t kernel);

  /// The entry of this index, or null after setting the error.
  const mambac::Entry *findEntry(int32_t entry);
  mambac_status checkSymbols(const mambac::Entry &entry, const int64_t *values);
  mambac_status checkOutputs(const mambac::Entry &entry, const mambac_tensor *outputs, int32_t numOutputs);
  mambac_status checkOverlap(const mambac::Entry &entry);
  /// Whether the tokens of a run fit behind those that keys and values are kept of, where the roles say which these are.
  mambac_status checkCapacity(const mambac::Entry &entry, const mambac_tensor *inputs);
  /// The arguments of a run against the signature, without its memory.
  mambac_status check(int32_t entry, const mambac_tensor *inputs, int32_t numInputs, const mambac_tensor *outputs,
                      int32_t numOutputs);
  mambac_status reserve(int32_t entry);
  /// After `check` has passed.
  mambac_status runInPieces(int32_t entry, const mambac::PieceLayout &layout, const mambac_tensor *inputs,
                            int32_t numInputs, const mambac_tensor *output);
  mambac_status reportFault(const mambac::Entry &entry);

  mambac_model &model;
  std::shared_ptr<mambac::ThreadPool> pool;
  Services services;
  mambac::Arena arena;
  void *scratch = nullptr; ///< of the run that is prepared
  std::vector<mambac::PieceLayout> pieces; ///< by entry
  mambac::Arena stagedText, stagedSelect, stagedResult; ///< of runInPieces
  std::vector<int64_t> symbols, dims, pieceSymbols;
  std::vector<void *> inputPointers, outputPointers;
  std::vector<size_t> inputBytes, outputBytes;

  // The bad index with the smallest (input, value), whichever thread met it first.
  std::atomic_flag faultLock = ATOMIC_FLAG_INIT;
  bool faulted = false;
  int32_t faultInput = 0;
  int64_t faultValue = 0, faultLimit = 0;

  std::vector<mambac::KernelTimes> kernels;
  std::vector<int64_t> callsBefore;
  std::unique_ptr<mambac::Trace> trace; ///< null without options.trace
  int64_t traceStart = 0;               ///< what its times count from
  int32_t currentKernel = -1;
};

#endif // MAMBAC_LIB_RUNTIME_STATE_H
