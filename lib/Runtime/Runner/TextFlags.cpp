//===- TextFlags.cpp - The flags about text of mamba-run ----------------------------------------------------------===//
//
// See TextFlags.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/TextFlags.h"
#include "lib/Runtime/Runner/Files.h"
#include "lib/Runtime/Runner/Npy.h"

#include <CLI/CLI.hpp>

using namespace mambac::runner;

TextFlags::TextFlags(CLI::App &app, TextOptions &options) : options(options) {
  // Each takes one value and may be repeated.
  auto list = [&](const char *flag, std::vector<std::string> &into, const char *help) {
    return app.add_option(flag, into, help)->type_name("TEXT")->allow_extra_args(false)->expected(1)->take_all();
  };
  generate = list("--generate", texts, "continue a text; several are continued as a batch");
  promptFile = app.add_option("--prompt-file", wholeFile, "continue the text in this file")->type_name("FILE");
  promptsFile = app.add_option("--prompts", linesFile, "continue each line of this file, as a batch")->type_name("FILE");
  chat = app.add_flag("--chat", options.chat, "answer the lines of the standard input; /help lists the commands");
  perplexity = app.add_option("--perplexity", options.perplexity, "how well the model foresees the text in this file")
                   ->type_name("FILE");
  ofBoth = {
      app.add_option("--tokens", options.tokens, "how many tokens to write, of an answer at most (default 256)")
          ->check(CLI::Range(0, 1000000000)),
      app.add_option("--temperature", options.sampler.temperature, "0 takes the likeliest token (default 1)")
          ->check(CLI::Range(0.0, 1000.0)),
      app.add_option("--top-k", options.sampler.topK, "draw from the K likeliest tokens (default 0: all)")
          ->type_name("K")
          ->check(CLI::Range(0, 1000000000)),
      app.add_option("--top-p", options.sampler.topP, "draw from the likeliest tokens that make up P (default 1)")
          ->type_name("P")
          ->check(CLI::Range(0.0, 1.0)),
      app.add_option("--repetition-penalty", options.sampler.repetitionPenalty,
                     "make tokens of the text less likely by this factor (default 1)")
          ->check(CLI::Range(0.001, 1000.0)),
      list("--stop", options.stops, "end a text in front of this one; may be repeated"),
      app.add_flag("--ignore-eos", options.ignoreEnd, "go on when the model ends a text"),
      app.add_option("--load-state", options.loadState, "go on from a state that --save-state stored")->type_name("FILE"),
  };
  ofGenerate = {
      app.add_option("--save-state", options.saveState, "store the state behind the text")->type_name("FILE"),
      app.add_flag("--recompute", options.recompute,
                   "write the text again, from its beginning for each token, and say how many times slower that is"),
  };
  system = app.add_option("--system", options.system, "what the model is told before a chat")->type_name("TEXT")->needs(chat);
  app.add_option("--capacity", options.capacity,
                 "tokens that a text may have where layers attend to all of it (default: what the texts need; of a chat, "
                 "what the model was exported with)")
      ->check(CLI::Range(int64_t(1), int64_t(1) << 40));
}

static std::vector<std::string> splitLines(const std::string &text) {
  std::vector<std::string> lines;
  for (size_t at = 0, end; at < text.size(); at = end + 1) {
    end = std::min(text.find('\n', at), text.size());
    size_t size = end - at;
    lines.push_back(text.substr(at, size > 0 && text[end - 1] == '\r' ? size - 1 : size));
  }
  return lines;
}

void TextFlags::finish() {
  bool writes = generate->count() || promptFile->count() || promptsFile->count();
  for (CLI::Option *option : ofGenerate)
    if (option->count() && !writes)
      throw BadInput(option->get_name() + " requires --generate");
  for (CLI::Option *option : ofBoth)
    if (option->count() && !writes && !options.chat)
      throw BadInput(option->get_name() + " requires --generate or --chat");
  if (writes + options.chat + (perplexity->count() > 0) > 1)
    throw BadInput("--generate, --chat and --perplexity exclude each other");
  options.generate = writes;
  options.hasSystem = system->count() > 0;
  for (const std::string &stop : options.stops)
    if (stop.empty())
      throw BadInput("--stop needs a text of at least one character");
  options.prompts = texts;
  if (promptFile->count())
    options.prompts.push_back(readWholeFile(wholeFile));
  if (promptsFile->count())
    for (std::string &line : splitLines(readWholeFile(linesFile)))
      options.prompts.push_back(std::move(line));
  for (size_t i = 0; i < options.prompts.size(); ++i)
    if (options.prompts[i].empty())
      throw BadInput(options.prompts.size() == 1 ? "--generate needs a text of at least one byte"
                                                 : "prompt " + std::to_string(i + 1) + " is empty");
  if (writes && options.prompts.empty())
    throw BadInput("--prompts: " + linesFile + " has no lines");
  if (options.prompts.size() > 1 && (options.recompute || !options.loadState.empty() || !options.saveState.empty()))
    throw BadInput("--recompute, --load-state and --save-state are for one text, and there are " +
                   std::to_string(options.prompts.size()));
}
