// Fuzzes the importer with graphs: whatever the reader accepts must become a valid module or one diagnostic. MLIR is
// not instrumented, so this finds crashes and invalid modules, and is guided by the reader alone; so most mutations
// keep the JSON well-formed: numbers and names are exchanged for others, nodes are dropped.
#include "lib/Import/Import.h"
#include "lib/Import/GraphReader.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

#include <cstdlib>
#include <cstring>
#include <random>

using namespace mambac;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto program = pt2::readProgram(std::string_view(reinterpret_cast<const char *>(data), size), "model",
                                  "fuzz.pt2: models/model.json");
  if (!program)
    return 0;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  loadImportDialects(context);
  bool diagnosed = false;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &) {
    diagnosed = true;
    return mlir::success();
  });
  mlir::OwningOpRef<mlir::ModuleOp> module = importGraph(*program, context);
  if (module ? mlir::failed(mlir::verify(*module)) : !diagnosed)
    std::abort();
  return 0;
}

namespace {
/// A piece of the text: a number, or a string with its quotes.
struct Token {
  size_t begin, end;
};

/// All numbers, or all strings.
std::vector<Token> findTokens(const std::string &text, bool numbers) {
  std::vector<Token> tokens;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '"') {
      size_t end = i + 1;
      while (end < text.size() && text[end] != '"')
        end += text[end] == '\\' ? 2 : 1;
      if (!numbers && end < text.size())
        tokens.push_back({i, end + 1});
      i = end + 1;
    } else if (numbers && (std::isdigit(static_cast<unsigned char>(text[i])) || text[i] == '-')) {
      size_t end = i + 1;
      while (end < text.size() && (std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == '.'))
        ++end;
      tokens.push_back({i, end});
      i = end;
    } else {
      ++i;
    }
  }
  return tokens;
}
} // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  std::mt19937 random(seed);
  if (random() % 16 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::string text(reinterpret_cast<const char *>(data), size);
  bool numbers = random() % 2;
  std::vector<Token> tokens = findTokens(text, numbers);
  if (tokens.empty())
    return LLVMFuzzerMutate(data, size, maxSize);
  Token chosen = tokens[random() % tokens.size()];
  std::string replacement;
  if (numbers && random() % 2) {
    static const char *values[] = {
        "0",          "1",  "-1", "2", "3", "7", "-2", "64", "4096", "9223372036854775807", "-9223372036854775808",
        "1000000000", "0.5"};
    replacement = values[random() % (sizeof(values) / sizeof(*values))];
  } else {
    // Another token of the same kind, mostly from nearby.
    size_t at = random() % 2 ? random() % tokens.size() : 0;
    if (!at)
      for (size_t i = 0; i < tokens.size(); ++i)
        if (tokens[i].begin == chosen.begin)
          at = std::min(tokens.size() - 1, i + random() % 40);
    replacement = text.substr(tokens[at].begin, tokens[at].end - tokens[at].begin);
  }
  text.replace(chosen.begin, chosen.end - chosen.begin, replacement);
  if (text.size() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
