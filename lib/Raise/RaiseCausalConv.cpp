//===- RaiseCausalConv.cpp - Sums over the last few times become ssm.causal_conv1d ------------------------------===//
//
// Builds the op of a form (ConvForm.h), and moves silu behind it into it.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ConvForm.h"
#include "lib/Raise/Element.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"

#include "dialects/SSM/IR/SSM.h"

namespace mambac {
#define GEN_PASS_DEF_RAISECAUSALCONV
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

// The axes of ssm.causal_conv1d.
constexpr unsigned kBatch = 0, kTime = 1, kChannel = 2, kTap = 3;

bool isCandidate(Value value) {
  Operation *op = value.getDefiningOp();
  return op->getNumResults() == 1 && isa<FloatType>(getElementTypeOrSelf(value.getType())) &&
         isa<linalg::LinalgOp, tensor::ExtractSliceOp, ssm::EinsumOp>(op) && !isa<linalg::FillOp>(op);
}

class ConvBuilder {
public:
  ConvBuilder(OpBuilder &b, ConvForm &form)
      : b(b), loc(form.study->root.getLoc()), form(form), space(form.study->space),
        tap(space.addVar(IndexSpace::Kind::Bound, Lin(getNumTaps()))), axes(getAxes(tap, getNumTaps())),
        operands(b, loc, space, axes) {}

  FailureOr<Value> build() {
    FailureOr<Operand> x = operands.build(form.x, {kBatch, kTime, kChannel});
    FailureOr<Operand> weight = buildWeight();
    if (failed(x) || failed(weight))
      return failure();
    SmallVector<AffineMap> maps{x->map, weight->map};
    Value bias, window;
    if (form.bias) {
      FailureOr<Operand> operand = operands.build(*form.bias, {kChannel});
      if (failed(operand))
        return failure();
      bias = operand->value;
      maps.push_back(operand->map);
    }
    if (form.window) {
      OperandBuilder builder(b, loc, space, getAxes(form.windowEntry, getNumTaps() - 1));
      FailureOr<Operand> operand = builder.build(*form.window, {kBatch, kChannel, kTap});
      if (failed(operand))
        return failure();
      window = operand->value;
      maps.push_back(operand->map);
    }
    SmallVector<SmallVector<unsigned, 2>> dims;
    for (const Lin &position : form.study->index) {
      std::optional<int> var = position.getSingleVar();
      dims.emplace_back();
      if (var)
        dims.back().push_back(*var == form.time ? kTime : var == form.channel ? kChannel : kBatch);
    }
    auto type = cast<RankedTensorType>(form.study->root.getType());
    FailureOr<Destination> destination =
        makeDestination(b, loc, operands, axes, dims, {kBatch, kTime, kChannel}, type);
    if (failed(destination))
      return failure();
    maps.push_back(destination->map);
    auto op = ssm::CausalConv1DOp::create(b, loc, x->value, weight->value, bias, window,
                                          ValueRange{destination->value}, maps);
    return destination->restore(b, loc, op->getResult(0));
  }

private:
  int64_t getNumTaps() const { return form.taps.size(); }

  SmallVector<Axis> getAxes(int tapVar, int64_t numTaps) const {
    auto axis = [&](std::optional<int> var) {
      return var ? Axis{Lin::var(*var), *space.get(*var).size} : Axis{Lin(0), Lin(1)};
    };
    return {axis(form.batch), axis(form.time), axis(form.channel), Axis{Lin::var(tapVar), Lin(numTaps)}};
  }

  /// One tensor read along k; or, where each tap has its own, these side by side.
  FailureOr<Operand> buildWeight() {
    if (std::optional<Group> whole = getWholeWeight())
      return operands.build(*whole, {kChannel, kTap});
    auto type = RankedTensorType::get({}, b.getF32Type());
    SmallVector<Value> columns;
    for (const Group &group : form.taps) {
      FailureOr<Operand> column = operands.build(group, {kChannel});
      if (failed(column))
        return failure();
      auto columnType = cast<RankedTensorType>(column->value.getType());
      if (!columns.empty() && columnType.getElementType() != type.getElementType())
        return failure();
      type = columnType;
      SmallVector<OpFoldResult> shape{tensor::getMixedSize(b, loc, column->value, 0), b.getIndexAttr(1)};
      columns.push_back(tensor::ExpandShapeOp::create(
          b, loc, RankedTensorType::get({type.getDimSize(0), 1}, type.getElementType()), column->value,
          ArrayRef<ReassociationIndices>{{0, 1}}, shape));
    }
    Value value = tensor::ConcatOp::create(b, loc, /*dim=*/1, columns);
    return Operand{value, AffineMap::getMultiDimMapWithTargets(4, {kChannel, kTap}, b.getContext())};
  }

  /// The taps' weights as one group at position k.
  std::optional<Group> getWholeWeight() const {
    Group whole = form.taps.front();
    if (whole.atoms.empty())
      return std::nullopt;
    for (auto [number, atom] : llvm::enumerate(whole.atoms))
      for (auto [dim, position] : llvm::enumerate(atom.index)) {
        const Group &second = form.taps[1];
        if (second.atoms.size() > number && second.atoms[number].index.size() > dim &&
            second.atoms[number].index[dim] == position + 1)
          position = position + Lin::var(tap);
      }
    for (auto [k, group] : llvm::enumerate(form.taps)) {
      Group expected = whole;
      for (Atom &atom : expected.atoms)
        atom = substitute(atom, tap, Lin(k));
      if (group.coefficient != expected.coefficient || group.atoms.size() != expected.atoms.size())
        return std::nullopt;
      for (auto [a, b] : llvm::zip(group.atoms, expected.atoms))
        if (!(a == b))
          return std::nullopt;
    }
    return whole;
  }

  OpBuilder &b;
  Location loc;
  ConvForm &form;
  IndexSpace &space;
  int tap;
  SmallVector<Axis> axes;
  OperandBuilder operands;
};

struct RaiseCausalConv : mambac::impl::RaiseCausalConvBase<RaiseCausalConv> {
  void runOnOperation() final {
    RootQueue queue(getOperation(), isCandidate);
    while (Value root = queue.next()) {
      std::string why;
      FailureOr<ConvForm> form = getConvForm(root, why);
      if (succeeded(form)) {
        OpBuilder b(root.getDefiningOp());
        if (FailureOr<Value> value = ConvBuilder(b, *form).build(); succeeded(value)) {
          ++numFound;
          remarkFound(root, "ssm.causal_conv1d");
          queue.replace(root, *value);
          continue;
        }
        why = "an operand cannot be cut out of the tensors that are read";
      }
      if (!why.empty())
        queue.noteDeclined(root, why);
    }
    numDeclined += queue.reportDeclined("ssm.causal_conv1d");
    IRRewriter rewriter(&getContext());
    fuseActivations(rewriter);
  }

  /// silu(y), where y is used nowhere else.
  void fuseActivations(IRRewriter &rewriter) {
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
      if (std::optional<Element> y = matchSilu(e))
        (void)fuse(rewriter, op, *y);
    }
  }

  static LogicalResult fuse(IRRewriter &rewriter, linalg::GenericOp root, const Element &y) {
    auto conv = y.isLeaf() ? y.value.getDefiningOp<ssm::CausalConv1DOp>() : ssm::CausalConv1DOp();
    if (!conv || y.value != conv->getResult(0) || conv.hasFinalWindow() ||
        conv.getActivation() != ssm::Activation::none || !flowsOnlyInto(y.value, root))
      return failure();
    MLIRContext *ctx = root.getContext();
    auto type = cast<RankedTensorType>(root.getResult(0).getType());
    // The result's dimensions as axes of the op.
    SmallVector<AffineExpr> toAxes(type.getRank(), getAffineConstantExpr(0, ctx));
    AffineMap yMap = conv.getMapFor(conv->getNumOperands() - 1);
    if (type.getRank() != 3)
      return failure();
    for (auto [d, expr] : llvm::enumerate(y.map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim)
        return failure();
      toAxes[dim.getPosition()] = yMap.getResult(d);
    }
    if (llvm::any_of(toAxes, [](AffineExpr e) { return isa<AffineConstantExpr>(e); }))
      return failure();
    rewriter.setInsertionPoint(root);
    Location loc = conv.getLoc();
    Value biasValue = conv.getBias();
    SmallVector<AffineMap> maps{conv.getMapFor(0u), conv.getMapFor(1u)};
    if (biasValue)
      maps.push_back(conv.getMapFor(2u));
    if (conv.getInitialWindow())
      maps.push_back(conv.getMapFor(conv->getNumOperands() - 2));
    maps.push_back(AffineMap::get(kTap + 1, 0, toAxes, ctx));
    Value empty = tensor::EmptyOp::create(rewriter, loc, tensor::getMixedSizes(rewriter, loc, root.getDpsInits()[0]),
                                          type.getElementType());
    auto fused = ssm::CausalConv1DOp::create(rewriter, loc, conv.getX(), conv.getWeight(), biasValue,
                                             conv.getInitialWindow(), ValueRange{empty}, maps,
                                             ssm::Activation::silu);
    Value result = fused->getResult(0);
    if (result.getType() != type)
      result = tensor::CastOp::create(rewriter, loc, type, result);
    rewriter.replaceOp(root, result);
    return success();
  }
};

} // namespace
