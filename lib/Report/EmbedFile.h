//===- EmbedFile.h - A file as a constant of the program --------------------------------------------*- C++ -*-===//
//
// MAMBAC_EMBED_FILE(name, "path") defines a static function `llvm::StringRef name()` with the file's bytes. The assembler
// copies the file (gcc and clang both know .incbin); the build has to name it in OBJECT_DEPENDS.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPORT_EMBEDFILE_H
#define MAMBAC_LIB_REPORT_EMBEDFILE_H

#include "llvm/ADT/StringRef.h"

#define MAMBAC_EMBED_FILE(name, path)                                                                                  \
  __asm__(".pushsection .rodata\n"                                                                                     \
          ".global mambac_file_" #name "_begin\n"                                                                      \
          ".hidden mambac_file_" #name "_begin\n"                                                                      \
          "mambac_file_" #name "_begin:\n"                                                                             \
          ".incbin \"" path "\"\n"                                                                                     \
          ".global mambac_file_" #name "_end\n"                                                                        \
          ".hidden mambac_file_" #name "_end\n"                                                                        \
          "mambac_file_" #name "_end:\n"                                                                               \
          ".popsection\n");                                                                                            \
  extern "C" const char mambac_file_##name##_begin[], mambac_file_##name##_end[];                                      \
  static llvm::StringRef name() {                                                                                      \
    return llvm::StringRef(mambac_file_##name##_begin, mambac_file_##name##_end - mambac_file_##name##_begin);         \
  }

#endif // MAMBAC_LIB_REPORT_EMBEDFILE_H
