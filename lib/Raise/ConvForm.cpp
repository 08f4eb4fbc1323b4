//===- ConvForm.cpp - A sum over the last few times, whatever it is written as ----------------------------------===//

#include "lib/Raise/ConvForm.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/ElementTrace.h"
#include "lib/Raise/ElementUtils.h"
#include "lib/Raise/TermRoles.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

/// More taps than this are no short convolution.
static constexpr int64_t kMaxTaps = 64;

//===- What is looked through -----------------------------------------------------------------------------------===//

static bool multipliesTensors(Operation *op) {
  if (isa<ssm::EinsumOp>(op))
    return true;
  return isa<linalg::LinalgOp>(op) && llvm::any_of(op->getRegion(0).front(), [](Operation &inner) {
    auto mul = dyn_cast<arith::MulFOp>(inner);
    return mul && !getConstantFloat(mul.getLhs()) && !getConstantFloat(mul.getRhs());
  });
}

/// Sums, products, masks, roundings.
static bool isStep(Operation *op) {
  if (isa<ssm::EinsumOp>(op))
    return op->getNumResults() == 1;
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || linalgOp.getNumDpsInits() != 1 || !linalgOp.hasPureTensorSemantics() || isa<linalg::FillOp>(op))
    return false;
  return llvm::all_of(op->getRegion(0).front(), [](Operation &inner) {
    if (auto div = dyn_cast<arith::DivFOp>(inner))
      return getConstantFloat(div.getRhs()).value_or(0) != 0;
    return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::NegFOp, arith::ExtFOp, arith::TruncFOp,
               arith::SelectOp, arith::CmpIOp, arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::ConstantOp,
               arith::IndexCastOp, arith::AddIOp, arith::SubIOp, linalg::IndexOp, linalg::YieldOp>(inner);
  });
}

namespace {
/// Looks through sums up to the products of input and weight, and through these; what is multiplied stays a value.
/// Only through what serves the root alone. Roundings are dropped, as in all ops.
class ConvPolicy {
public:
  explicit ConvPolicy(Value root) : root(root) {}

  bool accepts(Value value) {
    if (value == root)
      return true;
    auto [it, isNew] = known.try_emplace(value, false);
    if (isNew)
      it->second = isStep(value.getDefiningOp()) && leadsToRoot(value);
    return it->second;
  }

private:
  /// By single uses, and through no further product.
  bool leadsToRoot(Value value) const {
    while (value != root) {
      Operation *reader = nullptr;
      for (Operation *user : value.getUsers()) {
        if (isa<tensor::DimOp>(user))
          continue;
        if (reader)
          return false;
        reader = user;
      }
      if (!reader || reader->getNumResults() != 1 || reader->getBlock() != root.getDefiningOp()->getBlock() ||
          multipliesTensors(reader))
        return false;
      value = reader->getResult(0);
    }
    return true;
  }

  Value root;
  llvm::DenseMap<Value, bool> known;
};

/// There is something to read at several times behind `root`: it is cheap to see that there is not.
bool hasShifts(Value root, ConvPolicy &policy) {
  SmallVector<Value> work{root};
  llvm::SmallPtrSet<Operation *, 16> seen;
  while (!work.empty()) {
    Operation *op = work.pop_back_val().getDefiningOp();
    if (!op || !seen.insert(op).second || seen.size() > 256)
      continue;
    if (isa<tensor::PadOp, tensor::ConcatOp, tensor::InsertSliceOp>(op))
      return true;
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      for (OpOperand *input : linalgOp.getDpsInputOperands())
        if (isa<RankedTensorType>(input->get().getType()) &&
            !linalgOp.getMatchingIndexingMap(input).isProjectedPermutation(/*allowZeroInResults=*/true))
          return true;
      bool isCopy = linalgOp.getNumReductionLoops() == 0 && llvm::hasSingleElement(op->getRegion(0).front());
      if (!isCopy && !policy.accepts(op->getResult(0)))
        continue;
      for (OpOperand *input : linalgOp.getDpsInputOperands())
        work.push_back(input->get());
      continue;
    }
    if (isa<ssm::EinsumOp>(op) ? policy.accepts(op->getResult(0))
                               : isa<tensor::ExtractSliceOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op))
      work.append(op->operand_begin(), op->operand_end());
  }
  return false;
}

//===- Taps -----------------------------------------------------------------------------------------------------===//

/// One term at one time: weight * input[t + offset] under guards.
struct Tap {
  Lin offset;
  Group input, weight; ///< the input at time t
  Constraints guards;
};

class ConvMatcher {
public:
  ConvMatcher(ConvForm &form, std::string &why) : form(form), space(form.study->space), why(why) {}

  /// One time alone: weights times the entries of a window, oldest first, and the input that follows them.
  LogicalResult runOneTime(const Poly &poly) {
    SmallVector<Term, 4> terms;
    for (const Term &term : poly) {
      if (term.bound.empty()) {
        terms.push_back(term);
        continue;
      }
      int var = term.bound.front();
      const std::optional<Lin> &size = space.get(var).size;
      if (term.bound.size() > 1 || !size->isConstant() || size->constant > kMaxTaps)
        return failure();
      Term rest = term;
      rest.bound.clear();
      for (int64_t k = 0; k < size->constant; ++k)
        llvm::append_range(terms, form.study->evaluator.simplify({substitute(rest, var, Lin(k))}, {}));
    }
    SmallVector<int> others = form.study->getRootVars();
    if (others.empty() || others.size() > 2 || terms.size() < 3)
      return failure();
    auto match = [&](function_ref<bool(const Term &, const Atom &)> isInput, int channel) {
      taps.clear();
      form.bias.reset();
      return llvm::all_of(terms, [&](const Term &term) { return succeeded(addEntry(term, isInput)); }) &&
             succeeded(matchEntries(channel));
    };
    // Inputs have a batch, weights do not: one of both variables is in all of them.
    if (others.size() == 2) {
      for (unsigned which : {0, 1})
        if (match([&](const Term &, const Atom &atom) { return usesVar(atom, others[which]); }, others[1 - which]))
          return matchAxes();
      return failure();
    }
    // One sequence: the weights are a tensor that all products read.
    auto isProduct = [](const Term &term) { return term.atoms.size() > 1; };
    auto *product = llvm::find_if(terms, isProduct);
    if (product == terms.end())
      return failure();
    for (const Atom &weight : product->atoms) {
      auto isWeight = [&](const Atom &atom) { return atom.kind == Atom::Kind::Leaf && atom.value == weight.value; };
      bool everywhere = llvm::all_of(terms, [&](const Term &term) {
        return !isProduct(term) || llvm::count_if(term.atoms, isWeight) == 1;
      });
      if (everywhere && match([&](const Term &term, const Atom &atom) { return isProduct(term) && !isWeight(atom); },
                              others[0]))
        return matchAxes();
    }
    return failure();
  }

  LogicalResult run(const Poly &poly) {
    for (const Term &term : poly)
      if (failed(addTerm(term)))
        return failure();
    // Inputs by how often they are read: x, and perhaps the state in front of it.
    SmallVector<SmallVector<Tap *>> inputs;
    for (Tap &tap : taps) {
      auto *known = llvm::find_if(inputs, [&](auto &others) { return isSameInput(others.front()->input, tap.input); });
      if (known == inputs.end())
        inputs.push_back({&tap});
      else
        known->push_back(&tap);
    }
    llvm::erase_if(inputs, [](auto &group) { return group.empty(); });
    looksLikeConv = llvm::any_of(inputs, [](auto &group) { return group.size() > 1; });
    if (!looksLikeConv || inputs.size() > 2)
      return failure();
    if (notDepthwise)
      return decline("the weight is not that of a depthwise convolution");
    // The input first, not what is read at the first times alone: its reason is the one that is told.
    auto isFirstTimes = [&](ArrayRef<Tap *> group) {
      return llvm::any_of(group, [&](Tap *tap) {
        return llvm::any_of(tap->guards, [&](const Lin &guard) { return guard.coefficientOf(form.time) < 0; });
      });
    };
    if (isFirstTimes(inputs.front()))
      std::swap(inputs.front(), inputs.back());
    for (unsigned i = 0; i < inputs.size(); ++i) {
      ArrayRef<Tap *> window = inputs.size() == 1 ? ArrayRef<Tap *>() : inputs[1 - i];
      if (succeeded(matchInput(inputs[i])) && ((window.empty() && !atStart) || succeeded(matchWindow(window))))
        return matchAxes();
    }
    return failure();
  }

private:
  LogicalResult decline(const char *reason) {
    if (looksLikeConv && why.empty())
      why = reason;
    return failure();
  }
  static bool isSameInput(const Group &a, const Group &b) { return sameLeaves(a.atoms, b.atoms); }

  LogicalResult addTerm(const Term &term) {
    for (const Atom &atom : term.atoms)
      if (atom.kind != Atom::Kind::Leaf)
        return failure();
    // Taps along a summed axis: one at a time.
    for (int var : term.bound) {
      const std::optional<Lin> &size = space.get(var).size;
      // It runs over times, or over pieces that were put side by side.
      bool isTap = llvm::any_of(term.guards, [&](const Lin &guard) { return guard.uses(var); });
      for (const Atom &atom : term.atoms)
        isTap |= llvm::any_of(atom.index, [&](const Lin &at) { return at.uses(var) && at.uses(form.time); });
      if (!isTap)
        continue;
      if (!size->isConstant() || size->constant > kMaxTaps)
        return failure();
      Term rest = term;
      llvm::erase(rest.bound, var);
      for (int64_t k = 0; k < size->constant; ++k)
        for (const Term &tap : form.study->evaluator.simplify({substitute(rest, var, Lin(k))}, {}))
          if (failed(addTerm(tap)))
            return failure();
      return success();
    }
    if (llvm::none_of(term.atoms, [&](const Atom &atom) { return usesVar(atom, form.time); })) {
      // At time 0 alone: the last entry of a window.
      if (term.guards.size() != 1 || term.guards[0] != Lin::var(form.time, -1) || atStart || !term.bound.empty())
        return addBias(term);
      atStart = term;
      return success();
    }
    notDepthwise |= !term.bound.empty();
    Tap tap;
    tap.guards = term.guards;
    tap.weight.coefficient = term.coefficient;
    for (const Atom &atom : term.atoms)
      (usesVar(atom, form.time) ? tap.input : tap.weight).atoms.push_back(atom);
    // Time as the first of the input's leaves has it.
    const Atom *first = &tap.input.atoms.front();
    for (const Atom &atom : tap.input.atoms)
      if (atom.value.getAsOpaquePointer() < first->value.getAsOpaquePointer())
        first = &atom;
    std::optional<Lin> offset;
    for (const Lin &at : first->index)
      if (at.uses(form.time)) {
        if (offset || at.coefficientOf(form.time) != 1)
          return failure();
        offset = at - Lin::var(form.time);
      }
    tap.offset = *offset;
    for (Atom &atom : tap.input.atoms)
      atom = substitute(atom, form.time, Lin::var(form.time) - tap.offset);
    taps.push_back(std::move(tap));
    return success();
  }

  LogicalResult addEntry(const Term &term, function_ref<bool(const Term &, const Atom &)> isInput) {
    if (!term.bound.empty() || !term.guards.empty())
      return failure();
    Tap tap;
    tap.weight.coefficient = term.coefficient;
    for (const Atom &atom : term.atoms) {
      if (atom.kind != Atom::Kind::Leaf)
        return failure();
      (isInput(term, atom) ? tap.input : tap.weight).atoms.push_back(atom);
    }
    if (tap.input.atoms.empty())
      return addBias(term);
    if (tap.input.atoms.size() != 1 || tap.weight.atoms.empty())
      return failure();
    taps.push_back(std::move(tap));
    return success();
  }

  /// All entries but one are neighbours in one dimension of a tensor; they come before that one.
  LogicalResult matchEntries(int channel) {
    int64_t numTaps = taps.size();
    if (numTaps < 3)
      return failure();
    auto isAlone = [&](const Tap &tap) {
      return llvm::count_if(taps, [&](const Tap &other) {
               return other.input.atoms[0].value == tap.input.atoms[0].value;
             }) == 1;
    };
    auto last = llvm::find_if(taps, isAlone);
    if (last == taps.end() || llvm::count_if(taps, isAlone) != 1)
      return failure();
    std::rotate(last, last + 1, taps.end());
    const Atom &x = taps.back().input.atoms[0], &first = taps.front().input.atoms[0];
    auto entries = llvm::MutableArrayRef<Tap>(taps).drop_back();
    std::optional<unsigned> along;
    for (unsigned dim = 0; dim < first.index.size(); ++dim)
      if (llvm::any_of(entries, [&](const Tap &tap) { return tap.input.atoms[0].index[dim] != first.index[dim]; })) {
        if (along)
          return failure();
        along = dim;
      }
    if (!along || !usesVar(x, channel) || !usesVar(first, channel))
      return failure();
    if (!llvm::all_of(entries, [&](const Tap &tap) { return tap.input.atoms[0].index[*along].isConstant(); }))
      return failure();
    auto position = [&](const Tap &tap) { return tap.input.atoms[0].index[*along].constant; };
    llvm::sort(entries, [&](const Tap &a, const Tap &b) { return position(a) < position(b); });
    int64_t base = position(entries.front());
    for (auto [k, tap] : llvm::enumerate(entries))
      if (position(tap) != base + static_cast<int64_t>(k))
        return failure();
    form.taps.clear();
    for (const Tap &tap : taps)
      form.taps.push_back(tap.weight);
    form.x = Group{1, {x}};
    form.window = Group{1, {entries.front().input.atoms[0]}};
    form.windowEntry = space.addVar(IndexSpace::Kind::Bound, Lin(numTaps - 1));
    form.window->atoms[0].index[*along] = Lin::var(form.windowEntry) + base;
    return success();
  }

  LogicalResult addBias(const Term &term) {
    if (form.bias || !term.bound.empty() || !term.guards.empty() || term.atoms.empty())
      return failure();
    form.bias = Group{term.coefficient, SmallVector<Atom, 2>(term.atoms.begin(), term.atoms.end())};
    return success();
  }

  /// The terms that read x: at t, t - 1, .. t - (K - 1), each wherever that is a time.
  LogicalResult matchInput(ArrayRef<Tap *> group) {
    Lin last = group.front()->offset;
    for (Tap *tap : group)
      if (Lin ahead = tap->offset - last; ahead.isConstant() && ahead.constant > 0)
        last = tap->offset;
    form.taps.clear();
    for (Tap *tap : group) // a roll, where there is an entry at time 0
      if (atStart && failed(checkEnd(*tap)))
        return failure();
    SmallVector<const Group *> byDelay;
    for (Tap *tap : group) {
      Lin delay = last - tap->offset;
      if (!delay.isConstant() || delay.constant < 0 || delay.constant >= kMaxTaps)
        return decline("its taps are not a fixed number of times apart");
      Lin time = Lin::var(form.time) - delay;
      if (failed(checkGuards(*tap, time, delay.constant)))
        return failure();
      if (byDelay.size() <= static_cast<size_t>(delay.constant))
        byDelay.resize(delay.constant + 1, nullptr);
      if (byDelay[delay.constant])
        return decline("it has two taps at one time");
      byDelay[delay.constant] = &tap->weight;
    }
    if (byDelay.size() < 2)
      return failure();
    if (llvm::is_contained(byDelay, nullptr))
      return decline("its taps are not next to each other");
    for (const Group *weight : llvm::reverse(byDelay))
      form.taps.push_back(*weight);
    form.x = group.front()->input;
    for (Atom &atom : form.x.atoms)
      atom = substitute(atom, form.time, Lin::var(form.time) + last);
    return success();
  }

  /// Up to where is it read? The input's end lies before that of the output, or a tap reads ahead.
  LogicalResult checkEnd(const Tap &tap) {
    for (const Lin &guard : tap.guards) {
      if (guard.coefficientOf(form.time) >= 0)
        continue;
      Lin inputSize = guard + Lin::var(form.time) + tap.offset + 1;
      return decline(space.implies({}, *space.get(form.time).size - inputSize - 1)
                         ? "outputs beyond the end of the input are used"
                         : kReadsAhead);
    }
    return success();
  }

  LogicalResult checkGuards(const Tap &tap, const Lin &time, int64_t delay) {
    bool fromStart = false;
    for (const Lin &guard : tap.guards) {
      if (guard == time) {
        fromStart = true;
        continue;
      }
      int64_t step = guard.coefficientOf(form.time);
      if (step == 0)
        return decline("it is masked");
      if (failed(checkEnd(tap)))
        return failure();
      return decline("it is not causal: what is read begins at another time than the result");
    }
    if (!fromStart && delay > 0)
      return decline(kOtherStart);
    return success();
  }

  /// The terms that read the state: what x would be at the times -(K - 1) .. -1.
  LogicalResult matchWindow(ArrayRef<Tap *> group) {
    int64_t numTaps = form.taps.size();
    form.window.reset();
    std::optional<Lin> base;
    SmallVector<bool> found(numTaps, false);
    for (Tap *tap : group) {
      // Under t < delay.
      if (tap->guards.size() != 1 || tap->guards[0].coefficientOf(form.time) != -1)
        return decline(kOtherStart);
      Lin delay = tap->guards[0] + Lin::var(form.time) + 1;
      if (!delay.isConstant() || delay.constant < 1 || delay.constant >= numTaps || found[delay.constant])
        return decline(kOtherStart);
      found[delay.constant] = true;
      const Group &weight = form.taps[numTaps - 1 - delay.constant];
      if (weight.coefficient != tap->weight.coefficient || !sameLeaves(weight.atoms, tap->weight.atoms))
        return decline(kOtherWeights);
      Lin first = tap->offset + delay - (numTaps - 1);
      if (base && *base != first)
        return decline(kOtherOrder);
      base = first;
    }
    form.windowEntry = space.addVar(IndexSpace::Kind::Bound, Lin(numTaps - 1));
    if (!group.empty()) {
      form.window = group.front()->input;
      for (Atom &atom : form.window->atoms)
        atom = substitute(atom, form.time, Lin::var(form.windowEntry) + *base);
    }
    if (atStart) {
      // Delay 1 has one time before the first input.
      const Group &weight = form.taps[numTaps - 2];
      SmallVector<Atom, 4> entry(atStart->atoms.begin(), atStart->atoms.end());
      if (found[1] || weight.coefficient != atStart->coefficient || !removeLeaves(entry, weight.atoms) || entry.empty())
        return decline(kOtherWeights);
      found[1] = true;
      if (llvm::any_of(entry, [&](const Atom &atom) { // a roll
            return llvm::any_of(form.x.atoms, [&](const Atom &input) { return input.value == atom.value; });
          }))
        return decline(kReadsAhead);
      if (!form.window)
        form.window = Group{1, SmallVector<Atom, 2>(entry.begin(), entry.end())};
      SmallVector<Atom, 4> last;
      for (const Atom &atom : form.window->atoms)
        last.push_back(substitute(atom, form.windowEntry, Lin(numTaps - 2)));
      if (!sameLeaves(entry, last))
        return decline(kOtherOrder);
    }
    if (llvm::count(found, true) != numTaps - 1)
      return decline("the window is not as long as the taps");
    return success();
  }

  /// The weights' variable is the channel; the one that is left over the batch.
  LogicalResult matchAxes() {
    SmallVector<int> others;
    for (int var : form.study->getRootVars())
      if (var != form.time)
        others.push_back(var);
    SmallVector<Atom, 4> weights;
    for (const Group &tap : form.taps)
      weights.append(tap.atoms.begin(), tap.atoms.end());
    SmallVector<int> channels;
    for (int var : others)
      if (llvm::any_of(weights, [&](const Atom &atom) { return usesVar(atom, var); }))
        channels.push_back(var);
    if (channels.size() > 1 || others.size() > 2)
      return decline("the weight is not that of a depthwise convolution");
    if (!channels.empty())
      form.channel = channels[0];
    else if (others.size() == 2)
      form.channel = others[1]; // one weight for all channels
    for (int var : others)
      if (var != form.channel)
        form.batch = var;
    if (form.bias)
      for (const Atom &atom : form.bias->atoms)
        for (int var : varsOf({atom}))
          if (var != form.channel && space.get(var).kind != IndexSpace::Kind::Size)
            return decline("the bias is not one of channels");
    return success();
  }

  static constexpr const char *kReadsAhead = "it is not causal: it reads ahead";
  static constexpr const char *kOtherStart = "what comes before the first input is neither zero nor a window";
  static constexpr const char *kOtherWeights = "the window has other weights than the input";
  static constexpr const char *kOtherOrder = "the window is not read in order";

  ConvForm &form;
  IndexSpace &space;
  std::string &why;
  SmallVector<Tap, 4> taps;
  std::optional<Term> atStart; ///< at time 0 alone
  bool looksLikeConv = false, notDepthwise = false;
};

} // namespace

FailureOr<ConvForm> mambac::raise::getConvForm(Value root, std::string &why) {
  static const ScanDependence noScans;
  ConvPolicy policy(root);
  if (!hasShifts(root, policy))
    return failure();
  auto type = cast<RankedTensorType>(root.getType());
  for (unsigned depth : {1, 2})
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      if (type.getDimSize(dim) == 1)
        continue;
      ConvForm form;
      form.study = std::make_unique<RootStudy>(root, noScans, ArrayRef<IndexSpace::Split>());
      form.time = *form.study->index[dim].getSingleVar();
      ElementEvaluator &evaluator = form.study->evaluator;
      evaluator.keepPiecesWholeExceptAlong(form.time, depth);
      evaluator.followWhere([&](Value value) { return policy.accepts(value); });
      Poly poly = evaluator.evaluate(root, form.study->index, {});
      std::string reason;
      if (succeeded(ConvMatcher(form, reason).run(poly))) {
        why.clear();
        return form;
      }
      if (why.empty())
        why = reason;
    }
  // A model that goes on token by token has one time, and no dimension for it.
  ConvForm form;
  form.study = std::make_unique<RootStudy>(root, noScans, ArrayRef<IndexSpace::Split>());
  form.study->evaluator.followWhere([&](Value value) { return policy.accepts(value); });
  form.study->evaluator.followInsertions();
  std::string reason;
  if (failed(ConvMatcher(form, reason).runOneTime(form.study->evaluator.evaluate(root, form.study->index, {}))))
    return failure();
  // A few decays times inputs, summed up, have this form as well.
  TraceScope scope(root.getDefiningOp()->getParentOfType<func::FuncOp>());
  SmallVector<Atom, 2> read(form.x.atoms);
  read.append(form.window->atoms);
  if (llvm::any_of(read, [&](const Atom &atom) { return scope.isInside(atom.value); }))
    return failure();
  why.clear();
  return form;
}
