//===- FuseEpilogues.cpp - Elementwise consumers of packed products into them -------------------------------------===//
//
// The elementwise linalg.generic that alone reads a packed product (as it is or with its rows taken apart) becomes the
// product's epilogue, so that sums go through bias, activation, gate, residual and rounding while they are in registers.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Schedule/Passes.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"

namespace mambac {
#define GEN_PASS_DEF_FUSEEPILOGUESPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using mambac::ssm::PackedMatmulOp;

namespace {

/// How the dimensions of the consumer are those of the product: the first `rows` are its rows, the others its columns.
struct Shape {
  unsigned rows, rank;
  SmallVector<ReassociationIndices> groups() const {
    SmallVector<ReassociationIndices> result(2);
    for (unsigned d = 0; d < rank; ++d)
      result[d >= rows].push_back(d);
    return result;
  }
};

/// The dimensions that a map lists, if it lists them in order and nothing else.
std::optional<SmallVector<unsigned>> listedDims(AffineMap map) {
  SmallVector<unsigned> dims;
  for (AffineExpr expr : map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || (!dims.empty() && dim.getPosition() <= dims.back()))
      return std::nullopt;
    dims.push_back(dim.getPosition());
  }
  return dims;
}

struct FuseEpiloguesPass : mambac::impl::FuseEpiloguesPassBase<FuseEpiloguesPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<PackedMatmulOp> products;
    getOperation().walk([&](PackedMatmulOp op) {
      if (op->getNumResults() == 1)
        products.push_back(op);
    });
    // From the last on, so that of two products that are multiplied the second takes the first.
    for (PackedMatmulOp product : llvm::reverse(products))
      fuse(product);
  }

private:
  void decline(Operation *where, StringRef reason) {
    remark::missed(where->getLoc(), remark::RemarkOpts::name("declined").category("mambac-fuse-epilogues"))
        << "epilogue" << remark::reason("{0}", reason.str());
    ++numDeclined;
  }

  void fuse(PackedMatmulOp product) {
    Value result = product->getResult(0);
    if (!product.getEpilogue().empty() || result.use_empty())
      return;
    Shape shape{1, 2};
    auto expand = dyn_cast<tensor::ExpandShapeOp>(*result.user_begin());
    if (expand && result.hasOneUse()) {
      shape.rows = expand.getReassociationIndices()[0].size();
      shape.rank = expand.getResultType().getRank();
      result = expand.getResult();
    }
    if (llvm::none_of(result.getUsers(), [](Operation *user) { return isa<linalg::GenericOp>(user); }))
      return;
    if (!result.hasOneUse())
      return decline(product, "the product has several readers");
    auto consumer = cast<linalg::GenericOp>(*result.user_begin());
    if (const char *reason = whyNot(consumer, product, result, shape))
      return decline(consumer, reason);
    OpBuilder b(consumer);
    SmallVector<Value> with;
    SmallVector<BlockArgument> args;
    for (OpOperand *operand : consumer.getDpsInputOperands()) {
      BlockArgument arg = consumer.getMatchingBlockArgument(operand);
      if (operand->get() == result) {
        args.insert(args.begin(), arg);
        continue;
      }
      args.push_back(arg);
      with.push_back(asMatrix(b, operand->get(), consumer.getMatchingIndexingMap(operand), shape));
    }
    auto type = cast<RankedTensorType>(consumer.getResult(0).getType());
    Location loc = FusedLoc::get(b.getContext(), {consumer.getLoc(), product.getLoc()});
    Value init = tensor::EmptyOp::create(b, loc, tensor::getMixedSizes(b, loc, product.getY()), type.getElementType());
    auto fused = PackedMatmulOp::create(b, loc, product.getX(), product.getPacked(), with, init);
    Block *body = b.createBlock(&fused.getEpilogue());
    IRMapping mapping;
    // What the product rounds its sums to is rounded still.
    Value sum = body->addArgument(b.getF32Type(), loc);
    Type stored = getElementTypeOrSelf(product.getY().getType());
    mapping.map(args[0], stored.isF32() ? sum : Value(arith::TruncFOp::create(b, loc, stored, sum)));
    for (BlockArgument arg : ArrayRef(args).drop_front())
      mapping.map(arg, body->addArgument(arg.getType(), loc));
    for (Operation &op : consumer.getBody()->without_terminator())
      b.clone(op, mapping);
    mambac::ssm::YieldOp::create(b, loc, mapping.lookupOrDefault(consumer.getBody()->getTerminator()->getOperand(0)));
    b.setInsertionPointAfter(fused);
    Value y = fused.getResult(0);
    if (expand)
      y = tensor::ExpandShapeOp::create(b, loc, type, y, expand.getReassociationIndices(), expand.getMixedOutputShape());
    consumer.getResult(0).replaceAllUsesWith(y);
    consumer.erase();
    if (expand)
      expand.erase();
    product.erase();
    ++numFused;
  }

  /// Why the product cannot take its consumer; null if it can.
  static const char *whyNot(linalg::GenericOp consumer, PackedMatmulOp op, Value product, const Shape &shape) {
    if (llvm::any_of(op->getOperandTypes(), [](Type type) { return getElementTypeOrSelf(type).isF64(); }))
      return "the product is one of doubles";
    if (consumer.getNumResults() != 1 || consumer.getNumParallelLoops() != consumer.getNumLoops() ||
        consumer.getNumLoops() != shape.rank)
      return "it is not elementwise in the product";
    Type element = getElementTypeOrSelf(consumer.getResult(0).getType());
    if (!element.isF32() && !element.isBF16() && !element.isF16())
      return "its result is no float of up to 32 bits";
    if (!consumer.getMatchingIndexingMap(consumer.getDpsInitOperand(0)).isIdentity())
      return "its result is transposed";
    if (!consumer.getRegionOutputArgs()[0].use_empty())
      return "it reads its destination";
    for (OpOperand *operand : consumer.getDpsInputOperands()) {
      AffineMap map = consumer.getMatchingIndexingMap(operand);
      if (operand->get() == product) {
        if (!map.isIdentity())
          return "the product is transposed";
        continue;
      }
      auto type = dyn_cast<RankedTensorType>(operand->get().getType());
      if (!type || !isa<FloatType>(type.getElementType()) || type.getElementType().isF64())
        return "it reads something else than tensors of floats";
      auto dims = listedDims(map);
      // All of the dimensions, all of the rows', all of the columns', or none.
      bool rows = dims && llvm::any_of(*dims, [&](unsigned d) { return d < shape.rows; });
      bool columns = dims && llvm::any_of(*dims, [&](unsigned d) { return d >= shape.rows; });
      if (!dims || dims->size() != (rows ? shape.rows : 0) + (columns ? shape.rank - shape.rows : 0))
        return "an operand varies along part of the rows or columns";
    }
    for (Operation &op : consumer.getBody()->without_terminator())
      if (!OpTrait::hasElementwiseMappableTraits(&op) && !op.hasTrait<OpTrait::ConstantLike>())
        return "its body is more than elementwise operations";
    return nullptr;
  }

  /// An operand of the consumer with one dimension for rows and one for columns, of size 1 where it lacks them.
  static Value asMatrix(OpBuilder &b, Value operand, AffineMap map, const Shape &shape) {
    Location loc = operand.getLoc();
    SmallVector<ReassociationIndices> groups(2);
    for (auto [position, expr] : llvm::enumerate(map.getResults()))
      groups[cast<AffineDimExpr>(expr).getPosition() >= shape.rows].push_back(position);
    bool rows = !groups[0].empty(), columns = !groups[1].empty();
    llvm::erase_if(groups, [](const ReassociationIndices &group) { return group.empty(); });
    if (map.getNumResults() > groups.size())
      operand = tensor::CollapseShapeOp::create(b, loc, operand, groups);
    if (rows && columns)
      return operand;
    auto type = cast<RankedTensorType>(operand.getType());
    SmallVector<int64_t> sizes{1, 1};
    SmallVector<OpFoldResult> shapeOf{b.getIndexAttr(1), b.getIndexAttr(1)};
    if (rows || columns) {
      sizes[columns] = type.getDimSize(0);
      shapeOf[columns] = tensor::getMixedSize(b, loc, operand, 0);
    }
    SmallVector<ReassociationIndices> apart;
    if (rows || columns)
      apart.push_back({0, 1});
    return tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(sizes, type.getElementType()), operand, apart,
                                         shapeOf);
  }
};

} // namespace
