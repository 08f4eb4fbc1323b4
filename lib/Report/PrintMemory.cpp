//===- PrintMemory.cpp - The memory profile of entries as lines of JSON -----------------------------------------===//
//
// --mambac-print-memory: what scripts and tests read of MemoryProfile.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Report/MemoryProfile.h"
#include "lib/Report/Passes.h"
#include "mambac/Passes.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace mambac {
#define GEN_PASS_DEF_PRINTMEMORY
#include "lib/Report/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;

namespace {

/// Reads "2x2048"; an empty word is a scalar.
std::optional<Shape> parseShape(StringRef text) {
  Shape shape;
  if (text.empty())
    return shape;
  SmallVector<StringRef> words;
  text.split(words, 'x');
  for (StringRef word : words) {
    int64_t size;
    if (word.getAsInteger(10, size) || size < 0)
      return std::nullopt;
    shape.push_back(size);
  }
  return shape;
}

std::string nameOf(Operation *op) { return op ? op->getName().getStringRef().str() : ""; }

struct PrintMemoryPass : mambac::impl::PrintMemoryBase<PrintMemoryPass> {
  using Base = mambac::impl::PrintMemoryBase<PrintMemoryPass>;
  using Base::Base;

  void runOnOperation() override {
    SmallVector<func::FuncOp> entries;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (func->hasAttr("mambac.entry"))
        entries.push_back(func);
    if (entries.empty())
      for (auto func : getOperation().getOps<func::FuncOp>())
        if (func.isPublic() && !func.isExternal())
          entries.push_back(func);
    SmallVector<Shape> given;
    for (const std::string &text : shapes) {
      std::optional<Shape> shape = parseShape(text);
      if (!shape) {
        getOperation().emitError("shapes: '") << text << "' is no shape such as 2x2048";
        return signalPassFailure();
      }
      given.push_back(*shape);
    }
    for (func::FuncOp func : entries) {
      FailureOr<MemoryProfile> profile =
          profileMemory(func, given.empty() ? representativeShapes(func, length) : given);
      if (failed(profile))
        return signalPassFailure();
      print(func, *profile);
      ++numProfiled;
    }
    markAllAnalysesPreserved();
  }

  void print(func::FuncOp func, const MemoryProfile &profile) {
    // One write, so that lines of several functions stay whole.
    std::string line;
    llvm::raw_string_ostream stream(line);
    llvm::json::OStream json(stream);
    auto text = [](std::string s) { return llvm::json::isUTF8(s) ? s : llvm::json::fixUTF8(s); };
    json.object([&] {
      json.attribute("function", text(func.getName().str()));
      json.attribute("largest", profile.largest);
      json.attribute("largest_op", nameOf(profile.largestOp));
      json.attributeArray("largest_shape", [&] {
        for (int64_t size : profile.largestShape)
          json.value(size);
      });
      json.attribute("largest_place", profile.largestOp ? text(placeInModel(profile.largestOp->getLoc())) : "");
      json.attribute("peak", profile.peak);
      json.attribute("peak_op", nameOf(profile.peakOp));
      json.attribute("peak_place", profile.peakOp ? text(placeInModel(profile.peakOp->getLoc())) : "");
      json.attribute("ops", int64_t(profile.points.size()));
    });
    stream << "\n";
    llvm::outs() << line;
    llvm::outs().flush();
  }
};

} // namespace

void mambac::registerReportPasses() { registerReportStagePasses(); }
