//===- GenericBody.cpp - A linalg body as scalar or vector code -----------------------------------------------===//
//
// See GenericBody.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/GenericBody.h"
#include "lib/CPU/Services.h"
#include "lib/Schedule/ReductionStart.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mambac;

GenericBody::GenericBody(linalg::LinalgOp op) : op(op), block(op.getBlock()), loc(op.getLoc()) {}

GenericBody::Access GenericBody::accessOf(OpOperand &operand, unsigned dim) const {
  auto self = const_cast<linalg::LinalgOp &>(op);
  AffineMap map = self.getMatchingIndexingMap(&operand);
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  if (!type || !map.isFunctionOfDim(dim))
    return Access::Invariant;
  for (unsigned i = 0; i + 1 < map.getNumResults(); ++i)
    if (map.getResult(i).isFunctionOfDim(dim))
      return Access::Strided;
  auto [strides, offset] = type.getStridesAndOffset();
  // The last index may be dim plus something that does not change along it.
  AffineExpr last = map.getResults().back();
  AffineExpr rest = last - getAffineDimExpr(dim, map.getContext());
  bool plain = !simplifyAffineExpr(rest, map.getNumDims(), 0).isFunctionOfDim(dim);
  return plain && strides.back() == 1 ? Access::Contiguous : Access::Strided;
}

/// Whether a value of the body changes along any of `dims`.
bool GenericBody::dependsOn(Value value, ArrayRef<unsigned> dims) const {
  auto self = const_cast<linalg::LinalgOp &>(op);
  if (auto arg = dyn_cast<BlockArgument>(value)) {
    if (arg.getOwner() != block)
      return false;
    OpOperand *operand = self.getMatchingOpOperand(arg);
    // Accumulators change with the reductions around them.
    if (self.isDpsInit(operand) && self.getNumReductionLoops())
      return true;
    AffineMap map = self.getMatchingIndexingMap(operand);
    return llvm::any_of(dims, [&](unsigned dim) { return map.isFunctionOfDim(dim); });
  }
  Operation *def = value.getDefiningOp();
  if (!def || def->getBlock() != block)
    return false;
  if (auto index = dyn_cast<linalg::IndexOp>(def))
    return llvm::is_contained(dims, index.getDim());
  return llvm::any_of(def->getOperands(), [&](Value operand) { return dependsOn(operand, dims); });
}

/// Whether a value of the body is computed from tensor elements.
bool GenericBody::dataDependent(Value value) const {
  if (auto arg = dyn_cast<BlockArgument>(value))
    return arg.getOwner() == block;
  Operation *def = value.getDefiningOp();
  return def && def->getBlock() == block &&
         (isa<memref::LoadOp>(def) ||
          llvm::any_of(def->getOperands(), [&](Value operand) { return dataDependent(operand); }));
}

bool GenericBody::canVectorize(unsigned dim, bool strided) const {
  auto self = const_cast<linalg::LinalgOp &>(op);
  for (OpOperand &operand : op->getOpOperands()) {
    Access access = accessOf(operand, dim);
    if (access == Access::Invariant)
      continue;
    // i1 is a byte in memory and a bit in a vector.
    if (getElementTypeOrSelf(operand.get().getType()).isInteger(1))
      return false;
    if (access == Access::Strided && !strided)
      return false;
  }
  for (Operation &inner : block->without_terminator()) {
    if (isa<linalg::IndexOp>(inner) || inner.hasTrait<OpTrait::ConstantLike>())
      continue;
    if (auto load = dyn_cast<memref::LoadOp>(inner)) {
      auto type = load.getMemRefType();
      unsigned changing = 0;
      for (Value index : load.getIndices())
        changing += dependsOn(index, dim);
      if (changing == 0)
        continue;
      // Contiguous if the last index alone is the dimension itself.
      auto index = load.getIndices().back().getDefiningOp<linalg::IndexOp>();
      auto [strides, offset] = type.getStridesAndOffset();
      if (changing != 1 || !index || index.getDim() != dim || strides.back() != 1 || type.getElementType().isInteger(1))
        return false;
      continue;
    }
    if (!dependsOn(inner.getResult(0), dim))
      continue;
    if (!OpTrait::hasElementwiseMappableTraits(&inner))
      return false;
  }
  (void)self;
  return true;
}

Operation *GenericBody::combiner(unsigned number) const {
  auto self = const_cast<linalg::LinalgOp &>(op);
  SmallVector<Operation *> combiners;
  if (!matchReduction(self.getRegionOutputArgs(), number, combiners) || combiners.size() != 1)
    return nullptr;
  return combiners.front();
}

static std::optional<vector::CombiningKind> kindOf(Operation *combiner) {
  if (!combiner)
    return std::nullopt;
  return linalg::getCombinerOpKind(combiner);
}

bool GenericBody::isStored(unsigned number) const {
  auto self = const_cast<linalg::LinalgOp &>(op);
  AffineMap map = self.getMatchingIndexingMap(self.getDpsInitOperand(number));
  for (auto [d, iterator] : llvm::enumerate(self.getIteratorTypesArray()))
    if (iterator == utils::IteratorType::reduction && map.isFunctionOfDim(d))
      return true;
  return false;
}

bool GenericBody::hasCombiners() const {
  for (unsigned i = 0; i < numOutputs(); ++i)
    if (!isStored(i) && !kindOf(combiner(i)))
      return false;
  return true;
}

bool GenericBody::hasExtrema() const {
  for (unsigned i = 0; i < numOutputs(); ++i)
    if (!isa_and_nonnull<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp>(combiner(i)))
      return false;
  return true;
}

bool GenericBody::readsOutput(unsigned number) const {
  auto self = const_cast<linalg::LinalgOp &>(op);
  return !self.getRegionOutputArgs()[number].use_empty();
}

SmallVector<Value> GenericBody::indicesOf(OpBuilder &b, OpOperand &operand, ArrayRef<Value> ivs) {
  SmallVector<Value> indices;
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults())
    indices.push_back(affine::expandAffineExpr(b, loc, expr, ivs, {}));
  return indices;
}

Value GenericBody::loadOperand(OpBuilder &b, OpOperand &operand, ArrayRef<Value> ivs, int64_t lanes) {
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  if (!type)
    return operand.get();
  SmallVector<Value> indices = indicesOf(b, operand, ivs);
  Access access = lanes ? accessOf(operand, vectorDim) : Access::Invariant;
  if (access == Access::Invariant)
    return memref::LoadOp::create(b, loc, operand.get(), indices);
  auto vectorType = VectorType::get({lanes}, type.getElementType());
  if (access == Access::Contiguous)
    return vector::LoadOp::create(b, loc, vectorType, operand.get(), indices);
  SmallVector<Value> elements, at(ivs);
  for (int64_t i = 0; i < lanes; ++i) {
    Value step = arith::ConstantIndexOp::create(b, loc, i);
    at[vectorDim] = arith::AddIOp::create(b, loc, ivs[vectorDim], step);
    elements.push_back(memref::LoadOp::create(b, loc, operand.get(), indicesOf(b, operand, at)));
  }
  return vector::FromElementsOp::create(b, loc, vectorType, elements);
}

Value GenericBody::loadOutput(OpBuilder &b, unsigned number, ArrayRef<Value> ivs, int64_t lanes) {
  // A reduction that starts from a constant does not read what was there.
  if (TypedAttr start = getStart(op, number))
    return arith::ConstantOp::create(b, loc, start);
  return loadOperand(b, *op.getDpsInitOperand(number), ivs, lanes);
}

void GenericBody::storeOutput(OpBuilder &b, unsigned number, Value value, ArrayRef<Value> ivs, int64_t lanes) {
  OpOperand &operand = *op.getDpsInitOperand(number);
  if (lanes && accessOf(operand, vectorDim) == Access::Contiguous) {
    vector::StoreOp::create(b, loc, value, operand.get(), indicesOf(b, operand, ivs));
    return;
  }
  if (!lanes || accessOf(operand, vectorDim) == Access::Invariant) {
    memref::StoreOp::create(b, loc, value, operand.get(), indicesOf(b, operand, ivs));
    return;
  }
  SmallVector<Value> at(ivs);
  for (int64_t i = 0; i < lanes; ++i) {
    Value step = arith::ConstantIndexOp::create(b, loc, i);
    at[vectorDim] = arith::AddIOp::create(b, loc, ivs[vectorDim], step);
    Value element = vector::ExtractOp::create(b, loc, value, i);
    memref::StoreOp::create(b, loc, element, operand.get(), indicesOf(b, operand, at));
  }
}

/// An index from data: reported if it is outside its dimension, and clamped.
Value GenericBody::checkedIndex(OpBuilder &b, Value index, Value memref, int64_t position) {
  ModuleOp module = op->getParentOfType<ModuleOp>();
  Type i32 = b.getI32Type(), i64 = b.getI64Type();
  if (!module.lookupSymbol(kIndexFaultName)) {
    OpBuilder top = OpBuilder::atBlockEnd(module.getBody());
    func::FuncOp::create(top, module.getLoc(), kIndexFaultName, top.getFunctionType({i32, i64, i64}, {})).setPrivate();
  }
  Value limit = memref::DimOp::create(b, loc, memref, position);
  Value bad = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::uge, index, limit);
  auto number = op->getAttrOfType<IntegerAttr>("mambac.index_input");
  scf::IfOp::create(b, loc, bad, [&](OpBuilder &nested, Location loc) {
    Value input = arith::ConstantIntOp::create(nested, loc, number ? number.getInt() : -1, 32);
    Value value = arith::IndexCastOp::create(nested, loc, i64, index);
    Value bound = arith::IndexCastOp::create(nested, loc, i64, limit);
    func::CallOp::create(nested, loc, kIndexFaultName, TypeRange(), ValueRange{input, value, bound});
    scf::YieldOp::create(nested, loc);
  });
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  Value last = arith::SubIOp::create(b, loc, limit, one);
  return arith::MaxSIOp::create(b, loc, arith::MinSIOp::create(b, loc, index, last), zero);
}

void GenericBody::emitOp(OpBuilder &b, Operation &inner, IRMapping &mapping, ArrayRef<Value> ivs, int64_t lanes) {
  if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
    Value iv = ivs[index.getDim()];
    if (lanes && index.getDim() == vectorDim) {
      auto type = VectorType::get({lanes}, b.getIndexType());
      Value first = vector::BroadcastOp::create(b, loc, type, iv);
      iv = arith::AddIOp::create(b, loc, first, vector::StepOp::create(b, loc, type));
    }
    mapping.map(index.getResult(), iv);
    return;
  }
  if (auto load = dyn_cast<memref::LoadOp>(inner)) {
    bool contiguous = lanes && llvm::any_of(load.getIndices(), [&](Value index) { return dependsOn(index, vectorDim); });
    SmallVector<Value> indices;
    for (auto [i, index] : llvm::enumerate(load.getIndices())) {
      Value mapped = mapping.lookupOrDefault(index);
      if (contiguous && dependsOn(index, vectorDim))
        mapped = ivs[vectorDim];
      else if (Value known = checked.lookup({load, unsigned(i)}))
        mapped = known;
      else if (dataDependent(index))
        mapped = checkedIndex(b, mapped, load.getMemref(), i);
      indices.push_back(mapped);
    }
    Value memref = load.getMemref();
    Value value;
    if (auto later = ahead.find(load); contiguous && later != ahead.end()) {
      SmallVector<Value> at = later->second;
      for (Value &index : at)
        index = index ? index : ivs[vectorDim];
      memref::PrefetchOp::create(b, loc, memref, at, /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
    }
    if (contiguous)
      value = vector::LoadOp::create(b, loc, VectorType::get({lanes}, load.getMemRefType().getElementType()), memref,
                                     indices);
    else
      value = memref::LoadOp::create(b, loc, memref, indices);
    mapping.map(load.getResult(), value);
    return;
  }
  bool vectors = false;
  for (Value operand : inner.getOperands())
    vectors |= isa<VectorType>(mapping.lookupOrDefault(operand).getType());
  if (!vectors || !lanes) {
    b.clone(inner, mapping);
    return;
  }
  SmallVector<Value> operands;
  for (Value operand : inner.getOperands()) {
    Value mapped = mapping.lookupOrDefault(operand);
    if (!isa<VectorType>(mapped.getType()))
      mapped = vector::BroadcastOp::create(b, loc, VectorType::get({lanes}, mapped.getType()), mapped);
    operands.push_back(mapped);
  }
  SmallVector<Type> types;
  for (Type type : inner.getResultTypes())
    types.push_back(VectorType::get({lanes}, type));
  Operation *made = b.create(loc, inner.getName().getIdentifier(), operands, types, inner.getAttrs());
  mapping.map(inner.getResults(), made->getResults());
}

void GenericBody::emitInvariant(OpBuilder &b, ArrayRef<Value> ivs, unsigned dim, ArrayRef<unsigned> inner) {
  vectorDim = dim;
  innerDims.assign(inner.begin(), inner.end());
  innerDims.push_back(dim);
  invariant.clear();
  checked.clear();
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument arg = op.getMatchingBlockArgument(operand);
    if (!arg.use_empty() && !dependsOn(arg, innerDims))
      invariant.map(arg, loadOperand(b, *operand, ivs, 0));
  }
  for (Operation &bodyOp : block->without_terminator())
    if (bodyOp.getNumResults() == 1 && !dependsOn(bodyOp.getResult(0), innerDims)) {
      // What an output's old contents go into is not known yet.
      bool usesOutput = llvm::any_of(bodyOp.getOperands(), [&](Value operand) {
        return isa<BlockArgument>(operand) || (operand.getDefiningOp() && operand.getDefiningOp()->getBlock() == block)
                   ? !invariant.contains(operand)
                   : false;
      });
      if (!usesOutput)
        emitOp(b, bodyOp, invariant, ivs, 0);
    }
  for (Operation &bodyOp : block->without_terminator())
    if (auto load = dyn_cast<memref::LoadOp>(bodyOp))
      for (auto [i, index] : llvm::enumerate(load.getIndices()))
        if (dataDependent(index) && invariant.contains(index))
          checked[{load, unsigned(i)}] = checkedIndex(b, invariant.lookup(index), load.getMemref(), i);
}

SmallVector<Value> GenericBody::emit(OpBuilder &b, ArrayRef<Value> ivs, int64_t lanes, ValueRange accumulators) {
  IRMapping mapping = invariant;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument arg = op.getMatchingBlockArgument(operand);
    if (!arg.use_empty() && !mapping.contains(arg))
      mapping.map(arg, loadOperand(b, *operand, ivs, lanes));
  }
  for (auto [arg, value] : llvm::zip(op.getRegionOutputArgs(), accumulators))
    if (value)
      mapping.map(arg, value);
  for (Operation &inner : block->without_terminator())
    if (inner.getNumResults() != 1 || !mapping.contains(inner.getResult(0)))
      emitOp(b, inner, mapping, ivs, lanes);
  SmallVector<Value> results;
  for (Value value : block->getTerminator()->getOperands()) {
    Value mapped = mapping.lookupOrDefault(value);
    if (lanes && !isa<VectorType>(mapped.getType()))
      mapped = vector::BroadcastOp::create(b, loc, VectorType::get({lanes}, mapped.getType()), mapped);
    results.push_back(mapped);
  }
  return results;
}

/// Emits a value and what it is computed from, as far as `mapping` lacks them.
Value GenericBody::emitWithOperands(OpBuilder &b, ArrayRef<Value> ivs, int64_t lanes, Value value, IRMapping &mapping) {
  if (value.getParentBlock() != block || mapping.contains(value))
    return mapping.lookupOrDefault(value);
  if (auto arg = dyn_cast<BlockArgument>(value)) {
    mapping.map(arg, loadOperand(b, *op.getMatchingOpOperand(arg), ivs, lanes));
    return mapping.lookup(arg);
  }
  for (Value operand : value.getDefiningOp()->getOperands())
    emitWithOperands(b, ivs, lanes, operand, mapping);
  emitOp(b, *value.getDefiningOp(), mapping, ivs, lanes);
  return mapping.lookup(value);
}

/// Whether a load is along `dim` in a row that other indices choose by data, the same in the whole row.
bool GenericBody::isChosenRow(memref::LoadOp load, unsigned dim) const {
  auto last = load.getIndices().empty() ? linalg::IndexOp() : load.getIndices().back().getDefiningOp<linalg::IndexOp>();
  if (!last || last.getDim() != dim)
    return false;
  bool chosen = false;
  for (Value index : load.getIndices().drop_back()) {
    if (dependsOn(index, dim))
      return false;
    chosen |= dataDependent(index);
  }
  return chosen;
}

bool GenericBody::readsChosenRows(unsigned dim) const {
  return llvm::any_of(block->getOps<memref::LoadOp>(), [&](memref::LoadOp load) { return isChosenRow(load, dim); });
}

void GenericBody::emitAhead(OpBuilder &b, ArrayRef<Value> ivs) {
  ahead.clear();
  IRMapping mapping;
  for (auto load : block->getOps<memref::LoadOp>()) {
    if (!isChosenRow(load, vectorDim))
      continue;
    SmallVector<Value> indices; // need not be checked: no prefetch fails
    for (Value index : load.getIndices().drop_back())
      indices.push_back(emitWithOperands(b, ivs, 0, index, mapping));
    indices.push_back(Value());
    ahead[load] = indices;
  }
}

Value GenericBody::emitElement(OpBuilder &b, ArrayRef<Value> ivs, int64_t lanes, Value element) {
  IRMapping mapping = invariant;
  Value result = emitWithOperands(b, ivs, lanes, element, mapping);
  if (lanes && !isa<VectorType>(result.getType()))
    result = vector::BroadcastOp::create(b, loc, VectorType::get({lanes}, result.getType()), result);
  return result;
}

Value GenericBody::neutral(OpBuilder &b, unsigned number, int64_t lanes) {
  Operation *by = combiner(number);
  TypedAttr scalar = arith::getNeutralElement(by).value_or(TypedAttr());
  auto type = VectorType::get({lanes}, by->getResult(0).getType());
  return arith::ConstantOp::create(b, loc, DenseElementsAttr::get(type, ArrayRef<Attribute>(Attribute(scalar))));
}

Value GenericBody::reduce(OpBuilder &b, unsigned number, Value value, Value init) {
  auto fast = isa<FloatType>(init.getType()) ? arith::FastMathFlags::reassoc : arith::FastMathFlags::none;
  return vector::ReductionOp::create(b, loc, *kindOf(combiner(number)), value, init, fast);
}
