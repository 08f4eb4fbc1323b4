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
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"

using namespace llvm;

Expected<std::unique_ptr<TargetMachine>> mambac::makeTargetMachine(StringRef cpu) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  InitializeNativeTargetAsmParser();
  Triple triple(sys::getProcessTriple());
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError("no code generator for " + triple.str() + ": " + message);
  std::string name = cpu.str();
  SubtargetFeatures features;
  if (cpu == "native") {
    name = sys::getHostCPUName().str();
    for (const auto &feature : sys::getHostCPUFeatures())
      features.AddFeature(feature.getKey(), feature.getValue());
  } else if (cpu == "portable") {
    // One level so far: x86-64-v3 (AVX2, FMA), which every x86 server since 2015 has.
    name = triple.isX86() ? "x86-64-v3" : "generic";
  } else {
    std::unique_ptr<MCSubtargetInfo> info(target->createMCSubtargetInfo(triple, "", ""));
    if (!info || !info->isCPUStringValid(name))
      return createStringError("unknown CPU '" + name +
                               "': use native, portable, x86-64-v2, x86-64-v3, x86-64-v4 or a name that "
                               "`clang --print-supported-cpus` lists");
  }
  TargetOptions options;
  // mulf + addf may contract: one rounding less. The choice depends on the code alone, never on threads.
  options.AllowFPOpFusion = FPOpFusion::Fast;
  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
      triple, name, features.getString(), options, Reloc::PIC_, std::nullopt, CodeGenOptLevel::Aggressive));
  if (!machine)
    return createStringError("cannot generate code for CPU '" + name + "'");
  return machine;
}

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

Error mambac::generateCode(mlir::ModuleOp mlirModule, TargetMachine &machine, CodeKind kind,
                           SmallVectorImpl<char> &out) {
  mlir::registerBuiltinDialectTranslation(*mlirModule.getContext());
  mlir::registerLLVMDialectTranslation(*mlirModule.getContext());
  LLVMContext context;
  std::unique_ptr<Module> module = mlir::translateModuleToLLVMIR(mlirModule, context, "mambac");
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
  raw_svector_ostream stream(out);
  if (kind == CodeKind::IR) {
    module->print(stream, nullptr);
    return Error::success();
  }
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr,
                                  kind == CodeKind::Object ? CodeGenFileType::ObjectFile
                                                           : CodeGenFileType::AssemblyFile))
    return createStringError("the target cannot write this kind of file");
  passes.run(*module);
  return Error::success();
}
