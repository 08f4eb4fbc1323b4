// What an imported graph asks of its open sizes beyond their declared ranges. torch.export specializes silently: a model with chunks
// of 256 that is exported at length 21 has a graph for one chunk, right for lengths up to 256 alone; at length 512, one without
// padding, right for multiples of 256. Both show where a static size meets a symbolic one.
#ifndef MAMBAC_IMPORT_SYMBOLRANGES_H
#define MAMBAC_IMPORT_SYMBOLRANGES_H

#include "lib/Import/Emitter.h"

namespace mambac::aten {

/// The values of a size that are allowed: multiples of `multipleOf` from min to max.
struct SymbolRange {
  int64_t min = 1;
  int64_t max = INT64_MAX;
  int64_t multipleOf = 1;
};

/// Narrows `ranges` (by the program's symbol) by what makes the sizes in `assumptions` equal. Returns a message where nothing does.
/// Assumptions that are neither a bound nor a divisibility of one symbol are left alone.
std::string narrowRanges(llvm::ArrayRef<std::pair<Size, Size>> assumptions, const pt2::SymbolTable &symbols,
                         llvm::DenseMap<unsigned, SymbolRange> &ranges);

/// The program with each symbol s replaced by factor * s, so that a size of which only multiples fit is one of whole parts.
pt2::Program withMultiples(const pt2::Program &program, const llvm::DenseMap<unsigned, int64_t> &factors);

/// The program with each of these symbols at one size.
pt2::Program withSizes(const pt2::Program &program, const llvm::DenseMap<unsigned, int64_t> &sizes);

} // namespace mambac::aten

#endif // MAMBAC_IMPORT_SYMBOLRANGES_H
