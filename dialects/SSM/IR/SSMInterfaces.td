//===- SSMInterfaces.td - What the indexed ssm ops have in common ------------------------------*- tablegen -*-===//
#ifndef MAMBAC_DIALECTS_SSM_IR_SSMINTERFACES_TD
#define MAMBAC_DIALECTS_SSM_IR_SSMINTERFACES_TD

include "mlir/IR/OpBase.td"

def SSM_IndexedOpInterface : OpInterface<"IndexedOpInterface"> {
  let description = [{
    An op over named axes, each of whose operands carries an indexing map from the axes to its own dimensions. A
    result of a map is an axis, or `axis floordiv R` where R consecutive indices of the axis share one entry
    (heads of a group). All operands are tensors, or all are memrefs. Constraints C1 to C4 are listed with the dialect.
  }];
  let cppNamespace = "::mambac::ssm";
  let methods = [
    InterfaceMethod<"The attribute that holds the maps.", "::mlir::ArrayAttr", "getMapsAttr", (ins), "",
      "return $_op.getIndexingMapsAttr();">,
    InterfaceMethod<"The maps, one per operand, in operand order.",
      "::llvm::SmallVector<::mlir::AffineMap>", "getIndexingMapsArray", (ins), "", [{
        return ::llvm::to_vector($_op.getIndexingMaps().template getAsValueRange<::mlir::AffineMapAttr>());
      }]>,
    InterfaceMethod<[{
        The axes' names, one letter or word each, in the order of the maps' dimensions; empty for an op that has
        as many axes as its maps say.
      }], "::llvm::SmallVector<::llvm::StringRef>", "getAxisNames", (ins), "", "return {};">,
    InterfaceMethod<[{
        Whether an operand's dimension has a size of its own, not that of the axis it is indexed by: a window's entries are
        indexed by the axis of the taps, of which there may be more or fewer.
      }], "bool", "hasOwnSize", (ins "unsigned":$operandNumber, "unsigned":$axis), "", "return false;">,
  ];
  let extraSharedClassDeclaration = [{
    /// The map of one operand.
    ::mlir::AffineMap getMapFor(unsigned operandNumber) {
      return ::llvm::cast<::mlir::AffineMapAttr>($_op.getMapsAttr()[operandNumber]).getValue();
    }
    ::mlir::AffineMap getMapFor(::mlir::OpOperand &operand) { return getMapFor(operand.getOperandNumber()); }
    /// The map of an optional operand that is there.
    ::mlir::AffineMap getMapFor(::mlir::MutableOperandRange operand) { return getMapFor(operand[0]); }

    unsigned getNumAxes() { return getMapFor(0u).getNumDims(); }
    /// The axes' sizes as far as the operands' types tell them; ShapedType::kDynamic where they do not.
    ::llvm::SmallVector<int64_t> getStaticAxisSizes() { return axes::getStaticAxisSizes($_op.getOperation()); }
    /// The axes' sizes; what is dynamic is read off an operand with tensor.dim or memref.dim.
    ::llvm::SmallVector<::mlir::OpFoldResult> getAxisSizes(::mlir::OpBuilder &b, ::mlir::Location loc) {
      return axes::getAxisSizes($_op.getOperation(), b, loc);
    }
    /// The dimension of an operand that an axis (or a group of it) indexes; -1 if there is none.
    int64_t getDimOfAxis(unsigned operandNumber, unsigned axis) {
      return axes::findAxis(getMapFor(operandNumber), axis);
    }
    /// How many consecutive indices of `axis` share one entry of the operand: 1 where the map has the plain axis, R
    /// for `axis floordiv R`, 0 where the map lacks it.
    int64_t getGroupSize(unsigned operandNumber, unsigned axis) {
      return axes::getGroupSize(getMapFor(operandNumber), axis);
    }
  }];
  let verify = "return axes::verifyIndexedOp($_op);";
}

#endif // MAMBAC_DIALECTS_SSM_IR_SSMINTERFACES_TD
