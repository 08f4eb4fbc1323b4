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

Value buildRsqrt(OpBuilder &b, Location loc, Value x, ExpKind) {
  Value root = math::SqrtOp::create(b, loc, x);
  Attribute one = b.getF32FloatAttr(1.f);
  TypedAttr attr = cast<TypedAttr>(one);
  if (auto shaped = dyn_cast<ShapedType>(x.getType()))
    attr = DenseElementsAttr::get(shaped, one);
  return arith::DivFOp::create(b, loc, arith::ConstantOp::create(b, loc, x.getType(), attr), root);
}

template <Value (*build)(OpBuilder &, Location, Value)>
Value ignoreKind(OpBuilder &b, Location loc, Value x, ExpKind) {
  return build(b, loc, x);
}
Value buildSine(OpBuilder &b, Location loc, Value x, ExpKind) { return buildSinCos(b, loc, x, /*cosine=*/false); }
Value buildCosine(OpBuilder &b, Location loc, Value x, ExpKind) { return buildSinCos(b, loc, x, /*cosine=*/true); }

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
    ExpKind kind = fast ? ExpKind::fast : ExpKind::exact;
    if (type == VectorType::get(16, rewriter.getF32Type()) && Target::get(op).vectorBytes == 64)
      kind = fast ? ExpKind::fastScalef : ExpKind::scalef;
    if (element.isF32()) {
      rewriter.replaceOp(op, build(rewriter, loc, x, kind));
      return success();
    }
    Type wide = rewriter.getF32Type();
    if (auto vector = dyn_cast<VectorType>(type))
      wide = vector.clone(wide);
    Value result = build(rewriter, loc, arith::ExtFOp::create(rewriter, loc, wide, x), kind);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, type, result);
    return success();
  }
};

struct ExpandMathPass : mambac::impl::ExpandMathPassBase<ExpandMathPass> {
  using Base::Base;

  void runOnOperation() override {
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
  patterns.add<ExpandUnary<math::RsqrtOp>>(context, buildRsqrt);
}

} // namespace mambac::cpu
