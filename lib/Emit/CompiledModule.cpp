//===- CompiledModule.cpp - A module through the rest of the compiler, ready to run -----------------------------===//
//
// See CompiledModule.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/CompiledModule.h"
#include "lib/Emit/CodeGen.h"
#include "lib/Emit/TargetLevels.h"
#include "lib/Schedule/Passes.h"
#include "mambac/Passes.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include <chrono>

using namespace llvm;
using namespace mambac;

SmallVector<OutputType> mambac::outputsOf(mlir::func::FuncOp driver) {
  SmallVector<OutputType> outputs;
  for (bool states : {false, true})
    for (unsigned i = 0; i < driver.getNumArguments(); ++i)
      if (auto type = dyn_cast<mlir::MemRefType>(driver.getArgument(i).getType());
          type && driver.getArgAttr(i, states ? "mambac.state" : "mambac.output"))
        outputs.push_back({type.getElementType(), type.getRank(), states ? std::optional(i) : std::nullopt});
  return outputs;
}

Expected<std::vector<HostTensor>> mambac::runProduct(LoadedObject &object, unsigned entry,
                                                     ArrayRef<HostTensor> inputs, ArrayRef<int64_t> symbols,
                                                     const void *weights, ArrayRef<OutputType> outputs,
                                                     double *seconds, const CallHooks &hooks) {
  if (entry >= object.numEntries())
    return createStringError("the product has no entry #" + Twine(entry));
  size_t ranks = 0;
  for (const OutputType &output : outputs)
    ranks += output.state ? 0 : size_t(output.rank);
  std::vector<int64_t> dims(ranks + 1);
  object.entry(entry).output_shapes(symbols.data(), dims.data());
  std::vector<HostTensor> results;
  SmallVector<void *> from, to;
  const int64_t *next = dims.data();
  for (const HostTensor &input : inputs)
    from.push_back(const_cast<char *>(input.bytes.data()));
  results.reserve(outputs.size());
  for (const OutputType &output : outputs) {
    if (output.state) {
      results.push_back(inputs[*output.state]);
      from[*output.state] = results.back().bytes.data();
      continue;
    }
    results.emplace_back(output.element, ArrayRef<int64_t>(next, size_t(output.rank)));
    to.push_back(results.back().bytes.data());
    next += output.rank;
  }
  auto begin = std::chrono::steady_clock::now();
  if (Error error = object.run(entry, from, to, symbols, weights, hooks))
    return std::move(error);
  if (seconds)
    *seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return std::move(results);
}

Error CompiledModule::readEntry(mlir::ModuleOp module, mlir::func::FuncOp function) {
  auto read = EntryInputs::read(function);
  if (!read)
    return read.takeError();
  entry = std::move(*read);
  outputs = outputsOf(function);
  auto list = module->getAttrOfType<mlir::ArrayAttr>("mambac.kernels");
  if (!list)
    return Error::success();
  std::string names;
  for (auto [i, symbol] : llvm::enumerate(entry.symbols))
    names += (i ? ", " : "") + symbol.name;
  function.walk([&](mlir::func::CallOp call) {
    auto number = call->getAttrOfType<mlir::IntegerAttr>("mambac.kernel");
    if (!number || number.getInt() >= int64_t(list.size()))
      return;
    auto text = cast<mlir::DictionaryAttr>(list[number.getInt()]).getAs<mlir::StringAttr>("flops_text");
    if (!text)
      return;
    // The text is an expression as maps have it.
    auto attr = mlir::parseAttribute("affine_map<()[" + names + "] -> (" + text.str() + ")>", module.getContext());
    if (auto map = dyn_cast_or_null<mlir::AffineMapAttr>(attr))
      flops.push_back(map.getValue());
  });
  return Error::success();
}

/// Puts the outputs in the order of results on tensors.
void CompiledModule::orderAs(ArrayRef<std::optional<unsigned>> updates) {
  SmallVector<OutputType> all = std::move(outputs);
  outputs.clear();
  unsigned next = 0;
  for (std::optional<unsigned> state : updates)
    outputs.push_back(state ? *llvm::find_if(all, [&](const OutputType &output) { return output.state == state; })
                            : all[next++]);
}

Expected<std::unique_ptr<CompiledModule>> CompiledModule::make(mlir::ModuleOp source, StringRef entry,
                                                               const WeightSource &weights, StringRef besides) {
  auto compiled = std::make_unique<CompiledModule>();
  mlir::OwningOpRef<mlir::ModuleOp> module(source.clone());
  mlir::MLIRContext *context = source.getContext();
  std::string reason;
  mlir::ScopedDiagnosticHandler handler(context, [&](mlir::Diagnostic &diagnostic) {
    if (reason.empty() && diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
      reason = diagnostic.str();
    return mlir::success();
  });
  auto failure = [&](StringRef stage) {
    return createStringError(stage + (reason.empty() ? " failed" : ": " + reason));
  };
  auto function = module->lookupSymbol<mlir::func::FuncOp>(entry);
  if (!function || function.isExternal())
    return createStringError("there is no function @" + entry + " with a body");
  bool scheduled = function->hasAttr("mambac.abi");
  SmallVector<std::optional<unsigned>> updates = findUpdates(function);
  for (auto other : llvm::make_early_inc_range(module->getOps<mlir::func::FuncOp>())) {
    if (other == function || other.isExternal() || other->hasAttr("mambac.prepare"))
      continue;
    other->removeAttr("mambac.entry");
    if (scheduled && other->hasAttr("mambac.abi"))
      other.erase();
    else
      other.setPrivate();
  }
  function.setPublic();
  mlir::PassManager drop(context);
  drop.addPass(mlir::createSymbolDCEPass());
  if (mlir::failed(drop.run(*module)))
    return failure("verification");
  auto level = nativeLevel();
  if (!level)
    return level.takeError();
  describeLevel(*level, *module);
  if (!scheduled) {
    mlir::PassManager schedule(context);
    schedule.addNestedPass<mlir::func::FuncOp>(mlir::createConvertElementwiseToLinalgPass());
    schedule.addPass(createEntryABIPass());
    buildSchedulePipeline(schedule);
    if (mlir::failed(schedule.run(*module)))
      return failure("scheduling");
  }
  function = module->lookupSymbol<mlir::func::FuncOp>(entry);
  if (Error error = compiled->readEntry(*module, function))
    return std::move(error);
  if (!scheduled)
    compiled->orderAs(updates);
  auto packed = packWeights(*module, weights, besides);
  if (!packed)
    return packed.takeError();
  compiled->packed = std::move(*packed);
  mlir::PassManager lower(context);
  buildCPUPipeline(lower);
  if (mlir::failed(lower.run(*module)))
    return failure("lowering");
  SmallVector<char> object;
  if (Error error = generateCode(*module, *level->machine, CodeKind::Object, object))
    return std::move(error);
  auto loaded = LoadedObject::load(ArrayRef<char>(object));
  if (!loaded)
    return loaded.takeError();
  compiled->loaded = std::move(*loaded);
  return std::move(compiled);
}

Expected<std::vector<HostTensor>> CompiledModule::run(ArrayRef<HostTensor> inputs) {
  auto sizes = entry.bindSizes(inputs);
  if (!sizes)
    return sizes.takeError();
  symbols = std::move(*sizes);
  return runProduct(*loaded, 0, inputs, symbols, packed->data, outputs, &seconds);
}

int64_t CompiledModule::arenaBytes() const { return loaded->entry(0).arena_bytes(symbols.data()); }

double CompiledModule::countFlops() const {
  double total = 0;
  for (mlir::AffineMap map : flops) {
    SmallVector<mlir::AffineExpr> values;
    for (unsigned i = 0; i < map.getNumSymbols(); ++i)
      values.push_back(mlir::getAffineConstantExpr(symbols[i], map.getContext()));
    auto value = mlir::simplifyAffineExpr(map.getResult(0).replaceDimsAndSymbols({}, values), 0, 0);
    if (auto constant = dyn_cast<mlir::AffineConstantExpr>(value))
      total += double(constant.getValue());
  }
  return total;
}
