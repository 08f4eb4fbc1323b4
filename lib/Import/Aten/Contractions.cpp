// Matrix products: linear, matmul, bmm, einsum and their kin, all as one linalg.generic of multiply and add over f32
// accumulators.
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

/// alpha * product (in the accumulator type) + beta * bias, rounded once; beta 0 means that there is no bias.
Tensor addBias(Emitter &e, const Tensor &product, const Tensor &bias, DType type, double alpha = 1.0,
               double beta = 1.0) {
  DType wide = product.dtype;
  if (beta == 0)
    return e.elementwise({product}, type, product.sizes, [&](Emitter &, ValueRange v) {
      Value a = alpha == 1 ? v[0] : mulScalars(e, wide, v[0], e.constant(wide, alpha));
      return e.convert(a, wide, type);
    });
  return e.elementwise({product, bias}, type, product.sizes, [&](Emitter &, ValueRange v) {
    Value a = v[0], b = e.convert(v[1], bias.dtype, wide);
    if (alpha != 1.0)
      a = mulScalars(e, wide, a, e.constant(wide, alpha));
    if (beta != 1.0)
      b = mulScalars(e, wide, b, e.constant(wide, beta));
    return e.convert(addScalars(e, wide, a, b), wide, type);
  });
}

/// Whether two sizes may be equal; records that they are not.
bool agree(Call &c, const Size &a, const Size &b) {
  c.e.assumeEqual(a, b);
  if (!a.isConstant() || !b.isConstant() || a == b)
    return true;
  (void)c.fail("it multiplies tensors whose inner sizes are " + Twine(a.value()) + " and " + Twine(b.value()));
  return false;
}

/// x[..., k] * weight[n, k]
LogicalResult lowerLinear(Call &c) {
  Tensor input = c.tensor("input"), weight = c.tensor("weight"), bias = c.optionalTensor("bias");
  if (c.failed())
    return failure();
  if (input.rank() < 1 || weight.rank() < 1 || weight.rank() > 2)
    return c.fail("its operands' ranks do not fit");
  if (!agree(c, input.sizes.back(), weight.sizes.back()))
    return failure();
  Emitter &e = c.e;
  int64_t lead = input.rank() - 1, n = lead, k = lead + (weight.rank() == 2);
  unsigned dims = k + 1;
  SmallVector<int64_t> x = llvm::to_vector(llvm::seq<int64_t>(0, lead)), out = x;
  x.push_back(k);
  Sizes sizes(input.sizes.begin(), input.sizes.end() - 1);
  SmallVector<int64_t> w = {k};
  if (weight.rank() == 2) {
    w = {n, k};
    out.push_back(n);
    sizes.push_back(weight.sizes[0]);
  }
  DType type = c.resultType();
  Tensor product =
      e.contract(input, weight, {e.map(dims, x), e.map(dims, w), e.map(dims, out)}, sizes, type, /*rounded=*/!bias);
  return c.result(bias ? addBias(e, product, bias, type) : product);
}

/// matmul with its rules on ranks: vectors, and batch dims that broadcast.
FailureOr<Tensor> matmul(Call &c, const Tensor &lhs, const Tensor &rhs, bool rounded) {
  Emitter &e = c.e;
  if (lhs.rank() < 1 || rhs.rank() < 1)
    return c.fail("it multiplies a tensor without dims");
  int64_t lhsBatch = std::max<int64_t>(lhs.rank() - 2, 0), rhsBatch = std::max<int64_t>(rhs.rank() - 2, 0),
          batch = std::max(lhsBatch, rhsBatch);
  if (!agree(c, lhs.sizes.back(), rhs.sizes[rhs.rank() == 1 ? 0 : rhs.rank() - 2]))
    return failure();
  // The broadcast batch sizes.
  Sizes sizes(batch, Size(1));
  for (auto &[tensor, count] : {std::pair(&lhs, lhsBatch), std::pair(&rhs, rhsBatch)})
    for (int64_t dim = 0; dim < count; ++dim) {
      Size &size = sizes[batch - count + dim];
      if (size.isConstant(1) || (tensor->sizes[dim].isConstant() && !tensor->sizes[dim].isConstant(1)))
        size = tensor->sizes[dim];
    }
  bool hasM = lhs.rank() > 1, hasN = rhs.rank() > 1;
  int64_t m = batch, n = m + hasM, k = n + hasN;
  unsigned dims = k + 1;
  auto operand = [&](const Tensor &in, int64_t count, ArrayRef<int64_t> inner) {
    SmallVector<int64_t> dropped, results;
    for (int64_t dim = 0; dim < count; ++dim) {
      const Size &have = in.sizes[dim], &want = sizes[batch - count + dim];
      if (have.isConstant(1) && !want.isConstant(1)) {
        dropped.push_back(dim);
        continue;
      }
      if (have.isConstant() && want.isConstant() && have != want)
        (void)c.fail("its batch sizes do not broadcast");
      results.push_back(batch - count + dim);
    }
    llvm::append_range(results, inner);
    return std::pair(e.dropUnitDims(in, dropped), e.map(dims, results));
  };
  SmallVector<int64_t> left = hasM ? SmallVector<int64_t>{m, k} : SmallVector<int64_t>{k};
  SmallVector<int64_t> right = hasN ? SmallVector<int64_t>{k, n} : SmallVector<int64_t>{k};
  auto [a, aMap] = operand(lhs, lhsBatch, left);
  auto [b, bMap] = operand(rhs, rhsBatch, right);
  if (c.failed())
    return failure();
  SmallVector<int64_t> out = llvm::to_vector(llvm::seq<int64_t>(0, batch));
  if (hasM) {
    out.push_back(m);
    sizes.push_back(lhs.sizes[lhs.rank() - 2]);
  }
  if (hasN) {
    out.push_back(n);
    sizes.push_back(rhs.sizes.back());
  }
  return e.contract(a, b, {aMap, bMap, e.map(dims, out)}, sizes, c.resultType(), rounded);
}

LogicalResult lowerMatmul(Call &c) {
  bool named = c.node.input("other"), vector = c.node.input("vec"), tensor = c.node.input("tensor");
  Tensor lhs = c.tensor("self"), rhs = c.tensor(named ? "other" : vector ? "vec" : tensor ? "tensor" : "mat2");
  if (c.failed())
    return failure();
  FailureOr<Tensor> result = matmul(c, lhs, rhs, true);
  return failed(result) ? failure() : c.result(*result);
}

LogicalResult lowerAddmm(Call &c) {
  bool batched = c.node.input("batch1"), vector = c.node.input("vec");
  Tensor bias = c.tensor("self"),
         lhs = c.tensor(batched  ? "batch1"
                        : vector ? "mat"
                                 : "mat1"),
         rhs = c.tensor(batched  ? "batch2"
                        : vector ? "vec"
                                 : "mat2");
  double beta = c.number("beta", 1.0), alpha = c.number("alpha", 1.0);
  if (c.failed())
    return failure();
  FailureOr<Tensor> product = matmul(c, lhs, rhs, false);
  return failed(product) ? failure() : c.result(addBias(c.e, *product, bias, c.resultType(), alpha, beta));
}

LogicalResult lowerOuter(Call &c) {
  Operand self = c.operand("self"), other = c.operand("vec2");
  if (c.failed())
    return failure();
  if (self.tensor.rank() != 1 || other.tensor.rank() != 1)
    return c.fail("its operands are not vectors");
  DType type = computeType(c.resultType());
  self.tensor = c.e.addUnitDims(self.tensor, {1});
  return c.result(applyElementwise(c.e, {self, other}, type, type, c.resultType(), c.resultSizes(),
                                   [&](Emitter &e, ValueRange v) { return mulScalars(e, type, v[0], v[1]); }));
}

//===--- einsum
//-----------------------------------------------------------------------------------------------------------===//

/// An operand or intermediate with one letter a dim. Ellipsis dims are numbered from the right, as characters from 1.
struct Term {
  Tensor tensor;
  std::string letters;
};

/// The letters of one term of an equation for a tensor of that rank.
FailureOr<std::string> spell(Call &c, StringRef text, int64_t rank) {
  std::string letters;
  size_t dots = text.find("...");
  for (char letter : text)
    if (letter != '.' && !llvm::isAlpha(letter))
      return c.fail("its equation has the character '" + Twine(letter) + "'");
  if (dots == StringRef::npos) {
    letters = text.str();
  } else {
    int64_t hidden = rank - int64_t(text.size() - 3);
    if (hidden < 0 || hidden > 30)
      return c.fail("its equation has more dims than its operand");
    letters = text.take_front(dots).str();
    for (int64_t each = hidden; each > 0; --each)
      letters += char(each);
    letters += text.drop_front(dots + 3).str();
  }
  if (StringRef(letters).contains('.') || (rank >= 0 && int64_t(letters.size()) != rank))
    return c.fail("its equation does not fit its operands");
  return letters;
}

/// Repeated letters within one operand: the diagonal.
Term diagonal(Emitter &e, Term term) {
  std::string unique;
  for (char letter : term.letters)
    if (unique.find(letter) == std::string::npos)
      unique += letter;
  if (unique.size() == term.letters.size())
    return term;
  SmallVector<int64_t> from;
  Sizes sizes(unique.size(), Size(1));
  for (auto [dim, letter] : llvm::enumerate(term.letters)) {
    from.push_back(unique.find(letter));
    sizes[from.back()] = term.tensor.sizes[dim];
  }
  Tensor out = e.elementwise({}, term.tensor.dtype, sizes, [&](Emitter &, ValueRange) -> Value {
    SmallVector<Value> indices;
    for (int64_t each : from)
      indices.push_back(linalg::IndexOp::create(e.b, e.loc, each));
    return tensor::ExtractOp::create(e.b, e.loc, term.tensor.value, indices);
  });
  return {out, unique};
}

LogicalResult lowerEinsum(Call &c) {
  std::string equation = c.text("equation", "");
  SmallVector<Tensor> operands = c.tensors("tensors");
  if (c.failed())
    return failure();
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  auto [inputs, output] = StringRef(equation).split("->");
  SmallVector<StringRef> texts;
  inputs.split(texts, ',');
  if (texts.size() != operands.size())
    return c.fail("its equation '" + equation + "' has " + Twine(texts.size()) + " terms for " +
                  Twine(operands.size()) + " operands");
  Emitter &e = c.e;
  SmallVector<Term> terms;
  std::string all;
  for (auto [text, operand] : llvm::zip_equal(texts, operands)) {
    FailureOr<std::string> letters = spell(c, text, operand.rank());
    if (failed(letters))
      return failure();
    terms.push_back(diagonal(e, {operand, *letters}));
    all += terms.back().letters;
  }
  std::string result;
  if (StringRef(equation).contains("->")) {
    int64_t hidden = 0;
    for (char letter : all)
      hidden = letter < 32 ? std::max<int64_t>(hidden, letter) : hidden;
    int64_t rank = StringRef(output).contains("...") ? int64_t(output.size()) - 3 + hidden : int64_t(output.size());
    FailureOr<std::string> letters = spell(c, output, rank);
    if (failed(letters))
      return failure();
    result = *letters;
  } else { // letters that occur once, sorted; the ellipsis first
    std::string sorted = all;
    llvm::sort(sorted);
    for (char letter : sorted)
      if (letter < 32 ? result.find(letter) == std::string::npos : llvm::count(all, letter) == 1)
        result += letter;
    std::reverse(result.begin(), result.begin() + llvm::count_if(result, [](char letter) { return letter < 32; }));
  }
  for (char letter : result)
    if (all.find(letter) == std::string::npos || llvm::count(result, letter) != 1)
      return c.fail("the result of its equation '" + equation + "' has letters that its operands lack or repeats one");

  // Sizes of letters; operands of size one broadcast.
  std::map<char, Size> sizes;
  for (const Term &term : terms)
    for (auto [dim, letter] : llvm::enumerate(term.letters)) {
      const Size &size = term.tensor.sizes[dim];
      auto [it, isNew] = sizes.try_emplace(letter, size);
      if (isNew || size.isConstant(1) || it->second == size)
        continue;
      if (!it->second.isConstant(1))
        e.assumeEqual(it->second, size);
      if (it->second.isConstant() && size.isConstant() && !it->second.isConstant(1))
        return c.fail("the sizes of '" + Twine(letter) + "' in its equation '" + equation + "' differ");
      if (it->second.isConstant(1) || size.isConstant())
        it->second = size;
    }
  for (Term &term : terms) {
    SmallVector<int64_t> dropped;
    std::string kept;
    for (auto [dim, letter] : llvm::enumerate(term.letters)) {
      if (term.tensor.sizes[dim].isConstant(1) && !sizes[letter].isConstant(1))
        dropped.push_back(dim);
      else
        kept += letter;
    }
    term = {e.dropUnitDims(term.tensor, dropped), kept};
  }

  // One operand after the other, as PyTorch does; a letter is summed when nothing later needs it.
  DType type = c.resultType();
  Term value = terms[0];
  for (size_t next = 1; next < terms.size() || next == 1; ++next) {
    bool single = terms.size() == 1;
    std::string later = result;
    for (size_t k = next + 1; k < terms.size(); ++k)
      later += terms[k].letters;
    std::string letters = value.letters;
    if (!single)
      for (char letter : terms[next].letters)
        if (letters.find(letter) == std::string::npos)
          letters += letter;
    bool last = next + 1 >= terms.size();
    std::string out;
    for (char letter : last ? result : letters)
      if (last || later.find(letter) != std::string::npos)
        out += letter;
    // The last product may lack letters of the result only when an operand's unit dim was dropped, which some other
    // term has.
    std::string order = out;
    for (char letter : letters)
      if (order.find(letter) == std::string::npos)
        order += letter;
    auto mapOf = [&](StringRef of) {
      SmallVector<int64_t> positions;
      for (char letter : of)
        positions.push_back(order.find(letter));
      return e.map(order.size(), positions);
    };
    Sizes outSizes;
    for (char letter : out)
      outSizes.push_back(sizes[letter]);
    if (single) {
      SmallVector<int64_t> reduced;
      for (auto [dim, letter] : llvm::enumerate(value.letters))
        if (out.find(letter) == std::string::npos)
          reduced.push_back(dim);
      std::string kept;
      for (char letter : value.letters)
        if (out.find(letter) != std::string::npos)
          kept += letter;
      Tensor summed = reduced.empty() ? value.tensor : e.sum(value.tensor, reduced, false, type);
      SmallVector<int64_t> permutation;
      for (char letter : out)
        permutation.push_back(kept.find(letter));
      return c.result(e.permute(summed, permutation));
    }
    Tensor product = e.contract(value.tensor, terms[next].tensor,
                                {mapOf(value.letters), mapOf(terms[next].letters), mapOf(out)}, outSizes, type);
    value = {product, out};
  }
  return c.result(value.tensor);
}

/// The sum over pairs of dims.
LogicalResult lowerTensordot(Call &c) {
  Tensor self = c.tensor("self"), other = c.tensor("other");
  SmallVector<int64_t> dimsSelf = c.integers("dims_self"), dimsOther = c.integers("dims_other");
  if (c.failed())
    return failure();
  if (dimsSelf.size() != dimsOther.size())
    return c.fail("it sums over " + Twine(dimsSelf.size()) + " dims of one operand and " + Twine(dimsOther.size()) +
                  " of the other");
  // Loops: the free dims of both, then the sums.
  SmallVector<int64_t> loopsSelf(self.rank(), -1), loopsOther(other.rank(), -1), out;
  int64_t free = self.rank() + other.rank() - 2 * int64_t(dimsSelf.size());
  for (auto [k, dims] : llvm::enumerate(llvm::zip(dimsSelf, dimsOther))) {
    auto [a, b] = dims;
    a += a < 0 ? self.rank() : 0;
    b += b < 0 ? other.rank() : 0;
    if (a < 0 || a >= self.rank() || b < 0 || b >= other.rank() || loopsSelf[a] >= 0 || loopsOther[b] >= 0)
      return c.fail("its dims do not fit its operands");
    loopsSelf[a] = loopsOther[b] = free + int64_t(k);
    c.e.assumeEqual(self.sizes[a], other.sizes[b]);
    if (self.sizes[a].isConstant() && other.sizes[b].isConstant() && !(self.sizes[a] == other.sizes[b]))
      return c.fail("the sizes that it sums over differ");
  }
  Sizes sizes;
  for (auto [loops, tensor] : {std::pair{&loopsSelf, &self}, {&loopsOther, &other}})
    for (auto [dim, loop] : llvm::enumerate(*loops))
      if (loop < 0) {
        loop = out.size();
        out.push_back(loop);
        sizes.push_back(tensor->sizes[dim]);
      }
  int64_t all = free + int64_t(dimsSelf.size());
  return c.result(c.e.contract(self, other, {c.e.map(all, loopsSelf), c.e.map(all, loopsOther), c.e.map(all, out)},
                               sizes, c.resultType()));
}

} // namespace

void registerContractions(Registry &r) {
  r.add("aten.linear.default", lowerLinear);
  r.add({"aten.matmul.default", "aten.mm.default", "aten.bmm.default", "aten.mv.default", "aten.dot.default",
         "aten.__matmul__.default"},
        lowerMatmul);
  r.add({"aten.addmm.default", "aten.baddbmm.default", "aten.addmv.default"}, lowerAddmm);
  r.add({"aten.outer.default", "aten.ger.default"}, lowerOuter);
  r.add("aten.einsum.default", lowerEinsum);
  r.add("aten.tensordot.default", lowerTensordot);
}

} // namespace mambac::aten
