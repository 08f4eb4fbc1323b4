//===- TokenizerTest.cpp - Tokenizers against Hugging Face's ------------------------------------------------------===//
//
// The fixtures of test/tokenizer (make_fixtures.py): every id and every text has to be the same. Then what is refused,
// and packed bytes that are damaged.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Tokenizer.h"
#include "lib/Tokenizer/Utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

using namespace mambac::tokenizer;
using nlohmann::json;
using testing::HasSubstr;

static json readFixture(const std::string &name) {
  std::ifstream file(std::string(FIXTURES) + "/" + name + ".json");
  return json::parse(file);
}

namespace {

struct Opened {
  std::string bytes, error;
  std::unique_ptr<Tokenizer> tokenizer;
  explicit Opened(const json &tokenizerJson, const std::string &config = "") {
    bytes = compileTokenizer(tokenizerJson.dump(), config, error);
    if (!bytes.empty())
      tokenizer = Tokenizer::open(bytes, error);
  }
};

class Families : public testing::TestWithParam<const char *> {};

/// A byte-level tokenizer of three letters and a merge.
json makeSmall() {
  return json::parse(R"({"added_tokens": [{"id": 3, "content": "<s>", "special": true}],
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}})");
}

} // namespace

TEST_P(Families, EncodesAsHuggingFace) {
  json fixture = readFixture(GetParam()), texts = readFixture("texts");
  Opened opened(fixture["tokenizer"]);
  ASSERT_TRUE(opened.tokenizer) << opened.error;
  ASSERT_EQ(texts.size(), fixture["encodings"].size());
  ASSERT_GT(texts.size(), 200u);
  for (size_t i = 0; i < texts.size(); ++i) {
    std::string text = texts[i], error;
    std::vector<int32_t> ids, expected = fixture["encodings"][i];
    ASSERT_TRUE(opened.tokenizer->encode(text, false, ids, error)) << error;
    EXPECT_EQ(ids, expected) << i << ": " << texts[i];
    expected.insert(expected.begin(), fixture["before"].begin(), fixture["before"].end());
    expected.insert(expected.end(), fixture["after"].begin(), fixture["after"].end());
    ASSERT_TRUE(opened.tokenizer->encode(text, true, ids, error)) << error;
    EXPECT_EQ(ids, expected) << i << ": " << texts[i];
  }
}

TEST_P(Families, DecodesAsHuggingFace) {
  json fixture = readFixture(GetParam());
  Opened opened(fixture["tokenizer"]);
  ASSERT_TRUE(opened.tokenizer) << opened.error;
  for (const json &entry : fixture["decoded"]) {
    Decoder decoder(*opened.tokenizer, entry[1]);
    std::string text;
    size_t place;
    for (int32_t id : entry[0]) {
      std::string piece = decoder.push(id);
      EXPECT_TRUE(isUtf8(piece, place)) << "a character in two pieces of " << entry[0];
      text += piece;
    }
    text += decoder.finish();
    EXPECT_EQ(text, entry[2].get<std::string>()) << entry[0];
  }
}

INSTANTIATE_TEST_SUITE_P(Tokenizer, Families,
                         testing::Values("neox", "llama2", "llama3", "granite", "tekken", "falcon", "mistral", "gemma",
                                         "qwen", "gpt2", "words", "splits", "odd", "unigram", "unigram_bytes"),
                         [](const auto &info) { return std::string(info.param); });

TEST(Tokenizer, PacksTheSameFileToTheSameBytes) {
  json tokenizer = readFixture("mistral")["tokenizer"];
  EXPECT_EQ(Opened(tokenizer).bytes, Opened(tokenizer).bytes);
}

TEST(Tokenizer, ReadsTheEndsOfATextFromTheConfig) {
  Opened opened(makeSmall(), R"({"bos_token": {"content": "<s>"}, "eos_token": "ab", "pad_token": null})");
  ASSERT_TRUE(opened.tokenizer) << opened.error;
  EXPECT_EQ(opened.tokenizer->getBos(), 3);
  EXPECT_EQ(opened.tokenizer->getEos(), 2);
  EXPECT_EQ(opened.tokenizer->getVocabularySize(), 4);
  EXPECT_EQ(opened.tokenizer->findToken("<s>"), 3);
  EXPECT_EQ(opened.tokenizer->findToken("b"), 1);
  EXPECT_EQ(opened.tokenizer->findToken("c"), -1);
  Opened without(makeSmall());
  EXPECT_EQ(without.tokenizer->getBos(), -1);
}

TEST(Tokenizer, RefusesTextThatIsNotUtf8) {
  Opened opened(makeSmall());
  std::vector<int32_t> ids;
  std::string error;
  for (const char *text : {"ab\xff", "ab\xc3", "ab\xed\xa0\x80", "ab\xf4\x90\x80\x80", "ab\xc0\x80"}) {
    EXPECT_FALSE(opened.tokenizer->encode(text, true, ids, error));
    EXPECT_THAT(error, HasSubstr("byte 2"));
  }
}

TEST(Tokenizer, RefusesCharactersWithoutToken) {
  json tokenizer = makeSmall();
  tokenizer["model"]["unk_token"] = "<unk>"; // Not in the vocabulary.
  Opened opened(tokenizer);
  std::vector<int32_t> ids;
  std::string error;
  EXPECT_TRUE(opened.tokenizer->encode("ab", false, ids, error));
  EXPECT_FALSE(opened.tokenizer->encode("c", false, ids, error));
  EXPECT_THAT(error, HasSubstr("no token for c"));
}

TEST(Tokenizer, StripsTheEndOfAText) {
  json tokenizer = makeSmall();
  tokenizer["decoder"] = json::parse(
      R"({"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Strip", "content": "b", "start": 0, "stop": 2}]})");
  Opened opened(tokenizer);
  ASSERT_TRUE(opened.tokenizer) << opened.error;
  Decoder decoder(*opened.tokenizer);
  std::string text;
  for (int32_t id : {1, 1, 0, 1, 1, 1})
    text += decoder.push(id);
  EXPECT_EQ(text + decoder.finish(), "bbab");
}

//===----------------------------------------------------------------------===//
// What is refused
//===----------------------------------------------------------------------===//

/// `path`: where in makeSmall's JSON `value` takes the place of what is there.
static void expectRefused(const char *path, const char *value, const char *reason) {
  json tokenizer = makeSmall();
  tokenizer[json::json_pointer(path)] = json::parse(value);
  Opened opened(tokenizer);
  EXPECT_FALSE(opened.tokenizer) << path << " " << value;
  EXPECT_THAT(opened.error, HasSubstr(reason));
}

TEST(Tokenizer, RefusesWhatIsNotSupportedByItsName) {
  expectRefused("/model/type", R"("WordPiece")", "the model WordPiece is not supported");
  expectRefused("/model/dropout", "0.1", "dropout");
  expectRefused("/normalizer", R"({"type": "Precompiled", "precompiled_charsmap": ""})", "the normalizer Precompiled");
  expectRefused("/normalizer", R"({"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Nmt"}]})", "the normalizer Nmt");
  expectRefused("/pre_tokenizer", R"({"type": "UnicodeScripts"})", "the pre-tokenizer UnicodeScripts");
  expectRefused("/pre_tokenizer/type", R"("New")", "the pre-tokenizer New");
  expectRefused("/decoder", R"({"type": "CTC"})", "the decoder CTC");
  expectRefused("/decoder", R"({"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "ByteFallback"}]})",
                "the decoder ByteFallback behind Fuse");
  expectRefused("/post_processor", R"({"type": "Mine"})", "the post-processor Mine");
  for (const char *pattern : {"(?<name>a)", "[[a]b]", "[a&&b]", "\\\\G", "\\\\X", "(a", "a)", "[a", "a\\\\", "[\\\\W]", "(?m)a",
                              "a(?i)b|c", "\\\\p{Nothing}", "*"}) {
    std::string split = std::string(R"({"type": "Split", "behavior": "Isolated", "pattern": {"Regex": ")") + pattern + "\"}}";
    expectRefused("/pre_tokenizer", split.c_str(), "the tokenizer cannot be used");
  }
}

TEST(Tokenizer, RefusesWhatIsWrong) {
  expectRefused("/model", "null", "no model");
  expectRefused("/model/vocab", "[]", "no vocab");
  expectRefused("/model/vocab/a", "-1", "the id of the token a is no number");
  expectRefused("/model/vocab/a", "1", "have the same id");
  expectRefused("/model/vocab/a", "4000000000", "too large");
  expectRefused("/model/merges/0", R"("a c")", "the token c is not in the vocabulary");
  expectRefused("/model/merges/0", R"("a b c")", "merge 0 of the model is not two tokens");
  expectRefused("/model/merges/0", "1", "merge 0 of the model is not two tokens");
  expectRefused("/added_tokens", "1", "added_tokens is no list");
  expectRefused("/added_tokens/0/special", "1", "special is neither true nor false");
  expectRefused("/post_processor", R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]})", "token x has no ids");
  expectRefused("/pre_tokenizer", R"({"type": "Split", "behavior": "Sometimes", "pattern": {"String": "a"}})", "the behavior Sometimes");
  std::string error;
  EXPECT_EQ(compileTokenizer("{", "", error), "");
  EXPECT_THAT(error, HasSubstr("no JSON object"));
  EXPECT_EQ(compileTokenizer(makeSmall().dump(), "[]", error), "");
  EXPECT_THAT(error, HasSubstr("tokenizer_config.json"));
}

TEST(Tokenizer, RefusesDamagedBytes) {
  std::string bytes = Opened(makeSmall()).bytes, error;
  ASSERT_TRUE(Tokenizer::open(bytes, error));
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(Tokenizer::open(std::string_view(bytes).substr(0, size), error)) << size;
  EXPECT_FALSE(Tokenizer::open(bytes + "x", error));
  // A changed byte is refused, or gives another tokenizer; it does no harm.
  for (size_t place = 0; place < bytes.size(); ++place) {
    std::string changed = bytes;
    changed[place] = char(changed[place] ^ 0x81);
    if (auto tokenizer = Tokenizer::open(changed, error)) {
      std::vector<int32_t> ids;
      tokenizer->encode("abc <s>ab", true, ids, error);
      Decoder decoder(*tokenizer, false);
      for (int32_t id = -1; id < 6; ++id)
        decoder.push(id);
      decoder.finish();
    }
  }
}
