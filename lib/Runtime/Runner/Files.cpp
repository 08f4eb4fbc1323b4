//===- Files.cpp - Whole files ------------------------------------------------------------------------------------===//
//
// See Files.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Files.h"
#include "lib/Runtime/Runner/Npy.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

using namespace mambac::runner;

std::string mambac::runner::readWholeFile(const std::string &path) {
  FILE *file = path == "-" ? stdin : fopen(path.c_str(), "rb");
  struct stat status;
  if (!file || (file != stdin && !fstat(fileno(file), &status) && S_ISDIR(status.st_mode))) {
    if (file)
      fclose(file);
    throw BadInput("cannot read " + path + ": " + (file ? "it is a folder" : strerror(errno)));
  }
  std::string text;
  char buffer[1 << 16];
  for (size_t size; (size = fread(buffer, 1, sizeof buffer, file)) > 0;)
    text.append(buffer, size);
  bool failed = ferror(file);
  if (file != stdin)
    fclose(file);
  if (failed)
    throw BadInput("cannot read " + path);
  return text;
}

void mambac::runner::writeWholeFile(const std::string &path, const std::string &bytes) {
  // Devices and pipes are written to as they are; a file takes its place when it is whole.
  struct stat status;
  bool special = !stat(path.c_str(), &status) && !S_ISREG(status.st_mode);
  std::string temporary = special ? path : path + "." + std::to_string(getpid()) + ".tmp";
  FILE *file = fopen(temporary.c_str(), "wb");
  bool good = file && fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  int problem = errno;
  if (file && fclose(file)) {
    problem = good ? errno : problem;
    good = false;
  }
  if (good && !special && rename(temporary.c_str(), path.c_str())) {
    problem = errno;
    good = false;
  }
  if (good)
    return;
  if (!special)
    unlink(temporary.c_str());
  throw BadInput("cannot write " + path + ": " + strerror(problem));
}
