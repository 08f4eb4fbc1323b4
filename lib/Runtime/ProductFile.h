//===- ProductFile.h - Reads and checks product files ------------------------------------------------*- C++ -*-===//
//
// Finds the parts of a product file by its trailer, checks them, loads the product ELF and maps the weights. Nothing of
// a file is executed before its ELF part has matched its hash. Not for writing: ProductWriter.h does that.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_PRODUCTFILE_H
#define MAMBAC_LIB_RUNTIME_PRODUCTFILE_H

#include "lib/Runtime/ErrorText.h"
#include "lib/Runtime/ProductABI.h"

#include <string>

namespace mambac {

/// An open file with a valid trailer.
class ProductFile {
public:
  ProductFile() = default;
  ProductFile(const ProductFile &) = delete;
  ProductFile &operator=(const ProductFile &) = delete;
  ~ProductFile();

  mambac_status open(const char *path, ErrorText &error);
  /// Takes an open file over; `name` is for messages.
  mambac_status adopt(int fd, const std::string &name, ErrorText &error);

  bool isOpen() const { return fd >= 0; }
  const MambacTrailer &getTrailer() const { return trailer; }
  const std::string &getName() const { return name; }
  int getFD() const { return fd; }
  /// The descriptor is the caller's from now on.
  int release();

private:
  mambac_status readTrailer(ErrorText &error);

  int fd = -1;
  std::string name;
  MambacTrailer trailer = {};
};

/// A read-only mapping of the packed weights; nothing is read until it is used.
class WeightMapping {
public:
  WeightMapping() = default;
  WeightMapping(const WeightMapping &) = delete;
  WeightMapping &operator=(const WeightMapping &) = delete;
  ~WeightMapping();

  mambac_status map(const ProductFile &file, ErrorText &error);
  const void *data() const { return begin; }

private:
  void *mapping = nullptr;
  size_t mappedBytes = 0;
  const void *begin = nullptr;
};

/// The product ELF of a file, loaded into the process.
class LoadedProduct {
public:
  LoadedProduct() = default;
  LoadedProduct(const LoadedProduct &) = delete;
  LoadedProduct &operator=(const LoadedProduct &) = delete;
  ~LoadedProduct();

  /// Checks the ELF part of `file` and loads it. `file` is left without a descriptor if that is kept for the loader.
  mambac_status load(ProductFile &file, ErrorText &error);
  const MambacProduct *getProduct() const { return product; }

private:
  void *handle = nullptr;
  int fd = -1; ///< what the loader knows the library by; open as long as the library is loaded
  std::string loadedName;
  const MambacProduct *product = nullptr;
};

/// Writes `size` bytes to a new anonymous file; -1 on failure.
int makeAnonymousFile(const void *bytes, size_t size);

/// The file that `address` was loaded from; empty if there is none.
std::string findLoadedFile(const void *address);

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_PRODUCTFILE_H
