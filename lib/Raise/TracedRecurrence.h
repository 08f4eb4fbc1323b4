//===- TracedRecurrence.h - The recurrence that the elements of a tensor follow along time -----------*- C++ -*-===//
//
// Written out at the first times (logical times 0, 1 and 2: from the end where time runs backwards), the elements y of a
// tensor that a linear recurrence computes are sums of products of a fixed shape:
//
//     y[1] = target[1] source[0] exp(e[1]) + target[1] source[1] + target[1] init exp(e[0] + e[1]) + direct[1]
//
// From it follow the factors as functions of time, and with them what y is at every time t:
//
//     h[t] = decay[t] h[t-1] + source[t]         h[-1] = init
//     y[t] = target[t] h[t] + direct[t]          summed over the state's axes
//
// where the decay is an exponential, a factor that stands there without one, or a number.
//
// That is a guess, which is then proved for each t by comparing residues (ScalarGraph.h) of the recurrence with those of
// the tensor's own elements.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_TRACEDRECURRENCE_H
#define MAMBAC_LIB_RAISE_TRACEDRECURRENCE_H

#include "lib/Raise/ElementTrace.h"

namespace mambac::raise {

class TracedRecurrence {
public:
  using Id = ScalarGraph::Id;
  using Product = ScalarGraph::Product;
  using Exponent = std::vector<std::pair<ScalarGraph::Monomial, double>>;

  /// Patterns: what they read in time is read at the variable `time`.
  struct Scan {
    Product decay;                     ///< nothing bound
    std::vector<Product> source, init; ///< sums; nothing bound but the state's axes
    Product target;                    ///< its coefficient is 1
    llvm::SmallVector<int> stateVars;  ///< the axes of the state that the tensor does not have
  };

  TracedRecurrence(IndexSpace &space, TraceScope &scope, ScalarGraph &graph) 
      : space(space), scope(scope), graph(graph), sumVars(space) {}

  /// Finds and proves the recurrence of `tensor` at the position `index` along its variable `along`, whose size is known.
  /// On failure `reason` says why not; `space.wantedSplit` is set where another axis has to be split first.
  mlir::LogicalResult find(mlir::Value tensor, llvm::ArrayRef<Lin> index, int along);

  /// Finds and proves that `tensor` at `index` is a short sum of products without any recurrence: `direct`, no scans.
  mlir::LogicalResult findProducts(mlir::Value tensor, llvm::ArrayRef<Lin> index);

  /// After find(): whether `tensor` at `index`, written in the tensor's variables and those of the state, is the state
  /// of `scan` after the last step.
  bool isFinalState(const Scan &scan, mlir::Value tensor, llvm::ArrayRef<Lin> index);

  std::vector<Scan> scans;
  std::vector<Product> direct;
  int timeVar = -1; ///< the variable of the position that is time
  int64_t length = 0;
  bool reverse = false;
  int time = -1;     ///< the variable that patterns are written in: the logical time
  /// Why nothing was found, from the attempt that came farthest, and how far that was.
  std::string reason;
  enum Progress { kFirstSteps, kSteps, kRecurrence, kProof } progress = kFirstSteps;
  /// What needs more elements than this takes too long to compile.
  size_t maxElements = 4'000'000;

private:
  mlir::LogicalResult fail(const llvm::Twine &why, Progress at = kFirstSteps) {
    if (reason.empty() || at > progress) {
      reason = why.str();
      progress = at;
    }
    return mlir::failure();
  }
  /// The position at a logical time.
  Lin at(int64_t logical) const { return Lin(reverse ? length - 1 - logical : logical); }

  /// How the dimension of a tensor that is read moves with time: position = offset + stride * time.
  struct Motion {
    int64_t offset, stride;
  };
  using Dim = std::pair<mlir::Value, unsigned>;
  mlir::LogicalResult expandFirst(mlir::Value tensor, llvm::ArrayRef<Lin> index, bool &again);
  /// Looks into a factor from now on, if it can be; `again` says that it was whole before.
  void open(Id factor, bool &again);
  void openNext(bool &again);
  mlir::LogicalResult findMotions(bool &again);
  /// The pattern and the logical time that everything in it is read at; -1: it does not move.
  mlir::FailureOr<std::pair<Id, int64_t>> generalize(Id id);
  struct Sorted;
  mlir::FailureOr<Sorted> sort(const Product &product, bool &again);
  bool findDiagonal(llvm::MutableArrayRef<Sorted> terms, const Sorted &term, const Product &source, Scan &scan);
  bool findInit(const Sorted &term);
  mlir::LogicalResult derive(bool &again);
  mlir::LogicalResult prove(mlir::Value tensor, llvm::ArrayRef<Lin> index);
  using Assignment = llvm::SmallVector<std::pair<int, Lin>, 4>;
  Id instantiate(Id pattern, const Assignment &values);
  Residue evaluate(const Product &product, const Assignment &values);
  Residue evaluateDecay(const Scan &scan, const Assignment &values);

  IndexSpace &space;
  TraceScope &scope;
  ScalarGraph &graph;
  SumVars sumVars;
  std::vector<ElementTrace::Loop> unrolled, split;
  std::vector<std::vector<Product>> first; ///< the elements at the first logical times
  std::map<std::pair<void *, unsigned>, Motion> motions;
  std::unique_ptr<ElementTrace> whole; ///< with every sum written out
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_TRACEDRECURRENCE_H
