//===- RecurrenceDecay.cpp - The decays of a recurrence, and the times they run between --------------------------===//
//
// The part of RecurrenceMatcher that reads exponents: a difference of prefix sums, which all lead to one time, or a
// number of steps times something constant, or none.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementUtils.h"
#include "lib/Raise/NumberRange.h"
#include "lib/Raise/RecurrenceMatcher.h"
#include <numeric>

using namespace mlir;
using namespace mambac::raise;

static constexpr const char *kClamped = "an exponent between two times is clamped, and may have either sign";

static bool isExponential(Value value) {
  return !value.getDefiningOp()->getRegion(0).front().getOps<math::ExpOp>().empty();
}

/// Whether a leaf is a number times another.
static bool isScaled(const Atom &leaf) {
  auto op = leaf.kind == Atom::Kind::Leaf ? leaf.value.getDefiningOp<linalg::GenericOp>() : linalg::GenericOp();
  if (!op || op.getNumDpsInputs() != 1 || op.getNumReductionLoops() != 0)
    return false;
  Operation *result = op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
  return isa_and_nonnull<arith::NegFOp>(result) ||
         (isa_and_nonnull<arith::MulFOp, arith::DivFOp>(result) &&
          llvm::any_of(result->getOperands(), [](Value v) { return matchPattern(v, m_Constant()); }));
}

/// Moves the exponentials of a term into one exponent, and says between which times it decays.
LogicalResult RecurrenceMatcher::splitExponent(const Term &term, ArrayRef<Lin> given, Work &work) {
  Poly exponent;
  work.term = term;
  work.term.atoms.clear();
  for (const Atom &atom : term.atoms) {
    if (atom.kind == Atom::Kind::Prefix)
      return fail("a cumulative sum is used outside of an exponential");
    if (atom.kind == Atom::Kind::Number)
      return fail("a time is a factor");
    if (atom.kind == Atom::Kind::Leaf)
      work.term.atoms.push_back(atom);
    else
      exponent.insert(exponent.end(), atom.exponent->begin(), atom.exponent->end());
  }
  const Constraints known = join(given, term.guards);
  for (Term &part : exponent)
    for (Atom &atom : part.atoms) {
      if (atom.kind != Atom::Kind::Prefix || llvm::none_of(atom.summand->atoms, isScaled))
        continue;
      // Sums of multiples are multiples of sums.
      Term plain = openSummand(*atom.summand, /*products=*/false);
      part.coefficient *= std::exchange(plain.coefficient, 1);
      atom.summand = std::make_shared<Term>(std::move(plain));
    }
  openSummands(exponent);
  exponent = evaluator.simplify(exponent, known);
  if (exponent.size() > 2) {
    // Sums that cancel may have been masked in one place and not in another.
    for (Term &part : exponent)
      for (Atom &atom : part.atoms)
        if (atom.kind == Atom::Kind::Prefix && !atom.summand->guards.empty() &&
            isUnmasked(*atom.summand, atom.end, known)) {
          Term plain = *atom.summand;
          plain.guards.clear();
          atom.summand = std::make_shared<Term>(std::move(plain));
        }
    exponent = evaluator.simplify(exponent, known);
  }
  return form == Form::Steps ? splitSteps(exponent, work) : splitSums(exponent, known, work);
}

/// The exponent is a difference of prefix sums of one summand.
LogicalResult RecurrenceMatcher::splitSums(const Poly &exponent, ArrayRef<Lin> given, Work &work) {
  for (const Term &outer : exponent) {
    Term part = intoSum(outer);
    plausible |= llvm::any_of(part.atoms, [](const Atom &atom) { return atom.kind == Atom::Kind::Prefix; });
    if (llvm::any_of(part.atoms, [&](const Atom &atom) { return isUnreadClamp(atom); })) {
      plausible = true;
      return fail(kClamped);
    }
    // Values may be given as logarithms.
    if (part.coefficient == 1 && part.atoms.size() == 1 && part.atoms[0].kind == Atom::Kind::Leaf &&
        part.guards.empty() && part.bound.empty()) {
      work.term.atoms.append(evaluator.expandPower(part.atoms[0], {}));
      continue;
    }
    if (part.atoms.size() != 1 || part.atoms[0].kind != Atom::Kind::Prefix || !part.guards.empty() ||
        !part.bound.empty())
      return fail("an exponent is not a difference of cumulative sums");
    if (!summand)
      summand = part.atoms[0].summand;
    double ratio = compareSum(part.atoms[0], given);
    if (ratio == 0)
      return fail("the decays are cumulative sums of different values");
    part.coefficient *= ratio;
    std::optional<Lin> &side = (part.coefficient > 0) != options.negated ? work.end : work.begin;
    if ((rate != 0 && rate != std::abs(part.coefficient)) || side)
      return fail("an exponent is not one difference of cumulative sums");
    rate = std::abs(part.coefficient);
    side = part.atoms[0].end;
  }
  if (!options.reverse && !work.end && work.begin) {
    otherWay = true;
    return fail("a decay grows with time");
  }
  return success();
}

/// A power with an exponent that changes, which would have been read if its base were known to be positive.
bool RecurrenceMatcher::isUnreadPower(const Atom &leaf) {
  auto op = leaf.kind == Atom::Kind::Leaf ? leaf.value.getDefiningOp<linalg::LinalgOp>() : linalg::LinalgOp();
  return op && llvm::any_of(op->getRegion(0).front().getOps<math::PowFOp>(), [](math::PowFOp power) {
           return power.getRhs().getDefiningOp<arith::SIToFPOp>() || isa<BlockArgument>(power.getRhs());
         });
}

/// A clamp of something between two times, which would have been read if it were known to do nothing.
bool RecurrenceMatcher::isUnreadClamp(const Atom &leaf) {
  auto op = leaf.kind == Atom::Kind::Leaf ? leaf.value.getDefiningOp<linalg::LinalgOp>() : linalg::LinalgOp();
  auto has = [&](IndexSpace::Kind kind) {
    return llvm::any_of(leaf.index, [&](const Lin &e) {
      return llvm::any_of(e.terms, [&](auto &term) { return space.get(term.first).kind == kind; });
    });
  };
  return op && has(IndexSpace::Kind::Bound) && has(IndexSpace::Kind::Root) &&
         llvm::any_of(op->getRegion(0).front(), [](Operation &inner) {
           return isa<arith::MaximumFOp, arith::MinimumFOp>(inner);
         });
}

/// All decays lead to one time.
LogicalResult RecurrenceMatcher::findTarget(MutableArrayRef<Work> works, const Case &part) {
  if (form != Form::Sums) {
    otherWay = true;
    if (options.negated || !findCountedTarget(works, part)) {
      for (const Work &work : works)
        for (const Atom &atom : work.term.atoms) {
          bool power = isUnreadPower(atom), clamp = isUnreadClamp(atom) && isExponential(atom.value);
          plausible |= power || clamp;
          if (power || clamp)
            return fail(power ? "a power of what may be negative" : kClamped);
        }
      return fail(form == Form::Steps ? "a decay does not end at the time of the element" : "no causal mask");
    }
    for (Work &work : works)
      placeSource(work, target);
  }
  for (Work &work : works) {
    if (!work.begin && !work.end)
      continue;
    const std::optional<Lin> &side = options.reverse ? work.begin : work.end;
    if (!side) {
      otherWay = true;
      return fail("a decay does not end");
    }
    Lin found = options.reverse ? *side : *side - 1;
    if (form == Form::Sums && std::exchange(hasTarget, true) && target != found) {
      otherWay = true;
      return fail("the decays end at different times");
    }
    target = found;
  }
  if (!hasTarget)
    return fail("no decay");
  // The time of the element, or the one as far from the end: the result is turned around then.
  tau = Lin::var(evaluator.getSummandVar());
  bool found = false;
  for (auto [dim, position] : llvm::enumerate(study.index)) {
    Lin e = part.apply(position), sum = e + target;
    bool turned = e != target && llvm::all_of(sum.terms, [&](auto &term) {
                    return space.get(term.first).kind == IndexSpace::Kind::Size;
                  });
    if (position.isConstant() || found || (e != target && !turned))
      continue;
    found = true;
    timeDim = dim;
    time = turned ? sum - tau : tau;
    wholeTarget = turned ? sum - position : position;
  }
  if (!found || target.isConstant()) {
    otherWay = true;
    return fail("the decay does not end at the time of the element");
  }
  for (Work &work : works)
    setSource(work);
  return success();
}

void RecurrenceMatcher::setSource(Work &work) {
  if (!options.reverse) {
    if (work.begin)
      work.source = *work.begin - 1;
    return;
  }
  // Backwards, what comes from behind the last step is the initial state.
  if (work.end && *work.end != space.getSize(study.root, timeDim))
    work.source = work.end;
}

/// The summand of the cumulative sums is dt * A, with A constant in time; without a step all of it is A.
LogicalResult RecurrenceMatcher::matchBase() {
  SmallVector<Atom, 4> leaves(summand->atoms.begin(), summand->atoms.end());
  double coefficient = summand->coefficient * (options.negated ? -rate : rate);
  int stateVar = state.isConstant() ? -1 : state.terms[0].first;
  auto dependsOnTime = [&](const Atom &leaf) { return usesVar(leaf, tau.terms[0].first); };
  auto ownForEachState = [&](ArrayRef<Atom> leaves, bool allowState) {
    return llvm::any_of(varsOf(leaves), [&](int var) {
      return space.get(var).kind == IndexSpace::Kind::Bound && !(allowState && var == stateVar);
    });
  };
  for (const Atom &leaf : leaves)
    if (usesAnyVar(leaf, movingVars(target)))
      return fail("the decay of a step depends on the time that it leads to");
  stateful = llvm::any_of(leaves, [&](const Atom &leaf) { return usesVar(leaf, stateVar); });
  if (options.plain) {
    A.coefficient = coefficient;
    A.atoms.append(leaves.begin(), leaves.end());
    return failure(ownForEachState(A.atoms, false)); // summed over
  }
  // What is never negative is as good as an exponential.
  if (llvm::any_of(leaves, [](const Atom &leaf) {
        return leaf.kind == Atom::Kind::Log ? NumberRanges().get(leaf.value).low < 0
                                            : leaf.kind != Atom::Kind::Leaf && leaf.kind != Atom::Kind::Number;
      }))
    return fail("the decay is not an exponential, and may be negative");
  if (llvm::any_of(leaves, [](const Atom &leaf) { return leaf.kind == Atom::Kind::Log; }) && options.withStep)
    return lacksStepHere();
  if (form != Form::Sums && options.withStep)
    return lacksStepHere(); // the same at all times
  if (!options.withStep) {
    A.coefficient = coefficient;
    A.atoms.append(leaves.begin(), leaves.end());
    // One for each state is a selective scan whose step is 1, if it is constant in time.
    bool constant = llvm::none_of(A.atoms, dependsOnTime);
    return ownForEachState(A.atoms, constant) ? fail("the decay has its own value for each state")
                                                           : success();
  }
  openScales(leaves, coefficient, {});
  auto isStep = [&](const Atom &leaf) { return dependsOnTime(leaf) && !usesVar(leaf, stateVar); };
  auto isRate = [&](const Atom &leaf) { return !dependsOnTime(leaf); };
  auto accepted = [&] {
    return llvm::any_of(leaves, isRate) && llvm::all_of(leaves, [&](const Atom &l) { return isStep(l) || isRate(l); });
  };
  // Leaves are read at the times of the steps: what is beyond, as in a pad, is not met.
  Constraints steps{tau, space.getSize(study.root, timeDim) - 1 - tau};
  for (int step = 0; step < 6 && !accepted(); ++step) {
    bool opened = false;
    for (unsigned i = 0; i < leaves.size() && !opened; ++i) {
      if (!dependsOnTime(leaves[i]))
        continue;
      FailureOr<Poly> inner = evaluator.expand(leaves[i], steps);
      if (failed(inner) || inner->size() != 1 || !inner->front().bound.empty() || !inner->front().guards.empty() ||
          llvm::any_of(inner->front().atoms, [](const Atom &a) { return a.kind != Atom::Kind::Leaf; }))
        continue;
      leaves.erase(leaves.begin() + i);
      leaves.append(inner->front().atoms.begin(), inner->front().atoms.end());
      coefficient *= inner->front().coefficient;
      opened = true;
    }
    if (!opened)
      return lacksStepHere(); // no product of a time step and a constant in time
  }
  if (!accepted())
    return lacksStepHere(); // no factor that is constant in time
  for (const Atom &leaf : leaves)
    (dependsOnTime(leaf) ? dt : A).atoms.push_back(leaf);
  A.coefficient = coefficient;
  if (dt.empty())
    return lacksStepHere();
  if (ownForEachState(dt.atoms, false) || ownForEachState(A.atoms, true))
    return fail("the decay has its own value for each state");
  return success();
}

//===- Decays that are the same at all times --------------------------------------------------------------------===//

static bool hasKind(const Term &term, Atom::Kind kind) {
  return llvm::any_of(term.atoms, [&](const Atom &atom) {
    return atom.kind == kind || (atom.exponent && llvm::any_of(*atom.exponent, [&](const Term &part) {
             return hasKind(part, kind);
           }));
  });
}

/// Finds out how decays are written. Without any, running sums are written as the sums that they are.
void RecurrenceMatcher::findForm(Poly &poly) {
  if (llvm::any_of(poly, [](const Term &term) { return hasKind(term, Atom::Kind::Number); }))
    form = Form::Steps;
  if (llvm::any_of(poly, [](const Term &term) { return hasKind(term, Atom::Kind::Exp); }))
    return;
  form = Form::None;
  joinLastSummand(poly);
  for (Term &term : poly) {
    auto *running = llvm::find_if(term.atoms, [](const Atom &atom) { return atom.kind == Atom::Kind::Prefix; });
    if (running == term.atoms.end())
      continue;
    hasRunningSums = true;
    Atom prefix = *running;
    term.atoms.erase(running);
    int source = space.addVar(IndexSpace::Kind::Bound);
    Term summand = substitute(*prefix.summand, evaluator.getSummandVar(), Lin::var(source));
    summand.bound.push_back(source);
    summand.guards.push_back(Lin::var(source));
    summand.guards.push_back(prefix.end - 1 - Lin::var(source));
    openSums(summand, source);
    term = multiply({term}, {summand}).front();
  }
}

/// A running sum less its last summand is the one up to there.
void RecurrenceMatcher::joinLastSummand(Poly &poly) {
  for (unsigned i = 0; i < poly.size(); ++i) {
    auto *running = llvm::find_if(poly[i].atoms, [](const Atom &atom) { return atom.kind == Atom::Kind::Prefix; });
    if (running == poly[i].atoms.end())
      continue;
    Term last = poly[i];
    last.atoms.erase(last.atoms.begin() + (running - poly[i].atoms.begin()));
    last.coefficient = -last.coefficient;
    last = multiply({last}, {substitute(*running->summand, evaluator.getSummandVar(), running->end - 1)}).front();
    auto subtracted = llvm::find(poly, last);
    if (subtracted == poly.end())
      continue;
    running->end = running->end - 1;
    poly.erase(subtracted);
    i = -1;
  }
}

/// What is summed up over chunks is a sum over the times of a chunk itself.
void RecurrenceMatcher::openSums(Term &term, int source) {
  for (unsigned i = 0; i < term.atoms.size(); ++i) {
    if (!usesVar(term.atoms[i], source))
      continue;
    FailureOr<Poly> opened = evaluator.expand(term.atoms[i], term.guards);
    if (failed(opened) || opened->size() != 1 || opened->front().bound.size() != 1 || !opened->front().guards.empty() ||
        llvm::any_of(opened->front().atoms, [](const Atom &atom) { return atom.kind != Atom::Kind::Leaf; }))
      continue;
    term.atoms.erase(term.atoms.begin() + i);
    term = multiply({term}, *opened).front();
    return;
  }
}

/// A leaf that is a multiple of another one as that one.
Atom RecurrenceMatcher::openScale(Atom leaf, double &coefficient) {
  for (unsigned step = 0; step < 4 && leaf.kind == Atom::Kind::Leaf; ++step) {
    FailureOr<Poly> opened = evaluator.expand(leaf, {});
    if (failed(opened) || opened->size() != 1 || opened->front().atoms.size() != 1 || !opened->front().bound.empty() ||
        !opened->front().guards.empty() || opened->front().atoms[0].kind != Atom::Kind::Leaf)
      break;
    coefficient *= opened->front().coefficient;
    leaf = opened->front().atoms[0];
  }
  return leaf;
}

/// Whether a position depends on the result's place and on what is summed over.
bool RecurrenceMatcher::isDistance(const Lin &e) {
  auto has = [&](IndexSpace::Kind kind) {
    return llvm::any_of(e.terms, [&](auto &term) { return space.get(term.first).kind == kind; });
  };
  return has(IndexSpace::Kind::Bound) && has(IndexSpace::Kind::Root);
}

/// Whether a variable is summed over sources, as far as masks and steps tell.
bool RecurrenceMatcher::isSourceVar(const Term &term, int var) {
  auto inSteps = [&](const Term &part) {
    return llvm::any_of(part.atoms, [&](const Atom &atom) {
      return (atom.kind == Atom::Kind::Prefix && atom.end.uses(var)) ||
             (atom.kind == Atom::Kind::Number && isDistance(atom.index[0]) && atom.index[0].uses(var));
    });
  };
  return llvm::any_of(term.guards, [&](const Lin &guard) { return isDistance(guard) && guard.uses(var); }) ||
         llvm::any_of(term.atoms, [&](const Atom &atom) { return atom.exponent && llvm::any_of(*atom.exponent, inSteps); });
}

/// The exponent is a number of steps times a rate.
LogicalResult RecurrenceMatcher::splitSteps(const Poly &exponent, Work &work) {
  auto isNumber = [](const Atom &atom) { return atom.kind == Atom::Kind::Number; };
  Term leaves;
  SmallVector<std::pair<double, Lin>> parts;
  for (const Term &outer : exponent) {
    Term part = outer;
    if (!part.guards.empty() || !part.bound.empty())
      return fail("an exponent is a sum");
    Lin count(1);
    unsigned counts = 0;
    SmallVector<Atom, 4> factors;
    // A rate may be a number as well: one that changes with the head or the state alone.
    auto isBetween = [&](const Atom &atom) { return isNumber(atom) && isDistance(atom.index[0]); };
    bool between = llvm::any_of(part.atoms, isBetween);
    for (const Atom &atom : part.atoms) {
      if (between ? isBetween(atom) : isNumber(atom)) {
        count = atom.index[0];
        ++counts;
      } else if (atom.kind == Atom::Kind::Prefix && atom.summand->guards.empty() &&
                 llvm::none_of(atom.summand->atoms, [&](const Atom &leaf) {
                   return usesVar(leaf, evaluator.getSummandVar());
                 })) {
        // A sum of the same at all times.
        count = atom.end;
        ++counts;
        part.coefficient *= atom.summand->coefficient;
        factors.append(atom.summand->atoms.begin(), atom.summand->atoms.end());
      } else if (atom.kind == Atom::Kind::Leaf || atom.kind == Atom::Kind::Log || isNumber(atom)) {
        factors.push_back(openScale(atom, part.coefficient));
      } else {
        return fail("an exponent is not a number of steps times a rate");
      }
    }
    if (counts > 1)
      return fail("an exponent is not a number of steps times a rate");
    if (parts.empty())
      leaves.atoms = factors;
    else if (!sameLeaves(leaves.atoms, factors))
      return fail("the decays are powers of different values");
    parts.push_back({part.coefficient, count});
  }
  if (parts.empty())
    return success();
  plausible = true;
  double least = std::abs(parts[0].first);
  for (auto &[coefficient, count] : parts)
    least = std::min(least, std::abs(coefficient));
  for (auto &[coefficient, count] : parts) {
    double ratio = coefficient / least;
    if (ratio != std::trunc(ratio) || std::abs(ratio) > (1 << 20))
      return fail("an exponent is not a number of steps times a rate");
    work.steps = work.steps + count * static_cast<int64_t>(ratio);
  }
  if (work.steps == Lin(0))
    return success();
  // As many steps as the target's time has; backwards, against it.
  int64_t common = work.steps.constant, sign = 1;
  bool found = false;
  for (auto &[var, coefficient] : work.steps.terms) {
    common = std::gcd(common, coefficient);
    if (space.get(var).kind == IndexSpace::Kind::Root && !std::exchange(found, true))
      sign = (coefficient > 0) == options.reverse ? -1 : 1;
  }
  common = std::abs(common);
  if (!found && summand && (summand->coefficient > 0) != (least > 0))
    sign = -1;
  Lin steps;
  for (auto &[var, coefficient] : work.steps.terms)
    steps = steps + Lin::var(var, coefficient / common * sign);
  work.steps = steps + work.steps.constant / common * sign;
  leaves.coefficient = least * common * sign;
  if (summand && !(*summand == leaves))
    return fail("the decays are powers of different values");
  if (!summand)
    summand = std::make_shared<const Term>(leaves);
  return success();
}

/// The dimension of the result that is time: steps are counted along it, or sources masked.
bool RecurrenceMatcher::findCountedTarget(ArrayRef<Work> works, const Case &part) {
  auto relates = [&](const Lin &e, const Lin &position) {
    return llvm::any_of(e.terms, [&](auto &term) {
             return space.get(term.first).kind == IndexSpace::Kind::Bound;
           }) && llvm::any_of(e.terms, [&](auto &term) {
             return space.get(term.first).kind == IndexSpace::Kind::Root && position.uses(term.first);
           });
  };
  if (form == Form::None)
    summand = std::make_shared<const Term>(Term{0, {}, {}, {}});
  if (!summand)
    return false;
  rate = 1;
  for (const Lin &whole : study.index) {
    Lin position = part.apply(whole);
    for (const Work &work : works)
      if (form == Form::Steps ? relates(work.steps, position)
                              : llvm::any_of(work.term.guards, [&](const Lin &g) { return relates(g, position); })) {
        target = position;
        return hasTarget = true;
      }
  }
  return false;
}

/// The time that a term without decay starts from: what its mask compares with the target's, and leaves are read at.
std::optional<Lin> RecurrenceMatcher::findSource(const Term &term, const Lin &position) {
  SmallVector<int> moving = movingVars(position), masked;
  auto isBound = [&](int var) { return llvm::is_contained(term.bound, var); };
  auto isRead = [&](const Lin &e) {
    return llvm::any_of(term.atoms, [&](const Atom &atom) { return llvm::is_contained(atom.index, e); });
  };
  std::optional<Lin> byMask;
  for (const Lin &guard : term.guards) {
    if (!guard.usesAny(moving) || !guard.usesAny(term.bound))
      continue;
    for (int var : varsOf(guard))
      if (isBound(var))
        masked.push_back(var);
    int64_t sign = options.reverse ? -1 : 1;
    if (llvm::any_of(moving, [&](int var) {
          return guard.uses(var) && guard.coefficientOf(var) * sign != position.coefficientOf(var);
        }))
      continue;
    Lin exact = position - guard * sign, other = position - (guard - guard.constant) * sign;
    byMask = !isRead(exact) && isRead(other) ? other : exact;
  }
  if (byMask && isRead(*byMask))
    return byMask;
  // Variables that no leaf at the target has are no states.
  auto isSource = [&](int var) {
    if (!masked.empty())
      return llvm::is_contained(masked, var);
    return isBound(var) && llvm::none_of(term.atoms, [&](const Atom &atom) {
             return usesVar(atom, var) && usesAnyVar(atom, moving);
           });
  };
  std::optional<Lin> byRead;
  for (const Atom &atom : term.atoms)
    for (const Lin &e : atom.index)
      if (llvm::any_of(varsOf(e), isSource) && (!byRead || e.terms.size() > byRead->terms.size()))
        byRead = e;
  return byMask ? byMask : byRead;
}

/// The times that a decay which is counted, or 1, leads from and to.
void RecurrenceMatcher::placeSource(Work &work, const Lin &position) {
  work.begin = work.end = work.source = std::nullopt;
  if (form == Form::None) {
    if (std::optional<Lin> source = findSource(work.term, position)) {
      work.begin = options.reverse ? position : *source + 1;
      work.end = options.reverse ? *source : position + 1;
    }
    return;
  }
  if (work.steps == Lin(0))
    return;
  if (options.reverse) {
    work.begin = position;
    work.end = position + work.steps;
  } else {
    work.end = position + 1;
    if (Lin begin = position + 1 - work.steps; begin != Lin(0))
      work.begin = begin;
  }
}
