//===- ScanBuilder.h - The roles of a state space model's factors, and the op built from them --------*- C++ -*-===//
//
// ssm.selective_scan and ssm.ssd take the same operands in the same roles and differ in their axes alone: (b, l, d, n)
// with a decay for each n, or (b, l, h, p, n) with one decay for a head. Matchers fill in the roles; the builder sorts
// the axes and creates the op.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_SCANBUILDER_H
#define MAMBAC_LIB_RAISE_SCANBUILDER_H

#include "lib/Raise/RootStudy.h"
#include <string>

namespace mambac::raise {

/// What a matcher found. A factor that is read at a time has `time` as its position there, one that is read at a state
/// has `state`.
struct ScanRoles {
  Group x, dt, A, B, C, D, gate, initialState; ///< x is selective_scan's u, dt its delta
  unsigned timeDim = 0;                        ///< the root's dimension that is time
  Lin time, state;
  Lin stateSize = Lin(1);
  /// The position in the final state that is wanted, one expression per dimension; none: it is not.
  llvm::SmallVector<Lin> finalState;
  mlir::RankedTensorType finalStateType;
  bool reverse = false;
};

/// A group whose factors are tensors: exponentials and logarithms of tensors are computed first.
void computeFactors(mlir::OpBuilder &b, mlir::Location loc, Group &group);

/// exp(operand), elementwise.
mlir::Value createExponential(mlir::OpBuilder &b, mlir::Location loc, mlir::Value operand);

class ScanBuilder {
public:
  ScanBuilder(ScanRoles &roles, RootStudy &study, bool isSSD) : roles(roles), study(study), isSSD(isSSD) {}

  struct Result {
    mlir::Value y, finalState;
  };
  /// Sorts the root's dimensions into axes; sets `reason` on failure.
  mlir::LogicalResult findAxes(std::string &reason);
  /// After findAxes(): looks for the final state among `values`, at a position of which `matches` holds. If it is there,
  /// build() makes it as well. Null if not.
  mlir::Value findFinalState(llvm::ArrayRef<mlir::Value> values,
                             llvm::function_ref<bool(mlir::Value, llvm::ArrayRef<Lin>, const Lin &length)> matches);
  /// Creates the op behind the root; sets `reason` on failure.
  mlir::FailureOr<Result> build(std::string &reason);

private:
  // Axes of both ops; of a selective scan, the head is the channel d, and there is no kChannel.
  enum : unsigned { kBatch, kTime, kHead, kChannel };
  unsigned getNumAxes() const { return isSSD ? 5 : 4; }
  unsigned getStateAxis() const { return getNumAxes() - 1; }
  llvm::SmallVector<unsigned> getStateAxes() const;
  void findBatch();
  mlir::FailureOr<mlir::Value> add(OperandBuilder &operands, const Group &group, llvm::ArrayRef<unsigned> required,
                                   llvm::ArrayRef<unsigned> optional, llvm::ArrayRef<unsigned> grouped,
                                   llvm::StringRef what, std::string &reason);

  ScanRoles &roles;
  RootStudy &study;
  bool isSSD;
  /// The root's dimensions that are the batch and the head, where only convention tells.
  std::optional<int> batchDim, headDim;
  llvm::SmallVector<Axis> axes;
  llvm::SmallVector<llvm::SmallVector<unsigned, 2>> dimAxes; ///< the axes that each of the root's dimensions consists of
  llvm::SmallVector<mlir::AffineMap> maps;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_SCANBUILDER_H
