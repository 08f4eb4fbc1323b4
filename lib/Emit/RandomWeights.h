//===- RandomWeights.h - Weights where there is no archive --------------------------------------------*- C++ -*-===//
//
// Values for the ssm.weight ops of a module that depend on the seed and each weight's name alone, so that two forms of a
// module get the same ones.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_RANDOMWEIGHTS_H
#define MAMBAC_LIB_EMIT_RANDOMWEIGHTS_H

#include "lib/Emit/PackWeights.h"

namespace mambac {

WeightSource makeRandomWeights(mlir::ModuleOp module, uint64_t seed);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_RANDOMWEIGHTS_H
