//===- ContractionOrder.cpp - In which order a product of many factors is contracted ----------------------------===//
//
// Dynamic programming over subsets of the operands. The axes of a subset's result do not depend on the order inside, so
// the flops of a subset are those of its two halves and of the last step. The peak is a maximum and not a sum, so
// a subset keeps every pair of flops and peak that no other pair beats in both: then the choice among the
// plans of the whole set is exact for any weight and any limit.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/Transforms/ContractionOrder.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cassert>
#include <limits>
#include <vector>

using namespace mambac::ssm;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

double countPoints(const Contraction &contraction, AxisSet axes) {
  double points = 1;
  for (unsigned axis = 0; axis < contraction.sizes.size(); ++axis)
    if (axes >> axis & 1)
      points *= contraction.sizes[axis];
  return points;
}

double countFlops(const Contraction &contraction, AxisSet axes, AxisSet result, unsigned numOperands) {
  double points = countPoints(contraction, axes);
  return points * (numOperands > 1) + points * ((axes & ~result) != 0);
}

/// One way to compute a subset: its last step joins `left` and `right`, or there is none.
struct Way {
  double flops = 0, peak = 0;
  unsigned left = 0, right = 0;       ///< subsets
  unsigned leftWay = 0, rightWay = 0; ///< which of their ways
  bool rightFirst = false;
};

class Optimizer {
public:
  Optimizer(const Contraction &contraction, const OrderOptions &options)
      : contraction(contraction), options(options), count(contraction.operands.size()), ways(size_t(1) << count),
        axes(ways.size(), 0), bytes(ways.size(), 0) {}

  ContractionPlan run() {
    for (unsigned set = 1; set < ways.size(); ++set)
      visit(set);
    unsigned all = ways.size() - 1;
    unsigned best = 0;
    for (unsigned i = 1; i < ways[all].size(); ++i)
      if (isBetter(ways[all][i], ways[all][best]))
        best = i;
    ContractionPlan plan;
    plan.flops = ways[all][best].flops;
    plan.peak = ways[all][best].peak;
    emit(all, best, plan);
    return plan;
  }

private:
  AxisSet unionOf(unsigned set) const {
    AxisSet result = 0;
    for (unsigned i = 0; i < count; ++i)
      if (set >> i & 1)
        result |= contraction.operands[i];
    return result;
  }
  /// A single operand is reduced in a step of its own, unless it is all there is or nothing would become smaller.
  bool isReduced(unsigned single) const {
    unsigned operand = llvm::countr_zero(single);
    AxisSet dropped = contraction.operands[operand] & ~axes[single];
    return count > 1 && countPoints(contraction, dropped) > 1;
  }

  void visit(unsigned set) {
    unsigned all = ways.size() - 1;
    AxisSet inside = unionOf(set);
    axes[set] = inside & (contraction.result | unionOf(all & ~set));
    bool single = llvm::isPowerOf2_32(set);
    if (single && !isReduced(set)) {
      axes[set] = inside; // what is left of size one goes with the next step
      ways[set].push_back({});
      if (count == 1) {
        axes[set] = contraction.result;
        bytes[set] = countPoints(contraction, axes[set]) * contraction.elementBytes;
        ways[set].back().flops = countFlops(contraction, inside, axes[set], 1);
        ways[set].back().peak = bytes[set];
      }
      return;
    }
    bytes[set] = countPoints(contraction, axes[set]) * contraction.elementBytes;
    if (single) {
      Way way;
      way.flops = countFlops(contraction, inside, axes[set], 1);
      way.peak = bytes[set];
      ways[set].push_back(way);
      return;
    }
    // Each split once: the half with the set's lowest operand is the left one.
    unsigned lowest = set & -set, rest = set ^ lowest;
    for (unsigned part = rest;; part = (part - 1) & rest) {
      unsigned left = lowest | part, right = set ^ left;
      if (right != 0)
        join(set, left, right);
      if (part == 0)
        break;
    }
  }

  void join(unsigned set, unsigned left, unsigned right) {
    double flops = countFlops(contraction, axes[left] | axes[right], axes[set], 2);
    double last = bytes[left] + bytes[right] + bytes[set];
    for (auto [i, l] : llvm::enumerate(ways[left]))
      for (auto [j, r] : llvm::enumerate(ways[right])) {
        Way way;
        way.flops = l.flops + r.flops + flops;
        double leftFirst = std::max(l.peak, bytes[left] + r.peak), rightFirst = std::max(r.peak, bytes[right] + l.peak);
        way.rightFirst = rightFirst < leftFirst;
        way.peak = std::max(std::min(leftFirst, rightFirst), last);
        way.left = left, way.right = right, way.leftWay = i, way.rightWay = j;
        add(ways[set], way);
      }
  }

  static void add(std::vector<Way> &known, const Way &way) {
    for (const Way &other : known)
      if (other.flops <= way.flops && other.peak <= way.peak)
        return;
    llvm::erase_if(known, [&](const Way &other) { return way.flops <= other.flops && way.peak <= other.peak; });
    known.push_back(way);
  }

  bool isBetter(const Way &a, const Way &b) const {
    double limit = options.memoryLimit > 0 ? options.memoryLimit : std::numeric_limits<double>::infinity();
    if (a.peak > limit || b.peak > limit)
      return a.peak < b.peak;
    double costA = a.flops + options.memoryWeight * a.peak, costB = b.flops + options.memoryWeight * b.peak;
    return costA < costB || (costA == costB && a.peak < b.peak);
  }

  /// The steps of one way of a subset; returns the number of its result.
  unsigned emit(unsigned set, unsigned number, ContractionPlan &plan) {
    if (llvm::isPowerOf2_32(set)) {
      unsigned operand = llvm::countr_zero(set);
      if (count > 1 && !isReduced(set))
        return operand;
      plan.steps.push_back({{operand}, axes[set]});
    } else {
      const Way way = ways[set][number];
      unsigned left, right;
      if (way.rightFirst) {
        right = emit(way.right, way.rightWay, plan);
        left = emit(way.left, way.leftWay, plan);
      } else {
        left = emit(way.left, way.leftWay, plan);
        right = emit(way.right, way.rightWay, plan);
      }
      plan.steps.push_back({{left, right}, axes[set]});
    }
    return count + plan.steps.size() - 1;
  }

  const Contraction &contraction;
  const OrderOptions &options;
  unsigned count;
  std::vector<std::vector<Way>> ways; ///< by subset
  std::vector<AxisSet> axes;          ///< of a subset's result
  std::vector<double> bytes;          ///< of a subset's result; 0 for an operand as it is
};

} // namespace

ContractionPlan mambac::ssm::measureSteps(const Contraction &contraction, ArrayRef<ContractionStep> steps) {
  ContractionPlan plan;
  plan.steps.assign(steps.begin(), steps.end());
  unsigned count = contraction.operands.size();
  SmallVector<AxisSet> axes(contraction.operands);
  SmallVector<double> bytes(count, 0);
  double live = 0;
  for (const ContractionStep &step : steps) {
    AxisSet inside = 0;
    for (unsigned operand : step.operands)
      inside |= axes[operand];
    plan.flops += countFlops(contraction, inside, step.result, step.operands.size());
    axes.push_back(step.result);
    bytes.push_back(countPoints(contraction, step.result) * contraction.elementBytes);
    live += bytes.back();
    plan.peak = std::max(plan.peak, live);
    for (unsigned operand : step.operands)
      live -= bytes[operand];
  }
  return plan;
}

ContractionPlan mambac::ssm::orderContraction(const Contraction &contraction, const OrderOptions &options) {
  assert(!contraction.operands.empty() && contraction.sizes.size() <= 64 && "an einsum has operands");
  unsigned exact = std::clamp(options.exactUpTo, 2u, 12u);
  if (contraction.operands.size() <= exact)
    return Optimizer(contraction, options).run();

  // The cheapest pair first, until the rest can be searched.
  Contraction rest = contraction;
  SmallVector<unsigned> numbers = llvm::to_vector(llvm::seq<unsigned>(0, rest.operands.size()));
  SmallVector<ContractionStep> steps;
  unsigned count = contraction.operands.size();
  auto neededBeside = [&](unsigned i, unsigned j) {
    AxisSet needed = rest.result;
    for (auto [k, axes] : llvm::enumerate(rest.operands))
      if (k != i && k != j)
        needed |= axes;
    return needed;
  };
  for (unsigned i = 0; i < rest.operands.size(); ++i) {
    AxisSet kept = rest.operands[i] & neededBeside(i, i);
    if (countPoints(rest, rest.operands[i] & ~kept) <= 1)
      continue;
    steps.push_back({{numbers[i]}, kept});
    rest.operands[i] = kept;
    numbers[i] = count + steps.size() - 1;
  }
  while (rest.operands.size() > exact) {
    unsigned bestI = 0, bestJ = 1;
    AxisSet bestKept = 0;
    double bestCost = std::numeric_limits<double>::infinity();
    for (unsigned i = 0; i < rest.operands.size(); ++i)
      for (unsigned j = i + 1; j < rest.operands.size(); ++j) {
        AxisSet inside = rest.operands[i] | rest.operands[j], kept = inside & neededBeside(i, j);
        double bytes = countPoints(rest, kept) * rest.elementBytes;
        double cost = countFlops(rest, inside, kept, 2) + options.memoryWeight * bytes;
        if (options.memoryLimit > 0 && bytes > options.memoryLimit)
          cost = std::numeric_limits<double>::max();
        if (cost < bestCost)
          bestCost = cost, bestI = i, bestJ = j, bestKept = kept;
      }
    steps.push_back({{numbers[bestI], numbers[bestJ]}, bestKept});
    rest.operands[bestI] = bestKept;
    numbers[bestI] = count + steps.size() - 1;
    rest.operands.erase(rest.operands.begin() + bestJ);
    numbers.erase(numbers.begin() + bestJ);
  }
  unsigned before = steps.size(), left = rest.operands.size();
  for (ContractionStep step : Optimizer(rest, options).run().steps) {
    for (unsigned &operand : step.operands)
      operand = operand < left ? numbers[operand] : count + before + (operand - left);
    steps.push_back(step);
  }
  return measureSteps(contraction, steps);
}
