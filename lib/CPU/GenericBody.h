//===- GenericBody.h - A linalg body as scalar or vector code ---------------------------------------*- C++ -*-===//
//
// Clones the body of a linalg op on memrefs for one point, or for `lanes` consecutive points along one dimension.
// Values that do not change along that dimension stay scalars. Loops, and the choice of the dimension, are
// LowerLinalg's.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_GENERICBODY_H
#define MAMBAC_LIB_CPU_GENERICBODY_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"

namespace mambac {

class GenericBody {
public:
  explicit GenericBody(mlir::linalg::LinalgOp op);

  /// Whether the body can be vector code along dimension `dim`, with contiguous or unchanging memory accesses; if
  /// `strided`, with element by element accesses too.
  bool canVectorize(unsigned dim, bool strided) const;
  /// Whether an output of a reduction has a value for each of its points, which is stored and not combined.
  bool isStored(unsigned number) const;
  /// Whether each other output is combined by one associative operation.
  bool hasCombiners() const;
  /// Whether each output is the largest or smallest of something: any order will do, and a step takes long.
  bool hasExtrema() const;

  /// Prepares for code along `dim` inside loops over it and `inner` (reductions): what depends on neither is emitted
  /// now. `ivs` holds the other dimensions' values.
  void emitInvariant(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> ivs, unsigned dim, llvm::ArrayRef<unsigned> inner);
  /// Whether the body reads rows along `dim` of tables, chosen by data.
  bool readsChosenRows(unsigned dim) const;
  /// After emitInvariant: lets vector code prefetch the rows of tables that it will read at `ivs`.
  void emitAhead(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> ivs);

  /// Emits the rest for the point `ivs` (whose value for `dim` is the first of `lanes` points; 0 = scalar code).
  /// `accumulators` stand for the output arguments; returns the yielded values, all of them vectors if lanes > 0.
  llvm::SmallVector<mlir::Value> emit(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> ivs, int64_t lanes,
                                      mlir::ValueRange accumulators);

  /// Emits one value of the body that does not depend on outputs.
  mlir::Value emitElement(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> ivs, int64_t lanes, mlir::Value element);

  /// The current contents of output `number` at a point.
  mlir::Value loadOutput(mlir::OpBuilder &b, unsigned number, llvm::ArrayRef<mlir::Value> ivs, int64_t lanes);
  void storeOutput(mlir::OpBuilder &b, unsigned number, mlir::Value value, llvm::ArrayRef<mlir::Value> ivs,
                   int64_t lanes);
  bool readsOutput(unsigned number) const;

  /// For reductions along `dim`: neutral vectors, and their sum with the scalar `init`.
  mlir::Value neutral(mlir::OpBuilder &b, unsigned number, int64_t lanes);
  mlir::Value reduce(mlir::OpBuilder &b, unsigned number, mlir::Value vector, mlir::Value init);

  unsigned numOutputs() const { return const_cast<mlir::linalg::LinalgOp &>(op).getNumDpsInits(); }

private:
  enum class Access { Invariant, Contiguous, Strided };
  Access accessOf(mlir::OpOperand &operand, unsigned dim) const;
  bool dependsOn(mlir::Value value, llvm::ArrayRef<unsigned> dims) const;
  bool dataDependent(mlir::Value value) const;
  mlir::Value loadOperand(mlir::OpBuilder &b, mlir::OpOperand &operand, llvm::ArrayRef<mlir::Value> ivs, int64_t lanes);
  llvm::SmallVector<mlir::Value> indicesOf(mlir::OpBuilder &b, mlir::OpOperand &operand,
                                           llvm::ArrayRef<mlir::Value> ivs);
  void emitOp(mlir::OpBuilder &b, mlir::Operation &inner, mlir::IRMapping &mapping, llvm::ArrayRef<mlir::Value> ivs,
              int64_t lanes);
  mlir::Value checkedIndex(mlir::OpBuilder &b, mlir::Value index, mlir::Value memref, int64_t position);
  mlir::Operation *combiner(unsigned number) const;
  bool isChosenRow(mlir::memref::LoadOp load, unsigned dim) const;
  mlir::Value emitWithOperands(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> ivs, int64_t lanes, mlir::Value value,
                               mlir::IRMapping &mapping);

  mlir::linalg::LinalgOp op;
  mlir::Block *block;
  mlir::Location loc;
  unsigned vectorDim = 0;
  llvm::SmallVector<unsigned> innerDims; ///< the vector dimension and the reductions around it
  mlir::IRMapping invariant;
  /// Checked indices that do not change in the innermost loops, by load and position.
  llvm::DenseMap<std::pair<mlir::Operation *, unsigned>, mlir::Value> checked;
  /// Indices of loads in the row that is read later; null where that is the vector dimension.
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>> ahead;
};

} // namespace mambac

#endif // MAMBAC_LIB_CPU_GENERICBODY_H
