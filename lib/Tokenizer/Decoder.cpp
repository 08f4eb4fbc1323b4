//===- Decoder.cpp - Token ids to text ----------------------------------------------------------------------------===//
//
// The decoder's steps, through which tokens go one by one; a step hands on what is decided and keeps the rest. Behind a
// step that makes one text of all tokens, steps see that text in parts.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Pipeline.h"
#include "lib/Tokenizer/Tokenizer.h"
#include "lib/Tokenizer/Unicode.h"
#include "lib/Tokenizer/Utf8.h"

using namespace mambac::tokenizer;

namespace {

/// What a step keeps between tokens.
struct Kept {
  std::string bytes;   ///< of UnmapBytes and BytesOfTokens: no characters yet; of StripChars: perhaps the end
  uint32_t passed = 0; ///< of UnmapMeta and JoinBySpaces: there was a token; of StripChars: removed at the beginning
  bool fused = false;  ///< what comes is parts of one text
  bool begun = false;  ///< of StripChars: the beginning is over
};

} // namespace

struct Decoder::State {
  const Pipeline &pipeline;
  bool skipSpecial;
  std::vector<Kept> kept;
  std::string out;

  void feed(size_t number, std::string token);
  void feedBytes(size_t number, bool atEnd);
  void flushBytes(size_t number);
  void strip(size_t number, std::string token);
};

Decoder::Decoder(const Tokenizer &tokenizer, bool skipSpecial)
    : state(new State{tokenizer.getPipeline(), skipSpecial, {}, {}}) {
  bool fused = false;
  for (const ReadyStep &ready : state->pipeline.decoders) {
    Kept kept;
    kept.fused = fused;
    state->kept.push_back(kept);
    fused |= ready.step->kind == StepKind::UnmapBytes || ready.step->kind == StepKind::Fuse;
  }
}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder &&) = default;

/// The byte that <0xNN> names, or -1.
static int readByteToken(std::string_view token) {
  if (token.size() != 6 || token.substr(0, 3) != "<0x" || token[5] != '>')
    return -1;
  int value = 0;
  for (char digit : token.substr(3, 2)) {
    if (!isxdigit(static_cast<unsigned char>(digit)))
      return -1;
    value = value * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
  }
  return value;
}

/// The bytes that a token's characters stand for; those of the token if one stands for none.
static std::string unmapBytes(std::string_view token) {
  std::string bytes;
  for (size_t place = 0; place < token.size();) {
    int byte = unmapByte(decodeCharacter(token, place));
    if (byte < 0)
      return std::string(token);
    bytes += char(byte);
  }
  return bytes;
}

void Decoder::State::feedBytes(size_t number, bool atEnd) {
  std::string valid;
  takeValid(kept[number].bytes, valid, atEnd);
  if (!valid.empty())
    feed(number + 1, std::move(valid));
}

/// A run of byte tokens is over: its characters, or U+FFFD for each byte if any is ill-formed.
void Decoder::State::flushBytes(size_t number) {
  std::string bytes;
  bytes.swap(kept[number].bytes);
  if (bytes.empty())
    return;
  size_t place;
  if (isUtf8(bytes, place))
    return feed(number + 1, std::move(bytes));
  for (size_t i = 0; i < bytes.size(); ++i)
    feed(number + 1, "\xef\xbf\xbd");
}

void Decoder::State::strip(size_t number, std::string token) {
  const Step &step = *pipeline.decoders[number].step;
  const std::string &character = step.text;
  uint32_t atBegin = step.number & 0xffff, atEnd = step.number >> 16;
  Kept &here = kept[number];
  auto begins = [&] { return !token.empty() && token.compare(0, character.size(), character) == 0; };
  while (!here.begun && here.passed < atBegin && begins()) {
    token.erase(0, character.size());
    ++here.passed;
  }
  here.begun |= !token.empty();
  // As many as may be removed at the end are kept back.
  token.insert(0, here.bytes);
  here.bytes.clear();
  for (uint32_t i = 0; i < atEnd && token.size() >= character.size(); ++i) {
    if (token.compare(token.size() - character.size(), character.size(), character) != 0)
      break;
    here.bytes += character;
    token.resize(token.size() - character.size());
  }
  if (!here.fused) // This token is all: what follows is another one.
    here = Kept();
  feed(number + 1, std::move(token));
}

void Decoder::State::feed(size_t number, std::string token) {
  if (number == kept.size()) {
    out += token;
    return;
  }
  const ReadyStep &ready = pipeline.decoders[number];
  const Step &step = *ready.step;
  Kept &here = kept[number];
  switch (step.kind) {
  case StepKind::UnmapBytes:
    here.bytes += unmapBytes(token);
    return feedBytes(number, false);
  case StepKind::BytesOfTokens:
    if (int byte = readByteToken(token); byte >= 0) {
      here.bytes += char(byte);
      return;
    }
    flushBytes(number);
    break;
  case StepKind::ReplaceInToken: {
    std::string error;
    replaceAll(ready.regex, step.other, token, error);
    break;
  }
  case StepKind::StripChars:
    return strip(number, std::move(token));
  case StepKind::UnmapMeta: {
    std::string result;
    for (size_t place = 0; place < token.size();) {
      if (token.compare(place, step.text.size(), step.text) == 0) {
        result += here.passed || !step.flag ? " " : "";
        place += step.text.size();
      } else {
        result += token[place++];
      }
    }
    here.passed = 1;
    token = std::move(result);
    break;
  }
  case StepKind::JoinBySpaces:
    token.insert(0, here.passed ? " " : "");
    here.passed = 1;
    break;
  default: // Fuse
    break;
  }
  feed(number + 1, std::move(token));
}

std::string Decoder::push(int32_t id) {
  state->out.clear();
  const Pipeline &pipeline = state->pipeline;
  auto added = pipeline.added.find(id);
  if (added != pipeline.added.end()) {
    if (!state->skipSpecial || !added->second->special)
      state->feed(0, added->second->content);
  } else if (id >= 0 && size_t(id) < pipeline.table.countTokens()) {
    state->feed(0, std::string(pipeline.table.getToken(size_t(id))));
  }
  return std::move(state->out);
}

std::string Decoder::finish() {
  state->out.clear();
  for (size_t i = 0; i < state->kept.size(); ++i) {
    if (state->pipeline.decoders[i].step->kind == StepKind::UnmapBytes)
      state->feedBytes(i, true);
    else if (state->pipeline.decoders[i].step->kind == StepKind::BytesOfTokens)
      state->flushBytes(i);
  }
  return std::move(state->out);
}
