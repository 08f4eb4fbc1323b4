//===- MergeIntoReductions.cpp - Elementwise code joins the sum behind it -----------------------------------------===//
//
// Bodies are put one behind the other. Rows that are no whole number of vectors stay as they are: their last points go
// one by one, of which a wide reduction has more.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/MergeIntoReductions.h"
#include "lib/CPU/GenericBody.h"
#include "lib/Schedule/BaseBuffers.h"
#include "lib/Schedule/ReductionStart.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace mambac {

/// The elementwise operation before `reduction`, with nothing between them that reads or writes; null if there is none.
static linalg::GenericOp producerOf(linalg::GenericOp reduction, int64_t points) {
  Operation *before = reduction->getPrevNode();
  while (before && (isa<memref::AllocaOp>(before) || isMemoryEffectFree(before)))
    before = before->getPrevNode();
  auto producer = dyn_cast_or_null<linalg::GenericOp>(before);
  if (!producer || producer.getNumLoops() != 1 || producer.getNumReductionLoops() || producer.hasIndexSemantics() ||
      !producer.hasPureBufferSemantics())
    return {};
  int64_t size = producer.getStaticLoopRanges().front();
  if (ShapedType::isDynamic(size) || size % points || size != reduction.getStaticLoopRanges().front())
    return {};
  bool loads = producer.walk([](memref::LoadOp) { return WalkResult::interrupt(); }).wasInterrupted();
  bool reads = llvm::any_of(producer.getRegionOutputArgs(), [](BlockArgument arg) { return !arg.use_empty(); });
  return loads || reads || !GenericBody(producer).canVectorize(0, /*strided=*/false) ? linalg::GenericOp() : producer;
}

/// Whether what the producer writes is on the stack, and is read by the reduction as it is written.
static bool handsOver(linalg::GenericOp producer, linalg::GenericOp reduction) {
  bool read = false;
  for (OpOperand &output : producer.getDpsInitsMutable()) {
    Value base = getBaseBuffer(output.get());
    if (!base.getDefiningOp<memref::AllocaOp>() || !producer.getMatchingIndexingMap(&output).isIdentity())
      return false;
    for (OpOperand &operand : reduction->getOpOperands()) {
      if (getBaseBuffer(operand.get()) != base)
        continue;
      if (operand.get() != output.get() || reduction.isDpsInit(&operand) ||
          !reduction.getMatchingIndexingMap(&operand).isIdentity())
        return false;
      read = true;
    }
  }
  return read;
}

static linalg::GenericOp merge(linalg::GenericOp producer, linalg::GenericOp reduction) {
  OpBuilder b(reduction);
  SmallVector<Value> inputs = llvm::to_vector_of<Value>(producer.getInputs()), outputs;
  SmallVector<AffineMap> maps;
  for (OpOperand *operand : producer.getDpsInputOperands())
    maps.push_back(producer.getMatchingIndexingMap(operand));
  auto fromProducer = [&](Value value) { return llvm::find(producer.getOutputs(), value) - producer.getOutputs().begin(); };
  for (OpOperand *operand : reduction.getDpsInputOperands())
    if (size_t(fromProducer(operand->get())) == producer.getOutputs().size()) {
      inputs.push_back(operand->get());
      maps.push_back(reduction.getMatchingIndexingMap(operand));
    }
  for (linalg::GenericOp op : {reduction, producer})
    for (OpOperand &operand : op.getDpsInitsMutable()) {
      outputs.push_back(operand.get());
      maps.push_back(op.getMatchingIndexingMap(&operand));
    }
  auto merged = linalg::GenericOp::create(b, reduction.getLoc(), inputs, outputs, maps,
                                          ArrayRef{utils::IteratorType::reduction});
  merged->setDiscardableAttrs(reduction->getDiscardableAttrDictionary());
  merged->removeAttr(kStartName); // which is said in another way for several outputs
  for (unsigned i = 0; i < reduction.getNumDpsInits(); ++i)
    if (TypedAttr start = getStart(reduction, i))
      setStart(merged, i, start);

  SmallVector<Type> types;
  for (Value value : llvm::concat<Value>(inputs, outputs))
    types.push_back(getElementTypeOrSelf(value.getType()));
  Block *body = b.createBlock(&merged.getRegion(), {}, types, SmallVector<Location>(types.size(), reduction.getLoc()));
  IRMapping mapping;
  unsigned next = 0;
  for (BlockArgument arg : producer.getRegionInputArgs())
    mapping.map(arg, body->getArgument(next++));
  for (Operation &op : producer.getBody()->without_terminator())
    b.clone(op, mapping);
  SmallVector<Value> stored;
  for (Value value : producer.getBody()->getTerminator()->getOperands())
    stored.push_back(mapping.lookupOrDefault(value));
  for (OpOperand *operand : reduction.getDpsInputOperands()) {
    size_t output = fromProducer(operand->get());
    mapping.map(reduction.getMatchingBlockArgument(operand),
                output < stored.size() ? stored[output] : Value(body->getArgument(next++)));
  }
  for (BlockArgument arg : reduction.getRegionOutputArgs())
    mapping.map(arg, body->getArgument(next++));
  for (Operation &op : reduction.getBody()->without_terminator())
    b.clone(op, mapping);
  SmallVector<Value> results;
  for (Value value : reduction.getBody()->getTerminator()->getOperands())
    results.push_back(mapping.lookupOrDefault(value));
  llvm::append_range(results, stored);
  linalg::YieldOp::create(b, reduction.getLoc(), results);
  reduction.erase();
  producer.erase();
  return merged;
}

linalg::GenericOp mergeIntoReduction(linalg::GenericOp reduction, int64_t points) {
  if (!reduction->getParentOfType<scf::ParallelOp>() || reduction.getNumLoops() != 1 ||
      reduction.getNumReductionLoops() != 1 || reduction.hasIndexSemantics() || !reduction.hasPureBufferSemantics())
    return reduction;
  if (GenericBody body(reduction); !body.hasCombiners() || body.hasExtrema() || !body.canVectorize(0, /*strided=*/false))
    return reduction;
  while (linalg::GenericOp producer = producerOf(reduction, points)) {
    if (!handsOver(producer, reduction))
      break;
    reduction = merge(producer, reduction);
  }
  return reduction;
}

} // namespace mambac
