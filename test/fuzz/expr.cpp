// Fuzzes shape expressions: whatever can be read must print to text that reads as the same value.
#include "lib/Import/ShapeExpr.h"

#include <cstdio>
#include <cstdlib>

using namespace mambac::pt2;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SymbolTable symbols;
  auto expr = parseShapeExpr(std::string_view(reinterpret_cast<const char *>(data), size), symbols);
  if (!expr)
    return 0;
  std::string text = expr->str(symbols);
  // Names from Symbol('…') may be any text, which the printed form does not quote.
  for (const Symbol &symbol : symbols)
    if (symbol.name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") !=
            std::string::npos ||
        (symbol.name[0] >= '0' && symbol.name[0] <= '9') || symbol.name == "oo" || symbol.name == "int_oo" ||
        symbol.name == "nan" || symbol.name == "zoo" || symbol.name == "True" || symbol.name == "False")
      return 0;
  auto again = parseShapeExpr(text, symbols);
  if (!again)
    return 0; // products may become larger than what is read
  std::vector<int64_t> values;
  for (int64_t seed : {1, 7, 100}) {
    values.clear();
    for (size_t i = 0; i < symbols.size(); ++i)
      values.push_back(seed + static_cast<int64_t>(i) * 3);
    auto first = expr->evaluate(values), second = again->evaluate(values);
    if (first && second && *first != *second) {
      std::fprintf(stderr, "%s: %lld, read again: %lld\n", text.c_str(), static_cast<long long>(*first),
                   static_cast<long long>(*second));
      std::abort();
    }
  }
  return 0;
}
