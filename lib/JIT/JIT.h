//===- JIT.h - Runs the objects that Emit writes ----------------------------------------------------*- C++ -*-===//
//
// Loads one object file into this process and hands out its product structure: for weight preparation, validation
// and tests. It compiles nothing itself.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_JIT_JIT_H
#define MAMBAC_LIB_JIT_JIT_H

#include "lib/Runtime/ProductABI.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>

namespace llvm::orc {
class LLJIT;
}

namespace mambac {

/// An object loaded into this process.
class LoadedObject {
public:
  /// Loads `object` (the bytes of an ELF object that exports `mambac_product`).
  static llvm::Expected<std::unique_ptr<LoadedObject>> load(llvm::ArrayRef<char> object);
  ~LoadedObject();

  const MambacProduct &product() const { return *exported; }
  /// Runs entry `index` on this thread; the arena is allocated for the call. Fails on a reported bad index.
  llvm::Error run(unsigned index, llvm::ArrayRef<void *> inputs, llvm::ArrayRef<void *> outputs,
                  llvm::ArrayRef<int64_t> symbols, const void *weights);

private:
  LoadedObject();
  std::unique_ptr<llvm::orc::LLJIT> jit;
  const MambacProduct *exported = nullptr;
};

} // namespace mambac

#endif // MAMBAC_LIB_JIT_JIT_H
