//===- RaiseWindowSums.cpp - Sums over all that came before become ssm.cumsum -----------------------------------===//
//
// A window as long as the axis itself, over what is padded with zeros in front (or behind), sums everything up to (or
// from) its position. It is quadratic; front ends without a running sum write one so.
//
//===------------------------------------------------------------------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/RootStudy.h"

namespace mambac {
#define GEN_PASS_DEF_RAISEWINDOWSUMS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

bool isCandidate(Value value) {
  auto op = value.getDefiningOp<linalg::LinalgOp>();
  if (!op || op->getNumResults() != 1 || op.getNumReductionLoops() != 1 || !getElementTypeOrSelf(value.getType()).isF32())
    return false;
  return llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
    return input->get().getDefiningOp<tensor::PadOp>() && !op.getMatchingIndexingMap(input).isProjectedPermutation();
  });
}

/// The running sum that `root` is; null where it is something else.
Value raise(Value root) {
  static const ScanDependence noScans;
  auto type = cast<RankedTensorType>(root.getType());
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    RootStudy study(root, noScans, {});
    std::optional<int> time = study.index[dim].getSingleVar();
    if (!time)
      continue;
    study.evaluator.keepPiecesWholeExceptAlong(*time, 1);
    study.evaluator.followWhere([&](Value value) { return value == root; });
    Poly poly = study.evaluator.evaluate(root, study.index, {});
    if (poly.size() != 1 || poly[0].coefficient != 1 || poly[0].atoms.size() != 1 || poly[0].bound.size() != 1 ||
        poly[0].guards.size() != 1 || poly[0].atoms[0].kind != Atom::Kind::Leaf)
      continue;
    Atom leaf = poly[0].atoms[0];
    int window = poly[0].bound[0];
    const Lin size = *study.space.get(*time).size, guard = poly[0].guards[0];
    if (*study.space.get(window).size != size)
      continue;
    // x[.. + t + k - (size - 1)] for t + k >= size - 1, or x[.. + t + k] for t + k < size: all up to, or from, t.
    Lin read = Lin::var(*time) + Lin::var(window);
    bool reverse = guard == size - 1 - read;
    // More zeros in front than the window needs are zeros that are summed.
    Lin zeros = reverse ? Lin(0) : read - size + 1 - guard;
    if (!zeros.isConstant() || zeros.constant < 0)
      continue;
    unsigned reads = 0;
    for (Lin &position : leaf.index) {
      if (position.coefficientOf(*time) != position.coefficientOf(window))
        return {};
      reads += position.uses(*time);
      // Summed over s = t + k (less size - 1), which takes the place of t.
      position = position.substitute(window, reverse ? Lin(0) : size - 1).substitute(*time, Lin::var(*time) + zeros);
    }
    if (reads != 1)
      return {};
    OpBuilder b(root.getDefiningOp());
    Location loc = root.getLoc();
    SmallVector<Axis> axes;
    for (auto [d, position] : llvm::enumerate(study.index))
      axes.push_back({position, study.space.getSize(root, d) - (static_cast<int64_t>(d) == dim ? zeros : Lin(0))});
    OperandBuilder operands(b, loc, study.space, axes);
    Group group;
    group.atoms.push_back(leaf);
    FailureOr<Operand> x = operands.build(group, llvm::to_vector(llvm::seq<unsigned>(0, type.getRank())));
    if (failed(x) || !x->map.isPermutation() || !getElementTypeOrSelf(x->value.getType()).isF32())
      return {};
    if (zeros != Lin(0)) {
      SmallVector<OpFoldResult> none(type.getRank(), b.getIndexAttr(0)), low = none;
      low[*x->map.getResultPosition(b.getAffineDimExpr(dim))] = b.getIndexAttr(zeros.constant);
      Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0));
      x->value = tensor::PadOp::create(b, loc, Type(), x->value, low, none, zero).getResult();
    }
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, x->value);
    Value empty = tensor::EmptyOp::create(b, loc, sizes, type.getElementType());
    int64_t along = *x->map.getResultPosition(b.getAffineDimExpr(dim));
    Value sum = ssm::CumsumOp::create(b, loc, TypeRange{empty.getType()}, x->value, ValueRange{empty}, along, reverse,
                                      /*exclusive=*/false)
                    ->getResult(0);
    if (!x->map.isIdentity()) {
      Value init = tensor::EmptyOp::create(b, loc, tensor::getMixedSizes(b, loc, root), type.getElementType());
      SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
      sum = linalg::GenericOp::create(b, loc, TypeRange{init.getType()}, ValueRange{sum}, ValueRange{init},
                                      ArrayRef<AffineMap>{x->map, b.getMultiDimIdentityMap(type.getRank())}, iterators,
                                      [](OpBuilder &b, Location loc, ValueRange args) {
                                        linalg::YieldOp::create(b, loc, args[0]);
                                      })
                .getResult(0);
    }
    return sum.getType() == root.getType() ? sum : tensor::CastOp::create(b, loc, root.getType(), sum).getResult();
  }
  return {};
}

struct RaiseWindowSumsPass : mambac::impl::RaiseWindowSumsBase<RaiseWindowSumsPass> {
  void runOnOperation() override {
    RootQueue queue(getOperation(), isCandidate);
    while (Value root = queue.next())
      if (Value sum = raise(root)) {
        ++numFound;
        remarkFound(root, "ssm.cumsum");
        queue.replace(root, sum);
      }
  }
};

} // namespace
