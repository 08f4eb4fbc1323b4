// Opening archives, good and bad: the zip itself, the format entries, the choice of the model.
#include "lib/Import/Archive.h"
#include "test/unit/Import/TinyModel.h"

#include <gtest/gtest.h>
#include <unistd.h>

using namespace mambac::pt2;
using namespace mambac::test;

namespace {
/// The error of reading `bytes`, or "" when it succeeds.
std::string readError(const std::string &bytes, const std::string &model = "") {
  auto archive = Archive::fromMemory(bytes.data(), bytes.size(), "a.pt2");
  if (!archive)
    return archive.error().message();
  auto exported = readExportedProgram(*archive, model);
  return exported ? "" : exported.error().message();
}

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << "the message is: " << (text)

std::string temporaryFile(const std::string &bytes) {
  std::string path = testing::TempDir() + "mambac-archive-test-" + std::to_string(getpid()) + ".pt2";
  FILE *file = std::fopen(path.c_str(), "wb");
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
  return path;
}

TEST(Archive, ReadsTheTinyModel) {
  std::string path = temporaryFile(TinyModel().bytes());
  auto exported = readExportedProgram(path);
  std::remove(path.c_str());
  ASSERT_TRUE(exported.ok()) << exported.error().message();
  EXPECT_EQ(exported->program.name, "model");
  EXPECT_EQ(exported->program.torchVersion, "2.13.0");
  const TensorView *bias = exported->findWeight("lin.b");
  ASSERT_NE(bias, nullptr);
  EXPECT_EQ(bias->bytes, 12u);
  float first;
  std::memcpy(&first, bias->data, sizeof(first));
  EXPECT_EQ(first, 0.5f);
  EXPECT_TRUE(bias->isContiguous());
  EXPECT_EQ(exported->findWeight("lin.w")->data + 24, bias->data) << "both lie in one storage, in the mapping";
  EXPECT_NE(exported->findWeight("scale"), nullptr);
  EXPECT_NE(exported->findWeight("k"), nullptr);
  EXPECT_EQ(exported->findWeight("nobody"), nullptr);
}

TEST(Archive, TakesTheRootFolderFromTheFirstEntry) {
  EXPECT_EQ(readError(TinyModel().zip("another name/").bytes()), "");
  EXPECT_EQ(readError(TinyModel().zip("").bytes()), "") << "packed again without the folder";
}

TEST(Archive, ReadsCompressedText) {
  TinyModel model;
  ZipWriter writer;
  for (const auto &[name, content] : model.entries) {
    ZipWriter::Options options;
    options.compress = name.find(".json") != std::string::npos;
    writer.add("t/" + name, content, options);
  }
  EXPECT_EQ(readError(writer.bytes()), "");
}

TEST(Archive, RefusesCompressedWeights) {
  ZipWriter writer;
  for (const auto &[name, content] : TinyModel().entries) {
    ZipWriter::Options options;
    options.compress = name == "data/weights/weight_0";
    writer.add("t/" + name, content, options);
  }
  EXPECT_CONTAINS(readError(writer.bytes()),
                  "data/weights/weight_0: the entry is compressed, so it cannot be mapped; pack");
}

TEST(Archive, RefusesMissingAndEmptyFiles) {
  auto missing = Archive::open("/nonexistent/model.pt2");
  ASSERT_FALSE(missing.ok());
  EXPECT_CONTAINS(missing.error().message(), "/nonexistent/model.pt2: cannot open the file: No such file");
  std::string path = temporaryFile("");
  auto empty = Archive::open(path);
  std::remove(path.c_str());
  ASSERT_FALSE(empty.ok());
  EXPECT_CONTAINS(empty.error().message(), "the file is empty");
  auto folder = Archive::open("/tmp");
  ASSERT_FALSE(folder.ok());
  EXPECT_CONTAINS(folder.error().message(), "not a regular file");
}

TEST(Archive, RefusesWhatIsNoZip) {
  EXPECT_CONTAINS(readError("module { func.func @main() }"), "a.pt2: not a zip archive, so not a .pt2 file; write it");
  EXPECT_CONTAINS(readError("x"), "not a zip archive");
}

TEST(Archive, RefusesEveryTruncation) {
  std::string bytes = TinyModel().bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::string error = readError(bytes.substr(0, size));
    ASSERT_FALSE(error.empty()) << "cut to " << size << " of " << bytes.size();
  }
  EXPECT_CONTAINS(readError(bytes.substr(0, bytes.size() / 2)),
                  "without its directory: the file is cut off or corrupt");
}

TEST(Archive, NoticesEveryFlippedByteOfContent) {
  TinyModel model;
  std::string bytes = model.bytes();
  for (const char *name : {"data/weights/weight_0", "data/constants/tensor_0", "models/model.json",
                           "data/weights/model_weights_config.json"}) {
    size_t at = bytes.find(std::string("tiny/") + name) + 5 + std::strlen(name);
    ASSERT_EQ(bytes.compare(at, model[name].size(), model[name]), 0);
    for (size_t i = 0; i < model[name].size(); i += 7) {
      std::string corrupt = bytes;
      corrupt[at + i] ^= 0x10;
      std::string error = readError(corrupt);
      EXPECT_CONTAINS(error,
                      std::string(name) + ": the content does not agree with its checksum: the archive is corrupt");
    }
  }
}

TEST(Archive, SurvivesFlippedBytesAnywhere) {
  std::string bytes = TinyModel().bytes();
  for (size_t i = 0; i < bytes.size(); ++i)
    for (unsigned char mask : {0x01, 0xff}) {
      std::string corrupt = bytes;
      corrupt[i] = static_cast<char>(corrupt[i] ^ mask);
      readError(corrupt); // must return; what it says depends on the place
    }
}

TEST(Archive, RefusesLiesInTheDirectory) {
  TinyModel model;
  auto with = [&](auto change) {
    ZipWriter writer;
    for (const auto &[name, content] : model.entries) {
      ZipWriter::Options options;
      if (name == "data/weights/weight_0")
        change(options);
      writer.add("t/" + name, content, options);
    }
    return readError(writer.bytes());
  };
  EXPECT_CONTAINS(with([](auto &o) { o.claimedSize = 1 << 30; }), "lies outside of the file");
  EXPECT_CONTAINS(with([](auto &o) { o.claimedSize = INT64_MAX; }), "lies outside of the file");
  EXPECT_CONTAINS(with([](auto &o) { o.offsetLie = 1; }), "does not agree with the zip directory");
  EXPECT_CONTAINS(with([](auto &o) { o.offsetLie = 0x7fffffff; }), "does not agree with the zip directory");
  EXPECT_CONTAINS(with([](auto &o) { o.offsetLie = uint64_t(1) << 62; }),
                  "does not agree with the zip directory; copy");
  EXPECT_CONTAINS(with([](auto &o) { o.flags = 1; }), "the entry is encrypted");
  EXPECT_CONTAINS(with([](auto &o) { o.method = 12; }), "compressed by method 12");
  EXPECT_CONTAINS(with([](auto &o) { o.crcXor = 1; }), "does not agree with its checksum");
}

TEST(Archive, RefusesEntriesThatStandTwice) {
  ZipWriter writer = TinyModel().zip("t/");
  writer.add("t/models/model.json", "{}");
  EXPECT_CONTAINS(readError(writer.bytes()), "models/model.json: the entry stands twice");
}

TEST(Archive, ChecksFormatAndVersion) {
  TinyModel model;
  model["archive_format"] = "pt3";
  EXPECT_CONTAINS(readError(model.bytes()), "archive_format: the archive's format is \"pt3\"");
  model["archive_format"] = "pt2\n";
  model["archive_version"] = "1";
  EXPECT_CONTAINS(readError(model.bytes()),
                  "archive version \"1\" is unknown; this mambac reads version 0; use a newer mambac");
}

TEST(Archive, RefusesBigEndian) {
  TinyModel model;
  model["byteorder"] = "big";
  EXPECT_CONTAINS(
      readError(model.bytes()),
      "byteorder: the weights are big-endian, which is not supported; write it again on a little-endian machine");
  model["byteorder"] = "middle";
  EXPECT_CONTAINS(readError(model.bytes()), "the byte order \"middle\" is unknown");
  model.remove("byteorder");
  EXPECT_EQ(readError(model.bytes()), "");
}

TEST(Archive, TellsOtherFilesOfPyTorchApart) {
  auto single = [](const char *name) {
    ZipWriter writer;
    writer.add(name, "x");
    return readError(writer.bytes());
  };
  EXPECT_CONTAINS(single("model/data.pkl"), "a checkpoint or TorchScript file, not an exported program");
  EXPECT_CONTAINS(single("serialized_exported_program.json"), "an archive of an older PyTorch");
  EXPECT_CONTAINS(single("word/document.xml"), "a zip archive, but not a .pt2 one");
  TinyModel model;
  model.remove("models/model.json");
  EXPECT_CONTAINS(readError(model.bytes()), "the archive has no model (no entry models/NAME.json)");
}

TEST(Archive, ChoosesTheModelByName) {
  TinyModel model;
  auto add = [&](const std::string &name) {
    model["models/" + name + ".json"] = tinyJson();
    model["data/weights/" + name + "_weights_config.json"] = model["data/weights/model_weights_config.json"];
    model["data/constants/" + name + "_constants_config.json"] = model["data/constants/model_constants_config.json"];
  };
  add("decode");
  EXPECT_CONTAINS(readError(model.bytes()), "the archive holds 2 models: model, decode; choose one by its name");
  EXPECT_EQ(readError(model.bytes(), "decode"), "");
  EXPECT_EQ(readError(model.bytes(), "model"), "");
  EXPECT_CONTAINS(readError(model.bytes(), "prefill"), "the archive has no model 'prefill'; it has: model, decode");
}
} // namespace
