//===- RecurrenceWriter.h - A traced recurrence as ssm.scan ------------------------------------------*- C++ -*-===//
//
// Writes what TracedRecurrence found back as tensors over all of time: the decays and inputs of every step, an ssm.scan,
// the readout, and what is added directly.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_RECURRENCEWRITER_H
#define MAMBAC_LIB_RAISE_RECURRENCEWRITER_H

#include "lib/Raise/RootStudy.h"
#include "lib/Raise/TracedRecurrence.h"

namespace mambac::raise {

class RecurrenceWriter {
public:
  /// `index` is the position of `root` that the recurrence was found at.
  RecurrenceWriter(mlir::OpBuilder &b, mlir::Location loc, IndexSpace &space, ScalarGraph &graph,
                   const TracedRecurrence &recurrence, llvm::ArrayRef<Lin> index);

  /// The axes of a scan's state.
  llvm::SmallVector<Axis> getStateAxes(const TracedRecurrence::Scan &scan);
  /// A final state that is wanted: as which value it is known, at which position over the state's axes.
  struct FinalState {
    mlir::Value value;
    llvm::SmallVector<Lin> position;
    mlir::Value replacement; ///< set by write()
  };
  /// Writes a value of `root`'s type behind it; `finals` has one entry for each scan, its value null where none is wanted.
  /// On failure nothing stays behind.
  mlir::FailureOr<mlir::Value> write(mlir::Value root, llvm::MutableArrayRef<FinalState> finals);

private:
  mlir::FailureOr<mlir::Value> writeResult(mlir::Value root, llvm::MutableArrayRef<FinalState> finals);
  using Id = ScalarGraph::Id;
  using Product = ScalarGraph::Product;
  /// Computes a scalar from the scalars of operands.
  using Body = llvm::function_ref<mlir::FailureOr<mlir::Value>(mlir::OpBuilder &, mlir::ValueRange)>;

  std::optional<unsigned> axisOf(int var) const;
  llvm::SmallVector<unsigned> axesOf(llvm::ArrayRef<Id> ids) const;
  Id toActualTime(Id pattern);
  mlir::FailureOr<Operand> leaf(Id id);
  void collectLeaves(Id id, llvm::SmallVectorImpl<Id> &leaves) const;
  mlir::FailureOr<mlir::Value> scalar(mlir::OpBuilder &b, Id id, const llvm::DenseMap<Id, mlir::Value> &leaves);
  mlir::FailureOr<Operand> combine(llvm::ArrayRef<Operand> operands, llvm::ArrayRef<unsigned> reduced,
                                   llvm::ArrayRef<unsigned> required, Body body,
                                   const Destination *destination = nullptr);
  mlir::FailureOr<Operand> expression(llvm::ArrayRef<Id> ids, llvm::ArrayRef<unsigned> reduced,
                                      llvm::ArrayRef<unsigned> required, Body body);
  mlir::FailureOr<Operand> product(const Product &product, llvm::ArrayRef<unsigned> required);
  mlir::FailureOr<Operand> sum(llvm::ArrayRef<Product> products, llvm::ArrayRef<unsigned> required);
  mlir::FailureOr<Operand> weightedSum(const Operand &tensor, const Product &weight, llvm::ArrayRef<unsigned> reduced);
  mlir::FailureOr<Operand> readout(llvm::ArrayRef<Product> products);
  llvm::SmallVector<unsigned> getStateAxisNumbers(const TracedRecurrence::Scan &scan);
  mlir::FailureOr<Destination> destinationFor(mlir::RankedTensorType type, llvm::ArrayRef<Lin> position,
                                              llvm::ArrayRef<unsigned> required);
  /// The states at all times, and their imaginary parts if there are any.
  mlir::FailureOr<llvm::SmallVector<Operand, 2>> writeScan(const TracedRecurrence::Scan &scan, FinalState &wanted);

  mlir::OpBuilder &b;
  mlir::Location loc;
  ScalarGraph &graph;
  const TracedRecurrence &recurrence;
  llvm::SmallVector<Lin> index;
  llvm::SmallVector<int> vars; ///< of the axes, in order
  llvm::SmallVector<Axis> axes;
  OperandBuilder operands;
  unsigned timeAxis = 0;
  llvm::DenseMap<Id, Operand> made;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_RECURRENCEWRITER_H
