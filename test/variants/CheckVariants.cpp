//===- CheckVariants.cpp - Whether raising finds the op in each variant ---------------------------------------------===//
//
// check-variants STEM...: imports STEM.pt2 (make_variants.py writes it), raises it, and looks at what came out: exactly
// one op of the expected kind with all the parts that the variant has, nothing left over of the computation by which it
// was spelled, and the reference's results when the raised module is run by the ops' definitions. One line of JSON for
// each variant on stdout. --print shows the raised modules, --imported runs what was imported as well: where that is
// wrong, raising is not to blame.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Import/Import.h"
#include "mambac/Passes.h"
#include "test/unit/Import/ReferenceRunner.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

using namespace mambac;
namespace json = llvm::json;

namespace {

/// f32 against a reference in f64; divided cumulative sums lose some digits. A wrong mask, state or axis is off by 1e-1.
constexpr double kTolerance = 5e-4;

struct Outcome {
  std::string problem; ///< empty: found and right
  std::string stage;   ///< "import", "raise", "found", "numbers"
  std::vector<std::string> left;
  std::set<std::string> remarks;
};

/// Runs a module on the inputs of one case and says what is wrong with the results.
std::string runCase(mlir::OwningOpRef<mlir::ModuleOp> module, const pt2::ExportedProgram &program,
                    const std::string &stem) {
  auto read = [&](const char *which) {
    std::vector<test::Array> arrays;
    for (int i = 0; llvm::sys::fs::exists(stem + which + std::to_string(i) + ".npy"); ++i)
      arrays.push_back(test::readNpy(stem + which + std::to_string(i) + ".npy"));
    return arrays;
  };
  std::vector<test::Array> inputs = read(".in."), wanted = read(".out.");
  std::string message;
  std::vector<test::Array> results = test::runReference(std::move(module), program, inputs, message);
  if (!message.empty())
    return "it does not run: " + message;
  if (results.size() != wanted.size() || wanted.empty())
    return "it has another number of results";
  for (size_t i = 0; i < results.size(); ++i) {
    double error = test::largestDifference(results[i], wanted[i]);
    if (!(error <= kTolerance))
      return "result " + std::to_string(i) + " is off by " + std::to_string(error);
  }
  return "";
}

/// The same for all cases: each has its own sizes.
std::string runAndCompare(mlir::ModuleOp module, const pt2::ExportedProgram &program, const std::string &stem) {
  for (int number = 0;; ++number) {
    std::string name = stem + "." + std::to_string(number);
    if (number && !llvm::sys::fs::exists(name + ".in.0.npy"))
      return "";
    auto copy = llvm::cast<mlir::ModuleOp>(module->clone());
    if (std::string wrong = runCase(mlir::OwningOpRef<mlir::ModuleOp>(copy), program, name); !wrong.empty())
      return "case " + std::to_string(number) + ": " + wrong;
  }
}

/// Notes which of the parts that the variant has are no part of the op.
template <typename Op> void checkParts(Op op, const json::Array &parts, Outcome &outcome) {
  mlir::Value bias;
  if constexpr (std::is_same_v<Op, ssm::SSDOp>)
    bias = op.getDtBias();
  else
    bias = op.getDeltaBias();
  std::pair<const char *, bool> have[] = {{"D", bool(op.getD())},
                                          {"z", bool(op.getZ())},
                                          {"softplus", op.getSoftplus()},
                                          {"bias", bool(bias)},
                                          {"init", bool(op.getInitialState())},
                                          {"final", op->getNumResults() > 1}};
  for (auto [name, present] : have)
    if (!present && llvm::is_contained(parts, json::Value(name)))
      outcome.left.push_back(std::string("the op has no ") + name);
}

/// What an op says about a computation that was not raised, or nothing.
std::string describeLeftover(mlir::Operation *op) {
  auto isFloat = [](mlir::Value v) { return llvm::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(v)); };
  if (llvm::isa<ssm::ScanOp, ssm::SegsumOp, mlir::scf::ForOp, mlir::scf::WhileOp>(op))
    return op->getName().getStringRef().str();
  if (auto cumsum = llvm::dyn_cast<ssm::CumsumOp>(op))
    return isFloat(cumsum.getX()) ? "ssm.cumsum" : "";
  if (auto einsum = llvm::dyn_cast<ssm::EinsumOp>(op))
    return einsum.getInputs().size() > 1 ? "ssm.einsum of " + std::to_string(einsum.getInputs().size()) + " factors" : "";
  auto linalgOp = llvm::dyn_cast<mlir::linalg::LinalgOp>(op);
  if (linalgOp && isFloat(linalgOp->getResult(0)) && linalgOp.getNumReductionLoops())
    return "a sum in linalg";
  return "";
}

Outcome check(const std::string &stem, bool print, bool imported) {
  Outcome outcome;
  auto text = llvm::MemoryBuffer::getFile(stem + ".json");
  llvm::Expected<json::Value> meta = json::parse(text ? (*text)->getBuffer() : "");
  if (!meta) {
    outcome.problem = llvm::toString(meta.takeError());
    outcome.stage = "read";
    return outcome;
  }
  const json::Array &parts = *meta->getAsObject()->getArray("parts");
  const json::Array &wanted = *meta->getAsObject()->getArray("ops");

  auto context = test::makeContext();
  std::string errors;
  mlir::ScopedDiagnosticHandler handler(context.get(), [&](mlir::Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Remark)
      outcome.remarks.insert(diagnostic.str());
    else
      errors += diagnostic.str() + "\n";
    return mlir::success();
  });
  mlir::remark::RemarkCategories categories{std::nullopt, std::nullopt, "mambac-raise", std::nullopt, std::nullopt};
  (void)mlir::remark::enableOptimizationRemarks(*context, nullptr,
                                                std::make_unique<mlir::remark::RemarkEmittingPolicyAll>(), categories,
                                                /*printAsEmitRemarks=*/true);

  pt2::ExportedProgram program;
  mlir::OwningOpRef<mlir::ModuleOp> module = importModel(stem + ".pt2", *context, &program);
  outcome.stage = "import";
  if (!module) {
    outcome.problem = errors;
    return outcome;
  }
  if (imported) {
    outcome.problem = runAndCompare(*module, program, stem);
    if (!outcome.problem.empty())
      return outcome;
  }
  mlir::PassManager pm(context.get());
  buildRaisePipeline(pm);
  outcome.stage = "raise";
  if (mlir::failed(pm.run(*module))) {
    outcome.problem = errors.empty() ? "the pipeline failed" : errors;
    return outcome;
  }
  if (print)
    module->print(llvm::errs());

  unsigned found = 0, exponentials = 0;
  module->walk([&](mlir::Operation *op) {
    bool isWanted = llvm::is_contained(wanted, json::Value(op->getName().stripDialect()));
    if (auto ssd = llvm::dyn_cast<ssm::SSDOp>(op); ssd && isWanted) {
      ++found;
      checkParts(ssd, parts, outcome);
    } else if (auto scan = llvm::dyn_cast<ssm::SelectiveScanOp>(op); scan && isWanted) {
      ++found;
      checkParts(scan, parts, outcome);
    } else if (llvm::isa<mlir::math::ExpOp>(op)) {
      ++exponentials;
    } else if (std::string leftover = describeLeftover(op); !leftover.empty()) {
      outcome.left.push_back(leftover);
    }
  });
  // -exp(A_log) belongs to no op; softplus and silu belong to the op if there is one.
  auto has = [&](const char *part) { return llvm::is_contained(parts, json::Value(part)); };
  bool nothingRecurs = meta->getAsObject()->getBoolean("nothing recurs").value_or(false);
  if (exponentials > (found == 0 && nothingRecurs ? has("softplus") + has("z") : has("A_log")))
    outcome.left.push_back(std::to_string(exponentials) + " exponentials");
  // Without an old state nothing recurs over a single step: one sum over the states, and no trace of a decay, is as good.
  if (found == 0 && nothingRecurs) {
    auto sum = llvm::find_if(outcome.left, [](llvm::StringRef what) {
      return what.starts_with("ssm.einsum") || what == "a sum in linalg";
    });
    if (sum != outcome.left.end())
      outcome.left.erase(sum);
    if (!outcome.left.empty())
      outcome.problem = "something is left";
  } else if (found != 1)
    outcome.problem = std::to_string(found) + " ops found, not one";
  else if (!outcome.left.empty())
    outcome.problem = "something is left";
  std::string wrong = runAndCompare(*module, program, stem);
  outcome.stage = wrong.empty() ? "found" : "numbers";
  if (!wrong.empty())
    outcome.problem = wrong;
  return outcome;
}

} // namespace

int main(int argc, char **argv) {
  bool print = false, imported = false;
  for (int i = 1; i < argc; ++i) {
    llvm::StringRef word(argv[i]);
    print |= word == "--print";
    imported |= word == "--imported";
    if (word.starts_with("--"))
      continue;
    Outcome outcome = check(argv[i], print, imported);
    json::Array left(outcome.left), remarks;
    for (const std::string &remark : outcome.remarks)
      remarks.push_back(remark);
    llvm::outs() << json::Value(json::Object{{"name", word},
                                             {"problem", outcome.problem},
                                             {"stage", outcome.stage},
                                             {"left", std::move(left)},
                                             {"remarks", std::move(remarks)}})
                 << "\n";
    llvm::outs().flush();
  }
  return 0;
}
