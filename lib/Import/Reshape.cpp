// Reshapes as tensor.collapse_shape and tensor.expand_shape. A general view goes through the common refinement of both
// shapes ([6, 4] -> [2, 12] is [2, 3, 4] in between); only where there is none are dims merged first. Sizes are
// compared as products of factors, so [b, 256*k, h] -> [b, k, 256, h] is one expand_shape.
#include "lib/Import/Emitter.h"

using namespace mlir;

namespace mambac::aten {

Tensor Emitter::collapse(const Tensor &in, ArrayRef<ReassociationIndices> groups) {
  if (int64_t(groups.size()) == in.rank())
    return in;
  Sizes sizes;
  for (const ReassociationIndices &group : groups) {
    Size size(1);
    for (int64_t dim : group)
      size = mul(size, in.sizes[dim]);
    sizes.push_back(size);
  }
  // The type that collapse_shape infers; `refine` adds what the symbols know beyond it.
  RankedTensorType inferred =
      tensor::CollapseShapeOp::inferCollapsedType(cast<RankedTensorType>(in.value.getType()), groups);
  Value value = b.createOrFold<tensor::CollapseShapeOp>(loc, inferred, in.value, groups);
  return refine({value, in.dtype, sizes}, sizes);
}

Tensor Emitter::expand(const Tensor &in, ArrayRef<ReassociationIndices> groups, ArrayRef<Size> sizes) {
  if (int64_t(sizes.size()) == in.rank())
    return in;
  Value value = tensor::ExpandShapeOp::create(b, loc, type(in.dtype, sizes), in.value, groups, this->sizes(sizes));
  return {value, in.dtype, Sizes(sizes)};
}

Tensor Emitter::dropUnitDims(const Tensor &in, ArrayRef<int64_t> dims) {
  if (dims.empty())
    return in;
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices pending; // dropped dims join the next kept dim, or the last one at the end
  for (int64_t dim = 0; dim < in.rank(); ++dim) {
    pending.push_back(dim);
    if (llvm::is_contained(dims, dim)) {
      if (!in.sizes[dim].isConstant(1))
        fail("a dim that is not of size one is dropped");
      continue;
    }
    groups.push_back(pending);
    pending.clear();
  }
  if (!pending.empty() && !groups.empty())
    llvm::append_range(groups.back(), pending);
  return collapse(in, groups);
}

Tensor Emitter::addUnitDims(const Tensor &in, ArrayRef<int64_t> dims) {
  if (dims.empty())
    return in;
  Sizes sizes;
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices pending;
  int64_t rank = in.rank() + dims.size(), from = 0;
  for (int64_t dim = 0; dim < rank; ++dim) {
    pending.push_back(dim);
    if (llvm::is_contained(dims, dim)) {
      sizes.push_back(1);
      continue;
    }
    sizes.push_back(in.sizes[from++]);
    groups.push_back(pending);
    pending.clear();
  }
  if (!pending.empty() && !groups.empty())
    llvm::append_range(groups.back(), pending);
  return expand(in, groups, sizes);
}

namespace {
/// A size as a constant times factors that are opaque.
struct Factors {
  int64_t constant = 1;
  SmallVector<Size, 2> rest;

  explicit Factors(const Size &size) {
    if (size.isConstant()) {
      constant = size.value();
      return;
    }
    if (size.kind() == pt2::ExprKind::Add) {
      pullOut(size);
      return;
    }
    if (size.kind() != pt2::ExprKind::Mul) {
      rest.push_back(size);
      return;
    }
    for (const Size &factor : size.operands()) {
      if (factor.isConstant())
        constant *= factor.value();
      else
        rest.push_back(factor);
    }
  }
  /// b + b * l, which is b * (1 + l) multiplied out.
  void pullOut(const Size &sum) {
    std::optional<Factors> common;
    for (const Size &summand : sum.operands()) {
      Factors own(summand);
      if (!common) {
        common = own;
        continue;
      }
      common->constant = std::gcd(common->constant, own.constant);
      llvm::erase_if(common->rest, [&](const Size &factor) {
        auto *it = llvm::find(own.rest, factor);
        if (it == own.rest.end())
          return true;
        own.rest.erase(it);
        return false;
      });
    }
    if (common->isOne() || common->constant < 1) {
      rest.push_back(sum);
      return;
    }
    std::optional<Size> remaining(Size(0));
    for (const Size &summand : sum.operands()) {
      Factors quotient(summand);
      quotient.divideBy(*common);
      std::optional<Size> part(quotient.constant);
      for (const Size &factor : quotient.rest)
        part = part ? Size::mul(*part, factor) : part;
      remaining = remaining && part ? Size::add(*remaining, *part) : std::nullopt;
    }
    if (!remaining) {
      rest.push_back(sum);
      return;
    }
    constant = common->constant;
    rest = common->rest;
    rest.push_back(*remaining);
  }
  bool isOne() const { return constant == 1 && rest.empty(); }
  /// This divided by `other`, when it divides.
  bool divideBy(const Factors &other) {
    if (other.constant == 0 || constant % other.constant != 0)
      return false;
    SmallVector<Size, 2> left = rest;
    for (const Size &factor : other.rest) {
      auto it = llvm::find(left, factor);
      if (it == left.end())
        return false;
      left.erase(it);
    }
    constant /= other.constant;
    rest = std::move(left);
    return true;
  }
};

/// One run of dims of both shapes with the same product, and its refinement.
struct Run {
  SmallVector<int64_t, 4> from, to;        // positions
  SmallVector<Size, 2> pieces;             // the refinement; empty: collapse and expand
  SmallVector<unsigned, 4> perFrom, perTo; // how many pieces each dim has
};
} // namespace

/// The refinement of the dims `from` of `a` and `to` of `c`, by dividing one by the other from the left.
static void refineRun(Run &run, ArrayRef<Size> a, ArrayRef<Size> c, Emitter &e) {
  SmallVector<Size, 2> pieces;
  SmallVector<unsigned, 4> perFrom(run.from.size(), 0), perTo(run.to.size(), 0);
  size_t i = 0, j = 0;
  auto toSize = [&](const Factors &f) {
    Size size(f.constant);
    for (const Size &factor : f.rest)
      size = e.mul(size, factor);
    return size;
  };
  std::optional<Factors> left, right;
  while (i < run.from.size() && j < run.to.size()) {
    if (!left)
      left.emplace(a[run.from[i]]);
    if (!right)
      right.emplace(c[run.to[j]]);
    Factors quotient = *right;
    bool leftDivides = quotient.divideBy(*left);
    Factors other = *left;
    bool rightDivides = other.divideBy(*right);
    if (!leftDivides && !rightDivides)
      return;
    pieces.push_back(toSize(leftDivides ? *left : *right));
    ++perFrom[i];
    ++perTo[j];
    if (leftDivides) {
      left.reset();
      ++i;
      right = quotient;
      if (right->isOne()) {
        right.reset();
        ++j;
      }
    } else {
      right.reset();
      ++j;
      left = other;
    }
  }
  if (i != run.from.size() || j != run.to.size())
    return;
  run.pieces = pieces;
  run.perFrom = perFrom;
  run.perTo = perTo;
}

/// Consecutive groups of the given lengths.
static SmallVector<ReassociationIndices> consecutive(ArrayRef<unsigned> lengths) {
  SmallVector<ReassociationIndices> groups;
  int64_t next = 0;
  for (unsigned length : lengths) {
    ReassociationIndices group;
    for (unsigned k = 0; k < length; ++k)
      group.push_back(next++);
    groups.push_back(group);
  }
  return groups;
}

Tensor Emitter::reshape(const Tensor &in, ArrayRef<Size> target) {
  if (ArrayRef<Size>(in.sizes) == target)
    return in;
  // Equal dims at both ends stay as they are; between them, dims of size one are dropped first and inserted last.
  int64_t prefix = 0, suffix = 0, rank = in.rank(), targetRank = target.size();
  while (prefix < std::min(rank, targetRank) && in.sizes[prefix] == target[prefix])
    ++prefix;
  while (suffix < std::min(rank, targetRank) - prefix && in.sizes[rank - 1 - suffix] == target[targetRank - 1 - suffix])
    ++suffix;
  SmallVector<int64_t> dropped, added;
  Sizes to;
  for (int64_t dim = prefix; dim < rank - suffix; ++dim)
    if (in.sizes[dim].isConstant(1))
      dropped.push_back(dim);
  for (int64_t dim = 0; dim < targetRank; ++dim) {
    if (dim >= prefix && dim < targetRank - suffix && target[dim].isConstant(1))
      added.push_back(dim);
    else
      to.push_back(target[dim]);
  }
  Tensor value = dropUnitDims(in, dropped);
  if (value.sizes == to)
    return addUnitDims(value, added);

  // Runs of equal products. `ratio` is what one side is ahead by.
  ArrayRef<Size> from = value.sizes;
  SmallVector<Run, 1> runs;
  int64_t i = 0, j = 0, n = from.size(), m = to.size();
  while (i < n || j < m) {
    Run run;
    Size ahead(1), behind(1); // products of run.from and run.to
    do {
      bool takeFrom = run.from.empty();
      if (!takeFrom && !run.to.empty()) {
        Factors left(ahead), right(behind);
        Factors quotient = right;
        takeFrom =
            (quotient.divideBy(left) || (left.constant < right.constant && left.rest.size() <= right.rest.size())) &&
            i < n;
        if (j == m)
          takeFrom = true;
      }
      if (takeFrom && i < n) {
        ahead = mul(ahead, from[i]);
        run.from.push_back(i++);
      } else if (j < m) {
        behind = mul(behind, to[j]);
        run.to.push_back(j++);
      } else {
        break;
      }
    } while (ahead != behind || run.to.empty());
    // Symbolic products that look different are taken as equal: the export knows more than the normal form.
    if (ahead != behind && (ahead.isConstant() || behind.isConstant())) {
      fail("a tensor is viewed under sizes that have another number of elements");
      return empty(in.dtype, target);
    }
    assumeEqual(ahead, behind);
    if (run.from.empty() || run.to.empty()) {
      fail("a tensor is viewed under sizes that do not fit");
      return empty(in.dtype, target);
    }
    refineRun(run, from, to, *this);
    runs.push_back(run);
  }

  // Merge what has no refinement, expand to the pieces, collapse them to the wanted dims.
  SmallVector<unsigned> merge, split, join;
  Sizes pieces;
  for (const Run &run : runs) {
    if (run.pieces.empty()) {
      merge.push_back(run.from.size());
      split.push_back(run.to.size());
      for (int64_t dim : run.to) {
        pieces.push_back(to[dim]);
        join.push_back(1);
      }
      continue;
    }
    merge.append(run.from.size(), 1);
    llvm::append_range(split, run.perFrom);
    llvm::append_range(join, run.perTo);
    llvm::append_range(pieces, run.pieces);
  }
  value = collapse(value, consecutive(merge));
  value = expand(value, consecutive(split), pieces);
  value = collapse(value, consecutive(join));
  value = refine(value, to);
  return addUnitDims(value, added);
}

} // namespace mambac::aten
