//===- Generate.cpp - Text from a language model of bytes ---------------------------------------------------------===//
//
// Continues a text with an entry point that maps ids (1, length) to logits (1, length, 256). Each step runs the whole
// text again: a model exported with its state as tensors needs another loop, which is not here. Lengths that the entry
// does not take are padded at the end, which a causal model does not see; a text longer than the entry takes slides.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Reports.h"

#include <algorithm>
#include <chrono>
#include <cmath>

using namespace mambac::runner;

namespace {

class Generator {
public:
  Generator(Session &session, const Options &options)
      : session(session), options(options), random(options.seed), entry(session.getEntry()) {
    findValues();
  }

  void run() {
    std::string text = options.prompt;
    if (text.empty())
      throw BadInput("--generate needs a text of at least one byte");
    fwrite(text.data(), 1, text.size(), stdout);
    fflush(stdout);
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < options.tokens; ++i) {
      char next = char(step(text));
      text += next;
      fputc(next, stdout);
      fflush(stdout);
    }
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fputc('\n', stdout);
    fflush(stdout);
    fprintf(stderr, "%d tokens in %.3f s: %.1f tokens/s on %d threads\n", options.tokens, seconds,
            double(options.tokens) / std::max(seconds, 1e-9), mambac_state_threads(session.getState()));
  }

private:
  void findValues() {
    for (int32_t i = 0; i < entry.num_inputs; ++i)
      if (entry.inputs[i].dtype.code == MAMBAC_INT && entry.inputs[i].rank == 2)
        ids = ids < 0 ? i : ids;
    for (int32_t i = entry.num_outputs; i-- > 0;)
      if (entry.outputs[i].rank == 3 && entry.outputs[i].dims[2] >= 256 && entry.outputs[i].dims[2] <= 512)
        logits = i;
    if (ids < 0 || logits < 0 || entry.num_inputs != 1)
      throw BadInput("--generate needs a model of bytes: one input of integer ids (1, length), and logits (1, length, 256) "
                     "as an output; see --list");
  }

  bool takes(int64_t length) {
    int64_t shape[] = {1, length};
    mambac_tensor tensor = {nullptr, {MAMBAC_DEVICE_CPU, 0}, 2, entry.inputs[ids].dtype, shape, nullptr, 0};
    std::vector<int64_t> symbols(size_t(entry.num_symbols) + 1);
    return mambac_bind(session.getState(), mambac_find_entry(session.getModel(), entry.name), &tensor, 1,
                       symbols.data()) == MAMBAC_OK;
  }

  /// The length to run for a text of `wanted` bytes: the next that the entry takes, or else the one before.
  int64_t fitLength(int64_t wanted) {
    for (int64_t length = wanted; length < wanted + 8192; ++length)
      if (takes(length))
        return length;
    for (int64_t length = wanted; length > 0; --length)
      if (takes(length))
        return length;
    throw BadInput("--generate needs an entry point that takes ids of shape (1, length): " +
                   std::string(mambac_state_error(session.getState())));
  }

  int step(const std::string &text) {
    int64_t length = fitLength(int64_t(text.size()));
    int64_t used = std::min(length, int64_t(text.size()));
    if (session.inputs[0].shape != std::vector<int64_t>{1, length}) {
      session.inputs[0].allocate(entry.inputs[ids].dtype, {1, length});
      session.allocateOutputs();
    }
    for (int64_t i = 0; i < length; ++i)
      session.inputs[0].set(i, i < used ? double((unsigned char)text[text.size() - size_t(used - i)]) : 0.0);
    session.run();
    const Tensor &output = session.outputs[size_t(logits)];
    if (output.shape[1] != length && output.shape[1] != 1)
      throw BadInput("--generate needs logits for every position; this model gives " + describeShape(output.shape));
    int64_t row = output.shape[1] == 1 ? 0 : used - 1;
    return sample(output, row * output.shape[2]);
  }

  int sample(const Tensor &output, int64_t first) {
    int best = 0;
    for (int i = 1; i < 256; ++i)
      if (output.get(first + i) > output.get(first + best))
        best = i;
    if (options.temperature <= 0)
      return best;
    double weights[256], sum = 0, largest = output.get(first + best);
    for (int i = 0; i < 256; ++i)
      sum += weights[i] = std::exp((output.get(first + i) - largest) / options.temperature);
    double point = random.uniform() * sum;
    for (int i = 0; i < 256; ++i)
      if ((point -= weights[i]) < 0)
        return i;
    return best;
  }

  Session &session;
  const Options &options;
  Random random;
  const mambac_entry_info &entry;
  int32_t ids = -1, logits = -1;
};

} // namespace

void mambac::runner::generateText(Session &session, const Options &options) { Generator(session, options).run(); }
