//===- CPUFeatures.cpp - What this machine's CPU offers -----------------------------------------------------------===//
//
// See CPUFeatures.h. The processor is asked, not /proc, which may not be mounted.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/CPUFeatures.h"

#include <cstdint>
#include <cstring>
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

using namespace mambac;

#if defined(__x86_64__)

enum class Saved { none, avx, avx512 };

/// Whether the system saves the registers of `state` when it switches between programs.
static bool saves(Saved state) {
  unsigned eax, ebx, ecx, edx;
  if (state == Saved::none)
    return true;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx >> 27 & 1)) // OSXSAVE: XGETBV is there
    return false;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  uint32_t wanted = state == Saved::avx ? 0x06 : 0xe6;
  return (low & wanted) == wanted;
}

static bool offers(const char *feature) {
  struct Row {
    const char *name;
    unsigned leaf, subleaf;
    enum { eax, ebx, ecx, edx } place;
    unsigned bit;
    Saved state;
  };
  static const Row rows[] = {
#define X86_FEATURE(name, leaf, subleaf, register, bit, state) {name, leaf, subleaf, Row::register, bit, Saved::state},
#include "lib/Runtime/CPUFeatures.def"
  };
  for (const Row &row : rows) {
    unsigned registers[4];
    if (strcmp(row.name, feature))
      continue;
    return __get_cpuid_count(row.leaf, row.subleaf, &registers[0], &registers[1], &registers[2], &registers[3]) &&
           (registers[row.place] >> row.bit & 1) && saves(row.state);
  }
  return false;
}

#elif defined(__aarch64__)

static bool offers(const char *feature) {
  struct Row {
    const char *name;
    int word;
    unsigned long bits;
  };
  static const Row rows[] = {
#define AARCH64_FEATURE(name, word, bits) {name, word, bits},
#include "lib/Runtime/CPUFeatures.def"
  };
  for (const Row &row : rows)
    if (!strcmp(row.name, feature))
      return (getauxval(row.word == 1 ? AT_HWCAP : AT_HWCAP2) & row.bits) == row.bits;
  return false;
}

#else

static bool offers(const char *) { return false; }

#endif

const char *mambac::findMissingFeature(const std::vector<std::string> &features) {
  for (const std::string &feature : features)
    if (!offers(feature.c_str()))
      return feature.c_str();
  return nullptr;
}
