//===- JIT.cpp - Runs the objects that Emit writes ------------------------------------------------------------===//
//
// See JIT.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/JIT/JIT.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include <atomic>
#include <cstdlib>

using namespace llvm;
using namespace mambac;

LoadedObject::LoadedObject() = default;
LoadedObject::~LoadedObject() = default;

Error LoadedObject::addObjects(ArrayRef<ArrayRef<char>> objects) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  auto made = orc::LLJITBuilder().create();
  if (!made)
    return made.takeError();
  jit = std::move(*made);
  auto libraries = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(jit->getDataLayout().getGlobalPrefix());
  if (!libraries)
    return libraries.takeError();
  jit->getMainJITDylib().addGenerator(std::move(*libraries));
  for (ArrayRef<char> object : objects) {
    auto buffer = MemoryBuffer::getMemBufferCopy(StringRef(object.data(), object.size()), "mambac.o");
    if (Error error = jit->addObjectFile(std::move(buffer)))
      return error;
  }
  return Error::success();
}

Expected<std::unique_ptr<LoadedObject>> LoadedObject::load(ArrayRef<ArrayRef<char>> objects, unsigned level) {
  std::unique_ptr<LoadedObject> loaded(new LoadedObject);
  if (Error error = loaded->addObjects(objects))
    return std::move(error);
  auto symbol = loaded->jit->lookup("mambac_product");
  if (!symbol)
    return symbol.takeError();
  loaded->exported = symbol->toPtr<const MambacProduct *>();
  if (level >= loaded->exported->num_levels)
    return createStringError("the product has no level #" + Twine(level));
  loaded->level = level;
  return std::move(loaded);
}

Expected<std::unique_ptr<LoadedObject>> LoadedObject::loadPrepare(ArrayRef<char> object) {
  std::unique_ptr<LoadedObject> loaded(new LoadedObject);
  if (Error error = loaded->addObjects(object))
    return std::move(error);
  auto symbol = loaded->jit->lookup("mambac_prepare");
  if (!symbol)
    return symbol.takeError();
  loaded->prepare = symbol->toPtr<const MambacPrepare *>();
  return std::move(loaded);
}

namespace {
struct CallServices {
  MambacServices table;
  const CallHooks &hooks;
  std::atomic<bool> faulted{false};
};
} // namespace

Error LoadedObject::run(unsigned index, ArrayRef<void *> inputs, ArrayRef<void *> outputs, ArrayRef<int64_t> symbols,
                        const void *weights, const CallHooks &hooks) {
  CallServices services{{}, hooks};
  services.table.parallel_for = [](const MambacServices *self, MambacBody body, void *context, int64_t count) {
    const auto &parallelFor = reinterpret_cast<const CallServices *>(self)->hooks.parallelFor;
    if (count > 0)
      parallelFor ? parallelFor(body, context, count) : body(context, 0, count);
  };
  services.table.index_fault = [](const MambacServices *self, int32_t, int64_t, int64_t) {
    reinterpret_cast<CallServices *>(const_cast<MambacServices *>(self))->faulted = true;
  };
  if (hooks.kernelBegin && hooks.kernelEnd) {
    services.table.kernel_begin = [](const MambacServices *self, int32_t kernel) {
      reinterpret_cast<const CallServices *>(self)->hooks.kernelBegin(kernel);
    };
    services.table.kernel_end = [](const MambacServices *self, int32_t kernel) {
      reinterpret_cast<const CallServices *>(self)->hooks.kernelEnd(kernel);
    };
  }
  const MambacEntry &entry = this->entry(index);
  int64_t bytes = entry.arena_bytes(symbols.data());
  std::unique_ptr<void, decltype(&free)> arena(aligned_alloc(64, (std::max<int64_t>(bytes, 64) + 63) / 64 * 64), free);
  if (!arena)
    return createStringError("out of memory: an arena of " + Twine(bytes) + " bytes");
  MambacCall call{&services.table, inputs.data(), outputs.data(), symbols.data(), arena.get(), weights};
  entry.run(&call);
  if (services.faulted)
    return createStringError("an index is outside its table");
  return Error::success();
}
