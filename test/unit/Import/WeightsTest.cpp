// Tensor views: what their sizes, strides and offsets may be, and how configuration, storage and graph must agree.
#include "lib/Import/Weights.h"
#include "test/unit/Import/TinyModel.h"

#include <gtest/gtest.h>

using namespace mambac::pt2;
using namespace mambac::test;

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << "the message is: " << (text)

namespace {
std::string viewError(std::vector<int64_t> sizes, std::vector<int64_t> strides, int64_t offset, size_t bytes = 36,
                      DType type = DType::Float32) {
  static const std::string storage(4096, '\0');
  auto view =
      makeTensorView(type, std::move(sizes), std::move(strides), offset, std::string_view(storage).substr(0, bytes));
  return view ? "" : view.error().message();
}

TEST(TensorView, FitsExactly) {
  EXPECT_EQ(viewError({3, 3}, {3, 1}, 0), "");
  EXPECT_EQ(viewError({3, 2}, {3, 1}, 1), "");
  EXPECT_EQ(viewError({3, 3}, {1, 3}, 0), "") << "transposed";
  EXPECT_EQ(viewError({}, {}, 8), "") << "a scalar";
  EXPECT_EQ(viewError({1000}, {0}, 8), "") << "broadcast";
  EXPECT_EQ(viewError({0, 5}, {5, 1}, 99), "") << "no elements, so the offset does not matter";
}

TEST(TensorView, RefusesWhatReachesBeyondTheStorage) {
  EXPECT_CONTAINS(viewError({3, 3}, {3, 1}, 1),
                  "it needs 40 bytes of a storage of 36 (f32, sizes [3, 3], strides [3, 1], offset 1)");
  EXPECT_CONTAINS(viewError({10}, {1}, 0), "it needs 40 bytes");
  EXPECT_CONTAINS(viewError({2}, {9}, 0), "it needs 40 bytes");
  EXPECT_CONTAINS(viewError({}, {}, 9), "it needs 40 bytes");
  EXPECT_CONTAINS(viewError({1}, {1}, 0, 0), "it needs 4 bytes of a storage of 0");
  EXPECT_CONTAINS(viewError({5}, {1}, 0, 36, DType::Complex64), "it needs 40 bytes");
}

TEST(TensorView, RefusesNegativeNumbers) {
  EXPECT_CONTAINS(viewError({-1}, {1}, 0), "a size or stride is negative");
  EXPECT_CONTAINS(viewError({3}, {-1}, 8), "a size or stride is negative");
  EXPECT_CONTAINS(viewError({3}, {1}, -1), "its offset is negative");
  EXPECT_CONTAINS(viewError({3, 3}, {1}, 0), "it has 2 sizes but 1 strides");
  EXPECT_CONTAINS(viewError({3}, {1}, 0, 36, DType::Unknown), "its dtype is unknown");
}

TEST(TensorView, RefusesOverflows) {
  int64_t large = INT64_MAX, half = int64_t(1) << 62;
  EXPECT_CONTAINS(viewError({large}, {large}, large), "impossibly large");
  EXPECT_CONTAINS(viewError({half, 4}, {0, 0}, 0), "impossibly large");
  EXPECT_CONTAINS(viewError({2}, {half}, half), "impossibly large");
  EXPECT_CONTAINS(viewError({1}, {1}, half), "impossibly large") << "offset times four bytes";
  EXPECT_CONTAINS(viewError({0, large, large}, {1, 1, 1}, 0), "impossibly large");
  EXPECT_CONTAINS(viewError({int64_t(1) << 41}, {0}, 0), "impossibly large")
      << "a broadcast that no machine could copy";
}

TEST(TensorView, KnowsDenseLayouts) {
  std::string storage(64, '\0');
  auto contiguous = [&](std::vector<int64_t> sizes, std::vector<int64_t> strides) {
    return makeTensorView(DType::Int8, std::move(sizes), std::move(strides), 0, storage)->isContiguous();
  };
  EXPECT_TRUE(contiguous({2, 3}, {3, 1}));
  EXPECT_TRUE(contiguous({2, 1, 3}, {3, 77, 1})) << "the stride of a unit dimension means nothing";
  EXPECT_TRUE(contiguous({}, {}));
  EXPECT_FALSE(contiguous({2, 3}, {1, 2}));
  EXPECT_FALSE(contiguous({2, 3}, {4, 1}));
  EXPECT_FALSE(contiguous({5}, {0}));
}

std::string readError(const TinyModel &model) {
  std::string bytes = model.bytes();
  auto archive = Archive::fromMemory(bytes.data(), bytes.size(), "a.pt2");
  auto exported = archive ? readExportedProgram(*archive) : Expected<ExportedProgram>(archive.error());
  return exported ? "" : exported.error().message();
}

TEST(Weights, MissingOnes) {
  TinyModel model;
  model.remove("data/weights/weight_0");
  EXPECT_CONTAINS(readError(model), "a.pt2: data/weights/model_weights_config.json: the tensor 'lin.w': its storage "
                                    "data/weights/weight_0 is missing");
  TinyModel other;
  std::string &config = other["data/weights/model_weights_config.json"];
  config = replaced(config, "lin.b", "lin.bias");
  EXPECT_CONTAINS(readError(other),
                  "models/model.json: the parameter 'lin.b' is missing in the archive; write it again");
  TinyModel third;
  third.remove("data/constants/model_constants_config.json");
  EXPECT_CONTAINS(readError(third), "the buffer 'scale' is missing in the archive");
}

TEST(Weights, PickledOnesAreRefused) {
  TinyModel model;
  std::string &config = model["data/weights/model_weights_config.json"];
  config = replaced(config, "\"use_pickle\": false", "\"use_pickle\": true");
  EXPECT_CONTAINS(readError(model),
                  "the tensor 'lin.w': it is stored as a pickle, which mambac never reads; make it a plain tensor");
}

TEST(Weights, BeyondTheirStorage) {
  TinyModel model;
  std::string &config = model["data/weights/model_weights_config.json"];
  config = replaced(config, "\"storage_offset\": {\"as_int\": 6}", "\"storage_offset\": {\"as_int\": 7}");
  EXPECT_CONTAINS(
      readError(model),
      "the tensor 'lin.b': it needs 40 bytes of a storage of 36 (f32, sizes [3], strides [1], offset 7); write it");
}

TEST(Weights, MustAgreeWithTheGraph) {
  TinyModel model;
  std::string &config = model["data/weights/model_weights_config.json"];
  config = replaced(config, meta("3", "1", 6), meta("2", "1", 6));
  EXPECT_CONTAINS(readError(model), "the parameter 'lin.b' is f32[3] in the graph but f32[2] in data/weights/weight_0");
  TinyModel other;
  std::string &second = other["data/weights/model_weights_config.json"];
  second = replaced(second, meta("3", "1", 6), meta("3", "1", 6, 4));
  EXPECT_CONTAINS(readError(other), "the parameter 'lin.b' is f32[3] in the graph but i32[3] in");
}

TEST(Weights, MalformedConfigurations) {
  const char *name = "data/weights/model_weights_config.json";
  auto with = [&](const std::string &text) {
    TinyModel model;
    model[name] = text;
    return readError(model);
  };
  EXPECT_CONTAINS(with("{\"config\": "), "model_weights_config.json: parse error at line 1");
  EXPECT_CONTAINS(with("[]"), "is an array, not an object");
  EXPECT_CONTAINS(with("{\"config\": 5}"), "is an integer, not an object");
  EXPECT_CONTAINS(with("{\"config\": {\"lin.w\": {}}}"), "the tensor 'lin.w': its configuration has no path_name");
  EXPECT_CONTAINS(with("{\"config\": {\"other\": {\"path_name\": \"weight_0\"}}}"),
                  "the tensor 'other': its configuration has no tensor_meta");
  EXPECT_CONTAINS(with("{\"config\": {" + payload("lin.w", "weight_0", meta("s0,3", "3,1")) + "}}"),
                  "the tensor 'lin.w': its sizes are not constants");
  EXPECT_CONTAINS(with("{\"config\": {" +
                       payload("lin.w", "weight_0", replaced(meta("2,3", "3,1"), "\"layout\": 7", "\"layout\": 1")) +
                       "}}"),
                  "the tensor 'lin.w': it is not a dense tensor");
  EXPECT_CONTAINS(with(std::string(1000, '[')), "nested too deeply");
}

TEST(Weights, OlderLayoutsAreRead) {
  // model_param_config.json, with descriptions in the graph alone.
  TinyModel model;
  model.remove("data/weights/model_weights_config.json");
  model["data/weights/model_model_param_config.json"] =
      "{\"config\": {\"lin.w\": {\"path_name\": \"weight_0\", \"use_pickle\": false, \"tensor_meta\": null},"
      "\"lin.b\": \"weight_0\"}}";
  EXPECT_EQ(readError(model), "");
}
} // namespace
