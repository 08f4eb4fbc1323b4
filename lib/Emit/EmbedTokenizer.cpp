//===- EmbedTokenizer.cpp - The tokenizer that a product carries --------------------------------------------------===//
//
// See EmbedTokenizer.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/EmbedTokenizer.h"
#include "lib/Tokenizer/Tokenizer.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <optional>

using namespace llvm;
using namespace mambac;

namespace {

struct Files {
  std::string json, config;
  std::string where; ///< for messages
};

} // namespace

static Expected<std::string> readFile(const std::string &path) {
  auto file = MemoryBuffer::getFile(path);
  if (!file)
    return createStringError("cannot read " + path + ": " + file.getError().message());
  return (*file)->getBuffer().str();
}

std::vector<std::string> mambac::getTokenizerFiles(const CompileOptions &options) {
  if (options.tokenizer.empty() || options.tokenizer == "none")
    return {};
  SmallString<256> config(sys::path::parent_path(options.tokenizer));
  sys::path::append(config, "tokenizer_config.json");
  if (!sys::fs::exists(config))
    return {options.tokenizer};
  return {options.tokenizer, std::string(config)};
}

/// How many ids the model has: what the archive says, and the rows of the tables that ids are looked up in. Where no input has
/// a role, ids are those that alone index a table.
static std::optional<int64_t> findVocabulary(mlir::ModuleOp module) {
  std::optional<int64_t> found;
  auto limit = [&](mlir::Attribute attr) {
    if (auto number = dyn_cast_or_null<mlir::IntegerAttr>(attr))
      found = std::min(found.value_or(INT64_MAX), number.getInt());
  };
  if (auto text = module->getAttrOfType<mlir::DictionaryAttr>("mambac.text"))
    limit(text.get("vocabulary"));
  for (auto entry : module.getOps<mlir::func::FuncOp>()) {
    unsigned tables = 0;
    for (unsigned i = 0; i < entry.getNumArguments(); ++i)
      tables += bool(entry.getArgAttr(i, "mambac.limit"));
    for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
      auto role = entry.getArgAttrOfType<mlir::StringAttr>(i, "mambac.role");
      if (role ? role.getValue() == "ids" : tables == 1)
        limit(entry.getArgAttr(i, "mambac.limit"));
    }
  }
  return found;
}

Expected<std::string> mambac::packTokenizer(const CompileOptions &options, ModelInput &input) {
  if (options.tokenizer == "none")
    return std::string();
  Files files;
  if (!options.tokenizer.empty()) {
    files.where = options.tokenizer;
    std::string *into[] = {&files.json, &files.config};
    for (auto [i, path] : enumerate(getTokenizerFiles(options))) {
      auto read = readFile(path);
      if (!read)
        return read.takeError();
      *into[i] = std::move(*read);
    }
  } else {
    auto json = input.readExtra("tokenizer.json");
    auto config = input.readExtra("tokenizer_config.json");
    if (!json || !config)
      return joinErrors(json.takeError(), config.takeError());
    files = {std::move(*json), std::move(*config), options.input + ": extra/tokenizer.json"};
    if (files.json.empty())
      return std::string();
  }
  std::string error, bytes = tokenizer::compileTokenizer(files.json, files.config, error);
  if (bytes.empty())
    return createStringError(files.where + ": " + error + " (--tokenizer=none compiles the model without it)");
  auto opened = tokenizer::Tokenizer::open(bytes, error);
  if (!opened)
    return createStringError(files.where + ": " + error);
  int64_t size = opened->getVocabularySize();
  if (auto vocabulary = findVocabulary(input.getModule()); vocabulary && size > *vocabulary)
    return createStringError(files.where + ": the tokenizer has ids up to " + std::to_string(size - 1) +
                             ", and the model's vocabulary ends at " + std::to_string(*vocabulary - 1) +
                             ": it is another model's; name the right one with --tokenizer FILE, or none");
  return bytes;
}
