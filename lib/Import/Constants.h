// Constants of the archive that the model's code wrote: numbers and short lists of them are a part of the module, and no
// weights.
#ifndef MAMBAC_LIB_IMPORT_CONSTANTS_H
#define MAMBAC_LIB_IMPORT_CONSTANTS_H

#include "lib/Import/Archive.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <optional>

namespace mambac {

/// The number that a constant of one element holds; none for other constants and for complex numbers.
std::optional<double> getNumberIn(const pt2::TensorView &view);

/// A short list of numbers as an attribute of `type`; null for long ones, and for other constants.
mlir::DenseElementsAttr getListIn(const pt2::TensorView &view, mlir::RankedTensorType type);

/// Whether all elements are zero.
bool isZero(const pt2::TensorView &view);

} // namespace mambac

#endif // MAMBAC_LIB_IMPORT_CONSTANTS_H
