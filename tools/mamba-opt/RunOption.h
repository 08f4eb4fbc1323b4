//===- RunOption.h - --run and its options ------------------------------------------------------------*- C++ -*-===//
//
// The command line options of running a module, and what they add to the pipeline of passes.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TOOLS_MAMBA_OPT_RUNOPTION_H
#define MAMBAC_TOOLS_MAMBA_OPT_RUNOPTION_H

#include "lib/Emit/RunModule.h"
#include "mlir/Pass/PassManager.h"
#include <memory>

namespace mambac {

/// Lives while the command line is parsed and used.
class RunOption {
public:
  RunOption();
  ~RunOption();
  bool given() const;
  /// --check-passes: whether to compare what the module computes before and after each pass.
  bool checksPasses() const;
  /// Appends the run to the passes; an error message if an option makes no sense.
  std::string addTo(mlir::PassManager &pm) const;

private:
  struct Flags;
  std::unique_ptr<Flags> flags;
};

} // namespace mambac

#endif // MAMBAC_TOOLS_MAMBA_OPT_RUNOPTION_H
