//===- Link.cpp - Shared libraries by lld, in process ---------------------------------------------------------===//
//
// See Link.h. System libraries are found where this very process has them loaded, so that no development files are
// needed on the machine that compiles a model.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Link.h"
#include "lld/Common/Driver.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstdlib>
#include <dlfcn.h>
#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace llvm;

/// The path of the loaded library that defines `address`.
static std::string libraryOf(const void *address) {
  Dl_info info;
  return dladdr(address, &info) && info.dli_fname ? info.dli_fname : "";
}

/// A version script that exports the C interface and the product alone: the runtime's instances of templates in namespace
/// std must neither be found by the program nor keep the library from being unloaded.
static Error writeVersionScript(StringRef path) {
  std::error_code code;
  raw_fd_ostream out(path, code);
  if (!code)
    out << "{ global: mambac_*; local: *; };\n";
  out.close();
  if (code || out.has_error())
    return createStringError("cannot write " + path);
  return Error::success();
}

static Error runLinker(const std::vector<std::string> &args, StringRef output) {
  static std::mutex mutex; // lld keeps global state
  std::lock_guard<std::mutex> lock(mutex);
  std::vector<const char *> pointers;
  for (const std::string &arg : args)
    pointers.push_back(arg.c_str());
  std::string text;
  raw_string_ostream messages(text);
  lld::Result result = lld::lldMain(pointers, messages, messages, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode)
    return createStringError("linking " + output + " failed: " + text);
  return Error::success();
}

Error mambac::linkObjects(ArrayRef<std::string> objects, StringRef output) {
  std::vector<std::string> args = {"ld.lld", "-r", "-o", output.str()};
  args.insert(args.end(), objects.begin(), objects.end());
  return runLinker(args, output);
}

Error mambac::linkShared(ArrayRef<std::string> objects, ArrayRef<std::string> archives, StringRef output,
                         StringRef soName, bool forThisMachine) {
  std::vector<std::string> args = {"ld.lld",          "-shared",       "-z",          "noexecstack",
                                   "--build-id=none", "--gc-sections", "--as-needed", "-o",
                                   output.str(),      ("-soname=" + soName).str()};
  args.insert(args.end(), objects.begin(), objects.end());
  std::string script = (output + ".map").str();
  FileRemover removeScript(script);
  if (Error error = writeVersionScript(script))
    return error;
  args.push_back("--version-script=" + script);
  if (!archives.empty()) {
    args.push_back("--whole-archive");
    args.insert(args.end(), archives.begin(), archives.end());
    args.push_back("--no-whole-archive");
  }
  if (!forThisMachine)
    return runLinker(args, output);
  // One symbol of each: libstdc++, libm, libc, libgcc_s.
  for (const void *symbol : {dlsym(RTLD_DEFAULT, "_ZSt9terminatev"), dlsym(RTLD_DEFAULT, "expf"),
                             dlsym(RTLD_DEFAULT, "memcpy"), dlsym(RTLD_DEFAULT, "_Unwind_Resume")})
    if (std::string path = symbol ? libraryOf(symbol) : ""; !path.empty())
      args.push_back(path);
  return runLinker(args, output);
}
