//===- SSMDialect.cpp - Registration of the ssm dialect -----------------------------------------------------------===//
//
// Registers ops and attributes. What the ops mean is in SSMOps.td.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "dialects/SSM/IR/EntryAttributes.h"
#include "mambac/Passes.h"

#include "llvm/ADT/TypeSwitch.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"

#include "dialects/SSM/IR/SSMDialect.cpp.inc"
#include "dialects/SSM/IR/SSMEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/SSM/IR/SSMAttributes.cpp.inc"

void mambac::ssm::SSMDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/SSM/IR/SSMAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/SSM/IR/SSMOps.cpp.inc"
      >();
}

void mambac::registerSSMDialect(mlir::DialectRegistry &registry) {
  registry.insert<ssm::SSMDialect>();
  ssm::registerEntryAttributes(registry);
}
