//===- Session.h - A model with its tensors ----------------------------------------------------------*- C++ -*-===//
//
// An open model, the entry point that was asked for, and the tensors of its inputs and outputs. What is done with them
// (reports, benchmarks, text) is in the files beside.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_SESSION_H
#define MAMBAC_LIB_RUNTIME_RUNNER_SESSION_H

#include "lib/Runtime/Runner/Npy.h"
#include "lib/Runtime/Runner/Options.h"
#include "lib/Runtime/Runner/Random.h"

#include <memory>

namespace mambac::runner {

class Session {
public:
  explicit Session(const Options &options);

  mambac_model *getModel() const { return model.get(); }
  const mambac_entry_info &getEntry() const { return *info; }
  mambac_state *getState() const { return state.get(); }

  /// Finds the sizes that the options ask for, reading inputs that come from files.
  void findSizes();
  /// The smallest sizes that an entry takes, but for empty ones.
  static std::vector<int64_t> smallestSizes(const mambac_entry_info &entry);
  /// Reads or makes all inputs, and makes room for the outputs.
  void prepare();
  /// Makes room for the outputs that the inputs ask for.
  void allocateOutputs();
  /// BadInput with the runtime's message if the run fails.
  void run();

  /// Position of a value by its name or number.
  static int32_t find(const std::string &name, const mambac_value_info *values, int32_t count, const char *role);

  /// What a run gives: the outputs, then the states that it writes.
  std::vector<mambac_value_info> results() const;
  const Tensor &result(size_t number) const;

  std::vector<Tensor> inputs, outputs;
  std::vector<int64_t> symbols; ///< after findSizes(), prepare() or allocateOutputs()
  int64_t scratchBytes = 0;

private:
  std::vector<mambac_tensor> viewInputs();
  void fillRandom(Tensor &tensor, const mambac_value_info &value);
  void fillLast(Tensor &tensor);

  const Options &options;
  struct Closer {
    void operator()(mambac_model *model) const { mambac_close(model); }
    void operator()(mambac_state *state) const { mambac_state_destroy(state); }
  };
  std::unique_ptr<mambac_model, Closer> model;
  std::unique_ptr<mambac_state, Closer> state;
  int32_t entry = 0;
  const mambac_entry_info *info = nullptr;
  Random random;
  std::vector<std::string> sources; ///< of the inputs: a file, or random
  std::vector<std::pair<size_t, Bytes>> firstPositions; ///< inputs that say how much of a text has been read, at first
  std::vector<mambac_tensor> inputViews, outputViews; ///< kept, so that a timed run makes nothing
};

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_SESSION_H
