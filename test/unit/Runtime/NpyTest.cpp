//===- NpyTest.cpp - Tensors in .npy files ------------------------------------------------------------------------===//
//
// Reading back what was written, what NumPy writes, and every kind of bad file.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Half.h"
#include "lib/Runtime/Runner/Npy.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/stat.h>

using namespace mambac::runner;

namespace {

constexpr mambac_dtype f32 = {MAMBAC_FLOAT, 32, 1}, f16 = {MAMBAC_FLOAT, 16, 1}, bf16 = {MAMBAC_BFLOAT, 16, 1},
                       f64 = {MAMBAC_FLOAT, 64, 1}, i64 = {MAMBAC_INT, 64, 1}, i32 = {MAMBAC_INT, 32, 1},
                       i16 = {MAMBAC_INT, 16, 1}, i8 = {MAMBAC_INT, 8, 1}, u8 = {MAMBAC_UINT, 8, 1},
                       boolean = {MAMBAC_BOOL, 8, 1};

class NpyTest : public ::testing::Test {
protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "mambac-npy-XXXXXX";
    ASSERT_NE(mkdtemp(&pattern[0]), nullptr);
    folder = pattern;
    path = folder + "/x.npy";
  }
  void TearDown() override { ASSERT_EQ(system(("rm -r '" + folder + "'").c_str()), 0); }

  void writeBytes(const std::string &bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
  }
  /// A file with this header text and data.
  void write(const std::string &header, const std::string &data, int major = 1) {
    std::string bytes = "\x93NUMPY";
    bytes += char(major);
    bytes += char(0);
    for (int i = 0; i < (major == 1 ? 2 : 4); ++i)
      bytes += char(header.size() >> (8 * i) & 255);
    writeBytes(bytes + header + data);
  }
  std::string readError(mambac_dtype wanted = f32) {
    try {
      readNpy(path, wanted);
    } catch (const BadInput &error) {
      return error.what();
    }
    return "no error";
  }
  void expectError(const std::string &part, mambac_dtype wanted = f32) {
    std::string message = readError(wanted);
    EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_EQ(message.find(path), 0u) << message;
  }

  std::string folder, path;
};

std::string header(const std::string &descr, const std::string &shape, const char *order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }   \n";
}

TEST_F(NpyTest, RoundTrip) {
  for (mambac_dtype dtype : {f32, f16, f64, i64, i32, i16, i8, u8, boolean})
    for (const std::vector<int64_t> &shape : std::vector<std::vector<int64_t>>{{}, {0}, {5}, {2, 3}, {2, 0, 3}, {1, 2, 3}}) {
      Tensor tensor;
      tensor.allocate(dtype, shape);
      for (int64_t i = 0; i < tensor.countElements(); ++i)
        tensor.set(i, dtype.code == MAMBAC_BOOL ? double(i % 2) : double(i));
      writeNpy(path, tensor);
      Tensor read = readNpy(path, dtype);
      EXPECT_EQ(read.shape, shape);
      EXPECT_EQ(read.bytes, tensor.bytes);
      std::ifstream file(path, std::ios::binary);
      std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      EXPECT_EQ((bytes.size() - tensor.bytes.size()) % 64, 0u); // as NumPy aligns it
    }
}

TEST_F(NpyTest, BFloat16IsStoredAsFloat32) {
  Tensor tensor;
  tensor.allocate(bf16, {3});
  tensor.set(0, 1.0);
  tensor.set(1, -3.140625);
  tensor.set(2, 1.00390625); // half way between two bfloat16 values: to even
  EXPECT_EQ(tensor.get(2), 1.0);
  writeNpy(path, tensor);
  EXPECT_EQ(readNpy(path, f32).get(1), -3.140625);
  EXPECT_EQ(readNpy(path, bf16).bytes, tensor.bytes);
  for (const char *descr : {"<u2", "|V2", "<V2"}) {
    write(header(descr, "(3,)"), std::string(tensor.bytes.begin(), tensor.bytes.end()));
    EXPECT_EQ(readNpy(path, bf16).bytes, tensor.bytes);
  }
}

TEST_F(NpyTest, Versions) {
  for (int major : {1, 2, 3}) {
    write(header("<f4", "(2,)"), std::string(8, 0), major);
    EXPECT_EQ(readNpy(path, f32).shape, std::vector<int64_t>{2});
  }
  write(header("<f4", "(2,)"), std::string(8, 0), 4);
  expectError("version 4 is not known");
}

TEST_F(NpyTest, FortranOrderOfOneDimensionIsNone) {
  write(header("<f4", "(2,)", "True"), std::string(8, 0));
  EXPECT_EQ(readNpy(path, f32).shape, std::vector<int64_t>{2});
  write(header("<f4", "(2, 2)", "True"), std::string(16, 0));
  expectError("is in Fortran order");
}

TEST_F(NpyTest, WrongTypes) {
  write(header("<f8", "(1,)"), std::string(8, 0));
  expectError("holds f64, expected f32");
  expectError("holds f64, expected bf16", bf16);
  write(header("<i4", "(2,)"), std::string(8, 0));
  expectError("holds i32, expected i64", i64);
  write(header("<u2", "(2,)"), std::string(4, 0));
  expectError("holds <u2, expected i16", i16);
  write(header(">f4", "(2,)"), std::string(8, 0));
  expectError("big-endian");
  write(header("<c8", "(1,)"), std::string(8, 0));
  expectError("holds numbers of type <c8, expected f32");
  write("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", std::string(4, 0));
  expectError("holds records");
}

TEST_F(NpyTest, TruncatedAnywhere) {
  Tensor tensor;
  tensor.allocate(f32, {4, 4});
  writeNpy(path, tensor);
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  for (size_t size = 0; size < bytes.size(); ++size) {
    writeBytes(bytes.substr(0, size));
    EXPECT_NE(readError(), "no error") << size;
  }
  writeBytes(bytes.substr(0, bytes.size() - 1));
  expectError("truncated .npy file: shape (4, 4) needs 64 bytes of data, it has 63");
  writeBytes(bytes + "x");
  expectError("1 bytes too many for shape (4, 4)");
}

TEST_F(NpyTest, Corrupt) {
  writeBytes("PK\3\4 this is a zip");
  expectError("not a .npy file");
  for (const char *text : {"", "{", "{}", "nonsense", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False}",
                           "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (1,}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
                           "{'descr': '<f4, 'fortran_order': False, 'shape': (1,)}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
                           "{'other': '<f4', 'fortran_order': False, 'shape': (1,)}"}) {
    write(text, std::string(4, 0));
    expectError("corrupt .npy header");
  }
  write(header("<f4", "(4611686018427387904, 4)"), std::string(4, 0));
  expectError("corrupt .npy header: shape");
  write(header("<f4", "(1000000000000,)"), std::string(4, 0));
  expectError("needs 4000000000000 bytes of data, it has 4");
  writeBytes(std::string("\x93NUMPY\x02\0\xff\xff\xff\x7f{", 13));
  expectError("corrupt .npy header of 2147483647 bytes");
}

TEST_F(NpyTest, Files) {
  path = folder + "/missing.npy";
  EXPECT_EQ(readError(), "cannot read " + path + ": No such file or directory");
  path = folder;
  EXPECT_EQ(readError(), "cannot read " + path + ": it is a folder");
  Tensor tensor;
  tensor.allocate(f32, {2});
  EXPECT_THROW(writeNpy(folder + "/no/such.npy", tensor), BadInput);
  EXPECT_THROW(writeNpy(folder, tensor), BadInput);
  EXPECT_EQ(system(("test -z \"$(ls '" + folder + "' | grep tmp)\"").c_str()), 0);
  EXPECT_THROW(tensor.allocate(f32, {int64_t(1) << 50, 64}), BadInput);
  EXPECT_THROW(tensor.allocate(f32, {INT64_MAX, INT64_MAX}), BadInput);
}

TEST(HalfTest, RoundsToNearestEven) {
  // Every half and every bfloat16 comes back.
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    float half = halfToFloat(uint16_t(bits)), bfloat = bfloatToFloat(uint16_t(bits));
    if (!std::isnan(half))
      ASSERT_EQ(floatToHalf(half), bits);
    if (!std::isnan(bfloat))
      ASSERT_EQ(floatToBFloat(bfloat), bits);
  }
  EXPECT_EQ(halfToFloat(0x3555), 0x1.554p-2f);
  EXPECT_EQ(floatToHalf(65519.0f), 0x7bff);
  EXPECT_EQ(floatToHalf(65520.0f), 0x7c00);
  EXPECT_EQ(floatToHalf(-1e9f), 0xfc00);
  EXPECT_EQ(floatToHalf(0x1p-25f), 0);         // half of the smallest: to even
  EXPECT_EQ(floatToHalf(0x1.8p-24f), 2);       // between 1 and 2: to even
  EXPECT_EQ(floatToHalf(1.0f + 0x1p-11f), 0x3c00);
  EXPECT_EQ(floatToHalf(1.0f + 0x3p-11f), 0x3c02);
  EXPECT_TRUE(std::isnan(halfToFloat(floatToHalf(NAN))));
  EXPECT_TRUE(std::isnan(bfloatToFloat(floatToBFloat(NAN))));
}

} // namespace
