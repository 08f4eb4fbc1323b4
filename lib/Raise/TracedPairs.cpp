//===- TracedPairs.cpp - Traced recurrences of complex numbers in two real parts --------------------------------===//
//
// A recurrence of complex numbers is computed in real parts wherever a front end has no others:
//
//     re[t] = c[t] re[t-1] - s[t] im[t-1] + x[t]        im[t] = c[t] im[t-1] + s[t] re[t-1] + z[t]
//
// What depends on re shows c at the second step, as a decay; that there is a second part shows in terms from time 0 that
// have none later, s z[0], and at the third step, where s twice is what is missing: (c c - s s) x[0].
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/TracedRecurrence.h"

using namespace mlir;
using namespace mambac::raise;

using Product = ScalarGraph::Product;
using Monomial = ScalarGraph::Monomial;

/// What is there twice, once; failure if that is not all there is.
static FailureOr<Monomial> halve(const Monomial &factors) {
  Monomial half;
  if (factors.size() % 2 != 0)
    return failure();
  for (size_t i = 0; i < factors.size(); i += 2) {
    if (factors[i] != factors[i + 1])
      return failure();
    half.push_back(factors[i]);
  }
  return half;
}

/// The imaginary part of the decay, from -target s s source at the third step.
bool TracedRecurrence::findRotation(const Scan &scan, Product &rotation) {
  if (scan.source.size() != 1 || first.size() < 3)
    return false;
  const Product &source = scan.source[0];
  for (const Product &product : first[2]) {
    bool again = false;
    FailureOr<Sorted> term = sort(product, again);
    if (failed(term) || term->coefficient != -source.coefficient || term->exponent[0] != source.exponent)
      continue;
    FailureOr<Monomial> rest = takeOut(term->getFactors(), scan.target.factors);
    if (succeeded(rest))
      rest = takeOut(*rest, source.factors);
    FailureOr<Monomial> half = failed(rest) || rest->empty() ? FailureOr<Monomial>(failure()) : halve(*rest);
    if (failed(half) || *half == scan.decay.factors)
      continue;
    rotation = Product();
    rotation.factors = *half;
    rotation.exponent = term->exponent[1];
    addTo(rotation.exponent, term->exponent[2], 1);
    addTo(rotation.exponent, scan.target.exponent, -1);
    for (auto &[monomial, coefficient] : rotation.exponent)
      coefficient /= 2;
    return true;
  }
  return false;
}

/// Products are turned by a quarter: what was real becomes imaginary, what was imaginary real with another sign.
static void negate(std::vector<Product> &products) {
  for (Product &product : products)
    product.coefficient = -product.coefficient;
}

/// Of the four ways to turn a complex number, the one with the fewest signs: equal recurrences are then written alike.
static void turn(TracedRecurrence::Scan &scan) {
  auto countSigns = [](const TracedRecurrence::Scan &s) {
    auto isNegative = [](const Product &p) { return p.coefficient < 0; };
    return llvm::count_if(s.source, isNegative) + llvm::count_if(s.imaginary->source, isNegative);
  };
  TracedRecurrence::Scan best = scan;
  for (unsigned quarter = 0; quarter < 3; ++quarter) {
    // i h: the real part is -im, the imaginary one re.
    std::swap(scan.source, scan.imaginary->source);
    negate(scan.source);
    std::swap(scan.target, scan.imaginary->target);
    scan.target.coefficient = -scan.target.coefficient;
    if (countSigns(scan) < countSigns(best) && !scan.source.empty())
      best = scan;
  }
  scan = best;
}

/// The imaginary part of what has a real input: s x[0] at the second step, and at the third the decay is a factor of it.
bool TracedRecurrence::findImaginary(MutableArrayRef<Sorted> terms) {
  Sorted *cross = nullptr;
  for (Sorted &term : terms) {
    if (term.used || term.at[0].empty())
      continue;
    if (std::exchange(cross, &term))
      return false;
  }
  if (!cross || first.size() < 3)
    return false;
  Exponent step = cross->exponent[1];
  addTo(step, cross->exponent[2], 1);
  for (const Product &product : first[2]) {
    bool again = false;
    FailureOr<Sorted> term = sort(product, again);
    if (failed(term) || term->at[0] != cross->at[0] || term->exponent[0] != cross->exponent[0])
      continue;
    FailureOr<Monomial> decay = takeOut(term->getFactors(), cross->getFactors());
    if (failed(decay))
      continue;
    Scan scan;
    scan.decay.factors = *decay;
    scan.decay.exponent = term->exponent[1];
    addTo(scan.decay.exponent, term->exponent[2], 1);
    addTo(scan.decay.exponent, step, -1);
    Product source;
    source.coefficient = cross->coefficient;
    source.factors = cross->at[0];
    source.exponent = cross->exponent[0];
    source.bound = cross->bound;
    scan.imaginary.emplace();
    // What does not move is the input's, unless nothing else can be the decay's.
    bool moves = !cross->at[1].empty();
    if (moves)
      source.factors.append(cross->timeless);
    llvm::sort(source.factors);
    scan.imaginary->rotation.factors = moves ? cross->at[1] : cross->timeless;
    if (scan.imaginary->rotation.factors.empty())
      return false;
    scan.imaginary->rotation.exponent = step;
    scan.source.push_back(source);
    scan.target.coefficient = 0;
    cross->used = true;
    scans.push_back(std::move(scan));
    return true;
  }
  return false;
}

/// Makes the scans found one of complex numbers, which accounts for `terms`: those not used yet start at time 0.
bool TracedRecurrence::pairStates(MutableArrayRef<Sorted> terms) {
  if (scans.empty() || scans.size() > 2)
    return false;
  Scan scan = scans[0];
  Product rotation;
  if (scan.imaginary || !scan.init.empty() || !findRotation(scan, rotation))
    return false;
  scan.imaginary.emplace();
  scan.imaginary->rotation = rotation;
  scan.imaginary->target.coefficient = 0;
  // Another scan with the same decay is the imaginary part, or that with its sign changed.
  const Scan *other = scans.size() == 2 ? &scans[1] : nullptr;
  if (other && (!(other->decay == scan.decay) || other->stateVars != scan.stateVars || !other->init.empty() ||
                other->source.size() != 1))
    return false;
  std::optional<double> sign;
  SmallVector<Sorted *> accounted;
  for (Sorted &term : terms) {
    if (term.used || term.at[0].empty())
      continue;
    FailureOr<Monomial> rest = takeOut(term.getFactors(), rotation.factors);
    if (failed(rest))
      return false;
    Exponent turned = term.exponent[1];
    addTo(turned, term.exponent[2], 1);
    addTo(turned, rotation.exponent, -1);
    // -target s z, or target' s x.
    FailureOr<Monomial> source = takeOut(*rest, scan.target.factors);
    FailureOr<Monomial> target = takeOut(*rest, scan.source[0].factors);
    if (succeeded(source) && turned == scan.target.exponent) {
      if (other) {
        if (*source != other->source[0].factors || term.exponent[0] != other->source[0].exponent)
          return false;
        sign = -term.coefficient / other->source[0].coefficient;
      } else {
        Product imaginary;
        imaginary.coefficient = -term.coefficient;
        imaginary.factors = *source;
        imaginary.exponent = term.exponent[0];
        for (int var : term.bound)
          if (!llvm::is_contained(scan.stateVars, var))
            imaginary.bound.push_back(var);
        scan.imaginary->source.push_back(imaginary);
      }
    } else if (succeeded(target) && term.exponent[0] == scan.source[0].exponent) {
      double coefficient = term.coefficient / scan.source[0].coefficient;
      if (other) {
        if (*target != other->target.factors || turned != other->target.exponent)
          return false;
        sign = coefficient;
      } else if (scan.imaginary->target.coefficient != 0) {
        return false;
      } else {
        scan.imaginary->target.coefficient = coefficient;
        scan.imaginary->target.factors = *target;
        scan.imaginary->target.exponent = turned;
      }
    } else {
      return false;
    }
    accounted.push_back(&term);
  }
  if (other) {
    if (!sign || std::abs(*sign) != 1)
      return false;
    scan.imaginary->source = other->source;
    scan.imaginary->target = other->target;
    for (Product &product : scan.imaginary->source)
      product.coefficient *= *sign;
    scan.imaginary->target.coefficient *= *sign;
  }
  for (Sorted *term : accounted)
    term->used = true;
  turn(scan);
  scans = {scan};
  return true;
}
