//===- Verify.cpp - A stage against its input -----------------------------------------------------------------===//
//
// See Verify.h. Both forms go through the rest of the compiler, so what is compared is the stage alone.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Verify.h"
#include "lib/Emit/CodeGen.h"
#include "lib/JIT/JIT.h"
#include "lib/Schedule/Passes.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstring>
#include <random>

using namespace llvm;
using namespace mambac;

namespace {

/// An argument of a scheduled entry, with its size at the chosen symbols.
struct Tensor {
  mlir::Type element;
  int64_t count = 1, limit = 0;
  std::vector<char> bytes;
  bool output = false;
};

int64_t elementBytes(mlir::Type type) { return (type.getIntOrFloatBitWidth() + 7) / 8; }

const fltSemantics &semantics(mlir::Type type) { return cast<mlir::FloatType>(type).getFloatSemantics(); }

double readFloat(mlir::Type type, const char *at) {
  uint64_t bits = 0;
  std::memcpy(&bits, at, elementBytes(type));
  APFloat value(semantics(type), APInt(type.getIntOrFloatBitWidth(), bits));
  bool lost;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
  return value.convertToDouble();
}

void writeFloat(mlir::Type type, char *at, double number) {
  APFloat value(number);
  bool lost;
  value.convert(semantics(type), APFloat::rmNearestTiesToEven, &lost);
  uint64_t bits = value.bitcastToAPInt().getZExtValue();
  std::memcpy(at, &bits, elementBytes(type));
}

/// The first entry of a module, ready to run.
class Program {
public:
  static Expected<std::unique_ptr<Program>> make(mlir::ModuleOp source, const WeightSource &weights, StringRef besides) {
    auto program = std::make_unique<Program>();
    program->module = source.clone();
    auto machine = makeTargetMachine("native");
    if (!machine)
      return machine.takeError();
    describeTarget(**machine, *program->module);
    mlir::PassManager schedule(source.getContext());
    schedule.addNestedPass<mlir::func::FuncOp>(mlir::createConvertElementwiseToLinalgPass());
    schedule.addPass(createEntryABIPass());
    buildSchedulePipeline(schedule);
    if (failed(schedule.run(*program->module)))
      return createStringError("it cannot be scheduled");
    auto packed = packWeights(*program->module, weights, besides);
    if (!packed)
      return packed.takeError();
    program->packed = std::move(*packed);
    program->describe();
    mlir::PassManager lower(source.getContext());
    buildCPUPipeline(lower);
    if (failed(lower.run(*program->module)))
      return createStringError("it cannot be lowered");
    SmallVector<char> object;
    if (Error error = generateCode(*program->module, **machine, CodeKind::Object, object))
      return std::move(error);
    auto loaded = LoadedObject::load(object);
    if (!loaded)
      return loaded.takeError();
    program->loaded = std::move(*loaded);
    return std::move(program);
  }

  Error run() {
    SmallVector<void *> inputs, outputs;
    for (Tensor &tensor : tensors)
      (tensor.output ? outputs : inputs).push_back(tensor.bytes.data());
    return loaded->run(0, inputs, outputs, symbols, packed->data);
  }

  std::vector<Tensor> tensors;

private:
  /// Sizes and types of the first entry's arguments, with dynamic sizes small.
  void describe() {
    for (auto function : module->getOps<mlir::func::FuncOp>()) {
      if (!function->hasAttr("mambac.entry"))
        continue;
      int64_t size = 5; // no multiple of any chunk, vector or tile
      for (mlir::Attribute attr : function->getAttrOfType<mlir::ArrayAttr>("mambac.symbols")) {
        auto dict = cast<mlir::DictionaryAttr>(attr);
        auto read = [&](StringRef key, int64_t otherwise) {
          auto value = dict.getAs<mlir::IntegerAttr>(key);
          return value ? value.getInt() : otherwise;
        };
        int64_t step = std::max<int64_t>(1, read("multiple_of", 1));
        int64_t value = std::max(read("min", 1), (size + step - 1) / step * step);
        symbols.push_back(std::min(value, read("max", value)));
        size += 18;
      }
      for (unsigned i = 0; i < function.getNumArguments(); ++i) {
        auto type = dyn_cast<mlir::MemRefType>(function.getArgument(i).getType());
        auto map = function.getArgAttrOfType<mlir::AffineMapAttr>(i, "mambac.shape");
        if (!type || !map)
          continue;
        Tensor tensor;
        tensor.element = type.getElementType();
        tensor.output = bool(function.getArgAttr(i, "mambac.output"));
        if (auto limit = function.getArgAttrOfType<mlir::IntegerAttr>(i, "mambac.limit"))
          tensor.limit = limit.getInt();
        SmallVector<mlir::Attribute> at, sizes;
        mlir::Builder builder(module->getContext());
        for (unsigned s = 0; s < map.getValue().getNumSymbols(); ++s)
          at.push_back(builder.getIndexAttr(symbols[s]));
        (void)map.getValue().constantFold(at, sizes);
        for (mlir::Attribute size : sizes)
          tensor.count *= cast<mlir::IntegerAttr>(size).getInt();
        tensor.bytes.resize(tensor.count * elementBytes(tensor.element));
        tensors.push_back(std::move(tensor));
      }
      return;
    }
  }

  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<PackedWeights> packed;
  std::unique_ptr<LoadedObject> loaded;
  SmallVector<int64_t> symbols;
};

void fill(Tensor &tensor, std::mt19937_64 &random) {
  int64_t bytes = elementBytes(tensor.element);
  std::normal_distribution<double> normal;
  for (int64_t i = 0; i < tensor.count; ++i) {
    char *at = tensor.bytes.data() + i * bytes;
    if (isa<mlir::FloatType>(tensor.element)) {
      writeFloat(tensor.element, at, normal(random));
    } else {
      uint64_t value = random() % (tensor.limit ? tensor.limit : 2);
      std::memcpy(at, &value, bytes);
    }
  }
}

} // namespace

Error mambac::verifyStage(mlir::ModuleOp before, mlir::ModuleOp after, StringRef stage, const WeightSource &weights,
                          StringRef besides) {
  auto plain = Program::make(before, weights, besides);
  if (!plain)
    return createStringError("--verify: before stage " + stage + ": " + toString(plain.takeError()));
  auto staged = Program::make(after, weights, besides);
  if (!staged)
    return createStringError("--verify: after stage " + stage + ": " + toString(staged.takeError()));
  std::mt19937_64 random(1);
  for (size_t i = 0; i < (*plain)->tensors.size(); ++i)
    if (!(*plain)->tensors[i].output) {
      fill((*plain)->tensors[i], random);
      (*staged)->tensors[i].bytes = (*plain)->tensors[i].bytes;
    }
  if (Error error = (*plain)->run())
    return error;
  if (Error error = (*staged)->run())
    return error;
  unsigned number = 0;
  double worst = 0;
  for (auto [expected, actual] : llvm::zip((*plain)->tensors, (*staged)->tensors)) {
    if (!expected.output)
      continue;
    if (auto type = dyn_cast<mlir::FloatType>(expected.element)) {
      double largest = 0, difference = 0;
      for (int64_t i = 0; i < expected.count; ++i) {
        double a = readFloat(type, expected.bytes.data() + i * elementBytes(type));
        double b = readFloat(type, actual.bytes.data() + i * elementBytes(type));
        largest = std::max(largest, std::fabs(a));
        difference = std::max(difference, a == b || (std::isnan(a) && std::isnan(b)) ? 0 : std::fabs(a - b));
        if (std::isnan(a) != std::isnan(b))
          difference = HUGE_VAL;
      }
      worst = std::max(worst, difference / std::max(largest, 1e-30));
      // Rounding of intermediate results in 16 bits adds up over layers; in 32 bits a wrong term stands out clearly.
      double tolerance = type.getWidth() >= 32 ? 1e-4 : type.isF16() ? 2e-2 : 1e-1;
      if (!(difference <= tolerance * std::max(largest, 1e-30)))
        return createStringError("--verify: stage " + stage + " changes result #" + Twine(number) + " by " +
                                 Twine(std::to_string(difference)) + " where the largest value is " +
                                 Twine(std::to_string(largest)) + "; this is a bug in mambac");
    } else if (expected.bytes != actual.bytes) {
      return createStringError("--verify: stage " + stage + " changes result #" + Twine(number) +
                               "; this is a bug in mambac");
    }
    ++number;
  }
  errs() << "mambac: stage " << stage << " keeps all " << number << " results, but for "
         << format("%.1e", worst) << " of the largest value\n";
  return Error::success();
}
