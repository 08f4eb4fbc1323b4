//===- GraphEdit.h - What rewrites of graphs before the import are written with ------------------------*- C++ -*-===//
//
// Names of ops and arguments of nodes, for Unbatch.cpp and Uncomplex.cpp, and for programs that tests make by hand.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_IMPORT_GRAPHEDIT_H
#define MAMBAC_IMPORT_GRAPHEDIT_H

#include "lib/Import/Graph.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mambac::pt2 {

/// "add" of torch.ops.aten.add.Tensor; empty for what is no aten op.
inline std::string_view atenName(std::string_view target) {
  constexpr std::string_view prefix = "torch.ops.aten.";
  if (target.substr(0, prefix.size()) != prefix)
    return {};
  target.remove_prefix(prefix.size());
  return target.substr(0, target.find('.'));
}

/// Arguments of a node.
namespace make {
inline Argument tensor(std::string name) {
  Argument result;
  result.kind = Argument::Kind::Tensor;
  result.name = std::move(name);
  return result;
}
inline Argument integer(int64_t value) {
  Argument result;
  result.kind = Argument::Kind::Int;
  result.intValue = value;
  return result;
}
inline Argument number(double value) {
  Argument result;
  result.kind = Argument::Kind::Float;
  result.floatValue = value;
  return result;
}
inline Argument list(std::vector<Argument> elements) {
  Argument result;
  result.kind = Argument::Kind::List;
  result.elements = std::move(elements);
  return result;
}
} // namespace make

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_GRAPHEDIT_H
