//===- StatefulModel.h - A text that goes on ----------------------------------------------------------*- C++ -*-===//
//
// Runs the entries `prefill` and `step` of a product with states on one text. For models from token ids to logits.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_STATEFULMODEL_H
#define MAMBAC_LIB_RUNTIME_RUNNER_STATEFULMODEL_H

#include "lib/Runtime/Runner/Session.h"

namespace mambac::runner {

class StatefulModel {
public:
  /// Whether a product has both entries.
  static bool fits(const mambac_model *model);
  /// BadInput where they are not from ids to logits.
  explicit StatefulModel(Session &session);

  /// Goes on by these tokens, at least one; returns the logits, the last row of which is that behind the last token.
  const Tensor &run(const std::vector<int64_t> &tokens);
  /// Forgets everything.
  void reset();
  int64_t vocabulary() const { return logitsSize; }

private:
  /// What a run of an entry takes, in its order; states are those of the model.
  struct Entry {
    int32_t number = -1, ids = -1, select = -1, logits = -1;
    const mambac_entry_info *info = nullptr;
    std::vector<Tensor> inputs, outputs;
  };
  Entry open(const char *name);
  void makeStates();
  const Tensor &runOnce(Entry &entry, const int64_t *tokens, int64_t count);

  Session &session;
  Entry prefill, step;
  std::vector<Tensor> states; ///< by number
  int64_t logitsSize = 0;
};

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_STATEFULMODEL_H
