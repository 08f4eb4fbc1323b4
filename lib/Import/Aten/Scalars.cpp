// See Scalars.h.
#include "lib/Import/Aten/Scalars.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace mambac::aten {

Value addScalars(Emitter &e, DType type, Value a, Value b) {
  if (isFloat(type))
    return arith::AddFOp::create(e.b, e.loc, a, b);
  if (type == DType::Bool)
    return arith::OrIOp::create(e.b, e.loc, a, b);
  return arith::AddIOp::create(e.b, e.loc, a, b);
}

Value subScalars(Emitter &e, DType type, Value a, Value b) {
  if (isFloat(type))
    return arith::SubFOp::create(e.b, e.loc, a, b);
  return arith::SubIOp::create(e.b, e.loc, a, b);
}

Value mulScalars(Emitter &e, DType type, Value a, Value b) {
  if (isFloat(type))
    return arith::MulFOp::create(e.b, e.loc, a, b);
  if (type == DType::Bool)
    return arith::AndIOp::create(e.b, e.loc, a, b);
  return arith::MulIOp::create(e.b, e.loc, a, b);
}

/// A divisor that cannot trap: one where it is zero. (PyTorch raises an error there; a kernel cannot.)
static Value safeDivisor(Emitter &e, DType type, Value b) {
  Value isZero = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::eq, b, e.constantInt(type, 0));
  return arith::SelectOp::create(e.b, e.loc, isZero, e.constantInt(type, 1), b);
}

Value divScalars(Emitter &e, DType type, Value a, Value b) {
  if (isFloat(type))
    return arith::DivFOp::create(e.b, e.loc, a, b);
  b = safeDivisor(e, type, b);
  if (isUnsigned(type))
    return arith::DivUIOp::create(e.b, e.loc, a, b);
  return arith::DivSIOp::create(e.b, e.loc, a, b);
}

Value floorDivScalars(Emitter &e, DType type, Value a, Value b) {
  if (isFloat(type))
    return math::FloorOp::create(e.b, e.loc, arith::DivFOp::create(e.b, e.loc, a, b));
  b = safeDivisor(e, type, b);
  if (isUnsigned(type))
    return arith::DivUIOp::create(e.b, e.loc, a, b);
  return arith::FloorDivSIOp::create(e.b, e.loc, a, b);
}

Value remainderScalars(Emitter &e, DType type, Value a, Value b) {
  if (!isFloat(type))
    return subScalars(e, type, a, mulScalars(e, type, floorDivScalars(e, type, a, b), safeDivisor(e, type, b)));
  Value rest = arith::RemFOp::create(e.b, e.loc, a, b);
  Value zero = floatLike(e, rest, 0.0);
  Value nonZero = arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::ONE, rest, zero);
  Value restNegative = arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::OLT, rest, zero);
  Value divisorNegative = arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::OLT, b, zero);
  Value differ = arith::XOrIOp::create(e.b, e.loc, restNegative, divisorNegative);
  Value fix = arith::AndIOp::create(e.b, e.loc, nonZero, differ);
  return arith::SelectOp::create(e.b, e.loc, fix, arith::AddFOp::create(e.b, e.loc, rest, b), rest);
}

Value maxScalars(Emitter &e, DType type, Value a, Value b) {
  if (isFloat(type))
    return arith::MaximumFOp::create(e.b, e.loc, a, b);
  if (isUnsigned(type))
    return arith::MaxUIOp::create(e.b, e.loc, a, b);
  return arith::MaxSIOp::create(e.b, e.loc, a, b);
}

Value minScalars(Emitter &e, DType type, Value a, Value b) {
  if (isFloat(type))
    return arith::MinimumFOp::create(e.b, e.loc, a, b);
  if (isUnsigned(type))
    return arith::MinUIOp::create(e.b, e.loc, a, b);
  return arith::MinSIOp::create(e.b, e.loc, a, b);
}

Value powScalars(Emitter &e, DType type, Value a, Value b) {
  if (isFloat(type)) {
    // The powers that models use, without powf.
    FloatAttr exponent;
    if (matchPattern(b, m_Constant(&exponent))) {
      double value = exponent.getValueAsDouble();
      if (value == 1.0)
        return a;
      if (value == 2.0)
        return mulScalars(e, type, a, a);
      if (value == 3.0)
        return mulScalars(e, type, mulScalars(e, type, a, a), a);
      if (value == 0.5)
        return math::SqrtOp::create(e.b, e.loc, a);
      if (value == -0.5)
        return math::RsqrtOp::create(e.b, e.loc, a);
      if (value == -1.0)
        return divScalars(e, type, floatLike(e, a, 1.0), a);
    }
    return math::PowFOp::create(e.b, e.loc, a, b);
  }
  IntegerAttr exponent;
  if (matchPattern(b, m_Constant(&exponent)) && exponent.getValue().getActiveBits() <= 4) {
    Value result = e.constantInt(type, 1);
    for (uint64_t n = exponent.getValue().getZExtValue(); n > 0; --n)
      result = mulScalars(e, type, result, a);
    return result;
  }
  return math::IPowIOp::create(e.b, e.loc, a, b);
}

Value compareScalars(Emitter &e, DType type, Compare how, Value a, Value b) {
  unsigned row = unsigned(how);
  if (isFloat(type)) {
    static const arith::CmpFPredicate predicates[] = {arith::CmpFPredicate::OEQ, arith::CmpFPredicate::UNE,
                                                      arith::CmpFPredicate::OLT, arith::CmpFPredicate::OLE,
                                                      arith::CmpFPredicate::OGT, arith::CmpFPredicate::OGE};
    return arith::CmpFOp::create(e.b, e.loc, predicates[row], a, b);
  }
  using P = arith::CmpIPredicate;
  static const P withSign[] = {P::eq, P::ne, P::slt, P::sle, P::sgt, P::sge};
  static const P withoutSign[] = {P::eq, P::ne, P::ult, P::ule, P::ugt, P::uge};
  return arith::CmpIOp::create(e.b, e.loc, isUnsigned(type) ? withoutSign[row] : withSign[row], a, b);
}

Value floatLike(Emitter &e, Value x, double value) {
  Type type = x.getType();
  return e.constant(type.isF64()    ? DType::Float64
                    : type.isF16()  ? DType::Float16
                    : type.isBF16() ? DType::BFloat16
                                    : DType::Float32,
                    value);
}

Value expScalar(Emitter &e, Value x) { return math::ExpOp::create(e.b, e.loc, x); }
Value tanhScalar(Emitter &e, Value x) { return math::TanhOp::create(e.b, e.loc, x); }
Value log1pScalar(Emitter &e, Value x) { return math::Log1pOp::create(e.b, e.loc, x); }

/// 1 + exp(-x)
static Value onePlusExp(Emitter &e, Value x) {
  Value exp = expScalar(e, arith::NegFOp::create(e.b, e.loc, x));
  return arith::AddFOp::create(e.b, e.loc, exp, floatLike(e, x, 1.0));
}

Value sigmoidScalar(Emitter &e, Value x) {
  return arith::DivFOp::create(e.b, e.loc, floatLike(e, x, 1.0), onePlusExp(e, x));
}
Value siluScalar(Emitter &e, Value x) { return arith::DivFOp::create(e.b, e.loc, x, onePlusExp(e, x)); }

Value scalarAs(Emitter &e, const Operand &operand, DType type) {
  if (operand.isTensor() || !operand.scalar) {
    e.fail("a tensor stands where a number is wanted");
    return e.constant(type, 0);
  }
  if (operand.number) {
    IntegerAttr exact;
    if (matchPattern(operand.scalar, m_Constant(&exact)))
      return e.constantInt(type, operand.dtype == DType::Bool ? exact.getValue().getZExtValue() : exact.getInt());
    return e.constant(type, *operand.number);
  }
  return e.convert(operand.scalar, operand.dtype, type);
}

Tensor applyElementwise(Emitter &e, ArrayRef<Operand> operands, DType compute, DType from, DType result,
                        ArrayRef<Size> sizes, Emitter::Body body) {
  SmallVector<Tensor> ins;
  for (const Operand &operand : operands)
    if (operand.isTensor())
      ins.push_back(operand.tensor);
  return e.elementwise(ins, result, sizes, [&](Emitter &, ValueRange args) {
    SmallVector<Value> values;
    unsigned next = 0;
    for (const Operand &operand : operands)
      values.push_back(operand.isTensor() ? e.convert(args[next++], operand.dtype, compute)
                                          : scalarAs(e, operand, compute));
    return e.convert(body(e, values), from, result);
  });
}

} // namespace mambac::aten
