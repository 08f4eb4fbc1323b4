// scaled_dot_product_attention as ssm.attention, so that nobody ever has to find the scores again.
#include "dialects/SSM/IR/SSM.h"
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

/// The tensor with rank 4 (batch, head, time, channel): missing leading dims are added.
Tensor withHeads(Emitter &e, const Tensor &in) {
  SmallVector<int64_t> added = llvm::to_vector(llvm::seq<int64_t>(0, 4 - in.rank()));
  return e.addUnitDims(in, added);
}

/// key j <= query i, counted from the first of both, as is_causal says.
Tensor causalMask(Emitter &e, const Size &queries, const Size &keys) {
  return e.elementwise({}, DType::Bool, {queries, keys}, [&](Emitter &, ValueRange) -> Value {
    Value query = linalg::IndexOp::create(e.b, e.loc, 0), key = linalg::IndexOp::create(e.b, e.loc, 1);
    return arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::sle, key, query);
  });
}

LogicalResult lowerAttention(Call &c) {
  Tensor query = c.tensor("query"), key = c.tensor("key"), value = c.tensor("value"),
         mask = c.optionalTensor("attn_mask");
  bool causal = c.boolean("is_causal", false), gqa = c.boolean("enable_gqa", false);
  if (c.failed())
    return failure();
  if (c.number("dropout_p", 0.0) != 0.0)
    return c.fail("its dropout is on: export the model in eval mode (model.eval())");
  Emitter &e = c.e;
  int64_t rank = query.rank();
  for (const Tensor *each : {&query, &key, &value})
    if (each->rank() != rank || rank < 2 || rank > 4)
      return c.fail("its operands' ranks do not fit (2 to 4 dims are supported)");
  if (!isFloat(query.dtype) || key.dtype != query.dtype || value.dtype != query.dtype)
    return c.fail("its operands' types differ or are not floating-point");
  if (!query.sizes.back().isConstant())
    return c.fail("the size of its heads is dynamic");
  double scale = c.number("scale", 1.0 / std::sqrt(double(query.sizes.back().value())));
  query = withHeads(e, query);
  key = withHeads(e, key);
  value = withHeads(e, value);

  // Batches agree; heads of keys and values are shared by a group of queries' heads.
  int64_t groups[2];
  Tensor *shared[] = {&key, &value};
  for (int k = 0; k < 2; ++k) {
    Tensor &each = *shared[k];
    Sizes sizes = each.sizes;
    sizes[0] = query.sizes[0];
    groups[k] = 1;
    if (!(each.sizes[1] == query.sizes[1])) {
      if (!each.sizes[1].isConstant() || !query.sizes[1].isConstant())
        return c.fail("the number of its heads is dynamic");
      int64_t have = each.sizes[1].value(), want = query.sizes[1].value();
      if (!gqa && have != 1)
        return c.fail("its operands have different numbers of heads");
      if (have < 1 || want % have != 0)
        return c.fail("its heads do not fit its groups");
      groups[k] = want / have;
    }
    each = e.broadcast(each, sizes);
  }
  if (key.sizes[2].isConstant() && value.sizes[2].isConstant() && key.sizes[2] != value.sizes[2])
    return c.fail("its keys and values have different lengths");
  if (causal && !(query.sizes[2] == key.sizes[2])) {
    mask = causalMask(e, query.sizes[2], key.sizes[2]);
    causal = false;
  }

  auto d = [&](unsigned dim) { return e.b.getAffineDimExpr(dim); };
  auto map = [&](ArrayRef<AffineExpr> results) { return AffineMap::get(6, 0, results, e.b.getContext()); };
  auto head = [&](int64_t group) { return group == 1 ? d(1) : d(1).floorDiv(group); };
  SmallVector<AffineMap> maps = {map({d(0), d(1), d(2), d(4)}), map({d(0), head(groups[0]), d(3), d(4)}),
                                 map({d(0), head(groups[1]), d(3), d(5)})};
  if (mask) {
    if (mask.rank() > 4 || (mask.dtype != DType::Bool && !isFloat(mask.dtype)))
      return c.fail("its mask has more than four dims, or is neither bool nor floating-point");
    auto [operand, broadcast] =
        e.broadcastOperand(mask, {query.sizes[0], query.sizes[1], query.sizes[2], key.sizes[2]});
    SmallVector<AffineExpr> results(broadcast.getResults());
    // The keys' dim must be there.
    if (results.empty() || results.back() != d(3))
      return c.fail("its mask does not reach over the keys");
    mask = operand;
    maps.push_back(map(results));
  }
  maps.push_back(map({d(0), d(1), d(2), d(5)}));
  Tensor out = e.empty(query.dtype, {query.sizes[0], query.sizes[1], query.sizes[2], value.sizes[3]});
  if (c.failed())
    return failure();
  auto op = ssm::AttentionOp::create(e.b, e.loc, query.value, key.value, value.value, mask ? mask.value : Value(),
                                     /*position=*/Value(), out.value, maps, float(scale), causal);
  out.value = op->getResult(0);
  return c.result(e.dropUnitDims(out, llvm::to_vector(llvm::seq<int64_t>(0, 4 - rank))));
}

} // namespace

void registerAttention(Registry &r) { r.add("aten.scaled_dot_product_attention.default", lowerAttention); }

} // namespace mambac::aten
