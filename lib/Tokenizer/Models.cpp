//===- Models.cpp - Pieces to ids ---------------------------------------------------------------------------------===//
//
// Byte pair encoding: the characters of a piece, of which pairs merge, those of the smallest rank first and of these the
// leftmost. Unigram: the sequence of tokens with the largest sum of scores.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Pipeline.h"
#include "lib/Tokenizer/Utf8.h"

#include <queue>

using namespace mambac::tokenizer;

static bool failUnknown(std::string_view text, std::string &error) {
  error = "the tokenizer has no token for " + std::string(text) + ", and none for what it does not know";
  return false;
}

/// Appends the tokens of the bytes; false if there is none for one of them.
static bool appendBytes(const Pipeline &pipeline, std::string_view text, std::vector<int32_t> &ids) {
  for (char c : text)
    if (pipeline.byteTokens[static_cast<unsigned char>(c)] < 0)
      return false;
  for (char c : text)
    ids.push_back(pipeline.byteTokens[static_cast<unsigned char>(c)]);
  return true;
}

//===----------------------------------------------------------------------===//
// Byte pair encoding
//===----------------------------------------------------------------------===//

/// The ids of a word's characters.
static bool readCharacters(const Pipeline &pipeline, std::string_view word, std::vector<int32_t> &ids, std::string &error) {
  const Table &table = pipeline.table;
  bool unknown = false; // One waits to be put, so that those that follow it may join.
  auto put = [&] {
    if (unknown)
      ids.push_back(table.unk);
    unknown = false;
  };
  for (size_t place = 0; place < word.size();) {
    size_t begin = place;
    place += getCharacterSize(static_cast<unsigned char>(word[place]));
    std::string character = (begin > 0 ? table.prefix : "") + std::string(word.substr(begin, place - begin));
    if (place == word.size())
      character += table.suffix;
    if (int32_t id = table.find(character); id >= 0) {
      put();
      ids.push_back(id);
      continue;
    }
    if (table.byteFallback && appendBytes(pipeline, character, ids))
      continue;
    if (table.unk == -2)
      return failUnknown(character, error);
    if (table.unk < 0)
      continue;
    if (!table.fuseUnk)
      put();
    unknown = true;
  }
  put();
  return true;
}

namespace {

/// A word of which neighbours merge; those that are gone have no id.
class Word {
public:
  Word(const Table &table, const std::vector<int32_t> &ids) : table(table) {
    for (size_t i = 0; i < ids.size(); ++i)
      symbols.push_back({ids[i], int32_t(i) - 1, i + 1 < ids.size() ? int32_t(i) + 1 : -1});
  }

  void mergeAll() {
    for (size_t i = 0; i + 1 < symbols.size(); ++i)
      propose(int32_t(i));
    while (!queue.empty()) {
      Candidate best = queue.top();
      queue.pop();
      Symbol &left = symbols[size_t(best.place)];
      Merge merge;
      // What is proposed may have merged otherwise since.
      if (left.id < 0 || left.next < 0 ||
          !table.findMerge(uint32_t(left.id), uint32_t(symbols[size_t(left.next)].id), merge) || merge.result != best.result)
        continue;
      Symbol &right = symbols[size_t(left.next)];
      left.id = int32_t(merge.result);
      left.next = right.next;
      right.id = -1;
      if (left.next >= 0)
        symbols[size_t(left.next)].previous = best.place;
      if (left.previous >= 0)
        propose(left.previous);
      if (left.next >= 0)
        propose(best.place);
    }
  }

  void append(std::vector<int32_t> &ids) const {
    for (const Symbol &symbol : symbols)
      if (symbol.id >= 0)
        ids.push_back(symbol.id);
  }

private:
  struct Symbol {
    int32_t id, previous, next;
  };
  struct Candidate {
    uint32_t rank;
    int32_t place;
    uint32_t result;
    bool operator<(const Candidate &other) const {
      return rank != other.rank ? rank > other.rank : place > other.place;
    }
  };

  void propose(int32_t place) {
    const Symbol &left = symbols[size_t(place)];
    Merge merge;
    if (table.findMerge(uint32_t(left.id), uint32_t(symbols[size_t(left.next)].id), merge))
      queue.push({merge.rank, place, merge.result});
  }

  const Table &table;
  std::vector<Symbol> symbols;
  std::priority_queue<Candidate> queue;
};

} // namespace

bool mambac::tokenizer::encodeBpe(const Pipeline &pipeline, std::string_view word, std::vector<int32_t> &ids,
                                  std::string &error) {
  if (pipeline.table.ignoreMerges)
    if (int32_t id = pipeline.table.find(word); id >= 0) {
      ids.push_back(id);
      return true;
    }
  std::vector<int32_t> characters;
  if (!readCharacters(pipeline, word, characters, error))
    return false;
  Word merged(pipeline.table, characters);
  merged.mergeAll();
  merged.append(ids);
  return true;
}

//===----------------------------------------------------------------------===//
// Unigram
//===----------------------------------------------------------------------===//

/// Calls `visit(id, length)` for each token that the text begins with, shortest first.
template <typename Visit> static void forEachPrefix(const Table &table, std::string_view text, Visit visit) {
  size_t low = 0, high = table.order.size();
  for (size_t length = 1; length <= text.size() && low < high; ++length) {
    // The tokens between low and high begin with length - 1 bytes of the text; narrow them to those with one more.
    unsigned char byte = static_cast<unsigned char>(text[length - 1]);
    auto bound = [&](bool behind) {
      size_t from = low, to = high;
      while (from < to) {
        size_t middle = from + (to - from) / 2;
        std::string_view token = table.getToken(table.order[middle]);
        int key = token.size() < length ? -1 : int(static_cast<unsigned char>(token[length - 1]));
        (behind ? key <= byte : key < byte) ? from = middle + 1 : to = middle;
      }
      return from;
    };
    size_t first = bound(false);
    high = bound(true);
    low = first;
    if (low < high && table.getToken(table.order[low]).size() == length)
      visit(int32_t(table.order[low]), length);
  }
}

bool mambac::tokenizer::encodeUnigram(const Pipeline &pipeline, std::string_view word, std::vector<int32_t> &ids,
                                      std::string &error) {
  struct Node {
    double score = 0;
    size_t begin = size_t(-1);
    int32_t id = -1;
  };
  const Table &table = pipeline.table;
  std::vector<Node> ends(word.size() + 1); // The best way to each place.
  for (size_t at = 0; at < word.size();) {
    size_t size = getCharacterSize(static_cast<unsigned char>(word[at]));
    auto offer = [&](double score, size_t length, int32_t id) {
      Node &node = ends[at + length];
      if (node.begin == size_t(-1) || ends[at].score + score > node.score)
        node = {ends[at].score + score, at, id};
    };
    bool single = false;
    forEachPrefix(table, word.substr(at), [&](int32_t id, size_t length) {
      offer(table.scores[size_t(id)], length, id);
      single |= length == size;
    });
    if (!single) {
      if (table.unk < 0)
        return failUnknown(word.substr(at, size), error);
      offer(pipeline.unknownScore, size, table.unk);
    }
    at += size;
  }
  // From the end: unknown characters side by side are one.
  size_t end = word.size();
  std::vector<std::pair<size_t, size_t>> ranges;
  bool unknown = false;
  while (end > 0) {
    const Node &node = ends[end];
    bool fuses = table.fuseUnk && table.unk >= 0 && node.id == table.unk;
    if (fuses && unknown)
      ranges.back().first = node.begin;
    else
      ranges.emplace_back(node.begin, end);
    unknown = fuses;
    end = node.begin;
  }
  for (size_t i = ranges.size(); i-- > 0;) {
    std::string_view text = word.substr(ranges[i].first, ranges[i].second - ranges[i].first);
    int32_t id = table.find(text);
    if (id < 0 && table.byteFallback && appendBytes(pipeline, text, ids))
      continue;
    if (id < 0 && table.unk < 0)
      return failUnknown(text, error);
    ids.push_back(id >= 0 ? id : table.unk);
  }
  return true;
}
