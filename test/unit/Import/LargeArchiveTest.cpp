// Archives over 4 GiB, as sparse files that take no space: ZIP64 sizes and offsets. And a graph of many nodes, as
// unrolled time loops make them.
#include "lib/Import/Archive.h"
#include "test/unit/Import/TinyModel.h"

#include <cstdio>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace mambac::pt2;
using namespace mambac::test;

namespace {
struct TemporaryFile {
  std::string path = testing::TempDir() + "mambac-large-" + std::to_string(getpid()) + ".pt2";
  ~TemporaryFile() { std::remove(path.c_str()); }
};

/// The largest resident size since resetPeak, in kilobytes.
long peakKilobytes() {
  long peak = -1;
  char line[256];
  if (FILE *file = std::fopen("/proc/self/status", "r")) {
    while (std::fgets(line, sizeof(line), file))
      std::sscanf(line, "VmHWM: %ld", &peak);
    std::fclose(file);
  }
  return peak;
}

/// Makes the present size the peak; returns it.
long resetPeak() {
  if (FILE *file = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", file);
    std::fclose(file);
  }
  return peakKilobytes();
}

/// Sanitizers keep what is freed.
constexpr bool memoryIsMeasurable =
#if defined(__has_feature)
    !__has_feature(address_sanitizer);
#else
    true;
#endif

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

  long before = resetPeak();
  ReadOptions options;
  options.verifyWeights = false; // five gigabytes of zeros are not worth their checksum
  auto exported = readExportedProgram(file.path, "", options);
  ASSERT_TRUE(exported.ok()) << exported.error().message();
  const TensorView *view = exported->findWeight("lin.w");
  EXPECT_EQ(view->bytes, rows * columns * 4);
  EXPECT_EQ(view->data[view->bytes - 1], 0);
  EXPECT_LT(peakKilobytes() - before, 64 * 1024) << "weights are mapped, not copied";
}
TEST(LargeArchive, ReadsAGraphOfManyNodesInLittleMemory) {
  // 1.7 KB a node, most of it the stack trace.
  constexpr int count = 12000;
  std::string frame =
      R"(  File \"/somewhere/lib/python3.11/site-packages/transformers/models/mamba/modeling_mamba.py\", line 311, )"
      R"(in slow_forward\n    ssm_state = discrete_A[:, :, i, :] * ssm_state + deltaB_u[:, :, i, :]\n)";
  std::string trace;
  for (int i = 0; i < 7; ++i)
    trace += frame;
  std::string nodes, values;
  for (int i = 0; i < count; ++i) {
    std::string name = "mul_" + std::to_string(i);
    nodes +=
        R"({"target": "torch.ops.aten.mul.Tensor", "inputs": [{"name": "self", "arg": {"as_tensor": {"name": "x"}}, "kind": 1},
      {"name": "other", "arg": {"as_tensor": {"name": "x"}}, "kind": 1}], "outputs": [{"as_tensor": {"name": ")" +
        name + R"("}}], "metadata": {"stack_trace": ")" + trace +
        R"(", "nn_module_stack": "L__self__,,m.M;k,backbone.layers.0.mixer,m.Mixer"}, "name": ")" + name + "\"}, ";
    values += "\"" + name + "\": " + meta("s0,3", "3,1") + ", ";
  }
  TinyModel model;
  std::string &graph = model["models/model.json"];
  graph.insert(graph.find("\"nodes\": [") + 10, nodes);
  graph.insert(graph.find("\"tensor_values\": {") + 18, values);
  size_t size = graph.size();
  EXPECT_GT(size, size_t(20) << 20);
  TemporaryFile file;
  ASSERT_TRUE(model.zip().save(file.path));
  nodes = values = graph = "";

  long before = resetPeak();
  auto exported = readExportedProgram(file.path);
  ASSERT_TRUE(exported.ok()) << exported.error().message();
  EXPECT_EQ(exported->program.graph.nodes.size(), count + 2u);
  EXPECT_EQ(exported->program.graph.nodes[5].sourceLine, 311u);
  if (memoryIsMeasurable) {
    EXPECT_LT(peakKilobytes() - before, static_cast<long>(size >> 10) * 2)
        << "the text is mapped, and no tree is made of it";
  }
}
} // namespace
