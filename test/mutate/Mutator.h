//===- Mutator.h - IR that is nearly right -------------------------------------------------------------*- C++ -*-===//
//
// Changes modules at random, as text (words, numbers, types, lines) and as IR (operands, attributes, types, operations),
// so that much of what comes out still verifies and reaches the passes.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TEST_MUTATE_MUTATOR_H
#define MAMBAC_TEST_MUTATE_MUTATOR_H

#include "mlir/IR/BuiltinOps.h"
#include <random>
#include <string>

namespace mambac::test {

class Mutator {
public:
  explicit Mutator(uint64_t seed) : random(seed) {}

  uint64_t below(uint64_t limit) { return limit ? random() % limit : 0; }
  bool chance(unsigned percent) { return below(100) < percent; }

  /// Another text; `other` is one that pieces may be taken from.
  std::string mutateText(llvm::StringRef text, llvm::StringRef other);
  /// Changes the module in place. It may not verify afterwards.
  void mutate(mlir::ModuleOp module);

private:
  void collect(mlir::ModuleOp module);
  mlir::Operation *pickOp();
  mlir::Value pickValue(mlir::Type type);
  mlir::Attribute mutateAttr(mlir::Attribute attr, unsigned depth = 0);
  mlir::AffineMap mutateMap(mlir::AffineMap map);
  mlir::AffineExpr mutateExpr(mlir::AffineExpr expr, unsigned dims, unsigned symbols);
  mlir::Type mutateType(mlir::Type type);

  void changeOperand(mlir::Operation *op);
  void changeAttr(mlir::Operation *op);
  void changeType(mlir::Operation *op);
  void changeSignature(mlir::Operation *op);
  void eraseOp(mlir::Operation *op);
  void cloneOp(mlir::Operation *op);
  void moveOp(mlir::Operation *op);

  std::mt19937_64 random;
  std::vector<mlir::Operation *> ops;
  std::vector<mlir::Value> values;
};

} // namespace mambac::test

#endif // MAMBAC_TEST_MUTATE_MUTATOR_H
