//===- Reference.cpp - Runs functions by their definitions -----------------------------------------------------===//
//
// See Reference.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/JIT/Reference.h"
#include "dialects/SSM/IR/SSM.h"
#include "lib/JIT/ReferencePipeline.h"
#include "lib/JIT/TrackedHeap.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include <chrono>

using namespace llvm;
using namespace mambac;
namespace ssm = mambac::ssm;

ReferenceProgram::~ReferenceProgram() = default;

static std::string textOf(mlir::Type type) {
  std::string text;
  raw_string_ostream(text) << type;
  return text;
}

/// Scalars become tensors of rank 0, weights become arguments, and nothing writes to what the caller gave.
static Error makePlain(mlir::func::FuncOp function, SmallVectorImpl<std::string> &weights) {
  mlir::OpBuilder builder(function.getContext());
  mlir::Block &body = function.getBody().front();
  builder.setInsertionPointToStart(&body);
  for (mlir::BlockArgument argument : body.getArguments()) {
    mlir::Type type = argument.getType();
    if (isa<mlir::RankedTensorType>(type)) {
      function.setArgAttr(argument.getArgNumber(), mlir::bufferization::BufferizationDialect::kWritableAttrName,
                          builder.getBoolAttr(false));
      continue;
    }
    if (auto buffer = dyn_cast<mlir::MemRefType>(type); buffer && buffer.getLayout().isIdentity())
      continue;
    if (!type.isIntOrIndexOrFloat() && !isa<mlir::ComplexType>(type))
      return createStringError("argument #" + Twine(argument.getArgNumber()) + " has type " + textOf(type) +
                               ": only ranked tensors, dense memrefs and scalars can be given");
    argument.setType(mlir::RankedTensorType::get({}, type));
    auto extract = mlir::tensor::ExtractOp::create(builder, function.getLoc(), argument, mlir::ValueRange());
    argument.replaceAllUsesExcept(extract, extract);
  }
  SmallVector<mlir::DictionaryAttr> attrs;
  function.getAllArgAttrs(attrs);
  SmallVector<ssm::WeightOp> ops;
  function.walk([&](ssm::WeightOp op) { ops.push_back(op); });
  for (ssm::WeightOp op : ops) {
    op.replaceAllUsesWith(body.addArgument(op.getType(), op.getLoc()));
    weights.push_back(op.getName().str());
    attrs.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        mlir::bufferization::BufferizationDialect::kWritableAttrName, builder.getBoolAttr(false))));
    op.erase();
  }
  auto *end = body.getTerminator();
  if (!isa<mlir::func::ReturnOp>(end) || !function.getBody().hasOneBlock())
    return createStringError("it has several blocks: only structured control flow (scf) can be run");
  builder.setInsertionPoint(end);
  for (mlir::OpOperand &operand : end->getOpOperands()) {
    mlir::Type type = operand.get().getType();
    if (isa<mlir::RankedTensorType>(type))
      continue;
    if (!type.isIntOrIndexOrFloat() && !isa<mlir::ComplexType>(type))
      return createStringError("result #" + Twine(operand.getOperandNumber()) + " has type " + textOf(type) +
                               ": only ranked tensors and scalars can be returned");
    operand.set(mlir::tensor::FromElementsOp::create(builder, end->getLoc(), mlir::RankedTensorType::get({}, type),
                                                     operand.get()));
  }
  auto type = builder.getFunctionType(body.getArgumentTypes(), end->getOperandTypes());
  function.setFunctionType(type);
  function.setAllArgAttrs(attrs);
  return Error::success();
}

Error ReferenceProgram::describe(mlir::func::FuncOp function) {
  SmallVector<std::string> weights;
  if (Error error = makePlain(function, weights))
    return error;
  for (mlir::Type type : function.getArgumentTypes()) {
    auto shaped = cast<mlir::ShapedType>(type);
    if (!isHostElement(shaped.getElementType()))
      return createStringError("argument #" + Twine(signature.size()) + " has elements of type " +
                               textOf(shaped.getElementType()) + ", which cannot be given");
    signature.push_back({shaped.getElementType(), SmallVector<int64_t>(shaped.getShape()), isa<mlir::MemRefType>(type),
                         std::string()});
  }
  for (size_t i = 0; i < weights.size(); ++i)
    signature[signature.size() - weights.size() + i].weight = weights[i];
  for (mlir::Type type : function.getResultTypes()) {
    results.push_back(cast<mlir::RankedTensorType>(type));
    if (!isHostElement(results.back().getElementType()))
      return createStringError("result #" + Twine(results.size() - 1) + " has elements of type " +
                               textOf(results.back().getElementType()) + ", which cannot be read");
  }
  return Error::success();
}

/// void @mambac_call(ptr): loads one pointer for each argument of the function and calls it.
static void addTrampoline(Module &module, StringRef name) {
  Function *target = module.getFunction(("_mlir_ciface_" + name).str());
  LLVMContext &context = module.getContext();
  auto *pointer = PointerType::getUnqual(context);
  auto *type = FunctionType::get(Type::getVoidTy(context), {pointer}, false);
  Function *wrapper = Function::Create(type, GlobalValue::ExternalLinkage, "mambac_call", module);
  IRBuilder<> builder(BasicBlock::Create(context, "", wrapper));
  SmallVector<llvm::Value *> arguments;
  for (unsigned i = 0; i < target->arg_size(); ++i)
    arguments.push_back(builder.CreateLoad(pointer, builder.CreateConstGEP1_32(pointer, wrapper->getArg(0), i)));
  builder.CreateCall(target, arguments);
  builder.CreateRetVoid();
}

/// Floating-point operations of one instruction; a function of numbers counts as one.
static int64_t countFlops(const Instruction &instruction) {
  Type *type = instruction.getType();
  int64_t lanes = 1;
  if (auto *vector = dyn_cast<FixedVectorType>(type))
    lanes = vector->getNumElements();
  if (!type->getScalarType()->isFloatingPointTy())
    return 0;
  if (auto *call = dyn_cast<CallInst>(&instruction)) {
    Intrinsic::ID id = call->getIntrinsicID();
    return id == Intrinsic::fma || id == Intrinsic::fmuladd ? 2 * lanes : lanes;
  }
  return isa<BinaryOperator>(instruction) || isa<UnaryOperator>(instruction) ? lanes : 0;
}

/// Adds up the operations of every basic block as it runs, in @mambac_flops.
static void addCounters(Module &module) {
  auto *word = IntegerType::get(module.getContext(), 64);
  auto *counter = new GlobalVariable(module, word, /*isConstant=*/false, GlobalValue::ExternalLinkage,
                                     ConstantInt::get(word, 0), "mambac_flops");
  for (Function &function : module)
    for (BasicBlock &block : function) {
      int64_t flops = 0;
      for (const Instruction &instruction : block)
        flops += countFlops(instruction);
      if (!flops)
        continue;
      IRBuilder<> builder(block.getTerminator());
      auto *sum = builder.CreateAdd(builder.CreateLoad(word, counter), ConstantInt::get(word, uint64_t(flops)));
      builder.CreateStore(sum, counter);
    }
}

static void optimizeModule(Module &module, TargetMachine &machine) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager sccs;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2).run(module, modules);
}

Error ReferenceProgram::lower(mlir::ModuleOp module, StringRef name) {
  mlir::MLIRContext *context = module.getContext();
  // Failures are told by the caller, in its words; here their first reason is kept.
  std::string reason;
  mlir::ScopedDiagnosticHandler handler(context, [&](mlir::Diagnostic &diagnostic) {
    if (reason.empty() && diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
      reason = diagnostic.str();
    return mlir::success();
  });
  auto failure = [&]() {
    return createStringError(reason.empty() ? "the reference lowering failed" : reason);
  };
  mlir::PassManager pm(context);
  pm.enableVerifier(false);
  ReferenceOptions lowering;
  lowering.freeBuffers = options.countMemory;
  lowering.checkSizes = options.checkSizes;
  buildReferencePipeline(pm, lowering);
  if (mlir::failed(pm.run(module)))
    return failure();
  mlir::Operation *left = nullptr;
  module.walk([&](mlir::Operation *op) {
    if (!isa<mlir::LLVM::LLVMDialect>(op->getDialect()) && !isa<mlir::ModuleOp>(op) && !left)
      left = op;
  });
  if (left)
    return createStringError("there is no reference lowering for " + left->getName().getStringRef());
  mlir::registerBuiltinDialectTranslation(*context);
  mlir::registerLLVMDialectTranslation(*context);
  auto llvmContext = std::make_unique<LLVMContext>();
  std::unique_ptr<Module> llvmModule = mlir::translateModuleToLLVMIR(module, *llvmContext, "mambac");
  if (!llvmModule || !llvmModule->getFunction(("_mlir_ciface_" + name).str()))
    return failure();
  if (options.countFlops)
    addCounters(*llvmModule);
  addTrampoline(*llvmModule, name);

  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  auto host = orc::JITTargetMachineBuilder::detectHost();
  if (!host)
    return host.takeError();
  host->setCodeGenOptLevel(options.optimize ? CodeGenOptLevel::Default : CodeGenOptLevel::None);
  if (options.optimize) {
    auto machine = host->createTargetMachine();
    if (!machine)
      return machine.takeError();
    llvmModule->setDataLayout((*machine)->createDataLayout());
    llvmModule->setTargetTriple((*machine)->getTargetTriple());
    optimizeModule(*llvmModule, **machine);
  }
  auto created = orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(*host)).create();
  if (!created)
    return created.takeError();
  jit = std::move(*created);
  if (Error error = TrackedHeap::define(*jit))
    return error;
  auto process =
      orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(jit->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  jit->getMainJITDylib().addGenerator(std::move(*process));
  if (Error error = jit->addIRModule({std::move(llvmModule), std::move(llvmContext)}))
    return error;
  auto symbol = jit->lookup("mambac_call");
  if (!symbol)
    return symbol.takeError();
  call = symbol->toPtr<void (*)(void **)>();
  if (options.countFlops) {
    auto counter = jit->lookup("mambac_flops");
    if (!counter)
      return counter.takeError();
    flopCounter = counter->toPtr<int64_t *>();
  }
  return Error::success();
}

Expected<std::unique_ptr<ReferenceProgram>> ReferenceProgram::make(mlir::ModuleOp module, StringRef name,
                                                                   const Options &options) {
  std::unique_ptr<ReferenceProgram> program(new ReferenceProgram);
  program->options = options;
  mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
  auto function = copy->lookupSymbol<mlir::func::FuncOp>(name);
  if (!function || function.isExternal())
    return createStringError("there is no function @" + name + " with a body");
  // The others stay as far as this one calls them.
  for (auto other : copy->getOps<mlir::func::FuncOp>())
    if (other != function && !other.isExternal())
      other.setPrivate();
  function.setPublic();
  mlir::PassManager drop(module.getContext());
  drop.addPass(mlir::createSymbolDCEPass());
  if (mlir::failed(drop.run(*copy)))
    return createStringError("it does not verify");
  for (auto other : copy->getOps<mlir::func::FuncOp>())
    if (other.isExternal())
      return createStringError("@" + other.getName() + " has no body");
  if (Error error = program->describe(function))
    return std::move(error);
  if (Error error = program->lower(*copy, name))
    return std::move(error);
  return std::move(program);
}

/// A memref descriptor: allocated, aligned, offset, sizes, strides. All words have 64 bits.
static std::vector<int64_t> describeBuffer(const ReferenceBuffer &buffer) {
  auto address = reinterpret_cast<int64_t>(buffer.data);
  std::vector<int64_t> words{address, address, 0};
  words.insert(words.end(), buffer.shape.begin(), buffer.shape.end());
  size_t strides = words.size();
  words.resize(strides + buffer.shape.size());
  int64_t stride = 1;
  for (size_t dim = buffer.shape.size(); dim-- > 0;) {
    words[strides + dim] = stride;
    stride *= buffer.shape[dim];
  }
  return words;
}

/// The tensor that a descriptor describes, dense.
static HostTensor readResult(mlir::RankedTensorType type, const int64_t *words) {
  int64_t rank = type.getRank();
  HostTensor tensor(type.getElementType(), ArrayRef<int64_t>(words + 3, size_t(rank)));
  int64_t width = getHostBytes(type.getElementType());
  SmallVector<int64_t> at(rank, 0);
  const char *data = reinterpret_cast<const char *>(words[1]);
  for (int64_t i = 0, e = tensor.countElements(); i < e; ++i) {
    int64_t from = words[2];
    for (int64_t dim = 0; dim < rank; ++dim)
      from += at[dim] * words[3 + rank + dim];
    std::memcpy(tensor.bytes.data() + i * width, data + from * width, size_t(width));
    for (int64_t dim = rank; dim-- > 0 && ++at[dim] == tensor.shape[dim];)
      at[dim] = 0;
  }
  return tensor;
}

Expected<std::vector<HostTensor>> ReferenceProgram::run(ArrayRef<ReferenceBuffer> buffers) {
  if (buffers.size() != signature.size())
    return createStringError("it takes " + Twine(signature.size()) + " tensors, not " + Twine(buffers.size()));
  std::vector<std::vector<int64_t>> descriptors;
  for (auto [i, pair] : llvm::enumerate(llvm::zip(buffers, signature))) {
    auto &[buffer, wanted] = pair;
    bool fits = buffer.shape.size() == wanted.shape.size();
    for (size_t d = 0; fits && d < buffer.shape.size(); ++d)
      fits = mlir::ShapedType::isDynamic(wanted.shape[d]) || wanted.shape[d] == buffer.shape[d];
    if (!fits)
      return createStringError("argument #" + Twine(i) + " does not have the shape that its type says");
    descriptors.push_back(describeBuffer(buffer));
  }
  size_t words = 0;
  for (mlir::RankedTensorType type : results)
    words += 3 + 2 * type.getRank();
  std::vector<int64_t> returned(words + 1);
  SmallVector<void *> pointers;
  if (!results.empty())
    pointers.push_back(returned.data());
  for (auto &descriptor : descriptors)
    pointers.push_back(descriptor.data());

  TrackedHeap heap(options.memoryLimit);
  if (flopCounter)
    *flopCounter = 0;
  auto begin = std::chrono::steady_clock::now();
  Error error = heap.call(call, pointers.data());
  seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  peakBytes = heap.peak;
  flops = flopCounter ? *flopCounter : 0;
  largestBytes = heap.largest;
  if (error)
    return std::move(error);
  std::vector<HostTensor> tensors;
  const int64_t *next = returned.data();
  for (mlir::RankedTensorType type : results) {
    tensors.push_back(readResult(type, next));
    next += 3 + 2 * type.getRank();
  }
  return std::move(tensors);
}
