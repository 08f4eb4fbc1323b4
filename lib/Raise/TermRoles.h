//===- TermRoles.h - The factors of a state space model's terms --------------------------------------*- C++ -*-===//
//
// Shared by the matchers of ssm.ssd and ssm.selective_scan: sorting the leaves of a term by what they depend on, and
// finding a factor inside leaves that are still products.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_TERMROLES_H
#define MAMBAC_LIB_RAISE_TERMROLES_H

#include "lib/Raise/RootStudy.h"

namespace mambac::raise {

/// Whether a leaf's position contains `e`, as one dimension's position or as a part of one.
bool usesVar(const Atom &leaf, int var);
bool usesAnyVar(const Atom &leaf, llvm::ArrayRef<int> vars);
/// The variables of an expression.
llvm::SmallVector<int> varsOf(const Lin &e);
/// All variables of a group's leaves.
llvm::SmallVector<int> varsOf(llvm::ArrayRef<Atom> leaves);

/// `e`, which is a multiple of `from` and a rest that is independent of it, with `to` in the place of `from`; nothing if it
/// does not depend on `from`, or in another way.
std::optional<Lin> rewrite(const IndexSpace &space, const Lin &e, const Lin &from, const Lin &to);
/// Replaces each dimension's position likewise.
Atom rewritePosition(const IndexSpace &space, const Atom &leaf, const Lin &from, const Lin &to);
/// Whether a dimension's position is a multiple of `position` and a rest that depends on none of `others`.
bool isReadAt(const IndexSpace &space, const Atom &leaf, const Lin &position, llvm::ArrayRef<int> others);

/// Takes `wanted` out of `leaves`, following the producers of those leaves that are products if need be. All of
/// `wanted` are found and removed, or nothing is changed and false returned. `coefficient` takes up constants. With
/// `masks`, producers may be products at some positions only, and 0 elsewhere: the conditions are added there.
bool factorOut(ElementEvaluator &evaluator, llvm::SmallVectorImpl<Atom> &leaves, llvm::ArrayRef<Atom> wanted,
               double &coefficient, llvm::ArrayRef<Lin> given, Constraints *masks = nullptr);

/// Takes `wanted` out of `leaves`: all of them, or none and false is returned.
bool removeLeaves(llvm::SmallVectorImpl<Atom> &leaves, llvm::ArrayRef<Atom> wanted);

/// The same factors, whatever the order.
bool sameLeaves(llvm::ArrayRef<Atom> a, llvm::ArrayRef<Atom> b);

/// x where the leaf is silu(x) = x / (1 + exp(-x)) of another tensor's element.
std::optional<Atom> getSiluInput(const Atom &leaf);
/// Whether a factor at the target time is the readout C, and not the gate. `stateVar` is -1 where there is one state:
/// then what is no gate is C.
bool isReadout(const Atom &leaf, int stateVar);
/// Moves a gate that was multiplied into the readout from there to `gate`, unless that has one: it tells itself, also
/// where there is one channel or one state. `coefficient` takes up constants.
void takeGate(ElementEvaluator &evaluator, llvm::SmallVectorImpl<Atom> &readout, llvm::SmallVectorImpl<Atom> &gate,
              double &coefficient, llvm::ArrayRef<Lin> given, int stateVar);
/// If `op` is elementwise with an identity body around one input (apart from casts), see getSiluInput.
bool isSiluBody(mlir::linalg::LinalgOp op);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_TERMROLES_H
