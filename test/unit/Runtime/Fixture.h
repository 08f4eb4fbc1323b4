//===- Fixture.h - An open test product --------------------------------------------------------------*- C++ -*-===//
//
// A folder of its own for each test, the product in it, and tensors made in one line.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TEST_UNIT_RUNTIME_FIXTURE_H
#define MAMBAC_TEST_UNIT_RUNTIME_FIXTURE_H

#include "TestProduct.h"
#include "mambac/mambac.h"

#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>

namespace mambac::test {

/// How often this program has allocated memory (StateTest.cpp counts); 0 with sanitizers.
extern std::atomic<int64_t> allocations;

constexpr mambac_dtype f32 = {MAMBAC_FLOAT, 32, 1}, i64 = {MAMBAC_INT, 64, 1};

/// A dense tensor that owns its elements.
template <typename T> struct Tensor {
  std::vector<int64_t> shape;
  std::vector<T> elements;
  mambac_dtype dtype;

  Tensor(mambac_dtype dtype, std::vector<int64_t> shape, T fill = T()) : shape(std::move(shape)), dtype(dtype) {
    size_t count = 1;
    for (int64_t size : this->shape)
      count *= size_t(size);
    elements.assign(count, fill);
  }
  mambac_tensor view() {
    return {elements.data(), {MAMBAC_DEVICE_CPU, 0}, int32_t(shape.size()), dtype, shape.data(), nullptr, 0};
  }
};

class RuntimeTest : public ::testing::Test {
protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "mambac-XXXXXX";
    ASSERT_NE(mkdtemp(&pattern[0]), nullptr);
    folder = pattern;
    path = folder + "/model.so";
    ASSERT_EQ(writeTestProduct(TEST_PRODUCT_SO, path, true, ""), "");
  }
  void TearDown() override {
    mambac_state_destroy(state);
    mambac_close(model);
    ASSERT_EQ(system(("rm -r '" + folder + "'").c_str()), 0);
  }
  void openState(int threads = 2, bool profile = false) {
    ASSERT_EQ(mambac_open(path.c_str(), nullptr, &model), MAMBAC_OK) << mambac_last_error();
    mambac_options options = {sizeof options, threads, profile, 0};
    ASSERT_EQ(mambac_state_create(model, &options, &state), MAMBAC_OK) << mambac_last_error();
  }
  /// The message of opening `file`, which must fail.
  std::string openError(const std::string &file, const char *weights = nullptr) {
    mambac_model *opened = nullptr;
    EXPECT_NE(mambac_open(file.c_str(), weights, &opened), MAMBAC_OK);
    EXPECT_EQ(opened, nullptr);
    return mambac_last_error();
  }

  std::string folder, path;
  mambac_model *model = nullptr;
  mambac_state *state = nullptr;
};

/// Tests of one model at a time, with an execution state and a session of it.
class SessionsOfOneModel : public ::testing::Test {
protected:
  void TearDown() override { close(); }
  void close() {
    mambac_session_destroy(session);
    mambac_state_destroy(state);
    mambac_close(model);
    session = nullptr;
    state = nullptr;
    model = nullptr;
  }

  mambac_model *model = nullptr;
  mambac_state *state = nullptr;
  mambac_session *session = nullptr;
};

} // namespace mambac::test

#endif // MAMBAC_TEST_UNIT_RUNTIME_FIXTURE_H
