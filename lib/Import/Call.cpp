// See Call.h.
#include "lib/Import/Call.h"

using namespace mlir;

namespace mambac::aten {

using pt2::Argument;
using Kind = pt2::Argument::Kind;

DType promote(ArrayRef<Operand> operands) {
  // PyTorch's three ranks. A lower rank counts only where it is of a higher kind (bool < integer < float).
  std::optional<DType> best[3];
  for (const Operand &operand : operands) {
    int rank = !operand.isTensor() ? 2 : operand.tensor.rank() == 0 ? 1 : 0;
    DType type = operand.dtype;
    if (rank == 2 && isFloat(type))
      type = DType::Float32; // the default type
    best[rank] = best[rank] ? promoteTypes(*best[rank], type) : type;
  }
  auto category = [](DType type) { return isFloat(type) ? 2 : type == DType::Bool ? 0 : 1; };
  std::optional<DType> result;
  for (const std::optional<DType> &each : best) {
    if (!each)
      continue;
    if (!result || category(*each) > category(*result))
      result = each;
  }
  return result.value_or(DType::Float32);
}

LogicalResult Call::fail(const Twine &message) {
  e.fail(message);
  return failure();
}

bool Call::has(StringRef name) const {
  const Argument *arg = node.input(std::string_view(name.data(), name.size()));
  return arg && !arg->isNone();
}

static const Argument *find(const pt2::Node &node, StringRef name) {
  return node.input(std::string_view(name.data(), name.size()));
}

std::optional<Tensor> Call::lookup(const Argument &arg, StringRef what) {
  if (!arg.isTensor()) {
    (void)fail("its argument '" + what + "' is a " + pt2::kindName(arg.kind) + ", not a tensor");
    return std::nullopt;
  }
  auto it = scope.find(arg.name);
  if (it == scope.end() || !it->second) {
    (void)fail("its argument '" + what + "' is '" + arg.name + "', which no earlier node defines");
    return std::nullopt;
  }
  return it->second->read(e);
}

/// What accessors return after an error: valid IR without meaning.
static Tensor dummy(Emitter &e) { return e.empty(DType::Float32, {}); }

Tensor Call::tensor(StringRef name) {
  const Argument *arg = find(node, name);
  if (!arg) {
    (void)fail("it has no argument '" + name + "'");
    return dummy(e);
  }
  std::optional<Tensor> found = lookup(*arg, name);
  return found ? *found : dummy(e);
}

Tensor Call::optionalTensor(StringRef name) { return has(name) ? tensor(name) : Tensor(); }

SmallVector<Tensor> Call::optionalTensors(StringRef name) {
  const Argument *arg = find(node, name);
  SmallVector<Tensor> list;
  if (!arg || !arg->isList()) {
    (void)fail("its argument '" + name + "' is not a list");
    return list;
  }
  for (const Argument &each : arg->elements)
    list.push_back(each.isNone() ? Tensor() : lookup(each, name).value_or(Tensor()));
  return list;
}

SmallVector<Tensor> Call::tensors(StringRef name) {
  SmallVector<Tensor> list = optionalTensors(name);
  for (Tensor &each : list)
    if (!each) {
      (void)fail("its argument '" + name + "' lacks a tensor");
      each = dummy(e);
    }
  if (list.empty())
    (void)fail("its argument '" + name + "' is an empty list");
  return list;
}

BindingRef Call::value(StringRef name) {
  const Argument *arg = find(node, name);
  if (arg && arg->isTensor()) {
    auto it = scope.find(arg->name);
    if (it != scope.end() && it->second)
      return it->second;
  }
  (void)tensor(name); // for the message
  (void)fail("its argument '" + name + "' is not a tensor");
  return std::make_shared<Binding>(dummy(e));
}

std::optional<Size> Call::toSize(const Argument &arg) {
  if (arg.is(Kind::Int) || arg.is(Kind::Bool))
    return Size(arg.intValue);
  if (arg.is(Kind::SymInt)) {
    if (arg.name.empty())
      return arg.expr;
    if (const Size *known = graph.findSymInt(arg.name))
      return *known;
    (void)fail("it uses the number '" + arg.name + "', which the graph does not describe");
  }
  return std::nullopt;
}

Size Call::size(StringRef name, std::optional<Size> fallback) {
  const Argument *arg = find(node, name);
  if ((!arg || arg->isNone()) && fallback)
    return *fallback;
  if (arg)
    if (std::optional<Size> known = toSize(*arg))
      return *known;
  (void)fail("its argument '" + name + "' is " + (arg ? pt2::kindName(arg->kind) : "absent") + ", not an integer");
  return Size(1);
}

int64_t Call::integer(StringRef name, std::optional<int64_t> fallback) {
  Size value = size(name, fallback ? std::optional<Size>(Size(*fallback)) : std::nullopt);
  if (value.isConstant())
    return value.value();
  (void)fail("its argument '" + name + "' depends on the inputs' sizes, which is not supported here");
  return 0;
}

bool Call::boolean(StringRef name, bool fallback) { return integer(name, fallback) != 0; }

double Call::number(StringRef name, std::optional<double> fallback) {
  const Argument *arg = find(node, name);
  if ((!arg || arg->isNone()) && fallback)
    return *fallback;
  if (arg && arg->is(Kind::Float))
    return arg->floatValue;
  return double(integer(name));
}

std::string Call::text(StringRef name, StringRef fallback) {
  const Argument *arg = find(node, name);
  if (!arg || arg->isNone())
    return fallback.str();
  if (!arg->is(Kind::String))
    (void)fail("its argument '" + name + "' is not a string");
  return arg->name;
}

SmallVector<int64_t> Call::integers(StringRef name) {
  SmallVector<int64_t> list;
  for (const Size &each : sizeList(name)) {
    if (!each.isConstant())
      (void)fail("its argument '" + name + "' depends on the inputs' sizes, which is not supported here");
    list.push_back(each.isConstant() ? each.value() : 0);
  }
  return list;
}

SmallVector<int64_t> Call::integers(StringRef name, ArrayRef<int64_t> fallback) {
  return has(name) ? integers(name) : SmallVector<int64_t>(fallback);
}

Sizes Call::sizeList(StringRef name) {
  const Argument *arg = find(node, name);
  Sizes list;
  if (arg && arg->isList()) {
    for (const Argument &each : arg->elements) {
      std::optional<Size> known = toSize(each);
      if (!known)
        (void)fail("its argument '" + name + "' is not a list of integers");
      list.push_back(known.value_or(Size(1)));
    }
    return list;
  }
  list.push_back(size(name));
  return list;
}

Operand Call::operand(StringRef name) {
  const Argument *arg = find(node, name);
  Operand result;
  result.dtype = DType::Float32;
  if (!arg || arg->isNone()) {
    (void)fail("it has no argument '" + name + "'");
    result.scalar = e.constant(DType::Float64, 0);
    return result;
  }
  switch (arg->kind) {
  case Kind::Float:
    result.dtype = DType::Float64;
    result.number = arg->floatValue;
    result.scalar = e.constant(DType::Float64, arg->floatValue);
    return result;
  case Kind::Bool:
  case Kind::Int:
    result.dtype = arg->is(Kind::Bool) ? DType::Bool : DType::Int64;
    result.number = double(arg->intValue);
    result.scalar = e.constantInt(result.dtype, arg->intValue);
    return result;
  case Kind::SymInt: {
    Size value = size(name);
    result.dtype = DType::Int64;
    if (value.isConstant())
      result.number = double(value.value());
    result.scalar = e.atEntry([&, index = e.sizeValue(value)]() -> Operation * {
                       return arith::IndexCastOp::create(e.b, e.loc, e.b.getI64Type(), index);
                     })->getResult(0);
    return result;
  }
  default:
    result.tensor = tensor(name);
    result.dtype = result.tensor.dtype;
    return result;
  }
}

Operand Call::operand(StringRef name, double fallback) {
  if (has(name))
    return operand(name);
  Operand result;
  result.dtype = fallback == double(int64_t(fallback)) ? DType::Int64 : DType::Float64;
  result.number = fallback;
  result.scalar = e.constant(result.dtype, fallback);
  return result;
}

int64_t Call::wrapDim(int64_t dim, int64_t rank) {
  int64_t range = std::max<int64_t>(rank, 1); // tensors without dims have dims 0 and -1
  if (dim < -range || dim >= range) {
    (void)fail("dim " + Twine(dim) + " does not exist in a tensor of rank " + Twine(rank));
    return 0;
  }
  return dim < 0 ? dim + range : dim;
}

int64_t Call::dim(StringRef name, int64_t rank, std::optional<int64_t> fallback) {
  return wrapDim(integer(name, fallback), rank);
}

SmallVector<int64_t> Call::dims(StringRef name, int64_t rank) {
  SmallVector<int64_t> list;
  if (has(name))
    for (int64_t each : integers(name))
      if (int64_t wrapped = wrapDim(each, rank); !llvm::is_contained(list, wrapped))
        list.push_back(wrapped);
  if (list.empty())
    list = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (rank == 0)
    list.clear();
  llvm::sort(list);
  return list;
}

ArrayRef<std::string> Call::results() {
  if (!resultsRead) {
    resultsRead = true;
    for (const Argument &output : node.outputs) {
      if (output.isTensor() || output.isNone())
        resultNames.push_back(output.name);
      for (const Argument &each : output.elements)
        if (output.isList())
          resultNames.push_back(each.isTensor() ? each.name : "");
    }
  }
  return resultNames;
}

const pt2::TensorMeta &Call::meta(unsigned position) {
  static const pt2::TensorMeta unknown = [] {
    pt2::TensorMeta meta;
    meta.dtype = DType::Float32;
    return meta;
  }();
  if (position < results().size())
    if (const pt2::TensorMeta *known = graph.findTensor(results()[position]))
      return *known;
  auto reason = position < results().size() ? graph.unreadable.find(results()[position]) : graph.unreadable.end();
  (void)fail(reason != graph.unreadable.end() ? "the sizes of its result cannot be read: " + Twine(reason->second)
                                              : Twine("the graph does not describe its result"));
  return unknown;
}

/// A result agrees with what the graph declares of it.
static Tensor checked(Call &call, const Tensor &tensor, unsigned position) {
  const pt2::TensorMeta &meta = call.meta(position);
  if (meta.dtype != tensor.dtype && !call.failed())
    (void)call.fail(Twine("its result is ") + pt2::dtypeName(tensor.dtype) + " where the graph declares " +
                    pt2::dtypeName(meta.dtype));
  return call.e.refine(tensor, call.resultSizes(position));
}

LogicalResult Call::result(const Tensor &tensor, unsigned position) {
  if (failed())
    return failure();
  if (!tensor)
    return fail("a number stands where a tensor is wanted");
  if (position >= results().size())
    return success(); // not used by anyone
  if (inPlace && position == 0) {
    BindingRef self = value("self");
    if (failed())
      return failure();
    const Tensor &old = self->stale();
    Tensor contents = e.refine(e.broadcast(e.convert(tensor, old.dtype), old.sizes), old.sizes);
    if (!self->getStorage().owner.empty() && !self->getStorage().mayChange)
      return fail("it changes the " + self->getStorage().owner + " in place, which is not supported");
    if (!self->write(e, contents))
      return fail("it writes into an expanded tensor");
    scope[results()[0]] = self;
    return success(!failed());
  }
  if (results()[position].empty())
    return success();
  scope[results()[position]] = std::make_shared<Binding>(checked(*this, tensor, position));
  return success(!failed());
}

LogicalResult Call::view(StringRef base, ViewFn view, WriteFn write, unsigned position) {
  if (failed())
    return failure();
  if (position >= results().size() || results()[position].empty())
    return success();
  BindingRef from = value(base);
  Tensor tensor = view(e, from->read(e));
  if (failed())
    return failure();
  tensor = checked(*this, tensor, position);
  scope[results()[position]] = std::make_shared<Binding>(from, tensor, std::move(view), std::move(write));
  return success(!failed());
}

LogicalResult Call::alias(StringRef base, unsigned position) {
  if (failed())
    return failure();
  if (position >= results().size() || results()[position].empty())
    return success();
  scope[results()[position]] = value(base);
  return success(!failed());
}

Lowering Registry::find(StringRef target, bool &inPlace) const {
  inPlace = false;
  if (!target.consume_front("torch.ops."))
    target.consume_front("torch.");
  auto it = table.find(target);
  if (it != table.end())
    return it->second;
  // "aten.add_.Tensor" -> "aten.add.Tensor"
  auto [space, rest] = target.split('.');
  auto [name, overload] = rest.split('.');
  if (!name.consume_back("_") || name.ends_with("_"))
    return nullptr;
  it = table.find((space + "." + name + "." + overload).str());
  if (it == table.end())
    return nullptr;
  inPlace = true;
  return it->second;
}

SmallVector<StringRef> Registry::targets() const {
  SmallVector<StringRef> list(table.keys());
  llvm::sort(list);
  return list;
}

const Registry &registry() {
  static const Registry instance = [] {
    Registry r;
    registerElementwise(r);
    registerBinary(r);
    registerViews(r);
    registerSlices(r);
    registerReductions(r);
    registerContractions(r);
    registerProducts(r);
    registerConvolutions(r);
    registerIndexing(r);
    registerCreation(r);
    registerMovement(r);
    registerNormalization(r);
    registerScans(r);
    registerSorting(r);
    registerScatter(r);
    registerExperts(r);
    registerAttention(r);
    registerLibrary(r);
    registerNoOps(r);
    return r;
  }();
  return instance;
}

} // namespace mambac::aten
