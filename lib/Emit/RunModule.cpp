//===- RunModule.cpp - mamba-opt --run -------------------------------------------------------------------------===//
//
// See RunModule.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/RunModule.h"
#include "lib/Emit/CompiledModule.h"
#include "lib/Emit/ModelInput.h"
#include "lib/Emit/RandomWeights.h"
#include "lib/Emit/RunReport.h"
#include "lib/JIT/EntryInputs.h"
#include "lib/JIT/Reference.h"
#include "lib/Report/MemoryProfile.h"
#include "lib/Runtime/Runner/NpyStatus.h"
#include "mambac/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <unistd.h>

using namespace llvm;
using namespace mambac;

/// "2x64" to {2, 64}; "" is the shape of a scalar.
static Expected<SmallVector<int64_t>> parseShape(StringRef text, const Twine &what) {
  SmallVector<int64_t> shape;
  SmallVector<StringRef> parts;
  if (!text.empty())
    text.split(parts, 'x');
  for (StringRef part : parts) {
    int64_t size;
    if (part.getAsInteger(10, size) || size < 0 || size > (int64_t(1) << 40))
      return createStringError(what + ": expected sizes like 2x64, got '" + text + "'");
    shape.push_back(size);
  }
  return std::move(shape);
}

/// The .npy type of an element; code 255 if there is none.
static mambac_dtype dtypeOf(mlir::Type element) {
  auto make = [](int code, unsigned bits) { return mambac_dtype{uint8_t(code), uint8_t(bits), 1}; };
  if (element.isBF16())
    return make(MAMBAC_BFLOAT, 16);
  if (isa<mlir::FloatType>(element))
    return make(MAMBAC_FLOAT, element.getIntOrFloatBitWidth());
  if (element.isInteger(1))
    return make(MAMBAC_BOOL, 8);
  if (element.isIndex())
    return make(MAMBAC_INT, 64);
  if (element.isInteger())
    return make(MAMBAC_INT, element.getIntOrFloatBitWidth());
  return make(255, 0);
}

namespace {

/// One --run.
class Run {
public:
  Run(mlir::ModuleOp module, const RunOptions &options, raw_ostream &out)
      : module(module), options(options), out(out) {}

  Error operator()() {
    auto found = findFunction();
    if (!found)
      return found.takeError();
    function = *found;
    report.function = function.getName().str();
    auto read = EntryInputs::read(function);
    if (!read)
      return prefix(read.takeError());
    entry = std::move(*read);
    if (Error error = makeInputs())
      return error;
    if (options.weights.empty()) {
      weights = makeRandomWeights(module, options.seed);
    } else {
      auto opened = openWeights(options.weights);
      if (!opened)
        return opened.takeError();
      weights = std::move(*opened);
    }
    if (Error error = execute())
      return prefix(std::move(error));
    profile();
    printRunReport(report, out);
    return writeOutputs();
  }

private:
  Error prefix(Error error) {
    return createStringError("cannot run @" + function.getName() + ": " + toString(std::move(error)));
  }

  Expected<mlir::func::FuncOp> findFunction() {
    SmallVector<mlir::func::FuncOp> entries, all;
    std::string names;
    for (auto candidate : module.getOps<mlir::func::FuncOp>()) {
      if (candidate.isExternal() || candidate->hasAttr("mambac.prepare"))
        continue;
      if (!options.function.empty() && candidate.getName() == options.function)
        return candidate;
      if (candidate.isPublic()) {
        names += (names.empty() ? "@" : ", @") + candidate.getName().str();
        all.push_back(candidate);
        if (candidate->hasAttr("mambac.entry"))
          entries.push_back(candidate);
      }
    }
    StringRef has = names.empty() ? "none" : StringRef(names);
    if (!options.function.empty())
      return createStringError("there is no function @" + options.function + " with a body; the module has: " + has);
    if (entries.empty())
      entries = all;
    if (entries.size() == 1)
      return entries[0];
    for (mlir::func::FuncOp candidate : entries)
      if (candidate.getName() == "main")
        return candidate;
    if (entries.empty() && !module.getOps<mlir::FunctionOpInterface>().empty())
      return createStringError("the module is lowered too far to run: it has no func.func (give --run passes up to "
                               "--mambac-schedule)");
    return createStringError("which function? Give --run-function=NAME; the module has: " + has);
  }

  /// The position that a name or number stands for.
  Expected<unsigned> findInput(StringRef name) {
    unsigned number;
    std::string names;
    for (auto [i, input] : llvm::enumerate(entry.inputs)) {
      if (input.name == name)
        return unsigned(i);
      names += (i ? ", " : "") + input.name;
    }
    if (!name.getAsInteger(10, number) && number < entry.inputs.size())
      return number;
    return createStringError("there is no input " + name + "; @" + function.getName() +
                             " has: " + (names.empty() ? "none" : names));
  }

  Error makeInputs() {
    size_t count = entry.inputs.size();
    std::vector<std::string> sources(count, "random");
    std::vector<std::optional<SmallVector<int64_t>>> shapes(count);
    std::vector<HostTensor> files(count);
    for (const auto &[name, source] : options.inputs) {
      auto position = findInput(name);
      if (!position)
        return position.takeError();
      StringRef kind(source), sizes;
      std::tie(kind, sizes) = kind.split(':');
      bool made = kind == "random" || kind == "zeros" || kind == "ones";
      sources[*position] = made ? kind.str() : source;
      if (made && !sizes.empty()) {
        auto shape = parseShape(sizes, "input " + name);
        if (!shape)
          return shape.takeError();
        shapes[*position] = std::move(*shape);
      } else if (!made) {
        if (Error error = readFile(*position, source, files[*position]))
          return error;
        shapes[*position] = SmallVector<int64_t>(files[*position].shape);
      }
    }
    for (const auto &[name, text] : options.shapes) {
      auto position = findInput(name);
      if (!position)
        return position.takeError();
      auto shape = parseShape(text, "--shape " + name);
      if (!shape)
        return shape.takeError();
      shapes[*position] = std::move(*shape);
    }
    if (Error error = chooseSizes(shapes))
      return error;
    for (size_t i = 0; i < count; ++i) {
      SmallVector<int64_t> shape = entry.shapeOf(i, sizes);
      if (shapes[i] && *shapes[i] != shape)
        return createStringError("input " + entry.inputs[i].name + " does not fit: it is " +
                                 HostTensor(entry.inputs[i].element, *shapes[i]).describeType() + ", but has to be " +
                                 HostTensor(entry.inputs[i].element, shape).describeType() + describeSizes());
      std::mt19937_64 random(options.seed + 1000003 * (i + 1));
      if (sources[i] == "random")
        inputs.push_back(entry.makeRandom(i, shape, random));
      else if (sources[i] == "zeros" || sources[i] == "ones")
        inputs.push_back(fill(HostTensor(entry.inputs[i].element, shape), sources[i] == "ones"));
      else
        inputs.push_back(std::move(files[i]));
    }
    return Error::success();
  }

  static HostTensor fill(HostTensor tensor, double value) {
    for (int64_t i = 0, e = tensor.countNumbers(); i < e; ++i)
      tensor.set(i, value);
    return tensor;
  }

  Error readFile(unsigned position, const std::string &path, HostTensor &tensor) {
    const EntryInput &input = entry.inputs[position];
    mambac_dtype dtype = dtypeOf(input.element);
    if (dtype.code == 255)
      return createStringError("input " + input.name + ": .npy files cannot hold its type");
    std::vector<int64_t> shape;
    std::vector<char> bytes;
    std::string message = runner::loadNpy(path, dtype, shape, bytes);
    if (!message.empty())
      return createStringError("input " + input.name + ": " + message +
                               " (an input is random, zeros, ones or a .npy file)");
    tensor = HostTensor(input.element, shape);
    tensor.bytes = std::move(bytes);
    return Error::success();
  }

  Error chooseSizes(ArrayRef<std::optional<SmallVector<int64_t>>> shapes) {
    auto solved = entry.solveSizes(shapes);
    if (!solved)
      return solved.takeError();
    sizes = std::move(*solved);
    for (const RunOptions::Assignment &given : options.sizes) {
      const std::string &name = given.first, &text = given.second;
      auto at = llvm::find_if(entry.symbols, [&](const EntrySymbol &symbol) { return symbol.name == name; });
      int64_t size;
      if (at == entry.symbols.end())
        return createStringError("there is no size " + name + " in @" + function.getName());
      if (StringRef(text).getAsInteger(10, size) || size < 0)
        return createStringError("expected --size " + name + "=NUMBER, got '" + text + "'");
      sizes[size_t(at - entry.symbols.begin())] = size;
    }
    SmallVector<int64_t> chosen = entry.chooseSizes(0);
    for (size_t i = 0; i < sizes.size(); ++i) {
      const EntrySymbol &symbol = entry.symbols[i];
      if (sizes[i] < 0)
        sizes[i] = chosen[i];
      if (sizes[i] < symbol.min || sizes[i] > symbol.max || sizes[i] % symbol.multipleOf)
        return createStringError("size " + symbol.name + " cannot be " + Twine(sizes[i]) + ": it is between " +
                                 Twine(symbol.min) + " and " + Twine(symbol.max) + ", a multiple of " +
                                 Twine(symbol.multipleOf));
      report.sizes.push_back({symbol.name, sizes[i]});
    }
    return Error::success();
  }

  std::string describeSizes() {
    std::string text;
    for (auto &[name, size] : report.sizes)
      text += (text.empty() ? " where " : ", ") + name + " = " + std::to_string(size);
    return text;
  }

  Error execute() {
    bool onTensors = !function->hasAttr("mambac.abi");
    if (options.mode != RunOptions::Mode::Reference) {
      Error error = runCompiled();
      if (!error || options.mode == RunOptions::Mode::Compiled || !onTensors)
        return error;
      report.note = "not compiled (" + toString(std::move(error)) + ")";
    }
    if (!onTensors)
      return createStringError("it is scheduled already, and a schedule is run as it is: leave out --run=reference");
    return runReference();
  }

  Error runCompiled() {
    SmallString<128> besides;
    sys::path::system_temp_directory(true, besides);
    sys::path::append(besides, "mamba-opt-run." + Twine(getpid()));
    auto compiled = CompiledModule::make(module, function.getName(), weights, besides);
    if (!compiled)
      return compiled.takeError();
    report.mode = "compiled";
    if (Error error = repeat([&]() { return (*compiled)->run(inputs); }, (*compiled)->seconds))
      return error;
    report.flops = (*compiled)->countFlops();
    report.runPeak = (*compiled)->arenaBytes();
    return Error::success();
  }

  Error runReference() {
    ReferenceProgram::Options how;
    how.optimize = how.countMemory = how.checkSizes = how.countFlops = true;
    how.memoryLimit = int64_t(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE) / 10 * 8;
    auto program = ReferenceProgram::make(module, function.getName(), how);
    if (!program) {
      // Not everything that upstream bufferizes can be freed early.
      std::string first = toString(program.takeError());
      how.countMemory = how.checkSizes = false;
      program = ReferenceProgram::make(module, function.getName(), how);
      if (!program) {
        consumeError(program.takeError());
        return createStringError(first);
      }
    }
    std::vector<RawWeight> raw;
    SmallVector<ReferenceBuffer> buffers;
    for (HostTensor &input : inputs)
      buffers.push_back(input);
    for (const ReferenceArgument &argument : (*program)->arguments().drop_front(inputs.size())) {
      auto weight = weights(argument.weight);
      if (!weight)
        return weight.takeError();
      buffers.push_back(ReferenceBuffer(weight->data, argument.shape));
      raw.push_back(std::move(*weight));
    }
    report.mode = "by definition";
    if (Error error = repeat([&]() { return (*program)->run(buffers); }, (*program)->seconds))
      return error;
    report.flops = double((*program)->flops);
    report.runPeak = (*program)->peakBytes;
    return Error::success();
  }

  /// Runs once for the results, and again for the time while that takes no second altogether.
  Error repeat(function_ref<Expected<std::vector<HostTensor>>()> call, const double &seconds) {
    double total = 0;
    for (unsigned i = 0; i < std::max(1u, options.repeats) && total < 1; ++i) {
      auto results = call();
      if (!results)
        return results.takeError();
      report.results = std::move(*results);
      report.seconds = i ? std::min(report.seconds, seconds) : seconds;
      report.repeats = i + 1;
      total += seconds;
    }
    return Error::success();
  }

  /// The tensors of the program as it is written.
  void profile() {
    SmallVector<OutputType> outputs = outputsOf(function);
    for (unsigned i = 0; i < report.results.size(); ++i) {
      auto name = function->hasAttr("mambac.abi")
                      ? function.getArgAttrOfType<mlir::StringAttr>(outputs[i].state.value_or(entry.inputs.size() + i),
                                                                    "mambac.name")
                      : function.getResultAttrOfType<mlir::StringAttr>(i, "mambac.name");
      report.names.push_back(name ? name.str() : "out" + std::to_string(i));
    }
    SmallVector<Shape> shapes;
    for (const HostTensor &input : inputs)
      shapes.push_back(Shape(input.shape));
    mlir::ScopedDiagnosticHandler quiet(module.getContext(), [](mlir::Diagnostic &) { return mlir::success(); });
    auto profile = profileMemory(function, shapes);
    if (failed(profile))
      return;
    report.writtenPeak = profile->peak;
    report.writtenLargest = profile->largest;
    if (profile->largestOp)
      report.largestOp = profile->largestOp->getName().getStringRef().str();
  }

  Error writeOutputs() {
    for (const auto &[name, path] : options.outputs) {
      auto at = llvm::find(report.names, name);
      unsigned number = unsigned(at - report.names.begin());
      if (at == report.names.end() && (StringRef(name).getAsInteger(10, number) || number >= report.results.size()))
        return createStringError("there is no output " + name + "; @" + function.getName() + " has " +
                                 Twine(report.results.size()));
      const HostTensor &tensor = report.results[number];
      mambac_dtype dtype = dtypeOf(tensor.element);
      if (dtype.code == 255)
        return createStringError("output " + name + ": .npy files cannot hold its type");
      std::string message =
          runner::storeNpy(path, dtype, std::vector<int64_t>(tensor.shape.begin(), tensor.shape.end()), tensor.bytes);
      if (!message.empty())
        return createStringError("output " + name + ": " + message);
    }
    return Error::success();
  }

  mlir::ModuleOp module;
  const RunOptions &options;
  raw_ostream &out;
  mlir::func::FuncOp function;
  EntryInputs entry;
  SmallVector<int64_t> sizes;
  std::vector<HostTensor> inputs;
  WeightSource weights;
  RunReport report;
};

struct RunPass : mlir::PassWrapper<RunPass, mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(RunPass)
  RunPass(RunOptions options) : options(std::move(options)) {}
  StringRef getArgument() const final { return "mambac-run"; }
  StringRef getDescription() const final { return "Run the module and print what came out"; }
  void getDependentDialects(mlir::DialectRegistry &registry) const override {
    // The pipelines that it runs on copies.
    mlir::OpPassManager pm("builtin.module");
    buildSchedulePipeline(pm);
    buildCPUPipeline(pm);
    addReferencePipeline(pm);
    pm.getDependentDialects(registry);
    mlir::registerBuiltinDialectTranslation(registry);
    mlir::registerLLVMDialectTranslation(registry);
  }
  void runOnOperation() override {
    if (Error error = runModule(getOperation(), options, outs())) {
      mlir::emitError(getOperation().getLoc()) << "--run: " << toString(std::move(error));
      signalPassFailure();
    }
  }
  RunOptions options;
};

} // namespace

Error mambac::runModule(mlir::ModuleOp module, const RunOptions &options, raw_ostream &out) {
  return Run(module, options, out)();
}

std::unique_ptr<mlir::Pass> mambac::createRunPass(RunOptions options) {
  return std::make_unique<RunPass>(std::move(options));
}
