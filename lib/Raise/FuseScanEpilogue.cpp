//===- FuseScanEpilogue.cpp - D skip and z gate move into ssm.selective_scan and ssm.ssd ------------------------===//
//
//   y + D * x        ->  the op's D
//   y * silu(z)      ->  the op's z
//
// where y is read nowhere else. Transposes between the op and the sum become y's indexing map.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/Element.h"
#include "lib/Raise/ScanOperands.h"
#include "mambac/Passes.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

/// The scan that computes one side of `generic`'s sum or product, seen from the generic's result.
struct Match {
  Operation *scan;
  ScanOperands operands;
  AffineMap toResult; ///< from the op's axes to the result's dimensions; the state's axis is not among them
  SmallVector<AffineExpr> resultToAxes;
  Element other;
};

std::optional<Match> matchSide(linalg::GenericOp root, const Element &side, const Element &other) {
  if (!side.isLeaf())
    return std::nullopt;
  std::optional<ScanOperands> operands = ScanOperands::get(side.value.getDefiningOp());
  if (!operands || side.value != side.value.getDefiningOp()->getResult(0) || !flowsOnlyInto(side.value, root))
    return std::nullopt;
  Match m{side.value.getDefiningOp(), *operands, {}, {}, other};
  // Result dimension <-> axis. Dimensions of y read at 0 are units.
  MLIRContext *ctx = root.getContext();
  int64_t rank = cast<RankedTensorType>(root.getResult(0).getType()).getRank();
  m.resultToAxes.assign(rank, getAffineConstantExpr(0, ctx));
  for (auto [d, expr] : llvm::enumerate(side.map.getResults())) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || !isa<AffineConstantExpr>(m.resultToAxes[dim.getPosition()]))
      return std::nullopt;
    m.resultToAxes[dim.getPosition()] = operands->y.map.getResult(d);
  }
  for (int64_t d = 0; d < rank; ++d)
    if (isa<AffineConstantExpr>(m.resultToAxes[d]))
      return std::nullopt; // a broadcast of y, or a unit: nobody has written one yet
  m.toResult = AffineMap::get(operands->getNumAxes(), 0, m.resultToAxes, ctx);
  return m;
}

/// An element over the result's dimensions as an operand of the op.
FailureOr<ScanOperands::Operand> asOperand(OpBuilder &b, Location loc, const Match &m, const Element &e) {
  if (!e.tensor)
    return failure();
  AffineMap map = simplifyAffineMap(e.tensorMap.replaceDimsAndSymbols(m.resultToAxes, {}, m.operands.getNumAxes(), 0));
  auto dropped = dropUnitDims(b, loc, e.tensor, map);
  if (failed(dropped))
    return failure();
  return ScanOperands::Operand{dropped->first, dropped->second};
}

/// x of the op, as an element over the result's dimensions.
Element inputOf(const Match &m) {
  SmallVector<AffineExpr> axesToResult(m.operands.getNumAxes(), getAffineConstantExpr(0, m.toResult.getContext()));
  for (auto [d, axis] : llvm::enumerate(m.resultToAxes))
    axesToResult[cast<AffineDimExpr>(axis).getPosition()] = getAffineDimExpr(d, m.toResult.getContext());
  return resolve(Element::of(m.operands.x.value, simplifyAffineMap(m.operands.x.map.replaceDimsAndSymbols(
                                                     axesToResult, {}, m.resultToAxes.size(), 0))));
}

LogicalResult rewrite(IRRewriter &rewriter, linalg::GenericOp root, Match &m) {
  Location loc = m.scan->getLoc();
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, root.getDpsInits()[0]);
  auto type = cast<RankedTensorType>(root.getResult(0).getType());
  Value empty = tensor::EmptyOp::create(rewriter, loc, sizes, type.getElementType());
  m.operands.y = {empty, m.toResult};
  Operation *op = m.operands.build(rewriter, loc);
  if (m.operands.finalState) {
    bool movable = llvm::all_of(m.scan->getResult(1).getUsers(), [&](Operation *user) {
      Operation *ancestor = op->getBlock()->findAncestorOpInBlock(*user);
      return ancestor && op->isBeforeInBlock(ancestor);
    });
    if (!movable) {
      rewriter.eraseOp(op);
      return failure();
    }
    rewriter.replaceAllUsesWith(m.scan->getResult(1), op->getResult(1));
  }
  Value y = op->getResult(0);
  if (y.getType() != type)
    y = tensor::CastOp::create(rewriter, loc, type, y);
  rewriter.replaceOp(root, y);
  return success();
}

/// y + D * x
LogicalResult fuseSkip(IRRewriter &rewriter, linalg::GenericOp root, Match &m) {
  if (m.operands.D || m.operands.z)
    return failure();
  auto mul = matchMul(m.other);
  if (!mul)
    return failure();
  Element x = inputOf(m);
  for (auto [skip, input] : {*mul, std::pair(mul->second, mul->first)}) {
    if (!(input == x))
      continue;
    FailureOr<ScanOperands::Operand> D = asOperand(rewriter, root.getLoc(), m, skip);
    if (failed(D) || D->map.isFunctionOfDim(ScanOperands::kBatch) || D->map.isFunctionOfDim(ScanOperands::kTime) ||
        !D->map.isProjectedPermutation() || D->map.getNumResults() == 0 ||
        (m.operands.isSSD && !D->map.isFunctionOfDim(ScanOperands::kHead)))
      continue;
    m.operands.D = *D;
    return rewrite(rewriter, root, m);
  }
  return failure();
}

/// y * silu(z)
LogicalResult fuseGate(IRRewriter &rewriter, linalg::GenericOp root, Match &m) {
  if (m.operands.z)
    return failure();
  std::optional<Element> gate = matchSilu(m.other);
  if (!gate)
    return failure();
  FailureOr<ScanOperands::Operand> z = asOperand(rewriter, root.getLoc(), m, *gate);
  if (failed(z) || !z->map.isProjectedPermutation() || z->map.getNumResults() + 1 != m.operands.getNumAxes())
    return failure();
  m.operands.z = *z;
  return rewrite(rewriter, root, m);
}

struct FuseScanEpilogue : PassWrapper<FuseScanEpilogue, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FuseScanEpilogue)
  FuseScanEpilogue() = default;
  FuseScanEpilogue(const FuseScanEpilogue &other) : PassWrapper(other) {}

  StringRef getArgument() const final { return "ssm-fuse-scan-epilogue"; }
  StringRef getDescription() const final {
    return "Moves the D skip and the z gate after ssm.selective_scan and ssm.ssd into the op";
  }
  void getDependentDialects(DialectRegistry &registry) const final {
    registry.insert<ssm::SSMDialect, tensor::TensorDialect>();
  }
  Statistic numSkips{this, "skips", "D skips fused"};
  Statistic numGates{this, "gates", "z gates fused"};

  void runOnOperation() final {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::GenericOp> candidates;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.getNumResults() == 1 && op.getNumLoops() == op.getNumParallelLoops())
        candidates.push_back(op);
    });
    for (linalg::GenericOp op : candidates) {
      int64_t rank = cast<RankedTensorType>(op.getResult(0).getType()).getRank();
      Element e = resolve(Element::of(op.getResult(0), AffineMap::getMultiDimIdentityMap(rank, &getContext())));
      if (e.body != op)
        continue;
      rewriter.setInsertionPoint(op);
      auto add = matchAdd(e), mul = matchMul(e);
      if (!add && !mul)
        continue;
      auto pair = add ? *add : *mul;
      for (auto [side, other] : {pair, std::pair(pair.second, pair.first)}) {
        std::optional<Match> m = matchSide(op, side, other);
        if (!m)
          continue;
        if (succeeded(add ? fuseSkip(rewriter, op, *m) : fuseGate(rewriter, op, *m))) {
          ++(add ? numSkips : numGates);
          break;
        }
      }
    }
  }
};

} // namespace

std::unique_ptr<Pass> mambac::createFuseScanEpiloguePass() { return std::make_unique<FuseScanEpilogue>(); }
