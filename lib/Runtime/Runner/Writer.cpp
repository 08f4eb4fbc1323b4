//===- Writer.cpp - A text that a model writes --------------------------------------------------------------------===//
//
// See Writer.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Writer.h"

using namespace mambac::runner;

void Writer::give(const std::vector<int64_t> &given) {
  for (int64_t token : given) {
    tokens.push_back(token);
    sampler.note(token);
    decoder->push(token);
  }
}

void Writer::begin() {
  stream = TextStream(options.stops);
  count = 0;
  done = ended = false;
}

std::string Writer::draw(std::vector<double> &logits) {
  // A table may have more rows than there are tokens of bytes.
  if (int64_t(logits.size()) > codec.getLimit())
    logits.resize(size_t(codec.getLimit()));
  int64_t token = sampler.sample(logits);
  tokens.push_back(token);
  sampler.note(token);
  ++count;
  ended = !options.ignoreEnd && codec.isEnd(token);
  std::string shown = ended ? decoder->finish() : decoder->push(token);
  shown = stream.push(shown);
  done = ended || stream.isStopped() || count >= options.tokens;
  if (done && !stream.isStopped()) {
    std::string rest = ended ? std::string() : decoder->finish();
    shown += stream.push(rest);
    shown += stream.finish();
  }
  return shown;
}

void Writer::forget() {
  sampler.forget();
  decoder = codec.decode();
  tokens.clear();
  begin();
}
