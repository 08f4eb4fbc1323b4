//===- ProductFile.cpp - Reads and checks product files -----------------------------------------------------------===//
//
// See ProductFile.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/ProductFile.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace mambac;

//===----------------------------------------------------------------------===//
// The trailer
//===----------------------------------------------------------------------===//

static bool readAt(int fd, void *data, size_t bytes, uint64_t offset) {
  char *next = static_cast<char *>(data);
  while (bytes) {
    ssize_t count = pread(fd, next, bytes, off_t(offset));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    next += count;
    bytes -= size_t(count);
    offset += uint64_t(count);
  }
  return true;
}

ProductFile::~ProductFile() {
  if (fd >= 0)
    close(fd);
}

int ProductFile::release() {
  int released = fd;
  fd = -1;
  return released;
}

mambac_status ProductFile::open(const char *path, ErrorText &error) {
  int opened = ::open(path, O_RDONLY | O_CLOEXEC);
  if (opened < 0)
    return error.set(MAMBAC_IO_ERROR, "cannot open %s: %s", path, strerror(errno));
  return adopt(opened, path, error);
}

mambac_status ProductFile::adopt(int newFD, const std::string &newName, ErrorText &error) {
  fd = newFD;
  name = newName;
  return readTrailer(error);
}

mambac_status ProductFile::readTrailer(ErrorText &error) {
  struct stat info;
  if (fstat(fd, &info))
    return error.set(MAMBAC_IO_ERROR, "cannot read %s: %s", name.c_str(), strerror(errno));
  if (!S_ISREG(info.st_mode))
    return error.set(MAMBAC_IO_ERROR, "%s is not a regular file", name.c_str());
  uint64_t size = uint64_t(info.st_size);
  if (size < sizeof trailer)
    return error.set(MAMBAC_BAD_PRODUCT, "%s is not a product of mambac: it has only %llu bytes", name.c_str(),
                     (unsigned long long)size);
  uint64_t end = size - sizeof trailer;
  if (!readAt(fd, &trailer, sizeof trailer, end))
    return error.set(MAMBAC_IO_ERROR, "cannot read the end of %s", name.c_str());
  // A file of format 01 ended with 64 bytes.
  char old[8];
  if (memcmp(trailer.magic, "MAMBAC", 6) && readAt(fd, old, sizeof old, size - 64) && !memcmp(old, "MAMBAC01", 8))
    memcpy(trailer.magic, old, sizeof old);
  if (memcmp(trailer.magic, "MAMBAC", 6))
    return error.set(MAMBAC_BAD_PRODUCT,
                     "%s is not a product of mambac, or is truncated: its end mark is missing (write it again with "
                     "`mambac MODEL.pt2 -o OUT.so`)",
                     name.c_str());
  if (memcmp(trailer.magic, MAMBAC_MAGIC, 8))
    return error.set(MAMBAC_UNSUPPORTED, "%s was written by a mambac of file format %.2s; this runtime reads %s: compile the "
                                         "model again",
                     name.c_str(), trailer.magic + 6, &MAMBAC_MAGIC[6]);
  if (XXH3_64bits(&trailer, offsetof(MambacTrailer, trailer_hash)) != trailer.trailer_hash)
    return error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: the table of its parts does not match its hash", name.c_str());
  auto inside = [&](uint64_t offset, uint64_t bytes) { return offset <= end && bytes <= end - offset; };
  if (!inside(trailer.so_offset, trailer.so_bytes) || !inside(trailer.weights_offset, trailer.weights_bytes) ||
      trailer.weights_offset % 64)
    return error.set(MAMBAC_BAD_PRODUCT, "%s is truncated: its parts reach beyond its %llu bytes", name.c_str(),
                     (unsigned long long)size);
  return MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

WeightMapping::~WeightMapping() {
  if (mapping)
    munmap(mapping, mappedBytes);
}

mambac_status WeightMapping::map(const ProductFile &file, ErrorText &error) {
  const MambacTrailer &trailer = file.getTrailer();
  uint64_t page = uint64_t(sysconf(_SC_PAGESIZE));
  uint64_t start = trailer.weights_offset / page * page, lead = trailer.weights_offset - start;
  mappedBytes = size_t(lead + trailer.weights_bytes);
  void *mapped = mmap(nullptr, mappedBytes, PROT_READ, MAP_SHARED, file.getFD(), off_t(start));
  if (mapped == MAP_FAILED)
    return error.set(MAMBAC_IO_ERROR, "cannot map the %llu bytes of weights in %s: %s",
                     (unsigned long long)trailer.weights_bytes, file.getName().c_str(), strerror(errno));
  mapping = mapped;
  begin = static_cast<const char *>(mapped) + lead;
  return MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// The product ELF
//===----------------------------------------------------------------------===//

#if defined(__x86_64__)
static const uint16_t hostMachine = EM_X86_64;
#elif defined(__aarch64__)
static const uint16_t hostMachine = EM_AARCH64;
#else
static const uint16_t hostMachine = EM_NONE;
#endif

/// The dynamic loader trusts what it is given, so everything it follows from the headers is checked before.
static mambac_status checkELF(const char *bytes, uint64_t size, const char *name, ErrorText &error) {
  Elf64_Ehdr header;
  if (size < sizeof header || memcmp(bytes, ELFMAG, SELFMAG))
    return error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: it holds no ELF file", name);
  memcpy(&header, bytes, sizeof header);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_DYN)
    return error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: its code is not a 64-bit shared library", name);
  if (header.e_machine != hostMachine)
    return error.set(MAMBAC_UNSUPPORTED,
                     "%s was compiled for another kind of processor (ELF machine %u, this one is %u); compile the model "
                     "again with --cpu for this machine",
                     name, unsigned(header.e_machine), unsigned(hostMachine));
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > size ||
      uint64_t(header.e_phnum) * sizeof(Elf64_Phdr) > size - header.e_phoff)
    return error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: its program headers lie outside of it", name);
  bool dynamic = false;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    memcpy(&segment, bytes + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset ||
        (segment.p_type == PT_LOAD && segment.p_filesz > segment.p_memsz))
      return error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: segment %u of its code lies outside of it", name, i);
    dynamic |= segment.p_type == PT_DYNAMIC;
  }
  if (!dynamic)
    return error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: its code has no dynamic section", name);
  return MAMBAC_OK;
}

static bool writeAll(int fd, const void *bytes, size_t size) {
  const char *next = static_cast<const char *>(bytes);
  while (size) {
    ssize_t count = write(fd, next, size < (size_t(1) << 30) ? size : (size_t(1) << 30));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    next += count;
    size -= size_t(count);
  }
  return true;
}

int mambac::makeAnonymousFile(const void *bytes, size_t size) {
  int fd = memfd_create("mambac", MFD_CLOEXEC);
  if (fd >= 0) {
    if (writeAll(fd, bytes, size))
      return fd;
    close(fd);
  }
  const char *folders[] = {getenv("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm"};
  for (const char *folder : folders) {
    if (!folder || !*folder)
      continue;
    std::string path = std::string(folder) + "/mambac-XXXXXX";
    fd = mkostemp(&path[0], O_CLOEXEC);
    if (fd < 0)
      continue;
    unlink(path.c_str());
    if (writeAll(fd, bytes, size))
      return fd;
    close(fd);
  }
  return -1;
}

LoadedProduct::~LoadedProduct() {
  if (handle)
    dlclose(handle);
  // The loader compares names before files: while a library stays loaded, its descriptor's number must not come back
  // as the name of another one.
  if (!loadedName.empty())
    if (void *still = dlopen(loadedName.c_str(), RTLD_NOW | RTLD_NOLOAD)) {
      dlclose(still);
      return;
    }
  if (fd >= 0)
    close(fd);
}

mambac_status LoadedProduct::load(ProductFile &file, ErrorText &error) {
  const MambacTrailer &trailer = file.getTrailer();
  const char *name = file.getName().c_str();
  if (!trailer.so_bytes)
    return error.set(MAMBAC_BAD_PRODUCT, "%s holds weights only; open the product that it belongs to", name);

  uint64_t page = uint64_t(sysconf(_SC_PAGESIZE));
  uint64_t start = trailer.so_offset / page * page, lead = trailer.so_offset - start;
  size_t mapped = size_t(lead + trailer.so_bytes);
  void *mapping = mmap(nullptr, mapped, PROT_READ, MAP_PRIVATE, file.getFD(), off_t(start));
  if (mapping == MAP_FAILED)
    return error.set(MAMBAC_IO_ERROR, "cannot map %s: %s", name, strerror(errno));
  const char *bytes = static_cast<const char *>(mapping) + lead;
  mambac_status status = MAMBAC_OK;
  if (XXH3_64bits(bytes, size_t(trailer.so_bytes)) != trailer.so_hash)
    status = error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: its code does not match its hash; compile the model again",
                       name);
  if (!status)
    status = checkELF(bytes, trailer.so_bytes, name, error);
  if (!status && trailer.so_offset == 0) {
    fd = fcntl(file.getFD(), F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
      status = error.set(MAMBAC_IO_ERROR, "cannot open %s again: %s", name, strerror(errno));
  } else if (!status) {
    fd = makeAnonymousFile(bytes, size_t(trailer.so_bytes));
    if (fd < 0)
      status = error.set(MAMBAC_IO_ERROR, "cannot unpack the code of %s: no memory file, and no room in TMPDIR or /tmp",
                         name);
  }
  munmap(mapping, mapped);
  if (status)
    return status;

  // By descriptor, so that what was checked is what is loaded, and a file that was replaced at the same path is not
  // taken for the old one.
  std::string byDescriptor = "/proc/self/fd/" + std::to_string(fd);
  handle = dlopen(byDescriptor.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle)
    loadedName = byDescriptor;
  else if (trailer.so_offset == 0 && access("/proc/self/fd", F_OK)) // no /proc here
    handle = dlopen(file.getName().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *reason = dlerror();
    return error.set(MAMBAC_UNSUPPORTED, "cannot load the code of %s: %s", name, reason ? reason : "no reason given");
  }
  product = static_cast<const MambacProduct *>(dlsym(handle, "mambac_product"));
  if (!product)
    return error.set(MAMBAC_BAD_PRODUCT, "%s is not a product of mambac: it has no symbol mambac_product", name);
  return MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// Linked products
//===----------------------------------------------------------------------===//

std::string mambac::findLoadedFile(const void *address) {
  // The kernel's list has absolute paths; the loader's may be relative to a folder that the program has left.
  std::string result;
  if (FILE *maps = fopen("/proc/self/maps", "re")) {
    char *line = nullptr;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, maps)) > 0) {
      unsigned long begin, end;
      int path = 0;
      if (line[length - 1] == '\n')
        line[length - 1] = 0;
      if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &begin, &end, &path) == 2 && path && line[path] == '/' &&
          uintptr_t(address) >= begin && uintptr_t(address) < end) {
        result = line + path;
        break;
      }
    }
    free(line);
    fclose(maps);
  }
  Dl_info info;
  if (result.empty() && dladdr(address, &info) && info.dli_fname)
    result = info.dli_fname;
  return result;
}
