//===- Services.cpp - Calls from generated code into the runtime ----------------------------------------------===//
//
// See Services.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Services.h"

using namespace mlir;

Value mambac::loadPointerField(OpBuilder &builder, Location loc, Value base, int32_t index) {
  auto ptr = LLVM::LLVMPointerType::get(builder.getContext());
  Value address = base;
  if (index)
    address = LLVM::GEPOp::create(builder, loc, ptr, ptr, base, ArrayRef<LLVM::GEPArg>{index});
  return LLVM::LoadOp::create(builder, loc, ptr, address);
}

void mambac::callService(OpBuilder &builder, Location loc, Value services, ServiceField field, ValueRange args) {
  Value callee = loadPointerField(builder, loc, services, field);
  SmallVector<Type> types{services.getType()};
  llvm::append_range(types, args.getTypes());
  SmallVector<Value> operands{callee, services};
  llvm::append_range(operands, args);
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()), types);
  LLVM::CallOp::create(builder, loc, type, operands);
}
