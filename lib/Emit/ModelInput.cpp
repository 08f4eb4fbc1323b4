//===- ModelInput.cpp - The module that a compilation starts from ---------------------------------------------===//
//
// See ModelInput.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/ModelInput.h"
#include "mambac/Passes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#ifdef MAMBAC_HAS_IMPORT
#include "lib/Import/Import.h"
#include "lib/Import/VerifyInput.h"
#include "lib/Import/Weights.h"
#endif

using namespace llvm;
using namespace mambac;

struct ModelInput::Archive {
#ifdef MAMBAC_HAS_IMPORT
  pt2::ExportedProgram program;
#endif
};

/// "model.py:123: backbone.layers.0.mixer: " for locations that Import makes, FILE:LINE:COL otherwise.
static std::string placeOf(mlir::Location loc) {
  std::string file, path;
  loc->walk([&](mlir::Location part) {
    if (auto name = dyn_cast<mlir::NameLoc>(part))
      path = path.empty() ? name.getName().str() : path;
    if (auto position = dyn_cast<mlir::FileLineColLoc>(part)) {
      file = (position.getFilename().getValue() + ":" + Twine(position.getLine())).str();
      if (path.empty() && position.getColumn() > 0)
        file += ":" + std::to_string(position.getColumn());
      return mlir::WalkResult::interrupt();
    }
    return mlir::WalkResult::advance();
  });
  std::string place;
  if (!path.empty())
    place += path + ": ";
  if (!file.empty())
    place += file + ": ";
  return place;
}

static void printDiagnostic(mlir::Diagnostic &diagnostic) {
  StringRef word = diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error     ? "error"
                   : diagnostic.getSeverity() == mlir::DiagnosticSeverity::Warning ? "warning"
                   : diagnostic.getSeverity() == mlir::DiagnosticSeverity::Remark  ? "remark"
                                                                                   : "note";
  errs() << "mambac: " << word << ": " << placeOf(diagnostic.getLocation()) << diagnostic.str() << "\n";
  for (mlir::Diagnostic &note : diagnostic.getNotes())
    // Notes that print whole operations help nobody who has no source of them.
    if (std::string text = note.str(); text.size() < 400 && !StringRef(text).starts_with("see current operation"))
      errs() << "  note: " << placeOf(note.getLocation()) << text << "\n";
}

ModelInput::ModelInput() = default;
ModelInput::~ModelInput() = default;

Error ModelInput::open(const CompileOptions &options) {
  mlir::DialectRegistry registry;
  registerToolDialects(registry);
  context = std::make_unique<mlir::MLIRContext>(registry, options.threads == 1 ? mlir::MLIRContext::Threading::DISABLED
                                                                               : mlir::MLIRContext::Threading::ENABLED);
  context->getDiagEngine().registerHandler([progress = options.progress, said = diagnosed](mlir::Diagnostic &diagnostic) {
    *said = true;
    if (progress)
      progress("", 0);
    printDiagnostic(diagnostic);
  });
  context->printOpOnDiagnostic(false);
  if (!sys::fs::exists(options.input))
    return createStringError("cannot open " + options.input + ": no such file");
  if (sys::fs::is_directory(options.input))
    return createStringError("cannot open " + options.input + ": it is a directory");
  if (sys::path::extension(options.input) == ".mlir")
    return openText(options);
  return openArchive(options);
}

Error ModelInput::openText(const CompileOptions &options) {
  mlir::ParserConfig config(context.get());
  module = mlir::parseSourceFile<mlir::ModuleOp>(options.input, config);
  if (!module)
    return createStringError("");
#ifdef MAMBAC_HAS_IMPORT
  if (failed(verifyInput(*module)))
    return createStringError("");
#endif
  if (!module->getOperation()->getAttr("mambac.model"))
    module->getOperation()->setAttr(
        "mambac.model", mlir::StringAttr::get(context.get(), sys::path::stem(options.input)));
  return Error::success();
}

#ifdef MAMBAC_HAS_IMPORT

Error ModelInput::openArchive(const CompileOptions &options) {
  archive = std::make_unique<Archive>();
  module = importModel(options.input, *context, &archive->program, options.model);
  if (!module)
    return createStringError("");
  return Error::success();
}

static Expected<RawWeight> findWeight(const pt2::ExportedProgram &program, StringRef name) {
  const pt2::TensorView *view = program.findWeight(name.str());
  if (!view)
    return createStringError("the archive has no weight '" + name + "'");
  RawWeight weight;
  weight.bytes = uint64_t(view->numElements()) * pt2::dtypeSize(view->dtype);
  weight.dtype = pt2::dtypeName(view->dtype);
  weight.isConstant = !program.weights.count(name.str());
  // Tensors of one place in the file are one tensor.
  for (const auto &[other, candidate] : program.weights)
    if (name != other && !weight.isConstant && view->bytes && candidate.data == view->data &&
        candidate.dtype == view->dtype && candidate.sizes == view->sizes && candidate.strides == view->strides)
      weight.also.push_back(other);
  llvm::sort(weight.also);
  if (view->isContiguous()) {
    weight.data = view->data;
    weight.mappedBytes = program.archive->isMapped() ? view->bytes : 0;
    return weight;
  }
  // Strided tensors are rare and small: made dense here.
  std::shared_ptr<char[]> copy = pt2::makeDense(*view);
  weight.data = copy.get();
  weight.owner = std::shared_ptr<void>(copy, copy.get());
  return weight;
}

std::vector<std::string> ModelInput::weightNames() const {
  std::vector<std::string> names;
  if (archive)
    for (const auto *tensors : {&archive->program.weights, &archive->program.constants})
      for (const auto &[name, view] : *tensors)
        names.push_back(name);
  llvm::sort(names);
  return names;
}

Expected<std::string> ModelInput::readExtra(StringRef name) const {
  std::string entry = ("extra/" + name).str(), buffer;
  if (!archive || !archive->program.archive->hasEntry(entry))
    return std::string();
  auto text = archive->program.archive->text(entry, buffer);
  if (!text)
    return createStringError(text.error().message());
  return std::string(*text);
}

WeightSource ModelInput::weights() const {
  const Archive *from = archive.get();
  return [from](StringRef name) -> Expected<RawWeight> {
    if (!from)
      return createStringError("there is no weight '" + name + "': a .mlir file carries none");
    return findWeight(from->program, name);
  };
}

Expected<WeightSource> mambac::openWeights(StringRef path) {
  auto program = pt2::readExportedProgram(path.str());
  if (!program)
    return createStringError(program.error().message());
  auto shared = std::make_shared<pt2::ExportedProgram>(std::move(*program));
  return WeightSource([shared](StringRef name) { return findWeight(*shared, name); });
}

#else

Error ModelInput::openArchive(const CompileOptions &options) {
  return createStringError("cannot read " + options.input + ": this mambac was built without lib/Import");
}

std::vector<std::string> ModelInput::weightNames() const { return {}; }

Expected<std::string> ModelInput::readExtra(StringRef) const { return std::string(); }

WeightSource ModelInput::weights() const {
  return [](StringRef name) -> Expected<RawWeight> {
    return createStringError("there is no weight '" + name + "': a .mlir file carries none");
  };
}

Expected<WeightSource> mambac::openWeights(StringRef path) {
  return createStringError("cannot read " + path + ": this mambac was built without lib/Import");
}

#endif

void mambac::buildRaiseStage(mlir::OpPassManager &pm) {
#ifdef MAMBAC_HAS_RAISE
  buildRaisePipeline(pm);
#endif
}
