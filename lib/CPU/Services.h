//===- Services.h - Calls from generated code into the runtime --------------------------------------*- C++ -*-===//
//
// Builders for the loads and indirect calls that reach MambacServices and MambacCall (lib/Runtime/ProductABI.h). Every
// function of a lowered module takes the services pointer as its first argument. Not a pass.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_SERVICES_H
#define MAMBAC_LIB_CPU_SERVICES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"

namespace mambac {

/// Field numbers of MambacServices.
enum ServiceField { kParallelFor = 0, kIndexFault = 1, kKernelBegin = 2, kKernelEnd = 3 };

/// Function that scheduled code calls for a bad index: (input : i32, value : i64, limit : i64).
inline constexpr llvm::StringLiteral kIndexFaultName = "mambac_index_fault";
/// Marks functions that compute sizes alone and get no services argument.
inline constexpr llvm::StringLiteral kSizeFunctionAttr = "mambac.size_function";
/// On a func.call in a driver: number of the kernel in the module's list `mambac.kernels`.
inline constexpr llvm::StringLiteral kKernelAttr = "mambac.kernel";

/// Loads the pointer in field `index` of the all-pointer struct at `base`.
mlir::Value loadPointerField(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value base, int32_t index);

/// Calls services->field(services, args...).
void callService(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value services, ServiceField field,
                 mlir::ValueRange args);

} // namespace mambac

#endif // MAMBAC_LIB_CPU_SERVICES_H
