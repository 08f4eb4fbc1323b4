//===- DecomposeUtils.h - Building blocks of the decompositions -------------------------------------*- C++ -*-===//
//
// What decompositions are written with: loops over axes as linalg.generic whose body computes in one type. Made for
// reading, not for speed; nothing but decompositions uses it.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_DIALECTS_SSM_IR_DECOMPOSEUTILS_H
#define MAMBAC_DIALECTS_SSM_IR_DECOMPOSEUTILS_H

#include "dialects/SSM/IR/SSM.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mambac::ssm {

/// A builder at an op's place that computes in f32, or in f64 where an operand of the op is f64.
class DecomposeBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using Body = llvm::function_ref<mlir::Value(DecomposeBuilder &, mlir::ValueRange)>;
  using ManyBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(DecomposeBuilder &, mlir::ValueRange)>;

  DecomposeBuilder(mlir::Operation *op, mlir::OpBuilder &builder);

  mlir::FloatType getComputeType() const { return computeType; }
  mlir::Value constant(double value) {
    return mlir::arith::ConstantOp::create(*this, getFloatAttr(computeType, value));
  }
  mlir::Value index(int64_t value) { return mlir::arith::ConstantIndexOp::create(*this, value); }

  /// A new tensor of the compute type, its dimensions the axes that `map` lists; filled with `value` if given.
  mlir::Value newTensor(llvm::ArrayRef<mlir::OpFoldResult> axisSizes, mlir::AffineMap map,
                        std::optional<double> value = std::nullopt);

  /// Loops over all axes of the maps (one for each input, then that of `out`): out[..] = body(inputs[..], out[..]).
  /// Axes that out lacks are summed over by a body that adds to out's element. Elements are converted to the compute
  /// type on the way in and to out's type on the way out.
  mlir::Value loop(mlir::ValueRange inputs, llvm::ArrayRef<mlir::AffineMap> maps, mlir::Value out, Body body);

  /// The same with several results of the last map: outs[i][..] = body(inputs[..], outs[..])[i].
  llvm::SmallVector<mlir::Value> loops(mlir::ValueRange inputs, llvm::ArrayRef<mlir::AffineMap> maps,
                                       mlir::ValueRange outs, ManyBody body);

  /// Copies with a permutation and a conversion.
  mlir::Value copy(mlir::Value input, mlir::AffineMap inputMap, mlir::Value out, mlir::AffineMap outMap);

  /// The slice at `position` of a dimension, without that dimension.
  mlir::Value slice(mlir::Value tensor, int64_t dim, mlir::Value position);
  mlir::Value insertSlice(mlir::Value slice, mlir::Value tensor, int64_t dim, mlir::Value position);

  /// log(1 + exp(x)) without overflow.
  mlir::Value softplus(mlir::Value x);
  /// x / (1 + exp(-x))
  mlir::Value silu(mlir::Value x);

  mlir::Value convert(mlir::Value value, mlir::Type type);

private:
  mlir::FloatType computeType;
};

/// A map over all `numAxes` axes that lists `axes`.
mlir::AffineMap mapOfAxes(mlir::MLIRContext *context, unsigned numAxes, llvm::ArrayRef<unsigned> axes);

/// The map without an axis: its results that use the axis go, the axes after it are renumbered.
mlir::AffineMap dropAxis(mlir::AffineMap map, unsigned axis);

/// Fails with a remark-like match failure unless the op is on tensors.
llvm::LogicalResult requireTensors(mlir::Operation *op);

} // namespace mambac::ssm

#endif // MAMBAC_DIALECTS_SSM_IR_DECOMPOSEUTILS_H
