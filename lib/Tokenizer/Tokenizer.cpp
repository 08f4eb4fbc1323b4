//===- Tokenizer.cpp - Text to token ids --------------------------------------------------------------------------===//
//
// See Tokenizer.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Tokenizer.h"
#include "lib/Tokenizer/Pipeline.h"
#include "lib/Tokenizer/Utf8.h"

#include <algorithm>
#include <cstdio>

using namespace mambac::tokenizer;

Tokenizer::Tokenizer() : pipeline(std::make_unique<Pipeline>()) {}
Tokenizer::~Tokenizer() = default;

std::unique_ptr<Tokenizer> Tokenizer::open(std::string_view bytes, std::string &error) {
  std::unique_ptr<Tokenizer> tokenizer(new Tokenizer);
  Pipeline &pipeline = *tokenizer->pipeline;
  Table &table = pipeline.table;
  if (!readTable(bytes, table, error) || !makeReady(table.normalizers, pipeline.normalizers, error) ||
      !makeReady(table.preTokenizers, pipeline.preTokenizers, error) || !makeReady(table.decoders, pipeline.decoders, error))
    return nullptr;
  for (const AddedToken &token : table.added) {
    pipeline.added[token.id] = &token;
    std::string content = token.content;
    if (token.normalized && !normalizeText(pipeline.normalizers, content, error))
      return nullptr;
    (token.normalized ? pipeline.normalized : pipeline.raw).add(std::move(content), token);
  }
  for (int byte = 0; byte < 256; ++byte) {
    char name[8];
    snprintf(name, sizeof name, "<0x%02X>", unsigned(byte));
    pipeline.byteTokens[byte] = table.byteFallback ? table.find(name) : -1;
  }
  for (size_t i = 0; i < table.scores.size(); ++i)
    pipeline.unknownScore = i ? std::min(pipeline.unknownScore, table.scores[i]) : table.scores[i];
  pipeline.unknownScore -= 10;
  return tokenizer;
}

bool Tokenizer::encode(std::string_view text, bool addSpecial, std::vector<int32_t> &ids, std::string &error) const {
  const Table &table = pipeline->table;
  size_t place;
  if (!isUtf8(text, place)) {
    error = "the text is not UTF-8: byte " + std::to_string(place) + " begins no character";
    return false;
  }
  ids.clear();
  if (addSpecial)
    ids = table.before;
  for (Piece &piece : pipeline->raw.cut({std::string(text), true, -1})) {
    std::vector<Piece> pieces;
    if (piece.id >= 0) {
      pieces.push_back(std::move(piece));
    } else {
      if (!normalizeText(pipeline->normalizers, piece.text, error))
        return false;
      pieces = pipeline->normalized.cut(std::move(piece));
    }
    if (!splitPieces(pipeline->preTokenizers, pieces, error))
      return false;
    for (const Piece &part : pieces) {
      if (part.id >= 0)
        ids.push_back(part.id);
      else if (!(table.model == ModelKind::Bpe ? encodeBpe : encodeUnigram)(*pipeline, part.text, ids, error))
        return false;
    }
  }
  if (addSpecial)
    ids.insert(ids.end(), table.after.begin(), table.after.end());
  return true;
}

int32_t Tokenizer::getVocabularySize() const {
  int32_t size = int32_t(pipeline->table.countTokens());
  for (const AddedToken &token : pipeline->table.added)
    size = std::max(size, token.id + 1);
  for (const std::vector<int32_t> *ids : {&pipeline->table.before, &pipeline->table.after})
    for (int32_t id : *ids)
      size = std::max(size, id + 1);
  return size;
}

int32_t Tokenizer::getBos() const { return pipeline->table.bos; }
int32_t Tokenizer::getEos() const { return pipeline->table.eos; }

int32_t Tokenizer::findToken(std::string_view content) const {
  for (const AddedToken &token : pipeline->table.added)
    if (token.content == content)
      return token.id;
  return pipeline->table.find(content);
}
