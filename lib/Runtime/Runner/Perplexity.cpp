//===- Perplexity.cpp - How well a model foresees a text ----------------------------------------------------------===//
//
// --perplexity: exp of the mean of -log p(token | all tokens before it), over all tokens of a file but the first, which is
// given. The text is read in chunks with the logits of all positions; sums are in double precision.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Clock.h"
#include "lib/Runtime/Runner/Codec.h"
#include "lib/Runtime/Runner/Files.h"
#include "lib/Runtime/Runner/Reports.h"
#include "lib/Runtime/Runner/TextModel.h"

#include <algorithm>
#include <cmath>

using namespace mambac::runner;

/// -log of the probability of a token.
static double measureSurprise(const std::vector<double> &logits, int64_t token) {
  double largest = *std::max_element(logits.begin(), logits.end()), sum = 0;
  for (double logit : logits)
    sum += std::exp(logit - largest);
  return std::log(sum) + largest - logits[size_t(token)];
}

void mambac::runner::measurePerplexity(Session &session, const Options &options) {
  const TextOptions &text = options.text;
  std::string content = readWholeFile(text.perplexity);
  std::unique_ptr<TextModel> model = TextModel::make(session, 1, text.capacity);
  Codec codec(session.getModel(), model->getWidth());
  std::vector<int64_t> tokens = codec.encode(content, true, text.perplexity);
  if (tokens.size() < 2)
    throw BadInput("--perplexity needs a text of at least two tokens, and " + text.perplexity + " has " +
                   std::to_string(tokens.size()));
  for (int64_t token : tokens)
    if (token >= model->getWidth())
      throw BadInput("the model has no logit for token " + std::to_string(token) + " of the text");
  if (!text.capacity && model->hasState())
    model = TextModel::make(session, 1, int64_t(tokens.size()));
  int32_t slot = model->add();
  double sum = 0;
  std::vector<std::vector<double>> logits;
  Clock clock;
  // The last token is only foreseen.
  for (size_t at = 0, end, size = tokens.size() - 1; at < size; at = end) {
    end = std::min(size, at + size_t(model->getChunk()));
    model->readAll(slot, {tokens.begin() + ptrdiff_t(at), tokens.begin() + ptrdiff_t(end)}, logits);
    for (size_t i = at; i < end; ++i)
      sum += measureSurprise(logits[i - at], tokens[i + 1]);
  }
  size_t count = tokens.size() - 1;
  fprintf(stderr, "prefill %s; %d threads\n", describeSpeed(count, clock.lap()).c_str(),
          mambac_state_threads(session.getState()));
  printf("%zu tokens, %.6f bits a byte, perplexity %.9g\n", count, sum / std::log(2.0) / double(content.size()),
         std::exp(sum / double(count)));
}
