//===- Generate.cpp - Texts that go on ----------------------------------------------------------------------------===//
//
// --generate: prompts are read one by one, then all texts take a token in each step, until each has ended. One text is
// shown as it is written, several in their order when they are done.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Clock.h"
#include "lib/Runtime/Runner/Files.h"
#include "lib/Runtime/Runner/Reports.h"
#include "lib/Runtime/Runner/TextModel.h"
#include "lib/Runtime/Runner/Writer.h"


using namespace mambac::runner;

namespace {

void put(const std::string &text) {
  fwrite(text.data(), 1, text.size(), stdout);
  fflush(stdout);
}

struct Text {
  Writer writer;
  int32_t slot;
  size_t prompt; ///< tokens
  std::string shown = {};
  std::vector<double> logits = {}; ///< behind its last token
  bool living = true;
};

class Batch {
public:
  Batch(Session &session, const Options &options) : session(session), options(options), text(options.text) {
    model = TextModel::make(session, int32_t(text.prompts.size()), text.capacity);
    codec = std::make_unique<Codec>(session.getModel(), model->getWidth());
  }

  void run();

private:
  void read();
  void write();
  void show(size_t number, const std::string &piece);
  void end(size_t number);
  void store();
  double recompute();

  Session &session;
  const Options &options;
  const TextOptions &text;
  std::unique_ptr<TextModel> model;
  std::unique_ptr<Codec> codec;
  std::vector<Text> texts;
  std::vector<std::vector<int64_t>> prompts;
  size_t printed = 0; ///< of several texts, those that are printed
  std::string problem; ///< why a text ended too early
};

} // namespace

void Batch::show(size_t number, const std::string &piece) {
  texts[number].shown += piece;
  if (texts.size() == 1)
    put(piece);
}

void Batch::end(size_t number) {
  texts[number].living = false;
  if (texts.size() == 1) {
    put("\n");
    return;
  }
  model->remove(texts[number].slot);
  for (; printed < texts.size() && !texts[printed].living; ++printed)
    put("== " + std::to_string(printed + 1) + "\n" + texts[printed].shown + "\n");
}

void Batch::read() {
  bool goesOn = !text.loadState.empty();
  size_t longest = 0;
  for (size_t i = 0; i < text.prompts.size(); ++i) {
    std::string what = text.prompts.size() == 1 ? "the prompt" : "prompt " + std::to_string(i + 1);
    prompts.push_back(codec->encode(text.prompts[i], !goesOn, what));
    if (prompts.back().empty())
      throw BadInput(what + " has no tokens");
    longest = std::max(longest, prompts.back().size());
  }
  std::string state = goesOn ? readWholeFile(text.loadState) : std::string();
  // A cache has room for what is asked for, as nobody said otherwise.
  if (!text.capacity && !goesOn && model->hasState())
    model = TextModel::make(session, int32_t(prompts.size()), int64_t(longest) + text.tokens);
  for (size_t i = 0; i < prompts.size(); ++i) {
    texts.push_back({Writer(*codec, text, options.seed + i), model->add(), prompts[i].size()});
    if (goesOn)
      model->load(texts[i].slot, state);
    texts[i].writer.give(prompts[i]);
    model->read(texts[i].slot, prompts[i], texts[i].logits);
  }
  for (size_t i = 0; i < prompts.size(); ++i)
    show(i, text.prompts[i]);
}

void Batch::write() {
  std::vector<std::vector<double>> logits;
  std::vector<int32_t> slots;
  std::vector<int64_t> tokens;
  std::vector<size_t> living;
  for (size_t i = 0; i < texts.size(); ++i)
    text.tokens > 0 ? living.push_back(i) : end(i);
  while (!living.empty()) {
    std::vector<size_t> next;
    slots.clear();
    tokens.clear();
    for (size_t i : living) {
      show(i, texts[i].writer.draw(texts[i].logits));
      if (texts[i].writer.isDone()) {
        end(i);
        continue;
      }
      next.push_back(i);
      slots.push_back(texts[i].slot);
      tokens.push_back(texts[i].writer.getTokens().back());
    }
    living = next;
    if (living.empty())
      break;
    try {
      model->step(slots, tokens, logits);
    } catch (const CapacityExceeded &error) {
      problem = error.what();
      for (size_t i : living)
        end(i);
      break;
    }
    for (size_t i = 0; i < living.size(); ++i)
      texts[living[i]].logits.swap(logits[i]);
  }
}

/// The state behind all tokens; the last one was drawn and not read yet.
void Batch::store() {
  Text &only = texts[0];
  if (only.writer.getCount() > 0)
    model->read(only.slot, {only.writer.getTokens().back()}, only.logits);
  writeWholeFile(text.saveState, model->save(only.slot));
}

/// Writes the text once more, read from its beginning for each token; BadInput if it is another one.
double Batch::recompute() {
  const std::vector<int64_t> &expected = texts[0].writer.getTokens();
  Writer writer(*codec, text, options.seed);
  std::vector<double> logits;
  int32_t slot = texts[0].slot;
  Clock clock;
  writer.give(prompts[0]);
  while (writer.getTokens().size() < expected.size()) {
    model->reset(slot);
    model->read(slot, writer.getTokens(), logits);
    writer.draw(logits);
  }
  if (writer.getTokens() != expected)
    throw BadInput("reading the text from its beginning gives another one than going on from the state: two tokens were as "
                   "likely but for rounding, or the model's state is not all that it remembers");
  return clock.lap();
}

void Batch::run() {
  if (text.recompute && !model->hasState())
    throw BadInput("--recompute compares with a model's state, and this model has none");
  if (!model->hasState() && !(text.saveState + text.loadState).empty())
    throw BadInput("--save-state and --load-state need a model with a state (exported by mambac.export), and this one has none");
  if (text.recompute && !text.loadState.empty())
    throw BadInput("--recompute needs the whole text, and --load-state knows only what follows");
  Clock clock;
  read();
  double prefill = clock.lap();
  write();
  double decode = clock.lap();
  size_t read = 0, written = 0;
  for (const Text &one : texts) {
    read += one.prompt;
    written += size_t(one.writer.getCount());
  }
  fprintf(stderr, "prefill %s; decode %s; %d threads\n", describeSpeed(read, prefill).c_str(),
          describeSpeed(written, decode).c_str(), mambac_state_threads(session.getState()));
  if (!problem.empty())
    throw CapacityExceeded("a text ended early: " + problem);
  if (!text.saveState.empty())
    store();
  if (text.recompute && written > 0) {
    double again = recompute();
    fprintf(stderr, "from the beginning for each token: %.3f s, %.1f times as long\n", again, again / (prefill + decode));
  }
}

void mambac::runner::generateText(Session &session, const Options &options) { Batch(session, options).run(); }
