//===- Compiler.cpp - The whole compiler as one call ----------------------------------------------------------===//
//
// Reads a model, runs the stages in order, writes what was asked for. Diagnostics carry the model's own places: module
// path and source line. Bad input ends in one message and exit code 1, a stage that fails in 70 with a reproducer.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "mambac/Compiler.h"
#include "dialects/SSM/Transforms/Passes.h"
#include "lib/Emit/CodeGen.h"
#include "lib/Emit/EmbedTokenizer.h"
#include "lib/Emit/Link.h"
#include "lib/Emit/ModelInput.h"
#include "lib/Emit/PackWeights.h"
#include "lib/Emit/ProductCache.h"
#include "lib/Emit/RandomWeights.h"
#include "lib/Emit/TargetLevels.h"
#include "lib/Emit/Torch/EmitTorch.h"
#include "lib/Emit/Tune.h"
#include "lib/Emit/Verify.h"
#include "lib/Report/CompileReport.h"
#include "lib/Runtime/ProductWriter.h"
#include "lib/Schedule/Passes.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <cstring>
#include <unistd.h>

using namespace llvm;
using namespace mambac;
using mlir::ModuleOp;
using mlir::failed;

Emission mambac::emissionForPath(const std::string &path) {
  StringRef suffix = sys::path::extension(path);
  return StringSwitch<Emission>(suffix)
      .Case(".so", Emission::Shared)
      .Case(".o", Emission::Object)
      .Case(".s", Emission::Assembly)
      .Case(".ll", Emission::LLVMIR)
      .Case(".mlir", Emission::Scheduled)
      .Case(".py", Emission::Torch)
      .Default(Emission::Executable);
}

namespace {

/// Tells which pass runs.
class PassProgress : public mlir::PassInstrumentation {
public:
  PassProgress(std::function<void(StringRef)> tell) : tell(std::move(tell)) {}
  void runBeforePass(mlir::Pass *pass, mlir::Operation *) override {
    // Adaptors have no name of their own.
    if (!pass->getArgument().empty())
      tell(pass->getArgument());
  }

private:
  std::function<void(StringRef)> tell;
};

class Compilation {
public:
  Compilation(const CompileOptions &options) : options(options) {}

  int run() {
    if (options.output != "-" && !writable(options.output))
      return kBadInput;
    if (!options.report.empty()) {
      if (options.report == options.output)
        return bad("--report and -o name the same file " + options.report);
      if (options.report == "-")
        return bad("--report takes a file; standard output is for the product");
      if (!writable(options.report))
        return kBadInput;
      page = std::make_unique<CompileReport>(options.input, options.output);
    }
    int code = compile();
    if (code != kSuccess || !page)
      return code;
    page->recordProduct(kindOfProduct(), options.cpu);
    std::string message = page->write(options.report);
    return message.empty() ? kSuccess : bad(message);
  }

private:
  int compile() {
    auto parsed = parseLevels(options.cpu);
    if (!parsed)
      return bad(toString(parsed.takeError()));
    levels = std::move(*parsed);
    bool text = options.emission == Emission::Assembly || options.emission == Emission::LLVMIR;
    if (text && levels.size() > 1)
      return bad("assembly and LLVM IR show the code for one CPU; --cpu=" + options.cpu + " asks for " +
                 Twine(levels.size()) + ": name one");
    // What else becomes part of a product. Of other processors there is no runtime, but perhaps a runner.
    bool foreign = levels.front().isForeign();
    std::string arch = levels.front().machine->getTargetTriple().getArchName().str();
    if (options.emission == Emission::Executable)
      parts.runner = libraryFile("libexec/mambac-runner" + (foreign ? "-" + arch : ""));
    if (options.emission == Emission::Executable && parts.runner.empty() && foreign)
      return bad("this mambac has no runner for " + arch + ", which an executable begins with: write a .so, which mamba-run "
                 "on such a machine runs, or build mambac where " + arch + "-linux-gnu-g++ is installed");
    std::string runtime = options.emission == Emission::Shared && !foreign ? libraryFile("lib/libMambacRuntime.a") : "";
    if (!page) // which is about a compilation
      report("looking into the cache", 0);
    ProductCache cache(options, levels, {parts.runner, runtime});
    if (cache.find(parts)) {
      report("writing, from the cache", 0.9);
      return writeParts();
    }
    ModelInput input;
    report("importing", 0);
    if (Error error = input.open(options)) {
      std::string message = toString(std::move(error));
      return message.empty() ? kBadInput : bad(message);
    }
    ModuleOp module = input.getModule();
    setChunk(module);
    if (options.emission != Emission::Imported && options.emission != Emission::Raised &&
        options.emission != Emission::Torch)
      describeLevel(levels.front(), module);
    auto tokenizer = packTokenizer(options, input);
    if (!tokenizer)
      return bad(toString(tokenizer.takeError()));
    if (page) {
      page->listen(*module.getContext());
      page->recordImported(module);
    }
    if (options.emission == Emission::Imported)
      return writeModule(module);

    report("raising", 0.1);
    llvm::scope_exit release([&]() { // before the context goes
      verifier.reset();
      stageInput = {};
    });
    if (options.verify) {
      // A .mlir file has no weights; any will do as long as nothing is written that needs them.
      verifier = std::make_unique<StageVerifier>(
          module, input.hasWeights() ? input.weights() : makeRandomWeights(module, /*seed=*/1));
      stageInput = module.clone();
    }
    mlir::OpPassManager more(ModuleOp::getOperationName());
    if (!options.afterRaise.empty() && failed(mlir::parsePassPipeline(options.afterRaise, more)))
      return bad("cannot parse the passes " + options.afterRaise);
    auto buildRaise = [&](mlir::OpPassManager &pm) {
      mambac::buildRaiseStage(pm);
      if (!options.afterRaise.empty())
        (void)mlir::parsePassPipeline(options.afterRaise, pm);
    };
    if (failed(runPasses(module, "raise", buildRaise)))
      return kBug;
    if (!verify(module, "raise", buildRaise))
      return kBug;
    if (page)
      page->recordRaised(module);
    if (options.emission == Emission::Raised)
      return writeModule(module);
    if (options.emission == Emission::Torch)
      return writeTorch(module);

    // What an entry may look like is the user's business, so this step is not one that a bug report is for.
    report("scheduling", 0.2);
    mlir::PassManager interface(module.getContext());
    interface.addNestedPass<mlir::func::FuncOp>(mlir::createConvertElementwiseToLinalgPass());
    interface.addPass(createEntryABIPass());
    if (failed(interface.run(module)))
      return kBadInput;
    if (options.verify)
      stageInput = module.clone();
    if (failed(runPasses(module, "schedule", buildSchedulePipeline)))
      return kBug;
    if (!verify(module, "schedule", buildSchedulePipeline))
      return kBug;
    if (page)
      page->recordScheduled(module);
    if (options.emission == Emission::Scheduled)
      return writeModule(module);

    report("packing weights", 0.4);
    std::string besides = options.output == "-" ? temporaryBase() : options.output;
    auto weights = packWeights(module, input.weights(), besides, levels.front().machine.get(), input.weightNames());
    if (!weights)
      return bad(toString(weights.takeError()));
    if (page)
      page->recordPackedWeights((*weights)->bytes);
    if ((*weights)->bytes) {
      parts.weightsHash = (*weights)->hash;
      mlir::Builder builder(module.getContext());
      parts.layoutHash = (*weights)->layoutHash;
      module->setAttr("mambac.layout_hash", builder.getI64IntegerAttr(static_cast<int64_t>((*weights)->layoutHash)));
    }

    if (options.tune && !tune(module, (*weights)->data))
      return kBadInput;

    CodeKind kind = options.emission == Emission::LLVMIR     ? CodeKind::IR
                    : options.emission == Emission::Assembly ? CodeKind::Assembly
                                                             : CodeKind::Object;
    if (kind == CodeKind::Object && (*weights)->bytes) {
      module->setAttr("mambac.has_prepare", mlir::UnitAttr::get(module.getContext()));
      besidesLevels.push_back((*weights)->object);
    }
    if (!tokenizer->empty())
      module->setAttr("mambac.tokenizer", mlir::StringAttr::get(module.getContext(), *tokenizer));
    std::vector<SmallVector<char, 0>> code;
    if (!generateLevels(module, levels, kind, code))
      return kBug;
    if (options.verify && !verifyProduct(module, code, kind, **weights))
      return kBug;
    report("writing", 0.95);
    if (options.emission != Emission::Executable && options.emission != Emission::Shared) {
      // Objects and text cannot carry weights: they stand beside.
      if ((*weights)->bytes && options.output != "-") {
        parts.weightsFile = (*weights)->path;
        parts.weightsBytes = (*weights)->bytes;
        std::string message = mambac::writeWeightFile(options.output + ".weights", parts);
        if (!message.empty())
          return bad(message);
      }
      if (code.size() == 1 && besidesLevels.empty())
        return writeBytes(StringRef(code[0].data(), code[0].size()));
    }
    parts.weightsFile = (*weights)->path;
    parts.weightsBytes = (*weights)->bytes;
    int result = writeLinked(code, runtime);
    // Messages would be missing the next time.
    if (result == kSuccess && !input.hasDiagnostics())
      cache.store(parts);
    return result;
  }

  /// --chunk: no more than a text may be long.
  void setChunk(ModuleOp module) {
    mlir::Builder builder(module.getContext());
    for (auto entry : module.getOps<mlir::func::FuncOp>()) {
      auto length = entry->getAttrOfType<mlir::IntegerAttr>("mambac.length");
      auto symbols = entry->getAttrOfType<mlir::ArrayAttr>("mambac.symbols");
      if (!length || !symbols || length.getInt() < 0 || length.getInt() >= int64_t(symbols.size()))
        continue;
      auto symbol = dyn_cast<mlir::DictionaryAttr>(symbols[length.getInt()]);
      auto most = symbol ? symbol.getAs<mlir::IntegerAttr>("max") : mlir::IntegerAttr();
      int64_t chunk = std::min(options.chunk, std::max<int64_t>(1, most ? most.getInt() : INT64_MAX));
      entry->setAttr("mambac.chunk", builder.getI64IntegerAttr(chunk));
    }
  }

  /// --tune, with the best level that this machine runs.
  bool tune(ModuleOp module, const void *weights) {
    report("tuning", 0.45);
    auto level = find_if(levels, [](const TargetLevel &level) { return level.runsHere(); });
    if (level == levels.end()) {
      bad("--tune measures code, and this machine runs none for --cpu=" + options.cpu);
      return false;
    }
    if (Error error = tuneKernels(module, *level, weights, options.tuneFile)) {
      bad(toString(std::move(error)));
      return false;
    }
    return true;
  }

  /// Runs one stage; on failure or a crash a reproducer is written and named.
  mlir::LogicalResult runPasses(ModuleOp module, StringRef stage, function_ref<void(mlir::OpPassManager &)> build) {
    mlir::PassManager pm(module.getContext());
    build(pm);
    std::string reproducer = (sys::path::filename(options.input) + "." + stage + ".reproducer.mlir").str();
    if (!sys::fs::can_write(".") && sys::fs::exists("."))
      reproducer = "/tmp/" + reproducer;
    pm.enableCrashReproducerGeneration(reproducer);
    if (options.progress)
      pm.addInstrumentation(std::make_unique<PassProgress>(
          [this](StringRef pass) { options.progress(currentStage + ": " + pass.str(), currentFraction); }));
    // A stage's result is verified, not that of each pass: with hundreds of thousands of operations, of unrolled steps, it
    // would take as long as the passes. mamba-opt and --verify look behind every pass.
    pm.enableVerifier(options.verify);
    if (mlir::succeeded(pm.run(module)) && mlir::succeeded(mlir::verify(module)))
      return mlir::success();
    makeRoom();
    errs() << "mambac: error: stage " << stage << " failed; this is a bug in mambac. Please report it with the file "
           << reproducer << "\n";
    return mlir::failure();
  }

  /// Lowers a copy of the scheduled module for each level and generates its code. Only what kernels look like differs:
  /// weights and the drivers' order of kernels are the same.
  bool generateLevels(ModuleOp module, ArrayRef<TargetLevel> forLevels, CodeKind kind,
                      std::vector<SmallVector<char, 0>> &code) {
    report("lowering", 0.5);
    std::vector<mlir::OwningOpRef<ModuleOp>> owners;
    SmallVector<ModuleOp> modules;
    SmallVector<TargetMachine *> machines;
    for (size_t i = 0; i < forLevels.size(); ++i) {
      owners.push_back(module.clone());
      modules.push_back(*owners.back());
      machines.push_back(forLevels[i].machine.get());
      describeLevel(forLevels, i, modules.back());
      if (failed(runPasses(modules.back(), "lower-cpu", buildCPUPipeline)))
        return false;
    }
    report("generating code", 0.6);
    if (Error error = generateCode(modules, machines, kind, options.threads, code)) {
      bug(toString(std::move(error)));
      return false;
    }
    return true;
  }

  /// Links the levels' objects: into one object, a shared library or an executable.
  int writeLinked(ArrayRef<SmallVector<char, 0>> code, const std::string &runtime) {
    std::string base = options.output == "-" ? temporaryBase() : options.output;
    std::string soPath = base + ".object." + std::to_string(getpid()) + ".so";
    FileRemover removeSo(soPath);
    std::vector<std::string> objects;
    auto removeObjects = llvm::scope_exit([&]() {
      for (const std::string &path : objects)
        sys::fs::remove(path);
    });
    for (const SmallVector<char, 0> &bytes : concat<const SmallVector<char, 0>>(code, besidesLevels)) {
      objects.push_back(base + ".object." + std::to_string(getpid()) + "." + std::to_string(objects.size()));
      std::error_code failure;
      raw_fd_ostream out(objects.back(), failure);
      if (failure)
        return bad("cannot write " + objects.back() + ": " + failure.message());
      out.write(bytes.data(), bytes.size());
    }
    if (options.emission == Emission::Object) {
      if (Error error = linkObjects(objects, soPath))
        return bug(toString(std::move(error)));
      auto object = MemoryBuffer::getFile(soPath, /*IsText=*/false, /*RequiresNullTerminator=*/false);
      if (!object)
        return bad("cannot read " + soPath + ": " + object.getError().message());
      return writeBytes((*object)->getBuffer());
    }
    if (options.emission == Emission::Executable && parts.runner.empty())
      return bug("the runner libexec/mambac-runner is not where mambac is installed");
    std::vector<std::string> archives;
    if (!runtime.empty())
      archives.push_back(runtime);
    if (Error error = linkShared(objects, archives, soPath, sys::path::filename(options.output),
                                 !levels.front().isForeign()))
      return bug(toString(std::move(error)));
    auto so = MemoryBuffer::getFile(soPath, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    if (!so)
      return bad("cannot read " + soPath + ": " + so.getError().message());
    linked = std::move(*so);
    parts.so = linked->getBufferStart();
    parts.soBytes = linked->getBufferSize();
    return writeParts();
  }

  /// Writes a shared library or an executable.
  int writeParts() {
    parts.embedWeights = !options.weightsBeside;
    std::string path = options.output == "-" ? temporaryBase() + ".product" : options.output;
    std::string message = writeProduct(path, parts);
    if (!message.empty())
      return bad(message);
    if (options.output != "-")
      return kSuccess;
    auto product = MemoryBuffer::getFile(path, false, false);
    FileRemover removeProduct(path);
    if (!product)
      return bad("cannot read " + path + ": " + product.getError().message());
    outs() << (*product)->getBuffer();
    return finishStdout();
  }

  /// --verify behind a stage of passes.
  bool verify(ModuleOp module, StringRef stage, function_ref<void(mlir::OpPassManager &)> build) {
    if (!verifier)
      return true;
    report("verifying", 0.2);
    Error error = verifier->check(module);
    if (!error) {
      makeRoom();
      errs() << "mambac: stage " << stage << " keeps " << verifier->describe() << "\n";
      return true;
    }
    bool mismatch = error.isA<StageVerifier::Mismatch>();
    std::string message = toString(std::move(error));
    std::string pass = mismatch ? verifier->findPass(*stageInput, build) : "";
    bug("--verify: stage " + stage + ": " + message +
        (pass.empty() ? "" : "; the first pass that changes a result is " + pass));
    return false;
  }

  /// --verify of the code that was generated, for each level that this machine has.
  bool verifyProduct(ModuleOp module, ArrayRef<SmallVector<char, 0>> code, CodeKind kind, const PackedWeights &weights) {
    report("verifying", 0.9);
    SmallVector<unsigned> runnable;
    for (size_t i = 0; i < levels.size(); ++i)
      if (kind == CodeKind::Object && levels[i].runsHere())
        runnable.push_back(i);
    std::vector<SmallVector<char, 0>> native;
    if (runnable.empty()) {
      // The same module for this CPU runs.
      auto here = nativeLevel();
      if (!here) {
        bug("--verify: stage cpu: " + toString(here.takeError()));
        return false;
      }
      if (!generateLevels(module, *here, CodeKind::Object, native))
        return false;
      code = native;
      runnable.push_back(0);
    }
    SmallVector<ArrayRef<char>> objects(code.begin(), code.end());
    if (module->hasAttr("mambac.has_prepare"))
      objects.push_back(weights.nativeObject);
    for (unsigned level : runnable)
      if (Error error = verifier->checkProduct(objects, level, weights.data)) {
        bug("--verify: stage cpu" + (levels.size() > 1 ? " for " + levels[level].name : "") + ": " +
            toString(std::move(error)));
        return false;
      }
    makeRoom();
    errs() << "mambac: stage cpu keeps " << verifier->describe() << "\n";
    return true;
  }

  /// A file that stands below build/ or the install prefix, beside bin/.
  std::string libraryFile(const Twine &name) {
    SmallString<256> path(options.libraryDir);
    sys::path::append(path, name);
    return sys::fs::exists(path) ? std::string(path) : std::string();
  }

  std::string temporaryBase() {
    SmallString<128> path;
    sys::fs::createUniquePath("mambac-%%%%%%%%", path, /*MakeAbsolute=*/true);
    return std::string(path);
  }

  /// What is written, in a report's words.
  std::string kindOfProduct() const {
    switch (options.emission) {
    case Emission::Executable:
      return "executable";
    case Emission::Shared:
      return "shared library";
    case Emission::Object:
      return "object file";
    case Emission::Assembly:
      return "assembly";
    case Emission::LLVMIR:
      return "LLVM IR";
    case Emission::Imported:
      return "imported module";
    case Emission::Raised:
      return "raised module";
    case Emission::Scheduled:
      return "scheduled module";
    case Emission::Torch:
      return "PyTorch file";
    }
    return "";
  }

  bool writable(const std::string &path) {
    std::string directory = sys::path::parent_path(path).str();
    if (directory.empty())
      directory = ".";
    std::string problem;
    sys::fs::file_status status;
    bool exists = !sys::fs::status(path, status) && sys::fs::exists(status);
    if (exists && sys::fs::is_directory(status))
      problem = "it is a directory";
    else if (exists && !sys::fs::is_regular_file(status)) // a device or pipe would be replaced by the file
      problem = "it is no regular file; write to a file, or to - for standard output";
    else if (!sys::fs::is_directory(directory))
      problem = "there is no directory " + directory;
    else if (access(directory.c_str(), W_OK))
      problem = std::strerror(errno);
    if (problem.empty())
      return true;
    bad("cannot write " + path + ": " + problem);
    return false;
  }

  int writeTorch(ModuleOp module) {
    report("writing", 0.9);
    // One function is written. And torch.einsum takes factors from left to right; two at a time there is one way.
    auto prepare = [](mlir::OpPassManager &pm) {
      pm.addPass(mlir::createInlinerPass());
      pm.addPass(ssm::createSSMOrderContractions());
    };
    if (failed(runPasses(module, "torch", prepare)))
      return kBug;
    auto text = emitTorch(module, options.input);
    if (!text)
      return bad(toString(text.takeError()));
    return writeBytes(*text);
  }

  int writeModule(ModuleOp module) {
    std::string text;
    raw_string_ostream stream(text);
    module.print(stream, mlir::OpPrintingFlags().enableDebugInfo(options.emission != Emission::Scheduled));
    stream << "\n";
    return writeBytes(text);
  }

  int writeBytes(StringRef bytes) {
    if (options.output == "-") {
      outs() << bytes;
      return finishStdout();
    }
    std::string beside = options.output + "." + std::to_string(getpid());
    std::error_code code;
    {
      raw_fd_ostream out(beside, code);
      if (!code) {
        out << bytes;
        out.flush();
        code = out.error();
        out.clear_error();
      }
    }
    if (!code)
      code = sys::fs::rename(beside, options.output);
    if (!code)
      return kSuccess;
    sys::fs::remove(beside);
    return bad("cannot write " + options.output + ": " + code.message());
  }

  int finishStdout() {
    outs().flush();
    if (!outs().has_error())
      return kSuccess;
    std::string message = outs().error().message();
    outs().clear_error();
    return bad("cannot write to standard output: " + message);
  }

  int bad(const Twine &message) {
    makeRoom();
    errs() << "mambac: error: " << message << "\n";
    return kBadInput;
  }

  int bug(const Twine &message) {
    makeRoom();
    errs() << "mambac: error: " << message << "\n(this is a bug in mambac; please report it with the input file)\n";
    return kBug;
  }

  void report(const char *stage, double done) {
    if (page)
      page->beginStage(stage);
    currentStage = stage;
    currentFraction = done;
    if (options.progress)
      options.progress(stage, done);
  }

  /// A message follows.
  void makeRoom() {
    if (options.progress)
      options.progress("", 0);
  }

  const CompileOptions &options;
  std::vector<TargetLevel> levels; ///< that code is generated for
  ProductParts parts;                     ///< what a shared library or an executable is put together from
  std::vector<SmallVector<char, 0>> besidesLevels; ///< objects of the product that no level is in
  std::unique_ptr<MemoryBuffer> linked;   ///< the code in it
  std::string currentStage;
  double currentFraction = 0;
  std::unique_ptr<CompileReport> page; ///< null without --report
  std::unique_ptr<StageVerifier> verifier;    ///< with --verify
  mlir::OwningOpRef<ModuleOp> stageInput;     ///< what the stage that runs began with, with --verify
};

} // namespace

int mambac::compile(const CompileOptions &options) { return Compilation(options).run(); }
