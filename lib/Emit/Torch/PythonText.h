//===- PythonText.h - Pieces of Python source -------------------------------------------------------*- C++ -*-===//
//
// Literals and names. Texts of the model (names, places) come in here and nowhere else, so that none of them can end a
// string or a comment.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_TORCH_PYTHONTEXT_H
#define MAMBAC_LIB_EMIT_TORCH_PYTHONTEXT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Types.h"
#include <string>

namespace mambac::python {

/// A string literal.
std::string quote(llvm::StringRef text);
/// Text for a comment: one line, printable.
std::string comment(llvm::StringRef text);
/// A name made from the text; empty if nothing of it can be one.
std::string identifier(llvm::StringRef text);
/// A number, true or false; empty for other attributes.
std::string literal(mlir::Attribute value);
/// "torch.float32"; empty if PyTorch has no such type.
std::string dtype(mlir::Type element);
/// "(a, b)", "(a,)", "()".
std::string tuple(llvm::ArrayRef<std::string> parts);

} // namespace mambac::python

#endif // MAMBAC_LIB_EMIT_TORCH_PYTHONTEXT_H
