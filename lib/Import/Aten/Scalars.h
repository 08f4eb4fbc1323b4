// Arithmetic on single elements, as the bodies of linalg.generic ops want it: each function takes values of element
// type `type` (the compute type of an op) and picks the float or the integer op.
#ifndef MAMBAC_IMPORT_ATEN_SCALARS_H
#define MAMBAC_IMPORT_ATEN_SCALARS_H

#include "lib/Import/Call.h"

namespace mambac::aten {

using mlir::Value;

Value addScalars(Emitter &e, DType type, Value a, Value b);
Value subScalars(Emitter &e, DType type, Value a, Value b);
Value mulScalars(Emitter &e, DType type, Value a, Value b);
/// True division of floats; integers are cut towards zero.
Value divScalars(Emitter &e, DType type, Value a, Value b);
Value floorDivScalars(Emitter &e, DType type, Value a, Value b);
/// The remainder with the sign of the divisor, as Python has it.
Value remainderScalars(Emitter &e, DType type, Value a, Value b);
Value maxScalars(Emitter &e, DType type, Value a, Value b);
Value minScalars(Emitter &e, DType type, Value a, Value b);
Value powScalars(Emitter &e, DType type, Value a, Value b);

enum class Compare { EQ, NE, LT, LE, GT, GE };
Value compareScalars(Emitter &e, DType type, Compare how, Value a, Value b);

// Floats only.
Value expScalar(Emitter &e, Value x);
Value sigmoidScalar(Emitter &e, Value x);
Value siluScalar(Emitter &e, Value x);
Value tanhScalar(Emitter &e, Value x);
Value log1pScalar(Emitter &e, Value x);
/// A float constant of x's type.
Value floatLike(Emitter &e, Value x, double value);

/// The number of a scalar operand as a value of `type`.
Value scalarAs(Emitter &e, const Operand &operand, DType type);

/// An elementwise op on tensors and numbers: `body` sees all of them as `compute`, in order, and returns a value of
/// type `from`, which is converted to `result`.
Tensor applyElementwise(Emitter &e, llvm::ArrayRef<Operand> operands, DType compute, DType from, DType result,
                        llvm::ArrayRef<Size> sizes, Emitter::Body body);

} // namespace mambac::aten

#endif // MAMBAC_IMPORT_ATEN_SCALARS_H
