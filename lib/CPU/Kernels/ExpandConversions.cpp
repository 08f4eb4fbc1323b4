//===- ExpandConversions.cpp - 16-bit floats and fma without instructions for them --------------------------------===//
//
// Part of --mambac-expand-math. Without an instruction LLVM would call libgcc (conversions, and arithmetic on 16 bits
// that implies them) or libm (fma), once for each lane. Rounding is to nearest even, NaN stays NaN, halves' denormals are
// exact.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Patterns.h"
#include "lib/Schedule/Target.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace mambac::cpu {
namespace {

/// 32-bit integer arithmetic on values of the shape of `like`.
struct Bits {
  OpBuilder &b;
  Location loc;
  Type like;

  Type of(Type element) const {
    auto vector = dyn_cast<VectorType>(like);
    return vector ? Type(vector.clone(element)) : element;
  }
  Type i32() const { return of(b.getI32Type()); }
  Type f32() const { return of(b.getF32Type()); }
  Value constant(uint32_t v) const {
    Attribute element = b.getI32IntegerAttr(static_cast<int32_t>(v));
    TypedAttr attr = cast<TypedAttr>(element);
    if (auto shaped = dyn_cast<ShapedType>(i32()))
      attr = DenseElementsAttr::get(shaped, element);
    return arith::ConstantOp::create(b, loc, i32(), attr);
  }
  Value add(Value x, Value y) const { return arith::AddIOp::create(b, loc, x, y); }
  Value sub(Value x, Value y) const { return arith::SubIOp::create(b, loc, x, y); }
  Value bitAnd(Value x, uint32_t y) const { return arith::AndIOp::create(b, loc, x, constant(y)); }
  Value bitOr(Value x, Value y) const { return arith::OrIOp::create(b, loc, x, y); }
  Value shl(Value x, uint32_t n) const { return arith::ShLIOp::create(b, loc, x, constant(n)); }
  Value shr(Value x, uint32_t n) const { return arith::ShRUIOp::create(b, loc, x, constant(n)); }
  Value atLeast(Value x, uint32_t y) const {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, x, constant(y)); // both below 2^31
  }
  Value select(Value c, Value x, Value y) const { return arith::SelectOp::create(b, loc, c, x, y); }
  Value bitcast(Type type, Value x) const { return arith::BitcastOp::create(b, loc, type, x); }
  /// The low halves, as 16-bit floats.
  Value narrow(Value x, Type half) const {
    return bitcast(of(half), arith::TruncIOp::create(b, loc, of(b.getI16Type()), x));
  }
};

struct ExpandTruncF : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op, PatternRewriter &rewriter) const override {
    Type half = getElementTypeOrSelf(op.getType());
    if (!getElementTypeOrSelf(op.getIn().getType()).isF32() || !(half.isBF16() || half.isF16()))
      return rewriter.notifyMatchFailure(op, "not from f32 to a 16-bit float");
    Target target = Target::get(op);
    if (half.isBF16() ? target.nativeBF16 : target.nativeF16)
      return rewriter.notifyMatchFailure(op, "the target has an instruction for it");
    Bits e{rewriter, op.getLoc(), op.getType()};
    Value bits = e.bitcast(e.i32(), op.getIn());
    rewriter.replaceOp(op, half.isBF16() ? toBF16(e, bits, half) : toF16(e, bits, half));
    return success();
  }

  static Value toBF16(Bits &e, Value bits, Type half) {
    Value rounded = e.add(bits, e.add(e.bitAnd(e.shr(bits, 16), 1), e.constant(0x7fff)));
    Value isNan = e.atLeast(e.bitAnd(bits, 0x7fffffff), 0x7f800001);
    return e.narrow(e.shr(e.select(isNan, e.bitOr(bits, e.constant(0x00400000)), rounded), 16), half);
  }

  static Value toF16(Bits &e, Value bits, Type half) {
    Value magnitude = e.bitAnd(bits, 0x7fffffff);
    // Rebias the exponent and round to nearest even.
    Value odd = e.bitAnd(e.shr(magnitude, 13), 1);
    Value normal = e.shr(e.add(magnitude, e.add(odd, e.constant(0xc8000fff))), 13);
    // Denormals: adding 1/2 puts their bits at the end of the mantissa, rounded.
    Value shifted = arith::AddFOp::create(e.b, e.loc, e.bitcast(e.f32(), magnitude),
                                          e.bitcast(e.f32(), e.constant(0x3f000000)));
    Value small = e.sub(e.bitcast(e.i32(), shifted), e.constant(0x3f000000));
    Value special = e.select(e.atLeast(magnitude, 0x7f800001), e.constant(0x7e00), e.constant(0x7c00));
    Value result = e.select(e.atLeast(magnitude, 0x38800000), normal, small);
    result = e.select(e.atLeast(magnitude, 0x47800000), special, result);
    return e.narrow(e.bitOr(result, e.bitAnd(e.shr(bits, 16), 0x8000)), half);
  }
};

struct ExpandExtF : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::ExtFOp op, PatternRewriter &rewriter) const override {
    Type type = getElementTypeOrSelf(op.getIn().getType());
    if (!(type.isBF16() || type.isF16()) || !getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not from a 16-bit float to f32");
    Target target = Target::get(op);
    if (type.isBF16() ? target.nativeBF16 : target.nativeF16)
      return rewriter.notifyMatchFailure(op, "the target has an instruction for it");
    Bits e{rewriter, op.getLoc(), op.getType()};
    Value half = arith::ExtUIOp::create(rewriter, op.getLoc(), e.i32(),
                                        e.bitcast(e.of(rewriter.getI16Type()), op.getIn()));
    // LLVM has this in line, but carries short vectors of bf16 from block to block by way of libgcc.
    if (type.isBF16()) {
      rewriter.replaceOp(op, e.bitcast(e.f32(), e.shl(half, 16)));
      return success();
    }
    Value magnitude = e.shl(e.bitAnd(half, 0x7fff), 13);
    // 2^112 corrects the exponent, of denormals too.
    Value scaled = e.bitcast(e.i32(), arith::MulFOp::create(rewriter, op.getLoc(), e.bitcast(e.f32(), magnitude),
                                                            e.bitcast(e.f32(), e.constant(0x77800000))));
    Value special = e.bitOr(magnitude, e.constant(0x7f800000));
    Value result = e.select(e.atLeast(magnitude, 0x7c00u << 13), special, scaled);
    rewriter.replaceOp(op, e.bitcast(e.f32(), e.bitOr(result, e.shl(e.bitAnd(half, 0x8000), 16))));
    return success();
  }
};

/// op(x, ..) of 16-bit floats -> truncf(op(extf(x), ..)), whose conversions are in line then.
template <typename Op>
struct ComputeInF32 : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Type half = getElementTypeOrSelf(op.getType());
    if (!half.isBF16() && !half.isF16())
      return rewriter.notifyMatchFailure(op, "not of 16-bit floats");
    Target target = Target::get(op);
    if (half.isBF16() ? target.nativeBF16 : target.nativeF16)
      return rewriter.notifyMatchFailure(op, "the target converts by an instruction");
    Bits e{rewriter, op.getLoc(), op.getType()};
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(arith::ExtFOp::create(rewriter, op.getLoc(), e.f32(), operand));
    Operation *made = rewriter.create(op.getLoc(), op->getName().getIdentifier(), operands, e.f32(), op->getAttrs());
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), made->getResult(0));
    return success();
  }
};

struct ExpandFma : OpRewritePattern<math::FmaOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::FmaOp op, PatternRewriter &rewriter) const override {
    if (Target::get(op).nativeFMA)
      return rewriter.notifyMatchFailure(op, "the target has an instruction for it");
    Value product = arith::MulFOp::create(rewriter, op.getLoc(), op.getA(), op.getB());
    rewriter.replaceOpWithNewOp<arith::AddFOp>(op, product, op.getC());
    return success();
  }
};

} // namespace

void populateExpandConversionPatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandTruncF, ExpandExtF, ExpandFma>(patterns.getContext());
  patterns.add<ComputeInF32<arith::NegFOp>, ComputeInF32<arith::AddFOp>, ComputeInF32<arith::SubFOp>,
               ComputeInF32<arith::MulFOp>, ComputeInF32<arith::DivFOp>, ComputeInF32<arith::MaximumFOp>,
               ComputeInF32<arith::MinimumFOp>, ComputeInF32<arith::MaxNumFOp>, ComputeInF32<arith::MinNumFOp>,
               ComputeInF32<math::AbsFOp>>(patterns.getContext());
}

} // namespace mambac::cpu
