//===- ArenaOrder.cpp - Which buffer of an arena lies above which ---------------------------------------------------===//
//
// See ArenaOrder.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/ArenaOrder.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

using namespace mambac;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

class Packing {
public:
  explicit Packing(ArrayRef<ArenaBuffer> buffers) : buffers(buffers), meets(buffers.size()) {
    // By first use, so that each buffer is compared with those alone that are live when it begins.
    SmallVector<unsigned> begins = all(), live;
    llvm::stable_sort(begins, [&](unsigned a, unsigned b) { return buffers[a].first < buffers[b].first; });
    for (unsigned next : begins) {
      llvm::erase_if(live, [&](unsigned other) { return buffers[other].last < buffers[next].first; });
      for (unsigned other : live) {
        meets[next].push_back(other);
        meets[other].push_back(next);
      }
      live.push_back(next);
    }
  }

  SmallVector<unsigned> all() const { return llvm::to_vector(llvm::seq<unsigned>(0, buffers.size())); }

  /// Offsets at one sample point: in this sequence, each at the lowest place that is free for its lifetime.
  SmallVector<int64_t> place(ArrayRef<unsigned> sequence, size_t point) const {
    SmallVector<int64_t> offsets(buffers.size(), -1);
    for (unsigned buffer : sequence) {
      SmallVector<std::pair<int64_t, int64_t>> taken;
      for (unsigned other : meets[buffer])
        if (offsets[other] >= 0)
          taken.push_back({offsets[other], offsets[other] + buffers[other].samples[point]});
      llvm::sort(taken);
      int64_t offset = 0;
      for (auto [begin, end] : taken) {
        if (begin - offset >= buffers[buffer].samples[point])
          break;
        offset = std::max(offset, end);
      }
      offsets[buffer] = offset;
    }
    return offsets;
  }

  /// place(), again and again with what ended highest first, until the arena is no longer than what is live at once or
  /// some attempts were made; the best of them.
  SmallVector<int64_t> improve(SmallVector<unsigned> sequence, size_t point) const {
    constexpr int attempts = 64;
    int64_t least = mostLive(point), best = INT64_MAX;
    SmallVector<int64_t> bestOffsets;
    for (int attempt = 0; attempt < attempts && best > least; ++attempt) {
      SmallVector<int64_t> offsets = place(sequence, point);
      auto endOf = [&](unsigned i) { return offsets[i] + buffers[i].samples[point]; };
      auto highest = std::max_element(sequence.begin(), sequence.end(),
                                      [&](unsigned a, unsigned b) { return endOf(a) < endOf(b); });
      int64_t length = endOf(*highest);
      std::rotate(sequence.begin(), highest, highest + 1);
      if (length < best) {
        best = length;
        bestOffsets = std::move(offsets);
      }
    }
    return bestOffsets;
  }

  /// Offsets at one point tell who lies above whom; what follows from others is left out.
  ArenaOrder relate(ArrayRef<int64_t> offsets) const {
    ArenaOrder result;
    result.order = all();
    llvm::stable_sort(result.order, [&](unsigned a, unsigned b) { return offsets[a] < offsets[b]; });
    SmallVector<unsigned> rank(buffers.size());
    for (auto [i, buffer] : llvm::enumerate(result.order))
      rank[buffer] = i;
    result.below.resize(buffers.size());
    std::vector<llvm::BitVector> under(buffers.size(), llvm::BitVector(buffers.size()));
    for (unsigned buffer : result.order) {
      SmallVector<unsigned> lower;
      for (unsigned other : meets[buffer])
        if (rank[other] < rank[buffer])
          lower.push_back(other);
      llvm::sort(lower, [&](unsigned a, unsigned b) { return rank[a] > rank[b]; });
      for (unsigned other : lower) {
        if (under[buffer].test(other))
          continue;
        result.below[buffer].push_back(other);
        under[buffer] |= under[other];
        under[buffer].set(other);
      }
    }
    return result;
  }

  /// The most bytes that are live at once: no arena is shorter.
  int64_t mostLive(size_t point) const {
    int64_t most = 0;
    for (unsigned i = 0; i < buffers.size(); ++i) {
      // Largest when some buffer begins; those that meet it and began no later.
      int64_t live = buffers[i].samples[point];
      for (unsigned other : meets[i])
        if (buffers[other].first <= buffers[i].first && buffers[other].last >= buffers[i].first)
          live += buffers[other].samples[point];
      most = std::max(most, live);
    }
    return most;
  }

  /// The arena's length at a point.
  int64_t length(const ArenaOrder &order, size_t point) const {
    SmallVector<int64_t> ends(buffers.size());
    int64_t total = 0;
    for (unsigned buffer : order.order) {
      int64_t offset = 0;
      for (unsigned other : order.below[buffer])
        offset = std::max(offset, ends[other]);
      ends[buffer] = offset + buffers[buffer].samples[point];
      total = std::max(total, ends[buffer]);
    }
    return total;
  }

private:
  ArrayRef<ArenaBuffer> buffers;
  SmallVector<SmallVector<unsigned>> meets; ///< who is live together
};

} // namespace

ArenaOrder mambac::orderArena(ArrayRef<ArenaBuffer> buffers) {
  if (buffers.empty())
    return {};
  Packing packing(buffers);
  size_t points = buffers[0].samples.size();
  SmallVector<ArenaOrder> candidates;
  for (size_t point = 0; point < points; ++point) {
    SmallVector<unsigned> longest = packing.all(), earliest = longest, lasting = longest;
    auto sizeOf = [&](unsigned i) { return buffers[i].samples[point]; };
    auto spanOf = [&](unsigned i) { return buffers[i].last - buffers[i].first; };
    llvm::stable_sort(longest, [&](unsigned a, unsigned b) { return sizeOf(a) > sizeOf(b); });
    llvm::stable_sort(earliest, [&](unsigned a, unsigned b) { return buffers[a].first < buffers[b].first; });
    llvm::stable_sort(lasting, [&](unsigned a, unsigned b) { return spanOf(a) > spanOf(b); });
    for (const SmallVector<unsigned> &sequence : {longest, earliest, lasting})
      candidates.push_back(packing.relate(packing.improve(sequence, point)));
  }
  SmallVector<int64_t> best(points, INT64_MAX);
  for (const ArenaOrder &candidate : candidates)
    for (size_t point = 0; point < points; ++point)
      best[point] = std::min(best[point], packing.length(candidate, point));
  auto waste = [&](const ArenaOrder &candidate) {
    double sum = 0;
    for (size_t point = 0; point < points; ++point)
      sum += double(packing.length(candidate, point)) / double(best[point]);
    return sum;
  };
  return *std::min_element(candidates.begin(), candidates.end(),
                           [&](const auto &a, const auto &b) { return waste(a) < waste(b); });
}
