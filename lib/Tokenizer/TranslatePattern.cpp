//===- TranslatePattern.cpp - Oniguruma's patterns in PCRE2's words -----------------------------------------------===//
//
// See Regex.h. One pass over the pattern, which remembers where the last atom began: that is what a quantifier is about.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Regex.h"

#include <cstring>
#include <vector>

using namespace mambac::tokenizer;

const char mambac::tokenizer::kSpaces[] = "\\x09-\\x0d\\x20\\x85\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"
                                          "\\x{205f}\\x{3000}";
/// All but kSpaces.
static const char kNoSpaces[] = "\\x00-\\x08\\x0e-\\x1f\\x21-\\x84\\x86-\\x9f\\xa1-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"
                                "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}";

std::string mambac::tokenizer::quotePattern(std::string_view text) {
  std::string quoted;
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x80 && !isalnum(static_cast<unsigned char>(c)) && c > ' ' && c != 0x7f)
      quoted += '\\';
    if (c == 0)
      quoted += "\\x00";
    else
      quoted += c;
  }
  return quoted;
}

namespace {

class Translator {
public:
  Translator(std::string_view pattern, std::string &out, std::string &error) : pattern(pattern), out(out), error(error) {}

  bool run() {
    out.clear();
    while (at < pattern.size())
      if (!item())
        return false;
    return groups.empty() || fail("a group is not closed");
  }

private:
  bool fail(const std::string &what) {
    error = what + " in the regular expression " + std::string(pattern);
    return false;
  }
  bool sees(std::string_view text) const { return pattern.substr(at, text.size()) == text; }

  bool item() {
    char c = pattern[at];
    switch (c) {
    case '(':
      return group();
    case ')':
      if (groups.empty())
        return fail("a ) without its (");
      atom = groups.back();
      groups.pop_back();
      out += c;
      ++at;
      return true;
    case '[':
      atom = out.size();
      return characterClass();
    case '\\':
      atom = out.size();
      return escape(/*inClass=*/false);
    case '*':
    case '+':
    case '?':
      out += c;
      ++at;
      if (at < pattern.size() && (pattern[at] == '+' || pattern[at] == '?')) // Possessive or lazy, the same in both.
        out += pattern[at++];
      return true;
    case '{':
      return interval();
    case '|':
      out += c;
      ++at;
      atom = out.size();
      return true;
    default:
      atom = out.size();
      copyCharacter();
      return true;
    }
  }

  /// A whole character, so that an atom is never a part of one.
  void copyCharacter() {
    do
      out += pattern[at++];
    while (at < pattern.size() && (static_cast<unsigned char>(pattern[at]) & 0xc0) == 0x80);
  }

  bool group() {
    size_t begin = out.size();
    static const char *const kKnown[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?-i:"};
    if (!sees("(?")) {
      groups.push_back(begin);
      out += '(';
      ++at;
      atom = out.size();
      return true;
    }
    if (at == 0 && sees("(?i)")) { // Elsewhere it reaches over a | in the one and not in the other.
      out += "(?i)";
      at += 4;
      atom = out.size();
      return true;
    }
    for (const char *known : kKnown)
      if (sees(known)) {
        groups.push_back(begin);
        out += known;
        at += strlen(known);
        atom = out.size();
        return true;
      }
    return fail("the group " + std::string(pattern.substr(at, 4)) + "... is not supported");
  }

  /// {n}, {n,}, {,m}, {n,m}; anything else is text. A + behind it repeats once more (it is not possessive), a ? behind {n}
  /// makes it optional (it is not lazy).
  bool interval() {
    size_t place = at + 1;
    auto digits = [&] {
      size_t from = place;
      while (place < pattern.size() && isdigit(static_cast<unsigned char>(pattern[place])))
        ++place;
      return std::string(pattern.substr(from, place - from));
    };
    std::string low = digits(), high;
    bool comma = place < pattern.size() && pattern[place] == ',';
    if (comma) {
      ++place;
      high = digits();
    }
    if (place >= pattern.size() || pattern[place] != '}' || (low.empty() && high.empty())) {
      atom = out.size();
      out += "\\{";
      ++at;
      return true;
    }
    out += "{" + (low.empty() ? "0" : low) + (comma ? "," + high : "") + "}";
    at = place + 1;
    if (at == pattern.size())
      return true;
    if (pattern[at] == '+' || (pattern[at] == '?' && !comma)) {
      out.insert(atom, "(?:");
      out += std::string(")") + pattern[at++];
    } else if (pattern[at] == '?') {
      out += pattern[at++];
    }
    return true;
  }

  bool characterClass() {
    out += pattern[at++];
    if (sees("^"))
      out += pattern[at++];
    for (bool first = true; at < pattern.size(); first = false) {
      if (pattern[at] == ']' && !first) {
        out += pattern[at++];
        return true;
      }
      if (pattern[at] == '[')
        return fail("a class inside of a class");
      if (sees("&&"))
        return fail("an intersection of classes");
      if (pattern[at] == '\\') {
        if (!escape(/*inClass=*/true))
          return false;
      } else {
        copyCharacter();
      }
    }
    return fail("a class is not closed");
  }

  bool escape(bool inClass) {
    if (at + 1 >= pattern.size())
      return fail("a \\ at the end");
    char c = pattern[at + 1];
    at += 2;
    auto set = [&](const char *content, bool negated) {
      out += inClass ? content : std::string(negated ? "[^" : "[") + content + "]";
      return true;
    };
    switch (c) {
    case 's':
      return set(kSpaces, false);
    case 'S':
      return inClass ? set(kNoSpaces, false) : set(kSpaces, true);
    case 'w':
      return set(kWordCharacters, false);
    case 'W':
      return inClass ? fail("\\W in a class") : set(kWordCharacters, true);
    case 'd':
      out += "\\p{Nd}";
      return true;
    case 'D':
      out += "\\P{Nd}";
      return true;
    case 'h':
      return set("0-9a-fA-F", false);
    case 'v':
      out += "\\x0b";
      return true;
    case 'b':
    case 'B': {
      if (inClass) {
        out += "\\x08";
        return c == 'b' || fail("\\B in a class");
      }
      std::string word = std::string("[") + kWordCharacters + "]";
      std::string behind = "(?<=" + word + ")", notBehind = "(?<!" + word + ")";
      std::string before = "(?=" + word + ")", notBefore = "(?!" + word + ")";
      out += c == 'b' ? "(?:" + behind + notBefore + "|" + notBehind + before + ")"
                      : "(?:" + behind + before + "|" + notBehind + notBefore + ")";
      return true;
    }
    case 'p':
    case 'P':
      return property(c);
    case 'u':
    case 'x':
      return hexadecimal(c);
    default:
      break;
    }
    if (isalnum(static_cast<unsigned char>(c)) && !strchr(inClass ? "nrtfae" : "nrtfaeAzZ", c))
      return fail(std::string("\\") + c + " is not supported");
    out += '\\';
    --at;
    if (static_cast<unsigned char>(c) >= 0x80)
      out.pop_back();
    copyCharacter();
    return true;
  }

  bool hexadecimal(char kind) {
    std::string digits;
    if (kind == 'x' && sees("{")) {
      size_t end = pattern.find('}', at);
      if (end == std::string_view::npos)
        return fail("\\x{ is not closed");
      digits = pattern.substr(at + 1, end - at - 1);
      at = end + 1;
    } else {
      while (at < pattern.size() && digits.size() < (kind == 'u' ? 4 : 2) && isxdigit(static_cast<unsigned char>(pattern[at])))
        digits += pattern[at++];
      if (kind == 'u' && digits.size() != 4)
        return fail("\\u without four digits");
      if (kind == 'x' && digits.size() == 2 && digits[0] >= '8')
        return fail("a byte of a character");
    }
    for (char digit : digits)
      if (!isxdigit(static_cast<unsigned char>(digit)))
        return fail("\\x{" + digits + "}");
    if (digits.empty() || digits.size() > 6)
      return fail("\\x without a character's number");
    out += "\\x{" + digits + "}";
    return true;
  }

  /// \p{Name} and \pN: categories by their short names; scripts without their extensions.
  bool property(char kind) {
    std::string name;
    bool negated = kind == 'P';
    if (!sees("{")) {
      return fail("\\p without {");
    }
    size_t end = pattern.find('}', at);
    if (end == std::string_view::npos)
      return fail("\\p{ is not closed");
    name = pattern.substr(at + 1, end - at - 1);
    at = end + 1;
    if (!name.empty() && name[0] == '^') {
      negated = !negated;
      name.erase(0, 1);
    }
    static const char *const kLongNames[] = {"Letter", "Mark", "Number", "Punctuation", "Symbol", "Separator", "Other"};
    for (const char *longName : kLongNames)
      if (name == longName)
        name = strcmp(longName, "Separator") == 0 ? "Z" : strcmp(longName, "Other") == 0 ? "C" : name.substr(0, 1);
    std::string prefix = negated ? "\\P{" : "\\p{", problem;
    Regex regex;
    if (name.size() > 2 && regex.compile(prefix + "sc:" + name + "}", problem))
      name = "sc:" + name;
    out += prefix + name + "}";
    return true;
  }

  std::string_view pattern;
  std::string &out, &error;
  size_t at = 0, atom = 0;
  std::vector<size_t> groups; ///< where those that are open begin
};

} // namespace

bool mambac::tokenizer::translatePattern(std::string_view pattern, std::string &translated, std::string &error) {
  return Translator(pattern, translated, error).run();
}
