// Building blocks of the imported module: tensors with symbolic sizes, and the few ways in which the lowerings of aten
// ops create linalg, tensor, arith and math ops. Nothing here knows an aten op. Element types follow PyTorch: f16 and
// bf16 are computed in f32 and rounded once an op, sums and contractions accumulate in f32.
#ifndef MAMBAC_IMPORT_EMITTER_H
#define MAMBAC_IMPORT_EMITTER_H

#include "lib/Import/Graph.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include <map>

namespace mambac::aten {

using pt2::DType;
/// A size of a tensor: an integer expression over the program's symbols.
using Size = pt2::ShapeExpr;
using Sizes = llvm::SmallVector<Size, 6>;

/// A tensor value of the graph.
struct Tensor {
  mlir::Value value;
  DType dtype = DType::Unknown;
  Sizes sizes;

  int64_t rank() const { return sizes.size(); }
  explicit operator bool() const { return static_cast<bool>(value); }
};

bool isFloat(DType type);
/// Integers of any width, not bool.
bool isInteger(DType type);
bool isUnsigned(DType type);
/// PyTorch's promotion of two types of the same category rank (both tensors with dims, say).
DType promoteTypes(DType a, DType b);
/// The type in which an op on `type` is computed: f32 for f16 and bf16, `type` itself otherwise.
DType computeType(DType type);

/// Emits ops at one insertion point. Errors that only show here (a size that is not affine in the symbols, operands
/// that do not broadcast) are kept in `problem`; the ops emitted after one are valid IR without meaning.
class Emitter {
public:
  using Body = llvm::function_ref<mlir::Value(Emitter &, mlir::ValueRange)>;

  Emitter(mlir::OpBuilder &builder, const pt2::SymbolTable &symbols) : b(builder), symbols(symbols) {}

  mlir::OpBuilder &b;
  mlir::Location loc = mlir::UnknownLoc::get(b.getContext());
  std::string problem; ///< the first error since it was last cleared

  /// Records an error.
  void fail(const llvm::Twine &message);

  // --- Sizes
  // ---------------------------------------------------------------------------------------------------------------
  /// Says that symbol `index` of the program is symbol `position` of the function and has the value `value`.
  void bindSymbol(unsigned index, unsigned position, mlir::Value value);
  /// The function's block: constants, weights and the arithmetic on sizes gather at its beginning.
  void setEntry(mlir::Block *block) { entry = block; }
  /// Runs `create` with the insertion point at the end of those ops; it returns the op that it made.
  mlir::Operation *atEntry(llvm::function_ref<mlir::Operation *()> create);
  unsigned numSymbols() const { return symbolValues.size(); }
  bool hasSymbol(unsigned position) const { return position < symbolValues.size() && symbolValues[position]; }
  /// `size` over the function's symbols; a failure is recorded.
  mlir::AffineExpr affine(const Size &size);
  /// The value of `size`: an attribute when it is constant; equal sizes give one SSA value.
  mlir::OpFoldResult size(const Size &size);
  /// The same as an index value.
  mlir::Value sizeValue(const Size &size);
  llvm::SmallVector<mlir::OpFoldResult> sizes(llvm::ArrayRef<Size> sizes);
  Size add(const Size &a, const Size &b);
  Size sub(const Size &a, const Size &b);
  Size mul(const Size &a, const Size &b);
  Size floorDiv(const Size &a, const Size &b);
  Size ceilDiv(const Size &a, const Size &b);
  Size product(llvm::ArrayRef<Size> sizes);
  /// Says that the graph only makes sense where both are equal, though that does not show: an export for one chunk,
  /// say.
  void assumeEqual(const Size &a, const Size &b);
  /// What was assumed so far.
  llvm::ArrayRef<std::pair<Size, Size>> assumptions() const { return assumed; }
  /// Whether `size` is negative for every value of the symbols (they are at least one); nothing when that is not known.
  std::optional<bool> isNegative(const Size &size);

  // --- Types and scalars
  // ---------------------------------------------------------------------------------------------------
  /// Null (and a recorded error) for types that mambac does not have, such as complex numbers.
  mlir::Type elementType(DType type);
  mlir::RankedTensorType type(DType type, llvm::ArrayRef<Size> sizes);
  /// A constant of that type; integers are truncated.
  mlir::Value constant(DType type, double value);
  mlir::Value constantInt(DType type, int64_t value);
  mlir::Value index(int64_t value);
  /// PyTorch's conversion of one element.
  mlir::Value convert(mlir::Value value, DType from, DType to);

  // --- Tensors
  // -------------------------------------------------------------------------------------------------------------
  Tensor empty(DType type, llvm::ArrayRef<Size> sizes);
  /// A tensor that is `value` everywhere; `value` has the element type.
  Tensor fill(DType type, llvm::ArrayRef<Size> sizes, mlir::Value value);
  /// A linalg.generic over dims of sizes that the operands give; `maps`: one for each of `ins`, then the output's. Dims
  /// that are not in the output's map are reductions; `init` is the initial value of the output.
  Tensor generic(llvm::ArrayRef<Tensor> ins, llvm::ArrayRef<mlir::AffineMap> maps, const Tensor &init, Body body);
  /// out[i...] = body(ins...) with the operands broadcast to `sizes`. The body returns a value of `type`'s element
  /// type.
  Tensor elementwise(llvm::ArrayRef<Tensor> ins, DType type, llvm::ArrayRef<Size> sizes, Body body);
  /// The operand and map with which `in` takes part in an op over `sizes` by PyTorch's broadcasting: dims of size one
  /// are dropped.
  std::pair<Tensor, mlir::AffineMap> broadcastOperand(const Tensor &in, llvm::ArrayRef<Size> sizes);
  Tensor convert(const Tensor &in, DType type);
  Tensor broadcast(const Tensor &in, llvm::ArrayRef<Size> sizes);
  Tensor permute(const Tensor &in, llvm::ArrayRef<int64_t> order);
  /// The same elements in row-major order under other sizes (Reshape.cpp).
  Tensor reshape(const Tensor &in, llvm::ArrayRef<Size> sizes);
  /// Drops dims, which have size one.
  Tensor dropUnitDims(const Tensor &in, llvm::ArrayRef<int64_t> dims);
  /// Inserts dims of size one; positions are those in the result, ascending.
  Tensor addUnitDims(const Tensor &in, llvm::ArrayRef<int64_t> dims);
  /// in[:, start : start + size*step : step, :].
  Tensor slice(const Tensor &in, int64_t dim, const Size &start, const Size &size, int64_t step = 1);
  /// `into` with that slice overwritten by `part`.
  Tensor insertSlice(const Tensor &into, const Tensor &part, int64_t dim, const Size &start, int64_t step = 1);
  /// in[:, index, :], without that dim: one extract_slice.
  Tensor select(const Tensor &in, int64_t dim, const Size &index);
  /// `into` with that part overwritten.
  Tensor insertSelected(const Tensor &into, const Tensor &part, int64_t dim, const Size &index);
  /// Constant padding by `low` and `high`, which are not negative.
  Tensor pad(const Tensor &in, llvm::ArrayRef<Size> low, llvm::ArrayRef<Size> high, mlir::Value value);
  Tensor concat(llvm::ArrayRef<Tensor> ins, int64_t dim);
  /// Folds `dims` (kept with size one when `keepDim`) by `body`(element, accumulator), both of `type`, from `start`.
  Tensor reduce(const Tensor &in, llvm::ArrayRef<int64_t> dims, bool keepDim, DType type, mlir::Value start, Body body);
  /// The sum over `dims`, accumulated in computeType(type), rounded to `type`.
  Tensor sum(const Tensor &in, llvm::ArrayRef<int64_t> dims, bool keepDim, DType type);
  /// Sum of products; maps as for `generic`. Accumulates in computeType(type); `rounded` false leaves the result in
  /// that type.
  Tensor contract(const Tensor &lhs, const Tensor &rhs, llvm::ArrayRef<mlir::AffineMap> maps,
                  llvm::ArrayRef<Size> sizes, DType type, bool rounded = true);
  /// A map from `dims` dims to those listed.
  mlir::AffineMap map(unsigned dims, llvm::ArrayRef<int64_t> results);
  mlir::AffineMap identity(unsigned dims) { return b.getMultiDimIdentityMap(dims); }
  /// `in` with the static dims that `sizes` knows.
  Tensor refine(const Tensor &in, llvm::ArrayRef<Size> sizes);

private:
  /// Whether `length` elements from `start` are known not to lie in a dim of size `extent`; records that.
  bool leaves(const Size &extent, const Size &start, const Size &length, int64_t step);
  const pt2::SymbolTable &symbols;
  llvm::SmallVector<mlir::Value> symbolValues;        // by position
  llvm::DenseMap<unsigned, unsigned> symbolPositions; // program index -> position
  std::map<Size, mlir::Value> sizeValues;
  llvm::SmallVector<std::pair<Size, Size>> assumed;
  std::map<Size, bool> assumedZero; // differences that are in `assumed`
  llvm::DenseMap<int64_t, mlir::Value> indexConstants;
  llvm::DenseMap<mlir::Attribute, mlir::Value> constants;
  mlir::Block *entry = nullptr;
  mlir::Operation *lastEntryOp = nullptr;

  mlir::Value entryConstant(mlir::TypedAttr value);
  Tensor collapse(const Tensor &in, llvm::ArrayRef<mlir::ReassociationIndices> groups);
  Tensor expand(const Tensor &in, llvm::ArrayRef<mlir::ReassociationIndices> groups, llvm::ArrayRef<Size> sizes);
};

} // namespace mambac::aten

#endif // MAMBAC_IMPORT_EMITTER_H
