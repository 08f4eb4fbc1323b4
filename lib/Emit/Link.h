//===- Link.h - Shared libraries by lld, in process -------------------------------------------------*- C++ -*-===//
//
// Turns the object of a product into a shared library that needs libc and libm alone. Executables are not linked:
// they are a prebuilt runner followed by such a library (see Product.h).
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_LINK_H
#define MAMBAC_LIB_EMIT_LINK_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace mambac {

/// Links the object file at `object` and the archives into the shared library `output`. Programs that are linked with it
/// will look for it under the name `soName`.
llvm::Error linkShared(llvm::StringRef object, llvm::ArrayRef<std::string> archives, llvm::StringRef output,
                       llvm::StringRef soName);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_LINK_H
