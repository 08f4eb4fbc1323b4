//===- UnaryFunction.cpp - Elementwise functions recognized by their values -------------------------------------===//

#include "lib/Raise/UnaryFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mambac::raise;

namespace {

/// A scalar expression as a list of steps, each after its operands.
struct Expression {
  struct Step {
    Element element;
    Operation *op = nullptr; ///< null: a leaf or a constant
    double constant = 0;
    bool isConstant = false;
    SmallVector<unsigned, 3> operands;
  };
  std::vector<Step> steps;

  static constexpr unsigned kMaxSteps = 48;

  /// Adds what computes `e`; failure where that is too much or not understood.
  FailureOr<unsigned> add(const Element &e);
  /// The value of the last step if step `variable` is x; nothing if another leaf is read.
  std::optional<double> evaluate(unsigned variable, double x) const;
  double apply(const Step &step, ArrayRef<double> values) const;
  /// The steps that the result needs where step `variable` is known: what the variable is made of is not among them.
  SmallVector<bool> getNeeded(unsigned variable) const;
  /// Whether sampling tells all about the last step as a function of step `variable`: branches, absolute values, maxima
  /// and minima switch where an affine function of it has a value, and nowhere else.
  bool switchesAreSampled(unsigned variable, SmallVectorImpl<double> &switches) const;
};

bool isUnderstood(Operation *op) {
  return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp, arith::NegFOp, arith::MaximumFOp,
             arith::MaxNumFOp, arith::MinimumFOp, arith::MinNumFOp, arith::SelectOp, arith::CmpFOp, math::ExpOp,
             math::Exp2Op, math::ExpM1Op, math::LogOp, math::Log1pOp, math::Log2Op, math::TanhOp, math::AbsFOp>(op);
}

FailureOr<unsigned> Expression::add(const Element &e) {
  if (e.isRounded) // another function, strictly
    return failure();
  for (auto [number, known] : llvm::enumerate(steps))
    if (known.element == e)
      return unsigned(number);
  Step step;
  step.element = e;
  if (std::optional<double> constant = e.getConstant()) {
    step.constant = *constant;
    step.isConstant = true;
  } else if (Operation *op = e.getOp()) {
    if (isUnderstood(op)) {
      for (unsigned i = 0; i < op->getNumOperands(); ++i) {
        FailureOr<unsigned> number = add(e.operand(i));
        if (failed(number))
          return failure();
        step.operands.push_back(*number);
      }
      step.op = op;
    }
    // Anything else is a leaf, and so a possible variable.
  }
  if (steps.size() >= kMaxSteps)
    return failure();
  steps.push_back(std::move(step));
  return unsigned(steps.size() - 1);
}

double Expression::apply(const Step &step, ArrayRef<double> v) const {
  auto in = [&](unsigned i) { return v[step.operands[i]]; };
  Operation *op = step.op;
  if (isa<arith::SelectOp>(op))
    return in(0) != 0 ? in(1) : in(2);
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return arith::applyCmpPredicate(compare.getPredicate(), llvm::APFloat(in(0)), llvm::APFloat(in(1)));
  if (isa<arith::AddFOp>(op))
    return in(0) + in(1);
  if (isa<arith::SubFOp>(op))
    return in(0) - in(1);
  if (isa<arith::MulFOp>(op))
    return in(0) * in(1);
  if (isa<arith::DivFOp>(op))
    return in(0) / in(1);
  if (isa<arith::NegFOp>(op))
    return -in(0);
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(op))
    return std::max(in(0), in(1));
  if (isa<arith::MinimumFOp, arith::MinNumFOp>(op))
    return std::min(in(0), in(1));
  if (isa<math::ExpOp>(op))
    return std::exp(in(0));
  if (isa<math::Exp2Op>(op))
    return std::exp2(in(0));
  if (isa<math::ExpM1Op>(op))
    return std::expm1(in(0));
  if (isa<math::LogOp>(op))
    return std::log(in(0));
  if (isa<math::Log1pOp>(op))
    return std::log1p(in(0));
  if (isa<math::Log2Op>(op))
    return std::log2(in(0));
  if (isa<math::TanhOp>(op))
    return std::tanh(in(0));
  return std::fabs(in(0));
}

SmallVector<bool> Expression::getNeeded(unsigned variable) const {
  SmallVector<bool> needed(steps.size(), false);
  needed.back() = true;
  for (unsigned i = steps.size(); i-- > 0;)
    if (needed[i] && i != variable)
      for (unsigned operand : steps[i].operands)
        needed[operand] = true;
  return needed;
}

std::optional<double> Expression::evaluate(unsigned variable, double x) const {
  SmallVector<bool> needed = getNeeded(variable);
  SmallVector<double> values(steps.size(), 0);
  for (auto [i, step] : llvm::enumerate(steps)) {
    if (!needed[i])
      continue;
    if (i == variable)
      values[i] = x;
    else if (step.isConstant)
      values[i] = step.constant;
    else if (step.op)
      values[i] = apply(step, values);
    else
      return std::nullopt;
  }
  return values.back();
}

bool Expression::switchesAreSampled(unsigned variable, SmallVectorImpl<double> &switches) const {
  // slope * x + offset, where a step is that
  SmallVector<std::optional<std::pair<double, double>>> affine(steps.size());
  SmallVector<bool> needed = getNeeded(variable);
  for (auto [i, step] : llvm::enumerate(steps)) {
    if (!needed[i])
      continue;
    auto in = [&](unsigned k) { return affine[step.operands[k]]; };
    if (i == variable)
      affine[i] = {1.0, 0.0};
    else if (step.isConstant)
      affine[i] = {0.0, step.constant};
    else if (isa_and_nonnull<arith::NegFOp>(step.op) && in(0))
      affine[i] = {-in(0)->first, -in(0)->second};
    else if (isa_and_nonnull<arith::AddFOp>(step.op) && in(0) && in(1))
      affine[i] = {in(0)->first + in(1)->first, in(0)->second + in(1)->second};
    else if (isa_and_nonnull<arith::SubFOp>(step.op) && in(0) && in(1))
      affine[i] = {in(0)->first - in(1)->first, in(0)->second - in(1)->second};
    else if (isa_and_nonnull<arith::MulFOp>(step.op) && in(0) && in(1) && (in(0)->first == 0 || in(1)->first == 0))
      affine[i] = {in(0)->first * in(1)->second + in(1)->first * in(0)->second, in(0)->second * in(1)->second};
    else if (isa_and_nonnull<arith::DivFOp>(step.op) && in(0) && in(1) && in(1)->first == 0 && in(1)->second != 0)
      affine[i] = {in(0)->first / in(1)->second, in(0)->second / in(1)->second};
    if (!step.op)
      continue;
    if (isa<arith::CmpFOp, math::AbsFOp, arith::MaximumFOp, arith::MaxNumFOp, arith::MinimumFOp, arith::MinNumFOp>(
            step.op)) {
      std::pair<double, double> difference{0, 0};
      for (unsigned k = 0; k < step.operands.size(); ++k) {
        if (!in(k))
          return false;
        difference.first += (k ? -1 : 1) * in(k)->first;
        difference.second += (k ? -1 : 1) * in(k)->second;
      }
      // An equality holds at one point, which has to be a sample exactly; one of a value with itself is a test for NaN.
      using P = arith::CmpFPredicate;
      auto compare = dyn_cast<arith::CmpFOp>(step.op);
      if (compare && step.operands[0] == step.operands[1])
        continue;
      if (compare)
        if (!llvm::is_contained({P::OGT, P::OGE, P::OLT, P::OLE, P::UGT, P::UGE, P::ULT, P::ULE},
                                compare.getPredicate()) &&
            (std::fabs(difference.first) != 1 || (in(0)->second != 0 && in(1)->second != 0)))
          return false;
      if (difference.first != 0)
        switches.push_back(-difference.second / difference.first);
    }
  }
  return true;
}

/// Both are the same number, as far as double precision and the cancellations of a usual spelling let one say.
bool isClose(double a, double b) { return std::fabs(a - b) <= 1e-9 * std::max(std::fabs(b), 1e-3); }

} // namespace

double mambac::raise::silu(double x) { return x / (1 + std::exp(-x)); }
double mambac::raise::softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

std::optional<Element> mambac::raise::matchFunction(const Element &element, llvm::function_ref<double(double)> f) {
  if (!element.getOp())
    return std::nullopt;
  Expression expression;
  if (failed(expression.add(element)))
    return std::nullopt;
  for (unsigned i = expression.steps.size() - 1; i-- > 0;) {
    const Expression::Step &step = expression.steps[i];
    if (step.isConstant || !step.element.tensor)
      continue;
    auto agrees = [&](double x) {
      std::optional<double> value = expression.evaluate(i, x);
      return value && isClose(*value, f(x));
    };
    SmallVector<double> switches{0};
    if (!agrees(0.7) || !agrees(-1.3) || !expression.switchesAreSampled(i, switches))
      continue;
    bool same = true;
    for (double x = -80; x <= 80 && same; x += 0.173)
      same = agrees(x);
    for (double x : switches)
      for (double off : {0.0, 1e-7, 1e-5, 1e-3, 0.1, 0.5, 1.0, 2.0})
        same = same && agrees(x + off) && agrees(x - off);
    // What tests for NaN has to answer with it, as the function does.
    bool testsForNaN = llvm::any_of(expression.steps, [](const Expression::Step &other) {
      return isa_and_nonnull<arith::CmpFOp>(other.op) && other.operands[0] == other.operands[1];
    });
    if (same && testsForNaN) {
      std::optional<double> value = expression.evaluate(i, std::numeric_limits<double>::quiet_NaN());
      same = value && std::isnan(*value);
    }
    if (same)
      return step.element;
  }
  return std::nullopt;
}
