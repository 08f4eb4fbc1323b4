// Elementwise ops on one tensor: functions, activations and conversions of type.
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

using FloatFn = Value (*)(Emitter &, Value);

/// body(x) in the compute type of the result, which is a float.
LogicalResult floatUnary(Call &c, Emitter::Body body) {
  Operand self = c.operand("self");
  if (c.failed())
    return failure();
  if (!self.isTensor())
    return c.fail("its argument 'self' is not a tensor");
  DType type = computeType(c.resultType());
  if (!isFloat(type))
    return c.fail("its result is not a floating-point tensor");
  return c.result(applyElementwise(c.e, {self}, type, type, c.resultType(), self.tensor.sizes, body));
}

template <FloatFn fn> LogicalResult unary(Call &c) {
  return floatUnary(c, [](Emitter &e, ValueRange v) { return fn(e, v[0]); });
}

template <typename Op> Value make(Emitter &e, Value x) { return Op::create(e.b, e.loc, x); }

Value reciprocal(Emitter &e, Value x) { return arith::DivFOp::create(e.b, e.loc, floatLike(e, x, 1.0), x); }

Value logSigmoid(Emitter &e, Value x) {
  // min(x, 0) - log1p(exp(-|x|))
  Value low = arith::MinimumFOp::create(e.b, e.loc, x, floatLike(e, x, 0.0));
  Value magnitude = math::AbsFOp::create(e.b, e.loc, x);
  Value exp = expScalar(e, arith::NegFOp::create(e.b, e.loc, magnitude));
  return arith::SubFOp::create(e.b, e.loc, low, log1pScalar(e, exp));
}

Value softplus(Emitter &e, Value x, double beta, double threshold) {
  Value scaled = beta == 1.0 ? x : arith::MulFOp::create(e.b, e.loc, x, floatLike(e, x, beta)).getResult();
  Value soft = log1pScalar(e, expScalar(e, scaled));
  if (beta != 1.0)
    soft = arith::DivFOp::create(e.b, e.loc, soft, floatLike(e, x, beta));
  Value linear = arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::OGT, scaled, floatLike(e, x, threshold));
  return arith::SelectOp::create(e.b, e.loc, linear, x, soft);
}

LogicalResult lowerSoftplus(Call &c) {
  double beta = c.number("beta", 1.0), threshold = c.number("threshold", 20.0);
  return floatUnary(c, [&](Emitter &e, ValueRange v) { return softplus(e, v[0], beta, threshold); });
}

Value mish(Emitter &e, Value x) {
  return arith::MulFOp::create(e.b, e.loc, x, tanhScalar(e, softplus(e, x, 1.0, 20.0)));
}

LogicalResult lowerGelu(Call &c) {
  std::string approximate = c.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    return c.fail("gelu's approximation '" + approximate + "' is not known");
  return floatUnary(c, [&](Emitter &e, ValueRange v) {
    Value x = v[0];
    auto mul = [&](Value a, Value b) -> Value { return arith::MulFOp::create(e.b, e.loc, a, b); };
    auto add = [&](Value a, Value b) -> Value { return arith::AddFOp::create(e.b, e.loc, a, b); };
    Value inner;
    if (approximate == "tanh") {
      Value cube = mul(mul(mul(x, x), x), floatLike(e, x, 0.044715));
      inner = tanhScalar(e, mul(add(x, cube), floatLike(e, x, 0.79788456080286536)));
    } else {
      inner = math::ErfOp::create(e.b, e.loc, mul(x, floatLike(e, x, 0.70710678118654752)));
    }
    return mul(mul(x, floatLike(e, x, 0.5)), add(inner, floatLike(e, x, 1.0)));
  });
}

Value hardsigmoid(Emitter &e, Value x) {
  Value shifted = arith::AddFOp::create(e.b, e.loc, x, floatLike(e, x, 3.0));
  Value cut = arith::MinimumFOp::create(
      e.b, e.loc, arith::MaximumFOp::create(e.b, e.loc, shifted, floatLike(e, x, 0.0)), floatLike(e, x, 6.0));
  return arith::DivFOp::create(e.b, e.loc, cut, floatLike(e, x, 6.0));
}

Value hardswish(Emitter &e, Value x) { return arith::MulFOp::create(e.b, e.loc, x, hardsigmoid(e, x)); }

LogicalResult lowerHardtanh(Call &c) {
  bool six = StringRef(c.node.target).contains("relu6");
  double low = six ? 0.0 : c.number("min_val", -1.0), high = six ? 6.0 : c.number("max_val", 1.0);
  return floatUnary(c, [&](Emitter &e, ValueRange v) -> Value {
    return arith::MinimumFOp::create(e.b, e.loc, arith::MaximumFOp::create(e.b, e.loc, v[0], floatLike(e, v[0], low)),
                                     floatLike(e, v[0], high));
  });
}

LogicalResult lowerLeakyRelu(Call &c) {
  double slope = c.number("negative_slope", 0.01);
  return floatUnary(c, [&](Emitter &e, ValueRange v) -> Value {
    Value positive = arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::OGT, v[0], floatLike(e, v[0], 0.0));
    return arith::SelectOp::create(e.b, e.loc, positive, v[0],
                                   arith::MulFOp::create(e.b, e.loc, v[0], floatLike(e, v[0], slope)));
  });
}

LogicalResult lowerElu(Call &c) {
  double alpha = c.number("alpha", 1.0), scale = c.number("scale", 1.0), inputScale = c.number("input_scale", 1.0);
  return floatUnary(c, [&](Emitter &e, ValueRange v) -> Value {
    Value x = v[0];
    auto mul = [&](Value a, double by) -> Value {
      return by == 1.0 ? a : arith::MulFOp::create(e.b, e.loc, a, floatLike(e, a, by)).getResult();
    };
    Value low = mul(math::ExpM1Op::create(e.b, e.loc, mul(x, inputScale)), alpha * scale);
    Value positive = arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::OGT, x, floatLike(e, x, 0.0));
    return arith::SelectOp::create(e.b, e.loc, positive, mul(x, scale), low);
  });
}

//===--- Ops on integers too
//----------------------------------------------------------------------------------------------===//

/// body(type, x) on the tensor's own type; nothing is rounded twice since these are exact.
LogicalResult exactUnary(Call &c, llvm::function_ref<Value(Emitter &, DType, Value)> body) {
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  DType type = c.resultType();
  return c.result(c.e.elementwise({self}, type, self.sizes, [&](Emitter &e, ValueRange v) {
    return body(e, type, e.convert(v[0], self.dtype, type));
  }));
}

LogicalResult lowerNeg(Call &c) {
  return exactUnary(c, [](Emitter &e, DType type, Value x) -> Value {
    if (isFloat(type))
      return arith::NegFOp::create(e.b, e.loc, x);
    return subScalars(e, type, e.constantInt(type, 0), x);
  });
}

LogicalResult lowerAbs(Call &c) {
  return exactUnary(c, [](Emitter &e, DType type, Value x) -> Value {
    if (isFloat(type))
      return math::AbsFOp::create(e.b, e.loc, x);
    return isUnsigned(type) ? x : math::AbsIOp::create(e.b, e.loc, x).getResult();
  });
}

LogicalResult lowerRelu(Call &c) {
  return exactUnary(c, [](Emitter &e, DType type, Value x) { return maxScalars(e, type, x, e.constant(type, 0)); });
}

LogicalResult lowerSquare(Call &c) {
  Operand self = c.operand("self");
  if (c.failed())
    return failure();
  DType type = computeType(c.resultType());
  return c.result(applyElementwise(c.e, {self}, type, type, c.resultType(), c.resultSizes(),
                                   [&](Emitter &e, ValueRange v) { return mulScalars(e, type, v[0], v[0]); }));
}

LogicalResult lowerSign(Call &c) {
  return exactUnary(c, [](Emitter &e, DType type, Value x) -> Value {
    Value zero = e.constant(type, 0);
    Value positive = compareScalars(e, type, Compare::GT, x, zero),
          negative = compareScalars(e, type, Compare::LT, x, zero);
    Value lower = arith::SelectOp::create(e.b, e.loc, negative, e.constant(type, -1), zero);
    return arith::SelectOp::create(e.b, e.loc, positive, e.constant(type, 1), lower);
  });
}

enum class Rounding { Floor, Ceil, Round, Trunc };

template <Rounding how> LogicalResult roundTo(Call &c) {
  if (how == Rounding::Round && c.integer("decimals", 0) != 0)
    return c.fail("rounding to decimals is not supported");
  return exactUnary(c, [](Emitter &e, DType type, Value x) -> Value {
    if (!isFloat(type))
      return x;
    if (how == Rounding::Floor)
      return math::FloorOp::create(e.b, e.loc, x);
    if (how == Rounding::Ceil)
      return math::CeilOp::create(e.b, e.loc, x);
    if (how == Rounding::Trunc)
      return math::TruncOp::create(e.b, e.loc, x);
    return math::RoundEvenOp::create(e.b, e.loc, x);
  });
}

LogicalResult lowerNot(Call &c) {
  return exactUnary(c, [&](Emitter &e, DType type, Value x) -> Value {
    if (isFloat(type)) {
      (void)c.fail("it works on bits of floating-point numbers");
      return x;
    }
    return arith::XOrIOp::create(e.b, e.loc, x, e.constantInt(type, type == DType::Bool ? 1 : -1));
  });
}

/// body(x) -> i1 on the tensor's own type.
LogicalResult predicate(Call &c, llvm::function_ref<Value(Emitter &, DType, Value)> body) {
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  return c.result(c.e.elementwise({self}, DType::Bool, self.sizes,
                                  [&](Emitter &e, ValueRange v) { return body(e, self.dtype, v[0]); }));
}

LogicalResult lowerLogicalNot(Call &c) {
  return predicate(
      c, [](Emitter &e, DType type, Value x) { return compareScalars(e, type, Compare::EQ, x, e.constant(type, 0)); });
}

enum class Class { NaN, Inf, Finite };

template <Class which> LogicalResult classify(Call &c) {
  return predicate(c, [](Emitter &e, DType type, Value x) -> Value {
    if (!isFloat(type))
      return e.constantInt(DType::Bool, which == Class::Finite);
    if (which == Class::NaN)
      return arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::UNO, x, x);
    Value infinity = e.constant(type, std::numeric_limits<double>::infinity()),
          magnitude = math::AbsFOp::create(e.b, e.loc, x);
    return arith::CmpFOp::create(
        e.b, e.loc, which == Class::Inf ? arith::CmpFPredicate::OEQ : arith::CmpFPredicate::OLT, magnitude, infinity);
  });
}

//===--- Conversions
//------------------------------------------------------------------------------------------------------===//

/// to(...): the tensor itself where nothing changes, else a converted copy.
LogicalResult lowerTo(Call &c) {
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  if (self.dtype == c.resultType() && !c.boolean("copy", false))
    return c.alias("self");
  return c.result(c.e.convert(self, c.resultType()));
}

LogicalResult lowerCopyOf(Call &c) {
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  return c.result(c.e.convert(self, c.resultType()));
}

/// self.copy_(src): the in-place machinery broadcasts and converts.
LogicalResult lowerCopyInto(Call &c) {
  Tensor source = c.tensor("src");
  if (c.failed())
    return failure();
  return c.result(source);
}

} // namespace

void registerElementwise(Registry &r) {
  r.add("aten.exp.default", unary<expScalar>);
  r.add("aten.exp2.default", unary<make<math::Exp2Op>>);
  r.add("aten.expm1.default", unary<make<math::ExpM1Op>>);
  r.add("aten.log.default", unary<make<math::LogOp>>);
  r.add("aten.log2.default", unary<make<math::Log2Op>>);
  r.add("aten.log10.default", unary<make<math::Log10Op>>);
  r.add("aten.log1p.default", unary<log1pScalar>);
  r.add("aten.sqrt.default", unary<make<math::SqrtOp>>);
  r.add("aten.rsqrt.default", unary<make<math::RsqrtOp>>);
  r.add("aten.sin.default", unary<make<math::SinOp>>);
  r.add("aten.cos.default", unary<make<math::CosOp>>);
  r.add("aten.tan.default", unary<make<math::TanOp>>);
  r.add("aten.tanh.default", unary<tanhScalar>);
  r.add("aten.erf.default", unary<make<math::ErfOp>>);
  r.add("aten.reciprocal.default", unary<reciprocal>);
  r.add("aten.sigmoid.default", unary<sigmoidScalar>);
  r.add("aten.silu.default", unary<siluScalar>);
  r.add("aten.mish.default", unary<mish>);
  r.add("aten.log_sigmoid.default", unary<logSigmoid>);
  r.add("aten.hardsigmoid.default", unary<hardsigmoid>);
  r.add("aten.hardswish.default", unary<hardswish>);
  r.add("aten.softplus.default", lowerSoftplus);
  r.add("aten.gelu.default", lowerGelu);
  r.add({"aten.hardtanh.default", "aten.relu6.default"}, lowerHardtanh);
  r.add("aten.leaky_relu.default", lowerLeakyRelu);
  r.add("aten.elu.default", lowerElu);
  r.add({"aten.neg.default", "aten.negative.default"}, lowerNeg);
  r.add("aten.abs.default", lowerAbs);
  r.add("aten.relu.default", lowerRelu);
  r.add("aten.square.default", lowerSquare);
  r.add({"aten.sign.default", "aten.sgn.default"}, lowerSign);
  r.add("aten.floor.default", roundTo<Rounding::Floor>);
  r.add("aten.ceil.default", roundTo<Rounding::Ceil>);
  r.add({"aten.round.default", "aten.round.decimals"}, roundTo<Rounding::Round>);
  r.add("aten.trunc.default", roundTo<Rounding::Trunc>);
  r.add("aten.bitwise_not.default", lowerNot);
  r.add("aten.logical_not.default", lowerLogicalNot);
  r.add("aten.isnan.default", classify<Class::NaN>);
  r.add("aten.isinf.default", classify<Class::Inf>);
  r.add("aten.isfinite.default", classify<Class::Finite>);
  r.add({"aten.to.dtype", "aten.to.device", "aten.to.dtype_layout", "aten.to.other", "aten.type_as.default",
         "aten.float.default"},
        lowerTo);
  r.add({"aten._to_copy.default", "aten.clone.default"}, lowerCopyOf);
  r.add("aten.copy.default", lowerCopyInto);
}

} // namespace mambac::aten
