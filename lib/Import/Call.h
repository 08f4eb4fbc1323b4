// One node of the graph as a lowering sees it: typed access to its arguments, and where its results go. Accessors never
// fail loudly: they record what is wrong and return something harmless, so that a lowering reads all its arguments and
// then asks `failed()` once. Also the table of lowerings.
#ifndef MAMBAC_IMPORT_CALL_H
#define MAMBAC_IMPORT_CALL_H

#include "lib/Import/Values.h"

namespace mambac::aten {

/// A tensor, or a Python number that takes part in an elementwise op.
struct Operand {
  Tensor tensor;      ///< null for numbers
  mlir::Value scalar; ///< of the number's own type: i1, i64 or f64
  DType dtype = DType::Unknown;
  std::optional<double> number; ///< its value where it is a constant

  bool isTensor() const { return static_cast<bool>(tensor); }
};

/// The type in which PyTorch computes an op on these operands: tensors with dims win over tensors without, those over
/// numbers.
DType promote(llvm::ArrayRef<Operand> operands);

class Call {
public:
  Call(Emitter &e, const pt2::Graph &graph, const pt2::Node &node, Scope &scope)
      : e(e), graph(graph), node(node), scope(scope) {}

  Emitter &e;
  const pt2::Graph &graph;
  const pt2::Node &node;
  Scope &scope;

  // --- Errors
  // --------------------------------------------------------------------------------------------------------------
  /// Records what is wrong with this node. Always returns failure.
  mlir::LogicalResult fail(const llvm::Twine &message);
  bool failed() const { return !e.problem.empty(); }

  // --- Arguments
  // -----------------------------------------------------------------------------------------------------------
  /// Present and not None.
  bool has(llvm::StringRef name) const;
  Tensor tensor(llvm::StringRef name);
  /// A null tensor when it is absent or None.
  Tensor optionalTensor(llvm::StringRef name);
  llvm::SmallVector<Tensor> tensors(llvm::StringRef name);
  /// As `tensors`, with null tensors for None.
  llvm::SmallVector<Tensor> optionalTensors(llvm::StringRef name);
  BindingRef value(llvm::StringRef name);
  int64_t integer(llvm::StringRef name, std::optional<int64_t> fallback = std::nullopt);
  bool boolean(llvm::StringRef name, bool fallback);
  double number(llvm::StringRef name, std::optional<double> fallback = std::nullopt);
  std::string text(llvm::StringRef name, llvm::StringRef fallback);
  /// A list of integers, one integer standing for a list of one.
  llvm::SmallVector<int64_t> integers(llvm::StringRef name);
  llvm::SmallVector<int64_t> integers(llvm::StringRef name, llvm::ArrayRef<int64_t> fallback);
  Size size(llvm::StringRef name, std::optional<Size> fallback = std::nullopt);
  Sizes sizeList(llvm::StringRef name);
  /// A tensor or number.
  Operand operand(llvm::StringRef name);
  /// The same with a number where it is absent.
  Operand operand(llvm::StringRef name, double fallback);
  /// Which dim of `rank` an argument names, negative ones counted from the end.
  int64_t dim(llvm::StringRef name, int64_t rank, std::optional<int64_t> fallback = std::nullopt);
  /// A list of dims; absent, None or empty: all.
  llvm::SmallVector<int64_t> dims(llvm::StringRef name, int64_t rank);
  int64_t wrapDim(int64_t dim, int64_t rank);

  // --- Results
  // -------------------------------------------------------------------------------------------------------------
  /// The names of the tensors that the node returns; lists are flattened.
  llvm::ArrayRef<std::string> results();
  /// What the graph says of a result. `position` counts tensors, through lists.
  const pt2::TensorMeta &meta(unsigned position = 0);
  DType resultType(unsigned position = 0) { return meta(position).dtype; }
  Sizes resultSizes(unsigned position = 0) { return Sizes(meta(position).sizes.begin(), meta(position).sizes.end()); }
  /// A result with its own storage; for in-place ops, the new contents of `self`.
  mlir::LogicalResult result(const Tensor &tensor, unsigned position = 0);
  /// A result that is a view of the argument `base`.
  mlir::LogicalResult view(llvm::StringRef base, ViewFn view, WriteFn write, unsigned position = 0);
  /// A result that is the argument itself.
  mlir::LogicalResult alias(llvm::StringRef base, unsigned position = 0);

  /// Set for `add_` and its kin: the lowering of `add` runs, its result overwrites `self`.
  bool inPlace = false;

private:
  llvm::SmallVector<std::string> resultNames;
  bool resultsRead = false;
  std::optional<Tensor> lookup(const pt2::Argument &arg, llvm::StringRef what);
  std::optional<Size> toSize(const pt2::Argument &arg);
};

using Lowering = mlir::LogicalResult (*)(Call &);

/// Targets ("aten.add.Tensor") and their lowerings.
class Registry {
public:
  void add(llvm::StringRef target, Lowering lowering) { table[target] = lowering; }
  void add(std::initializer_list<llvm::StringRef> targets, Lowering lowering) {
    for (llvm::StringRef target : targets)
      add(target, lowering);
  }
  /// The lowering of a graph's target ("torch.ops.aten.add_.Tensor"), or null. In-place variants share the lowering of
  /// the op that they name; `inPlace` says so.
  Lowering find(llvm::StringRef target, bool &inPlace) const;
  /// All targets, sorted.
  llvm::SmallVector<llvm::StringRef> targets() const;

private:
  llvm::StringMap<Lowering> table;
};

/// All lowerings.
const Registry &registry();

void registerElementwise(Registry &);
void registerBinary(Registry &);
void registerViews(Registry &);
void registerSlices(Registry &);
void registerReductions(Registry &);
void registerContractions(Registry &);
void registerProducts(Registry &);
void registerConvolutions(Registry &);
void registerIndexing(Registry &);
void registerCreation(Registry &);
void registerMovement(Registry &);
void registerNormalization(Registry &);
void registerScans(Registry &);
void registerSorting(Registry &);
void registerScatter(Registry &);
void registerExperts(Registry &);
void registerAttention(Registry &);
void registerLibrary(Registry &);
void registerNoOps(Registry &);

} // namespace mambac::aten

#endif // MAMBAC_IMPORT_CALL_H
