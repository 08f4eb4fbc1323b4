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

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_ERRORTEXT_H
