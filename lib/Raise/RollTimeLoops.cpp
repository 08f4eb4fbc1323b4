//===- RollTimeLoops.cpp - Unrolled time loops become ssm.scan over whole tensors -------------------------------===//
//
// The roots are the places where an unrolled loop puts its steps together again: a tensor.concat of one value a step,
// or a chain of tensor.insert_slice that fills a tensor step by step. TimeStacker follows the steps from there. What
// holds no recurrence is left as it is, but for sums of products: one for each head, say, are one for all heads.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/Passes.h"
#include "mambac/Passes.h"
#include "lib/Raise/ProductForm.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/TimeStacker.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include <map>

namespace mambac {
#define GEN_PASS_DEF_ROLLTIMELOOPSPASS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

/// The steps of an unrolled loop: `values[t]` fills [t * extent, (t + 1) * extent) of `root` along `dim`. The type of
/// a step may lack `dim` where the extent is 1.
struct Root {
  Value root;
  int64_t dim;
  int64_t extent;
  SmallVector<Value> values; ///< null where the piece is that of `base`
  Value base;
};

std::optional<Root> rootOfConcat(tensor::ConcatOp concat) {
  if (concat.getInputs().size() < 2 || !llvm::all_equal(concat.getInputs().getTypes()))
    return std::nullopt;
  auto type = cast<RankedTensorType>(concat.getInputs().front().getType());
  int64_t dim = concat.getDim();
  if (type.isDynamicDim(dim))
    return std::nullopt;
  return Root{concat.getResult(), dim, type.getDimSize(dim), llvm::to_vector(concat.getInputs()), Value()};
}

/// True if `insert` is whole in all dimensions but `dim`.
bool isPieceAlong(tensor::InsertSliceOp insert, int64_t dim) {
  if (!insert.hasUnitStride())
    return false;
  for (int64_t other = 0; other < insert.getDestType().getRank(); ++other)
    if (other != dim && (getConstantIntValue(insert.getMixedOffsets()[other]) != 0 ||
                         !isWholeDim(insert.getDest(), other, insert.getMixedSizes()[other])))
      return false;
  return true;
}

/// True if `insert` writes a piece of one dimension `dim`, and is whole in all others.
bool isStepAlong(tensor::InsertSliceOp insert, int64_t dim, int64_t extent) {
  std::optional<int64_t> offset = getConstantIntValue(insert.getMixedOffsets()[dim]);
  if (!offset || *offset % extent || getConstantIntValue(insert.getMixedSizes()[dim]) != extent ||
      !isPieceAlong(insert, dim))
    return false;
  // Dropped dimensions other than `dim` would need their own bookkeeping; nobody writes them.
  llvm::SmallBitVector dropped = insert.getDroppedDims();
  return dropped.none() || (extent == 1 && dropped.count() == 1 && dropped.test(dim));
}

/// Nobody unrolls loops of more steps, and each takes memory here.
constexpr int64_t kMostPieces = int64_t(1) << 20;

/// A chain of insert_slice, each filling one piece of a dimension and all of the others, in any order. A piece that
/// is written twice has its last value, one that never is has that of the tensor the chain started from.
std::optional<Root> rootOfInserts(tensor::InsertSliceOp last) {
  auto type = last.getDestType();
  for (Operation *user : last->getUsers())
    if (auto next = dyn_cast<tensor::InsertSliceOp>(user); next && next.getDest() == last.getResult())
      return std::nullopt; // not the end of the chain
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    std::optional<int64_t> extent = getConstantIntValue(last.getMixedSizes()[dim]);
    if (!extent || *extent == 0 || type.isDynamicDim(dim) || type.getDimSize(dim) % *extent ||
        type.getDimSize(dim) / *extent < 2 || type.getDimSize(dim) / *extent > kMostPieces)
      continue;
    Root root{last.getResult(), dim, *extent, SmallVector<Value>(type.getDimSize(dim) / *extent), Value()};
    int64_t written = 0;
    Value base = last.getResult();
    for (auto insert = last; insert && insert.getSourceType() == last.getSourceType() && isStepAlong(insert, dim, *extent);
         insert = base.getDefiningOp<tensor::InsertSliceOp>()) {
      Value &value = root.values[*getConstantIntValue(insert.getMixedOffsets()[dim]) / *extent];
      written += !value;
      if (!value)
        value = insert.getSource();
      base = insert.getDest();
    }
    if (written < 2)
      continue;
    root.base = base;
    return root;
  }
  return std::nullopt;
}

/// A chain of insert_slice whose pieces tile one dimension, not all of one size: as the concatenation that it is.
tensor::ConcatOp concatOfInserts(IRRewriter &rewriter, tensor::InsertSliceOp last) {
  auto type = last.getDestType();
  for (Operation *user : last->getUsers())
    if (auto next = dyn_cast<tensor::InsertSliceOp>(user); next && next.getDest() == last.getResult())
      return {};
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    std::map<int64_t, std::pair<int64_t, Value>> pieces; // by offset: size and value
    for (auto insert = last; insert; insert = insert.getDest().getDefiningOp<tensor::InsertSliceOp>()) {
      std::optional<int64_t> offset = getConstantIntValue(insert.getMixedOffsets()[dim]);
      std::optional<int64_t> size = getConstantIntValue(insert.getMixedSizes()[dim]);
      if (!offset || !size || *size < 1 || insert.getDroppedDims().any() || !isPieceAlong(insert, dim) ||
          !pieces.try_emplace(*offset, *size, insert.getSource()).second)
        break;
    }
    int64_t end = 0;
    SmallVector<Value> values;
    for (auto &[offset, piece] : pieces) {
      if (offset != end)
        break;
      end += piece.first;
      values.push_back(piece.second);
    }
    if (values.size() < 3 || values.size() != pieces.size() || end != type.getDimSize(dim) ||
        llvm::all_equal(llvm::map_range(values, [](Value value) { return value.getType(); })))
      continue;
    rewriter.setInsertionPoint(last);
    return tensor::ConcatOp::create(rewriter, last.getLoc(), type, dim, values);
  }
  return {};
}

/// A loop over chunks of which the last is shorter: the concatenation of the others, with the last one behind.
tensor::ConcatOp splitLast(IRRewriter &rewriter, tensor::ConcatOp concat) {
  ValueRange inputs = concat.getInputs();
  auto first = cast<RankedTensorType>(inputs.front().getType()), last = cast<RankedTensorType>(inputs.back().getType());
  int64_t dim = concat.getDim();
  if (inputs.size() < 3 || first == last || !llvm::all_equal(inputs.drop_back().getTypes()) || first.isDynamicDim(dim) ||
      last.isDynamicDim(dim))
    return {};
  rewriter.setInsertionPoint(concat);
  auto others = tensor::ConcatOp::create(rewriter, concat.getLoc(), dim, inputs.drop_back());
  concat.getInputsMutable().assign(ValueRange{others.getResult(), inputs.back()});
  return others;
}

/// The pieces of the base that no step overwrote.
void readUnwritten(IRRewriter &rewriter, Location loc, Root &root) {
  Value like = *llvm::find_if(root.values, [](Value value) { return value != nullptr; });
  for (auto [step, value] : llvm::enumerate(root.values)) {
    if (value)
      continue;
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, root.base);
    SmallVector<OpFoldResult> offsets(sizes.size(), rewriter.getIndexAttr(0)), ones(sizes.size(), rewriter.getIndexAttr(1));
    offsets[root.dim] = rewriter.getIndexAttr(step * root.extent);
    sizes[root.dim] = rewriter.getIndexAttr(root.extent);
    value = tensor::ExtractSliceOp::create(rewriter, loc, cast<RankedTensorType>(like.getType()), root.base, offsets,
                                           sizes, ones);
  }
}

/// (T, d0, ..., dn) -> the root's shape: time moves to `dim` and merges with the step's extent there.
Value arrange(IRRewriter &rewriter, Location loc, const Root &root, const Stacked &stacked) {
  auto rootType = cast<RankedTensorType>(root.root.getType());
  auto stepType = cast<RankedTensorType>(root.values.front().getType());
  MLIRContext *ctx = rewriter.getContext();
  int64_t steps = root.values.size(), rank = stepType.getRank();
  bool hasDim = rank == rootType.getRank();

  // Axes of the copy: t, d0, ..., dn. Result: d0, .., t, d_dim, .., dn.
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, root.values.front());
  SmallVector<AffineExpr> results;
  for (int64_t d = 0; d < rank; ++d)
    results.push_back(getAffineDimExpr(d + 1, ctx));
  if (hasDim && root.extent == 1) {
    results[root.dim] = getAffineDimExpr(0, ctx);
    sizes[root.dim] = rewriter.getIndexAttr(steps);
  } else {
    results.insert(results.begin() + root.dim, getAffineDimExpr(0, ctx));
    sizes.insert(sizes.begin() + root.dim, rewriter.getIndexAttr(steps));
  }
  AffineMap outMap = AffineMap::get(rank + 1, 0, results, ctx), inMap = stacked.map;
  if (hasDim && root.extent == 1) { // the step's own dimension of size 1 is no axis any more
    llvm::SmallBitVector unit(rank + 1);
    unit.set(root.dim + 1);
    AffineMap zeroed = inMap.replace(getAffineDimExpr(root.dim + 1, ctx), getAffineConstantExpr(0, ctx), rank + 1, 0);
    if (zeroed == inMap) {
      inMap = projectDims(inMap, unit, /*compressDimsFlag=*/true);
      outMap = projectDims(outMap, unit, /*compressDimsFlag=*/true);
    } else {
      // The stacked value has that dimension: drop it first.
      unsigned position = *inMap.getResultPosition(getAffineDimExpr(root.dim + 1, ctx));
      SmallVector<OpFoldResult> sourceSizes = tensor::getMixedSizes(rewriter, loc, stacked.value);
      SmallVector<OpFoldResult> zeros(sourceSizes.size(), rewriter.getIndexAttr(0));
      SmallVector<OpFoldResult> ones(sourceSizes.size(), rewriter.getIndexAttr(1));
      auto sourceType = cast<RankedTensorType>(stacked.value.getType());
      SmallVector<int64_t> shape(sourceType.getShape());
      shape.erase(shape.begin() + position);
      Value dropped = tensor::ExtractSliceOp::create(
          rewriter, loc, RankedTensorType::get(shape, sourceType.getElementType()), stacked.value, zeros, sourceSizes,
          ones);
      SmallVector<AffineExpr> kept(inMap.getResults());
      kept.erase(kept.begin() + position);
      Stacked less{dropped, AffineMap::get(rank + 1, 0, kept, ctx)};
      return arrange(rewriter, loc, root, less);
    }
  }
  Value out = tensor::EmptyOp::create(rewriter, loc, sizes, rootType.getElementType());
  SmallVector<utils::IteratorType> iterators(outMap.getNumDims(), utils::IteratorType::parallel);
  Value copy = linalg::GenericOp::create(rewriter, loc, out.getType(), ValueRange{stacked.value}, ValueRange{out},
                                         ArrayRef<AffineMap>{inMap, outMap}, iterators,
                                         [](OpBuilder &b, Location l, ValueRange args) {
                                           linalg::YieldOp::create(b, l, args[0]);
                                         })
                   .getResult(0);
  if (hasDim && root.extent != 1) {
    SmallVector<ReassociationIndices> groups;
    for (int64_t d = 0, source = 0; d < rank; ++d) {
      groups.push_back({source++});
      if (d == root.dim)
        groups.back().push_back(source++);
    }
    copy = tensor::CollapseShapeOp::create(rewriter, loc, copy, groups);
  }
  if (copy.getType() != rootType)
    copy = tensor::CastOp::create(rewriter, loc, rootType, copy);
  return copy;
}

/// Erases what is dead among `ops` and whatever becomes dead by that.
void eraseDead(IRRewriter &rewriter, SmallVector<Operation *> ops) {
  llvm::SetVector<Operation *> worklist(ops.begin(), ops.end());
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (!isOpTriviallyDead(op))
      continue;
    for (Value operand : op->getOperands())
      if (Operation *def = operand.getDefiningOp())
        worklist.insert(def);
    rewriter.eraseOp(op);
  }
}

/// Moves the uses of a loop's last state to its scan's. What the last step itself made of it (another layout, for one) and
/// something behind the scan reads is made again, but not what it made of other states.
class FinalUses {
public:
  FinalUses(IRRewriter &rewriter, Operation *scan, ArrayRef<Operation *> replaced, const llvm::DenseSet<Value> &lastStates)
      : rewriter(rewriter), scan(scan), dead(replaced.begin(), replaced.end()), lastStates(lastStates) {}

  void forward(Value from, Value to) {
    llvm::SetVector<Operation *> inStep;
    collect(from, inStep);
    for (unsigned next = 0; next < inStep.size(); ++next)
      for (Value result : inStep[next]->getResults())
        collect(result, inStep);
    SmallVector<Operation *> inOrder(inStep.begin(), inStep.end());
    llvm::sort(inOrder, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    IRMapping mapping;
    mapping.map(from, to);
    rewriter.setInsertionPointAfter(scan);
    for (Operation *op : inOrder)
      rewriter.clone(*op, mapping);
    replaceBehind(from, to);
    for (Operation *op : inOrder)
      for (Value result : op->getResults())
        replaceBehind(result, mapping.lookup(result));
  }

private:
  /// Adds what the step makes of a value for something behind the scan.
  void collect(Value value, llvm::SetVector<Operation *> &inStep) {
    for (Operation *user : value.getUsers())
      if (isReadBehind(user))
        inStep.insert(user);
  }
  /// Copies are behind the scan, too, but read what they have to.
  void replaceBehind(Value from, Value to) {
    for (OpOperand &use : llvm::make_early_inc_range(from.getUses()))
      if (isBehind(use.getOwner()))
        rewriter.modifyOpInPlace(use.getOwner(), [&, &use = use] { use.set(to); });
  }
  bool isBehind(Operation *user) const {
    Operation *ancestor = scan->getBlock()->findAncestorOpInBlock(*user);
    return ancestor && scan->isBeforeInBlock(ancestor) && !dead.contains(user);
  }
  bool isReadBehind(Operation *op) {
    if (op->getBlock() != scan->getBlock() || !op->isBeforeInBlock(scan) || !isMemoryEffectFree(op) ||
        llvm::any_of(op->getResults(), [&](Value result) { return lastStates.contains(result); }))
      return false;
    auto [known, isNew] = read.try_emplace(op, false);
    if (!isNew)
      return known->second;
    bool result = llvm::any_of(op->getUsers(), [&](Operation *user) { return isBehind(user) || isReadBehind(user); });
    return read[op] = result;
  }

  IRRewriter &rewriter;
  Operation *scan;
  llvm::DenseSet<Operation *> dead;
  const llvm::DenseSet<Value> &lastStates;
  llvm::DenseMap<Operation *, bool> read;
};

/// Whether steps that are alike are sums of products of slices and of what they share: all together they are one such sum,
/// and nothing larger than its result is stored for it.
bool areContractions(ArrayRef<Value> steps) {
  bool sums = false;
  llvm::SetVector<std::pair<Value, Value>> pairs;
  pairs.insert({steps[0], steps[1]});
  for (size_t next = 0; next < pairs.size(); ++next) {
    auto [a, b] = pairs[next];
    Operation *op = a.getDefiningOp(), *other = b.getDefiningOp();
    if (a == b || isa_and_nonnull<linalg::FillOp, tensor::EmptyOp>(op))
      continue;
    if (!op || !other || op->getNumOperands() != other->getNumOperands())
      return false;
    bool isView = isa<tensor::ExtractSliceOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op);
    if (!isView && !isProductOp(op, /*isRoot=*/true))
      return false;
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    sums |= isa<ssm::EinsumOp>(op) || (linalgOp && linalgOp.getNumReductionLoops() > 0);
    for (auto [x, y] : llvm::zip_equal(op->getOperands(), other->getOperands()))
      if (isa<RankedTensorType>(x.getType()))
        pairs.insert({x, y});
  }
  return sums;
}

struct RollTimeLoops : mambac::impl::RollTimeLoopsPassBase<RollTimeLoops> {
  using Base::Base;
  RollTimeLoops(const RollTimeLoops &other) : Base(other) {} // loops at hand are no part of a pass

  void runOnOperation() final {
    SmallVector<Operation *> roots;
    getOperation()->walk([&](Operation *op) {
      if (isa<tensor::ConcatOp, tensor::InsertSliceOp>(op))
        roots.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (Operation *op : roots) {
      auto concat = dyn_cast<tensor::ConcatOp>(op);
      std::optional<Root> root = concat ? rootOfConcat(concat) : rootOfInserts(cast<tensor::InsertSliceOp>(op));
      if (root) {
        roll(rewriter, op, *root);
        continue;
      }
      // The last chunk may be shorter than the others.
      tensor::ConcatOp whole = concat ? concat : concatOfInserts(rewriter, cast<tensor::InsertSliceOp>(op));
      if (!whole)
        continue;
      SmallVector<Value> pieces(whole.getInputs());
      tensor::ConcatOp others = splitLast(rewriter, whole);
      if (others)
        root = rootOfConcat(others);
      if (root && roll(rewriter, others, *root)) {
        if (!concat) {
          rewriter.replaceAllUsesWith(op->getResult(0), whole.getResult());
          replaced.push_back(op);
        }
        continue;
      }
      whole.getInputsMutable().assign(pieces);
      if (others)
        rewriter.eraseOp(others);
      if (!concat)
        rewriter.eraseOp(whole);
    }
    finish(rewriter);
  }

  /// False if there is no loop to roll up, and nothing was changed.
  bool roll(IRRewriter &rewriter, Operation *op, Root &root) {
    rewriter.setInsertionPoint(op);
    Operation *before = op->getPrevNode();
    readUnwritten(rewriter, op->getLoc(), root);
    std::unique_ptr<TimeStacker> &stacker = stackers[{op->getBlock(), root.values.size()}];
    if (!stacker)
      stacker = std::make_unique<TimeStacker>(rewriter, root.values.size(), maxDepth);
    size_t known = stacker->getRecurrences().size();
    FailureOr<Stacked> stacked = stacker->stack(root.values, op->getLoc());
    bool rolls = succeeded(stacked) && (stacker->sawRecurrence() || areContractions(root.values));
    if (rolls) {
      rewriter.replaceAllUsesWith(root.root, arrange(rewriter, op->getLoc(), root, *stacked));
      replaced.push_back(op);
      numRolled += stacker->getRecurrences().size() - known;
    } else {
      ++numDeclined;
      if (failed(stacked) && root.values.size() > 2)
        remarkDeclined(op->getResult(0), "ssm.scan", stacker->getReason());
    }
    // What was written before a failure is of use to others, or dead.
    if (!rolls)
      for (Operation *o = before ? before->getNextNode() : &op->getBlock()->front(); o != op; o = o->getNextNode())
        replaced.push_back(o);
    return rolls;
  }

  /// Final states that are used further are the scans'. Users inside the unrolled steps die with them.
  void finish(IRRewriter &rewriter) {
    llvm::DenseSet<Value> lastStates;
    for (auto &[place, stacker] : stackers)
      for (const TimeStacker::Recurrence &r : stacker->getRecurrences())
        if (r.lastState)
          lastStates.insert(r.lastState);
    for (auto &[place, stacker] : stackers)
      for (const TimeStacker::Recurrence &r : stacker->getRecurrences())
        if (r.lastState) {
          FinalUses uses(rewriter, r.finalState.getDefiningOp(), replaced, lastStates);
          uses.forward(r.lastState, r.finalState);
        }
    for (auto &[place, stacker] : stackers)
      llvm::append_range(replaced, stacker->getVisited());
    eraseDead(rewriter, replaced);
    stackers.clear();
    replaced.clear();
  }

  /// The loops of one length share what is known of their steps: two results of one loop are of one scan. So nothing is
  /// erased before the last loop was looked at.
  std::map<std::pair<Block *, size_t>, std::unique_ptr<TimeStacker>> stackers;
  SmallVector<Operation *> replaced; ///< dead, or to be looked at again
};

} // namespace
