//===- RegexTest.cpp - Patterns as PCRE2 reads them ---------------------------------------------------------------===//
//
// The words of PCRE2 for what it reads otherwise than Oniguruma, and matches that show that they mean it.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Regex.h"

#include <gtest/gtest.h>

using namespace mambac::tokenizer;

/// The first match of a pattern; "no" without one.
static std::string findFirst(const std::string &pattern, const std::string &text) {
  std::string translated, error;
  Regex regex;
  if (!translatePattern(pattern, translated, error) || !regex.compile(translated, error))
    return error;
  size_t begin, end;
  return regex.find(text, 0, begin, end) == Regex::Found::Yes ? text.substr(begin, end - begin) : "no";
}

TEST(Regex, SpacesAreUnicodesWhiteSpace) {
  EXPECT_EQ(findFirst("\\s", "a\xc2\x85"), "\xc2\x85");
  EXPECT_EQ(findFirst("\\s", "\xe1\xa0\x8e"), "no"); // U+180E was one once; PCRE2 still thinks so.
  EXPECT_EQ(findFirst("\\S", "\xe1\xa0\x8e"), "\xe1\xa0\x8e");
  EXPECT_EQ(findFirst("[^\\S\\n]", "\n a"), " ");
  EXPECT_EQ(findFirst("[\\S]", " \n\xe3\x80\x80q"), "q");
}

TEST(Regex, QuantifiersBehindIntervals) {
  EXPECT_EQ(findFirst("a{1,2}+a", "aaa"), "aaa"); // Not possessive: it repeats.
  EXPECT_EQ(findFirst("a++a", "aaa"), "no");      // Possessive.
  EXPECT_EQ(findFirst("ba{2}?", "bc"), "b");      // Optional, not lazy.
  EXPECT_EQ(findFirst("a{1,2}?", "aa"), "a");     // Lazy.
  EXPECT_EQ(findFirst("a{,2}b", "aab"), "aab");
  EXPECT_EQ(findFirst("(?:ab){1,2}+c", "abababc"), "abababc");
  EXPECT_EQ(findFirst("a{x}", "a{x}"), "a{x}");
  EXPECT_EQ(findFirst("\xc3\xa9{2}?x", "x"), "x");
}

TEST(Regex, ClassesAndProperties) {
  EXPECT_EQ(findFirst("\\h+", "xyz12fFg"), "12fF");
  EXPECT_EQ(findFirst("\\v", "\n\x0b"), "\x0b");
  EXPECT_EQ(findFirst("\\p{Han}+", "\xe3\x80\x82\xe4\xb8\xad"), "\xe4\xb8\xad"); // Not by script extensions.
  EXPECT_EQ(findFirst("\\p{^L}", "a1"), "1");
  EXPECT_EQ(findFirst("\\p{Letter}", "1a"), "a");
  EXPECT_EQ(findFirst("\\w+\\b", "-a\xcc\x81_1 "), "a\xcc\x81_1");
  EXPECT_EQ(findFirst("(?i:'s)", "'S"), "'S");
  EXPECT_EQ(findFirst("[]a]+", "]a"), "]a");
  EXPECT_EQ(findFirst("\\u00e9\\x{4e2d}", "\xc3\xa9\xe4\xb8\xad"), "\xc3\xa9\xe4\xb8\xad");
}

TEST(Regex, QuotesLiterally) {
  std::string text = "a.b\\[x]* {1}\t\n\xc3\xa9#-";
  Regex regex;
  std::string error;
  ASSERT_TRUE(regex.compile(quotePattern(text), error)) << error;
  size_t begin, end;
  EXPECT_EQ(regex.find("--" + text, 0, begin, end), Regex::Found::Yes);
  EXPECT_EQ(begin, 2u);
  EXPECT_EQ(regex.find("aXb\\[x]* {1}\t\n\xc3\xa9#-", 0, begin, end), Regex::Found::No);
}
