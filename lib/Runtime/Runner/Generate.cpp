//===- Generate.cpp - Text from a language model of bytes ---------------------------------------------------------===//
//
// Continues a text with a model that maps ids (1, length) to logits (1, length, 256). One with a state (StatefulModel.h)
// reads the text once, then token by token. One without runs the whole text again in each step: lengths that the entry
// does not take are padded at the end, which a causal model does not see; a text longer than the entry takes slides.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Reports.h"
#include "lib/Runtime/Runner/StatefulModel.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

using namespace mambac::runner;

namespace {

/// The number of a next token, from its row of logits.
class Sampler {
public:
  explicit Sampler(const Options &options) : options(options), random(options.seed) {}

  /// `first`: where the row begins.
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

private:
  const Options &options;
  Random random;
};

/// Without a state: what `step` needs is the text.
class Generator {
public:
  explicit Generator(Session &session) : session(session), entry(session.getEntry()) { findValues(); }

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

public:
  /// The logits behind a text; `first` is set to where their row begins.
  const Tensor &run(const std::string &text, int64_t &first) {
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
    first = (output.shape[1] == 1 ? 0 : used - 1) * output.shape[2];
    return output;
  }

private:
  Session &session;
  const mambac_entry_info &entry;
  int32_t ids = -1, logits = -1;
};

/// Seconds since the last call.
class Clock {
public:
  double lap() {
    auto now = std::chrono::steady_clock::now();
    double seconds = std::chrono::duration<double>(now - last).count();
    last = now;
    return std::max(seconds, 1e-9);
  }

private:
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
};

void putPrompt(const Options &options) {
  fwrite(options.prompt.data(), 1, options.prompt.size(), stdout);
  fflush(stdout);
}

void put(char next) {
  fputc(next, stdout);
  fflush(stdout);
}

/// The text once more, read from its beginning for each token; throws if it is another one.
double recompute(StatefulModel &model, const Options &options, const std::vector<int64_t> &expected) {
  Sampler sampler(options);
  std::vector<int64_t> tokens(expected.begin(), expected.begin() + ptrdiff_t(options.prompt.size()));
  Clock clock;
  while (tokens.size() < expected.size()) {
    model.reset();
    const Tensor &logits = model.run(tokens);
    tokens.push_back(sampler.sample(logits, logits.countElements() - model.vocabulary()));
  }
  if (tokens != expected)
    throw BadInput("reading the text from its beginning gives another one than going on from the state: two tokens were as "
                   "likely but for rounding, or the model's state is not all that it remembers");
  return clock.lap();
}

void generateWithState(Session &session, const Options &options) {
  StatefulModel model(session);
  if (model.vocabulary() < 256 || model.vocabulary() > 512)
    throw BadInput("--generate needs a model of bytes; this one has " + std::to_string(model.vocabulary()) +
                   " logits a position, not 256");
  Sampler sampler(options);
  putPrompt(options);
  Clock clock;
  std::vector<int64_t> tokens;
  for (unsigned char byte : options.prompt)
    tokens.push_back(byte);
  const Tensor *logits = &model.run(tokens);
  double prefill = clock.lap();
  for (int i = 0; i < options.tokens; ++i) {
    if (i > 0)
      logits = &model.run({tokens.back()});
    tokens.push_back(sampler.sample(*logits, logits->countElements() - model.vocabulary()));
    put(char(tokens.back()));
  }
  double decode = clock.lap();
  put('\n');
  fprintf(stderr, "prefill %zu tokens in %.3f s: %.1f tokens/s; %d tokens in %.3f s: %.1f tokens/s on %d threads\n",
          options.prompt.size(), prefill, double(options.prompt.size()) / prefill, options.tokens, decode,
          options.tokens / decode, mambac_state_threads(session.getState()));
  if (options.recompute && options.tokens > 0) {
    double again = recompute(model, options, tokens);
    fprintf(stderr, "from the beginning for each token: %.3f s, %.1f times as long\n", again, again / (prefill + decode));
  }
}

void generateWithout(Session &session, const Options &options) {
  if (options.recompute)
    throw BadInput("--recompute compares with a model's state, and this model has none");
  Generator generator(session);
  Sampler sampler(options);
  putPrompt(options);
  Clock clock;
  std::string text = options.prompt;
  for (int i = 0; i < options.tokens; ++i) {
    int64_t first;
    const Tensor &logits = generator.run(text, first);
    text += char(sampler.sample(logits, first));
    put(text.back());
  }
  double seconds = clock.lap();
  put('\n');
  fprintf(stderr, "%d tokens in %.3f s: %.1f tokens/s on %d threads\n", options.tokens, seconds,
          options.tokens / seconds, mambac_state_threads(session.getState()));
}

} // namespace

void mambac::runner::generateText(Session &session, const Options &options) {
  if (options.prompt.empty())
    throw BadInput("--generate needs a text of at least one byte");
  bool stateful = StatefulModel::fits(session.getModel());
  stateful ? generateWithState(session, options) : generateWithout(session, options);
}
