//===- SimplifySizes.cpp - Sizes become plainer by what is known of the entry's symbols --------------------------===//
//
// An entry says of each of its symbols the least and the largest value and a common divisor (`mambac.symbols`). With
// them, sizes that are not plain in general are: where l is a multiple of 16, the pad (-l) mod 16 is 0 and the padded
// length 16 * ceildiv(l, 16) is l. Only sizes of one symbol are looked at.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "lib/Raise/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include <numeric>

namespace mambac {
#define GEN_PASS_DEF_SIMPLIFYSIZES
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;

namespace {

/// The values that a size can have: first, first + step, ..., at most last.
struct Values {
  int64_t first = 0, last = INT64_MAX, step = 1;
};

/// More values than this are not tried.
constexpr int64_t kMaxTried = 1 << 16;

/// After how many units an expression of one variable repeats but for a constant: the product of what it divides by.
int64_t getPeriod(AffineExpr expr) {
  int64_t period = 1;
  expr.walk([&](AffineExpr e) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(e);
    if (!binary || e.getKind() == AffineExprKind::Add || e.getKind() == AffineExprKind::Mul || period > kMaxTried)
      return;
    auto divisor = dyn_cast<AffineConstantExpr>(binary.getRHS());
    period = divisor && divisor.getValue() > 0 && divisor.getValue() <= kMaxTried ? period * divisor.getValue()
                                                                                   : kMaxTried + 1;
  });
  return period;
}

std::optional<int64_t> evaluate(AffineMap map, int64_t value) {
  auto c = getAffineConstantExpr(value, map.getContext());
  SmallVector<AffineExpr> dims(map.getNumDims(), c), symbols(map.getNumSymbols(), c);
  auto result = dyn_cast<AffineConstantExpr>(
      simplifyAffineExpr(map.getResult(0).replaceDimsAndSymbols(dims, symbols), 0, 0));
  return result ? std::optional(result.getValue()) : std::nullopt;
}

/// a and b where the map is a * s + b for all values of s.
std::optional<std::pair<int64_t, int64_t>> fitLine(AffineMap map, const Values &values) {
  std::optional<int64_t> y0 = evaluate(map, values.first);
  if (!y0)
    return std::nullopt;
  if (values.last - values.first < values.step)
    return std::pair<int64_t, int64_t>(0, *y0);
  std::optional<int64_t> y1 = evaluate(map, values.first + values.step);
  if (!y1 || (*y1 - *y0) % values.step != 0)
    return std::nullopt;
  int64_t a = (*y1 - *y0) / values.step, b = *y0 - a * values.first;
  // What holds for two periods holds for all.
  int64_t period = std::lcm(getPeriod(map.getResult(0)), values.step);
  int64_t last = period > kMaxTried ? INT64_MAX : values.first + 2 * period;
  last = std::min(last, values.last);
  if (last - values.first > 2 * kMaxTried)
    return std::nullopt;
  for (int64_t s = values.first; s <= last; s += values.step)
    if (evaluate(map, s) != a * s + b)
      return std::nullopt;
  return std::pair(a, b);
}

struct SimplifySizes : mambac::impl::SimplifySizesBase<SimplifySizes> {
  /// What is known of the values of `size`, if it is a symbol of the entry.
  std::optional<Values> getValues(Value size) {
    auto dim = size.getDefiningOp<tensor::DimOp>();
    auto arg = dim ? dyn_cast<BlockArgument>(dim.getSource()) : BlockArgument();
    func::FuncOp func = getOperation();
    if (!arg || arg.getOwner() != &func.getBody().front() || !dim.getConstantIndex())
      return std::nullopt;
    auto shape = func.getArgAttrOfType<AffineMapAttr>(arg.getArgNumber(), "mambac.shape");
    auto symbols = func->getAttrOfType<ArrayAttr>("mambac.symbols");
    if (!shape || !symbols || *dim.getConstantIndex() < 0 ||
        *dim.getConstantIndex() >= shape.getValue().getNumResults())
      return std::nullopt;
    auto symbol = dyn_cast<AffineSymbolExpr>(shape.getValue().getResult(*dim.getConstantIndex()));
    if (!symbol || symbol.getPosition() >= symbols.size())
      return std::nullopt;
    auto facts = dyn_cast<DictionaryAttr>(symbols[symbol.getPosition()]);
    if (!facts)
      return std::nullopt;
    auto get = [&](StringRef name, int64_t otherwise) {
      auto attr = facts.getAs<IntegerAttr>(name);
      return attr ? attr.getInt() : otherwise;
    };
    Values values;
    values.step = std::max<int64_t>(get("multiple_of", 1), 1);
    int64_t min = std::max<int64_t>(get("min", 0), 0);
    if (min > INT64_MAX / 4 || values.step > kMaxTried)
      return std::nullopt;
    values.first = (min + values.step - 1) / values.step * values.step;
    values.last = get("max", INT64_MAX);
    return values.first <= values.last ? std::optional(values) : std::nullopt;
  }

  /// A pad by nothing, as a piece of length 0.
  void dropEmptyPieces(tensor::ConcatOp concat) {
    SmallVector<Value> kept;
    for (Value piece : concat.getInputs())
      if (cast<RankedTensorType>(piece.getType()).getDimSize(concat.getDim()) != 0)
        kept.push_back(piece);
    if (kept.empty() || kept.size() == concat.getInputs().size())
      return;
    OpBuilder builder(concat);
    RankedTensorType type = concat.getResultType();
    Value whole = kept.front();
    if (kept.size() > 1)
      whole = tensor::ConcatOp::create(builder, concat.getLoc(), type, concat.getDim(), kept);
    else if (whole.getType() != type)
      whole = tensor::CastOp::create(builder, concat.getLoc(), type, whole);
    concat.replaceAllUsesWith(whole);
    concat.erase();
    ++numSimplified;
    changed = true;
  }

  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    changed = false;
    getOperation().walk([&](affine::AffineApplyOp apply) {
      AffineMap map = apply.getAffineMap();
      if (apply.getOperands().size() != 1)
        return;
      Value size = apply.getOperands()[0];
      std::optional<Values> values = getValues(size);
      auto line = values ? fitLine(map, *values) : std::nullopt;
      if (!line)
        return;
      OpBuilder builder(apply);
      AffineExpr s = map.getNumSymbols() ? builder.getAffineSymbolExpr(0) : builder.getAffineDimExpr(0);
      AffineMap plain = AffineMap::get(map.getNumDims(), map.getNumSymbols(), s * line->first + line->second);
      if (plain == map)
        return;
      OpFoldResult result = affine::makeComposedFoldedAffineApply(builder, apply.getLoc(), plain, {size});
      apply.replaceAllUsesWith(getValueOrCreateConstantIndexOp(builder, apply.getLoc(), result));
      ++numSimplified;
      changed = true;
    });
    getOperation().walk([&](tensor::ConcatOp concat) { dropEmptyPieces(concat); });
    if (!changed)
      return markAllAnalysesPreserved();
    OpPassManager cleanup(func::FuncOp::getOperationName());
    cleanup.addPass(createResolveSizes());
    cleanup.addPass(createCanonicalizerPass());
    cleanup.addPass(createCSEPass());
    if (failed(runPipeline(cleanup, getOperation())))
      signalPassFailure();
  }

  bool changed = false;
};

} // namespace
