//===- TargetLevels.cpp - The instruction sets that code is generated for ---------------------------------------===//
//
// See TargetLevels.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/TargetLevels.h"
#include "lib/Runtime/CPUFeatures.h"
#include "lib/Schedule/Target.h"
#include "llvm/Support/Threading.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include <unistd.h>

using namespace llvm;
using namespace mambac;

/// What a product is expected to run on any x86 machine since about 2010 with, and AArch64's baseline.
static StringRef portableLevels(const Triple &host) {
  return host.isX86() ? "x86-64-v4+bf16,x86-64-v4,x86-64-v3,x86-64-v2" : "aarch64";
}

/// The triple whose code generator knows the CPU `name`; this machine's where several do.
static Expected<Triple> tripleOf(StringRef name) {
  for (const std::string &text : {sys::getProcessTriple(), std::string("x86_64-unknown-linux-gnu"),
                                  std::string("aarch64-unknown-linux-gnu")}) {
    Triple triple(text);
    std::string message;
    const llvm::Target *target = TargetRegistry::lookupTarget(triple, message);
    if (!target)
      continue;
    std::unique_ptr<MCSubtargetInfo> info(target->createMCSubtargetInfo(triple, "", ""));
    if (info && (info->isCPUStringValid(name) || (triple.isAArch64() && name == "aarch64")))
      return triple;
  }
  return createStringError("unknown CPU '" + name +
                           "': use native, portable, x86-64-v2, x86-64-v3, x86-64-v4, x86-64-v4+bf16, aarch64, or a name "
                           "that `clang --print-supported-cpus` lists");
}

/// The features that the runtime is to look for.
static std::vector<std::string> requiredFeatures(const TargetMachine &machine) {
  static const char *const x86[] = {
#define X86_FEATURE(name, leaf, subleaf, register, bit, state) name,
#include "lib/Runtime/CPUFeatures.def"
  };
  static const char *const aarch64[] = {
#define AARCH64_FEATURE(name, word, bits) name,
#include "lib/Runtime/CPUFeatures.def"
  };
  std::vector<std::string> features;
  const MCSubtargetInfo *info = machine.getMCSubtargetInfo();
  for (StringRef name : machine.getTargetTriple().isX86() ? ArrayRef<const char *>(x86) : ArrayRef<const char *>(aarch64))
    if (info->checkFeatures(("+" + name).str()))
      features.push_back(name.str());
  return features;
}

static mambac::Target describe(const TargetMachine &machine) {
  const MCSubtargetInfo *info = machine.getMCSubtargetInfo();
  auto has = [&](StringRef feature) { return info->checkFeatures(("+" + feature).str()); };
  mambac::Target target;
  if (machine.getTargetTriple().isX86()) {
    target.vectorBytes = has("avx512f") ? 64 : has("avx2") && has("fma") ? 32 : 16;
    target.vectorRegisters = target.vectorBytes == 64 ? 32 : 16;
    target.nativeBF16 = has("avx512bf16");
    target.nativeF16 = has("f16c");
    target.nativeFMA = has("fma");
    return target;
  }
  target.vectorBytes = 16;
  target.vectorRegisters = 32;
  target.nativeBF16 = has("bf16");
  return target;
}

/// One element of the list: NAME[+FEATURE]...
static Expected<TargetLevel> makeLevel(StringRef text) {
  auto [cpu, extra] = text.split('+');
  SubtargetFeatures features;
  Triple triple(sys::getProcessTriple());
  std::string name = cpu.str();
  if (cpu == "native") {
    name = sys::getHostCPUName().str();
    for (const auto &feature : sys::getHostCPUFeatures())
      features.AddFeature(feature.getKey(), feature.getValue());
  } else {
    auto found = tripleOf(cpu);
    if (!found)
      return found.takeError();
    triple = *found;
    if (name == "aarch64")
      name = "generic";
  }
  std::string message;
  const llvm::Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError("no code generator for " + triple.str() + ": " + message);
  std::unique_ptr<MCSubtargetInfo> info(target->createMCSubtargetInfo(triple, name, ""));
  SmallVector<StringRef> words;
  if (text.contains('+'))
    extra.split(words, '+');
  for (StringRef word : words) {
    StringRef feature = triple.isX86() && word == "bf16" ? "avx512bf16" : word;
    bool known = info && any_of(info->getAllProcessorFeatures(),
                                [&](const SubtargetFeatureKV &row) { return feature == row.Key; });
    if (!known)
      return createStringError("unknown feature '" + word + "' of CPU '" + cpu +
                               "': features have LLVM's names, as in x86-64-v4+avx512bf16 or aarch64+bf16");
    features.AddFeature(feature);
  }
  TargetOptions options;
  // mulf + addf may contract: one rounding less. The choice depends on the code alone, never on threads.
  options.AllowFPOpFusion = FPOpFusion::Fast;
  TargetLevel level;
  level.name = text.str();
  level.machine.reset(target->createTargetMachine(triple, name, features.getString(), options, Reloc::PIC_, std::nullopt,
                                                  CodeGenOptLevel::Aggressive));
  if (!level.machine)
    return createStringError("cannot generate code for CPU '" + text + "'");
  level.features = requiredFeatures(*level.machine);
  return level;
}

bool TargetLevel::isForeign() const {
  return machine->getTargetTriple().getArch() != Triple(sys::getProcessTriple()).getArch();
}

bool TargetLevel::runsHere() const { return !isForeign() && !findMissingFeature(features); }

static void initializeTargets() {
  InitializeAllTargetInfos();
  InitializeAllTargets();
  InitializeAllTargetMCs();
  InitializeAllAsmPrinters();
  InitializeAllAsmParsers();
}

Expected<std::vector<TargetLevel>> mambac::parseLevels(StringRef cpus) {
  initializeTargets();
  std::vector<TargetLevel> levels;
  StringSet<> seen;
  SmallVector<StringRef> words, names;
  cpus.split(words, ',');
  for (StringRef word : words) {
    if (word.trim() == "portable")
      portableLevels(Triple(sys::getProcessTriple())).split(names, ',');
    else
      names.push_back(word.trim());
  }
  for (StringRef name : names) {
    if (name.empty())
      return createStringError("--cpu takes a list of CPUs with commas between them; a name in '" + cpus + "' is empty");
    if (!seen.insert(name).second)
      return createStringError("--cpu has " + name + " twice");
    auto level = makeLevel(name);
    if (!level)
      return level.takeError();
    const Triple &triple = level->machine->getTargetTriple();
    if (!levels.empty() && levels.front().machine->getTargetTriple().getArch() != triple.getArch())
      return createStringError("--cpu mixes " + levels.front().machine->getTargetTriple().getArchName() + " (" +
                               levels.front().name + ") and " + triple.getArchName() + " (" + name +
                               "); a product is for one of them");
    auto rank = [](const TargetLevel &level) {
      return std::make_pair(describe(*level.machine).vectorBytes, level.features.size());
    };
    auto worse = find_if(levels, [&](const TargetLevel &other) { return rank(other) < rank(*level); });
    levels.insert(worse, std::move(*level));
  }
  return std::move(levels);
}

Expected<TargetLevel> mambac::nativeLevel() {
  initializeTargets();
  return makeLevel("native");
}

Expected<TargetLevel> mambac::lowestLevel(const Triple &triple) {
  initializeTargets();
  return makeLevel(triple.isX86() ? "x86-64-v2" : triple.isAArch64() ? "aarch64" : "native");
}

Expected<TargetLevel> mambac::lowestLevel() { return lowestLevel(Triple(sys::getProcessTriple())); }

/// What instruction sets do not tell of this machine: its cores and their caches. What the system does not know stays.
static void describeMachine(mambac::Target &target) {
  target.cores = hardware_concurrency().compute_thread_count();
#ifdef _SC_LEVEL1_DCACHE_SIZE
  if (long bytes = sysconf(_SC_LEVEL1_DCACHE_SIZE); bytes > 0)
    target.l1Bytes = bytes;
  if (long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE); bytes > 0)
    target.l2Bytes = bytes;
  if (long bytes = sysconf(_SC_LEVEL3_CACHE_SIZE); bytes > 0)
    target.l3Bytes = bytes;
#endif
}

std::string mambac::describeForKey(const TargetLevel &level) {
  mambac::Target target;
  if (level.name.rfind("native", 0) == 0)
    describeMachine(target);
  std::string text;
  raw_string_ostream stream(text);
  stream << level.name << " " << level.machine->getTargetTriple().str() << " " << level.machine->getTargetCPU() << " "
         << level.machine->getTargetFeatureString() << " " << target.cores << " " << target.l1Bytes << " "
         << target.l2Bytes << " " << target.l3Bytes;
  return text;
}

static void describeAll(ArrayRef<const TargetLevel *> levels, size_t index, mlir::ModuleOp module) {
  mlir::Builder builder(module.getContext());
  mambac::Target target = describe(*levels[index]->machine);
  if (levels[index]->name == "native")
    describeMachine(target);
  target.set(module);
  SmallVector<mlir::Attribute> list;
  for (const TargetLevel *level : levels) {
    SmallVector<mlir::Attribute> features;
    for (const std::string &feature : level->features)
      features.push_back(builder.getStringAttr(feature));
    list.push_back(builder.getDictionaryAttr({builder.getNamedAttr("name", builder.getStringAttr(level->name)),
                                              builder.getNamedAttr("features", builder.getArrayAttr(features))}));
  }
  module->setAttr("mambac.levels", builder.getArrayAttr(list));
  if (levels.size() > 1)
    module->setAttr("mambac.level", builder.getI64IntegerAttr(int64_t(index)));
}

void mambac::describeLevel(ArrayRef<TargetLevel> levels, size_t index, mlir::ModuleOp module) {
  SmallVector<const TargetLevel *> pointers;
  for (const TargetLevel &level : levels)
    pointers.push_back(&level);
  describeAll(pointers, index, module);
}

void mambac::describeLevel(const TargetLevel &level, mlir::ModuleOp module) { describeAll({&level}, 0, module); }
