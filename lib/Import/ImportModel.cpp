//===- ImportModel.cpp - The entries of a model -------------------------------------------------------------------===//
//
// A model without state is one entry, `main`. One with state and an open length is two: `prefill`, the graph as it is, and
// `step`, the same graph with a length of one, which name the same weights. Both are imported from the program, so that
// each stage behind sees fixed sizes where they are fixed.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Import/Constants.h"
#include "lib/Import/ImportEntry.h"
#include "lib/Import/Unbatch.h"
#include "lib/Import/Uncomplex.h"
#include "lib/Import/Weights.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using mambac::aten::DType;

namespace mambac {

void loadImportDialects(MLIRContext &context) {
  context.loadDialect<affine::AffineDialect, arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect,
                      math::MathDialect, scf::SCFDialect, tensor::TensorDialect, ssm::SSMDialect>();
}

/// Imports a program; where only multiples of a size fit, in whole parts: a length of s chunks of 16 is 16 * s, and its
/// chunks are s.
static ImportedEntry importInParts(const pt2::Program &program, const pt2::States &states, StringRef name,
                                   MLIRContext &context, const pt2::ExportedProgram *tensors) {
  ImportedEntry entry = importEntry(program, states, name, context, tensors);
  llvm::DenseMap<unsigned, int64_t> multiples;
  for (auto &[symbol, range] : entry.ranges)
    if (range.multipleOf > 1)
      multiples[symbol] = range.multipleOf;
  if (!entry.module || multiples.empty())
    return entry;
  ImportedEntry parts = importEntry(aten::withMultiples(program, multiples), states, name, context, tensors);
  parts.ranges = std::move(entry.ranges);
  return parts;
}

static func::FuncOp functionOf(ModuleOp module) { return *module.getOps<func::FuncOp>().begin(); }

/// Buffers that a graph writes to are states: they begin with zeros, and each run goes on from the last.
static OwningOpRef<ModuleOp> importWithBuffers(const pt2::Program &program, ArrayRef<unsigned> buffers,
                                               MLIRContext &context, const pt2::ExportedProgram *tensors) {
  for (unsigned number : buffers) {
    const std::string &name = program.inputs[number].target;
    const pt2::TensorView *stored = tensors ? tensors->findWeight(name) : nullptr;
    if (stored && !isZero(*stored)) {
      emitError(UnknownLoc::get(&context))
          << "the model '" << program.name << "' cannot be imported: its graph writes to the buffer '" << name
          << "', which does not begin with zeros, as states do: make it an input of forward and write to that";
      return nullptr;
    }
  }
  return importGraph(pt2::withBuffersAsInputs(program, std::vector<unsigned>(buffers.begin(), buffers.end())), context,
                     tensors);
}

/// All entries of a program in one module.
static OwningOpRef<ModuleOp> importEntries(const pt2::Program &program, pt2::States states, MLIRContext &context,
                                           const pt2::ExportedProgram *tensors) {
  ImportedEntry all = importInParts(program, states, "main", context, tensors);
  if (!all.module)
    return nullptr;
  if (!all.writtenBuffers.empty())
    return importWithBuffers(program, all.writtenBuffers, context, tensors);
  for (unsigned input : all.written)
    states.addWritten(input);
  states.findLength(program);
  if (!states.length || !all.ranges.count(*states.length))
    return std::move(all.module);
  // A graph for whole chunks cannot be run for one token.
  const aten::SymbolRange &range = all.ranges[*states.length];
  if (range.min > 1 || range.multipleOf > 1)
    return std::move(all.module);

  llvm::DenseMap<unsigned, int64_t> sizes = {{*states.length, 1}};
  if (states.positions)
    sizes[*states.positions] = 1;
  std::string reason;
  OwningOpRef<ModuleOp> step;
  {
    ScopedDiagnosticHandler quiet(&context, [&](Diagnostic &diagnostic) {
      reason = diagnostic.str();
      return success();
    });
    step = importInParts(aten::withSizes(program, sizes), states, "step", context, tensors).module;
  }
  func::FuncOp whole = functionOf(*all.module);
  if (!step) {
    emitWarning(whole.getLoc()) << "the model '" << program.name
                                << "' has a state and gets no entry for one token, as its graph does not hold for that: "
                                << reason;
    return std::move(all.module);
  }
  whole.setName("prefill");
  whole->setAttr("mambac.length", Builder(&context).getI64IntegerAttr(all.symbolPositions[*states.length]));
  functionOf(*step)->moveAfter(whole);
  return std::move(all.module);
}

OwningOpRef<ModuleOp> importGraph(const pt2::Program &program, MLIRContext &context,
                                  const pt2::ExportedProgram *tensors) {
  loadImportDialects(context);
  if (pt2::hasBatchMarkers(program.graph)) {
    auto whole = pt2::withoutBatchMarkers(program.graph);
    if (!whole) {
      emitError(UnknownLoc::get(&context)) << "the model '" << program.name << "' cannot be imported: "
                                           << whole.error().message();
      return nullptr;
    }
    pt2::Program unmapped = program;
    unmapped.graph = std::move(*whole);
    return importGraph(unmapped, context, tensors);
  }
  if (pt2::hasComplexTensors(program.graph)) {
    auto real = pt2::withoutComplexTensors(program);
    if (!real) {
      emitError(UnknownLoc::get(&context)) << "the model '" << program.name << "' cannot be imported: "
                                           << real.error().message();
      return nullptr;
    }
    // What is left of complex values has no node any more.
    for (auto it = real->graph.tensors.begin(); it != real->graph.tensors.end();)
      it = it->second.dtype == DType::Complex64 || it->second.dtype == DType::Complex128 ||
                   it->second.dtype == DType::Complex32
               ? real->graph.tensors.erase(it)
               : std::next(it);
    return importGraph(*real, context, tensors);
  }
  auto states = pt2::findStates(program);
  if (!states) {
    emitError(UnknownLoc::get(&context)) << "the model '" << program.name << "' cannot be imported: "
                                         << states.error().message();
    return nullptr;
  }
  return importEntries(program, *states, context, tensors);
}

/// What the archive says about text, for the product's metadata: `mambac.text`.
static void describeText(ModuleOp module, const pt2::Contract &contract) {
  Builder builder(module.getContext());
  NamedAttrList text;
  auto integer = [&](StringRef key, std::optional<int64_t> value) {
    if (value)
      text.set(key, builder.getI64IntegerAttr(*value));
  };
  integer("vocabulary", contract.vocabulary);
  integer("bos", contract.bos);
  integer("capacity", contract.capacity);
  if (!contract.eos.empty())
    text.set("eos", builder.getI64ArrayAttr(contract.eos));
  if (contract.chat) {
    NamedAttrList chat;
    for (auto [key, piece] : {std::pair("begin", &contract.chat->begin), std::pair("reply", &contract.chat->reply),
                              std::pair("next", &contract.chat->next)})
      chat.set(key, builder.getStringAttr(*piece));
    if (!contract.chat->system.empty())
      chat.set("system", builder.getStrArrayAttr({contract.chat->system[0], contract.chat->system[1]}));
    text.set("chat", chat.getDictionary(module.getContext()));
  }
  if (!text.empty())
    module->setAttr("mambac.text", text.getDictionary(module.getContext()));
}

OwningOpRef<ModuleOp> importModel(StringRef path, MLIRContext &context, pt2::ExportedProgram *program,
                                  StringRef modelName) {
  auto read = pt2::readExportedProgram(path.str(), modelName.str());
  if (!read) {
    emitError(UnknownLoc::get(&context)) << read.error().message();
    return nullptr;
  }
  OwningOpRef<ModuleOp> module = importGraph(read->program, context, &*read);
  if (module)
    describeText(*module, read->program.contract);
  for (auto *tensors : {&read->weights, &read->constants})
    for (auto &[name, view] : *tensors)
      pt2::showComplexAsPairs(view);
  if (program)
    *program = std::move(*read);
  return module;
}

} // namespace mambac
