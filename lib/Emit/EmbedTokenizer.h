//===- EmbedTokenizer.h - The tokenizer that a product carries --------------------------------------*- C++ -*-===//
//
// Finds tokenizer.json, in the archive or where --tokenizer says, packs it (lib/Tokenizer), and checks that it fits the
// model. The bytes become the product's by the module attribute `mambac.tokenizer` (lib/CPU).
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_EMBEDTOKENIZER_H
#define MAMBAC_LIB_EMIT_EMBEDTOKENIZER_H

#include "lib/Emit/ModelInput.h"

namespace mambac {

/// The files that --tokenizer is about: none, one, or with its configuration two.
std::vector<std::string> getTokenizerFiles(const CompileOptions &options);

/// The packed bytes; empty if there is no tokenizer. An error if it cannot be used, or has ids that the model has not.
llvm::Expected<std::string> packTokenizer(const CompileOptions &options, ModelInput &input);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_EMBEDTOKENIZER_H
