//===- ExpandMath.cpp - Math ops become polynomials --------------------------------------------------------------===//
//
// --mambac-expand-math rewrites the math dialect's elementary functions on f32, f16 and bf16 (scalars, and vectors of
// any shape) with lib/CPU/Kernels/MathFunctions.h; halves are computed in f32. What is one instruction (sqrt, floor, fma, abs,
// ...) stays for LLVM. Doubles stay, and are libm calls: no kernel uses them. Not a place for algebra.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/MathFunctions.h"
#include "lib/CPU/Kernels/Patterns.h"
#include "lib/CPU/Passes.h"
#include "lib/Schedule/Target.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mambac {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "lib/CPU/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace mambac::cpu {
namespace {

using Builder1 = Value (*)(OpBuilder &, Location, Value, ExpKind);

template <Value (*build)(OpBuilder &, Location, Value)>
Value ignoreKind(OpBuilder &b, Location loc, Value x, ExpKind) {
  return build(b, loc, x);
}
Value buildSine(OpBuilder &b, Location loc, Value x, ExpKind) { return buildSinCos(b, loc, x, /*cosine=*/false); }
Value buildCosine(OpBuilder &b, Location loc, Value x, ExpKind) { return buildSinCos(b, loc, x, /*cosine=*/true); }

/// `build` on f32 and on vectors of one register: halves are extended, longer vectors cut.
Value inRegisters(OpBuilder &b, Location loc, Value x, function_ref<Value(Value)> build) {
  Type type = x.getType(), element = getElementTypeOrSelf(type);
  auto vector = dyn_cast<VectorType>(type);
  if (!element.isF32()) {
    Type wide = vector ? Type(vector.clone(b.getF32Type())) : b.getF32Type();
    Value result = inRegisters(b, loc, arith::ExtFOp::create(b, loc, wide, x), build);
    return arith::TruncFOp::create(b, loc, type, result);
  }
  int64_t lanes = Target::get(b.getInsertionBlock()->getParentOp()).lanes();
  if (!vector || vector.getRank() != 1 || vector.isScalable() || vector.getDimSize(0) <= lanes ||
      vector.getDimSize(0) % lanes)
    return build(x);
  Value result = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  for (int64_t at = 0; at < vector.getDimSize(0); at += lanes) {
    Value part = vector::ExtractStridedSliceOp::create(b, loc, x, at, lanes, 1);
    result = vector::InsertStridedSliceOp::create(b, loc, build(part), result, at, 1);
  }
  return result;
}

/// Whether a type is f32, f16 or bf16, or a vector of one.
bool isExpanded(Type type) {
  Type element = getElementTypeOrSelf(type);
  return (element.isF32() || element.isF16() || element.isBF16()) && (!isa<ShapedType>(type) || isa<VectorType>(type));
}

bool isOne(Value value) { return matchPattern(value, m_OneFloat()); }

/// e^x of a sum 1 + e^x; null for other values.
Value exponentialBesideOne(Value value) {
  auto sum = value.getDefiningOp<arith::AddFOp>();
  if (!sum)
    return {};
  for (auto [one, other] : {std::pair(sum.getLhs(), sum.getRhs()), std::pair(sum.getRhs(), sum.getLhs())})
    if (auto exp = other.getDefiningOp<math::ExpOp>(); exp && isOne(one))
      return exp.getOperand();
  return {};
}

/// x / (1 + exp(-x)) -> silu(x);  1 / (1 + exp(-x)) -> sigmoid(x)
struct FormLogistic : OpRewritePattern<arith::DivFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::DivFOp op, PatternRewriter &rewriter) const override {
    if (!isExpanded(op.getType()))
      return rewriter.notifyMatchFailure(op, "neither f32 nor a 16-bit float");
    Value exponent = exponentialBesideOne(op.getRhs());
    auto negated = exponent ? exponent.getDefiningOp<arith::NegFOp>() : arith::NegFOp();
    if (!negated)
      return rewriter.notifyMatchFailure(op, "the divisor is not 1 + exp(-x)");
    Value x = negated.getOperand();
    if (op.getLhs() != x && !isOne(op.getLhs()))
      return rewriter.notifyMatchFailure(op, "the dividend is neither x nor 1");
    rewriter.replaceOp(op, inRegisters(rewriter, op.getLoc(), x, [&](Value v) {
                         return op.getLhs() == x ? buildSilu(rewriter, op.getLoc(), v)
                                                 : buildSigmoid(rewriter, op.getLoc(), v);
                       }));
    return success();
  }
};

/// log1p(exp(x)) -> softplus(x)
struct FormSoftplus : OpRewritePattern<math::Log1pOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::Log1pOp op, PatternRewriter &rewriter) const override {
    auto exp = op.getOperand().getDefiningOp<math::ExpOp>();
    if (!exp || !isExpanded(op.getType()))
      return rewriter.notifyMatchFailure(op, "not of an exponential");
    rewriter.replaceOp(op, inRegisters(rewriter, op.getLoc(), exp.getOperand(), [&](Value v) {
                         return buildSoftplus(rewriter, op.getLoc(), v);
                       }));
    return success();
  }
};

template <typename Op>
struct ExpandUnary : OpRewritePattern<Op> {
  Builder1 build;
  ExpandUnary(MLIRContext *context, Builder1 build) : OpRewritePattern<Op>(context), build(build) {}

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Type type = op.getType(), element = getElementTypeOrSelf(type);
    if (!isa<FloatType>(element) || (isa<ShapedType>(type) && !isa<VectorType>(type)))
      return rewriter.notifyMatchFailure(op, "neither a float nor a vector of floats");
    if (!element.isF32() && !element.isF16() && !element.isBF16())
      return rewriter.notifyMatchFailure(op, "neither f32 nor a 16-bit float");
    Location loc = op.getLoc();
    Value x = op.getOperand();
    bool fast = arith::bitEnumContainsAll(op.getFastmath(), arith::FastMathFlags::afn);
    rewriter.replaceOp(op, inRegisters(rewriter, loc, x, [&](Value v) {
                         return build(rewriter, loc, v, fast ? ExpKind::fast : ExpKind::exact);
                       }));
    return success();
  }
};

struct ExpandMathPass : mambac::impl::ExpandMathPassBase<ExpandMathPass> {
  using Base::Base;

  void runOnOperation() override {
    // While their exponentials are still there.
    RewritePatternSet forms(&getContext());
    forms.add<FormLogistic, FormSoftplus>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(forms))))
      return signalPassFailure();
    RewritePatternSet patterns(&getContext());
    populateExpandMathPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

void populateExpandMathPatterns(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  populateExpandConversionPatterns(patterns);
  patterns.add<ExpandUnary<math::ExpOp>>(context, buildExp);
  patterns.add<ExpandUnary<math::Exp2Op>>(context, buildExp2);
  patterns.add<ExpandUnary<math::ExpM1Op>>(context, ignoreKind<buildExpm1>);
  patterns.add<ExpandUnary<math::LogOp>>(context, ignoreKind<buildLog>);
  patterns.add<ExpandUnary<math::Log1pOp>>(context, ignoreKind<buildLog1p>);
  patterns.add<ExpandUnary<math::TanhOp>>(context, ignoreKind<buildTanh>);
  patterns.add<ExpandUnary<math::ErfOp>>(context, ignoreKind<buildErf>);
  patterns.add<ExpandUnary<math::SinOp>>(context, buildSine);
  patterns.add<ExpandUnary<math::CosOp>>(context, buildCosine);
  patterns.add<ExpandUnary<math::RsqrtOp>>(context, ignoreKind<buildRsqrt>);
}

} // namespace mambac::cpu
