//===- Npy.cpp - Tensors in .npy files ----------------------------------------------------------------------------===//
//
// See Npy.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Npy.h"
#include "lib/Runtime/Runner/Half.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

using namespace mambac::runner;

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

std::string mambac::runner::getDtypeName(mambac_dtype dtype) {
  if (dtype.code == MAMBAC_BOOL)
    return "bool";
  const char *kind = dtype.code == MAMBAC_INT ? "i" : dtype.code == MAMBAC_UINT ? "u" : dtype.code == MAMBAC_FLOAT ? "f" : "bf";
  return kind + std::to_string(dtype.bits);
}

std::string mambac::runner::describeShape(const std::vector<int64_t> &shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}

/// Bytes of a tensor; false if they cannot be addressed.
static bool countBytes(mambac_dtype dtype, const std::vector<int64_t> &shape, size_t &bytes) {
  bytes = dtype.bits / 8;
  for (int64_t size : shape)
    if (size < 0 || __builtin_mul_overflow(bytes, size_t(size), &bytes))
      return false;
  return bytes <= size_t(INT64_MAX);
}

void Tensor::allocate(mambac_dtype newDtype, const std::vector<int64_t> &newShape) {
  size_t size;
  bool fits = countBytes(newDtype, newShape, size);
  if (fits) {
    try {
      bytes.assign(size, 0);
    } catch (const std::exception &) {
      fits = false;
    }
  }
  if (!fits)
    throw BadInput("no memory for a tensor of shape " + describeShape(newShape) + " and type " + getDtypeName(newDtype));
  dtype = newDtype;
  shape = newShape;
}

int64_t Tensor::countElements() const { return int64_t(bytes.size() / (dtype.bits / 8)); }

mambac_tensor Tensor::view() {
  return {bytes.data(), {MAMBAC_DEVICE_CPU, 0}, int32_t(shape.size()), dtype, shape.data(), nullptr, 0};
}

template <typename T> static T load(const Bytes &bytes, int64_t i) {
  T value;
  memcpy(&value, bytes.data() + size_t(i) * sizeof(T), sizeof(T));
  return value;
}
template <typename T> static void store(Bytes &bytes, int64_t i, T value) {
  memcpy(bytes.data() + size_t(i) * sizeof(T), &value, sizeof(T));
}

double Tensor::get(int64_t i) const {
  switch (dtype.code) {
  case MAMBAC_FLOAT:
    return dtype.bits == 32   ? double(load<float>(bytes, i))
           : dtype.bits == 64 ? load<double>(bytes, i)
                              : double(halfToFloat(load<uint16_t>(bytes, i)));
  case MAMBAC_BFLOAT:
    return double(bfloatToFloat(load<uint16_t>(bytes, i)));
  case MAMBAC_INT:
    return dtype.bits == 64   ? double(load<int64_t>(bytes, i))
           : dtype.bits == 32 ? double(load<int32_t>(bytes, i))
           : dtype.bits == 16 ? double(load<int16_t>(bytes, i))
                              : double(load<int8_t>(bytes, i));
  default:
    return double(load<uint8_t>(bytes, i));
  }
}

void Tensor::set(int64_t i, double value) {
  switch (dtype.code) {
  case MAMBAC_FLOAT:
    if (dtype.bits == 32)
      store(bytes, i, float(value));
    else if (dtype.bits == 64)
      store(bytes, i, value);
    else
      store(bytes, i, floatToHalf(float(value)));
    break;
  case MAMBAC_BFLOAT:
    store(bytes, i, floatToBFloat(float(value)));
    break;
  case MAMBAC_INT:
    if (dtype.bits == 64)
      store(bytes, i, int64_t(value));
    else if (dtype.bits == 32)
      store(bytes, i, int32_t(value));
    else if (dtype.bits == 16)
      store(bytes, i, int16_t(value));
    else
      store(bytes, i, int8_t(value));
    break;
  default:
    store(bytes, i, uint8_t(value));
  }
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

struct FileCloser {
  void operator()(FILE *file) const { fclose(file); }
};
using FilePointer = std::unique_ptr<FILE, FileCloser>;

/// Reads the header's Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderParser {
public:
  HeaderParser(const std::string &path, const std::string &text) : path(path), text(text) {}

  void parse(std::string &descr, bool &fortran, std::vector<int64_t> &shape) {
    bool hasDescr = false, hasOrder = false, hasShape = false;
    expect('{');
    while (!eat('}')) {
      std::string key = quoted();
      expect(':');
      if (key == "descr") {
        skip();
        if (at < text.size() && text[at] == '[')
          throw BadInput(path + ": holds records; store each field as a file of its own");
        descr = quoted();
        hasDescr = true;
      } else if (key == "fortran_order") {
        fortran = word() == "True";
        hasOrder = true;
      } else if (key == "shape") {
        expect('(');
        while (!eat(')')) {
          shape.push_back(number());
          eat(',');
        }
        hasShape = true;
      } else {
        fail();
      }
      eat(',');
    }
    if (!hasDescr || !hasOrder || !hasShape)
      fail();
  }

private:
  [[noreturn]] void fail() { throw BadInput(path + ": corrupt .npy header near byte " + std::to_string(at)); }
  void skip() {
    while (at < text.size() && isspace((unsigned char)text[at]))
      ++at;
  }
  bool eat(char c) {
    skip();
    if (at >= text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }
  void expect(char c) {
    if (!eat(c))
      fail();
  }
  std::string quoted() {
    skip();
    if (at >= text.size() || (text[at] != '\'' && text[at] != '"'))
      fail();
    size_t end = text.find(text[at], at + 1);
    if (end == std::string::npos)
      fail();
    std::string result = text.substr(at + 1, end - at - 1);
    at = end + 1;
    return result;
  }
  std::string word() {
    skip();
    size_t start = at;
    while (at < text.size() && isalpha((unsigned char)text[at]))
      ++at;
    std::string result = text.substr(start, at - start);
    if (result != "True" && result != "False")
      fail();
    return result;
  }
  int64_t number() {
    skip();
    int64_t value = 0;
    size_t start = at;
    while (at < text.size() && isdigit((unsigned char)text[at])) {
      if (__builtin_mul_overflow(value, int64_t(10), &value) || __builtin_add_overflow(value, text[at] - '0', &value))
        fail();
      ++at;
    }
    if (at == start)
      fail();
    if (at < text.size() && text[at] == 'L') // Python 2's long
      ++at;
    return value;
  }

  const std::string &path, &text;
  size_t at = 0;
};

/// The type of a descr such as "<f4"; false if mambac has none like it. Two opaque bytes are a bfloat16.
bool parseDescr(const std::string &descr, mambac_dtype &dtype) {
  static const struct {
    const char *word;
    uint8_t code, bits;
  } rows[] = {{"f2", MAMBAC_FLOAT, 16}, {"f4", MAMBAC_FLOAT, 32}, {"f8", MAMBAC_FLOAT, 64}, {"i1", MAMBAC_INT, 8},
              {"i2", MAMBAC_INT, 16},   {"i4", MAMBAC_INT, 32},   {"i8", MAMBAC_INT, 64},   {"u1", MAMBAC_UINT, 8},
              {"b1", MAMBAC_BOOL, 8},   {"u2", MAMBAC_BFLOAT, 16}, {"V2", MAMBAC_BFLOAT, 16}};
  if (descr.size() != 3 || !strchr("<|=", descr[0]))
    return false;
  for (const auto &row : rows)
    if (descr.compare(1, 2, row.word) == 0) {
      dtype = {row.code, row.bits, 1};
      return true;
    }
  return false;
}

bool isSame(mambac_dtype left, mambac_dtype right) { return left.code == right.code && left.bits == right.bits; }

} // namespace

Tensor mambac::runner::readNpy(const std::string &path, mambac_dtype wanted) {
  FilePointer file(fopen(path.c_str(), "rbe"));
  struct stat info;
  if (!file || fstat(fileno(file.get()), &info))
    throw BadInput("cannot read " + path + ": " + strerror(errno));
  if (S_ISDIR(info.st_mode))
    throw BadInput("cannot read " + path + ": it is a folder");
  unsigned char start[12];
  size_t got = fread(start, 1, 10, file.get());
  if (got < 6 || memcmp(start, "\x93NUMPY", 6))
    throw BadInput(path + ": not a .npy file (write one with numpy.save)");
  std::string truncated = path + ": truncated .npy file";
  if (got < 10)
    throw BadInput(truncated);
  unsigned major = start[6];
  if (major < 1 || major > 3)
    throw BadInput(path + ": .npy version " + std::to_string(major) + " is not known; versions 1 to 3 are");
  size_t headerBytes = start[8] | size_t(start[9]) << 8;
  if (major > 1) {
    if (fread(start + 10, 1, 2, file.get()) != 2)
      throw BadInput(truncated);
    headerBytes |= size_t(start[10]) << 16 | size_t(start[11]) << 24;
  }
  if (headerBytes > 1 << 20)
    throw BadInput(path + ": corrupt .npy header of " + std::to_string(headerBytes) + " bytes");
  std::string header(headerBytes, 0);
  if (fread(&header[0], 1, headerBytes, file.get()) != headerBytes)
    throw BadInput(truncated + " (its header ends early)");

  std::string descr;
  bool fortran = false;
  std::vector<int64_t> shape;
  HeaderParser(path, header).parse(descr, fortran, shape);
  if (!descr.empty() && descr[0] == '>' && descr != ">u1")
    throw BadInput(path + ": holds big-endian numbers (" + descr + "); store them little-endian");
  mambac_dtype stored;
  if (!parseDescr(descr, stored))
    throw BadInput(path + ": holds numbers of type " + descr + ", expected " + getDtypeName(wanted));
  mambac_dtype f32 = {MAMBAC_FLOAT, 32, 1};
  bool convert = wanted.code == MAMBAC_BFLOAT && isSame(stored, f32);
  if (!convert && !isSame(stored, wanted))
    throw BadInput(path + ": holds " + (stored.code == MAMBAC_BFLOAT ? descr : getDtypeName(stored)) + ", expected " +
                   getDtypeName(wanted));
  if (fortran && shape.size() > 1)
    throw BadInput(path + ": is in Fortran order; store numpy.ascontiguousarray of it");

  // The size before the memory, so that a corrupt shape does not ask for a terabyte.
  size_t dataBytes;
  uint64_t offset = uint64_t(ftello(file.get()));
  if (!countBytes(stored, shape, dataBytes))
    throw BadInput(path + ": corrupt .npy header: shape " + describeShape(shape));
  if (S_ISREG(info.st_mode)) {
    uint64_t have = uint64_t(info.st_size) - offset;
    if (have < dataBytes)
      throw BadInput(truncated + ": shape " + describeShape(shape) + " needs " + std::to_string(dataBytes) +
                     " bytes of data, it has " + std::to_string(have));
    if (have > dataBytes)
      throw BadInput(path + ": " + std::to_string(have - dataBytes) + " bytes too many for shape " + describeShape(shape));
  }
  Tensor tensor;
  tensor.allocate(stored, shape);
  if (fread(tensor.bytes.data(), 1, dataBytes, file.get()) != dataBytes)
    throw BadInput(truncated);
  if (!convert)
    return tensor;
  Tensor converted;
  converted.allocate(wanted, shape);
  for (int64_t i = 0, e = tensor.countElements(); i < e; ++i)
    converted.set(i, tensor.get(i));
  return converted;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

void mambac::runner::writeNpy(const std::string &path, const Tensor &tensor) {
  if (tensor.dtype.code == MAMBAC_BFLOAT) {
    Tensor wide;
    wide.allocate({MAMBAC_FLOAT, 32, 1}, tensor.shape);
    for (int64_t i = 0, e = tensor.countElements(); i < e; ++i)
      wide.set(i, tensor.get(i));
    return writeNpy(path, wide);
  }
  const char *kind = tensor.dtype.code == MAMBAC_FLOAT  ? "f"
                     : tensor.dtype.code == MAMBAC_INT  ? "i"
                     : tensor.dtype.code == MAMBAC_BOOL ? "b"
                                                        : "u";
  std::string header = std::string("{'descr': '") + (tensor.dtype.bits == 8 ? "|" : "<") + kind +
                       std::to_string(tensor.dtype.bits / 8) + "', 'fortran_order': False, 'shape': (";
  for (int64_t size : tensor.shape)
    header += std::to_string(size) + ", ";
  if (tensor.shape.size() > 1)
    header.resize(header.size() - 2);
  else if (tensor.shape.size() == 1)
    header.resize(header.size() - 1);
  header += "), }";
  header.append(63 - (header.size() + 10) % 64, ' ');
  header += '\n';
  std::string start = std::string("\x93NUMPY\x01", 7) + std::string(1, 0);
  start += char(header.size() & 255);
  start += char(header.size() >> 8);

  bool toStdout = path == "-";
  struct stat info;
  if (!toStdout && stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) // it would be replaced by the file
    throw BadInput("cannot write " + path + ": it is no regular file; write to a file, or to - for standard output");
  std::string temporary = path + ".tmp-" + std::to_string(getpid());
  FILE *file = toStdout ? stdout : fopen(temporary.c_str(), "wbe");
  if (!file)
    throw BadInput("cannot write " + path + ": " + strerror(errno));
  bool ok = fwrite(start.data(), 1, start.size(), file) == start.size() &&
            fwrite(header.data(), 1, header.size(), file) == header.size() &&
            fwrite(tensor.bytes.data(), 1, tensor.bytes.size(), file) == tensor.bytes.size();
  ok = (toStdout ? fflush(file) : fclose(file)) == 0 && ok;
  if (!toStdout)
    ok = ok && rename(temporary.c_str(), path.c_str()) == 0;
  if (!ok) {
    std::string reason = strerror(errno);
    if (!toStdout)
      unlink(temporary.c_str());
    throw BadInput("cannot write " + path + ": " + reason);
  }
}
