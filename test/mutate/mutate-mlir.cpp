//===- mutate-mlir.cpp - Bad IR gets a diagnostic, not a crash ------------------------------------------------------===//
//
// Takes .mlir files apart at their `// -----` lines, changes the pieces at random (Mutator.h) and sends what comes out
// through the parser, the verifier, the printer and a stage's pipeline or one pass. Batches run in child processes. A
// signal, or a minute without an end, is a crash; it is ours if a frame of this program lies on the stack above the
// driver, that is, everything but MLIR and LLVM, which are shared libraries. Others are counted and listed.
//
//   mutate-mlir --tries=N --seed=S FILES.mlir...
//
// The last line is JSON: {"tries": N, "verified": N, "ours": N, "upstream": N}. --only=NUMBER repeats one try in this
// process, and prints its pipeline, its module and the diagnostics.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "mambac/Passes.h"
#include "test/mutate/Mutator.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <csignal>
#include <cstring>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <map>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace {

cl::list<std::string> files(cl::Positional, cl::desc("FILES.mlir"));
cl::opt<unsigned> tries("tries", cl::desc("How many changed modules"), cl::init(1000));
cl::opt<uint64_t> seed("seed", cl::init(1));
cl::opt<int64_t> only("only", cl::desc("This try alone, in this process"), cl::init(-1));

/// What a child tells its parent while it runs and when it dies.
struct Shared {
  int64_t current;      ///< the try that runs
  int64_t verified;     ///< so far
  int32_t ours;         ///< frames of this program above the driver, when it died
  char pipeline[256];
  char where[4][160];   ///< names of the innermost of them
  unsigned startFrames; ///< frames of this program in the driver itself
};
Shared *shared;

/// Frames of the running program on the stack; names of the first few.
unsigned countOwnFrames(char (*names)[160]) {
  static Dl_info self;
  static bool known = dladdr(reinterpret_cast<void *>(&countOwnFrames), &self) != 0;
  void *frames[400];
  int depth = backtrace(frames, 400);
  unsigned count = 0;
  for (int i = 0; i < depth; ++i) {
    Dl_info info;
    if (!known || !dladdr(frames[i], &info) || info.dli_fbase != self.dli_fbase)
      continue;
    // The first two are this function and the signal handler.
    if (names && count >= 2 && count < 6)
      std::snprintf(names[count - 2], 160, "%s+0x%lx", info.dli_sname ? info.dli_sname : "?",
                    static_cast<unsigned long>(static_cast<char *>(frames[i]) - static_cast<char *>(info.dli_fbase)));
    ++count;
  }
  return count;
}

void onSignal(int number) {
  unsigned own = countOwnFrames(shared->where);
  shared->ours = int32_t(own) - int32_t(shared->startFrames) - 2; // countOwnFrames and this
  signal(number, SIG_DFL);
  raise(number);
}

std::vector<std::string> readPieces() {
  std::vector<std::string> pieces;
  for (const std::string &path : files) {
    auto buffer = MemoryBuffer::getFile(path);
    if (!buffer)
      continue;
    SmallVector<StringRef> parts;
    (*buffer)->getBuffer().split(parts, "// -----");
    for (StringRef part : parts)
      if (part.contains("func") && part.size() < 60000)
        pieces.push_back(part.str());
  }
  return pieces;
}

constexpr unsigned kStages = 11;

/// Stages, and every pass of ours by itself.
std::vector<std::string> listPipelines() {
  std::vector<std::string> all = {"",
                                  "mambac-raise",
                                  "mambac-raise,mambac-schedule",
                                  "mambac-schedule",
                                  "mambac-schedule,mambac-lower-cpu",
                                  "mambac-lower-cpu",
                                  "mambac-arena",
                                  "ssm-decompose",
                                  "ssm-decompose,mambac-schedule",
                                  "mambac-lower-reference",
                                  "canonicalize,cse"};
  // The registry of passes has no iterator that is public, but it prints itself.
  FILE *file = tmpfile();
  int before = dup(STDOUT_FILENO);
  dup2(fileno(file), STDOUT_FILENO);
  mlir::printRegisteredPasses();
  outs().flush();
  dup2(before, STDOUT_FILENO);
  close(before);
  std::string text(size_t(lseek(fileno(file), 0, SEEK_END)), ' ');
  if (pread(fileno(file), text.data(), text.size(), 0) < 0)
    text.clear();
  fclose(file);
  static const Regex pattern("--((mambac|ssm)-[a-z0-9-]+)");
  SmallVector<StringRef> found;
  for (StringRef rest(text); pattern.match(rest, &found); rest = rest.substr(size_t(found[0].end() - rest.begin())))
    if (mlir::PassInfo::lookup(found[1]))
      all.push_back(found[1].str());
  return all;
}

/// One try. Whether the module verified.
__attribute__((noinline)) bool runTry(uint64_t number, const std::vector<std::string> &pieces,
                                      const std::vector<std::string> &pipelines, mlir::MLIRContext &context) {
  mambac::test::Mutator mutator(seed * 1000003 + number);
  const std::string &piece = pieces[mutator.below(pieces.size())];
  std::string pipeline = mutator.chance(60) ? pipelines[mutator.below(kStages)] : pipelines[mutator.below(pipelines.size())];
  std::snprintf(shared->pipeline, sizeof shared->pipeline, "%s", pipeline.c_str());
  std::string text = piece;
  if (mutator.chance(30))
    text = mutator.mutateText(piece, pieces[mutator.below(pieces.size())]);
  shared->startFrames = countOwnFrames(nullptr) - 1;
  mlir::OwningOpRef<mlir::ModuleOp> source = mlir::parseSourceString<mlir::ModuleOp>(text, mlir::ParserConfig(&context));
  mlir::ModuleOp module = source ? *source : mlir::ModuleOp();
  if (!module) {
    if (only >= 0)
      outs() << text << "\n// does not parse\n";
    return false;
  }
  // Changes of the IR mostly do not verify; some more attempts at little cost. What is sent on is what a file can hold: an
  // attribute of the wrong kind, say, is lost in memory without a word, and a parser would not take it.
  for (unsigned attempt = 0; text == piece && attempt < 5; ++attempt) {
    mlir::OwningOpRef<mlir::ModuleOp> copy(cast<mlir::ModuleOp>(source->getOperation()->clone()));
    mutator.mutate(*copy);
    std::string written;
    raw_string_ostream stream(written);
    copy->print(stream, mlir::OpPrintingFlags().printGenericOpForm().assumeVerified());
    if (only >= 0) {
      outs() << written << "\n// attempt\n";
      outs().flush();
    }
    mlir::OwningOpRef<mlir::ModuleOp> read =
        mlir::parseSourceString<mlir::ModuleOp>(written, mlir::ParserConfig(&context));
    if (!read && attempt < 4)
      continue;
    if (!read)
      return false;
    source = std::move(read);
    module = *source;
    break;
  }
  if (only >= 0) {
    outs() << "// " << pipeline << "\n";
    module->print(outs(), mlir::OpPrintingFlags().printGenericOpForm().assumeVerified());
    outs() << "\n";
    outs().flush();
  }
  if (failed(mlir::verify(module)))
    return false;
  {
    std::string printed;
    raw_string_ostream stream(printed);
    module->print(stream);
  }
  if (!pipeline.empty()) {
    mlir::PassManager pm(&context, mlir::ModuleOp::getOperationName(), mlir::PassManager::Nesting::Implicit);
    pm.addPass(mambac::createVerifyInput()); // as mamba-opt does
    std::string message;
    raw_string_ostream stream(message);
    if (failed(mlir::parsePassPipeline(pipeline, pm, stream)) &&
        failed(mlir::parsePassPipeline("func.func(" + pipeline + ")", pm, stream))) {
      errs() << "mutate-mlir: " << message;
      _exit(3);
    }
    (void)pm.run(module);
  }
  return true;
}

void runBatch(uint64_t begin, uint64_t end, const std::vector<std::string> &pieces,
              const std::vector<std::string> &pipelines) {
  mlir::DialectRegistry registry;
  mambac::registerToolDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  mlir::ScopedDiagnosticHandler quiet(&context, [](mlir::Diagnostic &diagnostic) {
    if (only >= 0)
      errs() << diagnostic.str() << "\n";
    return mlir::success();
  });
  for (uint64_t i = begin; i < end; ++i) {
    shared->current = int64_t(i);
    alarm(60);
    shared->verified += runTry(i, pieces, pipelines, context);
  }
  alarm(0);
}

void prepareChild() {
  rlimit memory{rlim_t(6) << 30, rlim_t(6) << 30};
  setrlimit(RLIMIT_AS, &memory);
  rlimit core{0, 0};
  setrlimit(RLIMIT_CORE, &core);
  static char stack[1 << 17];
  stack_t alternative{};
  alternative.ss_sp = stack;
  alternative.ss_size = sizeof stack;
  sigaltstack(&alternative, nullptr);
  for (int number : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM, SIGTRAP}) {
    struct sigaction action {};
    action.sa_handler = onSignal;
    action.sa_flags = SA_ONSTACK | SA_NODEFER;
    sigaction(number, &action, nullptr);
  }
}

} // namespace

int main(int argc, char **argv) {
  mambac::registerToolPasses();
  cl::ParseCommandLineOptions(argc, argv, "changes .mlir files at random and looks for crashes\n");
  std::vector<std::string> pieces = readPieces();
  if (pieces.empty()) {
    errs() << "mutate-mlir: error: no .mlir files with functions were given\n";
    return 1;
  }
  std::vector<std::string> pipelines = listPipelines();
  shared = static_cast<Shared *>(
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  void *warm[1];
  (void)backtrace(warm, 1); // loads libgcc, which is no thing to do in a signal handler
  if (only >= 0) {
    sys::PrintStackTraceOnErrorSignal(argv[0]);
    runBatch(uint64_t(only), uint64_t(only) + 1, pieces, pipelines);
    return 0;
  }
  uint64_t next = 0, ours = 0, upstream = 0;
  std::map<std::string, unsigned> known;
  constexpr uint64_t batch = 100;
  while (next < tries) {
    uint64_t end = std::min<uint64_t>(next + batch, tries);
    shared->ours = 0;
    std::memset(shared->where, 0, sizeof shared->where);
    pid_t child = fork();
    if (child == 0) {
      prepareChild();
      int null = open("/dev/null", O_WRONLY);
      dup2(null, STDOUT_FILENO);
      dup2(null, STDERR_FILENO);
      runBatch(next, end, pieces, pipelines);
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      next = end;
      continue;
    }
    bool own = shared->ours > 0 || WIFEXITED(status);
    (own ? ours : upstream) += 1;
    std::string what = WIFSIGNALED(status) ? (WTERMSIG(status) == SIGALRM ? "no end" : strsignal(WTERMSIG(status)))
                                           : "exit " + std::to_string(WEXITSTATUS(status));
    std::string key = std::string(own ? shared->where[0] : "upstream") + " in " + shared->pipeline;
    if (own || ++known[key] == 1)
      outs() << (own ? "OURS" : "upstream") << ": try " << shared->current << " of seed " << seed << ": " << what << " in '"
             << shared->pipeline << "': " << shared->where[0] << " " << shared->where[1] << " " << shared->where[2] << "\n";
    outs().flush();
    next = uint64_t(shared->current) + 1;
  }
  outs() << "{\"tries\": " << tries << ", \"verified\": " << shared->verified << ", \"ours\": " << ours
         << ", \"upstream\": " << upstream << "}\n";
  return ours ? 1 : 0;
}
