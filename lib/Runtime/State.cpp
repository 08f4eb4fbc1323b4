//===- State.cpp - Running a model --------------------------------------------------------------------------------===//
//
// See State.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/State.h"
#include "lib/Runtime/Check.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstring>
#include <sys/mman.h>

using namespace mambac;

//===----------------------------------------------------------------------===//
// Scratch memory
//===----------------------------------------------------------------------===//

Arena::~Arena() {
  if (begin)
    munmap(begin, size);
}

void *Arena::reserve(size_t bytes) {
  static char nothing[64] __attribute__((aligned(64)));
  if (bytes <= size)
    return begin ? begin : nothing;
  const size_t hugePage = size_t(2) << 20;
  size_t unit = bytes >= hugePage ? hugePage : 4096;
  if (bytes > SIZE_MAX - unit)
    return nullptr;
  size_t wanted = (bytes + unit - 1) / unit * unit;
  void *mapped = mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    return nullptr;
  if (unit == hugePage)
    madvise(mapped, wanted, MADV_HUGEPAGE);
  if (begin)
    munmap(begin, size);
  begin = mapped;
  size = wanted;
  return begin;
}

//===----------------------------------------------------------------------===//
// Services
//===----------------------------------------------------------------------===//

static int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void mambac_state::parallelFor(const MambacServices *self, MambacBody body, void *context, int64_t count) {
  mambac_state &state = from(self);
  if (state.pool)
    state.pool->run(body, context, count);
  else if (count > 0)
    body(context, 0, count);
}

int32_t Trace::getThread() {
  static std::atomic<int32_t> threads{0};
  static thread_local int32_t own = -1;
  if (own < 0)
    own = threads++;
  return own;
}

void mambac_state::parallelForTraced(const MambacServices *self, MambacBody body, void *context, int64_t count) {
  struct Loop {
    mambac_state &state;
    MambacBody body;
    void *context;
  } loop{from(self), body, context};
  auto runPiece = [](void *context, int64_t begin, int64_t end) {
    auto &loop = *static_cast<Loop *>(context);
    int64_t start = now();
    loop.body(loop.context, begin, end);
    mambac_state &state = loop.state;
    state.trace->add(state.currentKernel, 1, start - state.traceStart, now() - state.traceStart, end - begin);
  };
  parallelFor(self, runPiece, &loop, count);
}

void mambac_state::indexFault(const MambacServices *self, int32_t input, int64_t value, int64_t limit) {
  mambac_state &state = from(self);
  while (state.faultLock.test_and_set(std::memory_order_acquire)) {
  }
  if (!state.faulted || input < state.faultInput || (input == state.faultInput && value < state.faultValue)) {
    state.faulted = true;
    state.faultInput = input;
    state.faultValue = value;
    state.faultLimit = limit;
  }
  state.faultLock.clear(std::memory_order_release);
}

void mambac_state::kernelBegin(const MambacServices *self, int32_t kernel) {
  mambac_state &state = from(self);
  if (kernel < 0 || size_t(kernel) >= state.kernels.size())
    return;
  state.currentKernel = kernel;
  state.kernels[size_t(kernel)].startNanoseconds = now();
}

void mambac_state::kernelEnd(const MambacServices *self, int32_t kernel) {
  mambac_state &state = from(self);
  if (kernel < 0 || size_t(kernel) >= state.kernels.size())
    return;
  KernelTimes &times = state.kernels[size_t(kernel)];
  int64_t end = now();
  times.nanoseconds += end - times.startNanoseconds;
  ++times.calls;
  if (state.trace)
    state.trace->add(kernel, 0, times.startNanoseconds - state.traceStart, end - state.traceStart, 0);
  state.currentKernel = -1;
}

//===----------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------===//

mambac_state::mambac_state(mambac_model &model, const mambac_options &options) : model(model) {
  int threads = options.threads > 0 ? std::min(options.threads, 1024) : ThreadPool::getDefaultThreads();
  if (threads > 1)
    pool = ThreadPool::get(threads);
  services.parallel_for = parallelFor;
  services.index_fault = indexFault;
  services.kernel_begin = options.profile ? kernelBegin : nullptr;
  services.kernel_end = options.profile ? kernelEnd : nullptr;
  services.state = this;
  if (options.profile && options.trace > 0) {
    trace = std::make_unique<Trace>(size_t(std::min<int64_t>(options.trace, 1 << 24)));
    traceStart = now();
    services.parallel_for = parallelForTraced;
  }
  if (options.profile) {
    kernels.resize(model.getMetadata().kernels.size());
    callsBefore.resize(kernels.size());
  }
  size_t numSymbols = 0, numDims = 0, numInputs = 0, numOutputs = 0;
  for (const Entry &entry : model.getMetadata().entries) {
    numSymbols = std::max(numSymbols, entry.symbols.size());
    numDims = std::max(numDims, entry.outputRanks);
    numInputs = std::max(numInputs, entry.inputs.size());
    numOutputs = std::max(numOutputs, entry.outputs.size());
  }
  for (const Entry &entry : model.getMetadata().entries)
    pieces.emplace_back(entry);
  // One more than needed, so that data() is never null.
  symbols.resize(numSymbols + 1);
  pieceSymbols.resize(numSymbols + 1);
  dims.resize(numDims + 1);
  inputPointers.resize(numInputs + 1);
  inputBytes.resize(numInputs + 1);
  outputPointers.resize(numOutputs + 1);
  outputBytes.resize(numOutputs + 1);
  model.retain();
}

mambac_state::~mambac_state() {
  pool.reset();
  model.release();
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

mambac_status mambac_state::shapes(int32_t index, const int64_t *values, int64_t *inputDims, int64_t *outputDims,
                                   int64_t *scratchBytes) {
  const Entry *entry = findEntry(index);
  if (!entry)
    return MAMBAC_INVALID_ARGUMENT;
  if (!values && !entry->symbols.empty())
    return error.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the symbols of %s", entry->name.c_str());
  if (mambac_status status = checkSymbols(*entry, values))
    return status;
  if (inputDims)
    for (const Value &input : entry->inputs)
      for (const Dim &dim : input.dims) {
        int64_t size = dim.constant;
        if (dim.symbol >= 0 && (__builtin_mul_overflow(values[dim.symbol], dim.mul, &size) ||
                                __builtin_add_overflow(size, dim.add, &size) || size < 0))
          return error.set(MAMBAC_INVALID_ARGUMENT, "input %s of %s has no such size for %s = %" PRId64,
                           input.name.c_str(), entry->name.c_str(), entry->symbols[size_t(dim.symbol)].name.c_str(),
                           values[dim.symbol]);
        *inputDims++ = size;
      }
  const MambacEntry &code = model.getCode(size_t(index));
  if (outputDims)
    code.output_shapes(values, outputDims);
  if (scratchBytes) {
    const PieceLayout &layout = pieces[size_t(index)];
    if (!entry->symbols.empty())
      memcpy(pieceSymbols.data(), values, entry->symbols.size() * sizeof(int64_t));
    if (!entry->symbols.empty() && layout.cuts(values))
      layout.shrink(pieceSymbols.data());
    *scratchBytes = code.arena_bytes(pieceSymbols.data());
    if (*scratchBytes < 0)
      return error.set(MAMBAC_OUT_OF_MEMORY, "%s needs more scratch memory for these sizes than can be addressed",
                       entry->name.c_str());
  }
  return MAMBAC_OK;
}

mambac_status mambac_state::reportFault(const Entry &entry) {
  if (faultInput >= 0 && size_t(faultInput) < entry.inputs.size())
    return error.set(MAMBAC_INDEX_OUT_OF_RANGE,
                     "%s holds %" PRId64 " at a place where indices must be in [0, %" PRId64 ")",
                     entry.inputs[size_t(faultInput)].name.c_str(), faultValue, faultLimit);
  return error.set(MAMBAC_INDEX_OUT_OF_RANGE,
                   "%s computed the index %" PRId64 " at a place where indices must be in [0, %" PRId64 ")",
                   entry.name.c_str(), faultValue, faultLimit);
}

mambac_status mambac_state::check(int32_t index, const mambac_tensor *inputs, int32_t numInputs,
                                  const mambac_tensor *outputs, int32_t numOutputs) {
  int64_t *values = symbols.data();
  if (mambac_status status = bind(index, inputs, numInputs, values, /*partly=*/false))
    return status;
  const Entry &entry = *findEntry(index);
  if (mambac_status status = shapes(index, values, nullptr, dims.data(), nullptr))
    return status;
  if (mambac_status status = checkOutputs(entry, outputs, numOutputs))
    return status;
  for (int32_t i = 0; i < numInputs; ++i)
    if (mambac_status status = checkData(entry.name.c_str(), "input", entry.inputs[size_t(i)], inputs[i],
                                         inputPointers[size_t(i)], inputBytes[size_t(i)], error))
      return status;
  for (int32_t i = 0; i < numOutputs; ++i)
    if (mambac_status status = checkData(entry.name.c_str(), "output", entry.outputs[size_t(i)], outputs[i],
                                         outputPointers[size_t(i)], outputBytes[size_t(i)], error))
      return status;
  if (mambac_status status = checkOverlap(entry))
    return status;
  for (size_t i = 0; i < entry.inputs.size(); ++i)
    if (mambac_status status = checkIndices(entry.inputs[i], inputPointers[i], inputBytes[i], error))
      return status;
  return MAMBAC_OK;
}

mambac_status mambac_state::reserve(int32_t index) {
  int64_t scratchBytes = 0;
  if (mambac_status status = shapes(index, symbols.data(), nullptr, nullptr, &scratchBytes))
    return status;
  scratch = arena.reserve(size_t(scratchBytes));
  if (!scratch)
    return error.set(MAMBAC_OUT_OF_MEMORY,
                     "no memory for the %" PRId64 " bytes of scratch that %s needs for these sizes", scratchBytes,
                     findEntry(index)->name.c_str());
  return MAMBAC_OK;
}

mambac_status mambac_state::prepare(int32_t index, const mambac_tensor *inputs, int32_t numInputs,
                                    const mambac_tensor *outputs, int32_t numOutputs) {
  if (mambac_status status = check(index, inputs, numInputs, outputs, numOutputs))
    return status;
  return reserve(index);
}

mambac_status mambac_state::run(int32_t index, const mambac_tensor *inputs, int32_t numInputs,
                                const mambac_tensor *outputs, int32_t numOutputs) {
  if (mambac_status status = check(index, inputs, numInputs, outputs, numOutputs))
    return status;
  if (mambac_status status = checkCapacity(*findEntry(index), inputs))
    return status;
  const PieceLayout &layout = pieces[size_t(index)];
  if (layout.cuts(symbols.data()) && inputBytes[size_t(layout.text)])
    return runInPieces(index, layout, inputs, numInputs, outputs);
  if (mambac_status status = reserve(index))
    return status;
  return execute(index);
}

mambac_status mambac_state::execute(int32_t index) {
  const Entry &entry = *findEntry(index);
  const int64_t *values = symbols.data();
  for (size_t i = 0; i < kernels.size(); ++i)
    callsBefore[i] = kernels[i].calls;
  faulted = false;
  MambacCall call = {&services, inputPointers.data(), outputPointers.data(), values, scratch, model.getWeights()};
  {
    FloatingPointGuard guard;
    model.getCode(size_t(index)).run(&call);
    // What kernels wrote past the caches (ProductABI.h) is in its place before the caller tells anybody.
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  const std::vector<Kernel> &names = model.getMetadata().kernels;
  for (size_t i = 0; i < kernels.size(); ++i)
    if (int64_t calls = kernels[i].calls - callsBefore[i]) {
      kernels[i].flops += double(calls) * evaluate(names[i].flops, entry, values);
      kernels[i].bytes += double(calls) * evaluate(names[i].bytes, entry, values);
    }
  return faulted ? reportFault(entry) : MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// Profile
//===----------------------------------------------------------------------===//

mambac_status mambac_state::getProfileRow(int32_t kernel, mambac_profile_row &row) const {
  if (kernel < 0 || size_t(kernel) >= kernels.size())
    return MAMBAC_INVALID_ARGUMENT;
  const Kernel &names = model.getMetadata().kernels[size_t(kernel)];
  const KernelTimes &times = kernels[size_t(kernel)];
  row = {names.name.c_str(), names.module.c_str(), names.kind.c_str(), times.calls, double(times.nanoseconds) * 1e-9,
         times.flops,        times.bytes};
  return MAMBAC_OK;
}

void mambac_state::resetProfile() {
  std::fill(kernels.begin(), kernels.end(), KernelTimes());
  if (trace)
    trace->clear();
}
