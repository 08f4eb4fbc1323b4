//===- TorchWriter.h - Translates one function to Python ---------------------------------------------*- C++ -*-===//
//
// Walks a function and writes a Python statement for each op. Tensors become variables; sizes become Python numbers;
// tensor.empty, fills, constants and weights are written where they are used. Variables are deleted behind their last
// use, as Python would keep them until the end.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_TORCH_TORCHWRITER_H
#define MAMBAC_LIB_EMIT_TORCH_TORCHWRITER_H

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallBitVector.h"
#include <map>
#include <set>
#include <string>
#include <vector>

namespace mambac::python {

/// An expression. Inside the body of a linalg op it may be a tensor that broadcasts along the op's loops.
struct Expr {
  std::string text;
  bool host = false;          ///< a Python number rather than a tensor
  llvm::SmallBitVector loops; ///< the loops along which it is more than one element long
  bool isBool = false;
};

class TorchWriter {
public:
  /// Numbers of weights, by name, are shared by the functions of a module.
  TorchWriter(llvm::MapVector<llvm::StringRef, unsigned> &weights, std::set<std::string> &helpers)
      : weights(weights), helpers(helpers) {}

  /// Writes `def forward(...)`; false if there is an op that cannot be written (see `unsupported`).
  bool write(mlir::func::FuncOp func);

  std::string text; ///< the method, indented
  std::vector<std::string> inputs; ///< name, type and sizes of each input tensor
  /// Ops that cannot be written: what, and where.
  std::vector<std::pair<std::string, mlir::Location>> unsupported;

private:
  using Value = mlir::Value;
  using Operation = mlir::Operation;

  //===- Functions and plain ops (TorchWriter.cpp) ----------------------------------------------------------------===//
  void writeBlock(mlir::Block &block);
  bool writeOp(Operation *op);
  bool writeTensorOp(Operation *op);
  bool writeLoop(Operation *op);
  bool writeScalarOp(Operation *op);
  void writeInputs(mlir::func::FuncOp func);
  std::string slice(Value source, mlir::OffsetSizeAndStrideOpInterface op, const llvm::SmallBitVector &dropped);

  void line(const llvm::Twine &statement);
  void place(mlir::Location loc);
  /// Records what an op cannot be written for; returns false.
  bool refuse(Operation *op, const llvm::Twine &why = "");
  std::string define(Value value, const llvm::Twine &expression);
  std::string newName(llvm::StringRef prefix);
  /// The tensor's expression: its variable, or what it is made of.
  std::string tensor(Value value);
  /// A number outside of bodies; empty if it is not known.
  std::string number(Value value);
  std::string number(mlir::OpFoldResult value);
  std::string sizeOf(Value value, int64_t dim);
  std::vector<std::string> sizesOf(Value value);
  std::string dtypeOf(Value value);
  std::string need(const char *helper);
  void deleteDead(Operation *op);
  /// True if nobody else sees the tensor, so that it can be written into.
  bool isOwned(Value value);

  //===- Linalg (TorchLinalg.cpp) ---------------------------------------------------------------------------------===//
  bool writeLinalg(mlir::linalg::LinalgOp op);
  bool writeReduction(mlir::linalg::LinalgOp op);
  bool writeReductionLoops(mlir::linalg::LinalgOp op);
  bool writeContraction(mlir::linalg::LinalgOp op);
  bool bindOperands(mlir::linalg::LinalgOp op, bool inits);
  bool bindOperand(mlir::linalg::LinalgOp op, mlir::OpOperand &operand);
  void defineResult(mlir::linalg::LinalgOp op, unsigned number, Expr value);
  std::string loopSize(mlir::linalg::LinalgOp op, unsigned loop);
  std::string finishResult(mlir::linalg::LinalgOp op, unsigned number, std::string text);

  //===- Bodies (TorchBodies.cpp) ---------------------------------------------------------------------------------===//
  bool writeBody(mlir::Block &body);
  bool writeBodyOp(Operation *op);
  Expr operand(Value value);
  void bind(Operation *op, Expr value);
  Expr combine(llvm::ArrayRef<Expr> parts, std::string text);
  bool writeArith(Operation *op);
  bool writeCompare(Operation *op);
  bool writeCast(Operation *op);
  bool writeMath(Operation *op);
  bool writeIndexed(Operation *op);
  std::string affine(mlir::AffineExpr expr, llvm::ArrayRef<Expr> dims, llvm::ArrayRef<Expr> symbols);

  //===- The ssm dialect (TorchSSM.cpp) -----------------------------------------------------------------------------===//
  bool writeSSM(Operation *op);
  /// An operand with its axes in the given order; missing ones have size one. "None" for an absent operand.
  std::string arranged(Operation *op, mlir::MutableOperandRange operand, llvm::ArrayRef<unsigned> axes);
  std::string arranged(Operation *op, unsigned number, llvm::ArrayRef<unsigned> axes, bool groups = true);
  /// A result whose axes were computed in this order, in the op's own.
  std::string restored(Operation *op, unsigned number, llvm::ArrayRef<unsigned> axes, const std::string &text);

  llvm::MapVector<llvm::StringRef, unsigned> &weights;
  std::set<std::string> &helpers;
  std::map<std::string, unsigned> counters;
  std::set<std::string> inputNames;
  llvm::DenseMap<Value, std::string> names;   ///< tensors' variables
  llvm::DenseMap<Value, std::string> numbers; ///< sizes and other Python numbers
  llvm::DenseMap<Operation *, std::vector<std::string>> dying;
  unsigned indent = 2;
  std::string lastPlace;

  // The body that is being written.
  llvm::DenseMap<Value, Expr> exprs;
  unsigned rank = 0;
  std::vector<std::string> loopSizes;
  std::map<unsigned, std::string> loopCounters; ///< loops that run in Python
  std::vector<std::string> bodyTemporaries;
};

} // namespace mambac::python

#endif // MAMBAC_LIB_EMIT_TORCH_TORCHWRITER_H
