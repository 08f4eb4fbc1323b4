//===- Steps.cpp - Normalizing and splitting ----------------------------------------------------------------------===//
//
// What the steps of Table.h do with a text.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Pipeline.h"
#include "lib/Tokenizer/Unicode.h"
#include "lib/Tokenizer/Utf8.h"

#include <algorithm>

using namespace mambac::tokenizer;

bool mambac::tokenizer::hasPattern(StepKind kind) {
  return kind == StepKind::ReplaceAll || kind == StepKind::Split || kind == StepKind::ReplaceInToken;
}

bool mambac::tokenizer::makeReady(const std::vector<Step> &steps, std::vector<ReadyStep> &ready, std::string &error) {
  for (const Step &step : steps) {
    ready.push_back({&step, Regex()});
    if (hasPattern(step.kind) && !ready.back().regex.compile(step.text, error))
      return false;
  }
  return true;
}

std::string mambac::tokenizer::mapBytes(std::string_view text) {
  std::string mapped;
  for (char c : text)
    appendCharacter(mapped, mapByte(static_cast<unsigned char>(c)));
  return mapped;
}

static bool failMatch(std::string &error) {
  error = "a regular expression of the tokenizer takes too many steps on this text";
  return false;
}

/// Calls `visit(begin, end)` for each match, from left to right.
template <typename Visit>
static bool forEachMatch(const Regex &regex, std::string_view text, std::string &error, Visit visit) {
  for (size_t at = 0, begin, end; at <= text.size();) {
    Regex::Found found = regex.find(text, at, begin, end);
    if (found == Regex::Found::Failed)
      return failMatch(error);
    if (found == Regex::Found::No)
      break;
    visit(begin, end);
    at = end;
    if (begin == end) // An empty match: look on behind the next character.
      at += at < text.size() ? getCharacterSize(static_cast<unsigned char>(text[at])) : 1;
  }
  return true;
}

bool mambac::tokenizer::replaceAll(const Regex &regex, std::string_view with, std::string &text, std::string &error) {
  std::string result;
  size_t done = 0;
  bool good = forEachMatch(regex, text, error, [&](size_t begin, size_t end) {
    result.append(text, done, begin - done);
    result += with;
    done = end;
  });
  result.append(text, done, std::string::npos);
  text = std::move(result);
  return good;
}

//===----------------------------------------------------------------------===//
// Normalizing
//===----------------------------------------------------------------------===//

static void trim(std::string &text, uint32_t sides) {
  size_t begin = 0, end = text.size();
  for (size_t next = 0; (sides & 1) && begin < end && isWhitespace(decodeCharacter(text, next));)
    begin = next;
  while ((sides & 2) && end > begin) {
    size_t last = end;
    do
      --last;
    while ((static_cast<unsigned char>(text[last]) & 0xc0) == 0x80);
    size_t place = last;
    if (!isWhitespace(decodeCharacter(text, place)))
      break;
    end = last;
  }
  text = text.substr(begin, end - begin);
}

static void removeMarks(std::string &text) {
  std::string result;
  for (size_t place = 0; place < text.size();) {
    size_t begin = place;
    if (!isMark(decodeCharacter(text, place)))
      result.append(text, begin, place - begin);
  }
  text = std::move(result);
}

bool mambac::tokenizer::normalizeText(const std::vector<ReadyStep> &steps, std::string &text, std::string &error) {
  for (const ReadyStep &ready : steps) {
    const Step &step = *ready.step;
    switch (step.kind) {
    case StepKind::Compose:
      if (!normalize(text, step.number)) {
        error = "no memory for the normal form of a text";
        return false;
      }
      break;
    case StepKind::Lowercase:
      text = toLowercase(text);
      break;
    case StepKind::Trim:
      trim(text, step.number);
      break;
    case StepKind::RemoveMarks:
      removeMarks(text);
      break;
    case StepKind::Prepend:
      if (!text.empty())
        text.insert(0, step.text);
      break;
    case StepKind::ReplaceAll:
      if (!replaceAll(ready.regex, step.other, text, error))
        return false;
      break;
    case StepKind::MapBytes:
      text = mapBytes(text);
      break;
    default:
      error = "the product's tokenizer is damaged";
      return false;
    }
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Splitting
//===----------------------------------------------------------------------===//

namespace {

struct Range {
  size_t begin, end;
  bool delimiter;
};

} // namespace

/// What becomes of delimiters: ranges that are dropped keep `delimiter`.
static std::vector<Range> joinRanges(const std::vector<Range> &ranges, SplitBehavior behavior) {
  std::vector<Range> joined;
  bool previous = false;
  auto forward = [&](auto joins) {
    for (const Range &range : ranges) {
      if (joins(range) && !joined.empty())
        joined.back().end = range.end;
      else
        joined.push_back({range.begin, range.end, false});
      previous = range.delimiter;
    }
  };
  switch (behavior) {
  case SplitBehavior::Removed:
    return ranges;
  case SplitBehavior::Isolated:
    forward([](const Range &) { return false; });
    break;
  case SplitBehavior::Contiguous:
    forward([&](const Range &range) { return range.delimiter == previous; });
    break;
  case SplitBehavior::MergedWithPrevious:
    forward([&](const Range &range) { return range.delimiter && !previous; });
    break;
  case SplitBehavior::MergedWithNext:
    for (size_t i = ranges.size(); i-- > 0; previous = ranges[i].delimiter) {
      if (ranges[i].delimiter && !previous && !joined.empty())
        joined.back().begin = ranges[i].begin;
      else
        joined.push_back({ranges[i].begin, ranges[i].end, false});
    }
    std::reverse(joined.begin(), joined.end());
    break;
  }
  return joined;
}

static bool splitPiece(const ReadyStep &ready, Piece piece, std::vector<Piece> &out, std::string &error) {
  std::vector<Range> ranges;
  const std::string &text = piece.text;
  bool flag = ready.step->flag;
  size_t done = 0;
  bool good = forEachMatch(ready.regex, text, error, [&](size_t begin, size_t end) {
    if (done != begin)
      ranges.push_back({done, begin, flag});
    ranges.push_back({begin, end, !flag});
    done = end;
  });
  if (!good)
    return false;
  if (done != text.size())
    ranges.push_back({done, text.size(), flag});
  for (const Range &range : joinRanges(ranges, SplitBehavior(ready.step->number)))
    if (!range.delimiter && range.begin < range.end)
      out.push_back({text.substr(range.begin, range.end - range.begin), piece.first && range.begin == 0, -1});
  return true;
}

static void putMeta(const Step &step, bool first, std::string &text) {
  std::string result;
  for (char c : text)
    c == ' ' ? result += step.text : result += c;
  if (result.compare(0, step.text.size(), step.text) != 0 && (step.number == 0 || (step.number == 1 && first)))
    result.insert(0, step.text);
  text = std::move(result);
}

bool mambac::tokenizer::splitPieces(const std::vector<ReadyStep> &steps, std::vector<Piece> &pieces, std::string &error) {
  for (const ReadyStep &ready : steps) {
    const Step &step = *ready.step;
    std::vector<Piece> next;
    for (Piece &piece : pieces) {
      if (piece.id < 0) {
        std::string &text = piece.text;
        if (step.kind == StepKind::Split) {
          if (!splitPiece(ready, std::move(piece), next, error))
            return false;
          continue;
        }
        if (step.kind == StepKind::MapBytes)
          text = mapBytes(text);
        else if (step.kind == StepKind::PrefixSpace)
          text.insert(0, text[0] == ' ' ? "" : " ");
        else if (step.kind == StepKind::Meta)
          putMeta(step, piece.first, text);
      }
      next.push_back(std::move(piece));
    }
    pieces = std::move(next);
  }
  return true;
}
