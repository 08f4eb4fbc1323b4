//===- Metadata.h - The product's description of itself ---------------------------------------------*- C++ -*-===//
//
// Builds the JSON text that a product carries: entries, symbols, inputs, outputs and kernels (docs/product.md). The
// runtime reads it; nothing in generated code depends on it.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_METADATA_H
#define MAMBAC_LIB_CPU_METADATA_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace mambac {

/// Tokens of a long text that run at once where nobody says how many (mambac --chunk): enough for large products, while
/// scratch memory stays that of a short text.
constexpr int64_t kDefaultChunk = 512;

/// The word for an element type in metadata, `dtype` of npy files and messages; empty if products do not carry it.
llvm::StringRef dtypeWord(mlir::Type elementType);

/// Writes the metadata of `module`, whose scheduled entries are given.
mlir::LogicalResult buildMetadata(mlir::ModuleOp module, llvm::ArrayRef<mlir::func::FuncOp> entries,
                                  std::string &json);

} // namespace mambac

#endif // MAMBAC_LIB_CPU_METADATA_H
