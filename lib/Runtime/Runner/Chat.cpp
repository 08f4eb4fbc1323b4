//===- Chat.cpp - A conversation ----------------------------------------------------------------------------------===//
//
// --chat: each line of the standard input is answered. What stands around lines and answers comes from the product (its chat
// template); without one, lines are appended to the text as they are. The conversation is the state of one text: a turn
// reads its own line alone, and nothing that goes wrong in one ends the conversation.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Clock.h"
#include "lib/Runtime/Runner/Files.h"
#include "lib/Runtime/Runner/Reports.h"
#include "lib/Runtime/Runner/TextModel.h"
#include "lib/Runtime/Runner/Writer.h"

#include <csignal>
#include <iostream>
#include <unistd.h>
#include <utility>

using namespace mambac::runner;

namespace {

/// How many turns can be taken back; each costs a copy of the state.
constexpr size_t kTurnsBack = 16;

volatile sig_atomic_t interrupted;
void noteInterrupt(int) { interrupted = 1; }

/// While it lives, an interrupt (Ctrl-C) is noted in `interrupted` and does not end the program.
class InterruptGuard {
public:
  InterruptGuard() {
    interrupted = 0;
    struct sigaction action = {};
    action.sa_handler = noteInterrupt;
    sigaction(SIGINT, &action, &before);
  }
  ~InterruptGuard() { sigaction(SIGINT, &before, nullptr); }

private:
  struct sigaction before;
};

/// What a turn adds, and what to go back to without it.
struct Turn {
  std::string line, answer;
  int64_t checkpoint;
  std::vector<int64_t> tokens, pending; ///< before it
};

class Chat {
public:
  Chat(Session &session, const Options &options)
      : text(options.text), product(*mambac_get_text(session.getModel())), threads(mambac_state_threads(session.getState())),
        model(TextModel::make(session, 1, text.capacity)), codec(session.getModel(), model->getWidth()),
        writer(codec, text, options.seed), slot(model->add()), system(text.system), hasSystem(text.hasSystem) {
    if (hasSystem && product.chat_begin && !product.chat_system_begin)
      throw BadInput("--system: the chat template of this model has no place for it");
    codec.encode(system, false, "--system");
    if (!text.loadState.empty())
      load(text.loadState);
  }

  void run();

private:
  bool obey(const std::string &line);
  void ask(const std::string &line);
  void answer(Turn &turn, std::vector<double> logits, double prefill, size_t read);
  std::string frame(const std::string &line) const;
  void reset();
  void undo();
  void save(const std::string &path);
  void load(const std::string &path);

  const TextOptions &text;
  const mambac_text_info &product;
  int32_t threads;
  std::unique_ptr<TextModel> model;
  Codec codec;
  Writer writer;
  int32_t slot;
  std::string system;
  bool hasSystem;
  bool begun = false;           ///< the text has a beginning
  std::vector<int64_t> pending; ///< drawn, and not read yet
  std::vector<Turn> turns;
};

} // namespace

static void put(const std::string &text) {
  fwrite(text.data(), 1, text.size(), stdout);
  fflush(stdout);
}

static void complain(const std::exception &error) {
  fflush(stdout);
  fprintf(stderr, "error: %s\n", error.what());
}

/// A line with what stands around it.
std::string Chat::frame(const std::string &line) const {
  if (!product.chat_begin)
    return (begun || !hasSystem ? "" : system + "\n") + line + "\n";
  std::string before = begun                 ? product.chat_next
                       : hasSystem           ? product.chat_system_begin + system + product.chat_system_end
                                             : product.chat_begin;
  return before + line + product.chat_reply;
}

void Chat::ask(const std::string &line) {
  std::vector<int64_t> tokens = codec.encode(frame(line), !begun && !product.chat_begin, "the line");
  Turn turn = {line, {}, 0, writer.getTokens(), pending};
  std::vector<int64_t> unread = pending;
  unread.insert(unread.end(), tokens.begin(), tokens.end());
  if (model->hasState())
    turn.checkpoint = model->checkpoint(slot);
  std::vector<double> logits;
  Clock clock;
  try {
    model->read(slot, unread, logits);
  } catch (...) {
    if (model->hasState())
      model->forget(slot, turn.checkpoint);
    throw;
  }
  begun = true;
  pending.clear();
  writer.give(tokens);
  writer.begin();
  answer(turn, std::move(logits), clock.lap(), unread.size());
  turns.push_back(std::move(turn));
  if (turns.size() > kTurnsBack && model->hasState() && turns[turns.size() - kTurnsBack - 1].checkpoint)
    model->forget(slot, std::exchange(turns[turns.size() - kTurnsBack - 1].checkpoint, 0));
}

void Chat::answer(Turn &turn, std::vector<double> logits, double prefill, size_t read) {
  InterruptGuard guard;
  Clock clock;
  std::string problem;
  std::vector<std::vector<double>> rows;
  while (text.tokens > 0 && !interrupted) {
    std::string shown = writer.draw(logits);
    put(shown);
    turn.answer += shown;
    if (writer.isDone())
      break;
    try {
      model->step({slot}, {writer.getTokens().back()}, rows);
    } catch (const BadInput &error) {
      problem = error.what();
      break;
    }
    logits.swap(rows[0]);
  }
  // A token that ends an answer is what the next line begins with.
  bool unread = writer.getCount() > 0 && !writer.isEnded() && (writer.isDone() || !problem.empty());
  if (unread)
    pending = {writer.getTokens().back()};
  put("\n");
  fprintf(stderr, "prefill %s; decode %s; %d threads\n", describeSpeed(read, prefill).c_str(),
          describeSpeed(size_t(writer.getCount()), clock.lap()).c_str(), threads);
  if (!problem.empty())
    fprintf(stderr, "error: the answer ends early: %s; /undo takes the last turn back, /reset begins anew\n", problem.c_str());
}

void Chat::reset() {
  model->reset(slot);
  writer.forget();
  pending.clear();
  turns.clear();
  begun = false;
}

void Chat::undo() {
  if (turns.empty())
    throw BadInput("there is no turn to take back");
  Turn &turn = turns.back();
  if (model->hasState() && !turn.checkpoint)
    throw BadInput("the last " + std::to_string(kTurnsBack) + " turns are all that can be taken back; /reset begins anew");
  std::vector<int64_t> tokens = turn.tokens;
  if (model->hasState()) {
    model->rollBack(slot, turn.checkpoint);
    model->forget(slot, turn.checkpoint);
  } else {
    model->reset(slot);
    std::vector<double> logits;
    std::vector<int64_t> read(tokens.begin(), tokens.end() - ptrdiff_t(turn.pending.size()));
    if (!read.empty())
      model->read(slot, read, logits);
  }
  writer.forget();
  writer.give(tokens);
  pending = turn.pending;
  turns.pop_back();
  begun = !turns.empty() || model->getLength(slot) > 0;
}

void Chat::save(const std::string &path) {
  if (path.empty())
    throw BadInput("/save needs a file");
  if (!pending.empty()) {
    std::vector<double> logits;
    model->read(slot, pending, logits);
    pending.clear();
  }
  writeWholeFile(path, model->save(slot));
}

void Chat::load(const std::string &path) {
  if (path.empty())
    throw BadInput("/load needs a file");
  model->load(slot, readWholeFile(path));
  writer.forget();
  pending.clear();
  turns.clear();
  begun = model->getLength(slot) > 0;
}

/// A line that begins with a slash; false to end.
bool Chat::obey(const std::string &line) {
  size_t space = std::min(line.find(' '), line.size());
  std::string command = line.substr(0, space), rest = line.substr(std::min(space + 1, line.size()));
  if (command == "/quit")
    return false;
  if (command == "/reset")
    reset();
  else if (command == "/undo")
    undo();
  else if (command == "/save")
    save(rest);
  else if (command == "/load")
    load(rest);
  else if (command == "/system") {
    if (product.chat_begin && !product.chat_system_begin)
      throw BadInput("the chat template of this model has no place for /system");
    codec.encode(rest, false, "/system");
    reset();
    system = rest;
    hasSystem = !rest.empty();
  } else if (command == "/history") {
    for (const Turn &turn : turns)
      put("> " + turn.line + "\n" + turn.answer + "\n");
  } else if (command == "/help") {
    put("/reset         begin anew\n"
        "/undo          take the last turn back\n"
        "/system TEXT   begin anew, and tell the model this first\n"
        "/history       show the conversation\n"
        "/save FILE     store the state; /load FILE goes on from one\n"
        "/quit          end, as the end of the input does\n"
        "A line that begins with // is sent with one slash. Ctrl-C ends an answer.\n");
  } else {
    throw BadInput("there is no command " + command + "; /help lists them");
  }
  return true;
}

void Chat::run() {
  bool interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  for (std::string line;;) {
    if (interactive)
      put("> ");
    if (!std::getline(std::cin, line))
      break;
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    try {
      bool escaped = line.compare(0, 2, "//") == 0;
      if (line.empty())
        continue;
      if (line[0] == '/' && !escaped) {
        if (!obey(line))
          break;
      } else {
        ask(escaped ? line.substr(1) : line);
      }
    } catch (const CapacityExceeded &error) {
      complain(CapacityExceeded(std::string(error.what()) + "; /undo takes the last turn back, /reset begins anew"));
    } catch (const BadInput &error) {
      complain(error);
    }
  }
}

void mambac::runner::chat(Session &session, const Options &options) { Chat(session, options).run(); }
