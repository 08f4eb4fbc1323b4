//===- StateTest.cpp - Running a model ----------------------------------------------------------------------------===//
//
// Arguments against the signature, index faults, profile, threads, and that a warm state allocates nothing.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "Fixture.h"

#include <atomic>
#include <dlfcn.h>
#include <malloc.h>
#include <new>
#include <thread>

using namespace mambac::test;

// Every allocation of this program is counted, malloc's included. Sanitizers bring a malloc of their own.
std::atomic<int64_t> mambac::test::allocations{0};
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MAMBAC_SANITIZED
#endif
#endif
#ifndef MAMBAC_SANITIZED
extern "C" void *__libc_malloc(size_t);
extern "C" void *malloc(size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(bytes);
}
#endif

namespace {

/// Arguments of entry "main".
struct MainCall {
  Tensor<int64_t> ids;
  Tensor<float> scale, hidden, total;

  MainCall(int64_t batch, int64_t length)
      : ids(i64, {batch, length}), scale(f32, {}, 2.0f), hidden(f32, {batch, length, 4}), total(f32, {batch}) {
    for (size_t i = 0; i < ids.elements.size(); ++i)
      ids.elements[i] = int64_t(i * 7 % 10);
  }
  mambac_status run(mambac_state *state, int32_t entry = 0) {
    mambac_tensor inputs[] = {ids.view(), scale.view()}, outputs[] = {hidden.view(), total.view()};
    return mambac_run(state, entry, inputs, 2, outputs, 2);
  }
  void expectResult() {
    size_t row = 0;
    for (size_t b = 0; b < total.elements.size(); ++b) {
      float sum = 0;
      for (int64_t l = 0; l < ids.shape[1]; ++l, ++row)
        for (int j = 0; j < 4; ++j) {
          float expected = (float(ids.elements[row]) + 0.25f * float(j)) * scale.elements[0];
          ASSERT_EQ(hidden.elements[4 * row + size_t(j)], expected);
          sum += expected;
        }
      ASSERT_EQ(total.elements[b], sum);
    }
  }
};

using StateTest = RuntimeTest;

TEST_F(StateTest, Signature) {
  openState();
  EXPECT_STREQ(mambac_model_name(model), "by hand");
  EXPECT_EQ(mambac_weights_bytes(model), 160);
  EXPECT_EQ(mambac_num_entries(model), 7);
  EXPECT_EQ(mambac_find_entry(model, "pair"), 1);
  EXPECT_EQ(mambac_find_entry(model, "nothing"), -1);
  EXPECT_EQ(mambac_get_entry(model, 7), nullptr);
  EXPECT_EQ(mambac_get_entry(model, -1), nullptr);
  const mambac_entry_info *entry = mambac_get_entry(model, 0);
  ASSERT_NE(entry, nullptr);
  EXPECT_STREQ(entry->name, "main");
  ASSERT_EQ(entry->num_symbols, 2);
  EXPECT_STREQ(entry->symbols[1].name, "s1");
  EXPECT_EQ(entry->symbols[1].min, 2);
  EXPECT_EQ(entry->symbols[1].max, 64);
  EXPECT_EQ(entry->symbols[1].multiple_of, 2);
  EXPECT_EQ(entry->symbols[0].max, INT64_MAX);
  ASSERT_EQ(entry->num_inputs, 2);
  EXPECT_STREQ(entry->inputs[0].name, "ids");
  EXPECT_STREQ(entry->inputs[0].dtype_name, "i64");
  EXPECT_EQ(entry->inputs[0].index_limit, 10);
  EXPECT_EQ(entry->inputs[0].dims[0], -1);
  EXPECT_STREQ(entry->inputs[0].dim_texts[1], "s1");
  EXPECT_EQ(entry->inputs[1].rank, 0);
  ASSERT_EQ(entry->num_outputs, 2);
  EXPECT_EQ(entry->outputs[0].dims[2], 4);
  EXPECT_STREQ(mambac_get_entry(model, 1)->inputs[0].dim_texts[0], "2*s0+1");
}

TEST_F(StateTest, Text) {
  openState();
  const mambac_text_info *text = mambac_get_text(model);
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(text->vocabulary, 256);
  EXPECT_EQ(text->bos, 1);
  ASSERT_EQ(text->num_eos, 2);
  EXPECT_EQ(text->eos[1], 77);
  EXPECT_EQ(text->capacity, 4096);
  EXPECT_EQ(text->tokenizer, nullptr);
  EXPECT_STREQ(text->chat_begin, "<s>");
  EXPECT_STREQ(text->chat_reply, "A:");
  EXPECT_STREQ(text->chat_next, "</s>");
  EXPECT_STREQ(text->chat_system_begin, "<<");
  EXPECT_STREQ(text->chat_system_end, ">>");
  std::vector<float> weights = makeWeights();
  EXPECT_EQ(mambac_weights_hash(model), mambac::hashWeights(weights.data(), weights.size() * sizeof(float)));
}

TEST_F(StateTest, Runs) {
  openState();
  for (int64_t length : {2, 64, 6}) {
    MainCall call(3, length);
    ASSERT_EQ(call.run(state), MAMBAC_OK) << mambac_state_error(state);
    call.expectResult();
  }
}

TEST_F(StateTest, StateOutlivesClose) {
  openState();
  mambac_close(model);
  model = nullptr;
  MainCall call(2, 4);
  ASSERT_EQ(call.run(state), MAMBAC_OK);
  call.expectResult();
}

TEST_F(StateTest, ShapeQuery) {
  openState();
  MainCall call(3, 8);
  mambac_tensor inputs[] = {call.ids.view(), call.scale.view()};
  inputs[0].data = inputs[1].data = nullptr; // a query needs no data
  int64_t symbols[2], inputDims[2], outputDims[4], scratch;
  ASSERT_EQ(mambac_bind(state, 0, inputs, 2, symbols), MAMBAC_OK) << mambac_state_error(state);
  EXPECT_EQ(symbols[0], 3);
  EXPECT_EQ(symbols[1], 8);
  ASSERT_EQ(mambac_shapes(state, 0, symbols, inputDims, outputDims, &scratch), MAMBAC_OK);
  EXPECT_EQ(inputDims[1], 8);
  EXPECT_EQ(outputDims[0], 3);
  EXPECT_EQ(outputDims[3], 3);
  EXPECT_EQ(scratch, 3 * 8 * 4 * 4);
  EXPECT_EQ(mambac_shapes(state, 0, symbols, nullptr, nullptr, nullptr), MAMBAC_OK);
  symbols[1] = 7;
  EXPECT_EQ(mambac_shapes(state, 0, symbols, nullptr, nullptr, nullptr), MAMBAC_INVALID_ARGUMENT);
  EXPECT_STREQ(mambac_state_error(state), "size s1 of main is 7, expected a multiple of 2");
  int64_t large = INT64_MAX;
  EXPECT_EQ(mambac_shapes(state, 1, &large, nullptr, nullptr, nullptr), MAMBAC_INVALID_ARGUMENT);
}

TEST_F(StateTest, AffineShapes) {
  openState();
  Tensor<float> x(f32, {7, 3}), y(f32, {3}), z(f32, {4});
  mambac_tensor inputs[] = {x.view(), y.view()}, outputs[] = {z.view()};
  ASSERT_EQ(mambac_run(state, 1, inputs, 2, outputs, 1), MAMBAC_OK) << mambac_state_error(state);
  EXPECT_EQ(z.elements, (std::vector<float>{0, 1, 2, 3}));
  int64_t shape[] = {6, 3};
  inputs[0].shape = shape;
  EXPECT_EQ(mambac_run(state, 1, inputs, 2, outputs, 1), MAMBAC_INVALID_ARGUMENT);
  EXPECT_STREQ(mambac_state_error(state),
               "input x of pair has shape (6, 3), expected (2*s0+1, 3): dimension 0 cannot be 2*s0+1");
  shape[0] = 5;
  EXPECT_EQ(mambac_run(state, 1, inputs, 2, outputs, 1), MAMBAC_INVALID_ARGUMENT);
  EXPECT_STREQ(mambac_state_error(state),
               "input y of pair has shape (3), expected (s0) with s0 = 2 as in the inputs before it");
}

TEST_F(StateTest, EmptyTensors) {
  openState();
  Tensor<float> x(f32, {1, 3}), y(f32, {0}), z(f32, {1});
  mambac_tensor inputs[] = {x.view(), y.view()}, outputs[] = {z.view()};
  inputs[1].data = nullptr;
  EXPECT_EQ(mambac_run(state, 1, inputs, 2, outputs, 1), MAMBAC_OK) << mambac_state_error(state);
}

/// One change to good arguments, and the message that it must give.
struct BadCall {
  const char *message;
  void (*change)(mambac_tensor *inputs, mambac_tensor *outputs);
};

TEST_F(StateTest, BadArguments) {
  openState();
  static int64_t shape[3], strides[3];
  const BadCall bad[] = {
      {"input ids of main has 1 dimensions, expected 2: (s0, s1)", [](auto *in, auto *) { in[0].ndim = 1; }},
      {"input ids of main has dtype f32, expected i64", [](auto *in, auto *) { in[0].dtype = f32; }},
      {"input ids of main has dtype u64, expected i64", [](auto *in, auto *) { in[0].dtype.code = MAMBAC_UINT; }},
      {"input ids of main has dtype i64x4, expected i64", [](auto *in, auto *) { in[0].dtype.lanes = 4; }},
      {"input ids of main has dtype dtype code 9 with 64 bits, expected i64",
       [](auto *in, auto *) { in[0].dtype.code = 9; }},
      {"input ids of main is on device type 2, expected 1 (CPU)", [](auto *in, auto *) { in[0].device.device_type = 2; }},
      {"input ids of main has no shape (null)", [](auto *in, auto *) { in[0].shape = nullptr; }},
      {"input ids of main has no data (null), expected 64 bytes", [](auto *in, auto *) { in[0].data = nullptr; }},
      {"input ids of main is not aligned to its elements of 8 bytes", [](auto *in, auto *) { in[0].byte_offset = 4; }},
      {"input ids of main has shape (2, 3): s1 is 3, expected 2 to 64, a multiple of 2",
       [](auto *in, auto *) { in[0].shape = (shape[0] = 2, shape[1] = 3, shape); }},
      {"input ids of main has shape (2, 66): s1 is 66, expected 2 to 64, a multiple of 2",
       [](auto *in, auto *) { in[0].shape = (shape[0] = 2, shape[1] = 66, shape); }},
      {"input ids of main has shape (0, 2): s0 is 0, expected 1 or more",
       [](auto *in, auto *) { in[0].shape = (shape[0] = 0, shape[1] = 2, shape); }},
      {"input ids of main has a negative size: (-2, 2)",
       [](auto *in, auto *) { in[0].shape = (shape[0] = -2, shape[1] = 2, shape); }},
      {"input ids of main is too large to address: (9223372036854775807, 64)",
       [](auto *in, auto *) { in[0].shape = (shape[0] = INT64_MAX, shape[1] = 64, shape); }},
      {"input ids of main is not contiguous: dimension 1 has stride 2, expected 1 (copy it to a dense row-major tensor)",
       [](auto *in, auto *) { in[0].strides = (strides[0] = 4, strides[1] = 2, strides); }},
      {"input ids of main is not contiguous: dimension 0 has stride 1, expected 4 (copy it to a dense row-major tensor)",
       [](auto *in, auto *) { in[0].strides = (strides[0] = 1, strides[1] = 1, strides); }},
      {"output hidden of main has shape (2, 4, 5), expected (2, 4, 4) for these inputs",
       [](auto *, auto *out) { out[0].shape = (shape[0] = 2, shape[1] = 4, shape[2] = 5, shape); }},
      {"output hidden of main has dtype bf16, expected f32",
       [](auto *, auto *out) { out[0].dtype = {MAMBAC_BFLOAT, 16, 1}; }},
      {"output total of main has no data (null), expected 8 bytes", [](auto *, auto *out) { out[1].data = nullptr; }},
      {"output total of main overlaps output hidden in memory", [](auto *, auto *out) { out[1].data = out[0].data; }},
      {"output hidden of main overlaps input scale in memory",
       [](auto *in, auto *out) { in[1].data = static_cast<float *>(out[0].data) + 31; }},
  };
  for (const BadCall &one : bad) {
    MainCall call(2, 4);
    mambac_tensor inputs[] = {call.ids.view(), call.scale.view()}, outputs[] = {call.hidden.view(), call.total.view()};
    one.change(inputs, outputs);
    EXPECT_EQ(mambac_run(state, 0, inputs, 2, outputs, 2), MAMBAC_INVALID_ARGUMENT) << one.message;
    EXPECT_STREQ(mambac_state_error(state), one.message);
  }
  MainCall call(2, 4);
  mambac_tensor inputs[] = {call.ids.view(), call.scale.view()}, outputs[] = {call.hidden.view(), call.total.view()};
  EXPECT_EQ(mambac_run(state, 9, inputs, 2, outputs, 2), MAMBAC_INVALID_ARGUMENT);
  EXPECT_STREQ(mambac_state_error(state), "there is no entry point 9: the model has 7");
  EXPECT_EQ(mambac_run(state, 0, inputs, 1, outputs, 2), MAMBAC_INVALID_ARGUMENT);
  EXPECT_STREQ(mambac_state_error(state), "main takes 2 inputs, got 1");
  EXPECT_EQ(mambac_run(state, 0, inputs, 2, outputs, 1), MAMBAC_INVALID_ARGUMENT);
  EXPECT_STREQ(mambac_state_error(state), "main gives 2 outputs, got room for 1");
  EXPECT_EQ(mambac_run(state, 0, nullptr, 2, outputs, 2), MAMBAC_INVALID_ARGUMENT);
  EXPECT_EQ(mambac_run(state, 0, inputs, 2, nullptr, 2), MAMBAC_INVALID_ARGUMENT);
  EXPECT_EQ(mambac_bind(state, 0, inputs, 2, nullptr), MAMBAC_INVALID_ARGUMENT);
  // And the state still works.
  EXPECT_EQ(mambac_run(state, 0, inputs, 2, outputs, 2), MAMBAC_OK);
}

TEST_F(StateTest, AcceptsMeaninglessStridesAndOffsets) {
  openState();
  MainCall call(1, 4);
  int64_t strides[] = {-77, 1}; // of a dimension of size 1
  mambac_tensor inputs[] = {call.ids.view(), call.scale.view()}, outputs[] = {call.hidden.view(), call.total.view()};
  inputs[0].strides = strides;
  int64_t shape[] = {1, 2};
  inputs[0].shape = shape;
  inputs[0].byte_offset = 16;
  int64_t hidden[] = {1, 2, 4};
  outputs[0].shape = hidden;
  ASSERT_EQ(mambac_run(state, 0, inputs, 2, outputs, 2), MAMBAC_OK) << mambac_state_error(state);
  EXPECT_EQ(call.hidden.elements[0], 8.0f); // ids[2] = 4
}

TEST_F(StateTest, NoMemory) {
  openState();
  for (int64_t length : {1, 2}) {
    Tensor<float> x(f32, {length}), z(f32, {length});
    mambac_tensor inputs[] = {x.view()}, outputs[] = {z.view()};
    EXPECT_EQ(mambac_run(state, 2, inputs, 1, outputs, 1), MAMBAC_OUT_OF_MEMORY);
    EXPECT_NE(std::string(mambac_state_error(state)).find("scratch"), std::string::npos);
  }
}

// Entry 0 has a limit in its metadata, which is checked before it runs; entry 4 notices while it runs.
TEST_F(StateTest, IndexFault) {
  openState();
  for (int32_t entry : {0, 4}) {
    MainCall call(2, 8);
    call.ids.elements[3] = 70000;
    call.ids.elements[4] = 80000;
    call.ids.elements[9] = -1;
    EXPECT_EQ(call.run(state, entry), MAMBAC_INDEX_OUT_OF_RANGE);
    EXPECT_STREQ(mambac_state_error(state), "ids holds -1 at a place where indices must be in [0, 10)");
    call.ids.elements[9] = 1;
    EXPECT_EQ(call.run(state, entry), MAMBAC_INDEX_OUT_OF_RANGE);
    EXPECT_STREQ(mambac_state_error(state), "ids holds 70000 at a place where indices must be in [0, 10)");
    call.ids.elements[3] = 10;
    EXPECT_EQ(call.run(state, entry), MAMBAC_INDEX_OUT_OF_RANGE);
    EXPECT_STREQ(mambac_state_error(state), "ids holds 10 at a place where indices must be in [0, 10)");
    call.ids.elements[3] = 9;
    call.ids.elements[4] = 0;
    EXPECT_EQ(call.run(state, entry), MAMBAC_OK);
    call.expectResult();
  }
}

TEST_F(StateTest, States) {
  openState();
  int32_t entry = mambac_find_entry(model, "sum");
  ASSERT_EQ(mambac_num_states(model), 1);
  EXPECT_EQ(mambac_get_state_info(model, 1), nullptr);
  EXPECT_EQ(mambac_get_state_info(model, -1), nullptr);
  const mambac_value_info *info = mambac_get_state_info(model, 0);
  ASSERT_NE(info, nullptr);
  EXPECT_STREQ(info->name, "total");
  EXPECT_STREQ(info->role, "sum");
  EXPECT_STREQ(info->dim_texts[0], "s0");
  EXPECT_EQ(info->state, 0);
  EXPECT_EQ(mambac_get_entry(model, entry)->inputs[1].state, 0);
  EXPECT_EQ(mambac_get_entry(model, entry)->inputs[0].state, -1);
  EXPECT_EQ(mambac_get_entry(model, entry)->chunk, 16);
  EXPECT_EQ(mambac_get_entry(model, 0)->chunk, 0);

  Tensor<float> memory(f32, {8}, 1), x(f32, {4}, 2);
  mambac_tensor inputs[] = {x.view(), memory.view()};
  inputs[1].shape = x.shape.data();
  for (float expected : {3, 5}) {
    ASSERT_EQ(mambac_run(state, entry, inputs, 2, nullptr, 0), MAMBAC_OK) << mambac_state_error(state);
    EXPECT_EQ(memory.elements[3], expected);
    EXPECT_EQ(memory.elements[4], 1);
  }
  // What a run writes is nobody else's.
  inputs[0].data = memory.elements.data() + 3;
  EXPECT_EQ(mambac_run(state, entry, inputs, 2, nullptr, 0), MAMBAC_INVALID_ARGUMENT);
  EXPECT_STREQ(mambac_state_error(state), "state total of sum, which is written, overlaps input x in memory");
  EXPECT_EQ(memory.elements[3], 5);
  inputs[0].data = memory.elements.data() + 4;
  EXPECT_EQ(mambac_run(state, entry, inputs, 2, nullptr, 0), MAMBAC_OK);
}

TEST_F(StateTest, AllTypes) {
  openState();
  const mambac_entry_info *entry = mambac_get_entry(model, 3);
  std::vector<mambac_tensor> inputs, outputs;
  static int64_t shape[] = {3};
  alignas(8) char in[10][24], out[10][24] = {};
  memset(in, 0x41, sizeof in);
  for (int i = 0; i < 10; ++i) {
    inputs.push_back({in[i], {MAMBAC_DEVICE_CPU, 0}, 1, entry->inputs[i].dtype, shape, nullptr, 0});
    outputs.push_back({out[i], {MAMBAC_DEVICE_CPU, 0}, 1, entry->outputs[i].dtype, shape, nullptr, 0});
  }
  ASSERT_EQ(mambac_run(state, 3, inputs.data(), 10, outputs.data(), 10), MAMBAC_OK) << mambac_state_error(state);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(memcmp(in[i], out[i], size_t(entry->inputs[i].dtype.bits / 8 * 3)), 0);
}

TEST_F(StateTest, Profile) {
  openState(2, true);
  MainCall call(2, 8);
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(call.run(state), MAMBAC_OK);
  ASSERT_EQ(mambac_profile_size(state), 2);
  mambac_profile_row row;
  ASSERT_EQ(mambac_profile_get(state, 0, &row), MAMBAC_OK);
  EXPECT_STREQ(row.kernel, "embed_0");
  EXPECT_STREQ(row.module, "backbone.embeddings");
  EXPECT_STREQ(row.kind, "gather");
  EXPECT_EQ(row.calls, 3);
  EXPECT_GT(row.seconds, 0);
  EXPECT_EQ(row.flops, 3 * 4 * 2 * 8);
  // s0 * (s1 * 32 + 7 mod 4) - 3 * s0 + 9 floordiv 2 - 7 ceildiv 2
  EXPECT_EQ(row.bytes, 3 * (2 * (8 * 32 + 3) - 3 * 2 + 4 - 4));
  EXPECT_EQ(mambac_profile_get(state, 2, &row), MAMBAC_INVALID_ARGUMENT);
  mambac_profile_reset(state);
  ASSERT_EQ(mambac_profile_get(state, 0, &row), MAMBAC_OK);
  EXPECT_EQ(row.calls, 0);
}

TEST_F(StateTest, WarmRunAllocatesNothing) {
  openState();
  MainCall call(16, 64), other(2, 4);
  ASSERT_EQ(call.run(state), MAMBAC_OK);
  mambac_tensor inputs[] = {call.ids.view(), call.scale.view()}, outputs[] = {call.hidden.view(), call.total.view()};
  mambac_tensor bad[] = {call.scale.view(), call.scale.view()};
  int64_t before = allocations.load();
  for (int i = 0; i < 100; ++i)
    if (mambac_run(state, 0, inputs, 2, outputs, 2))
      FAIL();
  if (mambac_run(state, 0, bad, 2, outputs, 2) != MAMBAC_INVALID_ARGUMENT)
    FAIL();
  EXPECT_EQ(allocations.load(), before);
#ifndef MAMBAC_SANITIZED
  EXPECT_GT(before, 0); // the hook is in place
#endif
}

TEST_F(StateTest, ThreadsAtOnce) {
  openState();
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 6; ++t)
    threads.emplace_back([&, t] {
      mambac_options options = {sizeof options, 1 + t % 3, 0, 0};
      mambac_state *own = nullptr;
      if (mambac_state_create(model, &options, &own)) {
        ++failures;
        return;
      }
      for (int i = 0; i < 300; ++i) {
        MainCall call(1 + (t + i) % 5, 2 + 2 * (i % 30));
        if (call.run(own))
          ++failures;
        call.expectResult();
      }
      mambac_state_destroy(own);
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(failures.load(), 0);
}

TEST_F(StateTest, Options) {
  openState();
  mambac_state *other;
  mambac_options negative = {sizeof negative, -1, 0, 0};
  EXPECT_EQ(mambac_state_create(model, &negative, &other), MAMBAC_INVALID_ARGUMENT);
  EXPECT_STREQ(mambac_last_error(), "options.threads is -1, expected 0 or more");
  mambac_options unset = {0, 1, 0, 0};
  EXPECT_EQ(mambac_state_create(model, &unset, &other), MAMBAC_INVALID_ARGUMENT);
  EXPECT_EQ(mambac_state_create(nullptr, nullptr, &other), MAMBAC_INVALID_ARGUMENT);
  setenv("MAMBAC_NUM_THREADS", "3", 1);
  ASSERT_EQ(mambac_state_create(model, nullptr, &other), MAMBAC_OK);
  EXPECT_EQ(mambac_state_threads(other), 3);
  mambac_state_destroy(other);
  unsetenv("MAMBAC_NUM_THREADS");
  mambac_options one = {sizeof one, 1, 0, 0};
  ASSERT_EQ(mambac_state_create(model, &one, &other), MAMBAC_OK);
  EXPECT_EQ(mambac_state_threads(other), 1);
  mambac_state_destroy(other);
  mambac_state_destroy(nullptr);
  mambac_close(nullptr);
}

TEST_F(StateTest, LinkedProduct) {
  void *handle = dlopen(path.c_str(), RTLD_NOW);
  ASSERT_NE(handle, nullptr) << dlerror();
  const auto *product = static_cast<const struct MambacProduct *>(dlsym(handle, "mambac_product"));
  ASSERT_EQ(mambac_open_linked(product, nullptr, &model), MAMBAC_OK) << mambac_last_error();
  ASSERT_EQ(mambac_state_create(model, nullptr, &state), MAMBAC_OK);
  MainCall call(2, 6);
  ASSERT_EQ(call.run(state), MAMBAC_OK) << mambac_state_error(state);
  call.expectResult();
  mambac_state_destroy(state);
  state = nullptr;
  mambac_close(model);
  model = nullptr;
  dlclose(handle);
}

} // namespace
