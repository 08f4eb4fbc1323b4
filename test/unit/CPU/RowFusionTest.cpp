//===- RowFusionTest.cpp - Loops over rows, with numbers ----------------------------------------------------------===//
//
// A row fusion whose elementwise part joins the sum behind it: the sum of each row has to start from its constant, and what
// the sum's loop stores has to be there for the operations behind it.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "test/unit/CPU/KernelRunner.h"
#include <gtest/gtest.h>

using namespace mambac::test;

namespace {

const char *const kModule = R"(
#id = affine_map<(i) -> (i)>
#one = affine_map<(i) -> ()>
module attributes {mambac.target = {vector_bytes = 16 : i64, native_fma = false}} {
func.func @f(%x: memref<8x128xf32>, %y: memref<8x128xf32>) attributes {llvm.emit_c_interface} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.parallel (%r) = (%c0) to (%c8) step (%c1) {
    %row = memref.alloca() : memref<128xf32>
    %sum = memref.alloca() : memref<f32>
    %in = memref.subview %x[%r, 0] [1, 128] [1, 1] : memref<8x128xf32> to memref<128xf32, strided<[1], offset: ?>>
    %out = memref.subview %y[%r, 0] [1, 128] [1, 1] : memref<8x128xf32> to memref<128xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%in : memref<128xf32, strided<[1], offset: ?>>) outs(%row : memref<128xf32>) {
    ^bb0(%a: f32, %o: f32):
      %0 = arith.addf %a, %a : f32
      linalg.yield %0 : f32
    }
    linalg.generic {indexing_maps = [#id, #one], iterator_types = ["reduction"], mambac.start = 3.0 : f32}
        ins(%row : memref<128xf32>) outs(%sum : memref<f32>) {
    ^bb0(%a: f32, %s: f32):
      %0 = arith.addf %s, %a : f32
      linalg.yield %0 : f32
    }
    linalg.generic {indexing_maps = [#id, #one, #id], iterator_types = ["parallel"]}
        ins(%row, %sum : memref<128xf32>, memref<f32>) outs(%out : memref<128xf32, strided<[1], offset: ?>>) {
    ^bb0(%a: f32, %s: f32, %o: f32):
      %0 = arith.addf %a, %s : f32
      linalg.yield %0 : f32
    }
    scf.reduce
  }
  return
} })";

TEST(RowFusion, SumsStartFromTheirConstant) {
  std::string error;
  auto code = Compiled::make(kModule, std::string("mambac-lower-linalg,") + kKernelPipeline, error);
  ASSERT_TRUE(code) << error;
  Buffer x("f32", {8, 128}), y("f32", {8, 128});
  // Small integers, whose sums are exact.
  for (int64_t i = 0; i < 8 * 128; ++i)
    reinterpret_cast<float *>(x.data())[i] = float(i % 13);
  code->run({&x, &y});
  for (int64_t r = 0; r < 8; ++r) {
    auto *in = reinterpret_cast<const float *>(x.data()) + r * 128, *out = reinterpret_cast<const float *>(y.data()) + r * 128;
    float sum = 3;
    for (int64_t i = 0; i < 128; ++i)
      sum += 2 * in[i];
    for (int64_t i = 0; i < 128; ++i)
      ASSERT_EQ(out[i], 2 * in[i] + sum) << "row " << r << ", column " << i;
  }
}

} // namespace
