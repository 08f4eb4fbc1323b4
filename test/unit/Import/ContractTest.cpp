// extra/mambac.json: what is read, and the one message for each thing that is wrong.
#include "lib/Import/Contract.h"

#include <gtest/gtest.h>

using namespace mambac::pt2;

namespace {

std::string errorOf(const std::string &text) {
  auto contract = readContract(text, "a.pt2: extra/mambac.json");
  return contract ? "" : contract.error().message();
}

void refuses(const std::string &text, const std::string &part) {
  std::string message = errorOf(text);
  EXPECT_NE(message.find(part), std::string::npos) << text << "\n" << message;
  EXPECT_EQ(message.find("a.pt2: extra/mambac.json: "), 0u) << message;
}

} // namespace

TEST(Contract, IsRead) {
  auto contract = readContract(R"({"format": 1, "name": "my-mamba", "family": "mamba", "vocabulary": 43,
      "bos": 0, "eos": [2, 7], "later": {},
      "inputs": {"input_ids": "ids"}, "outputs": {"logits": "logits"},
      "state": [{"input": "state_0_conv", "output": "state.0.conv", "role": "conv"}]})", "");
  ASSERT_TRUE(contract);
  EXPECT_EQ(contract->name, "my-mamba");
  EXPECT_EQ(contract->family, "mamba");
  EXPECT_EQ(contract->vocabulary, 43);
  EXPECT_EQ(contract->bos, 0);
  EXPECT_EQ(contract->eos, (std::vector<int64_t>{2, 7}));
  EXPECT_EQ(contract->inputRoles.at("input_ids"), "ids");
  ASSERT_EQ(contract->state.size(), 1u);
  EXPECT_EQ(contract->state[0].output, "state.0.conv");
}

TEST(Contract, Text) {
  auto contract = readContract(R"({"format": 1, "capacity": 4096,
      "chat": {"begin": "<s>[INST]", "reply": "[/INST]", "next": "</s>[INST]", "system": ["<s>", "[INST]"]}})", "");
  ASSERT_TRUE(contract);
  EXPECT_EQ(contract->capacity, 4096);
  ASSERT_TRUE(contract->chat);
  EXPECT_EQ(contract->chat->begin, "<s>[INST]");
  EXPECT_EQ(contract->chat->reply, "[/INST]");
  EXPECT_EQ(contract->chat->next, "</s>[INST]");
  EXPECT_EQ(contract->chat->system, (std::vector<std::string>{"<s>", "[INST]"}));
  contract = readContract(R"({"format": 1, "chat": {"begin": "", "reply": "A:", "next": "Q:"}})", "");
  ASSERT_TRUE(contract && contract->chat);
  EXPECT_TRUE(contract->chat->system.empty());
}

TEST(Contract, WhatIsWrongIsNamed) {
  refuses("", "");
  refuses("[1]", "it is an array, not an object");
  refuses("{", "");
  refuses("{}", "\"format\" is 0, and this mambac reads 1");
  refuses(R"({"format": 2})", "\"format\" is 2, and this mambac reads 1");
  refuses(R"({"format": "1"})", "\"format\" is a string, not an integer");
  refuses(R"({"format": 1, "vocabulary": 0})", "\"vocabulary\" is 0, less than 1");
  refuses(R"({"format": 1, "bos": -1})", "\"bos\" is -1, less than 0");
  refuses(R"({"format": 1, "eos": 2})", "\"eos\" is an integer, not an array");
  refuses(R"({"format": 1, "eos": ["</s>"]})", "\"eos\" is not a list of token ids");
  refuses(R"({"format": 1, "vocabulary": 43, "eos": [2, 43]})", "\"eos\" has the id 43, and the vocabulary ends at 42");
  refuses(R"({"format": 1, "vocabulary": 43, "bos": 50256})", "\"bos\" has the id 50256, and the vocabulary ends at 42");
  refuses(R"({"format": 1, "capacity": 0})", "\"capacity\" is 0, less than 1");
  refuses(R"({"format": 1, "chat": "x"})", "\"chat\" is a string, not an object");
  refuses(R"({"format": 1, "chat": {"begin": "", "next": ""}})", "\"chat.reply\" is missing");
  refuses(R"({"format": 1, "chat": {"begin": "", "next": "", "reply": "", "system": [""]}})",
          "\"chat.system\" is not a list of two texts");
  refuses(R"({"format": 1, "chat": {"begin": "", "next": "", "reply": "", "system": ["", 1]}})",
          "\"chat.system\" is not a list of two texts");
  refuses(R"({"format": 1, "inputs": []})", "\"inputs\" is an array, not an object");
  refuses(R"({"format": 1, "inputs": {"x": 3}})", "\"inputs.x\" is an integer, not a string");
  refuses(R"({"format": 1, "inputs": {"x": "tokens"}})", "\"inputs.x\" is \"tokens\", no role that is known");
  refuses(R"({"format": 1, "outputs": {"y": "ids"}})", "\"outputs.y\" is \"ids\", no role that is known");
  refuses(R"({"format": 1, "state": {}})", "\"state\" is an object, not an array");
  refuses(R"({"format": 1, "state": [3]})", "\"state\" is not a list of objects");
  refuses(R"({"format": 1, "state": [{"input": "a", "output": "b"}]})", "\"state[0].role\" is missing");
  refuses(R"({"format": 1, "state": [{"input": "a", "output": 1, "role": "conv"}]})",
          "\"state[0].output\" is an integer, not a string");
  refuses(std::string(5 << 20, ' '), "it has more than 4 MiB");
}
