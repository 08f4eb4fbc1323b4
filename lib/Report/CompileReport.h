//===- CompileReport.h - What a compilation did, for people to look at ------------------------------*- C++ -*-===//
//
// Gathers what happens while a module goes through the stages, and writes it as one HTML page that needs nothing beside
// itself: the graph by module before and after raising, what was found and declined, memory along the program, work of
// the kernels, time of the stages. The page's plots are drawn by Apache ECharts, which is part of each page.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPORT_COMPILEREPORT_H
#define MAMBAC_LIB_REPORT_COMPILEREPORT_H

#include "lib/Report/RemarkCollector.h"
#include "mlir/IR/BuiltinOps.h"
#include <chrono>
#include <memory>
#include <string>

namespace mambac {

class CompileReport {
public:
  CompileReport(std::string input, std::string output);
  ~CompileReport();

  /// Begins to listen to remarks; before the first pass runs.
  void listen(mlir::MLIRContext &context);
  /// A stage of the compiler begins, and the one before ends.
  void beginStage(const std::string &name);

  // The module as it is behind a stage.
  void recordImported(mlir::ModuleOp module);
  void recordRaised(mlir::ModuleOp module);
  void recordScheduled(mlir::ModuleOp module);

  void recordPackedWeights(uint64_t bytes);
  void recordProduct(const std::string &kind, const std::string &cpu);

  /// Ends the last stage and writes the page. Returns an empty text, or what went wrong.
  std::string write(const std::string &path);

private:
  struct Data;
  std::unique_ptr<Data> data;
};

} // namespace mambac

#endif // MAMBAC_LIB_REPORT_COMPILEREPORT_H
