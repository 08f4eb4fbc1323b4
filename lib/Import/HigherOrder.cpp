// See HigherOrder.h.
//
//   scan(f, init, xs, more)             for t: (carry, y[t]) = f(carry, xs[t], more)
//   associative_scan(f, xs, more)       y[0] = xs[0];  for t > 0: y[t] = f(y[t - 1], xs[t], more)
//   cond(p, f, g, operands)             p ? f(operands) : g(operands)
//
// All of them walk along dim 0 and forwards: PyTorch permutes and flips around the op. An associative scan may be computed
// in any grouping; from left to right is one.
#include "lib/Import/HigherOrder.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace mambac::aten {

using pt2::Argument;

namespace {

class HigherOrder {
public:
  HigherOrder(Call &c, ImportBody importBody) : c(c), e(c.e), importBody(importBody) {}

  LogicalResult scan();
  LogicalResult associativeScan();
  LogicalResult cond();

private:
  Call &c;
  Emitter &e;
  ImportBody importBody;

  const Argument *argument(unsigned position);
  const pt2::Graph *graph(unsigned position);
  /// The tensors of a list argument, as they are now: what the body reads must not be computed inside of it.
  SmallVector<Tensor> list(unsigned position);
  FailureOr<SmallVector<Tensor>> run(const pt2::Graph &body, ArrayRef<Tensor> arguments);
  Tensor at(const Tensor &in, OpFoldResult step);
  Tensor insertAt(const Tensor &into, const Tensor &part, OpFoldResult step);
  /// Element t of each of `xs` (their common length is returned).
  FailureOr<Size> lengthOf(ArrayRef<Tensor> xs);
  Tensor conform(const Tensor &value, const Tensor &like);
  LogicalResult results(ArrayRef<Tensor> values);
  using LoopBody = llvm::function_ref<FailureOr<SmallVector<Tensor>>(Value, ArrayRef<Tensor>)>;
  FailureOr<SmallVector<Tensor>> loop(int64_t first, const Size &end, ArrayRef<Tensor> inits, LoopBody body);
};

const Argument *HigherOrder::argument(unsigned position) {
  if (position < c.node.inputs.size())
    return &c.node.inputs[position].arg;
  (void)c.fail("it has " + Twine(c.node.inputs.size()) + " arguments");
  return nullptr;
}

const pt2::Graph *HigherOrder::graph(unsigned position) {
  const Argument *found = argument(position);
  if (found && found->graph)
    return found->graph.get();
  (void)c.fail("its argument " + Twine(position) + " is not a graph");
  return nullptr;
}

SmallVector<Tensor> HigherOrder::list(unsigned position) {
  SmallVector<Tensor> tensors;
  const Argument *found = argument(position);
  if (!found || !found->isList()) {
    (void)c.fail("its argument " + Twine(position) + " is not a list");
    return tensors;
  }
  for (const Argument &each : found->elements) {
    auto known = each.isTensor() ? c.scope.find(each.name) : c.scope.end();
    if (known == c.scope.end() || !known->second) {
      (void)c.fail("its argument " + Twine(position) + " has an element that is no tensor");
      return {};
    }
    tensors.push_back(known->second->read(e));
  }
  return tensors;
}

FailureOr<SmallVector<Tensor>> HigherOrder::run(const pt2::Graph &body, ArrayRef<Tensor> arguments) {
  if (c.failed())
    return failure();
  if (arguments.size() != body.inputs.size())
    return c.fail("it passes " + Twine(arguments.size()) + " arguments to a sub-graph with " +
                  Twine(body.inputs.size()));
  Scope inner;
  for (auto [tensor, input] : llvm::zip_equal(arguments, body.inputs))
    if (input.isTensor())
      inner[input.name] = std::make_shared<Binding>(tensor);
  Location loc = e.loc;
  bool fine = importBody(body, inner);
  e.loc = loc;
  if (!fine)
    return c.fail("its sub-graph cannot be imported");
  SmallVector<Tensor> outputs;
  auto add = [&](const Argument &output) {
    auto known = output.isTensor() ? inner.find(output.name) : inner.end();
    if (known == inner.end() || !known->second)
      return false;
    outputs.push_back(known->second->read(e));
    return true;
  };
  for (const Argument &output : body.outputs) {
    bool known = output.isList() ? llvm::all_of(output.elements, add) : add(output);
    if (!known)
      return c.fail("its sub-graph returns something that is no tensor");
  }
  return outputs;
}

Tensor HigherOrder::at(const Tensor &in, OpFoldResult step) {
  Sizes sizes(in.sizes.begin() + 1, in.sizes.end());
  SmallVector<OpFoldResult> offsets(in.rank(), e.b.getIndexAttr(0)), strides(in.rank(), e.b.getIndexAttr(1)),
      extents = e.sizes(in.sizes);
  offsets[0] = step;
  extents[0] = e.b.getIndexAttr(1);
  Value slice = tensor::ExtractSliceOp::create(e.b, e.loc, e.type(in.dtype, sizes), in.value, offsets, extents, strides);
  return {slice, in.dtype, sizes};
}

Tensor HigherOrder::insertAt(const Tensor &into, const Tensor &part, OpFoldResult step) {
  SmallVector<OpFoldResult> offsets(into.rank(), e.b.getIndexAttr(0)), strides(into.rank(), e.b.getIndexAttr(1)),
      extents = e.sizes(into.sizes);
  offsets[0] = step;
  extents[0] = e.b.getIndexAttr(1);
  Value whole = tensor::InsertSliceOp::create(e.b, e.loc, part.value, into.value, offsets, extents, strides);
  return {whole, into.dtype, into.sizes};
}

FailureOr<Size> HigherOrder::lengthOf(ArrayRef<Tensor> xs) {
  if (c.failed())
    return failure();
  if (xs.empty())
    return c.fail("it walks along no tensor");
  for (const Tensor &x : xs) {
    if (x.rank() == 0)
      return c.fail("it walks along a tensor without dims");
    e.assumeEqual(x.sizes[0], xs[0].sizes[0]);
  }
  return xs[0].sizes[0];
}

/// `value` as a value of the type of `like`, which a loop carries.
Tensor HigherOrder::conform(const Tensor &value, const Tensor &like) {
  if (value.dtype != like.dtype || value.rank() != like.rank())
    (void)c.fail("its sub-graph returns a tensor of another form than it takes");
  if (c.failed())
    return like;
  Tensor same = e.refine(value, like.sizes);
  if (same.value.getType() != like.value.getType())
    same.value = tensor::CastOp::create(e.b, e.loc, like.value.getType(), same.value);
  return same;
}

LogicalResult HigherOrder::results(ArrayRef<Tensor> values) {
  if (values.size() != c.results().size())
    return c.fail("its sub-graph returns " + Twine(values.size()) + " values, not " + Twine(c.results().size()));
  for (auto [position, value] : llvm::enumerate(values))
    if (failed(c.result(value, position)))
      return failure();
  return success();
}

FailureOr<SmallVector<Tensor>> HigherOrder::loop(int64_t first, const Size &end, ArrayRef<Tensor> inits,
                                                 LoopBody body) {
  SmallVector<Value> values = llvm::map_to_vector(inits, [](const Tensor &each) { return each.value; });
  auto op = scf::ForOp::create(e.b, e.loc, e.index(first), e.sizeValue(end), e.index(1), values);
  auto carried = [&](ValueRange range) {
    SmallVector<Tensor> tensors(inits);
    for (auto [tensor, value] : llvm::zip_equal(tensors, range))
      tensor.value = value;
    return tensors;
  };
  {
    OpBuilder::InsertionGuard guard(e.b);
    e.b.setInsertionPointToStart(op.getBody());
    FailureOr<SmallVector<Tensor>> next = body(op.getInductionVar(), carried(op.getRegionIterArgs()));
    SmallVector<Tensor> yielded = succeeded(next) ? *next : carried(op.getRegionIterArgs());
    for (auto [tensor, like] : llvm::zip_equal(yielded, carried(op.getRegionIterArgs())))
      tensor = conform(tensor, like);
    scf::YieldOp::create(e.b, e.loc,
                         llvm::map_to_vector(yielded, [](const Tensor &each) { return each.value; }));
    if (failed(next) || c.failed())
      return failure();
  }
  return carried(op.getResults());
}

LogicalResult HigherOrder::scan() {
  const pt2::Graph *body = graph(0);
  SmallVector<Tensor> inits = list(1), xs = list(2), more = list(3);
  FailureOr<Size> length = lengthOf(xs);
  if (failed(length))
    return failure();
  size_t carries = inits.size();
  SmallVector<Tensor> starts = inits;
  for (unsigned position = carries; position < c.results().size(); ++position)
    starts.push_back(e.empty(c.resultType(position), c.resultSizes(position)));
  if (c.failed())
    return failure();
  auto loops = loop(0, *length, starts, [&](Value step, ArrayRef<Tensor> state) -> FailureOr<SmallVector<Tensor>> {
    SmallVector<Tensor> arguments(state.take_front(carries));
    for (const Tensor &x : xs)
      arguments.push_back(at(x, step));
    arguments.append(more.begin(), more.end());
    FailureOr<SmallVector<Tensor>> outputs = run(*body, arguments);
    if (failed(outputs))
      return failure();
    if (outputs->size() != state.size())
      return c.fail("its sub-graph returns " + Twine(outputs->size()) + " values, not " + Twine(state.size()));
    for (size_t k = carries; k < state.size(); ++k)
      (*outputs)[k] = insertAt(state[k], conform((*outputs)[k], at(state[k], step)), step);
    return outputs;
  });
  return failed(loops) ? failure() : results(*loops);
}

LogicalResult HigherOrder::associativeScan() {
  const pt2::Graph *body = graph(0);
  SmallVector<Tensor> xs = list(1), more = list(2);
  FailureOr<Size> length = lengthOf(xs);
  if (failed(length))
    return failure();
  // The values at the first position, then the results up to the current one.
  size_t count = xs.size();
  SmallVector<Tensor> starts;
  OpFoldResult zero = e.b.getIndexAttr(0);
  for (const Tensor &x : xs)
    starts.push_back(at(x, zero));
  for (size_t k = 0; k < count; ++k)
    starts.push_back(insertAt(e.empty(xs[k].dtype, xs[k].sizes), starts[k], zero));
  auto loops = loop(1, *length, starts, [&](Value step, ArrayRef<Tensor> state) -> FailureOr<SmallVector<Tensor>> {
    SmallVector<Tensor> arguments(state.take_front(count));
    for (const Tensor &x : xs)
      arguments.push_back(at(x, step));
    arguments.append(more.begin(), more.end());
    FailureOr<SmallVector<Tensor>> outputs = run(*body, arguments);
    if (failed(outputs))
      return failure();
    if (outputs->size() != count)
      return c.fail("its sub-graph returns " + Twine(outputs->size()) + " values, not " + Twine(count));
    for (size_t k = 0; k < count; ++k) {
      (*outputs)[k] = conform((*outputs)[k], state[k]);
      outputs->push_back(insertAt(state[count + k], (*outputs)[k], step));
    }
    return outputs;
  });
  return failed(loops) ? failure() : results(ArrayRef(*loops).drop_front(count));
}

/// Both branches are computed: none of them can fail or have an effect.
LogicalResult HigherOrder::cond() {
  const Argument *which = argument(0);
  const pt2::Graph *yes = graph(1), *no = graph(2);
  SmallVector<Tensor> operands = list(3);
  if (c.failed())
    return failure();
  auto known = which->isTensor() ? c.scope.find(which->name) : c.scope.end();
  if (known == c.scope.end() || !known->second || known->second->stale().dtype != DType::Bool)
    return c.fail("its condition is not a tensor of bool");
  Tensor flag = known->second->read(e);
  flag = e.reshape(flag, {});
  FailureOr<SmallVector<Tensor>> first = run(*yes, operands), second = run(*no, operands);
  if (failed(first) || failed(second))
    return failure();
  if (first->size() != second->size())
    return c.fail("its branches return different numbers of values");
  SmallVector<Tensor> chosen;
  for (auto [a, b] : llvm::zip_equal(*first, *second)) {
    Tensor other = conform(b, a);
    chosen.push_back(e.elementwise({flag, a, other}, a.dtype, a.sizes, [&](Emitter &, ValueRange v) -> Value {
      return arith::SelectOp::create(e.b, e.loc, v[0], v[1], v[2]);
    }));
  }
  return c.failed() ? failure() : results(chosen);
}

StringRef nameOf(StringRef target) {
  target.consume_front("torch.ops.");
  return target.consume_front("higher_order.") ? target : StringRef();
}

} // namespace

bool isHigherOrder(StringRef target) {
  StringRef name = nameOf(target);
  return name == "scan" || name == "associative_scan" || name == "cond";
}

LogicalResult lowerHigherOrder(Call &call, ImportBody importBody) {
  HigherOrder op(call, importBody);
  StringRef name = nameOf(call.node.target);
  if (name == "scan")
    return op.scan();
  return name == "cond" ? op.cond() : op.associativeScan();
}

} // namespace mambac::aten
