//===- ProductForm.cpp - A sum of products in its one normal form -----------------------------------------------===//

#include "lib/Raise/ProductForm.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/ElementUtils.h"
#include "lib/Raise/RaiseUtils.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

//===- What is looked through -----------------------------------------------------------------------------------===//

/// A rounding that changes nothing: of a value that was extended from that very type.
static bool isIdleRounding(arith::TruncFOp op) {
  auto extension = op.getIn().getDefiningOp<arith::ExtFOp>();
  return extension && extension.getIn().getType() == op.getType();
}

bool mambac::raise::isProductOp(Operation *op, bool isRoot) {
  if (auto einsum = dyn_cast<ssm::EinsumOp>(op))
    return einsum->getNumResults() == 1;
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || linalgOp.getNumDpsInits() != 1 || !linalgOp.hasPureTensorSemantics() ||
      linalgOp.getNumDpsInputs() == 0 || isa<linalg::FillOp>(op))
    return false;
  Block &body = op->getRegion(0).front();
  Operation *terminator = body.getTerminator();
  bool sums = linalgOp.getNumReductionLoops() > 0;
  Value accumulator = linalgOp.getMatchingBlockArgument(linalgOp.getDpsInitOperand(0));
  Value yielded = terminator->getOperand(0);
  if (!sums && !accumulator.use_empty())
    return false;
  if (auto rounding = yielded.getDefiningOp<arith::TruncFOp>(); rounding && isRoot)
    yielded = rounding.getIn();
  for (Operation &inner : body.without_terminator()) {
    if (isa<arith::MulFOp, arith::NegFOp, arith::ExtFOp, arith::ConstantOp>(inner))
      continue;
    if (auto rounding = dyn_cast<arith::TruncFOp>(inner);
        rounding && (isIdleRounding(rounding) || (isRoot && rounding.getResult() == terminator->getOperand(0))))
      continue;
    if (auto div = dyn_cast<arith::DivFOp>(inner); div && getConstantFloat(div.getRhs()).value_or(0) != 0)
      continue;
    if (auto add = dyn_cast<arith::AddFOp>(inner);
        add && sums && add.getResult() == yielded && (add.getLhs() == accumulator) != (add.getRhs() == accumulator))
      continue;
    return false;
  }
  return !sums || (accumulator.hasOneUse() && yielded.getDefiningOp<arith::AddFOp>());
}

namespace {
/// Looks through products and sums that serve the root alone and are not rounded on the way to it. What a projection by a
/// weight reads stays a value where no broadcast is in it: another projection, or a product as large as one of its
/// factors (a gate, a norm's scale). That is computed once, with what made it, and the projection is packed by itself.
class ProductPolicy {
public:
  explicit ProductPolicy(Value root) : root(root) {}

  bool accepts(Value value) {
    if (value == root)
      return true;
    auto [it, isNew] = known.try_emplace(value, false);
    if (isNew)
      it->second = isProductOp(value.getDefiningOp(), /*isRoot=*/false) && isUnrounded(value) &&
                   servesRootOnly(value) && !(isUnit(value.getDefiningOp()) && isProjected(value));
    return it->second;
  }

private:
  /// In the type that an einsum computes in: f32, or f64 where an operand is f64.
  static bool isUnrounded(Value value) {
    Type type = getElementTypeOrSelf(value.getType());
    if (type.isF64())
      return true;
    return type.isF32() && llvm::none_of(value.getDefiningOp()->getOperandTypes(),
                                         [](Type operand) { return getElementTypeOrSelf(operand).isF64(); });
  }
  /// The one operation that reads a value; a gather reads in its body. Null if there are several, or if the value is what
  /// another sum starts from.
  static Operation *getReader(Value value) {
    Operation *reader = nullptr;
    for (OpOperand &use : value.getUses()) {
      if (isa<tensor::DimOp>(use.getOwner()))
        continue;
      auto destination = dyn_cast<DestinationStyleOpInterface>(use.getOwner());
      if (reader || (destination && destination.isDpsInit(&use)))
        return nullptr;
      reader = use.getOwner();
    }
    bool gathers = isa_and_nonnull<tensor::ExtractOp>(reader) && isa<linalg::LinalgOp>(reader->getParentOp());
    return gathers ? reader->getParentOp() : reader;
  }
  bool servesRootOnly(Value value) const {
    for (unsigned steps = 0; steps < 64; ++steps) {
      Operation *reader = getReader(value);
      if (!reader || reader->getNumResults() != 1 || reader->getBlock() != root.getDefiningOp()->getBlock())
        return false;
      value = reader->getResult(0);
      if (value == root)
        return true;
    }
    return false;
  }

  static bool hasWeight(Operation *op, Value except) {
    unsigned numInputs = op->getNumOperands() - 1; // the destination is the last
    return llvm::any_of(op->getOperands().take_front(numInputs), [&](Value operand) {
      return operand != except && isa<RankedTensorType>(operand.getType()) && dependsOnWeightsAlone(operand);
    });
  }
  static bool isSum(Operation *op) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    return isa<ssm::EinsumOp>(op) || (linalgOp && linalgOp.getNumReductionLoops() > 0);
  }
  /// A projection, or a product with the shape of a factor.
  static bool isUnit(Operation *op) {
    if (isSum(op)) {
      if (hasWeight(op, {}))
        return true;
      return llvm::any_of(op->getOperands(), [](Value operand) {
        Operation *producer = operand.getDefiningOp();
        return producer && isProductOp(producer, false) && !isSum(producer) && hasWeight(producer, {});
      });
    }
    auto linalgOp = cast<linalg::LinalgOp>(op);
    if (linalgOp.getNumDpsInputs() == 1 && llvm::all_of(op->getRegion(0).front(), [](Operation &inner) {
          auto product = dyn_cast<arith::MulFOp>(inner);
          return !product || getConstantFloat(product.getLhs()) || getConstantFloat(product.getRhs());
        }))
      return false; // a scaling by a number
    return llvm::any_of(linalgOp.getDpsInputOperands(), [&](OpOperand *operand) {
      return linalgOp.getMatchingIndexingMap(operand).getNumResults() == linalgOp.getNumLoops();
    });
  }
  /// The next sum on the way to the root is one of products with a weight; or there is none, only a copy of a
  /// projection with other axes: that is left to what reads it.
  bool isProjected(Value value) const {
    auto copy = root.getDefiningOp<linalg::LinalgOp>();
    if (copy && copy.getNumDpsInputs() == 1 && !isSum(copy) && copy->getRegion(0).front().getOperations().size() == 1 &&
        isSum(value.getDefiningOp()))
      return true;
    while (value != root) {
      Operation *reader = getReader(value);
      if (isa<linalg::LinalgOp, ssm::EinsumOp>(reader) && hasWeight(reader, value))
        return true;
      if (isSum(reader))
        return false;
      value = reader->getResult(0);
    }
    return false;
  }

  Value root;
  llvm::DenseMap<Value, bool> known;
};

//===- Axes -----------------------------------------------------------------------------------------------------===//

/// The one form of a product: its axes as coarse as the leaves allow, its leaves in order.
class Normalizer {
public:
  explicit Normalizer(ProductForm &form) : form(form), space(form.study->space) {}

  LogicalResult run(const Term &term, std::string &why) {
    form.coefficient = term.coefficient;
    form.leaves.assign(term.atoms.begin(), term.atoms.end());
    form.summed.assign(term.bound.begin(), term.bound.end());
    groupDims();
    bool changed = true;
    while (changed)
      changed = mergeSummed() || mergeDims();
    orderLeaves();
    return checkAxes(why);
  }

private:
  void groupDims() {
    SmallVector<int64_t> units;
    for (auto [dim, position] : llvm::enumerate(form.study->index)) {
      if (position.terms.empty()) {
        if (form.dims.empty())
          units.push_back(dim);
        else
          form.dims.back().dims.push_back(dim);
        continue;
      }
      DimGroup group;
      group.dims.append(units);
      units.clear();
      group.dims.push_back(dim);
      SmallVector<std::pair<int64_t, int>> parts;
      for (auto &[var, stride] : position.terms)
        parts.push_back({stride, var});
      llvm::sort(parts, std::greater<>());
      for (auto &[stride, var] : parts)
        group.axes.push_back(var);
      form.dims.push_back(group);
    }
    if (!units.empty()) // nothing but dimensions of size 1
      form.dims.push_back({SmallVector<int64_t, 2>(units.begin(), units.end()), {}});
  }

  /// True if no leaf has `high` or `low` but as high * size + low.
  bool areSideBySide(int high, int low) const {
    const std::optional<Lin> &size = space.get(low).size;
    if (!size || !size->isConstant())
      return false;
    bool any = false;
    for (const Atom &leaf : form.leaves)
      for (const Lin &position : leaf.index) {
        int64_t step = position.coefficientOf(low);
        if (position.coefficientOf(high) != step * size->constant)
          return false;
        any |= step != 0;
      }
    return any;
  }
  int merge(int high, int low) {
    const IndexSpace::Var inner = space.get(low), outer = space.get(high);
    int whole = inner.op ? space.addBoundVar(inner.op, inner.loop, *outer.size * inner.size->constant, inner.stride)
                         : space.addVar(inner.kind, *outer.size * inner.size->constant);
    for (Atom &leaf : form.leaves)
      for (Lin &position : leaf.index)
        position = position.substitute(high, Lin(0)).substitute(low, Lin::var(whole));
    return whole;
  }
  bool mergeSummed() {
    for (int high : form.summed)
      for (int low : form.summed)
        if (high != low && areSideBySide(high, low)) {
          int whole = merge(high, low);
          llvm::erase(form.summed, high);
          llvm::replace(form.summed, low, whole);
          return true;
        }
    return false;
  }
  bool mergeDims() {
    for (unsigned i = 0; i < form.dims.size(); ++i) {
      DimGroup &group = form.dims[i];
      for (unsigned j = 0; j + 1 < group.axes.size(); ++j)
        if (space.get(group.axes[j]).size && areSideBySide(group.axes[j], group.axes[j + 1])) {
          group.axes[j + 1] = merge(group.axes[j], group.axes[j + 1]);
          group.axes.erase(group.axes.begin() + j);
          return true;
        }
      if (i == 0 || group.axes.size() != 1 || form.dims[i - 1].axes.size() != 1)
        continue;
      DimGroup &before = form.dims[i - 1];
      if (!areSideBySide(before.axes[0], group.axes[0]))
        continue;
      before.axes[0] = merge(before.axes[0], group.axes[0]);
      before.dims.append(group.dims);
      form.dims.erase(form.dims.begin() + i);
      return true;
    }
    return false;
  }

  void orderLeaves() {
    auto position = [](Value value) {
      auto argument = dyn_cast<BlockArgument>(value);
      return std::pair(argument ? 0 : 1,
                       argument ? argument.getArgNumber() : cast<OpResult>(value).getResultNumber());
    };
    auto isBefore = [&](const Atom &a, const Atom &b) {
      if (a.value == b.value)
        return std::lexicographical_compare(a.index.begin(), a.index.end(), b.index.begin(), b.index.end());
      bool weightA = dependsOnWeightsAlone(a.value), weightB = dependsOnWeightsAlone(b.value);
      if (weightA != weightB)
        return weightB;
      Operation *opA = a.value.getDefiningOp(), *opB = b.value.getDefiningOp();
      if (!opA || !opB || opA == opB)
        return position(a.value) < position(b.value);
      if (opA->getBlock() != opB->getBlock()) // what was there before a loop comes first
        return opA->getBlock()->getParentOp()->isProperAncestor(opB->getBlock()->getParentOp());
      return opA->isBeforeInBlock(opB);
    };
    SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(0, form.leaves.size()));
    llvm::sort(order, [&](unsigned a, unsigned b) {
      if (isBefore(form.leaves[a], form.leaves[b]))
        return true;
      return !isBefore(form.leaves[b], form.leaves[a]) && a < b;
    });
    SmallVector<Atom, 4> sorted;
    for (unsigned leaf : order)
      sorted.push_back(form.leaves[leaf]);
    form.leaves = std::move(sorted);
  }

  LogicalResult checkAxes(std::string &why) const {
    auto occurs = [&](int axis) {
      return llvm::any_of(form.leaves, [&](const Atom &leaf) {
        return llvm::any_of(leaf.index, [&](const Lin &position) { return position.uses(axis); });
      });
    };
    for (const DimGroup &group : form.dims)
      for (int axis : group.axes)
        if (!occurs(axis)) {
          why = "an axis belongs to no operand";
          return failure();
        }
    for (const Atom &leaf : form.leaves) {
      llvm::SmallDenseSet<int> used;
      for (const Lin &position : leaf.index)
        for (auto &[var, stride] : position.terms)
          if (space.get(var).kind != IndexSpace::Kind::Size && (stride < 0 || !used.insert(var).second)) {
            why = "an operand is not read along plain axes";
            return failure();
          }
    }
    return success();
  }

  ProductForm &form;
  IndexSpace &space;
};

} // namespace

//===- The form -------------------------------------------------------------------------------------------------===//

FailureOr<ProductForm> mambac::raise::getProductForm(Value root, std::string &why) {
  static const ScanDependence noScans;
  SmallVector<IndexSpace::Split> splits;
  SmallVector<IndexSpace::BoundSplit> loopSplits;
  ProductPolicy policy(root);
  for (unsigned attempt = 0; attempt < 16; ++attempt) {
    ProductForm form;
    form.study = std::make_unique<RootStudy>(root, noScans, splits);
    RootStudy &study = *form.study;
    study.evaluator.keepPiecesWhole();
    study.evaluator.followWhere([&](Value value) { return policy.accepts(value); });
    study.evaluator.splitLoops(loopSplits);
    Poly poly = study.evaluator.evaluate(root, study.index, {});
    // Where a reshape asks for the atoms of an axis, once more with these.
    if (std::optional<IndexSpace::Split> wanted = study.space.wantedSplit) {
      const std::optional<Lin> &size = study.space.get(wanted->var).size;
      bool isNew = llvm::none_of(splits, [&](auto &split) { return split.var == wanted->var; });
      if (isNew && size && divideEvenly(*size, wanted->by)) {
        splits.push_back(*wanted);
        continue;
      }
    }
    if (std::optional<IndexSpace::BoundSplit> wanted = study.space.wantedBoundSplit)
      if (llvm::none_of(loopSplits, [&](auto &split) {
            return split.op == wanted->op && split.loop == wanted->loop && split.by == wanted->by;
          })) {
        loopSplits.push_back(*wanted);
        continue;
      }
    Term product;
    unsigned numSums = 0;
    for (const Term &term : poly) {
      if (term.bound.empty()) {
        form.added.push_back(term);
        continue;
      }
      product = term;
      ++numSums;
    }
    if (numSums == 0)
      return failure();
    // A sum of one thing, or of its squares: nothing is contracted.
    if (numSums == 1 && llvm::all_of(product.atoms, [&](const Atom &atom) { return atom == product.atoms.front(); }))
      return failure();
    if (numSums > 1) {
      why = "it adds up different products";
      return failure();
    }
    assert(product.guards.empty() && "masks, pads and pieces are leaves");
    assert(llvm::all_of(product.atoms, [](const Atom &atom) { return atom.kind == Atom::Kind::Leaf; }));
    form.sum = study.space.get(product.bound.front()).op;
    if (failed(Normalizer(form).run(product, why)))
      return failure();
    return form;
  }
  why = "its axes have too many atoms";
  return failure();
}
