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
// where the decay is an exponential, a factor that stands there without one, or a number; or h and the decay are complex
// numbers of which all that can be seen are real and imaginary parts (TracedPairs.cpp).
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
    Product target;                    ///< its coefficient is 1, where there is no imaginary part
    llvm::SmallVector<int> stateVars;  ///< the axes of the state that the tensor does not have
    /// The imaginary parts, where states and decays are complex numbers. The decay's is `rotation`. A target whose
    /// coefficient is 0 is not read.
    struct Imaginary {
      Product rotation, target;
      std::vector<Product> source;
    };
    std::optional<Imaginary> imaginary;
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
  size_t evaluations = 0; ///< factors whose residues were computed for the proof

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
  /// The number of elements that the sums of a product run over.
  double countSummands(const Product &product) const;
  mlir::LogicalResult expandFirst(mlir::Value tensor, llvm::ArrayRef<Lin> index, bool &again);
  /// Looks into a factor from now on, if it can be; `again` says that it was whole before.
  void open(Id factor, bool &again);
  void openNext(bool &again);
  mlir::LogicalResult findMotions(bool byPosition, bool &again);
  /// The pattern and the logical time that everything in it is read at; -1: it does not move.
  mlir::FailureOr<std::pair<Id, int64_t>> generalize(Id id);
  /// A product of an element, its factors and exponents sorted by the times they are read at.
  struct Sorted {
    double coefficient;
    llvm::SmallVector<int, 2> bound;
    ScalarGraph::Monomial timeless, at[3];
    Exponent exponent[3];
    bool used = false;
    /// All factors.
    ScalarGraph::Monomial getFactors() const;
  };
  mlir::FailureOr<Sorted> sort(const Product &product, bool &again);
  bool findDiagonal(llvm::MutableArrayRef<Sorted> terms, const Sorted &term, const Product &source, Scan &scan);
  bool findInit(const Sorted &term);
  bool findRotation(const Scan &scan, Product &rotation);
  bool pairStates(llvm::MutableArrayRef<Sorted> terms);
  bool findImaginary(llvm::MutableArrayRef<Sorted> terms);
  mlir::LogicalResult derive(bool &again);
  mlir::LogicalResult prove(mlir::Value tensor, llvm::ArrayRef<Lin> index, bool &again);
  void openUnlikeFirst(Id element, bool &again);
  mlir::LogicalResult follow(mlir::Value tensor, llvm::ArrayRef<Lin> index, bool byPosition, bool &again);
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
  bool ambiguous = false; ///< some motions could be others
  std::unique_ptr<ElementTrace> whole; ///< with every sum written out
};

/// Adds an exponent to another one.
void addTo(TracedRecurrence::Exponent &sum, const TracedRecurrence::Exponent &other, double sign);
/// Takes `part` out of sorted factors; failure if it is not all there.
mlir::FailureOr<ScalarGraph::Monomial> takeOut(const ScalarGraph::Monomial &all, const ScalarGraph::Monomial &part);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_TRACEDRECURRENCE_H
