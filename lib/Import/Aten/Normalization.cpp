// Normalizations that PyTorch has as one op: layer_norm, rms_norm, group_norm. Each is computed in f32 and rounded
// once.
#include "lib/Import/Aten/Reduce.h"

using namespace mlir;

namespace mambac::aten {
namespace {

Tensor scaleAndShift(Emitter &e, const Tensor &in, const Tensor &average, const Tensor &scale, const Tensor &weight,
                     const Tensor &bias, DType type) {
  DType wide = computeType(in.dtype);
  SmallVector<Tensor> ins = {in, scale};
  for (const Tensor &each : {average, weight, bias})
    if (each)
      ins.push_back(each);
  return e.elementwise(ins, type, in.sizes, [&](Emitter &, ValueRange v) {
    unsigned next = 2;
    Value x = e.convert(v[0], in.dtype, wide);
    if (average)
      x = subScalars(e, wide, x, v[next++]);
    x = mulScalars(e, wide, x, v[1]);
    if (weight)
      x = mulScalars(e, wide, x, e.convert(v[next++], weight.dtype, wide));
    if (bias)
      x = addScalars(e, wide, x, e.convert(v[next++], bias.dtype, wide));
    return e.convert(x, wide, type);
  });
}

Tensor rsqrtPlus(Emitter &e, const Tensor &in, double eps) {
  return e.elementwise({in}, in.dtype, in.sizes, [&](Emitter &, ValueRange v) -> Value {
    return math::RsqrtOp::create(e.b, e.loc, addScalars(e, in.dtype, v[0], e.constant(in.dtype, eps)));
  });
}

/// layer_norm over the last dims of normalized_shape; rms_norm does without the mean.
template <bool centered> LogicalResult lowerNorm(Call &c) {
  Tensor self = c.tensor("input"), weight = c.optionalTensor("weight"),
         bias = centered ? c.optionalTensor("bias") : Tensor();
  SmallVector<int64_t> shape = c.integers("normalized_shape");
  if (c.failed())
    return failure();
  if (int64_t(shape.size()) > self.rank() || !isFloat(self.dtype))
    return c.fail("its normalized shape has more dims than its input, or that is not floating-point");
  // rms_norm's default is the machine epsilon of the type it computes in.
  DType type = computeType(self.dtype);
  double eps = c.number("eps", centered                 ? 1e-5
                               : type == DType::Float64 ? 2.220446049250313e-16
                                                        : 1.1920928955078125e-07);
  SmallVector<int64_t> dims = llvm::to_vector(llvm::seq<int64_t>(self.rank() - shape.size(), self.rank()));
  Emitter &e = c.e;
  Tensor average, spread;
  if (centered) {
    average = mean(e, self, dims, true, type);
    spread = variance(e, self, dims, true, 0.0, average);
  } else {
    Tensor squares = e.elementwise({self}, type, self.sizes, [&](Emitter &, ValueRange v) {
      Value x = e.convert(v[0], self.dtype, type);
      return mulScalars(e, type, x, x);
    });
    spread = mean(e, squares, dims, true, type);
  }
  Tensor scale = rsqrtPlus(e, spread, eps);
  if (failed(c.result(scaleAndShift(e, self, average, scale, weight, bias, c.resultType()))))
    return failure();
  // native_layer_norm also returns the mean and the scale.
  if (c.results().size() > 1 && centered) {
    if (failed(c.result(e.convert(average, c.resultType(1)), 1)))
      return failure();
    return c.result(e.convert(scale, c.resultType(2)), 2);
  }
  return success();
}

LogicalResult lowerGroupNorm(Call &c) {
  Tensor self = c.tensor("input"), weight = c.optionalTensor("weight"), bias = c.optionalTensor("bias");
  int64_t groups = c.integer("num_groups");
  double eps = c.number("eps", 1e-5);
  if (c.failed())
    return failure();
  if (self.rank() < 2 || !self.sizes[1].isConstant() || groups < 1 || self.sizes[1].value() % groups != 0)
    return c.fail("its channels do not fit its groups");
  Emitter &e = c.e;
  int64_t perGroup = self.sizes[1].value() / groups;
  DType type = computeType(self.dtype);
  Sizes split = {self.sizes[0], groups, perGroup};
  split.append(self.sizes.begin() + 2, self.sizes.end());
  Tensor grouped = e.reshape(self, split);
  SmallVector<int64_t> dims = llvm::to_vector(llvm::seq<int64_t>(2, grouped.rank()));
  auto column = [&](const Tensor &in) {
    if (!in)
      return in;
    Sizes sizes(grouped.rank() - 1, Size(1));
    sizes[0] = groups;
    sizes[1] = perGroup;
    return e.reshape(in, sizes);
  };
  Tensor average = mean(e, grouped, dims, true, type);
  Tensor scale = rsqrtPlus(e, variance(e, grouped, dims, true, 0.0, average), eps);
  Tensor result = scaleAndShift(e, grouped, average, scale, column(weight), column(bias), c.resultType());
  return c.result(e.reshape(result, self.sizes));
}

} // namespace

void registerNormalization(Registry &r) {
  r.add({"aten.layer_norm.default", "aten.native_layer_norm.default"}, lowerNorm<true>);
  r.add("aten.rms_norm.default", lowerNorm<false>);
  r.add("aten.group_norm.default", lowerGroupNorm);
}

} // namespace mambac::aten
