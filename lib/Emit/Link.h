//===- Link.h - Shared libraries by lld, in process -------------------------------------------------*- C++ -*-===//
//
// Turns the objects of a product into a shared library that needs libc and libm alone. Executables are not linked:
// they are a prebuilt runner followed by such a library (see ProductWriter.h).
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_LINK_H
#define MAMBAC_LIB_EMIT_LINK_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace mambac {

/// Links the object files and the archives into the shared library `output`. Programs that are linked with it
/// will look for it under the name `soName`. `forThisMachine`: the system's libraries are those of this process; else there are
/// none, and what the code needs of libc and libm comes from the program that loads it.
llvm::Error linkShared(llvm::ArrayRef<std::string> objects, llvm::ArrayRef<std::string> archives, llvm::StringRef output,
                       llvm::StringRef soName, bool forThisMachine);

/// Links the object files into one.
llvm::Error linkObjects(llvm::ArrayRef<std::string> objects, llvm::StringRef output);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_LINK_H
