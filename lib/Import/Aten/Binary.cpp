// Arithmetic, comparisons and logic on two or more operands, with PyTorch's type promotion and broadcasting.
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

using BinaryFn = Value (*)(Emitter &, DType, Value, Value);

/// The result's type says most; what it cannot hold (the operands of an in-place op, integers under a float result) is
/// promoted.
DType arithmeticType(Call &c, ArrayRef<Operand> operands) {
  DType type = promote(operands), result = c.resultType();
  if (isFloat(result) && !isFloat(type))
    type = result;
  return computeType(type);
}

/// `roundNumbers`: a number is first rounded to the tensors' type, as PyTorch does where its kernels have no wider one.
template <BinaryFn fn, bool roundNumbers = false> LogicalResult binary(Call &c) {
  Operand self = c.operand("self"), other = c.operand("other");
  if (c.failed())
    return failure();
  DType type = arithmeticType(c, {self, other});
  for (Operand *each : {&self, &other})
    if (roundNumbers && !each->isTensor()) {
      DType common = promote({self, other});
      each->scalar = scalarAs(c.e, *each, common);
      each->dtype = common;
      each->number.reset();
    }
  return c.result(applyElementwise(c.e, {self, other}, type, type, c.resultType(), c.resultSizes(),
                                   [&](Emitter &e, ValueRange v) { return fn(e, type, v[0], v[1]); }));
}

/// The same for functions of real numbers. Integers are computed in the result's type, if that is one of real numbers.
template <BinaryFn fn> LogicalResult realBinary(Call &c) {
  Operand self = c.operand("self"), other = c.operand("other");
  if (c.failed())
    return failure();
  DType type = arithmeticType(c, {self, other});
  if (!isFloat(type))
    type = c.resultType();
  if (!isFloat(type))
    return c.fail("its operands and its result are integers");
  return c.result(applyElementwise(c.e, {self, other}, type, type, c.resultType(), c.resultSizes(),
                                   [&](Emitter &e, ValueRange v) { return fn(e, type, v[0], v[1]); }));
}

/// self ± alpha * other; rsub: other - alpha * self.
template <bool subtract, bool reverse> LogicalResult addOrSub(Call &c) {
  Operand self = c.operand("self"), other = c.operand("other"), alpha = c.operand("alpha", 1);
  if (c.failed())
    return failure();
  DType type = arithmeticType(c, {self, other});
  return c.result(
      applyElementwise(c.e, {self, other}, type, type, c.resultType(), c.resultSizes(), [&](Emitter &e, ValueRange v) {
        Value a = reverse ? v[1] : v[0], b = reverse ? v[0] : v[1];
        if (alpha.number != std::optional<double>(1))
          b = mulScalars(e, type, b, scalarAs(e, alpha, type));
        return subtract ? subScalars(e, type, a, b) : addScalars(e, type, a, b);
      }));
}

LogicalResult lowerDiv(Call &c) {
  std::string mode = c.text("rounding_mode", "");
  Operand self = c.operand("self"), other = c.operand("other");
  if (c.failed())
    return failure();
  DType type = arithmeticType(c, {self, other});
  if (mode.empty() && !isFloat(type))
    type = DType::Float32;
  return c.result(applyElementwise(c.e, {self, other}, type, type, c.resultType(), c.resultSizes(),
                                   [&](Emitter &e, ValueRange v) -> Value {
                                     if (mode == "floor")
                                       return floorDivScalars(e, type, v[0], v[1]);
                                     Value quotient = divScalars(e, type, v[0], v[1]);
                                     if (mode == "trunc" && isFloat(type))
                                       return math::TruncOp::create(e.b, e.loc, quotient);
                                     return quotient;
                                   }));
}

template <bool max> Value extremum(Emitter &e, DType type, Value a, Value b) {
  return max ? maxScalars(e, type, a, b) : minScalars(e, type, a, b);
}

Value fmodScalars(Emitter &e, DType type, Value a, Value b) {
  if (isFloat(type))
    return arith::RemFOp::create(e.b, e.loc, a, b);
  return subScalars(e, type, a, mulScalars(e, type, divScalars(e, type, a, b), b));
}

Value atan2Scalars(Emitter &e, DType type, Value a, Value b) { return math::Atan2Op::create(e.b, e.loc, a, b); }

/// log(exp(a) + exp(b)) = max + log(1 + exp(-|a - b|))
Value logAddExpScalars(Emitter &e, DType type, Value a, Value b) {
  Value larger = maxScalars(e, type, a, b), smaller = minScalars(e, type, a, b);
  // Equal infinities have no difference.
  Value equal = compareScalars(e, type, Compare::EQ, a, b);
  Value distance = arith::SelectOp::create(e.b, e.loc, equal, e.constant(type, 0), subScalars(e, type, smaller, larger));
  return addScalars(e, type, larger, log1pScalar(e, expScalar(e, distance)));
}

Value hypotScalars(Emitter &e, DType type, Value a, Value b) {
  return math::SqrtOp::create(e.b, e.loc, addScalars(e, type, mulScalars(e, type, a, a), mulScalars(e, type, b, b)));
}

LogicalResult lowerPow(Call &c) {
  Operand self = c.operand("self"), exponent = c.operand("exponent");
  if (c.failed())
    return failure();
  DType type = arithmeticType(c, {self, exponent});
  return c.result(applyElementwise(c.e, {self, exponent}, type, type, c.resultType(), c.resultSizes(),
                                   [&](Emitter &e, ValueRange v) { return powScalars(e, type, v[0], v[1]); }));
}

template <Compare how> LogicalResult compare(Call &c) {
  Operand self = c.operand("self"), other = c.operand("other");
  if (c.failed())
    return failure();
  DType type = promote({self, other});
  // A number is first rounded to the tensor's type.
  return c.result(applyElementwise(c.e, {self, other}, type, DType::Bool, c.resultType(), c.resultSizes(),
                                   [&](Emitter &e, ValueRange v) { return compareScalars(e, type, how, v[0], v[1]); }));
}

enum class Logic { And, Or, Xor };

template <Logic how> Value logic(Emitter &e, Value a, Value b) {
  if (how == Logic::And)
    return arith::AndIOp::create(e.b, e.loc, a, b);
  if (how == Logic::Or)
    return arith::OrIOp::create(e.b, e.loc, a, b);
  return arith::XOrIOp::create(e.b, e.loc, a, b);
}

template <Logic how> LogicalResult bitwise(Call &c) {
  Operand self = c.operand("self"), other = c.operand("other");
  if (c.failed())
    return failure();
  DType type = promote({self, other});
  if (isFloat(type))
    return c.fail("it works on bits of floating-point numbers");
  return c.result(applyElementwise(c.e, {self, other}, type, type, c.resultType(), c.resultSizes(),
                                   [&](Emitter &e, ValueRange v) { return logic<how>(e, v[0], v[1]); }));
}

template <Logic how> LogicalResult logical(Call &c) {
  Operand self = c.operand("self"), other = c.operand("other");
  if (c.failed())
    return failure();
  return c.result(applyElementwise(c.e, {self, other}, DType::Bool, DType::Bool, c.resultType(), c.resultSizes(),
                                   [&](Emitter &e, ValueRange v) { return logic<how>(e, v[0], v[1]); }));
}

/// condition ? self : other. Values are moved, not computed with, so the result's own type serves.
Tensor select(Call &c, const Tensor &condition, const Operand &yes, const Operand &no) {
  Operand mask;
  mask.tensor = condition;
  mask.dtype = condition.dtype;
  DType type = c.resultType();
  SmallVector<Operand> operands = {mask, yes, no};
  SmallVector<Tensor> ins;
  for (const Operand &operand : operands)
    if (operand.isTensor())
      ins.push_back(operand.tensor);
  return c.e.elementwise(ins, type, c.resultSizes(), [&](Emitter &e, ValueRange args) -> Value {
    unsigned next = 1;
    Value flag = e.convert(args[0], condition.dtype, DType::Bool);
    auto get = [&](const Operand &operand) {
      return operand.isTensor() ? e.convert(args[next++], operand.dtype, type) : scalarAs(e, operand, type);
    };
    Value a = get(yes), b = get(no);
    return arith::SelectOp::create(e.b, e.loc, flag, a, b);
  });
}

LogicalResult lowerWhere(Call &c) {
  Tensor condition = c.tensor("condition");
  Operand self = c.operand("self"), other = c.operand("other");
  if (c.failed())
    return failure();
  return c.result(select(c, condition, self, other));
}

LogicalResult lowerMaskedFill(Call &c) {
  Tensor mask = c.tensor("mask");
  Operand self = c.operand("self"), value = c.operand("value");
  if (c.failed())
    return failure();
  return c.result(select(c, mask, value, self));
}

LogicalResult lowerClamp(Call &c) {
  Operand self = c.operand("self");
  double infinity = std::numeric_limits<double>::infinity();
  auto bound = [&](StringRef name, double none) {
    Operand operand;
    if (c.has(name))
      operand = c.operand(name);
    bool absent = !c.has(name) || operand.number == std::optional<double>(none);
    return absent ? std::optional<Operand>() : std::optional<Operand>(operand);
  };
  std::optional<Operand> min = bound("min", -infinity), max = bound("max", infinity);
  if (c.failed())
    return failure();
  SmallVector<Operand> operands = {self};
  if (min)
    operands.push_back(*min);
  if (max)
    operands.push_back(*max);
  DType type = arithmeticType(c, operands);
  if (operands.size() == 1)
    return c.result(c.e.convert(self.tensor, c.resultType()));
  return c.result(
      applyElementwise(c.e, operands, type, type, c.resultType(), c.resultSizes(), [&](Emitter &e, ValueRange v) {
        Value x = v[0];
        if (min)
          x = maxScalars(e, type, x, v[1]);
        return max ? minScalars(e, type, x, v.back()) : x;
      }));
}

/// self + value * tensor1 * tensor2 (or / tensor2)
template <bool divide> LogicalResult addcmul(Call &c) {
  Operand self = c.operand("self"), a = c.operand("tensor1"), b = c.operand("tensor2"), value = c.operand("value", 1);
  if (c.failed())
    return failure();
  DType type = arithmeticType(c, {self, a, b});
  return c.result(applyElementwise(
      c.e, {self, a, b, value}, type, type, c.resultType(), c.resultSizes(), [&](Emitter &e, ValueRange v) {
        Value scaled = value.number == std::optional<double>(1) ? v[1] : mulScalars(e, type, v[3], v[1]);
        return addScalars(e, type, v[0],
                          divide ? divScalars(e, type, scaled, v[2]) : mulScalars(e, type, scaled, v[2]));
      }));
}

LogicalResult lowerLerp(Call &c) {
  Operand self = c.operand("self"), end = c.operand("end"), weight = c.operand("weight");
  if (c.failed())
    return failure();
  DType type = arithmeticType(c, {self, end});
  return c.result(applyElementwise(
      c.e, {self, end, weight}, type, type, c.resultType(), c.resultSizes(), [&](Emitter &e, ValueRange v) {
        return addScalars(e, type, v[0], mulScalars(e, type, v[2], subScalars(e, type, v[1], v[0])));
      }));
}

} // namespace

void registerBinary(Registry &r) {
  r.add({"aten.add.Tensor", "aten.add.Scalar"}, addOrSub<false, false>);
  r.add({"aten.sub.Tensor", "aten.sub.Scalar", "aten.subtract.Tensor"}, addOrSub<true, false>);
  r.add({"aten.rsub.Tensor", "aten.rsub.Scalar"}, addOrSub<true, true>);
  r.add({"aten.mul.Tensor", "aten.mul.Scalar", "aten.multiply.Tensor"}, binary<mulScalars>);
  r.add({"aten.div.Tensor", "aten.div.Scalar", "aten.div.Tensor_mode", "aten.div.Scalar_mode", "aten.divide.Tensor",
         "aten.true_divide.Tensor"},
        lowerDiv);
  r.add("aten.logaddexp.default", realBinary<logAddExpScalars>);
  r.add("aten.hypot.default", realBinary<hypotScalars>);
  r.add({"aten.floor_divide.default", "aten.floor_divide.Scalar"}, binary<floorDivScalars, true>);
  r.add({"aten.remainder.Tensor", "aten.remainder.Scalar"}, binary<remainderScalars, true>);
  r.add({"aten.fmod.Tensor", "aten.fmod.Scalar"}, binary<fmodScalars, true>);
  r.add({"aten.maximum.default", "aten.max.other"}, binary<extremum<true>>);
  r.add({"aten.minimum.default", "aten.min.other"}, binary<extremum<false>>);
  r.add("aten.atan2.default", realBinary<atan2Scalars>);
  r.add({"aten.pow.Tensor_Scalar", "aten.pow.Tensor_Tensor", "aten.pow.Scalar"}, lowerPow);
  r.add({"aten.eq.Tensor", "aten.eq.Scalar"}, compare<Compare::EQ>);
  r.add({"aten.ne.Tensor", "aten.ne.Scalar", "aten.not_equal.Tensor", "aten.not_equal.Scalar"}, compare<Compare::NE>);
  r.add({"aten.lt.Tensor", "aten.lt.Scalar", "aten.less.Tensor", "aten.less.Scalar"}, compare<Compare::LT>);
  r.add({"aten.le.Tensor", "aten.le.Scalar", "aten.less_equal.Tensor", "aten.less_equal.Scalar"}, compare<Compare::LE>);
  r.add({"aten.gt.Tensor", "aten.gt.Scalar", "aten.greater.Tensor", "aten.greater.Scalar"}, compare<Compare::GT>);
  r.add({"aten.ge.Tensor", "aten.ge.Scalar", "aten.greater_equal.Tensor", "aten.greater_equal.Scalar"},
        compare<Compare::GE>);
  r.add({"aten.bitwise_and.Tensor", "aten.bitwise_and.Scalar", "aten.__and__.Tensor", "aten.__and__.Scalar"},
        bitwise<Logic::And>);
  r.add({"aten.bitwise_or.Tensor", "aten.bitwise_or.Scalar", "aten.__or__.Tensor", "aten.__or__.Scalar"},
        bitwise<Logic::Or>);
  r.add({"aten.bitwise_xor.Tensor", "aten.bitwise_xor.Scalar", "aten.__xor__.Tensor", "aten.__xor__.Scalar"},
        bitwise<Logic::Xor>);
  r.add("aten.logical_and.default", logical<Logic::And>);
  r.add("aten.logical_or.default", logical<Logic::Or>);
  r.add("aten.logical_xor.default", logical<Logic::Xor>);
  r.add({"aten.where.self", "aten.where.ScalarSelf", "aten.where.ScalarOther", "aten.where.Scalar"}, lowerWhere);
  r.add({"aten.masked_fill.Scalar", "aten.masked_fill.Tensor"}, lowerMaskedFill);
  r.add({"aten.clamp.default", "aten.clamp.Tensor", "aten.clamp_min.default", "aten.clamp_max.default",
         "aten.clip.default", "aten.clamp_min.Tensor", "aten.clamp_max.Tensor"},
        lowerClamp);
  r.add("aten.addcmul.default", addcmul<false>);
  r.add("aten.addcdiv.default", addcmul<true>);
  r.add({"aten.lerp.Scalar", "aten.lerp.Tensor"}, lowerLerp);
}

} // namespace mambac::aten
