//===- WriteCarriesInPlace.cpp - Loops hand on their tensors in one buffer -------------------------------------===//
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
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
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

  /// Whether `value` lies in a buffer that a carry of the loop has: writing over that carry first would change it.
  static bool isPartOfCarry(Value value, scf::ForOp loop) {
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
    return llvm::is_contained(loop.getRegionIterArgs(), value);
  }

  void runOnOperation() override {
    // Inner loops first: what they yield is decided when an outer one looks.
    getOperation().walk<WalkOrder::PostOrder>([&](scf::ForOp loop) {
      auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
      OpBuilder builder(yield);
      // All copies before all writes.
      SmallVector<std::pair<unsigned, Value>> writes;
      for (auto [position, carry] : llvm::enumerate(loop.getRegionIterArgs())) {
        Value next = yield.getOperand(position);
        auto type = dyn_cast<RankedTensorType>(carry.getType());
        if (!type || destinationOf(next) == carry)
          continue;
        if (isPartOfCarry(next, loop))
          next = bufferization::AllocTensorOp::create(builder, next.getLoc(), type, /*dynamicSizes=*/ValueRange(),
                                                      /*copy=*/next);
        writes.push_back({position, next});
      }
      for (auto [position, next] : writes) {
        Value carry = loop.getRegionIterArgs()[position];
        auto write =
            bufferization::MaterializeInDestinationOp::create(builder, next.getLoc(), carry.getType(), next, carry);
        yield.setOperand(position, write.getResult());
        ++numWritten;
      }
    });
  }
};

} // namespace
