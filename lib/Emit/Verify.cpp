//===- Verify.cpp - Every form of a module against the first one ------------------------------------------------===//
//
// See Verify.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Verify.h"
#include "dialects/SSM/IR/SSM.h"
#include "lib/Emit/CompiledModule.h"
#include "lib/Emit/VerifyPasses.h"
#include "lib/JIT/Reference.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstring>

using namespace llvm;
using namespace mambac;
using mlir::func::FuncOp;

char StageVerifier::Mismatch::ID = 0;

/// Rounding of intermediate results in 16 bits adds up over layers; in 32 bits a wrong term stands out clearly.
static double toleranceOf(mlir::Type type) {
  type = mlir::getElementTypeOrSelf(type);
  if (auto complex = dyn_cast<mlir::ComplexType>(type))
    type = complex.getElementType();
  return type.isF64() ? 1e-6 : type.isF32() ? 1e-4 : type.isF16() ? 2e-2 : type.isBF16() ? 1e-1 : 0;
}

StageVerifier::StageVerifier(mlir::ModuleOp before, WeightSource weights, unsigned trials)
    : original(before.clone()), weights(std::move(weights)), numTrials(trials), tolerance(1e-6) {
  original->walk([&](mlir::Operation *op) {
    for (mlir::Type type : op->getResultTypes())
      tolerance = std::max(tolerance, toleranceOf(type));
  });
  int64_t parameters = 0;
  before.walk([&](ssm::WeightOp weight) {
    if (weight.getType().hasStaticShape())
      parameters += weight.getType().getNumElements();
  });
  large = parameters > 5000000;
}

StageVerifier::~StageVerifier() = default;

static bool isFinite(ArrayRef<HostTensor> tensors) {
  for (const HostTensor &tensor : tensors)
    for (int64_t i = 0, e = tensor.countNumbers(); i < e; ++i)
      if (!std::isfinite(tensor.get(i)))
        return false;
  return true;
}

Expected<std::vector<std::vector<HostTensor>>>
StageVerifier::runTensors(mlir::ModuleOp module, const Entry &entry, ArrayRef<Trial> trials) {
  ReferenceProgram::Options options;
  options.optimize = large;
  auto program = ReferenceProgram::make(module, entry.name, options);
  if (!program)
    return program.takeError();
  std::vector<RawWeight> raw;
  SmallVector<ReferenceBuffer> weightBuffers;
  for (const ReferenceArgument &argument : (*program)->arguments())
    if (!argument.weight.empty()) {
      auto weight = weights(argument.weight);
      if (!weight)
        return weight.takeError();
      weightBuffers.push_back(ReferenceBuffer(weight->data, argument.shape));
      raw.push_back(std::move(*weight));
    }
  std::vector<std::vector<HostTensor>> all;
  for (const Trial &trial : trials) {
    SmallVector<ReferenceBuffer> buffers;
    for (const HostTensor &input : trial.inputs)
      buffers.push_back(ReferenceBuffer(input.bytes.data(), input.shape));
    buffers.append(weightBuffers.begin(), weightBuffers.end());
    auto results = (*program)->run(buffers);
    if (!results)
      return results.takeError();
    all.push_back(std::move(*results));
  }
  return std::move(all);
}

Error StageVerifier::prepareEntry(FuncOp function, mlir::ModuleOp hint) {
  auto inputs = EntryInputs::read(function);
  if (!inputs)
    return inputs.takeError();
  if (auto other = hint ? hint.lookupSymbol<FuncOp>(function.getName()) : FuncOp())
    if (!other.isExternal() && !other->hasAttr("mambac.abi"))
      inputs->learnRoles(other);
  Entry entry;
  entry.name = function.getName().str();
  entry.updates = findUpdates(function);
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    auto name = function.getResultAttrOfType<mlir::StringAttr>(i, "mambac.name");
    entry.outputs.push_back(name ? name.str() : "#" + std::to_string(i));
  }
  // Without open sizes, another run would have the same shapes.
  unsigned count = inputs->symbols.empty() ? std::min(2u, numTrials) : numTrials;
  for (unsigned t = 0; t < count; ++t) {
    Trial trial;
    trial.sizes = trial.symbols = inputs->chooseSizes(t);
    entry.trials.push_back(std::move(trial));
  }
  // Values for which the program overflows would show nothing; smaller ones may.
  for (double scale : {1.0, 0.1, 0.01}) {
    for (auto [t, trial] : llvm::enumerate(entry.trials)) {
      std::mt19937_64 random(t + 1);
      trial.inputs.clear();
      for (unsigned i = 0; i < inputs->inputs.size(); ++i)
        trial.inputs.push_back(inputs->makeRandom(i, inputs->shapeOf(i, trial.sizes), random, scale));
    }
    auto expected = runTensors(*original, entry, entry.trials);
    if (!expected)
      return expected.takeError();
    bool finite = true;
    for (auto [trial, values] : llvm::zip(entry.trials, *expected)) {
      finite &= isFinite(values);
      trial.expected = std::move(values);
    }
    if (finite)
      break;
  }
  entries.push_back(std::move(entry));
  return Error::success();
}

Error StageVerifier::prepare(mlir::ModuleOp hint) {
  if (prepared)
    return Error::success();
  prepared = true;
  SmallVector<FuncOp> functions, all;
  for (auto function : original->getOps<FuncOp>()) {
    if (function.isExternal() || !function.isPublic())
      continue;
    all.push_back(function);
    if (function->hasAttr("mambac.entry"))
      functions.push_back(function);
  }
  for (FuncOp function : functions.empty() ? all : functions)
    if (Error error = prepareEntry(function, hint))
      return createStringError("@" + function.getName() + " cannot be run by definition: " + toString(std::move(error)));
  return Error::success();
}

/// Bytes that no computation leaves behind by chance: what is not written is seen.
static HostTensor unwritten(mlir::Type element, ArrayRef<int64_t> shape) {
  HostTensor tensor(element, shape);
  std::memset(tensor.bytes.data(), 0xff, tensor.bytes.size());
  return tensor;
}

namespace {
/// Memory that is zero and begins where kernels expect it to.
using Memory = std::unique_ptr<char, decltype(&free)>;
Memory allocate(size_t bytes) {
  size_t length = (bytes + 127) / 64 * 64;
  Memory memory(static_cast<char *>(aligned_alloc(64, length)), free);
  std::memset(memory.get(), 0, length);
  return memory;
}
} // namespace

/// The arena that a driver wants for these symbols: once it is planned, the module has a function that says how long.
static Expected<Memory> makeArena(mlir::ModuleOp module, FuncOp driver, ArrayRef<int64_t> symbols) {
  auto size = driver->getAttrOfType<mlir::FlatSymbolRefAttr>("mambac.arena_function");
  if (!size)
    return allocate(0);
  auto program = ReferenceProgram::make(module, size.getValue(), ReferenceProgram::Options());
  if (!program)
    return program.takeError();
  std::vector<HostTensor> scalars;
  for (auto [argument, symbol] : llvm::zip((*program)->arguments(), symbols)) {
    scalars.emplace_back(argument.element, ArrayRef<int64_t>());
    scalars.back().set(0, double(symbol));
  }
  SmallVector<ReferenceBuffer> buffers(scalars.begin(), scalars.end());
  auto results = (*program)->run(buffers);
  if (!results)
    return results.takeError();
  return allocate(results->empty() ? 0 : size_t(results->front().get(0)));
}

Error StageVerifier::packByDefinition(mlir::ModuleOp module, char *segment) {
  FuncOp prepare;
  for (auto function : module.getOps<FuncOp>())
    if (function->hasAttr("mambac.prepare") && !function.isExternal())
      prepare = function;
  if (!prepare)
    return Error::success();
  ReferenceProgram::Options options;
  options.optimize = large;
  auto program = ReferenceProgram::make(module, prepare.getName(), options);
  if (!program)
    return program.takeError();
  std::vector<RawWeight> raw;
  Memory arena = allocate(0);
  SmallVector<ReferenceBuffer> buffers;
  for (auto [i, argument] : llvm::enumerate((*program)->arguments())) {
    auto name = prepare.getArgAttrOfType<mlir::StringAttr>(i, "mambac.weight");
    if (auto offset = prepare.getArgAttrOfType<mlir::IntegerAttr>(i, "mambac.offset")) {
      buffers.push_back(ReferenceBuffer(segment + offset.getInt(), argument.shape));
    } else if (name) {
      auto weight = weights(name.getValue());
      if (!weight)
        return weight.takeError();
      buffers.push_back(ReferenceBuffer(weight->data, argument.shape));
      raw.push_back(std::move(*weight));
    } else {
      auto memory = makeArena(module, prepare, {});
      if (!memory)
        return memory.takeError();
      arena = std::move(*memory);
      buffers.push_back(ReferenceBuffer(arena.get(), SmallVector<int64_t>(argument.shape.size(), 0)));
    }
  }
  auto results = (*program)->run(buffers);
  if (!results)
    return results.takeError();
  // Before it takes buffers, it returns what belongs into the segment.
  for (auto [i, tensor] : llvm::enumerate(*results))
    if (auto offset = prepare.getResultAttrOfType<mlir::IntegerAttr>(i, "mambac.offset"))
      std::memcpy(segment + offset.getInt(), tensor.bytes.data(), tensor.bytes.size());
  return Error::success();
}

Expected<std::vector<std::vector<HostTensor>>> StageVerifier::runDriver(mlir::ModuleOp module, Entry &entry) {
  auto bytes = module->getAttrOfType<mlir::IntegerAttr>("mambac.weights_bytes");
  size_t length = bytes ? size_t(bytes.getInt()) : 0;
  Memory segment = allocate(length);
  if (Error error = packByDefinition(module, segment.get()))
    return createStringError("the weights cannot be packed by definition: " + toString(std::move(error)));
  ReferenceProgram::Options options;
  options.optimize = large;
  auto program = ReferenceProgram::make(module, entry.name, options);
  if (!program)
    return program.takeError();
  auto driver = module.lookupSymbol<FuncOp>(entry.name);
  auto signature = EntryInputs::read(driver);
  if (!signature)
    return signature.takeError();
  std::vector<RawWeight> raw;
  std::vector<std::vector<HostTensor>> all;
  for (Trial &trial : entry.trials) {
    auto symbols = signature->bindSizes(trial.inputs);
    if (!symbols)
      return symbols.takeError();
    trial.symbols = std::move(*symbols);
    auto arena = makeArena(module, driver, trial.symbols);
    if (!arena)
      return arena.takeError();
    // Outputs and copies of states, as the results go.
    std::vector<HostTensor> outputs, scalars;
    for (auto [like, state] : llvm::zip(trial.expected, entry.updates))
      outputs.push_back(state ? trial.inputs[*state] : unwritten(like.element, like.shape));
    size_t output = 0;
    scalars.reserve((*program)->arguments().size());
    SmallVector<ReferenceBuffer> buffers;
    size_t inputs = 0;
    for (auto [i, argument] : llvm::enumerate((*program)->arguments())) {
      auto has = [&, i = i](StringRef name) {
        return i < driver.getNumArguments() ? driver.getArgAttr(i, name) : mlir::Attribute();
      };
      if (!argument.weight.empty()) { // not hoisted yet
        auto weight = weights(argument.weight);
        if (!weight)
          return weight.takeError();
        buffers.push_back(ReferenceBuffer(weight->data, argument.shape));
        raw.push_back(std::move(*weight));
      } else if (has("mambac.output")) {
        while (output < outputs.size() && entry.updates[output])
          ++output;
        if (output == outputs.size())
          return createStringError("the driver has more outputs than there are results");
        buffers.push_back(outputs[output++]);
      } else if (has("mambac.weights")) {
        buffers.push_back(ReferenceBuffer(segment.get(), {int64_t(length)}));
      } else if (auto symbol = dyn_cast_or_null<mlir::IntegerAttr>(has("mambac.symbol"))) {
        scalars.emplace_back(argument.element, ArrayRef<int64_t>());
        scalars.back().set(0, double(trial.symbols[size_t(symbol.getInt())]));
        buffers.push_back(scalars.back());
      } else if (has("mambac.arena")) {
        buffers.push_back(ReferenceBuffer(arena->get(), {0}));
      } else if (inputs < trial.inputs.size()) {
        auto state = llvm::find(entry.updates, std::optional<unsigned>(inputs));
        const HostTensor &input = state == entry.updates.end() ? trial.inputs[inputs] : outputs[state - entry.updates.begin()];
        buffers.push_back(ReferenceBuffer(input.bytes.data(), input.shape));
        ++inputs;
      } else {
        return createStringError("argument #" + Twine(i) + " of the driver is of no known kind");
      }
    }
    auto results = (*program)->run(buffers);
    if (!results)
      return results.takeError();
    all.push_back(std::move(outputs));
  }
  return std::move(all);
}

Error StageVerifier::compare(const Entry &entry, const Trial &trial, ArrayRef<HostTensor> actual) {
  if (actual.size() != trial.expected.size())
    return make_error<Mismatch>("it changes the number of results");
  ++runs;
  results = unsigned(actual.size());
  for (auto [number, expected] : llvm::enumerate(trial.expected)) {
    const HostTensor &got = actual[number];
    Difference difference = compareTensors(expected, got);
    double allowed = toleranceOf(expected.element) == 0 ? 0 : tolerance;
    if (difference.relative() <= allowed) {
      worst = std::max(worst, difference.relative());
      continue;
    }
    std::string text;
    raw_string_ostream stream(text);
    stream << "it changes result " << entry.outputs[number] << " of @" << entry.name;
    if (expected.shape != got.shape || expected.element != got.element) {
      stream << " from " << expected.describeType() << " to " << got.describeType();
    } else {
      stream << " at [" << expected.describeIndex(difference.at) << "]: " << format("%.6g", difference.actual)
             << " instead of " << format("%.6g", difference.expected) << ", a difference of "
             << format("%.3g", difference.relative()) << " of the largest value where "
             << format("%.3g", allowed) << " is allowed";
    }
    for (auto [i, size] : llvm::enumerate(trial.sizes))
      stream << (i ? ", " : " (sizes ") << size;
    stream << (trial.sizes.empty() ? "" : ")");
    return make_error<Mismatch>(text);
  }
  return Error::success();
}

Error StageVerifier::check(mlir::ModuleOp after) {
  worst = 0;
  runs = 0;
  if (Error error = prepare(after))
    return error;
  for (Entry &entry : entries) {
    auto function = after.lookupSymbol<FuncOp>(entry.name);
    if (!function)
      return createStringError("there is no function @" + entry.name);
    auto all = function->hasAttr("mambac.abi") ? runDriver(after, entry) : runTensors(after, entry, entry.trials);
    if (!all)
      return createStringError("@" + entry.name + " cannot be run by definition: " + toString(all.takeError()));
    for (auto [trial, actual] : llvm::zip(entry.trials, *all))
      if (Error error = compare(entry, trial, actual))
        return error;
  }
  return Error::success();
}

Error StageVerifier::checkProduct(ArrayRef<ArrayRef<char>> objects, unsigned level, const void *packedWeights) {
  worst = 0;
  runs = 0;
  if (Error error = prepare({}))
    return error;
  auto loaded = LoadedObject::load(objects, level);
  if (!loaded)
    return loaded.takeError();
  for (const Entry &entry : entries) {
    unsigned number = 0;
    while (number < (*loaded)->numEntries() && entry.name != (*loaded)->entry(number).name)
      ++number;
    for (const Trial &trial : entry.trials) {
      SmallVector<OutputType> outputs;
      for (auto [tensor, state] : llvm::zip(trial.expected, entry.updates))
        outputs.push_back({tensor.element, int64_t(tensor.shape.size()), state});
      auto actual = runProduct(**loaded, number, trial.inputs, trial.symbols, packedWeights, outputs);
      if (!actual)
        return actual.takeError();
      if (Error error = compare(entry, trial, *actual))
        return error;
    }
  }
  return Error::success();
}

std::string StageVerifier::describe() const {
  std::string text;
  raw_string_ostream stream(text);
  stream << "all " << results << " results of " << runs << " runs, but for " << format("%.1e", worst)
         << " of the largest value";
  return text;
}

std::string StageVerifier::findPass(mlir::ModuleOp before, function_ref<void(mlir::OpPassManager &)> build) {
  mlir::OwningOpRef<mlir::ModuleOp> copy(before.clone());
  mlir::MLIRContext *context = before.getContext();
  bool threads = context->isMultithreadingEnabled();
  context->disableMultithreading();
  std::string found;
  {
    mlir::PassManager pm(context);
    addCheckAfterPasses(pm, *this, [&](StringRef pass, Error error) {
      if (error.isA<Mismatch>() && found.empty())
        found = pass.str();
      consumeError(std::move(error));
    });
    build(pm);
    (void)pm.run(*copy);
  }
  context->disableMultithreading(!threads);
  return found;
}
