//===- RaiseCumsum.cpp - Sums against a triangle become ssm.cumsum -----------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Element.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/RootStudy.h"

namespace mambac {
#define GEN_PASS_DEF_RAISECUMSUM
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

/// Whether a value is a mask (computed from positions alone, elementwise), or one tensor masked: what else is computed
/// from masked values, such as a sum of two of them, is no summand of a running sum.
class PositionDependence {
public:
  enum Kind { kOther, kConstant, kMask, kMasked };
  bool get(Value value) {
    Kind kind = getKind(value);
    return kind == kMask || kind == kMasked;
  }

private:
  Kind getKind(Value value) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return kOther;
    auto [it, isNew] = known.try_emplace(value, kOther);
    if (!isNew)
      return it->second;
    Kind result = compute(op);
    known[value] = result;
    return result;
  }

  Kind compute(Operation *op) {
    if (isa<arith::ConstantOp, linalg::FillOp>(op))
      return kConstant;
    if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp, tensor::CastOp>(op))
      return getKind(op->getOperand(0));
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (!linalgOp || linalgOp.getNumReductionLoops() != 0)
      return kOther;
    bool isMasked = !op->getRegion(0).front().getOps<linalg::IndexOp>().empty();
    unsigned numTensors = 0;
    for (Value input : linalgOp.getDpsInputs()) {
      Kind kind = getKind(input);
      isMasked |= kind == kMask || kind == kMasked;
      numTensors += kind == kOther || kind == kMasked;
    }
    if (numTensors > 1 || (numTensors == 1 && !isMasked))
      return kOther;
    return numTensors ? kMasked : isMasked ? kMask : kConstant;
  }
  llvm::DenseMap<Value, Kind> known;
};

struct RaiseCumsumPass : mambac::impl::RaiseCumsumBase<RaiseCumsumPass> {
  void runOnOperation() override {
    PositionDependence positions;
    SmallVector<linalg::LinalgOp> sums;
    getOperation().walk([&](linalg::LinalgOp op) {
      auto type = op->getNumResults() == 1 ? dyn_cast<RankedTensorType>(op->getResult(0).getType()) : nullptr;
      if (type && type.getElementType().isF32() && op.getNumReductionLoops() > 0 &&
          llvm::any_of(op.getDpsInputs(), [&](Value input) { return positions.get(input); }))
        sums.push_back(op);
    });
    ScanDependence none;
    for (linalg::LinalgOp op : sums) {
      Value root = op->getResult(0);
      std::string reason;
      LogicalResult found = studyRoot(root, none, [&](RootStudy &study) {
        study.evaluator.keepPiecesWhole(); // what is summed may be padded
        study.evaluator.followWhere([&](Value value) { return value == root || positions.get(value); });
        return raise(op, study, reason);
      });
      if (succeeded(found)) {
        ++numFound;
        remarkFound(root, "ssm.cumsum");
      } else if (!reason.empty()) {
        ++numDeclined;
        remarkDeclined(root, "ssm.cumsum", reason);
      }
    }
  }

  LogicalResult raise(linalg::LinalgOp op, RootStudy &study, std::string &reason) {
    auto fail = [&](const char *why) {
      reason = why;
      return failure();
    };
    reason.clear();
    Poly poly = study.evaluator.evaluate(study.root, study.index, {});
    if (poly.size() != 1 || poly[0].bound.size() != 1 || poly[0].guards.size() != 1)
      return failure(); // no masked sum
    const Term &term = poly[0];
    int s = term.bound[0];
    const Lin &guard = term.guards[0];
    int64_t sign = guard.coefficientOf(s);
    if (sign != 1 && sign != -1)
      return failure();
    // s <= last, or s >= last: t itself, or its neighbor.
    bool reverse = sign == 1, exclusive = false;
    Lin last = Lin::var(s) - guard * sign;
    auto dim = llvm::find(study.index, last);
    if (dim == study.index.end()) {
      exclusive = true;
      dim = llvm::find(study.index, last + (reverse ? -1 : 1));
    }
    if (dim == study.index.end() || !dim->getSingleVar())
      return fail("another diagonal of the mask");
    int t = *dim->getSingleVar();
    if (study.space.get(s).size != study.space.getSize(study.root, dim - study.index.begin()))
      return fail("the positions summed over are others than those of the result");
    if (term.atoms.size() != 1 || term.coefficient != 1 || term.atoms[0].kind != Atom::Kind::Leaf)
      return failure(); // a product against a mask, as attention and state space duality have it
    const Atom &leaf = term.atoms[0];
    // The leaf over the result's axes, with s for t; where a part of it is meant, or parts of an axis, it is cut.
    unsigned place = dim - study.index.begin();
    auto resultType = cast<RankedTensorType>(study.root.getType());
    SmallVector<Axis> axes;
    SmallVector<unsigned> all, required{place};
    for (auto [k, position] : llvm::enumerate(study.index)) {
      axes.push_back({k == place ? Lin::var(s) : position, study.space.getSize(study.root, k)});
      all.push_back(k);
      // Dimensions of size 1 are kept: a slice that drops them would hide what is behind.
      if (k != place && resultType.getDimSize(k) == 1)
        required.push_back(k);
    }
    if (!cast<RankedTensorType>(leaf.value.getType()).getElementType().isF32() ||
        llvm::none_of(leaf.index, [&](const Lin &e) { return e.uses(s); }))
      return fail("the summed tensor does not depend on the position");
    if (llvm::any_of(leaf.index, [&](const Lin &e) { return e.uses(t); }))
      return fail("the summed tensor is not read along the result's axes");

    OpBuilder b(op);
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    OperandBuilder operands(b, loc, study.space, axes);
    Group group;
    group.atoms.push_back(leaf);
    FailureOr<Operand> summed = operands.build(group, required, all);
    if (failed(summed) || !summed->map.isProjectedPermutation())
      return fail("the summed tensor is not read along the result's axes");
    std::optional<unsigned> sumDim = summed->map.getResultPosition(b.getAffineDimExpr(place));
    if (!sumDim)
      return fail("the summed tensor does not depend on the position");
    Value empty = tensor::EmptyOp::create(b, loc, tensor::getMixedSizes(b, loc, summed->value),
                                          resultType.getElementType());
    Value sums = ssm::CumsumOp::create(b, loc, summed->value, empty, *sumDim, reverse, exclusive)->getResult(0);
    SmallVector<utils::IteratorType> loops(study.index.size(), utils::IteratorType::parallel);
    AffineMap identity = AffineMap::getMultiDimIdentityMap(study.index.size(), context);
    Value out = tensor::EmptyOp::create(b, loc, tensor::getMixedSizes(b, loc, op.getDpsInits()[0]),
                                        resultType.getElementType());
    auto view = linalg::GenericOp::create(b, loc, resultType, ValueRange{sums}, ValueRange{out},
                                          {summed->map, identity}, loops,
                                          [](OpBuilder &inner, Location at, ValueRange args) {
                                            linalg::YieldOp::create(inner, at, args[0]);
                                          });
    study.root.replaceAllUsesWith(view->getResult(0));
    return success();
  }
};

} // namespace
