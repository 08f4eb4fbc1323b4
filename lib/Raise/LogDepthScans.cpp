//===- LogDepthScans.cpp - Parallel scans written out in tensor operations become ssm.scan ----------------------===//
//
// Blelloch's, Hillis-Steele's and other log-depth scans combine slices of the decays and inputs over time, in place
// or by concatenation. Instead of matching one of them, this pass runs the region that leads to a tensor on abstract
// cells (ScanAlgebra.h), one a time position, and looks whether h[t] comes out at every t.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/Passes.h"
#include "mambac/Passes.h"
#include "lib/Raise/Element.h"
#include "lib/Raise/ScanEvaluator.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/SetVector.h"
#include <optional>

namespace mambac {
#define GEN_PASS_DEF_LOGDEPTHSCANSPASS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

RankedTensorType tensorType(Value v) { return dyn_cast<RankedTensorType>(v.getType()); }

/// An operation that a parallel scan may consist of; along the dimension `time` of its result, operands may be broadcast,
/// as the last state of what comes before is.
bool isStep(Operation *op, int64_t time) {
  if (isa<tensor::ExtractSliceOp, tensor::InsertSliceOp, tensor::ConcatOp, tensor::PadOp, tensor::ExpandShapeOp,
          tensor::CollapseShapeOp, tensor::CastOp>(op))
    return true;
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic || generic.getNumDpsInits() != 1 || generic.getNumLoops() != generic.getNumParallelLoops() ||
      generic.hasIndexSemantics() || generic.getNumDpsInputs() == 0)
    return false;
  AffineMap out = generic.getMatchingIndexingMap(generic.getDpsInitOperand(0));
  for (OpOperand *input : generic.getDpsInputOperands()) {
    AffineMap map = generic.getMatchingIndexingMap(input);
    if (!map.isProjectedPermutation() || !out.isPermutation())
      return false;
    for (auto [d, expr] : llvm::enumerate(out.getResults()))
      if ((int64_t)d != time && !map.isFunctionOfDim(cast<AffineDimExpr>(expr).getPosition()))
        return false;
  }
  return llvm::all_of(generic.getBody()->without_terminator(),
                      [](Operation &o) { return isa<arith::MulFOp, arith::AddFOp, arith::ExtFOp>(o); });
}

bool isReshape(Operation *op) { return isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op); }

/// A reshape, or a copy with permuted dimensions.
bool isView(Operation *op) {
  if (isReshape(op))
    return true;
  auto generic = dyn_cast<linalg::GenericOp>(op);
  return generic && isStep(op, -1) && generic.getNumDpsInputs() == 1 && llvm::hasSingleElement(*generic.getBody()) &&
         generic.getBody()->getTerminator()->getOperand(0) == generic.getBody()->getArgument(0);
}

bool cutsTime(Operation *op) { return isa<tensor::InsertSliceOp, tensor::ConcatOp, tensor::PadOp>(op); }

/// The dimension along which such an operation puts pieces together; -1 where there are none or several.
int64_t dimOfTime(Operation *op) {
  if (auto concat = dyn_cast<tensor::ConcatOp>(op))
    return concat.getDim();
  int64_t found = -1;
  auto see = [&](int64_t d, bool cut) {
    if (cut)
      found = found == -1 ? d : -2;
  };
  if (auto pad = dyn_cast<tensor::PadOp>(op))
    for (auto [d, low, high] : llvm::enumerate(pad.getMixedLowPad(), pad.getMixedHighPad()))
      see(d, getConstantIntValue(low) != 0 || getConstantIntValue(high) != 0);
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    for (auto [d, size] : llvm::enumerate(insert.getMixedSizes()))
      see(d, !insert.getDestType().isDynamicDim(d) && getConstantIntValue(size) != insert.getDestType().getDimSize(d));
  return std::max<int64_t>(found, -1);
}

/// What lies in front of a scan: the decays and inputs are taken before views of them, or behind.
enum class Through { Views, Reshapes, Nothing };

/// After the last cut there are a product, a sum and views at most until the scan is whole.
constexpr size_t kMaxAfterCut = 8;
/// A scan over 2^20 positions takes fewer operations than this; more is something else, and looking on would make the
/// pass quadratic.
constexpr size_t kMaxRegion = 2048;

struct LogDepthScans : mambac::impl::LogDepthScansPassBase<LogDepthScans> {
  using Base::Base;

  void runOnOperation() final {
    if (getOperation().getFunctionBody().empty())
      return;
    // From the last operation back, so that the whole scan is seen before its parts.
    SmallVector<Operation *> roots;
    for (Operation &op : getOperation().getFunctionBody().front())
      if (cutsTime(&op))
        roots.push_back(&op);
    llvm::DenseSet<Operation *> done;
    IRRewriter rewriter(&getContext());
    for (Operation *root : llvm::reverse(roots)) {
      if (done.contains(root))
        continue;
      llvm::SetVector<Operation *> candidates;
      candidates.insert(root);
      for (size_t i = 0; i < candidates.size() && candidates.size() < kMaxAfterCut; ++i)
        for (Operation *user : candidates[i]->getUsers())
          if (isStep(user, dimOfTime(root)) && user->getBlock() == root->getBlock())
            candidates.insert(user);
      for (Operation *candidate : candidates.getArrayRef())
        if (raise(rewriter, candidate, dimOfTime(root), done)) {
          ++numFound;
          break;
        }
    }
  }

  /// Collects what leads to `root`, and the tensors it starts from.
  static void collect(Operation *root, int64_t time, Through through, llvm::SetVector<Operation *> &region,
                      llvm::SetVector<Value> &leaves) {
    region.insert(root);
    for (size_t i = 0; i < region.size() && region.size() < kMaxRegion; ++i)
      for (Value operand : region[i]->getOperands()) {
        if (!tensorType(operand))
          continue;
        Operation *def = operand.getDefiningOp();
        if (def && isStep(def, time) && def->getBlock() == root->getBlock())
          region.insert(def);
      }
    // What lies before the first cut of time is not part of the scan: an operation none of whose operands comes from a
    // slice, pad or concatenation is a leaf itself.
    llvm::DenseSet<Operation *> inside;
    SmallVector<Operation *> sorted(region.begin(), region.end());
    llvm::sort(sorted, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    for (Operation *op : sorted) {
      bool cut = isa<tensor::ExtractSliceOp, tensor::InsertSliceOp, tensor::ConcatOp, tensor::PadOp>(op);
      bool fromInside = llvm::any_of(op->getOperands(), [&](Value v) {
        return v.getDefiningOp() && inside.contains(v.getDefiningOp());
      });
      if (cut || fromInside)
        inside.insert(op);
    }
    region.clear();
    for (Operation *op : sorted)
      if (inside.contains(op))
        region.insert(op);
    // Views and copies of one tensor are one leaf: they belong to the region.
    for (size_t i = 0; i < region.size(); ++i)
      for (Value operand : region[i]->getOperands()) {
        Operation *def = operand.getDefiningOp();
        if (!tensorType(operand) || (def && region.contains(def)) || isa_and_nonnull<tensor::EmptyOp>(def) ||
            getSplatValue(operand))
          continue;
        bool isPassed = def && (through == Through::Views ? isView(def)
                                                          : through == Through::Reshapes && isReshape(def));
        if (isPassed)
          region.insert(def);
        else
          leaves.insert(operand);
      }
  }

  /// Raises the scan that `last` completes, if it does.
  bool raise(IRRewriter &rewriter, Operation *last, int64_t time, llvm::DenseSet<Operation *> &done) {
    // Views and copies of one tensor are one leaf; but the two may lie in different orders until a transpose of one.
    return llvm::any_of(std::array{Through::Views, Through::Reshapes, Through::Nothing},
                        [&](Through through) { return raise(rewriter, last, time, through, done); });
  }

  bool raise(IRRewriter &rewriter, Operation *last, int64_t time, Through through, llvm::DenseSet<Operation *> &done) {
    llvm::SetVector<Operation *> region;
    llvm::SetVector<Value> leaves;
    collect(last, time, through, region, leaves);
    if (leaves.size() != 2 || leaves[0].getType() != leaves[1].getType())
      return false;
    SmallVector<Operation *> ordered(region.begin(), region.end());
    llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });

    auto type = tensorType(leaves[0]);
    for (int64_t timeDim = 0; timeDim < type.getRank(); ++timeDim) {
      if (type.isDynamicDim(timeDim) || type.getDimSize(timeDim) < 2)
        continue;
      for (auto [decay, input] : {std::pair(leaves[0], leaves[1]), std::pair(leaves[1], leaves[0])}) {
        ScanEvaluator evaluator(decay, input, timeDim);
        Operation *scanned = nullptr;
        const int64_t length = type.getDimSize(timeDim);
        for (Operation *op : ordered) {
          const AbstractTensor *t = evaluator.evaluate(op);
          if (t && isWholeScan(*t, length, type.getRank())) {
            scanned = op;
            break;
          }
        }
        if (!scanned)
          continue;
        replace(rewriter, scanned, *evaluator.get(scanned->getResult(0)), decay, input, timeDim);
        done.insert(ordered.begin(), ordered.end());
        return true;
      }
    }
    return false;
  }

  static bool isWholeScan(const AbstractTensor &t, int64_t length, int64_t rank) {
    if (t.uniform || t.positionShape != SmallVector<int64_t>{length} || (int64_t)t.dims.size() != rank ||
        llvm::is_contained(t.dims, AbstractTensor::kUnit))
      return false;
    for (int32_t i = 0; i < length; ++i)
      if (!(t.cells[i] == ScanCell::partial(0, i, i)))
        return false;
    return true;
  }

  static void replace(IRRewriter &rewriter, Operation *op, const AbstractTensor &t, Value decay, Value input,
                      int64_t timeDim) {
    rewriter.setInsertionPoint(op);
    Location loc = op->getLoc();
    MLIRContext *ctx = rewriter.getContext();
    int64_t rank = t.dims.size();
    AffineMap identity = AffineMap::getMultiDimIdentityMap(rank, ctx);
    SmallVector<OpFoldResult> leafSizes = tensor::getMixedSizes(rewriter, loc, input), sizes;
    SmallVector<AffineExpr> results;
    for (int kind : t.dims) {
      int64_t d = kind == AbstractTensor::kPosition ? timeDim : kind;
      results.push_back(getAffineDimExpr(d, ctx));
      sizes.push_back(leafSizes[d]);
    }
    auto elementType = tensorType(op->getResult(0)).getElementType();
    Value out = tensor::EmptyOp::create(rewriter, loc, sizes, elementType);
    auto scan = ssm::ScanOp::create(rewriter, loc, decay, input, Value(), ValueRange{out},
                                    {identity, identity, AffineMap::get(rank, 0, results, ctx)}, timeDim);
    Value h = scan->getResult(0);
    if (h.getType() != op->getResult(0).getType())
      h = tensor::CastOp::create(rewriter, loc, op->getResult(0).getType(), h);
    rewriter.replaceAllUsesWith(op->getResult(0), h);
  }
};

} // namespace
