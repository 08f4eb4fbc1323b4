//===- ProductForm.h - A sum of products in its one normal form --------------------------------------*- C++ -*-===//
//
// What an einsum is, before it is an operation: the element of a value written as
//
//     coefficient * sum over axes of leaf[axes...] * leaf[axes...] * ...
//
// at positions that are plain axes, under no guards. Sums over several axes in one step or in several, products before,
// between and behind them, broadcasts, transposes, reshapes, repetitions of a group's entry, scalings by constants and
// extensions of element types all dissolve, so every spelling of a computation has the same form. Axes are
// atoms: an axis is split where a leaf has its parts as dimensions of their own, and parts that all leaves have side by side
// in one dimension are one axis again. Leaves are in the order in which they are defined, weights last.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_PRODUCTFORM_H
#define MAMBAC_LIB_RAISE_PRODUCTFORM_H

#include "lib/Raise/RootStudy.h"

namespace mambac::raise {

/// Dimensions of the value under study that lie side by side in memory, and the axes that they consist of: one
/// dimension of several axes, several dimensions of one axis, one of one. Dimensions of size 1 go with a neighbour.
struct DimGroup {
  llvm::SmallVector<int64_t, 2> dims;
  llvm::SmallVector<int, 2> axes; ///< variables, the outermost first
};

struct ProductForm {
  std::unique_ptr<RootStudy> study;
  double coefficient = 1;
  llvm::SmallVector<Atom, 4> leaves;
  llvm::SmallVector<DimGroup> dims;  ///< of the value
  llvm::SmallVector<int> summed;     ///< the axes that the value lacks
  Poly added;                        ///< what is added to the sum: the value that it starts from
  mlir::Operation *sum = nullptr;    ///< the op that sums, the last one
};

/// True for an op whose element is a product of its inputs' elements, or a sum of such products: the ones that the form looks
/// through. `isRoot`: its result may be rounded to a shorter type.
bool isProductOp(mlir::Operation *op, bool isRoot);

/// The form of `root`; failure with the reason where it has none. The reason is empty for a value that sums no products.
mlir::FailureOr<ProductForm> getProductForm(mlir::Value root, std::string &why);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_PRODUCTFORM_H
