// Archives over 4 GiB, as sparse files that take no space: ZIP64 sizes and offsets.
#include "lib/Import/Archive.h"
#include "test/unit/Import/TinyModel.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace mambac::pt2;
using namespace mambac::test;

namespace {
struct TemporaryFile {
  std::string path = testing::TempDir() + "mambac-large-" + std::to_string(getpid()) + ".pt2";
  ~TemporaryFile() { std::remove(path.c_str()); }
};

TEST(LargeArchive, ReadsWeightsBehindFourGigabytes) {
  TemporaryFile file;
  ZipWriter writer;
  ZipWriter::Options hole;
  hole.hole = uint64_t(5) << 30;
  writer.add("t/data/extra", "", hole);
  for (const auto &[name, content] : TinyModel().entries)
    writer.add("t/" + name, content);
  ASSERT_GT(writer.position(), uint64_t(5) << 30);
  ASSERT_TRUE(writer.save(file.path));
  auto exported = readExportedProgram(file.path);
  ASSERT_TRUE(exported.ok()) << exported.error().message();
  float first;
  std::memcpy(&first, exported->findWeight("lin.b")->data, sizeof(first));
  EXPECT_EQ(first, 0.5f);
}

TEST(LargeArchive, MapsOneTensorOfMoreThanFourGigabytes) {
  TemporaryFile file;
  constexpr uint64_t rows = 40000, columns = 32768; // 4.88 GiB of floats
  TinyModel model;
  std::string &config = model["data/weights/model_weights_config.json"];
  std::string big = meta(std::to_string(rows) + "," + std::to_string(columns), std::to_string(columns) + ",1");
  config = replaced(config, meta("2,3", "3,1"), big);
  config = replaced(config, "\"lin.w\": {\"path_name\": \"weight_0\"", "\"lin.w\": {\"path_name\": \"weight_1\"");
  std::string &graph = model["models/model.json"];
  graph = replaced(graph, "\"p_w\": " + meta("2,3", "3,1"), "\"p_w\": " + big);
  ZipWriter writer;
  ZipWriter::Options hole;
  hole.hole = rows * columns * 4;
  writer.add("t/data/weights/weight_1", "", hole);
  for (const auto &[name, content] : model.entries)
    writer.add("t/" + name, content);
  ASSERT_TRUE(writer.save(file.path));

  auto peak = [] {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  long before = peak();
  ReadOptions options;
  options.verifyWeights = false; // five gigabytes of zeros are not worth their checksum
  auto exported = readExportedProgram(file.path, "", options);
  ASSERT_TRUE(exported.ok()) << exported.error().message();
  const TensorView *view = exported->findWeight("lin.w");
  EXPECT_EQ(view->bytes, rows * columns * 4);
  EXPECT_EQ(view->data[view->bytes - 1], 0);
  EXPECT_LT(peak() - before, 64 * 1024) << "weights are mapped, not copied";
}
} // namespace
