//===- Clock.h - Time that passes ----------------------------------------------------------------------*- C++ -*-===//
//
// Seconds between two places of a program, and how speed is told.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_CLOCK_H
#define MAMBAC_LIB_RUNTIME_RUNNER_CLOCK_H

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

namespace mambac::runner {

class Clock {
public:
  /// Seconds since the last call.
  double lap() {
    auto now = std::chrono::steady_clock::now();
    double seconds = std::chrono::duration<double>(now - last).count();
    last = now;
    return std::max(seconds, 1e-9);
  }

private:
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
};

/// "512 tokens in 0.240 s: 2133.3 tokens/s"
inline std::string describeSpeed(size_t tokens, double seconds) {
  char text[128];
  snprintf(text, sizeof text, "%zu tokens in %.3f s: %.1f tokens/s", tokens, seconds, double(tokens) / seconds);
  return text;
}

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_CLOCK_H
