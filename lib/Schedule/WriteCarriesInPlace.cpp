//===- WriteCarriesInPlace.cpp - Loops and entries hand on their tensors in one buffer -------------------------===//
//
// A loop that yields another tensor than the one it was handed would allocate in each iteration. This pass writes what
// is yielded over what came in, so that bufferization gives each carried tensor one buffer for the whole loop:
//
//   scf.for … iter_args(%h = %h0) {              scf.for … iter_args(%h = %h0) {
//     %n = linalg.generic … outs(%e)               %n = linalg.generic … outs(%e)
//     scf.yield %n                        =>       %w = bufferization.materialize_in_destination %n in %h
//   }                                              scf.yield %w
//                                                }
//
// What lies in a carry itself (two carries that change places) is copied first. Carries that are written in place
// already (tensor.insert_slice into the carry, and the like) stay as they are.
//
// So do the states of entries, which one call hands on to the next (EntryABI): what is computed goes to the tensor that the
// state was read as, so that bufferization sees which reads have to come first.
//
//   %h = bufferization.to_tensor %m restrict writable
//   bufferization.materialize_in_destination %n in writable %m
// =>
//   %w = bufferization.materialize_in_destination %n in %h
//   bufferization.materialize_in_destination %w in writable %m        // a copy of a buffer to itself
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

namespace mambac {
#define GEN_PASS_DEF_WRITECARRIESINPLACEPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

struct WriteCarriesInPlacePass : mambac::impl::WriteCarriesInPlacePassBase<WriteCarriesInPlacePass> {
  using Base::Base;

  /// The tensor whose buffer `value` is written into.
  static Value destinationOf(Value value) {
    while (auto result = dyn_cast<OpResult>(value)) {
      Operation *op = result.getOwner();
      if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
        value = insert.getDest();
      else if (auto insert = dyn_cast<tensor::InsertOp>(op))
        value = insert.getDest();
      else if (auto write = dyn_cast<bufferization::MaterializeInDestinationOp>(op))
        value = write.getDest();
      else if (auto loop = dyn_cast<scf::ForOp>(op))
        value = loop.getInitArgs()[result.getResultNumber()];
      else if (auto writer = dyn_cast<DestinationStyleOpInterface>(op))
        value = writer.getTiedOpOperand(result)->get();
      else
        break;
    }
    return value;
  }

  /// Whether `value` lies in a buffer that one of `carries` has: writing over that carry first would change it.
  static bool isPartOf(Value value, ArrayRef<Value> carries) {
    for (Value last; last != value;) {
      last = value = destinationOf(value);
      if (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
        value = slice.getSource();
      else if (auto shape = value.getDefiningOp<tensor::ExpandShapeOp>())
        value = shape.getSrc();
      else if (auto shape = value.getDefiningOp<tensor::CollapseShapeOp>())
        value = shape.getSrc();
      else if (auto cast = value.getDefiningOp<tensor::CastOp>())
        value = cast.getSource();
    }
    return llvm::is_contained(carries, value);
  }

  /// Writes each of `next` over the carry of its place, before `builder`'s place, and returns what is handed on.
  SmallVector<Value> write(OpBuilder &builder, ArrayRef<Value> carries, SmallVector<Value> next) {
    // All copies before all writes.
    SmallVector<unsigned> writes;
    for (auto [position, carry] : llvm::enumerate(carries)) {
      auto type = dyn_cast<RankedTensorType>(carry.getType());
      if (!type || destinationOf(next[position]) == carry)
        continue;
      if (isPartOf(next[position], carries))
        next[position] = bufferization::AllocTensorOp::create(builder, next[position].getLoc(), type,
                                                              /*dynamicSizes=*/ValueRange(), /*copy=*/next[position]);
      writes.push_back(position);
    }
    for (unsigned position : writes) {
      next[position] = bufferization::MaterializeInDestinationOp::create(
                           builder, next[position].getLoc(), carries[position].getType(), next[position], carries[position])
                           .getResult();
      ++numWritten;
    }
    return next;
  }

  void writeStates(func::FuncOp entry) {
    SmallVector<bufferization::MaterializeInDestinationOp> writes;
    SmallVector<Value> states, next;
    llvm::DenseMap<Value, Value> readAs;
    for (auto read : entry.getOps<bufferization::ToTensorOp>())
      if (read.getWritable())
        readAs[read.getBuffer()] = read;
    for (auto write : entry.getOps<bufferization::MaterializeInDestinationOp>())
      if (Value state = readAs.lookup(write.getDest())) {
        writes.push_back(write);
        states.push_back(state);
        next.push_back(write.getSource());
      }
    if (writes.empty())
      return;
    OpBuilder builder(writes.front());
    for (auto [write, value] : llvm::zip(writes, this->write(builder, states, next)))
      write.getSourceMutable().assign(value);
  }

  void runOnOperation() override {
    // Inner loops first: what they yield is decided when an outer one looks.
    getOperation().walk<WalkOrder::PostOrder>([&](scf::ForOp loop) {
      auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
      OpBuilder builder(yield);
      yield->setOperands(write(builder, llvm::to_vector_of<Value>(loop.getRegionIterArgs()),
                               llvm::to_vector(yield.getOperands())));
    });
    for (auto entry : getOperation().getOps<func::FuncOp>())
      if (entry->hasAttr("mambac.abi"))
        writeStates(entry);
  }
};

} // namespace
