//===- Repack.h - Other weights for a product --------------------------------------------------------*- C++ -*-===//
//
// Puts new weights of the same shapes into a copy of an existing product, without compiling: the product carries the code
// that packs them. The same weights give the same bytes. No LLVM.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPACK_REPACK_H
#define MAMBAC_LIB_REPACK_REPACK_H

#include <string>

namespace mambac {

struct RepackOptions {
  std::string product; ///< a .so or an executable that mambac wrote
  std::string weights; ///< a .safetensors file, a folder of them, or a .pt2 archive
  std::string output;  ///< a product of the same kind; or, if it ends in .weights, the packed weights alone
};

/// Returns an empty text, or what went wrong, perhaps of several lines. Then nothing was written.
std::string repack(const RepackOptions &options);

} // namespace mambac

#endif // MAMBAC_LIB_REPACK_REPACK_H
