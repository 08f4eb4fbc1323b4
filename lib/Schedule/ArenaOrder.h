//===- ArenaOrder.h - Which buffer of an arena lies above which -------------------------------------*- C++ -*-===//
//
// Offset assignment for buffers whose sizes are known at sample points only. What comes out holds for all sizes: for each
// buffer, those that it has to lie above. Its offset is the largest end of these, so any two buffers that are live
// together are apart, whatever their sizes. No IR in here.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_ARENAORDER_H
#define MAMBAC_LIB_SCHEDULE_ARENAORDER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace mambac {

struct ArenaBuffer {
  int64_t first = -1, last = -1;      ///< positions of the first and last operation that uses it
  llvm::SmallVector<int64_t> samples; ///< its size in bytes, aligned, at each sample point
};

struct ArenaOrder {
  llvm::SmallVector<unsigned> order;                    ///< the buffers, each behind those that it lies above
  llvm::SmallVector<llvm::SmallVector<unsigned>> below; ///< for each buffer, what it lies directly above
};

/// At each sample point buffers are packed by offset in several ways; that arena is taken whose lengths at all points are
/// nearest to the best ones. Deterministic.
ArenaOrder orderArena(llvm::ArrayRef<ArenaBuffer> buffers);

} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_ARENAORDER_H
