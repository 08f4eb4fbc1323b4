//===- EntryAttributes.h - What mambac's attributes have to be ----------------------------------------*- C++ -*-===//
//
// The dialect without ops whose name is the prefix `mambac.` of attributes; see EntryAttributes.cpp.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_DIALECTS_SSM_IR_ENTRYATTRIBUTES_H
#define MAMBAC_DIALECTS_SSM_IR_ENTRYATTRIBUTES_H

namespace mlir {
class DialectRegistry;
}

namespace mambac::ssm {

/// Lets the verifier look at attributes with the prefix `mambac.`.
void registerEntryAttributes(mlir::DialectRegistry &registry);

} // namespace mambac::ssm

#endif // MAMBAC_DIALECTS_SSM_IR_ENTRYATTRIBUTES_H
