// Safetensors files, and folders of them: what is read, and the one message for each thing that is wrong.
#include "lib/Repack/WeightFile.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sys/stat.h>

using namespace mambac;

namespace {

std::string makeFile(const std::string &header, size_t dataBytes) {
  uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char *>(&length), sizeof length);
  bytes += header;
  for (size_t i = 0; i < dataBytes; ++i)
    bytes.push_back(char(i));
  return bytes;
}

std::string errorOf(const std::string &bytes) {
  WeightSet set;
  return readSafetensors(bytes, "w.safetensors", false, set);
}

void refuses(const std::string &header, size_t dataBytes, const std::string &part) {
  std::string message = errorOf(makeFile(header, dataBytes));
  EXPECT_NE(message.find(part), std::string::npos) << header << "\n" << message;
  EXPECT_EQ(message.find("w.safetensors"), 0u) << message;
}

const char *const kGood = R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},
    "a":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]},"e":{"dtype":"I64","shape":[3,0],"data_offsets":[4,4]},
    "c":{"dtype":"C64","shape":[],"data_offsets":[12,20]}})";

} // namespace

TEST(Safetensors, AreRead) {
  WeightSet set;
  std::string bytes = makeFile(kGood, 20);
  ASSERT_EQ(readSafetensors(bytes, "w.safetensors", true, set), "");
  ASSERT_EQ(set.tensors.size(), 4u);
  const WeightTensor &b = set.tensors.at("b");
  EXPECT_EQ(b.dtype, "f32");
  EXPECT_EQ(b.sizes, (std::vector<int64_t>{2}));
  EXPECT_EQ(b.bytes, 8u);
  EXPECT_TRUE(b.mapped);
  EXPECT_EQ(static_cast<const char *>(b.data)[0], 4);
  EXPECT_EQ(describe(set.tensors.at("a").dtype, set.tensors.at("a").sizes), "bf16 [1, 2]");
  EXPECT_EQ(set.tensors.at("e").bytes, 0u);
  // A complex number is a pair.
  EXPECT_EQ(describe(set.tensors.at("c").dtype, set.tensors.at("c").sizes), "f32 [2]");
  set = {};
  EXPECT_EQ(readSafetensors(makeFile("{}", 0), "w.safetensors", false, set), "");
}

TEST(Safetensors, WhatIsWrongIsNamed) {
  EXPECT_NE(errorOf("abc").find("it has 3 bytes"), std::string::npos);
  EXPECT_NE(errorOf(std::string(8, '\xff')).find("its header would have 18446744073709551615 bytes"), std::string::npos);
  EXPECT_NE(errorOf(makeFile(kGood, 20).substr(0, 40)).find("its header would have"), std::string::npos);
  refuses(kGood, 19, "the tensor 'c' reaches beyond the file");
  refuses(kGood, 23, "3 bytes behind its last tensor");
  refuses("", 0, "not valid JSON");
  refuses("[]", 0, "a list where the format has none");
  refuses("7", 0, "a number where the format has none");
  refuses(R"({"a":7})", 0, "a number where the format has none at the tensor 'a'");
  refuses(R"({"a":{"dtype":[1]}})", 0, "a list where the format has none");
  refuses(R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})", 4, "a list where the format has none");
  refuses(R"({"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})", 4, "a text where the format has none");
  refuses(R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4, "a number that is no integer");
  refuses(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "a negative number");
  refuses(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})", 4, "an impossible size");
  refuses(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0, "has impossible sizes");
  refuses(R"({"a":{"dtype":"F32","shape":[0,4611686018427387904],"data_offsets":[0,0]}})", 0, "has impossible sizes");
  refuses(R"({"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", 4, "the unknown type 'F33'");
  refuses(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4, "lacks its shape or its two offsets");
  refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, "lacks its shape or its two offsets");
  refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", 4, "too many numbers in \"data_offsets\"");
  refuses(R"({"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}})", 4, "\"shape\" twice");
  refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}})", 4, "the unknown key \"more\"");
  refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", 8, "lies at 0 to 8, where 4 bytes from 0 on are expected");
  refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8, "lies at 4 to 8, where 4 bytes from 0");
  refuses(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4,
          "the tensor 'b' lies at 0 to 4, where 4 bytes from 4 on are expected");
  refuses(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2,
          "the tensor 'a' is there twice");
  // Any byte of the header that is cut off or changed gives a message or a set, never more than the file has.
  std::string bytes = makeFile(kGood, 20);
  for (size_t at = 0; at < bytes.size() - 20; ++at)
    for (char flip : {1, 16, 64}) {
      std::string copy = bytes;
      copy[at] ^= flip;
      WeightSet set;
      readSafetensors(copy, "w", false, set);
      for (const auto &[name, tensor] : set.tensors)
        EXPECT_LE(static_cast<const char *>(tensor.data) + tensor.bytes, copy.data() + copy.size());
    }
}

class Folder : public ::testing::Test {
protected:
  void SetUp() override { ASSERT_NE(mkdtemp(&path[0]), nullptr); }
  void TearDown() override { EXPECT_EQ(system(("rm -r " + path).c_str()), 0); }

  void write(const std::string &name, const std::string &bytes) {
    std::ofstream(path + "/" + name, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
  }
  static std::string one(const std::string &name) {
    return makeFile("{\"" + name + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1);
  }
  std::string open() {
    set = {};
    return openWeights(path, set);
  }

  std::string path = ::testing::TempDir() + "mambac-XXXXXX";
  WeightSet set;
};

TEST_F(Folder, Files) {
  EXPECT_EQ(open(), path + " has no .safetensors file; name a file of weights, or a folder with model.safetensors");
  write("x.safetensors", one("x"));
  write("y.safetensors", one("y"));
  write("notes.txt", "nothing");
  ASSERT_EQ(open(), "");
  EXPECT_EQ(set.tensors.size(), 2u);
  write("z.safetensors", one("x"));
  EXPECT_NE(open().find("/z.safetensors: the tensor 'x' is there twice"), std::string::npos);
  // An index decides, and before it model.safetensors.
  write("model.safetensors.index.json", R"({"weight_map":{"x":"x.safetensors","y":"y.safetensors"}})");
  ASSERT_EQ(open(), "");
  EXPECT_EQ(set.tensors.size(), 2u);
  write("model.safetensors", one("whole"));
  ASSERT_EQ(open(), "");
  EXPECT_EQ(set.tensors.count("whole"), 1u);
}

TEST_F(Folder, BadIndex) {
  write("model.safetensors.index.json", R"({"weight_map":{"x":"../x.safetensors"}})");
  EXPECT_NE(open().find("names a file that is not in the folder"), std::string::npos);
  write("model.safetensors.index.json", R"({"weight_map":{"x":"x.safetensors"}})");
  EXPECT_NE(open().find("cannot open " + path + "/x.safetensors"), std::string::npos);
  write("model.safetensors.index.json", R"({"weight_map":{}})");
  EXPECT_NE(open().find("is empty"), std::string::npos);
  for (const char *text : {"[]", "{", R"({"weight_map":[]})"}) {
    write("model.safetensors.index.json", text);
    EXPECT_NE(open().find("has no object \"weight_map\""), std::string::npos) << text;
  }
}
