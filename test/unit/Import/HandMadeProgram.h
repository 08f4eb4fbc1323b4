// Programs built by hand, and what importing them says: for tests of graphs that no exporter writes.
#ifndef MAMBAC_TEST_UNIT_IMPORT_HANDMADEPROGRAM_H
#define MAMBAC_TEST_UNIT_IMPORT_HANDMADEPROGRAM_H

#include "lib/Import/GraphEdit.h"
#include "lib/Import/Import.h"

#include "mlir/IR/Diagnostics.h"
#include <gtest/gtest.h>

namespace mambac::pt2 {

inline TensorMeta meta(DType type, std::vector<ShapeExpr> sizes) {
  TensorMeta result;
  result.dtype = type;
  result.sizes = std::move(sizes);
  return result;
}

/// A program with the inputs x (2, s0, 4), y (4,) and i (3,) of int64, without nodes.
inline Program emptyProgram() {
  Program program;
  program.name = "model";
  unsigned s0 = program.symbols.intern("s0");
  auto input = [&](const std::string &name, TensorMeta description) {
    program.graph.tensors[name] = std::move(description);
    InputSpec spec;
    spec.arg = make::tensor(name);
    spec.userName = name;
    program.inputs.push_back(spec);
    program.graph.inputs.push_back(spec.arg);
  };
  input("x", meta(DType::Float32, {2, ShapeExpr::symbol(s0), 4}));
  input("y", meta(DType::Float32, {4}));
  input("i", meta(DType::Int64, {3}));
  return program;
}

inline void addOutput(Program &program, const std::string &name) {
  OutputSpec spec;
  spec.arg = make::tensor(name);
  spec.userName = name;
  program.outputs.push_back(spec);
  program.graph.outputs.push_back(spec.arg);
}

inline Node &addNode(Program &program, const std::string &target, std::vector<NamedArgument> inputs, const std::string &result,
              TensorMeta description) {
  Node node;
  node.target = "torch.ops." + target;
  node.name = result;
  node.inputs = std::move(inputs);
  node.outputs = {make::tensor(result)};
  node.modulePath = "layers.0.mixer";
  node.sourceFile = "model.py";
  node.sourceLine = 12;
  program.graph.tensors[result] = std::move(description);
  program.graph.nodes.push_back(std::move(node));
  return program.graph.nodes.back();
}

/// The diagnostics of importing `program`; empty where that worked.
inline std::string messageOf(const Program &program, unsigned *count = nullptr) {
  static mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string text;
  unsigned seen = 0;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    text += diagnostic.str() + "\n";
    ++seen;
    return mlir::success();
  });
  bool ok = static_cast<bool>(importGraph(program, context));
  EXPECT_EQ(ok, text.empty()) << text;
  if (count)
    *count = seen;
  return text;
}

inline bool contains(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

} // namespace mambac::pt2

#endif // MAMBAC_TEST_UNIT_IMPORT_HANDMADEPROGRAM_H
