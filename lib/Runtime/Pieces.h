//===- Pieces.h - A long text in pieces --------------------------------------------------------------*- C++ -*-===//
//
// mambac_run on an entry that goes on from a state: a text of more than `chunk` tokens runs in pieces of that many, each from
// the state that the one before it left, so that memory does not grow with its length. That is possible where the
// signature says what every value is for: a text (ids, embeds), positions whose results are wanted (select), states, and one
// result (logits, hidden). Other entries run as they are called.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_PIECES_H
#define MAMBAC_LIB_RUNTIME_PIECES_H

#include "lib/Runtime/Metadata.h"

namespace mambac {

/// What of an entry's values has to be cut, and where.
struct PieceLayout {
  int64_t chunk = 0;                 ///< tokens of a piece; 0: texts of this entry cannot be cut
  int32_t length = -1;               ///< the symbol
  int32_t text = -1, select = -1;    ///< inputs
  int32_t selectSymbol = -1;         ///< the number of positions that are asked for, where it is open
  size_t axis = 0;                   ///< of the length in the text, and of positions in `select` and in the result
  bool everyPosition = false;        ///< results of all positions, without asking; else of the last one

  explicit PieceLayout(const Entry &entry);
  bool cuts(const int64_t *symbols) const { return chunk > 0 && symbols[length] > chunk; }
  /// The sizes of a run's largest piece from those of the run.
  void shrink(int64_t *symbols) const;
};

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_PIECES_H
