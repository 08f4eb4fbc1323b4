//===- RootStudy.h - One candidate value under study, and operands built from its leaves ------------*- C++ -*-===//
//
// A matcher of a raising pass works on a `RootStudy`: the candidate's element at a symbolic position, over axes that
// were split into atoms as far as its producers reshape them (time into chunk and place, heads into group and rest).
// What it found it hands to an `OperandBuilder`, which turns products of leaves back into tensors with indexing maps
// over the axes of the new op: slices and reshapes of the leaves, or a product where a group has several factors.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_ROOTSTUDY_H
#define MAMBAC_LIB_RAISE_ROOTSTUDY_H

#include "lib/Raise/ElementExpr.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mambac::raise {

struct RootStudy {
  RootStudy(mlir::Value root, const ScanDependence &dependence, llvm::ArrayRef<IndexSpace::Split> splits,
            bool followRecurrences = false);

  mlir::Value root;
  IndexSpace space;
  ElementEvaluator evaluator;
  llvm::SmallVector<Lin> index; ///< the position under study, one expression per dimension of the root

  /// The variables of the root's position.
  llvm::SmallVector<int> getRootVars() const;
};

/// Runs `match` on studies of `root` with ever more axes split, until no producer asks for a further split.
mlir::LogicalResult studyRoot(mlir::Value root, const ScanDependence &dependence,
                              llvm::function_ref<mlir::LogicalResult(RootStudy &)> match,
                              bool followRecurrences = false);

/// A product of leaves: `coefficient * leaf * leaf ...`
struct Group {
  double coefficient = 1;
  llvm::SmallVector<Atom, 2> atoms;
  bool empty() const { return atoms.empty(); }
};

/// An axis of the op to build: the position along it as the leaves write it; constant 0 for an axis of size 1.
struct Axis {
  Lin position;
  Lin size;
};

/// An operand and its map from the op's axes.
struct Operand {
  mlir::Value value;
  mlir::AffineMap map;
  explicit operator bool() const { return static_cast<bool>(value); }
};

class OperandBuilder {
public:
  OperandBuilder(mlir::OpBuilder &b, mlir::Location loc, IndexSpace &space, llvm::ArrayRef<Axis> axes)
      : b(b), loc(loc), space(space), axes(axes.begin(), axes.end()) {}

  /// The tensor for `group`, which has every axis in `required` and otherwise only those in `optional`; an axis in
  /// `grouped` may occur as axis floordiv R. Failure where the leaves cannot be cut to that form.
  mlir::FailureOr<Operand> build(const Group &group, llvm::ArrayRef<unsigned> required,
                                 llvm::ArrayRef<unsigned> optional = {}, llvm::ArrayRef<unsigned> grouped = {});

  /// One leaf as a tensor with its map from the axes; its dimensions at a fixed position are dropped.
  mlir::FailureOr<Operand> buildLeaf(const Atom &leaf);

  /// A size as a value; null where it cannot be computed from what is at hand.
  mlir::OpFoldResult getSize(const Lin &size) { return materializeSize(b, loc, size); }
  mlir::OpFoldResult materializeSize(mlir::OpBuilder &b, mlir::Location loc, const Lin &size);

  const Axis &getAxis(unsigned number) const { return axes[number]; }

private:
  struct Part {
    unsigned axis;
    int64_t stride;
    int64_t group; ///< the axis' consecutive indices that share an entry
    bool mirrored = false; ///< read from the last to the first
  };
  struct View {
    mlir::Value value;
    llvm::SmallVector<Part> parts; ///< one per dimension
  };
  mlir::FailureOr<llvm::SmallVector<Part>> parse(const Lin &position, Lin &offset);
  /// `units`: axes of size 1, which the leaf's own dimensions of size 1 may stand for.
  Atom mergeDims(const Atom &leaf);
  mlir::FailureOr<View> buildView(const Atom &leaf, llvm::SmallVector<unsigned> units);

  mlir::OpBuilder &b;
  mlir::Location loc;
  IndexSpace &space;
  llvm::SmallVector<Axis> axes;
};

/// A copy of `tensor` in which one dimension runs from its last to its first index.
mlir::Value createFlip(mlir::OpBuilder &b, mlir::Location loc, mlir::Value tensor, int64_t flipped);

/// Where a new op writes, and how to get from there to the type of the value that it replaces.
struct Destination {
  mlir::Value value;
  mlir::AffineMap map;
  mlir::RankedTensorType type;
  llvm::SmallVector<mlir::ReassociationIndices> groups; ///< the destination's dimensions that one of the type's consists of
  llvm::SmallVector<int64_t> units;                     ///< dimensions of the type, of size 1, that are no axis
  mlir::Value restore(mlir::OpBuilder &b, mlir::Location loc, mlir::Value result) const;
};

/// A destination for a value of `type` whose dimensions consist of the axes that `dimAxes` names; it has all `required`
/// axes. A dimension that consists of none has size 1.
mlir::FailureOr<Destination> makeDestination(mlir::OpBuilder &b, mlir::Location loc, OperandBuilder &operands,
                                             llvm::ArrayRef<Axis> axes,
                                             llvm::ArrayRef<llvm::SmallVector<unsigned, 2>> dimAxes,
                                             llvm::ArrayRef<unsigned> required, mlir::RankedTensorType type);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_ROOTSTUDY_H
