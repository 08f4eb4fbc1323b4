//===- ErrorText.h - Error messages that never allocate ----------------------------------------------*- C++ -*-===//
//
// The text of the last failure, of a fixed size, so that failing allocates nothing and works when memory is short. A
// function that fails says `return error.set(MAMBAC_IO_ERROR, "...", ...)`. Not for the compiler.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_ERRORTEXT_H
#define MAMBAC_LIB_RUNTIME_ERRORTEXT_H

#include "mambac/mambac.h"

#include <cstdarg>
#include <cstdio>

namespace mambac {

class ErrorText {
public:
  /// Writes the message and returns `status`.
  __attribute__((format(printf, 3, 4))) mambac_status set(mambac_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return status;
  }
  const char *get() const { return text; }

private:
  char text[2048] = {};
};

/// Calls `body`, and turns what it throws, which is memory that is short, into a status.
template <typename Body> mambac_status guarded(ErrorText &error, Body body) {
  try {
    return body();
  } catch (...) {
    return error.set(MAMBAC_OUT_OF_MEMORY, "out of memory");
  }
}

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_ERRORTEXT_H
