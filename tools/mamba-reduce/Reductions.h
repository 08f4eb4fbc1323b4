//===- Reductions.h - How modules of ssm and linalg become smaller ------------------------------------*- C++ -*-===//
//
// What mamba-reduce tries beside MLIR's own ways: an operation in destination-passing style gives way to its
// destination or to an input of the same type, functions lose results.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TOOLS_MAMBA_REDUCE_REDUCTIONS_H
#define MAMBAC_TOOLS_MAMBA_REDUCE_REDUCTIONS_H

namespace mlir {
class DialectRegistry;
}

namespace mambac {

void registerReductions(mlir::DialectRegistry &registry);

} // namespace mambac

#endif // MAMBAC_TOOLS_MAMBA_REDUCE_REDUCTIONS_H
