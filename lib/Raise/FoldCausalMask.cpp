//===- FoldCausalMask.cpp - A causal mask becomes ssm.attention's flag --------------------------------------------===//
//
// Finds out what an attention's mask is by evaluating one element of it at a symbolic position (MaskEvaluator.h), and
// drops it where it hides nothing, or just the keys after the query. So no mask of L x L elements is ever stored, and
// kernels can skip what is hidden. A mask that depends on an input of the model stays an operand.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/MaskEvaluator.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"

namespace mambac {
#define GEN_PASS_DEF_FOLDCAUSALMASK
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

enum Axis : unsigned { kBatch, kHead, kQuery, kKey };

enum class Finding { Nothing, Causal, Other };

Finding study(ssm::AttentionOp op, std::string &reason) {
  IndexSpace space;
  auto sizeOf = [&](OpOperand &operand, unsigned axis) {
    return space.getSize(operand.get(), op.getDimOfAxis(operand.getOperandNumber(), axis));
  };
  Lin queries = sizeOf(op.getQueryMutable(), kQuery), keys = sizeOf(op.getKeyMutable(), kKey);
  Lin query = Lin::var(space.addVar(IndexSpace::Kind::Root, queries));
  Lin key = Lin::var(space.addVar(IndexSpace::Kind::Root, keys));
  Lin visible = query - key + (keys - queries); // seen by a causal attention where this is >= 0

  OpOperand &mask = op.getMaskMutable()[0];
  SmallVector<Lin> index;
  for (AffineExpr expr : op.getMapFor(mask).getResults()) {
    unsigned axis = cast<AffineDimExpr>(expr).getPosition();
    if (axis == kQuery || axis == kKey)
      index.push_back(axis == kQuery ? query : key);
    else
      index.push_back(Lin::var(space.addVar(IndexSpace::Kind::Root, sizeOf(mask, index.size()))));
  }
  MaskEvaluator evaluator(space);
  Constraints given;
  if (op.getCausal() && !op.getPosition())
    given.push_back(visible);
  FailureOr<Cases> cases = evaluator.evaluate(mask.get(), index, given);
  if (failed(cases)) {
    reason = evaluator.reason;
    return Finding::Other;
  }
  if (cases->no.empty())
    return Finding::Nothing;
  bool causal = !op.getPosition() && llvm::all_of(cases->yes, [&](const Constraints &when) { return space.implies(when, visible); }) &&
                llvm::all_of(cases->no, [&](const Constraints &when) { return space.implies(when, visible * -1 - 1); });
  reason = "it is not the causal one";
  return causal ? Finding::Causal : Finding::Other;
}

struct FoldCausalMask : public mambac::impl::FoldCausalMaskBase<FoldCausalMask> {
  void runOnOperation() override {
    getOperation().walk([&](ssm::AttentionOp op) {
      if (!op.getMask() || op.getNumResults() != 1)
        return;
      std::string reason;
      Finding finding = study(op, reason);
      if (finding == Finding::Other) {
        ++numDeclined;
        remarkDeclined(op.getResult(0), "ssm.attention's mask", reason);
        return;
      }
      SmallVector<Attribute> maps(op.getIndexingMaps().getValue());
      maps.erase(maps.begin() + op.getMaskMutable()[0].getOperandNumber());
      op.setIndexingMapsAttr(ArrayAttr::get(op.getContext(), maps));
      op.getMaskMutable().clear();
      op.setCausal(op.getCausal() || finding == Finding::Causal);
      ++numFolded;
      remarkFound(op.getResult(0), "ssm.attention's mask");
    });
  }
};

} // namespace
