//===- NumberRange.cpp - Between which numbers the elements of a tensor are --------------------------------------===//

#include "lib/Raise/NumberRange.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;


static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr unsigned kMaxDepth = 48;

//===- Intervals ------------------------------------------------------------------------------------------------===//

static NumberRange between(double low, double high) {
  return {std::isnan(low) ? -kInfinity : low, std::isnan(high) ? kInfinity : high};
}

static NumberRange unite(NumberRange a, NumberRange b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }

static NumberRange intersect(NumberRange a, NumberRange b) {
  NumberRange both{std::max(a.low, b.low), std::min(a.high, b.high)};
  return both.low <= both.high ? both : a;
}

static NumberRange add(NumberRange a, NumberRange b) { return between(a.low + b.low, a.high + b.high); }
static NumberRange negate(NumberRange a) { return {-a.high, -a.low}; }

/// A bound of 0 stays one, whatever it is multiplied by.
static double product(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

NumberRange mambac::raise::multiply(NumberRange a, NumberRange b) {
  double ends[] = {product(a.low, b.low), product(a.low, b.high), product(a.high, b.low), product(a.high, b.high)};
  return between(*std::min_element(ends, ends + 4), *std::max_element(ends, ends + 4));
}

/// 1 / a, for what has one sign.
static NumberRange invert(NumberRange a) {
  if (a.low >= 0)
    return {1 / a.high, a.low == 0 ? kInfinity : 1 / a.low};
  if (a.high <= 0)
    return {a.high == 0 ? -kInfinity : 1 / a.high, 1 / a.low};
  return {};
}

/// A function that does not fall.
template <typename F> static NumberRange rising(NumberRange a, F function) { return between(function(a.low), function(a.high)); }

/// Rounded to a type of few bits, small numbers become 0 and large ones infinite.
static NumberRange rounded(NumberRange a) {
  auto away = [](double end, double sign) {
    if (end == 0 || std::isinf(end))
      return end;
    if (std::abs(end) < 1e-3)
      return end * sign > 0 ? end * 2 : 0;
    return std::abs(end) > 1e4 ? (end * sign > 0 ? end * kInfinity : end / 2)
                               : end + sign * std::abs(end) * 0x1p-6;
  };
  return {away(a.low, -1), away(a.high, 1)};
}

//===- Scalars --------------------------------------------------------------------------------------------------===//

static std::optional<NumberRange> ofConstant(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return std::nullopt;
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return between(number.getValueAsDouble(), number.getValueAsDouble());
  if (auto number = dyn_cast<IntegerAttr>(attribute); number && !number.getType().isInteger(1))
    return between(number.getValue().getSExtValue(), number.getValue().getSExtValue());
  auto elements = dyn_cast<DenseFPElementsAttr>(attribute);
  if (!elements || elements.getNumElements() == 0 || elements.getNumElements() > 4096)
    return std::nullopt;
  NumberRange all{kInfinity, -kInfinity};
  for (const llvm::APFloat &element : elements.getValues<APFloat>()) {
    APFloat number = element;
    bool inexact;
    number.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &inexact);
    if (number.isNaN())
      return NumberRange();
    all = unite(all, between(number.convertToDouble(), number.convertToDouble()));
  }
  return all;
}

/// What a comparison that holds, or does not, says about `value`.
static NumberRange fromComparison(arith::CmpFOp compare, Value value, bool holds,
                            llvm::function_ref<NumberRange(Value)> get) {
  using P = arith::CmpFPredicate;
  P p = compare.getPredicate();
  bool isLhs = compare.getLhs() == value;
  if (!isLhs && compare.getRhs() != value)
    return {};
  NumberRange other = get(isLhs ? compare.getRhs() : compare.getLhs());
  bool greater = p == P::OGT || p == P::OGE || p == P::UGT || p == P::UGE;
  bool less = p == P::OLT || p == P::OLE || p == P::ULT || p == P::ULE;
  if (!greater && !less)
    return {};
  return (greater == isLhs) == holds ? NumberRange{other.low, kInfinity} : NumberRange{-kInfinity, other.high};
}

static NumberRange ofScalarOp(Operation &op, linalg::LinalgOp parent, llvm::function_ref<NumberRange(Value)> get) {
  auto in = [&](unsigned i) { return get(op.getOperand(i)); };
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    int64_t size = parent.getStaticLoopRanges()[index.getDim()];
    return {0, ShapedType::isDynamic(size) ? kInfinity : static_cast<double>(size - 1)};
  }
  if (isa<arith::IndexCastOp, arith::ExtSIOp, arith::SIToFPOp, arith::ExtFOp>(op))
    return in(0);
  if (isa<arith::UIToFPOp>(op) && op.getOperand(0).getType().isInteger(1))
    return {0, 1};
  if (isa<arith::TruncFOp>(op))
    return rounded(in(0));
  if (isa<arith::NegFOp>(op))
    return negate(in(0));
  if (isa<arith::AddFOp, arith::AddIOp>(op))
    return add(in(0), in(1));
  if (isa<arith::SubFOp, arith::SubIOp>(op))
    return add(in(0), negate(in(1)));
  if (isa<arith::MulFOp>(op)) {
    if (op.getOperand(0) == op.getOperand(1)) {
      NumberRange a = in(0), square = multiply(a, a);
      return intersect(square, {0, kInfinity});
    }
    return multiply(in(0), in(1));
  }
  if (isa<arith::DivFOp>(op))
    return multiply(in(0), invert(in(1)));
  if (isa<math::ExpOp>(op))
    return rising(in(0), [](double x) { return std::exp(x); });
  if (isa<math::Exp2Op>(op))
    return rising(in(0), [](double x) { return std::exp2(x); });
  if (isa<math::ExpM1Op>(op))
    return rising(in(0), [](double x) { return std::expm1(x); });
  if (isa<math::LogOp>(op))
    return rising(in(0), [](double x) { return std::log(std::max(x, 0.0)); });
  if (isa<math::Log1pOp>(op))
    return rising(in(0), [](double x) { return std::log1p(std::max(x, -1.0)); });
  if (isa<math::TanhOp>(op))
    return rising(in(0), [](double x) { return std::tanh(x); });
  if (isa<math::SqrtOp>(op))
    return rising(in(0), [](double x) { return std::sqrt(std::max(x, 0.0)); });
  if (isa<math::RsqrtOp>(op))
    return {0, kInfinity};
  if (isa<math::AbsFOp>(op)) {
    NumberRange a = in(0);
    return {std::max({a.low, -a.high, 0.0}), std::max(-a.low, a.high)};
  }
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(op))
    return {std::max(in(0).low, in(1).low), std::max(in(0).high, in(1).high)};
  if (isa<arith::MinimumFOp, arith::MinNumFOp>(op))
    return {std::min(in(0).low, in(1).low), std::min(in(0).high, in(1).high)};
  if (isa<math::PowFOp>(op)) {
    // An even power is never negative, nor is one of what is not.
    NumberRange exponent = in(1);
    bool even = exponent.low == exponent.high && std::fmod(exponent.low, 2) == 0;
    return even || in(0).low >= 0 ? NumberRange{0, kInfinity} : NumberRange();
  }
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    NumberRange yes = get(select.getTrueValue()), no = get(select.getFalseValue());
    if (auto compare = select.getCondition().getDefiningOp<arith::CmpFOp>()) {
      yes = intersect(yes, fromComparison(compare, select.getTrueValue(), true, get));
      no = intersect(no, fromComparison(compare, select.getFalseValue(), false, get));
    }
    return unite(yes, no);
  }
  return {};
}

//===- Tensors --------------------------------------------------------------------------------------------------===//

NumberRange NumberRanges::get(Value value, unsigned depth) {
  if (std::optional<NumberRange> constant = ofConstant(value))
    return *constant;
  auto result = dyn_cast<OpResult>(value);
  if (!result || depth > kMaxDepth)
    return {};
  if (auto it = known.find(value); it != known.end())
    return it->second;
  NumberRange range = compute(result.getOwner(), result, depth + 1);
  known[value] = range;
  return range;
}

/// A sum of any number of elements.
static NumberRange sumOf(NumberRange element) {
  return {element.low >= 0 ? 0 : -kInfinity, element.high <= 0 ? 0 : kInfinity};
}

NumberRange NumberRanges::compute(Operation *op, OpResult result, unsigned depth) {
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp, tensor::CastOp>(op))
    return get(op->getOperand(0), depth);
  if (auto fill = dyn_cast<linalg::FillOp>(op))
    return get(fill.getInputs()[0], depth);
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    Value padding = pad.getConstantPaddingValue();
    return padding ? unite(get(pad.getSource(), depth), get(padding, depth)) : NumberRange();
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    NumberRange all = get(concat.getInputs().front(), depth);
    for (Value input : concat.getInputs().drop_front())
      all = unite(all, get(input, depth));
    return all;
  }
  if (auto cumsum = dyn_cast<ssm::CumsumOp>(op))
    return cumsum.getLog() ? NumberRange() : sumOf(get(cumsum.getX(), depth));
  if (auto einsum = dyn_cast<ssm::EinsumOp>(op)) {
    NumberRange all{1, 1};
    for (Value input : einsum.getInputs())
      all = multiply(all, get(input, depth));
    return sumOf(all);
  }
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return ofLinalg(linalgOp, result, depth);
  return {};
}

NumberRange NumberRanges::ofLinalg(linalg::LinalgOp op, OpResult result, unsigned depth) {
  llvm::DenseMap<Value, NumberRange> scalars;
  auto ofScalar = [&](Value value) {
    if (std::optional<NumberRange> constant = ofConstant(value))
      return *constant;
    if (auto it = scalars.find(value); it != scalars.end())
      return it->second;
    if (auto argument = dyn_cast<BlockArgument>(value); argument && argument.getOwner()->getParentOp() == op) {
      // A destination is no operand of an elementwise computation.
      OpOperand *operand = op.getMatchingOpOperand(argument);
      NumberRange range = op.isDpsInput(operand) ? get(operand->get(), depth) : NumberRange();
      scalars[value] = range;
      return range;
    }
    return NumberRange();
  };
  Block &body = op->getRegion(0).front();
  Value yielded = body.getTerminator()->getOperand(result.getResultNumber());
  for (Operation &inner : body.without_terminator())
    if (inner.getNumResults() == 1)
      scalars[inner.getResult(0)] = ofScalarOp(inner, op, ofScalar);
  if (op.getNumReductionLoops() == 0)
    return ofScalar(yielded);
  // A sum: what is added decides.
  Value accumulator = op.getMatchingBlockArgument(op.getTiedOpOperand(result));
  auto sum = yielded.getDefiningOp<arith::AddFOp>();
  if (!sum || (sum.getLhs() != accumulator && sum.getRhs() != accumulator))
    return {};
  NumberRange summand = ofScalar(sum.getLhs() == accumulator ? sum.getRhs() : sum.getLhs());
  return add(sumOf(summand), get(op.getTiedOpOperand(result)->get(), depth));
}
