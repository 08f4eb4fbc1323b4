//===- PackWeights.cpp - The packed weight segment ------------------------------------------------------------===//
//
// See PackWeights.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/PackWeights.h"
#include "lib/Emit/CodeGen.h"
#include "lib/Emit/TargetLevels.h"
#include "lib/JIT/JIT.h"
#include "lib/Runtime/ProductWriter.h"
#include "lib/Runtime/ThreadPool.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/FileSystem.h"
#include <cerrno>
#include <cstdio>
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

/// Runs the loops of @prepare, and gives pages of mapped files back when too many of them are resident: what was written
/// is in the system's cache then, and what is read once more comes from there.
class Packer {
public:
  Packer() : pool(ThreadPool::get(ThreadPool::getDefaultThreads())), statm(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {
    base = residentBytes();
  }
  ~Packer() {
    if (statm >= 0)
      close(statm);
  }

  void addMapping(const void *data, uint64_t bytes) {
    uintptr_t page = sysconf(_SC_PAGESIZE), begin = reinterpret_cast<uintptr_t>(data) / page * page;
    mappings.push_back({reinterpret_cast<void *>(begin), reinterpret_cast<uintptr_t>(data) + bytes - begin});
  }

  /// In pieces, as one tensor alone may be large.
  void run(MambacBody body, void *context, int64_t count) {
    constexpr int64_t pieces = 16;
    int64_t step = std::max<int64_t>((count + pieces - 1) / pieces, 1);
    for (int64_t begin = 0; begin < count; begin += step) {
      Piece piece{body, context, begin};
      auto runPiece = [](void *context, int64_t begin, int64_t end) {
        auto *piece = static_cast<Piece *>(context);
        piece->body(piece->context, piece->begin + begin, piece->begin + end);
      };
      if (pool)
        pool->run(runPiece, &piece, std::min(step, count - begin));
      else
        runPiece(&piece, 0, std::min(step, count - begin));
      if (residentBytes() > base + kMostResident)
        release();
    }
  }

  /// Shared pages that were written stay in the file's cache, private ones were only read: nothing is lost.
  void release() {
    for (auto [data, bytes] : mappings)
      madvise(data, bytes, MADV_DONTNEED);
  }

private:
  static constexpr int64_t kMostResident = 128 << 20;
  struct Piece {
    MambacBody body;
    void *context;
    int64_t begin;
  };

  int64_t residentBytes() const {
    char text[64] = {};
    long long total = 0, resident = 0;
    if (statm < 0 || pread(statm, text, sizeof text - 1, 0) <= 0 || sscanf(text, "%lld %lld", &total, &resident) != 2)
      return INT64_MAX; // not known: given back always
    return resident * sysconf(_SC_PAGESIZE);
  }

  std::shared_ptr<ThreadPool> pool;
  int statm;
  int64_t base;
  SmallVector<std::pair<void *, size_t>> mappings;
};

} // namespace

Expected<std::unique_ptr<PackedWeights>> mambac::packWeights(mlir::ModuleOp module,
                                                             const WeightSource &source, StringRef besides) {
  auto prepare = module.lookupSymbol<mlir::func::FuncOp>("prepare");
  auto bytesAttr = module->getAttrOfType<mlir::IntegerAttr>("mambac.weights_bytes");
  if (!prepare || !prepare->hasAttr("mambac.prepare") || !bytesAttr || bytesAttr.getInt() == 0) {
    auto empty = std::make_unique<PackedWeights>();
    return std::move(empty);
  }
  mlir::OpBuilder builder(module.getContext());
  auto dropUnused = [&](mlir::ModuleOp from) {
    mlir::PassManager pm(from.getContext());
    pm.addPass(mlir::createSymbolDCEPass());
    return pm.run(from);
  };

  // A module with @prepare as its only entry, compiled and loaded.
  mlir::OwningOpRef<mlir::ModuleOp> preparing(module.clone());
  SmallVector<mlir::func::FuncOp> others;
  for (auto function : preparing->getOps<mlir::func::FuncOp>())
    if (function->hasAttr("mambac.entry"))
      others.push_back(function);
  for (auto function : others)
    function.erase();
  auto entry = preparing->lookupSymbol<mlir::func::FuncOp>("prepare");
  entry->setAttr("mambac.entry", builder.getUnitAttr());
  entry.setPublic();
  preparing->getOperation()->setAttr("mambac.kernels", builder.getArrayAttr({}));
  if (failed(dropUnused(*preparing)))
    return createStringError("the weight preparation does not verify");
  SmallVector<std::string> names;
  SmallVector<int64_t> offsets;
  for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
    if (auto offset = entry.getArgAttrOfType<mlir::IntegerAttr>(i, "mambac.offset"))
      offsets.push_back(offset.getInt());
    else if (auto name = entry.getArgAttrOfType<mlir::StringAttr>(i, "mambac.weight"))
      names.push_back(name.str());
  }
  auto level = nativeLevel();
  if (!level)
    return level.takeError();
  describeLevel(*level, *preparing);
  mlir::PassManager pm(module.getContext());
  buildCPUPipeline(pm);
  if (failed(pm.run(*preparing)))
    return createStringError("the weight preparation cannot be lowered");
  SmallVector<char> object;
  if (Error error = generateCode(*preparing, *level->machine, CodeKind::Object, object))
    return std::move(error);
  auto loaded = LoadedObject::load(ArrayRef<char>(object));
  if (!loaded)
    return loaded.takeError();

  // The driver no longer needs it.
  prepare.erase();
  if (auto size = module.lookupSymbol("prepare.arena"))
    size->erase();
  if (failed(dropUnused(module)))
    return createStringError("the module without weight preparation does not verify");

  auto packed = mapFile(besides, bytesAttr.getInt());
  if (!packed)
    return packed.takeError();
  Packer packer;
  packer.addMapping((*packed)->data, (*packed)->bytes);
  SmallVector<RawWeight> raw;
  SmallVector<void *> inputs, outputs;
  for (const std::string &name : names) {
    auto weight = source(name);
    if (!weight)
      return weight.takeError();
    inputs.push_back(const_cast<void *>(weight->data));
    if (weight->mappedBytes)
      packer.addMapping(weight->data, weight->mappedBytes);
    raw.push_back(std::move(*weight));
  }
  for (int64_t offset : offsets)
    outputs.push_back(static_cast<char *>((*packed)->data) + offset);
  CallHooks hooks;
  hooks.parallelFor = [&](MambacBody body, void *context, int64_t count) { packer.run(body, context, count); };
  if (Error error = (*loaded)->run(0, inputs, outputs, {}, (*packed)->data, hooks))
    return std::move(error);
  packer.release();
  (*packed)->hash = hashMappedWeights((*packed)->data, (*packed)->bytes);
  return std::move(*packed);
}
