//===- CodeGen.cpp - LLVM dialect to machine code -------------------------------------------------------------===//
//
// See CodeGen.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/CodeGen.h"
#include "lib/Schedule/Target.h"
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
  const llvm::Target *target = TargetRegistry::lookupTarget(triple, message);
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

void mambac::describeTarget(TargetMachine &machine, mlir::ModuleOp module) {
  const MCSubtargetInfo *info = machine.getMCSubtargetInfo();
  auto has = [&](StringRef feature) { return info->checkFeatures(("+" + feature).str()); };
  mambac::Target target;
  mlir::Builder builder(module.getContext());
  SmallVector<mlir::Attribute> features;
  if (machine.getTargetTriple().isX86()) {
    target.vectorBytes = has("avx512f") ? 64 : has("avx2") && has("fma") ? 32 : 16;
    target.nativeBF16 = has("avx512bf16");
    target.nativeF16 = has("f16c");
    target.nativeFMA = has("fma");
    // Names that the runtime can check before it runs a product.
    for (StringRef feature : {"ssse3", "sse4.1", "sse4.2", "popcnt", "movbe", "lzcnt", "bmi", "bmi2", "avx", "f16c",
                              "fma", "avx2", "avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "avx512ifma",
                              "avx512vbmi", "avx512vbmi2", "avx512vnni", "avx512bitalg", "avx512bf16", "avx512fp16",
                              "avxvnni"})
      if (has(feature))
        features.push_back(builder.getStringAttr(feature));
  } else {
    target.vectorBytes = 16;
  }
  target.vectorRegisters = target.vectorBytes == 64 || !machine.getTargetTriple().isX86() ? 32 : 16;
  target.set(module);
  module->setAttr("mambac.cpu_features", builder.getArrayAttr(features));
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
