//===- Tune.cpp - Sizes of kernels chosen by measuring --------------------------------------------------------------===//
//
// See Tune.h. The whole model is compiled once for each candidate, and its entries run on random inputs in turn: every
// kernel is then timed where it stands, with its operands in the caches where they will be. The least time of several runs
// counts; a candidate has to win clearly.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Tune.h"
#include "lib/Emit/CodeGen.h"
#include "lib/Emit/CompiledModule.h"
#include "lib/JIT/EntryInputs.h"
#include "lib/Runtime/ThreadPool.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include <chrono>
#include <cmath>
#include <map>
#include <random>
#include <unistd.h>

using namespace llvm;
using namespace mambac;

namespace {

/// What is tried for a kind of kernel, besides the defaults.
ArrayRef<const char *> candidatesFor(StringRef kind) {
  static const char *const matmul[] = {"matmul-rows=48", "matmul-rows=192", "matmul-rows=384", "matmul-items=64",
                                       "matmul-vectors=1"};
  static const char *const ssd[] = {"ssd-chunk=32", "ssd-chunk=64", "ssd-chunk=96"};
  static const char *const scan[] = {"scan-time=64", "scan-time=256", "scan-vectors=2", "scan-vectors=1",
                                     "scan-vectors=2 scan-time=256"};
  static const char *const conv[] = {"conv-time=64", "conv-time=256", "conv-time=512"};
  static const char *const attention[] = {"attention-queries=32", "attention-queries=96", "attention-keys=128",
                                          "attention-queries=96 attention-keys=128"};
  if (kind == "ssm.packed_matmul")
    return matmul;
  if (kind == "ssm.ssd")
    return ssd;
  if (kind == "ssm.selective_scan")
    return scan;
  if (kind == "ssm.causal_conv1d")
    return conv;
  if (kind == "ssm.attention")
    return attention;
  return {};
}

/// Runs of each candidate; a kernel's time is the least of them.
constexpr int kRuns = 5;
/// A candidate has to need less than this share of the defaults' time.
constexpr double kClearly = 0.97;
/// Sizes that are known only when the model runs.
constexpr int64_t kTypicalLength = 512;

struct TunedKernel {
  mlir::func::FuncOp function;
  std::string key; ///< the same for equal kernels on equal machines
  ArrayRef<const char *> candidates;
  std::vector<double> seconds; ///< of the defaults, then of each candidate
};

class Tuner {
public:
  Tuner(mlir::ModuleOp module, const TargetLevel &level, const void *weights)
      : module(module), level(level), weights(weights) {
    for (auto function : module.getOps<mlir::func::FuncOp>())
      if (auto kind = function->getAttrOfType<mlir::StringAttr>("mambac.kernel_kind"))
        if (auto candidates = candidatesFor(kind.getValue()); !candidates.empty()) {
          kernels.push_back({function, keyOf(function), candidates, {}});
          kernels.back().seconds.assign(candidates.size() + 1, HUGE_VAL);
        }
  }

  /// Options by key: what is known, and in the end what was found.
  std::map<std::string, std::string> table;

  Error measure() {
    size_t rounds = 0;
    for (const TunedKernel &kernel : kernels)
      if (!table.count(kernel.key))
        rounds = std::max(rounds, kernel.seconds.size());
    std::vector<std::unique_ptr<LoadedObject>> objects;
    for (size_t round = 0; round < rounds; ++round) {
      auto object = compile(round);
      if (!object)
        return object.takeError();
      objects.push_back(std::move(*object));
    }
    // In turn, as machines drift.
    for (int run = -1; run < (rounds ? kRuns : 0); ++run)
      for (size_t round = 0; round < rounds; ++round)
        if (Error error = this->run(*objects[round], round, /*counts=*/run >= 0))
          return error;
    for (TunedKernel &kernel : kernels)
      if (!table.count(kernel.key))
        table[kernel.key] = choose(kernel);
    return Error::success();
  }

  void apply() {
    std::string text;
    mlir::Builder b(module.getContext());
    for (TunedKernel &kernel : kernels) {
      const std::string &options = table[kernel.key];
      if (options.empty())
        continue;
      kernel.function->setAttr("mambac.tuning", b.getStringAttr(options));
      text += (text.empty() ? "" : ", ") + kernel.function.getName().str() + ": " + options;
    }
    if (!text.empty())
      module->setAttr("mambac.tuning", b.getStringAttr(text));
  }

private:
  std::string keyOf(mlir::func::FuncOp function) const {
    std::string text = level.machine->getTargetCPU().str() + " " + level.machine->getTargetFeatureString().str() + "\n";
    raw_string_ostream stream(text);
    mlir::OwningOpRef<mlir::func::FuncOp> copy(function.clone());
    copy->setName("kernel");
    (*copy)->removeAttr("mambac.tuning");
    copy->print(stream, mlir::OpPrintingFlags().useLocalScope().printGenericOpForm());
    return utohexstr(xxh3_64bits(text), /*LowerCase=*/true, /*Width=*/16);
  }

  std::string optionsIn(const TunedKernel &kernel, size_t round) const {
    auto known = table.find(kernel.key);
    if (known != table.end())
      return known->second;
    return round > 0 && round <= kernel.candidates.size() ? kernel.candidates[round - 1] : "";
  }

  Expected<std::unique_ptr<LoadedObject>> compile(size_t round) {
    mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
    mlir::Builder b(module.getContext());
    mlir::SymbolTable symbols(*copy);
    for (const TunedKernel &kernel : kernels)
      symbols.lookup(mlir::func::FuncOp(kernel.function).getName())
          ->setAttr("mambac.tuning", b.getStringAttr(optionsIn(kernel, round)));
    describeLevel(level, *copy);
    mlir::PassManager lower(module.getContext());
    buildCPUPipeline(lower);
    if (mlir::failed(lower.run(*copy)))
      return createStringError("tuning: a candidate cannot be lowered");
    SmallVector<char, 0> object;
    if (Error error = generateCode(*copy, *level.machine, CodeKind::Object, object))
      return std::move(error);
    return LoadedObject::load(ArrayRef<char>(object));
  }

  /// Runs all entries once, and adds up the time of each kernel function.
  Error run(LoadedObject &object, size_t round, bool counts) {
    std::vector<double> sums(kernels.size(), 0);
    unsigned number = 0;
    for (auto entry : module.getOps<mlir::func::FuncOp>())
      if (entry->hasAttr("mambac.entry"))
        if (Error error = runEntry(object, number++, entry, sums))
          return error;
    for (size_t i = 0; i < kernels.size(); ++i) {
      std::vector<double> &seconds = kernels[i].seconds;
      // Kernels with fewer candidates run with the defaults in the last rounds.
      double &best = seconds[round < seconds.size() ? round : 0];
      if (counts && sums[i] > 0)
        best = std::min(best, sums[i]);
    }
    return Error::success();
  }

  Error runEntry(LoadedObject &object, unsigned number, mlir::func::FuncOp entry, std::vector<double> &sums) {
    auto inputs = EntryInputs::read(entry);
    if (!inputs)
      return inputs.takeError();
    SmallVector<int64_t> sizes = chooseSizes(*inputs);
    std::mt19937_64 random(1);
    std::vector<HostTensor> tensors;
    for (unsigned i = 0; i < inputs->inputs.size(); ++i)
      tensors.push_back(inputs->makeRandom(i, inputs->shapeOf(i, sizes), random));
    // The kernel function behind each number.
    std::map<int32_t, size_t> functions;
    entry.walk([&](mlir::func::CallOp call) {
      auto kernel = call->getAttrOfType<mlir::IntegerAttr>("mambac.kernel");
      for (size_t i = 0; kernel && i < kernels.size(); ++i)
        if (kernels[i].function.getName() == call.getCallee())
          functions[int32_t(kernel.getInt())] = i;
    });
    auto pool = ThreadPool::get(ThreadPool::getDefaultThreads());
    std::chrono::steady_clock::time_point begin;
    CallHooks hooks;
    if (pool)
      hooks.parallelFor = [&](MambacBody body, void *context, int64_t count) { pool->run(body, context, count); };
    hooks.kernelBegin = [&](int32_t) { begin = std::chrono::steady_clock::now(); };
    hooks.kernelEnd = [&](int32_t kernel) {
      auto at = functions.find(kernel);
      if (at != functions.end())
        sums[at->second] += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    auto results = runProduct(object, number, tensors, sizes, weights, outputsOf(entry), nullptr, hooks);
    return results ? Error::success() : results.takeError();
  }

  /// One sequence of a usual length: a symbol that is the first of several dimensions of an input is a batch.
  static SmallVector<int64_t> chooseSizes(const EntryInputs &inputs) {
    SmallVector<int64_t> sizes;
    for (auto [i, symbol] : enumerate(inputs.symbols)) {
      bool batch = false;
      for (const EntryInput &input : inputs.inputs)
        if (input.shape.getNumResults() > 1)
          if (auto first = dyn_cast<mlir::AffineSymbolExpr>(input.shape.getResult(0)))
            batch |= first.getPosition() == i;
      int64_t size = std::max(std::min(batch ? 1 : kTypicalLength, symbol.max), symbol.min);
      size = size / symbol.multipleOf * symbol.multipleOf;
      sizes.push_back(size >= std::max<int64_t>(symbol.min, 1) ? size : size + symbol.multipleOf);
    }
    return sizes;
  }

  static std::string choose(const TunedKernel &kernel) {
    size_t best = 0;
    for (size_t i = 1; i < kernel.seconds.size(); ++i)
      if (kernel.seconds[i] < kernel.seconds[best] && kernel.seconds[i] < kClearly * kernel.seconds[0])
        best = i;
    return best ? kernel.candidates[best - 1] : "";
  }

  mlir::ModuleOp module;
  const TargetLevel &level;
  const void *weights;
  std::vector<TunedKernel> kernels;
};

Error readTable(StringRef file, std::map<std::string, std::string> &table) {
  if (!sys::fs::exists(file))
    return Error::success();
  auto buffer = MemoryBuffer::getFile(file);
  if (!buffer)
    return createStringError("cannot read " + file + ": " + buffer.getError().message());
  auto json = json::parse((*buffer)->getBuffer());
  json::Object *root = json ? json->getAsObject() : nullptr;
  json::Object *kernels = root ? root->getObject("kernels") : nullptr;
  if (!json)
    consumeError(json.takeError());
  if (!kernels)
    return createStringError(file + " is no table of mambac --tune: expected JSON with an object \"kernels\"; name another "
                                    "file, or remove it");
  for (auto &[key, value] : *kernels) {
    auto options = value.getAsString();
    if (!options)
      return createStringError(file + ": the options of kernel " + StringRef(key) + " are not a text");
    table[StringRef(key).str()] = options->str();
  }
  return Error::success();
}

Error writeTable(StringRef file, const std::map<std::string, std::string> &table) {
  std::string beside = (file + "." + Twine(getpid())).str();
  std::error_code code;
  {
    raw_fd_ostream out(beside, code);
    if (!code) {
      json::OStream json(out, 2);
      json.object([&] {
        json.attributeObject("kernels", [&] {
          for (auto &[key, options] : table)
            json.attribute(key, options);
        });
      });
      out << "\n";
      out.close();
      code = out.error();
      out.clear_error();
    }
  }
  if (!code)
    code = sys::fs::rename(beside, file);
  if (!code)
    return Error::success();
  sys::fs::remove(beside);
  return createStringError("cannot write " + file + ": " + code.message());
}

} // namespace

Error mambac::tuneKernels(mlir::ModuleOp module, const TargetLevel &level, const void *weights, StringRef file) {
  Tuner tuner(module, level, weights);
  if (!file.empty())
    if (Error error = readTable(file, tuner.table))
      return error;
  auto before = tuner.table;
  if (Error error = tuner.measure())
    return error;
  tuner.apply();
  return file.empty() || tuner.table == before ? Error::success() : writeTable(file, tuner.table);
}
