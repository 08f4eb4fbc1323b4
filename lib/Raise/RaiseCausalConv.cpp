//===- RaiseCausalConv.cpp - Sums over the last few times become ssm.causal_conv1d ------------------------------===//
//
// Builds the op of a form (ConvForm.h), and moves silu behind it into it.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ConvForm.h"
#include "lib/Raise/ElementTrace.h"
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

/// `value` with the dimensions of size 1 that `type` has in place of its own; all others are the same in the same order.
Value replaceUnits(OpBuilder &b, Location loc, Value value, RankedTensorType type, ArrayRef<OpFoldResult> sizes) {
  auto isUnit = [](int64_t size) { return size == 1; };
  // Each proper dimension with the units before it, the last one with those behind it, too.
  auto groupsOf = [&](ArrayRef<int64_t> shape) {
    SmallVector<ReassociationIndices> groups;
    if (llvm::all_of(shape, isUnit))
      return groups;
    groups.emplace_back();
    for (auto [dim, size] : llvm::enumerate(shape)) {
      if (!groups.back().empty() && !isUnit(shape[groups.back().back()]) && !llvm::all_of(shape.drop_front(dim), isUnit))
        groups.emplace_back();
      groups.back().push_back(dim);
    }
    return groups;
  };
  ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
  if (llvm::any_of(shape, isUnit))
    value = tensor::CollapseShapeOp::create(b, loc, value, groupsOf(shape));
  if (llvm::any_of(type.getShape(), isUnit))
    value = tensor::ExpandShapeOp::create(b, loc, type, value, groupsOf(type.getShape()), sizes);
  if (value.getType() != type)
    value = tensor::CastOp::create(b, loc, type, value);
  return value;
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
    // Axes of size 1 first, the others in the order of the root's dimensions.
    auto type = cast<RankedTensorType>(form.study->root.getType());
    SmallVector<unsigned> order;
    for (unsigned axis : {kBatch, kTime, kChannel})
      if (axes[axis].position.isConstant())
        order.push_back(axis);
    for (const Lin &position : form.study->index)
      for (unsigned axis : {kBatch, kTime, kChannel})
        if (!position.isConstant() && axes[axis].position == position)
          order.push_back(axis);
    SmallVector<OpFoldResult> sizes;
    for (unsigned axis : order) {
      sizes.push_back(operands.getSize(axes[axis].size));
      if (!sizes.back())
        return failure();
    }
    Value empty = tensor::EmptyOp::create(b, loc, sizes, type.getElementType());
    maps.push_back(AffineMap::getMultiDimMapWithTargets(kTap + 1, order, b.getContext()));
    auto op = ssm::CausalConv1DOp::create(b, loc, x->value, weight->value, bias, window, ValueRange{empty}, maps);
    SmallVector<OpFoldResult> shape;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      shape.push_back(operands.getSize(space.getSize(form.study->root, dim)));
      if (!shape.back())
        return failure();
    }
    return replaceUnits(b, loc, op->getResult(0), type, shape);
  }

private:
  int64_t getNumTaps() const { return form.taps.size(); }

  SmallVector<Axis> getAxes(int tapVar, int64_t numTaps) const {
    auto axis = [&](std::optional<int> var) {
      return var ? Axis{Lin::var(*var), *space.get(*var).size} : Axis{Lin(0), Lin(1)};
    };
    std::optional<int> time = form.time < 0 ? std::nullopt : std::optional<int>(form.time);
    return {axis(form.batch), axis(time), axis(form.channel), Axis{Lin::var(tapVar), Lin(numTaps)}};
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
    TraceScope decays(getOperation());
    RootQueue queue(getOperation(), isCandidate);
    while (Value root = queue.next()) {
      std::string why;
      FailureOr<ConvForm> form = getConvForm(root, why);
      // Two chunks' states look like taps, too.
      if (succeeded(form) && llvm::any_of(form->taps, [&](const Group &tap) {
            return llvm::any_of(tap.atoms, [&](const Atom &leaf) { return leaf.value && decays.isInside(leaf.value); });
          }))
        continue;
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
    auto type = cast<RankedTensorType>(root.getResult(0).getType());
    // The result's dimensions as axes of the op: those of size 1 first, the others in the root's order.
    AffineMap yMap = conv.getMapFor(conv->getNumOperands() - 1);
    auto convType = cast<RankedTensorType>(y.value.getType());
    SmallVector<AffineExpr> axes;
    SmallVector<std::pair<unsigned, unsigned>> proper; // the root's dimension, the conv's
    for (auto [d, expr] : llvm::enumerate(y.map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (convType.getDimSize(d) == 1)
        axes.push_back(yMap.getResult(d));
      else if (dim)
        proper.push_back({dim.getPosition(), d});
      else
        return failure();
    }
    llvm::sort(proper);
    if (static_cast<int64_t>(proper.size()) != llvm::count_if(type.getShape(), [](int64_t size) { return size != 1; }))
      return failure();
    rewriter.setInsertionPoint(root);
    Location loc = conv.getLoc();
    Value biasValue = conv.getBias();
    SmallVector<AffineMap> maps{conv.getMapFor(0u), conv.getMapFor(1u)};
    if (biasValue)
      maps.push_back(conv.getMapFor(2u));
    if (conv.getInitialWindow())
      maps.push_back(conv.getMapFor(conv->getNumOperands() - 2));
    SmallVector<OpFoldResult> shape = tensor::getMixedSizes(rewriter, loc, root.getDpsInits()[0]);
    SmallVector<OpFoldResult> sizes(axes.size(), rewriter.getIndexAttr(1));
    for (auto [rootDim, convDim] : proper) {
      axes.push_back(yMap.getResult(convDim));
      sizes.push_back(shape[rootDim]);
    }
    maps.push_back(AffineMap::get(kTap + 1, 0, axes, root.getContext()));
    Value empty = tensor::EmptyOp::create(rewriter, loc, sizes, type.getElementType());
    auto fused = ssm::CausalConv1DOp::create(rewriter, loc, conv.getX(), conv.getWeight(), biasValue,
                                             conv.getInitialWindow(), ValueRange{empty}, maps,
                                             ssm::Activation::silu);
    rewriter.replaceOp(root, replaceUnits(rewriter, loc, fused->getResult(0), type, shape));
    return success();
  }
};

} // namespace
