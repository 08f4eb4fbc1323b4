//===- EntryInputs.h - What an entry may be given ----------------------------------------------------*- C++ -*-===//
//
// Sizes and values that a function on tensors can be run with: open sizes within the ranges and multiples of their
// symbols (or, in a module without mambac attributes, equal where the function's operations need them equal), indices
// within their tables, masks that are masks, decays that decay. For checks and experiments; what a user gives is not
// judged here.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_JIT_ENTRYINPUTS_H
#define MAMBAC_LIB_JIT_ENTRYINPUTS_H

#include "lib/JIT/HostTensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <random>

namespace mambac {

/// Which argument each result of an entry on tensors is the new contents of (`mambac.updates`), if of any.
llvm::SmallVector<std::optional<unsigned>> findUpdates(mlir::func::FuncOp entry);

/// A size that is known only when the program runs.
struct EntrySymbol {
  std::string name;
  int64_t min = 0, max = INT64_MAX, multipleOf = 1;
};

/// What the values of an input may be, as far as its uses tell.
enum class InputRole { Any, Index, Mask, Negative, Positive, Decay };

struct EntryInput {
  std::string name;
  mlir::Type element;
  mlir::AffineMap shape; ///< of the symbols
  int64_t limit = 0;     ///< of indices
  InputRole role = InputRole::Any;
};

class EntryInputs {
public:
  static llvm::Expected<EntryInputs> read(mlir::func::FuncOp entry);

  /// Takes over what another form of the same entry says about its inputs: raised ones name their decays, and what a
  /// logarithm is taken of is positive.
  void learnRoles(mlir::func::FuncOp otherForm);

  /// Small sizes for all symbols, other ones for each trial.
  llvm::SmallVector<int64_t> chooseSizes(unsigned trial) const;
  /// The symbols from the shapes of some inputs (an empty optional where not given); -1 for those left open.
  llvm::Expected<llvm::SmallVector<int64_t>>
  solveSizes(llvm::ArrayRef<std::optional<llvm::SmallVector<int64_t>>> shapes) const;
  /// The same from whole inputs; an error if a symbol stays open.
  llvm::Expected<llvm::SmallVector<int64_t>> bindSizes(llvm::ArrayRef<HostTensor> given) const;
  llvm::SmallVector<int64_t> shapeOf(unsigned input, llvm::ArrayRef<int64_t> sizes) const;
  /// Random values that fit the input's role. Floats are multiplied by `scale`.
  HostTensor makeRandom(unsigned input, llvm::ArrayRef<int64_t> shape, std::mt19937_64 &random,
                        double scale = 1) const;

  std::vector<EntrySymbol> symbols;
  std::vector<EntryInput> inputs;

private:
  llvm::Error inferShapes(mlir::func::FuncOp entry);
};

/// Standard normal values times `scale`.
void fillNormal(HostTensor &tensor, std::mt19937_64 &random, double scale);

} // namespace mambac

#endif // MAMBAC_LIB_JIT_ENTRYINPUTS_H
