//===- PlainProducts.cpp - Sums over nothing become the product alone -------------------------------------------===//
//
// Products are found where sums with zeros, and the scalings of a sum that is added to something, do not hide them.
//
//===------------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/Element.h"
#include "lib/Raise/ElementUtils.h"
#include "lib/Raise/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mambac {
#define GEN_PASS_DEF_PLAINPRODUCTS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac::raise;

namespace {

struct PlainProductsPass : mambac::impl::PlainProductsBase<PlainProductsPass> {
  using PlainProductsBase::PlainProductsBase;
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> ops;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.getNumReductionLoops() == 0 && op.getNumDpsInits() == 1 && op.hasPureTensorSemantics())
        ops.push_back(op);
    });
    for (linalg::GenericOp op : ops) {
      dropInitialZero(op);
      if (!leaveZeros)
        dropZeros(op);
      if (Value same = getCopied(op)) {
        op.getResult(0).replaceAllUsesWith(same);
        continue;
      }
      scaleSums(op);
    }
  }

  /// init + a * b, where init is zero.
  void dropInitialZero(linalg::GenericOp op) {
    OpOperand *init = op.getDpsInitOperand(0);
    BlockArgument out = op.getMatchingBlockArgument(init);
    Operation *yield = op.getBody()->getTerminator();
    auto add = yield->getOperand(0).getDefiningOp<arith::AddFOp>();
    if (!add || !out.hasOneUse() || (add.getLhs() != out && add.getRhs() != out))
      return;
    auto fill = init->get().getDefiningOp<linalg::FillOp>();
    if (!fill || getFloatConstant(fill.getInputs()[0]) != 0.0)
      return;
    yield->setOperand(0, add.getLhs() == out ? add.getRhs() : add.getLhs());
    add.erase();
    // What is never read need not be filled.
    init->set(fill.getOutputs()[0]);
    ++numSimplified;
  }

  /// Whether a number in a body is 0 for all elements.
  static bool isZero(linalg::GenericOp op, Value value) {
    if (std::optional<double> constant = getConstantFloat(value))
      return *constant == 0;
    auto argument = dyn_cast<BlockArgument>(value);
    if (argument && argument.getOwner() == op.getBody()) {
      Value tensor = op.getMatchingOpOperand(argument)->get();
      auto fill = tensor.getDefiningOp<linalg::FillOp>();
      return getFloatConstant(fill ? fill.getInputs()[0] : tensor) == 0.0;
    }
    if (auto product = value.getDefiningOp<arith::MulFOp>())
      for (auto [x, y] : {std::pair(product.getLhs(), product.getRhs()), std::pair(product.getRhs(), product.getLhs())})
        if (std::optional<double> factor = getConstantFloat(y); factor && std::isfinite(*factor) && isZero(op, x))
          return true;
    auto extension = value.getDefiningOp<arith::ExtFOp>();
    return extension && isZero(op, extension.getIn());
  }

  /// x + 0, where the zeros are a tensor, or a multiple of one.
  void dropZeros(linalg::GenericOp op) {
    for (Operation &inner : llvm::make_early_inc_range(op.getBody()->without_terminator())) {
      auto add = dyn_cast<arith::AddFOp>(inner);
      if (!add || isZero(op, add.getLhs()) == isZero(op, add.getRhs()))
        continue;
      add.getResult().replaceAllUsesWith(isZero(op, add.getLhs()) ? add.getRhs() : add.getLhs());
      add.erase();
      ++numSimplified;
    }
  }

  /// The input of which an op is a copy in the same layout.
  static Value getCopied(linalg::GenericOp op) {
    auto argument = dyn_cast<BlockArgument>(op.getBody()->getTerminator()->getOperand(0));
    if (!argument || argument.getOwner() != op.getBody())
      return {};
    OpOperand *operand = op.getMatchingOpOperand(argument);
    AffineMap map = op.getMatchingIndexingMap(operand);
    bool same = op.isDpsInput(operand) && map.isPermutation() &&
                map == op.getMatchingIndexingMap(op.getDpsInitOperand(0)) &&
                operand->get().getType() == op.getResult(0).getType();
    return same ? operand->get() : Value();
  }

  /// bias + 0.5 * x, where x is a sum: the scaling is an op of its own, which belongs to that sum.
  void scaleSums(linalg::GenericOp op) {
    for (OpOperand *operand : op.getDpsInputOperands()) {
      BlockArgument x = op.getMatchingBlockArgument(operand);
      Operation *scaling = x.hasOneUse() ? *x.user_begin() : nullptr;
      if (!isa_and_nonnull<arith::MulFOp, arith::DivFOp>(scaling) ||
          scaling->getResult(0) == op.getBody()->getTerminator()->getOperand(0) || !isSum(operand->get()))
        continue;
      std::optional<double> number = getConstantFloat(scaling->getOperand(scaling->getOperand(0) == x ? 1 : 0));
      if (!number || (isa<arith::DivFOp>(scaling) && scaling->getOperand(0) != x))
        continue;
      OpBuilder b(op);
      Value in = operand->get();
      auto type = cast<RankedTensorType>(in.getType());
      Value empty = tensor::EmptyOp::create(b, op.getLoc(), tensor::getMixedSizes(b, op.getLoc(), in),
                                            type.getElementType());
      AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
      SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
      auto scaled = linalg::GenericOp::create(
          b, op.getLoc(), type, in, empty, ArrayRef<AffineMap>{identity, identity}, iterators,
          [&](OpBuilder &nested, Location loc, ValueRange args) {
            Value constant =
                arith::ConstantOp::create(nested, loc, nested.getFloatAttr(type.getElementType(), *number));
            Value product = isa<arith::MulFOp>(scaling)
                                ? arith::MulFOp::create(nested, loc, args[0], constant).getResult()
                                : arith::DivFOp::create(nested, loc, args[0], constant).getResult();
            linalg::YieldOp::create(nested, loc, product);
          });
      operand->set(scaled.getResult(0));
      scaling->getResult(0).replaceAllUsesWith(x);
      scaling->erase();
      ++numSplit;
    }
  }

  /// A sum that is read here alone, perhaps through reshapes.
  static bool isSum(Value value) {
    while (value.hasOneUse()) {
      Operation *op = value.getDefiningOp();
      if (auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op))
        return linalgOp.getNumReductionLoops() > 0;
      if (!isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op))
        return false;
      value = op->getOperand(0);
    }
    return false;
  }
};

} // namespace
