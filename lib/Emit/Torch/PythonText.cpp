//===- PythonText.cpp - Pieces of Python source -------------------------------------------------------------------===//
//
// See PythonText.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Torch/PythonText.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include <cmath>
#include <cstdlib>

using namespace mlir;
using namespace mambac;

std::string python::quote(StringRef text) {
  static const char kHex[] = "0123456789abcdef";
  // Names that are no ASCII stay readable only as UTF-8, which the file is.
  std::string quoted = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\')
      (quoted += '\\') += c;
    else if (c < 32 || c == 127)
      ((quoted += "\\x") += kHex[c >> 4]) += kHex[c & 15];
    else
      quoted += c;
  }
  return quoted + "\"";
}

std::string python::comment(StringRef text) {
  std::string line;
  for (unsigned char c : text)
    line += c < 32 || c > 126 ? '?' : c;
  return line;
}

std::string python::identifier(StringRef text) {
  static const llvm::StringSet<> taken = {
      "False", "None",   "True",  "and",    "as",   "assert", "async",  "await", "break", "class",   "continue", "def",
      "del",   "elif",   "else",  "except", "for",  "from",   "global", "if",    "import", "in",     "is",       "lambda",
      "not",   "or",     "pass",  "raise",  "return", "try",  "while",  "with",  "yield", "nonlocal", "finally",
      "self",  "device", "torch", "math",   "json", "zipfile"};
  std::string name;
  for (char c : text)
    name += llvm::isAlnum(c) ? c : '_';
  if (name.find_first_not_of('_') == std::string::npos)
    return "";
  // Generated names are a letter and a number.
  bool generated = name.size() > 1 && llvm::all_of(name.substr(1), llvm::isDigit);
  if (llvm::isDigit(name[0]) || generated || taken.contains(name))
    name = "input_" + name;
  return name;
}

static std::string floatLiteral(double value) {
  if (std::isnan(value))
    return "math.nan";
  if (std::isinf(value))
    return value > 0 ? "math.inf" : "-math.inf";
  char text[40];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof(text), "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value)
      break;
  }
  return StringRef(text).find_first_of(".en") == StringRef::npos ? std::string(text) + ".0" : text;
}

std::string python::literal(Attribute value) {
  if (auto number = dyn_cast<FloatAttr>(value)) {
    llvm::APFloat wide = number.getValue();
    bool lost;
    wide.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &lost);
    return floatLiteral(wide.convertToDouble());
  }
  if (auto number = dyn_cast<IntegerAttr>(value)) {
    if (number.getType().isInteger(1))
      return number.getValue().isZero() ? "False" : "True";
    if (number.getValue().getBitWidth() > 64)
      return "";
    return std::to_string(number.getValue().getSExtValue());
  }
  return "";
}

std::string python::dtype(Type element) {
  if (element.isF32())
    return "torch.float32";
  if (element.isF64())
    return "torch.float64";
  if (element.isF16())
    return "torch.float16";
  if (element.isBF16())
    return "torch.bfloat16";
  if (element.isInteger(1))
    return "torch.bool";
  if (element.isIndex() || element.isInteger(64))
    return "torch.int64";
  if (element.isInteger(32))
    return "torch.int32";
  if (element.isInteger(16))
    return "torch.int16";
  if (element.isInteger(8))
    return "torch.int8";
  if (auto complex = dyn_cast<ComplexType>(element))
    return complex.getElementType().isF32()   ? "torch.complex64"
           : complex.getElementType().isF64() ? "torch.complex128"
                                              : "";
  return "";
}

std::string python::tuple(ArrayRef<std::string> parts) {
  return "(" + llvm::join(parts, ", ") + (parts.size() == 1 ? ",)" : ")");
}
