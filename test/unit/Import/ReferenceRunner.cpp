// See ReferenceRunner.h.
#include "test/unit/Import/ReferenceRunner.h"

#include "lib/CPU/Passes.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Import/Import.h"
#include "mambac/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include <cmath>
#include <cstring>
#include <fstream>

using namespace mlir;

namespace mambac::test {

//===--- .npy
//-------------------------------------------------------------------------------------------------------------===//

namespace {
/// One element of a type, to and from double.
struct Codec {
  unsigned bytes;
  double (*load)(const void *);
  void (*store)(void *, double);
};

template <typename T> Codec plain() {
  return {sizeof(T),
          [](const void *p) {
            T value;
            std::memcpy(&value, p, sizeof(T));
            return double(value);
          },
          [](void *p, double value) {
            T out = T(value);
            std::memcpy(p, &out, sizeof(T));
          }};
}

template <const llvm::fltSemantics &(*semantics)()> Codec half() {
  return {2,
          [](const void *p) {
            uint16_t bits;
            std::memcpy(&bits, p, 2);
            llvm::APFloat value(semantics(), llvm::APInt(16, bits));
            bool lost;
            value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &lost);
            return value.convertToDouble();
          },
          [](void *p, double value) {
            llvm::APFloat number(value);
            bool lost;
            number.convert(semantics(), llvm::APFloat::rmNearestTiesToEven, &lost);
            uint16_t bits = uint16_t(number.bitcastToAPInt().getZExtValue());
            std::memcpy(p, &bits, 2);
          }};
}

Codec codecOf(Type type) {
  if (type.isF32())
    return plain<float>();
  if (type.isF64())
    return plain<double>();
  if (type.isF16())
    return half<&llvm::APFloat::IEEEhalf>();
  if (type.isBF16())
    return half<&llvm::APFloat::BFloat>();
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return plain<uint8_t>();
  case 8:
    return plain<int8_t>();
  case 16:
    return plain<int16_t>();
  case 32:
    return plain<int32_t>();
  default:
    return plain<int64_t>();
  }
}
} // namespace

double largestDifference(const Array &got, const Array &wanted) {
  if (got.shape != wanted.shape)
    return INFINITY;
  double worst = 0, scale = 0;
  for (size_t i = 0; i < got.values.size(); ++i) {
    double difference = std::fabs(got.values[i] - wanted.values[i]);
    worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
    scale = std::max(scale, std::fabs(wanted.values[i]));
  }
  return worst / scale;
}

Array readNpy(const std::string &path) {
  Array array;
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (bytes.size() < 10 || bytes.compare(1, 5, "NUMPY") != 0) {
    array.error = path + " is not a .npy file";
    return array;
  }
  size_t length = uint8_t(bytes[8]) | size_t(uint8_t(bytes[9])) << 8;
  std::string header = bytes.substr(10, length);
  auto field = [&](const std::string &key) { return header.substr(header.find("'" + key + "':") + key.size() + 3); };
  std::string text = field("descr");
  std::string descr = text.substr(text.find('\'') + 1, 3);
  std::string shape = field("shape");
  shape = shape.substr(shape.find('(') + 1);
  shape = shape.substr(0, shape.find(')'));
  for (const char *p = shape.c_str(); *p;) {
    char *end;
    long long value = std::strtoll(p, &end, 10);
    if (end == p) {
      ++p;
      continue;
    }
    array.shape.push_back(value);
    p = end;
  }
  Codec codec = descr == "<f4"                     ? plain<float>()
                : descr == "<f8"                   ? plain<double>()
                : descr == "<f2"                   ? half<&llvm::APFloat::IEEEhalf>()
                : descr == "<i4"                   ? plain<int32_t>()
                : descr == "<i2"                   ? plain<int16_t>()
                : descr == "|i1"                   ? plain<int8_t>()
                : descr == "|b1" || descr == "|u1" ? plain<uint8_t>()
                                                   : plain<int64_t>();
  size_t count = 1;
  for (int64_t size : array.shape)
    count *= size;
  if (bytes.size() < 10 + length + count * codec.bytes) {
    array.error = path + " is truncated";
    return array;
  }
  for (size_t i = 0; i < count; ++i)
    array.values.push_back(codec.load(bytes.data() + 10 + length + i * codec.bytes));
  return array;
}

//===--- Compiling
//--------------------------------------------------------------------------------------------------------===//

std::unique_ptr<MLIRContext> makeContext() {
  static bool once = [] {
    registerAllPasses();
    registerSSMPasses();
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)once;
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  registerSSMDialect(registry);
  registerSSMBufferization(registry);
  auto context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  loadImportDialects(*context);
  return context;
}

namespace {

/// A memref descriptor of any rank: allocated, aligned, offset, sizes, strides.
struct Descriptor {
  std::vector<char> bytes;
  explicit Descriptor(unsigned rank) : bytes(24 + 16 * rank) {}
  template <typename T> T &at(size_t offset) { return *reinterpret_cast<T *>(bytes.data() + offset); }
  int64_t &size(unsigned dim) { return at<int64_t>(24 + 8 * dim); }
  int64_t &stride(unsigned dim, unsigned rank) { return at<int64_t>(24 + 8 * rank + 8 * dim); }
};

/// Dense, row-major memory described as a memref.
Descriptor describe(void *data, llvm::ArrayRef<int64_t> shape) {
  Descriptor d(shape.size());
  d.at<void *>(0) = d.at<void *>(8) = data;
  d.at<int64_t>(16) = 0;
  int64_t stride = 1;
  for (unsigned dim = shape.size(); dim-- > 0;) {
    d.size(dim) = shape[dim];
    d.stride(dim, shape.size()) = stride;
    stride *= shape[dim];
  }
  return d;
}

/// The weights become arguments behind the inputs; returns their names.
std::vector<std::string> weightsToArguments(func::FuncOp func) {
  std::vector<std::string> names;
  SmallVector<ssm::WeightOp> weights(func.getOps<ssm::WeightOp>());
  for (ssm::WeightOp weight : weights) {
    (void)func.insertArgument(func.getNumArguments(), weight.getType(), nullptr, weight.getLoc());
    weight.replaceAllUsesWith(func.getArgument(func.getNumArguments() - 1));
    names.push_back(weight.getName().str());
    weight.erase();
  }
  return names;
}

/// The archive's tensor, dense.
std::vector<char> dense(const pt2::TensorView &view) {
  unsigned width = pt2::dtypeSize(view.dtype);
  std::vector<char> out(size_t(view.numElements()) * width);
  std::vector<int64_t> at(view.sizes.size(), 0);
  for (int64_t i = 0; i < view.numElements(); ++i) {
    int64_t from = 0;
    for (size_t dim = 0; dim < at.size(); ++dim)
      from += at[dim] * view.strides[dim];
    std::memcpy(out.data() + i * width, view.data + from * width, width);
    for (size_t dim = at.size(); dim-- > 0 && ++at[dim] == view.sizes[dim];)
      at[dim] = 0;
  }
  return out;
}

struct UnrankedMemRef {
  int64_t rank;
  char *descriptor;
};

/// What the lowering of memref.copy calls for memrefs that are not dense.
void copyMemref(int64_t width, UnrankedMemRef *source, UnrankedMemRef *target) {
  auto word = [](UnrankedMemRef *m, size_t index) { return reinterpret_cast<int64_t *>(m->descriptor)[index]; };
  int64_t rank = source->rank, count = 1;
  for (int64_t dim = 0; dim < rank; ++dim)
    count *= word(source, 3 + dim);
  std::vector<int64_t> at(rank, 0);
  for (int64_t i = 0; i < count; ++i) {
    int64_t from = word(source, 2), to = word(target, 2);
    for (int64_t dim = 0; dim < rank; ++dim) {
      from += at[dim] * word(source, 3 + rank + dim);
      to += at[dim] * word(target, 3 + rank + dim);
    }
    std::memcpy(reinterpret_cast<char *>(word(target, 1)) + to * width,
                reinterpret_cast<char *>(word(source, 1)) + from * width, width);
    for (int64_t dim = rank; dim-- > 0 && ++at[dim] == word(source, 3 + dim);)
      at[dim] = 0;
  }
}

constexpr const char *kPipeline =
    "builtin.module(ssm-decompose,canonicalize,cse,"
    "one-shot-bufferize{bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map "
    "allow-return-allocs-from-loops=1},"
    "canonicalize,func.func(convert-linalg-to-loops),canonicalize,cse)";

// In between, views are expanded by mambac's own pass: upstream's crashes on whole models.
constexpr const char *kLastPipeline =
    "builtin.module(lower-affine,"
    "arith-expand{include-bf16=1},func.func(llvm-request-c-wrappers),convert-scf-to-cf,"
    "math-expand-ops,convert-math-to-llvm,convert-math-to-libm,finalize-memref-to-llvm,convert-arith-to-llvm,convert-"
    "index-to-llvm,"
    "convert-func-to-llvm,convert-cf-to-llvm,convert-ub-to-llvm,reconcile-unrealized-casts)";

} // namespace

std::vector<Array> runReference(OwningOpRef<ModuleOp> module, const pt2::ExportedProgram &program,
                                const std::vector<Array> &inputs, std::string &error) {
  MLIRContext *context = module->getContext();
  auto func = *module->getOps<func::FuncOp>().begin();
  std::vector<std::string> resultDtypes;
  for (unsigned k = 0; k < func.getNumResults(); ++k)
    resultDtypes.push_back(func.getResultAttrOfType<StringAttr>(k, "mambac.dtype").getValue().str());
  if (func.getNumArguments() != inputs.size()) {
    error = "the model takes " + std::to_string(func.getNumArguments()) + " inputs";
    return {};
  }
  std::vector<std::string> names = weightsToArguments(func);
  SmallVector<RankedTensorType> arguments, results;
  for (Type type : func.getArgumentTypes())
    arguments.push_back(cast<RankedTensorType>(type));
  for (Type type : func.getResultTypes())
    results.push_back(cast<RankedTensorType>(type));

  // tensor.concat has no bufferization of its own.
  RewritePatternSet patterns(context);
  tensor::populateDecomposeTensorConcatPatterns(patterns);
  (void)applyPatternsGreedily(*module, std::move(patterns));
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    error += diagnostic.str() + "\n";
    return success();
  });
  PassManager pm(context);
  auto add = [&](llvm::StringRef text) { return parsePassPipeline(text.drop_front(15).drop_back(1), pm); };
  LogicalResult first = add(kPipeline);
  pm.addPass(createExpandViewsPass());
  if (failed(first) || failed(add(kLastPipeline)) || failed(pm.run(*module))) {
    error += "the reference pipeline failed";
    return {};
  }

  auto llvmContext = std::make_unique<llvm::LLVMContext>();
  std::unique_ptr<llvm::Module> llvmModule = translateModuleToLLVMIR(*module, *llvmContext);
  auto machine = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!machine) {
    error += llvm::toString(machine.takeError());
    return {};
  }
  machine->setCodeGenOptLevel(llvm::CodeGenOptLevel::None); // compiled once, run once
  auto jit = llvm::orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(*machine)).create();
  if (!llvmModule || !jit) {
    error += "no LLVM module or no JIT";
    if (!jit)
      llvm::consumeError(jit.takeError());
    return {};
  }
  (*jit)->getMainJITDylib().addGenerator(llvm::cantFail(
      llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess((*jit)->getDataLayout().getGlobalPrefix())));
  llvm::orc::SymbolMap symbols;
  symbols[(*jit)->mangleAndIntern("memrefCopy")] = {llvm::orc::ExecutorAddr::fromPtr(&copyMemref),
                                                    llvm::JITSymbolFlags::Exported};
  llvm::cantFail((*jit)->getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols))));
  llvm::cantFail((*jit)->addIRModule({std::move(llvmModule), std::move(llvmContext)}));
  auto symbol = (*jit)->lookup("_mlir_ciface_main");
  if (!symbol) {
    error += llvm::toString(symbol.takeError());
    return {};
  }

  // Arguments: first a pointer to the results' descriptors (one struct), then one descriptor each.
  std::vector<std::vector<char>> storage;
  std::vector<Descriptor> descriptors;
  for (size_t i = 0; i < arguments.size(); ++i) {
    Codec codec = codecOf(arguments[i].getElementType());
    if (i < inputs.size()) {
      if (int64_t(inputs[i].shape.size()) != arguments[i].getRank()) {
        error = "an input has the wrong rank";
        return {};
      }
      std::vector<char> data(inputs[i].values.size() * codec.bytes + 64);
      for (size_t k = 0; k < inputs[i].values.size(); ++k)
        codec.store(data.data() + k * codec.bytes, inputs[i].values[k]);
      storage.push_back(std::move(data));
      descriptors.push_back(describe(storage.back().data(), inputs[i].shape));
      continue;
    }
    const pt2::TensorView *view = program.findWeight(names[i - inputs.size()]);
    if (!view) {
      error = "no weight " + names[i - inputs.size()];
      return {};
    }
    storage.push_back(dense(*view));
    descriptors.push_back(describe(storage.back().data(), view->sizes));
  }
  size_t resultBytes = 0;
  for (RankedTensorType type : results)
    resultBytes += 24 + 16 * type.getRank();
  std::vector<char> resultStruct(resultBytes);
  std::vector<void *> pointers = {resultStruct.data()};
  for (Descriptor &descriptor : descriptors)
    pointers.push_back(descriptor.bytes.data());

  // The C interface takes the pointers as separate arguments; a packed trampoline spares us from knowing how many.
  std::string source = "define void @packed(ptr %p) {\n";
  std::string list;
  for (size_t i = 0; i < pointers.size(); ++i) {
    std::string n = std::to_string(i);
    source += "  %a" + n + " = getelementptr ptr, ptr %p, i64 " + n + "\n  %v" + n + " = load ptr, ptr %a" + n + "\n";
    list += (i ? ", ptr %v" : "ptr %v") + n;
  }
  source += "  call void @_mlir_ciface_main(" + list + ")\n  ret void\n}\ndeclare void @_mlir_ciface_main(";
  for (size_t i = 0; i < pointers.size(); ++i)
    source += i ? ", ptr" : "ptr";
  source += ")\n";
  auto packedContext = std::make_unique<llvm::LLVMContext>();
  llvm::SMDiagnostic problem;
  auto packed = llvm::parseAssemblyString(source, problem, *packedContext);
  if (!packed) {
    error = problem.getMessage().str();
    return {};
  }
  llvm::cantFail((*jit)->addIRModule({std::move(packed), std::move(packedContext)}));
  llvm::cantFail((*jit)->lookup("packed")).toPtr<void (*)(void **)>()(pointers.data());

  std::vector<Array> outputs;
  size_t offset = 0;
  for (RankedTensorType type : results) {
    Array array;
    const char *base = resultStruct.data() + offset;
    auto word = [&](size_t index) {
      int64_t value;
      std::memcpy(&value, base + 8 * index, 8);
      return value;
    };
    const char *data = reinterpret_cast<const char *>(word(1));
    unsigned rank = type.getRank();
    int64_t count = 1;
    for (unsigned dim = 0; dim < rank; ++dim) {
      array.shape.push_back(word(3 + dim));
      count *= array.shape.back();
    }
    Codec codec = resultDtypes[outputs.size()] == "u8" ? plain<uint8_t>() : codecOf(type.getElementType());
    std::vector<int64_t> at(rank, 0);
    for (int64_t i = 0; i < count; ++i) {
      int64_t from = word(2);
      for (unsigned dim = 0; dim < rank; ++dim)
        from += at[dim] * word(3 + rank + dim);
      array.values.push_back(codec.load(data + from * codec.bytes));
      for (unsigned dim = rank; dim-- > 0 && ++at[dim] == array.shape[dim];)
        at[dim] = 0;
    }
    outputs.push_back(std::move(array));
    offset += 24 + 16 * rank;
  }
  return outputs;
}

} // namespace mambac::test
