//===- CodeGen.cpp - LLVM dialect to machine code -------------------------------------------------------------===//
//
// See CodeGen.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/CodeGen.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/ThreadPool.h"
#include <mutex>

using namespace llvm;

static void optimize(Module &module, TargetMachine &machine) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager sccs;
  ModuleAnalysisManager modules;
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = true;
  PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O3).run(module, modules);
}

static Error write(Module &module, TargetMachine &machine, mambac::CodeKind kind, SmallVectorImpl<char> &out) {
  raw_svector_ostream stream(out);
  if (kind == mambac::CodeKind::IR) {
    module.print(stream, nullptr);
    return Error::success();
  }
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr,
                                  kind == mambac::CodeKind::Object ? CodeGenFileType::ObjectFile
                                                           : CodeGenFileType::AssemblyFile))
    return createStringError("the target cannot write this kind of file");
  passes.run(module);
  return Error::success();
}

Error mambac::generateCode(mlir::ModuleOp mlirModule, TargetMachine &machine, CodeKind kind,
                           SmallVectorImpl<char> &out) {
  LLVMContext context;
  std::unique_ptr<Module> module;
  {
    // The modules of several levels share one MLIR context, which registration changes.
    static std::mutex mutex;
    std::lock_guard<std::mutex> lock(mutex);
    mlir::registerBuiltinDialectTranslation(*mlirModule.getContext());
    mlir::registerLLVMDialectTranslation(*mlirModule.getContext());
    module = mlir::translateModuleToLLVMIR(mlirModule, context, "mambac");
  }
  if (!module)
    return createStringError("translation to LLVM IR failed");
  module->setTargetTriple(machine.getTargetTriple());
  module->setDataLayout(machine.createDataLayout());
  for (Function &function : *module) {
    if (function.isDeclaration())
      continue;
    function.setLinkage(GlobalValue::InternalLinkage); // mambac_product is all that a product exports
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
    function.addFnAttr("prefer-vector-width", "512");
    function.addFnAttr(Attribute::NoUnwind);
  }
  optimize(*module, machine);
  return write(*module, machine, kind, out);
}

Error mambac::generateData(StringRef name, StringRef bytes, TargetMachine &machine, SmallVectorImpl<char> &out) {
  LLVMContext context;
  Module module("mambac", context);
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  Constant *data = ConstantDataArray::getString(context, bytes, /*AddNull=*/false);
  auto *global = new GlobalVariable(module, data->getType(), /*isConstant=*/true, GlobalValue::ExternalLinkage, data, name);
  global->setVisibility(GlobalValue::HiddenVisibility);
  global->setAlignment(Align(64));
  return write(module, machine, CodeKind::Object, out);
}

Error mambac::generateCode(ArrayRef<mlir::ModuleOp> modules, ArrayRef<TargetMachine *> machines, CodeKind kind,
                           unsigned threads, std::vector<SmallVector<char, 0>> &out) {
  out.resize(modules.size());
  std::vector<std::string> messages(modules.size());
  auto generate = [&](size_t i) {
    if (Error error = generateCode(modules[i], *machines[i], kind, out[i]))
      messages[i] = toString(std::move(error));
  };
  DefaultThreadPool pool(hardware_concurrency(threads));
  if (threads == 1 || modules.size() == 1)
    for (size_t i = 0; i < modules.size(); ++i)
      generate(i);
  else
    for (size_t i = 0; i < modules.size(); ++i)
      pool.async(generate, i);
  pool.wait();
  for (const std::string &message : messages)
    if (!message.empty())
      return createStringError(message);
  return Error::success();
}
