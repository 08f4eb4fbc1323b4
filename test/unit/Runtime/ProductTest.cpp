//===- ProductTest.cpp - Product files, good and bad --------------------------------------------------------------===//
//
// Every file that is not a whole product is refused with a message, before any of its code runs.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "Fixture.h"
#include "lib/Runtime/ProductABI.h"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace mambac::test;

namespace {

class ProductTest : public RuntimeTest {
protected:
  void SetUp() override {
    RuntimeTest::SetUp();
    bytes = readFile(path);
    memcpy(&trailer, &bytes[bytes.size() - sizeof trailer], sizeof trailer);
    bad = folder + "/bad.so";
  }
  /// The product with another trailer, whose own hash is right.
  void writeWithTrailer(MambacTrailer changed) {
    changed.trailer_hash = XXH3_64bits(&changed, offsetof(MambacTrailer, trailer_hash));
    std::string copy = bytes;
    memcpy(&copy[copy.size() - sizeof changed], &changed, sizeof changed);
    writeFile(bad, copy);
  }
  /// The product with another ELF header, whose hash is right.
  template <typename Change> std::string errorWithHeader(Change change) {
    std::string copy = bytes;
    change(*reinterpret_cast<Elf64_Ehdr *>(&copy[0]), copy);
    MambacTrailer changed = trailer;
    changed.so_hash = XXH3_64bits(copy.data(), trailer.so_bytes);
    changed.trailer_hash = XXH3_64bits(&changed, offsetof(MambacTrailer, trailer_hash));
    memcpy(&copy[copy.size() - sizeof changed], &changed, sizeof changed);
    writeFile(bad, copy);
    return openError(bad);
  }

  std::string bytes, bad;
  MambacTrailer trailer;
};

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(ProductTest, Layout) {
  EXPECT_EQ(trailer.so_offset, 0u);
  EXPECT_EQ(trailer.weights_offset % 4096, 0u);
  EXPECT_EQ(trailer.weights_bytes, 160u);
  std::string again = folder + "/again.so";
  ASSERT_EQ(writeTestProduct(TEST_PRODUCT_SO, again, true, ""), "");
  EXPECT_EQ(readFile(again), bytes); // reproducible
}

TEST_F(ProductTest, OpensAgainAndAgain) {
  for (int i = 0; i < 20; ++i) {
    mambac_model *one, *two;
    ASSERT_EQ(mambac_open(path.c_str(), nullptr, &one), MAMBAC_OK) << mambac_last_error();
    ASSERT_EQ(mambac_open(path.c_str(), nullptr, &two), MAMBAC_OK) << mambac_last_error();
    mambac_close(one);
    EXPECT_STREQ(mambac_model_name(two), "by hand");
    mambac_close(two);
  }
}

TEST_F(ProductTest, ReplacedFileIsNotTheOldOne) {
  mambac_model *old, *fresh;
  ASSERT_EQ(mambac_open(path.c_str(), nullptr, &old), MAMBAC_OK);
  std::string so = readFile(TEST_PRODUCT_SO);
  so.replace(so.find("by hand"), 7, "renewed");
  writeFile(folder + "/new-code.so", so);
  ASSERT_EQ(writeTestProduct(folder + "/new-code.so", path, true, ""), "");
  ASSERT_EQ(mambac_open(path.c_str(), nullptr, &fresh), MAMBAC_OK) << mambac_last_error();
  EXPECT_STREQ(mambac_model_name(old), "by hand");
  EXPECT_STREQ(mambac_model_name(fresh), "renewed");
  mambac_close(old);
  mambac_close(fresh);
}

TEST_F(ProductTest, FromMemory) {
  ASSERT_EQ(mambac_open_memory(bytes.data(), bytes.size(), nullptr, &model), MAMBAC_OK) << mambac_last_error();
  EXPECT_STREQ(mambac_model_name(model), "by hand");
  mambac_model *none = nullptr;
  EXPECT_EQ(mambac_open_memory(bytes.data(), 1000, nullptr, &none), MAMBAC_BAD_PRODUCT);
  EXPECT_EQ(mambac_open_memory(nullptr, 0, nullptr, &none), MAMBAC_INVALID_ARGUMENT);
}

TEST_F(ProductTest, WithRunner) {
  // Any bytes may stand in front: here the product is 5000 bytes into the file.
  writeFile(folder + "/runner", std::string(5000, 'r'));
  std::string executable = folder + "/model";
  ASSERT_EQ(writeTestProduct(TEST_PRODUCT_SO, executable, true, folder + "/runner"), "");
  struct stat info;
  ASSERT_EQ(stat(executable.c_str(), &info), 0);
  EXPECT_TRUE(info.st_mode & S_IXUSR);
  ASSERT_EQ(mambac_open(executable.c_str(), nullptr, &model), MAMBAC_OK) << mambac_last_error();
  EXPECT_STREQ(mambac_model_name(model), "by hand");
}

TEST_F(ProductTest, WeightsBeside) {
  std::string beside = folder + "/beside.so";
  ASSERT_EQ(writeTestProduct(TEST_PRODUCT_SO, beside, false, ""), "");
  EXPECT_LT(readFile(beside).size(), bytes.size());
  ASSERT_EQ(mambac_open(beside.c_str(), nullptr, &model), MAMBAC_OK) << mambac_last_error();
  mambac_close(model);
  // Through a link from another place, and by name.
  std::string link = folder + "/link";
  ASSERT_EQ(symlink(beside.c_str(), link.c_str()), 0);
  ASSERT_EQ(mambac_open(link.c_str(), nullptr, &model), MAMBAC_OK) << mambac_last_error();
  mambac_close(model);
  ASSERT_EQ(rename((beside + ".weights").c_str(), (folder + "/elsewhere").c_str()), 0);
  ASSERT_EQ(mambac_open(beside.c_str(), (folder + "/elsewhere").c_str(), &model), MAMBAC_OK) << mambac_last_error();
  EXPECT_HAS(openError(beside), "the weights of " + beside + " are not in it, and there is no " + beside + ".weights");
  EXPECT_HAS(openError(folder + "/elsewhere"), "holds weights only");

  std::string weights = readFile(folder + "/elsewhere");
  writeFile(folder + "/short", weights.substr(0, 100));
  EXPECT_HAS(openError(beside, (folder + "/short").c_str()), "is not a product of mambac, or is truncated");
  MambacTrailer other;
  memcpy(&other, &weights[weights.size() - sizeof other], sizeof other);
  other.layout_hash ^= 1;
  other.trailer_hash = XXH3_64bits(&other, offsetof(MambacTrailer, trailer_hash));
  memcpy(&weights[weights.size() - sizeof other], &other, sizeof other);
  writeFile(folder + "/other", weights);
  EXPECT_HAS(openError(beside, (folder + "/other").c_str()), "belong to another model: 160 bytes with layout");

  // Other weights of the same layout are taken if they are asked for, and said to be others if they just lie there.
  other.layout_hash ^= 1;
  other.weights_hash ^= 1;
  other.trailer_hash = XXH3_64bits(&other, offsetof(MambacTrailer, trailer_hash));
  memcpy(&weights[weights.size() - sizeof other], &other, sizeof other);
  writeFile(folder + "/other", weights);
  ASSERT_EQ(mambac_open(beside.c_str(), (folder + "/other").c_str(), &model), MAMBAC_OK) << mambac_last_error();
  EXPECT_EQ(mambac_weights_hash(model), other.weights_hash);
  mambac_close(model);
  writeFile(beside + ".weights", weights);
  EXPECT_HAS(openError(beside), "are not those that " + beside + " was written with");
}

TEST_F(ProductTest, NotAProduct) {
  EXPECT_HAS(openError(folder + "/missing.so"), "cannot open " + folder + "/missing.so: No such file");
  EXPECT_HAS(openError(folder), "is not a regular file");
  writeFile(bad, "short");
  EXPECT_HAS(openError(bad), "it has only 5 bytes");
  writeFile(bad, std::string(10000, 'x'));
  EXPECT_HAS(openError(bad), "is not a product of mambac, or is truncated");
  EXPECT_HAS(openError("/proc/self/exe"), "is not a product of mambac, or is truncated");
  EXPECT_HAS(openError(TEST_PRODUCT_SO), "is not a product of mambac, or is truncated");
  mambac_model *none;
  EXPECT_EQ(mambac_open(nullptr, nullptr, &none), MAMBAC_INVALID_ARGUMENT);
  EXPECT_EQ(mambac_open(path.c_str(), nullptr, nullptr), MAMBAC_INVALID_ARGUMENT);
}

TEST_F(ProductTest, TruncatedAnywhere) {
  for (size_t size = 0; size < bytes.size(); size += 997) {
    writeFile(bad, bytes.substr(0, size));
    openError(bad);
  }
  // With the end in place and a piece missing before it.
  for (size_t cut : {size_t(64), size_t(4096), bytes.size() / 2}) {
    writeFile(bad, bytes.substr(0, bytes.size() - 64 - cut) + bytes.substr(bytes.size() - 64));
    openError(bad);
  }
}

TEST_F(ProductTest, CorruptCode) {
  // Any changed byte of the code or the trailer is noticed.
  for (size_t at = 0; at < trailer.so_bytes; at += 211) {
    std::string copy = bytes;
    copy[at] ^= 0x40;
    writeFile(bad, copy);
    EXPECT_HAS(openError(bad), "does not match its hash");
  }
  for (size_t at = bytes.size() - sizeof trailer; at < bytes.size(); ++at) {
    std::string copy = bytes;
    copy[at] ^= 0x01;
    writeFile(bad, copy);
    openError(bad);
  }
}

TEST_F(ProductTest, ForeignTrailers) {
  MambacTrailer changed = trailer;
  // A file of format 01 has a trailer of 64 bytes.
  std::string old = bytes.substr(0, bytes.size() - sizeof trailer) + "MAMBAC01" + std::string(56, 1);
  writeFile(bad, old);
  EXPECT_HAS(openError(bad), "was written by a mambac of file format 01; this runtime reads 02: compile the model again");
  memcpy(changed.magic, "MAMBAC77", 8);
  writeWithTrailer(changed);
  EXPECT_HAS(openError(bad), "was written by a mambac of file format 77; this runtime reads 02");
  for (uint64_t huge : {uint64_t(1) << 20, uint64_t(1) << 63, UINT64_MAX}) {
    changed = trailer;
    changed.so_offset = huge;
    writeWithTrailer(changed);
    EXPECT_HAS(openError(bad), "its parts reach beyond");
    changed = trailer;
    changed.so_bytes = huge;
    writeWithTrailer(changed);
    EXPECT_HAS(openError(bad), "its parts reach beyond");
    changed = trailer;
    changed.weights_offset = huge;
    writeWithTrailer(changed);
    EXPECT_HAS(openError(bad), "its parts reach beyond");
    changed = trailer;
    changed.weights_bytes = huge;
    writeWithTrailer(changed);
    EXPECT_HAS(openError(bad), "its parts reach beyond");
  }
  changed = trailer;
  changed.layout_hash ^= 1;
  writeWithTrailer(changed);
  EXPECT_HAS(openError(bad), "belong to another model");
  changed = trailer;
  changed.so_bytes = 0;
  writeWithTrailer(changed);
  EXPECT_HAS(openError(bad), "holds weights only");
}

TEST_F(ProductTest, BadELFHeaders) {
  EXPECT_HAS(errorWithHeader([](Elf64_Ehdr &elf, std::string &) { elf.e_ident[0] = 0; }), "it holds no ELF file");
  EXPECT_HAS(errorWithHeader([](Elf64_Ehdr &elf, std::string &) { elf.e_type = ET_EXEC; }), "not a 64-bit shared");
  EXPECT_HAS(errorWithHeader([](Elf64_Ehdr &elf, std::string &) { elf.e_machine = EM_RISCV; }),
             "compiled for another kind of processor (ELF machine 243");
  EXPECT_HAS(errorWithHeader([](Elf64_Ehdr &elf, std::string &) { elf.e_phoff = UINT64_MAX - 8; }),
             "program headers lie outside");
  EXPECT_HAS(errorWithHeader([](Elf64_Ehdr &elf, std::string &) { elf.e_phnum = 0xffff; }),
             "program headers lie outside");
  EXPECT_HAS(errorWithHeader([](Elf64_Ehdr &elf, std::string &) { elf.e_phnum = 0; }), "no dynamic section");
  EXPECT_HAS(errorWithHeader([](Elf64_Ehdr &elf, std::string &copy) {
               auto *segments = reinterpret_cast<Elf64_Phdr *>(&copy[elf.e_phoff]);
               segments[elf.e_phnum - 1].p_filesz = uint64_t(1) << 40;
             }),
             "lies outside of it");
}

TEST_F(ProductTest, BadMetadata) {
  // Same lengths, so that the code stays where it is.
  const struct {
    const char *from, *to, *message;
  } changes[] = {
      {"{\"abi\":4,", "{\"abi\":7,", "has ABI version 7; this runtime has 4"},
      {"{\"abi\":4,", "[\"abi\":2,", "its metadata is not JSON"},
      {"\"dtype\":\"i64\"", "\"dtype\":\"q64\"", "unknown dtype q64"},
      {"\"min\":2,\"max\":64", "\"min\":-2,\"max\":6", "symbol s1 has a negative minimum"},
      {"{\"symbol\":1}", "{\"symbol\":7}", "a size refers to no symbol"},
      {"{\"symbol\":1}", "{\"symbol\":0}", "no input has the size s1 of entry main"},
      {"\"name\":\"pair\"", "\"name\":\"pour\"", "it has no code for its entry pour"},
      {"\"rank\":3", "\"rank\":2", "rank and shape_text of hidden differ"},
      {"\"chunk\":16", "\"chank\":16", "entry sum has a length and no chunk"},
      {"\"role\":\"sum\",\"state\":0", "\"role\":\"sum\",\"state\":1", "state 0 is no entry's input"},
      {"\"entries\":[", "\"entriez\":[", "it has no entry points"},
      {"\"text\":{\"vocabulary\":256,", "\"text\":7,  \"vocabulary\":{", "\"text\" is not an object"},
      {"\"vocabulary\":256", "\"vocabulary\":\"2\"", "\"vocabulary\" is not an integer"},
      {"\"eos\":[2,77]", "\"eos\":[2,\"\"]", "\"eos\" is not a list of ids"},
      {"\"vocabulary\":256", "\"vocabulary\": 77", "\"text\" has ids outside of the vocabulary"},
      {"\"bos\":1", "\"bos\":{", "its metadata is not JSON"},
      {"\"reply\":", "\"repli\":", "\"reply\" is not a text"},
      {"[\"<<\",\">>\"]", "[\"<<,\", 5 ]", "\"system\" is not a list of two texts"},
      {"\"levels\":[", "\"lewels\":[", "it has code for 2 levels and describes 0"},
      {",{\"name\":\"plain\"}", "                 ", "it has code for 2 levels and describes 1"},
  };
  for (const auto &change : changes) {
    std::string so = readFile(TEST_PRODUCT_SO);
    size_t at = so.find(change.from);
    ASSERT_NE(at, std::string::npos) << change.from;
    ASSERT_EQ(strlen(change.from), strlen(change.to));
    so.replace(at, strlen(change.from), change.to);
    writeFile(folder + "/changed.so", so);
    ASSERT_EQ(writeTestProduct(folder + "/changed.so", bad, true, ""), "");
    EXPECT_HAS(openError(bad), change.message);
  }
}

/// The levels of a product: the one in use, and the scratch memory that its code for `pair` asks for.
static std::string describeLevel(const std::string &file, const char *wanted) {
  wanted ? setenv("MAMBAC_CPU", wanted, 1) : unsetenv("MAMBAC_CPU");
  mambac_model *model = nullptr;
  bool failed = mambac_open(file.c_str(), nullptr, &model);
  unsetenv("MAMBAC_CPU");
  if (failed)
    return mambac_last_error();
  mambac_state *state = nullptr;
  int64_t symbols[1] = {3}, inputs[3], outputs[1], scratch = -1;
  EXPECT_EQ(mambac_state_create(model, nullptr, &state), MAMBAC_OK);
  EXPECT_EQ(mambac_shapes(state, mambac_find_entry(model, "pair"), symbols, inputs, outputs, &scratch), MAMBAC_OK);
  std::string text = mambac_level_name(model, mambac_level_in_use(model)) + (" " + std::to_string(scratch));
  EXPECT_EQ(mambac_num_levels(model), 2);
  EXPECT_EQ(mambac_level_name(model, 2), nullptr);
  mambac_state_destroy(state);
  mambac_close(model);
  return text;
}

TEST_F(ProductTest, Levels) {
  // No machine has what the first level needs.
  EXPECT_EQ(describeLevel(path, nullptr), "plain 0");
  EXPECT_EQ(describeLevel(path, ""), "plain 0");
  EXPECT_EQ(describeLevel(path, "plain"), "plain 0");
  EXPECT_HAS(describeLevel(path, "fast"), "needs the CPU feature no-such for fast, which --cpu or MAMBAC_CPU asks for");
  EXPECT_HAS(describeLevel(path, "slow"), "has no code for slow, which --cpu or MAMBAC_CPU asks for; it has: fast, plain");
  // It is the best one where it needs nothing.
  std::string so = readFile(TEST_PRODUCT_SO), feature = "\"no-such\"";
  size_t at = so.find(feature);
  ASSERT_NE(at, std::string::npos);
  writeFile(folder + "/changed.so", std::string(so).replace(at, feature.size(), feature.size(), ' '));
  ASSERT_EQ(writeTestProduct(folder + "/changed.so", bad, true, ""), "");
  EXPECT_EQ(describeLevel(bad, nullptr), "fast 4096");
  EXPECT_EQ(describeLevel(bad, "plain"), "plain 0");
}

TEST_F(ProductTest, WriterErrors) {
  EXPECT_HAS(writeTestProduct(TEST_PRODUCT_SO, folder + "/no/such/folder.so", true, ""), "cannot write");
  EXPECT_HAS(writeTestProduct(TEST_PRODUCT_SO, folder + "/x", true, folder + "/no-runner"), "cannot read the runner");
  EXPECT_EQ(access((folder + "/x").c_str(), F_OK), -1);
  EXPECT_HAS(writeTestProduct(TEST_PRODUCT_SO, folder, true, ""), "cannot replace");
  // Nothing is left behind, in the folder or beside it.
  EXPECT_NE(system(("ls '" + folder + "' | grep -q 'x.tmp'").c_str()), 0);
  EXPECT_NE(system(("ls -d '" + folder + "'.tmp* > '" + folder + "/list' 2>&1").c_str()), 0);
}

} // namespace
