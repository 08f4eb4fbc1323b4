//===- PackWeights.cpp - The packed weight segment ------------------------------------------------------------===//
//
// See PackWeights.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/PackWeights.h"
#include "lib/CPU/Metadata.h"
#include "lib/Emit/CodeGen.h"
#include "lib/Emit/TargetLevels.h"
#include "lib/JIT/JIT.h"
#include "lib/Repack/Packer.h"
#include "lib/Runtime/ProductWriter.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace llvm;
using namespace mambac;

PackedWeights::~PackedWeights() {
  if (data)
    munmap(data, bytes);
  if (!path.empty())
    unlink(path.c_str());
}

static Expected<std::unique_ptr<PackedWeights>> mapFile(StringRef besides, uint64_t bytes) {
  auto packed = std::make_unique<PackedWeights>();
  packed->bytes = bytes;
  std::string path = (besides + ".packing.XXXXXX").str();
  int fd = mkstemp(path.data());
  if (fd < 0)
    return createStringError("cannot write " + besides + ": " + std::strerror(errno));
  packed->path = path;
  if (posix_fallocate(fd, 0, bytes)) {
    close(fd);
    return createStringError("no room for " + Twine(bytes) + " bytes of packed weights beside " + besides);
  }
  void *data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (data == MAP_FAILED)
    return createStringError("cannot map the packed weights beside " + besides + ": " + std::strerror(errno));
  packed->data = data;
  return std::move(packed);
}

namespace {

/// @prepare as a module of its own, and what it takes.
class Preparation {
public:
  Preparation(mlir::ModuleOp module, const WeightSource &source) : source(source), module(module.clone()) {}

  /// Leaves nothing in the module but @prepare as an entry, and reads the weights that it takes.
  Error open() {
    mlir::OpBuilder builder(module->getContext());
    for (auto function : llvm::make_early_inc_range(module->getOps<mlir::func::FuncOp>()))
      if (function->hasAttr("mambac.entry"))
        function.erase();
    entry = module->lookupSymbol<mlir::func::FuncOp>("prepare");
    entry->setAttr("mambac.entry", builder.getUnitAttr());
    entry.setPublic();
    module->getOperation()->setAttr("mambac.kernels", builder.getArrayAttr({}));
    mlir::PassManager pm(module->getContext());
    pm.addPass(mlir::createSymbolDCEPass());
    if (failed(pm.run(*module)))
      return createStringError("the weight preparation does not verify");
    for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
      if (auto offset = entry.getArgAttrOfType<mlir::IntegerAttr>(i, "mambac.offset"))
        offsets.push_back(offset.getInt());
      auto name = entry.getArgAttrOfType<mlir::StringAttr>(i, "mambac.weight");
      if (!name)
        continue;
      auto weight = source(name.getValue());
      if (!weight)
        return weight.takeError();
      auto type = cast<mlir::MemRefType>(entry.getArgument(i).getType());
      std::string dtype = weight->dtype.empty() ? dtypeWord(type.getElementType()).str() : weight->dtype;
      weights.push_back({name.str(), std::move(dtype), llvm::to_vector(type.getShape()), std::move(*weight)});
    }
    return Error::success();
  }

  /// Of the names, types and places of weights and of all that is computed of them; not of what they are.
  uint64_t hashLayout() {
    std::string text;
    raw_string_ostream stream(text);
    for (auto function : module->getOps<mlir::func::FuncOp>())
      function.print(stream);
    return hashWeights(text.data(), text.size());
  }

  /// The object of @prepare for a level; all that the module says of a target is replaced.
  Error compile(const TargetLevel &level, ArrayRef<std::string> names, SmallVectorImpl<char> &object) {
    mlir::OwningOpRef<mlir::ModuleOp> copy(module->clone());
    describeLevel(level, *copy);
    mlir::Builder builder(copy->getContext());
    std::string constants, text = describe(level, names, constants);
    copy->getOperation()->setAttr("mambac.prepare_text", builder.getStringAttr(text));
    copy->getOperation()->setAttr("mambac.prepare_constants", builder.getStringAttr(constants));
    mlir::PassManager pm(copy->getContext());
    buildCPUPipeline(pm);
    if (failed(pm.run(*copy)))
      return createStringError("the weight preparation cannot be lowered");
    return generateCode(*copy, *level.machine, CodeKind::Object, object);
  }

  struct Weight {
    std::string name, dtype;
    SmallVector<int64_t> sizes;
    RawWeight raw;
  };
  SmallVector<Weight> weights;
  SmallVector<int64_t> offsets;

private:
  /// Larger ones would make the code large; then whoever has other weights has them as well.
  static constexpr uint64_t kLargestConstant = 1 << 20;

  /// The JSON of MambacPrepare.
  std::string describe(const TargetLevel &level, ArrayRef<std::string> names, std::string &constants) {
    StringSet<> known;
    std::string text;
    raw_string_ostream stream(text);
    json::OStream json(stream);
    auto list = [&](StringRef key, ArrayRef<std::string> texts) {
      json.attributeArray(key, [&] {
        for (const std::string &text : texts)
          json.value(json::fixUTF8(text));
      });
    };
    json.object([&] {
      json.attribute("level", level.name);
      list("cpu_features", level.features);
      json.attributeArray("weights", [&] {
        for (const Weight &weight : weights)
          json.object([&] {
            json.attribute("name", json::fixUTF8(weight.name));
            json.attribute("dtype", weight.dtype);
            json.attributeArray("shape", [&] {
              for (int64_t size : weight.sizes)
                json.value(size);
            });
            if (!weight.raw.also.empty())
              list("also", weight.raw.also);
            if (weight.raw.isConstant && weight.raw.bytes <= kLargestConstant) {
              constants.resize(alignTo(constants.size(), 64));
              json.attribute("constant", int64_t(constants.size()));
              constants.append(static_cast<const char *>(weight.raw.data), weight.raw.bytes);
            }
            known.insert(weight.name);
            known.insert_range(weight.raw.also);
          });
      });
      json.attributeArray("offsets", [&] {
        for (int64_t offset : offsets)
          json.value(offset);
      });
      std::vector<std::string> unused;
      copy_if(names, std::back_inserter(unused), [&](const std::string &name) { return !known.contains(name); });
      list("unused", unused);
    });
    return text;
  }

  const WeightSource &source;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp entry;
};

} // namespace

/// Erases @prepare, which the driver no longer needs.
static Error dropPrepare(mlir::ModuleOp module) {
  module.lookupSymbol("prepare")->erase();
  if (auto size = module.lookupSymbol("prepare.arena"))
    size->erase();
  mlir::PassManager pm(module.getContext());
  pm.addPass(mlir::createSymbolDCEPass());
  return succeeded(pm.run(module)) ? Error::success()
                                   : createStringError("the module without weight preparation does not verify");
}

Expected<std::unique_ptr<PackedWeights>> mambac::packWeights(mlir::ModuleOp module, const WeightSource &source,
                                                             StringRef besides, const TargetMachine *target,
                                                             ArrayRef<std::string> names) {
  auto prepare = module.lookupSymbol<mlir::func::FuncOp>("prepare");
  auto bytesAttr = module->getAttrOfType<mlir::IntegerAttr>("mambac.weights_bytes");
  if (!prepare || !prepare->hasAttr("mambac.prepare") || !bytesAttr || bytesAttr.getInt() == 0) {
    auto empty = std::make_unique<PackedWeights>();
    return std::move(empty);
  }
  Preparation preparation(module, source);
  if (Error error = preparation.open())
    return std::move(error);
  auto level = lowestLevel();
  if (!level)
    return level.takeError();
  SmallVector<char, 0> nativeObject, object;
  if (Error error = preparation.compile(*level, names, nativeObject))
    return std::move(error);
  object = nativeObject;
  if (target && target->getTargetTriple().getArch() != level->machine->getTargetTriple().getArch()) {
    auto foreign = lowestLevel(target->getTargetTriple());
    if (!foreign)
      return foreign.takeError();
    object.clear();
    if (Error error = preparation.compile(*foreign, names, object))
      return std::move(error);
  }
  auto loaded = LoadedObject::loadPrepare(nativeObject);
  if (!loaded)
    return loaded.takeError();
  if (Error error = dropPrepare(module))
    return std::move(error);

  auto packed = mapFile(besides, bytesAttr.getInt());
  if (!packed)
    return packed.takeError();
  (*packed)->nativeObject = std::move(nativeObject);
  (*packed)->object = std::move(object);
  (*packed)->layoutHash = preparation.hashLayout();
  Packer packer;
  packer.addMapping((*packed)->data, (*packed)->bytes);
  std::vector<void *> inputs, outputs;
  for (const Preparation::Weight &weight : preparation.weights) {
    inputs.push_back(const_cast<void *>(weight.raw.data));
    if (weight.raw.mappedBytes)
      packer.addMapping(weight.raw.data, weight.raw.mappedBytes);
  }
  for (int64_t offset : preparation.offsets)
    outputs.push_back(static_cast<char *>((*packed)->data) + offset);
  std::string message = packer.run((*loaded)->getPrepare().code, inputs, outputs, (*packed)->data);
  if (!message.empty())
    return createStringError(message);
  (*packed)->hash = hashMappedWeights((*packed)->data, (*packed)->bytes);
  return std::move(*packed);
}
