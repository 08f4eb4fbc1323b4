//===- Metadata.h - What a product says about itself -------------------------------------------------*- C++ -*-===//
//
// The metadata JSON of a product (docs/product.md) as structs, with the views that the C interface hands out. Not for
// the compiler, which writes that JSON.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_METADATA_H
#define MAMBAC_LIB_RUNTIME_METADATA_H

#include "lib/Runtime/ErrorText.h"

#include <string>
#include <vector>

namespace mambac {

/// A size: `constant` if symbol < 0, else mul * symbols[symbol] + add.
struct Dim {
  int32_t symbol = -1;
  int64_t constant = 0, mul = 1, add = 0;
};

struct Symbol {
  std::string name;
  int64_t min = 0, max = INT64_MAX, multipleOf = 1;
};

struct Value {
  std::string name, dtypeName, role;
  mambac_dtype dtype = {};
  int32_t state = -1; ///< the number of the state that this input is; runs read and write it
  int32_t rank = 0;
  std::vector<Dim> dims;              ///< inputs
  std::vector<std::string> dimTexts;  ///< inputs and outputs
  int64_t limit = 0, lowest = 0;      ///< elements are in [lowest, limit); limit 0: any will do
  // What mambac_value_info points to.
  std::vector<int64_t> publicDims;
  std::vector<const char *> publicTexts;
};

struct Entry {
  std::string name, scratchText;
  std::vector<Symbol> symbols;
  std::vector<Value> inputs, outputs;
  int32_t length = -1; ///< the symbol that is the length of the text
  int64_t chunk = 0;   ///< with a length: tokens of a long text that run at once
  /// Where layers attend: the inputs that are the text, how much of each text has been read, and caches of keys and values,
  /// as far as roles say so. No text or no position: -1.
  int32_t text = -1, position = -1;
  std::vector<int32_t> caches;
  size_t inputRanks = 0, outputRanks = 0; ///< sums
  // The public view.
  mambac_entry_info info = {};
  std::vector<mambac_symbol_info> symbolInfos;
  std::vector<mambac_value_info> inputInfos, outputInfos;
};

struct Kernel {
  std::string name, module, kind, flops, bytes;
};

/// An instruction set that the product has code for.
struct Level {
  std::string name;
  std::vector<std::string> cpuFeatures; ///< without which that code cannot run
};

/// What is known about the text that ids stand for.
struct TextInfo {
  std::vector<int64_t> eos;
  std::string begin, reply, next, systemBegin, systemEnd; ///< of a conversation
  mambac_text_info info = {};                             ///< the public view; the tokenizer is the model's to fill in
};

struct Metadata {
  std::string model, tuning;
  TextInfo text;
  std::vector<Level> levels; ///< best first
  std::vector<Entry> entries;
  std::vector<Value> states; ///< by number; sizes are over the symbols of the first entry that has the state
  std::vector<mambac_value_info> stateInfos; ///< the public view
  std::vector<Kernel> kernels;

  /// Replaces *this. Entries must not move afterwards.
  mambac_status parse(const char *json, const char *fileName, ErrorText &error);
};

/// The dtype of a dtype word ("f32"); false if there is no such word.
bool parseDtype(const std::string &word, mambac_dtype &dtype);

/// Value of an arithmetic text over the entry's symbols: numbers, names, + - * ( ) floordiv ceildiv mod. 0 for what
/// cannot be read, as such texts are only shown.
double evaluate(const std::string &text, const Entry &entry, const int64_t *symbols);

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_METADATA_H
