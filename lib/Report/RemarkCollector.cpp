//===- RemarkCollector.cpp - The remarks of a compilation, kept for a report --------------------------------------===//
//
// See RemarkCollector.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Report/RemarkCollector.h"
#include "lib/Report/OpKinds.h"
#include "mlir/IR/Remarks.h"
#include <mutex>

using namespace mlir;
using namespace mambac;

namespace {

class Collector : public remark::detail::MLIRRemarkStreamerBase {
public:
  Collector(std::shared_ptr<std::vector<CollectedRemark>> list) : list(std::move(list)) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    CollectedRemark kept;
    kept.found = remark.getRemarkType() == llvm::remarks::Type::Passed;
    if (!kept.found && remark.getRemarkType() != llvm::remarks::Type::Missed)
      return;
    for (const remark::detail::Remark::Arg &argument : remark.getArgs()) {
      // What a remark is about is its plain text; everything with a key explains it.
      std::string &into = argument.key == "Remark" && kept.reason.empty() ? kept.what : kept.reason;
      if (argument.key != "Remark" && argument.key != "Reason")
        into += (into.empty() ? "" : ", ") + argument.key + " " + argument.val;
      else
        into += (into.empty() || &into == &kept.what ? "" : " ") + argument.val;
    }
    ModelPlace place = modelPlace(remark.getLocation());
    kept.module = place.module;
    kept.file = place.file;
    kept.line = place.line;
    std::lock_guard<std::mutex> lock(mutex);
    list->push_back(std::move(kept));
  }

private:
  std::shared_ptr<std::vector<CollectedRemark>> list;
  std::mutex mutex;
};

} // namespace

std::shared_ptr<std::vector<CollectedRemark>> mambac::collectRemarks(MLIRContext &context) {
  auto list = std::make_shared<std::vector<CollectedRemark>>();
  remark::RemarkCategories categories;
  categories.passed = categories.missed = "mambac.*";
  (void)remark::enableOptimizationRemarks(context, std::make_unique<Collector>(list),
                                          std::make_unique<remark::RemarkEmittingPolicyAll>(), categories);
  return list;
}
