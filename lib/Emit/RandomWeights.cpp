//===- RandomWeights.cpp - Weights where there is no archive ---------------------------------------------------===//
//
// See RandomWeights.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/RandomWeights.h"
#include "dialects/SSM/IR/SSM.h"
#include "lib/JIT/EntryInputs.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/xxhash.h"
#include <cmath>

using namespace llvm;
using namespace mambac;

WeightSource mambac::makeRandomWeights(mlir::ModuleOp module, uint64_t seed) {
  auto types = std::make_shared<StringMap<mlir::ShapedType>>();
  module.walk([&](mlir::Operation *op) {
    if (auto weight = dyn_cast<ssm::WeightOp>(op))
      (*types)[weight.getName()] = weight.getType();
    // A scheduled module has them as arguments of @prepare.
    if (auto function = dyn_cast<mlir::func::FuncOp>(op))
      for (unsigned i = 0; i < function.getNumArguments(); ++i)
        if (auto name = function.getArgAttrOfType<mlir::StringAttr>(i, "mambac.weight"))
          if (auto type = dyn_cast<mlir::ShapedType>(function.getArgumentTypes()[i]))
            (*types)[name.getValue()] = type;
  });
  return [types, seed](StringRef name) -> Expected<RawWeight> {
    auto at = types->find(name);
    if (at == types->end() || !at->second.hasStaticShape() || !isHostElement(at->second.getElementType()))
      return createStringError("there is no value for weight '" + name + "'");
    auto tensor = std::make_shared<HostTensor>(at->second.getElementType(), at->second.getShape());
    // Indices and masks stay 0; matrices keep the magnitude of what they are applied to.
    if (isa<mlir::FloatType, mlir::ComplexType>(tensor->element)) {
      std::mt19937_64 random(xxh3_64bits(name) ^ seed);
      double fanIn = tensor->shape.size() > 1 ? double(tensor->shape.back()) : 4;
      fillNormal(*tensor, random, 1 / std::sqrt(std::max(fanIn, 1.0)));
    }
    RawWeight weight;
    weight.data = tensor->bytes.data();
    weight.owner = tensor;
    return weight;
  };
}
