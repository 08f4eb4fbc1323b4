//===- Writer.h - A text that a model writes ----------------------------------------------------------*- C++ -*-===//
//
// One text: its tokens, the draw of the next one, and what of it may be shown. Texts end with a token that ends one, at a
// stop string, or when they are long enough.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_WRITER_H
#define MAMBAC_LIB_RUNTIME_RUNNER_WRITER_H

#include "lib/Runtime/Runner/Codec.h"
#include "lib/Runtime/Runner/Options.h"
#include "lib/Runtime/Runner/TextStream.h"

namespace mambac::runner {

class Writer {
public:
  Writer(const Codec &codec, const TextOptions &options, uint64_t seed)
      : codec(codec), options(options), sampler(options.sampler, seed), decoder(codec.decode()), stream(options.stops) {}

  /// Tokens that the model was given: they count for the penalty, and their text is not shown.
  void give(const std::vector<int64_t> &tokens);
  /// Begins what the model writes next: a new length and a new search for stop strings.
  void begin();
  /// Draws a token; returns what may be shown. What ends a text is drawn, too, and not shown.
  std::string draw(std::vector<double> &logits);
  /// Forgets the text, not the place in the random numbers.
  void forget();

  bool isDone() const { return done; }
  /// Whether the last token was one that ends a text.
  bool isEnded() const { return ended; }
  /// All tokens, given and drawn.
  const std::vector<int64_t> &getTokens() const { return tokens; }
  /// How many were drawn since begin().
  int getCount() const { return count; }

private:
  const Codec &codec;
  const TextOptions &options;
  Sampler sampler;
  std::unique_ptr<TextDecoder> decoder;
  TextStream stream;
  std::vector<int64_t> tokens;
  int count = 0;
  bool done = false, ended = false;
};

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_WRITER_H
