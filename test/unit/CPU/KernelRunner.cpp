//===- KernelRunner.cpp - Compiles and calls functions on memrefs -----------------------------------------------===//
#include "test/unit/CPU/KernelRunner.h"
#include "mambac/Passes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "test/unit/Import/ReferenceRunner.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Host.h"
#include <algorithm>
#include <cstring>

using namespace mlir;

namespace mambac::test {

const char *const kKernelPipeline =
    "mambac-expand-kernels,canonicalize,cse,mambac-expand-math,canonicalize,cse,convert-scf-to-cf,"
    "convert-vector-to-llvm,expand-strided-metadata,lower-affine,finalize-memref-to-llvm,convert-math-to-llvm,"
    "convert-arith-to-llvm,convert-index-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,convert-ub-to-llvm,"
    "reconcile-unrealized-casts";

const char *const kOraclePipeline =
    "ssm-decompose,one-shot-bufferize,convert-bufferization-to-memref,convert-linalg-to-loops,lower-affine,"
    "convert-scf-to-cf,expand-strided-metadata,lower-affine,convert-math-to-libm,convert-math-to-llvm,"
    "convert-vector-to-llvm,finalize-memref-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,"
    "convert-func-to-llvm,convert-cf-to-llvm,convert-ub-to-llvm,reconcile-unrealized-casts";

static const llvm::fltSemantics &semantics(const std::string &type) {
  return type == "f64"    ? llvm::APFloat::IEEEdouble()
         : type == "f32"  ? llvm::APFloat::IEEEsingle()
         : type == "bf16" ? llvm::APFloat::BFloat()
                          : llvm::APFloat::IEEEhalf();
}

static unsigned widthOf(const std::string &type) {
  return type == "i64" ? 8 : llvm::APFloat::semanticsSizeInBits(semantics(type)) / 8;
}

Buffer::Buffer(std::string type, std::vector<int64_t> shape) : type(type), shape(shape) {
  lines.resize(count() * widthOf(type) / sizeof(Line) + 1);
}

int64_t Buffer::count() const {
  int64_t n = 1;
  for (int64_t size : shape)
    n *= size;
  return n;
}

std::string Buffer::text(const std::string &kind, const std::vector<int64_t> &dynamic) const {
  std::string out = kind + "<";
  for (int64_t size : shape)
    out += (llvm::is_contained(dynamic, size) ? std::string("?") : std::to_string(size)) + "x";
  return out + type + ">";
}

double Buffer::get(int64_t i) const {
  uint64_t bits = 0;
  unsigned width = widthOf(type);
  std::memcpy(&bits, data() + i * width, width);
  if (type == "i64")
    return double(int64_t(bits));
  llvm::APFloat value(semantics(type), llvm::APInt(8 * width, bits));
  bool lost;
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &lost);
  return value.convertToDouble();
}

void Buffer::set(int64_t i, double number) {
  if (type == "i64") {
    auto whole = int64_t(number);
    std::memcpy(data() + i * sizeof(whole), &whole, sizeof(whole));
    return;
  }
  llvm::APFloat value(number);
  bool lost;
  value.convert(semantics(type), llvm::APFloat::rmNearestTiesToEven, &lost);
  uint64_t bits = value.bitcastToAPInt().getZExtValue();
  unsigned width = widthOf(type);
  std::memcpy(data() + i * width, &bits, width);
}

/// What the lowering of memref.copy calls for memrefs that are not dense: descriptors behind ranks.
static void copyMemref(int64_t width, int64_t *source, int64_t *target) {
  int64_t rank = source[0], count = 1;
  auto *from = reinterpret_cast<int64_t *>(source[1]), *to = reinterpret_cast<int64_t *>(target[1]);
  for (int64_t d = 0; d < rank; ++d)
    count *= from[3 + d];
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i, fromAt = from[2], toAt = to[2];
    for (int64_t d = rank; d-- > 0; rest /= from[3 + d]) {
      fromAt += rest % from[3 + d] * from[3 + rank + d];
      toAt += rest % from[3 + d] * to[3 + rank + d];
    }
    std::memcpy(reinterpret_cast<char *>(to[1]) + toAt * width, reinterpret_cast<char *>(from[1]) + fromAt * width,
                width);
  }
}

std::unique_ptr<Compiled> Compiled::make(const std::string &text, const std::string &pipeline, std::string &error) {
  static std::unique_ptr<MLIRContext> context = [] {
    auto made = makeContext();
    registerCPUPasses();
    made->loadAllAvailableDialects();
    return made;
  }();
  auto module = parseSourceString<ModuleOp>(text, context.get());
  PassManager pm(context.get());
  llvm::raw_string_ostream messages(error);
  if (!module || failed(parsePassPipeline(pipeline, pm, messages)) || failed(pm.run(*module))) {
    error += "cannot compile\n" + text;
    return nullptr;
  }
  auto llvmContext = std::make_unique<llvm::LLVMContext>();
  std::unique_ptr<llvm::Module> llvmModule = translateModuleToLLVMIR(*module, *llvmContext);
  auto take = [&](llvm::Error e) { error += llvm::toString(std::move(e)); };
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!llvmModule || !jit) {
    take(jit.takeError());
    return nullptr;
  }
  auto process =
      llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess((*jit)->getDataLayout().getGlobalPrefix());
  if (!process) {
    take(process.takeError());
    return nullptr;
  }
  (*jit)->getMainJITDylib().addGenerator(std::move(*process));
  llvm::orc::SymbolMap symbols;
  symbols[(*jit)->mangleAndIntern("memrefCopy")] = {llvm::orc::ExecutorAddr::fromPtr(&copyMemref),
                                                    llvm::JITSymbolFlags::Exported};
  llvm::cantFail((*jit)->getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols))));
  llvmModule->setDataLayout((*jit)->getDataLayout());
  if (auto e = (*jit)->addIRModule({std::move(llvmModule), std::move(llvmContext)})) {
    take(std::move(e));
    return nullptr;
  }
  auto symbol = (*jit)->lookup("_mlir_ciface_f");
  if (!symbol) {
    take(symbol.takeError());
    return nullptr;
  }
  auto compiled = std::make_unique<Compiled>();
  compiled->jit = std::move(*jit);
  compiled->function = symbol->toPtr<void *>();
  return compiled;
}

void Compiled::run(std::vector<Buffer *> arguments) {
  constexpr size_t kMost = 16;
  std::vector<std::vector<int64_t>> descriptors;
  for (Buffer *buffer : arguments) {
    auto data = reinterpret_cast<int64_t>(buffer->data());
    std::vector<int64_t> d{data, data, 0};
    d.insert(d.end(), buffer->shape.begin(), buffer->shape.end());
    std::vector<int64_t> strides(buffer->shape.size(), 1);
    for (size_t i = buffer->shape.size(); i-- > 1;)
      strides[i - 1] = strides[i] * buffer->shape[i];
    d.insert(d.end(), strides.begin(), strides.end());
    descriptors.push_back(std::move(d));
  }
  void *p[kMost] = {};
  for (size_t i = 0; i < descriptors.size(); ++i)
    p[i] = descriptors[i].data();
  // Arguments that the function does not have are ignored: the caller clears the stack.
  using Function = void (*)(void *, void *, void *, void *, void *, void *, void *, void *, void *, void *, void *,
                            void *, void *, void *, void *, void *);
  reinterpret_cast<Function>(function)(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], p[12],
                                       p[13], p[14], p[15]);
}

bool hasVectors(int bytes) {
  auto features = llvm::sys::getHostCPUFeatures();
  return bytes <= 32 || (features.lookup("avx512f") && features.lookup("avx512vl") && features.lookup("avx512bw") &&
                         features.lookup("avx512dq"));
}

bool hasBF16Dots() { return hasVectors(64) && llvm::sys::getHostCPUFeatures().lookup("avx512bf16"); }

} // namespace mambac::test
