//===- JIT.h - Runs the objects that Emit writes ----------------------------------------------------*- C++ -*-===//
//
// Loads the objects of a product into this process and hands out its entries: for weight preparation, validation
// and tests. It compiles nothing itself.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_JIT_JIT_H
#define MAMBAC_LIB_JIT_JIT_H

#include "lib/Runtime/ProductABI.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <memory>
#include <string>

namespace llvm::orc {
class LLJIT;
}

namespace mambac {

/// What a call of generated code may be told to do in place of the obvious.
struct CallHooks {
  /// Runs a parallel loop: body(context, begin, end) over pieces that make up [0, count). Empty: on this thread.
  std::function<void(MambacBody body, void *context, int64_t count)> parallelFor;
  /// Before and after the kernel of this number. Both or none.
  std::function<void(int32_t kernel)> kernelBegin, kernelEnd;
};

/// An object loaded into this process.
class LoadedObject {
public:
  /// Loads `objects` (the bytes of ELF objects, one of which exports `mambac_product`) to run their code for `level`.
  static llvm::Expected<std::unique_ptr<LoadedObject>> load(llvm::ArrayRef<llvm::ArrayRef<char>> objects,
                                                            unsigned level = 0);
  /// Loads the object of @prepare, which exports `mambac_prepare`.
  static llvm::Expected<std::unique_ptr<LoadedObject>> loadPrepare(llvm::ArrayRef<char> object);
  ~LoadedObject();

  const MambacPrepare &getPrepare() const { return *prepare; }
  unsigned numEntries() const { return exported->num_entries; }
  const MambacEntry &entry(unsigned index) const { return exported->levels[level][index]; }
  /// Runs entry `index`; the arena is allocated for the call. Fails on a reported bad index.
  llvm::Error run(unsigned index, llvm::ArrayRef<void *> inputs, llvm::ArrayRef<void *> outputs,
                  llvm::ArrayRef<int64_t> symbols, const void *weights, const CallHooks &hooks = {});

private:
  LoadedObject();
  std::unique_ptr<llvm::orc::LLJIT> jit;
  llvm::Error addObjects(llvm::ArrayRef<llvm::ArrayRef<char>> objects);
  const MambacProduct *exported = nullptr;
  const MambacPrepare *prepare = nullptr; ///< one of the two is there
  unsigned level = 0;
};

} // namespace mambac

#endif // MAMBAC_LIB_JIT_JIT_H
