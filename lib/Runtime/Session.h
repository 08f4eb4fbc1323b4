//===- Session.h - Texts and their states ------------------------------------------------------------*- C++ -*-===//
//
// The states of up to `batch` texts. Each state is one tensor, dense over its rows, of which every text has one; so
// texts whose rows lie side by side run together on a view of them, in place. Which row a slot has is the session's
// business: `arrange` moves rows side by side, in the order in which a call names its slots, and there they stay.
//
// Slots, copies and checkpoints are in Session.cpp, reading of texts in SessionRun.cpp, saved states in Snapshot.cpp,
// the model's signature in SessionLayout.h, arguments of the C interface in SessionCAPI.cpp.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_SESSION_H
#define MAMBAC_LIB_RUNTIME_SESSION_H

#include "lib/Runtime/SessionLayout.h"
#include "lib/Runtime/State.h"

#include <memory>

namespace mambac {

/// Tokens that one text reads in one go, and where its results go.
struct Reading {
  int32_t slot = 0;
  int64_t text = 0;              ///< which of the call's texts
  int64_t first = 0, count = 0;  ///< tokens of the call, counted over all texts
  int64_t places = -1;           ///< where the call lists the tokens, if they do not follow each other
  int32_t turn = 0;              ///< how many readings of this slot come before; from the second on it is reset first
  bool last = true;              ///< no more of this text in this call
};

/// What a call reads.
struct Call {
  const char *name = "";
  std::vector<Reading> readings;
  std::vector<int64_t> places; ///< tokens of the readings that have a list
  const char *tokens = nullptr;
  char *results = nullptr;  ///< null: none are wanted
  bool all = false;         ///< of each token, else of each text's last
  size_t zeros = 0;         ///< bytes of the results to clear first, where some tokens have none

  /// The i-th token of a reading.
  int64_t place(const Reading &reading, int64_t i) const {
    return reading.places < 0 ? reading.first + i : places[size_t(reading.places + i)];
  }
};

} // namespace mambac

struct mambac_session {
public:
  /// After `read` of its layout has passed.
  explicit mambac_session(mambac_model &model);
  ~mambac_session();
  mambac_session(const mambac_session &) = delete;
  mambac_session &operator=(const mambac_session &) = delete;

  mambac_status create(int32_t batch, int64_t capacity, mambac::ErrorText &error);
  const mambac::SessionLayout &getLayout() const { return layout; }
  mambac_model &getModel() { return model; }
  int32_t getBatch() const { return int32_t(slots.size()); }
  void getInfo(mambac_session_info &info) const;
  int64_t getLength(int32_t slot) const { return isUsed(slot) ? slots[size_t(slot)].length : -1; }

  mambac_status add(int32_t &slot);
  mambac_status remove(int32_t slot);
  mambac_status reset(int32_t slot);
  mambac_status copy(int32_t to, const mambac_session &source, int32_t from);
  mambac_status checkpoint(int32_t slot, int64_t &id);
  mambac_status rollback(int32_t slot, int64_t id);
  mambac_status forget(int32_t slot, int64_t id);
  mambac_status save(int32_t slot, void *buffer, size_t &size);
  mambac_status load(int32_t slot, const void *bytes, size_t size);

  /// mambac_prefill, or mambac_step, as `name` says.
  mambac_status prefill(const char *name, mambac_state &state, const int32_t *chosen, int32_t count,
                        const mambac_tensor *tokens, const mambac_tensor *mask, const mambac_tensor *sequences,
                        const mambac_tensor *results, bool oneToken);
  mambac_status prefillPacked(const char *name, mambac_state &state, const int32_t *chosen, int32_t count,
                              const mambac_tensor *tokens, const mambac_tensor *bounds, const mambac_tensor *results);

  mambac::ErrorText error;

private:
  struct Slot {
    bool used = false, broken = false;
    int64_t row = -1, length = 0;
  };
  struct Checkpoint {
    int64_t id = 0, length = 0;
    int32_t slot = 0;
    std::vector<char> bytes;
  };
  /// Readings that run together: begin to end in the call's list.
  struct Group {
    size_t begin = 0, end = 0;
    int64_t count = 0;
  };

  /// A tensor of the C interface as it has to be: sizes of at least 0 are fixed.
  struct Argument {
    mambac::Value value;
    std::vector<int64_t> sizes;
  };
  static Argument describe(const char *name, const mambac::Value &like, std::vector<const char *> texts,
                           std::vector<int64_t> sizes);
  void describeArguments();
  mambac_status checkArgument(const Argument &argument, const mambac_tensor *tensor, void *&data, size_t &bytes);
  mambac_status checkIntegers(const char *name, const char *size, const mambac_tensor &tensor, void *&data, size_t &bytes);
  mambac_status setResults(const Argument &argument, const mambac_tensor *tensor, int64_t texts, int64_t tokens,
                           const void *tokenData, size_t tokenBytes);
  void addReadings(int32_t slot, int64_t text, int64_t length, const char *mask, size_t maskBytes, const char *sequences,
                   size_t sequenceBytes);
  /// The slots of a call: in use, whole, each once.
  mambac_status checkSlots(const int32_t *chosen, int32_t count);
  /// Reads what `call` says; all that can be wrong with it is found before anything changes.
  mambac_status read(mambac_state &state);

  bool isUsed(int32_t slot) const { return slot >= 0 && slot < getBatch() && slots[size_t(slot)].used; }
  mambac_status checkSlot(int32_t slot);
  char *rowOf(size_t state, int64_t row) const { return memory[state] + size_t(row) * layout.states[state].rowBytes; }
  void zero(Slot &slot);
  void forgetAll(int32_t slot);
  std::vector<Checkpoint>::iterator find(int32_t slot, int64_t id);
  void swapRows(int64_t left, int64_t right);
  int64_t arrange(const mambac::Reading *readings, size_t count);

  mambac_status checkReadings();
  mambac_status makeGroups();
  const mambac::SessionEntry *choose(int64_t tokens, int64_t &piece) const;
  mambac_status rehearse(mambac_state &state);
  mambac_status runGroup(mambac_state &state, const Group &group);
  mambac_status runPiece(mambac_state &state, const Group &group, int64_t row, int64_t begin, bool rehearsal,
                         int64_t &piece);
  const char *gather(const Group &group, int64_t begin, int64_t piece, size_t tokenBytes);
  char *findResult(const Group &group, int64_t begin, int64_t piece, int64_t rows, bool &direct);
  void scatter(const Group &group, int64_t begin, int64_t piece, int64_t rows);
  mambac_status fail(mambac_status status, mambac_state &state);

  mambac_model &model;
  mambac::SessionLayout layout;
  std::vector<Slot> slots;
  std::vector<int32_t> slotAt;    ///< by row; -1: none
  std::vector<int32_t> votes;     ///< of arrange
  mambac::Arena arena;
  std::vector<char *> memory;     ///< by state: batch rows
  std::vector<Checkpoint> checkpoints; ///< oldest first
  int64_t lastId = 0, checkpointBytes = 0;

  // Of a call; they grow to what is needed and stay.
  Argument tokensArgument, resultsArgument, packedTokensArgument, packedResultsArgument;
  mambac::Call call;
  std::vector<Group> groups;
  std::vector<mambac_tensor> inputs, outputs;
  std::vector<int64_t> symbols, inputDims, outputDims;
  mambac::Arena stagedTokens, stagedSelect, stagedResult, unwanted;
};

#endif // MAMBAC_LIB_RUNTIME_SESSION_H
