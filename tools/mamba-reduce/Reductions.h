//===- Reductions.h - How modules of ssm and linalg become smaller ------------------------------------*- C++ -*-===//
//
// The pass --mambac-reduce="test=SCRIPT": functions and results are dropped, operations give way to their destinations or
// to inputs of the same type, and static sizes shrink (ShrinkSizes.h), as long as the script finds what is left
// interesting. Every step verifies, which MLIR's own --reduction-tree does not see to.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TOOLS_MAMBA_REDUCE_REDUCTIONS_H
#define MAMBAC_TOOLS_MAMBA_REDUCE_REDUCTIONS_H

namespace mambac {

void registerReducePass();

} // namespace mambac

#endif // MAMBAC_TOOLS_MAMBA_REDUCE_REDUCTIONS_H
