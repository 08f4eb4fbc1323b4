//===- ReadPackedWeights.cpp - A table that is also packed is read from its panels ----------------------------===//
//
// A tied embedding is gathered by ids and multiplied with, and the product wants it packed. What reads single elements of
// such a weight reads them from the packed tensor instead, whose packing says where they lie (`mambac.places`). Then
// nothing needs the table at run time, and hoisting does not store it. It is about weights by name: several entries may
// use one.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mambac {
#define GEN_PASS_DEF_READPACKEDWEIGHTSPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using mambac::ssm::WeightOp;

namespace {

/// The ops of all drivers on one weight.
struct Table {
  SmallVector<WeightOp> weights;
  SmallVector<linalg::GenericOp> packings;
  SmallVector<tensor::ExtractOp> reads;
  Operation *other = nullptr; ///< reads it in another way
};

/// Whether `index` is in [0, size) whatever the data: a loop's position, or one that was cut to the size.
bool isInside(Value index, int64_t size) {
  if (std::optional<int64_t> constant = getConstantIntValue(index))
    return *constant >= 0 && *constant < size;
  Operation *op = index.getDefiningOp();
  if (auto position = dyn_cast_or_null<linalg::IndexOp>(op)) {
    auto loops = position->getParentOfType<linalg::LinalgOp>();
    int64_t range = loops ? loops.getStaticLoopRanges()[position.getDim()] : ShapedType::kDynamic;
    return !ShapedType::isDynamic(range) && range <= size;
  }
  if (!isa_and_nonnull<arith::MinSIOp, arith::MaxSIOp>(op))
    return false;
  // min(max(x, 0), last) or max(min(x, last), 0)
  bool low = false, high = false;
  for (Value operand : op->getOperands()) {
    std::optional<int64_t> bound = getConstantIntValue(operand);
    (isa<arith::MinSIOp>(op) ? high : low) |= bound && *bound >= 0 && *bound < size;
    Operation *inner = operand.getDefiningOp();
    if (isa_and_nonnull<arith::MinSIOp, arith::MaxSIOp>(inner) && inner->getName() != op->getName())
      for (Value end : inner->getOperands()) {
        std::optional<int64_t> known = getConstantIntValue(end);
        (isa<arith::MinSIOp>(inner) ? high : low) |= known && *known >= 0 && *known < size;
      }
  }
  return low && high;
}

/// `expr` of indices that are not negative.
Value expand(OpBuilder &b, Location loc, AffineExpr expr, ValueRange dims) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return arith::ConstantIndexOp::create(b, loc, constant.getValue());
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value lhs = expand(b, loc, binary.getLHS(), dims), rhs = expand(b, loc, binary.getRHS(), dims);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(b, loc, lhs, rhs);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(b, loc, lhs, rhs);
  case AffineExprKind::FloorDiv:
    return arith::DivUIOp::create(b, loc, lhs, rhs);
  case AffineExprKind::Mod:
    return arith::RemUIOp::create(b, loc, lhs, rhs);
  default:
    llvm_unreachable("packings have no other expressions");
  }
}

/// Everything that `op` reads from outside itself.
llvm::SetVector<Value> inputsOf(Operation *op) {
  llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), used);
  return used;
}

/// Where the elements of the packed weight lie in the packing's result; null if the op is no packing of `weight`.
AffineMap placesOf(linalg::GenericOp packing, WeightOp weight) {
  auto places = packing->getAttrOfType<AffineMapAttr>("mambac.places");
  if (!places || packing->getNumResults() != 1 || packing.getNumDpsInputs())
    return {};
  auto packed = cast<RankedTensorType>(packing.getResult(0).getType());
  auto type = cast<RankedTensorType>(weight.getType());
  AffineMap map = places.getValue();
  bool fits = map.getNumDims() == type.getRank() && map.getNumSymbols() == 0 && map.getNumResults() == packed.getRank() &&
              packed.getElementType() == type.getElementType();
  // It can be made anywhere.
  for (Value value : inputsOf(packing)) {
    Operation *op = value.getDefiningOp();
    fits &= value == weight->getResult(0) || (op && op->getNumOperands() == 0 && isMemoryEffectFree(op));
  }
  return fits ? map : AffineMap();
}

struct ReadPackedWeightsPass : mambac::impl::ReadPackedWeightsPassBase<ReadPackedWeightsPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (mostReads >= 0)
      return success();
    return emitError(UnknownLoc::get(context))
           << "mambac-read-packed-weights: most-reads has to be at least 0, not " << int64_t(mostReads);
  }

  void runOnOperation() override {
    llvm::MapVector<StringRef, Table> tables;
    getOperation().walk([&](WeightOp weight) { collect(weight, tables[weight.getName()]); });
    for (auto &[name, table] : tables) {
      if (table.packings.empty() || table.reads.empty())
        continue;
      if (const char *reason = decline(table)) {
        remark::missed(table.reads.front().getLoc(), remark::RemarkOpts::name("declined").category("mambac-read-packed-weights"))
            << name << remark::reason("{0}", StringRef(reason).str());
        ++numDeclined;
        continue;
      }
      for (WeightOp weight : table.weights)
        readPanels(weight, table.packings.front());
      ++numTables;
    }
  }

private:
  static void collect(WeightOp weight, Table &table) {
    if (!table.weights.empty() && table.weights.front().getType() != weight.getType())
      table.other = weight;
    table.weights.push_back(weight);
    for (Operation *user : weight->getUsers()) {
      auto read = dyn_cast<tensor::ExtractOp>(user);
      auto around = read ? dyn_cast<linalg::GenericOp>(read->getParentOp()) : linalg::GenericOp();
      if (around && placesOf(around, weight))
        table.packings.push_back(around);
      else if (read)
        table.reads.push_back(read);
      else
        table.other = user;
    }
  }

  /// Why the table has to stay; null if its panels will do.
  const char *decline(const Table &table) const {
    if (table.other)
      return "something else than a packing reads it as a whole";
    auto type = cast<RankedTensorType>(table.weights.front()->getResult(0).getType());
    int64_t count = 0;
    for (tensor::ExtractOp read : table.reads) {
      for (auto [index, size] : llvm::zip(read.getIndices(), type.getShape()))
        if (!isInside(index, size))
          return "an index is not known to be inside of it";
      auto loops = dyn_cast<linalg::LinalgOp>(read->getParentOp());
      SmallVector<int64_t> ranges = loops ? loops.getStaticLoopRanges() : SmallVector<int64_t>();
      if (!llvm::is_contained(ranges, ShapedType::kDynamic))
        count += computeProduct(ranges);
    }
    // Neighbours in a row lie a panel's width apart: each read takes a cache line.
    if (double(count) > double(mostReads) * double(type.getNumElements()))
      return "its elements are read many times";
    return nullptr;
  }

  /// Lets all that reads single elements of `weight` read them from a packed tensor, which is made right behind it.
  static void readPanels(WeightOp weight, linalg::GenericOp packing) {
    OpBuilder b(weight->getContext());
    b.setInsertionPointAfter(weight);
    IRMapping mapping;
    for (Value value : inputsOf(packing))
      if (isa<WeightOp>(value.getDefiningOp()))
        mapping.map(value, weight->getResult(0));
      else
        b.clone(*value.getDefiningOp(), mapping);
    auto panels = cast<linalg::GenericOp>(b.clone(*packing, mapping));
    AffineMap places = placesOf(panels, weight);
    for (Operation *user : llvm::make_early_inc_range(weight->getUsers())) {
      auto read = cast<tensor::ExtractOp>(user);
      auto around = dyn_cast<linalg::GenericOp>(read->getParentOp());
      if (around && placesOf(around, weight)) // equal ones become one when they are hoisted
        continue;
      b.setInsertionPoint(read);
      SmallVector<Value> at;
      for (AffineExpr expr : places.getResults())
        at.push_back(expand(b, read.getLoc(), expr, read.getIndices()));
      read.getResult().replaceAllUsesWith(tensor::ExtractOp::create(b, read.getLoc(), panels.getResult(0), at));
      read.erase();
    }
  }
};

} // namespace
