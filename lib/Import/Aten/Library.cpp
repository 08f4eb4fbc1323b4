// The operators of python/mambac/ops.py. A call of one is one operation of the ssm dialect: axes are named as there, and an
// operand's layout becomes its map. Everything that an archive can say wrongly is refused here, since archives come from
// strangers and the dialect's own messages speak of maps.
#include "dialects/SSM/IR/SSM.h"
#include "lib/Import/Aten/Scalars.h"

#include <cmath>

using namespace mlir;

namespace mambac::aten {
namespace {

/// Reads the operands of a call by their axes, one letter a dim. The first operand with an axis says its size. An upper
/// case letter is an axis in groups of equal size: H is h/R.
class AxisReader {
public:
  /// `order`: the op's axes in its own order. `oneGroup`: whether an axis in one group alone stays an axis.
  AxisReader(Call &c, StringRef order, bool oneGroup = false) : c(c), order(order), oneGroup(oneGroup) {}

  /// Arguments that are not in the list are those of another version of the library.
  void allow(std::initializer_list<StringRef> names) {
    for (const pt2::NamedArgument &input : c.node.inputs)
      if (!llvm::is_contained(names, StringRef(input.name)))
        (void)c.fail("this mambac does not know its argument '" + Twine(input.name) + "'");
  }

  /// A null tensor for an optional operand that is not there. `shorter`: an axis of which there is one less here.
  Tensor read(StringRef name, StringRef axes, bool optional = false, char shorter = 0) {
    Tensor in = optional ? c.optionalTensor(name) : c.tensor(name);
    if (c.failed() || !in)
      return Tensor();
    if (!isFloat(in.dtype))
      return fail("its argument '" + name + "' is of type " + Twine(pt2::dtypeName(in.dtype)) + ", not floating-point");
    return place(in, name, axes, shorter);
  }

  /// How many rows a cache holds, for each text.
  Tensor readPosition(bool optional = false) {
    Tensor in = optional ? c.optionalTensor("position") : c.tensor("position");
    if (c.failed() || !in)
      return Tensor();
    if (in.dtype != DType::Int64)
      return fail("its argument 'position' is of type " + Twine(pt2::dtypeName(in.dtype)) + ", not i64");
    return place(in, "position", "b", 0);
  }

  /// Room for result `position`.
  Tensor result(unsigned position, StringRef axes, char shorter = 0) {
    SmallVector<AffineExpr> exprs;
    Sizes sizes;
    for (char axis : axes) {
      exprs.push_back(dimOf(axis));
      sizes.push_back(axis == shorter ? c.e.sub(known.at(axis).first, Size(1)) : known.at(axis).first);
    }
    maps.push_back(AffineMap::get(order.size(), 0, exprs, c.e.b.getContext()));
    if (!isFloat(c.resultType(position)))
      return fail("its result " + Twine(position) + " is not floating-point");
    return c.e.empty(c.resultType(position), sizes);
  }

  /// A lower or upper bound of the time step; null where it bounds nothing.
  FloatAttr bound(StringRef name) {
    if (!c.has(name))
      return {};
    double value = c.number(name);
    if (std::isnan(value))
      (void)c.fail("its argument '" + name + "' is no number");
    return std::isinf(value) ? FloatAttr() : c.e.b.getF32FloatAttr(float(value));
  }

  SmallVector<AffineMap> maps;

private:
  Call &c;
  StringRef order;
  bool oneGroup;
  std::map<char, std::pair<Size, std::string>> known; ///< an axis' size, and the operand that says so

  Tensor fail(const Twine &message) { return (void)c.fail(message), Tensor(); }

  Tensor place(const Tensor &in, StringRef name, StringRef axes, char shorter) {
    if (in.rank() != int64_t(axes.size()))
      return fail("its argument '" + name + "' has " + Twine(in.rank()) + " dims, not " + Twine(axes.size()) + " (" +
                  spaced(axes) + ")");
    SmallVector<AffineExpr> exprs;
    SmallVector<int64_t> dropped;
    for (auto [dim, axis] : llvm::enumerate(axes)) {
      Size size = axis == shorter ? c.e.add(in.sizes[dim], Size(1)) : in.sizes[dim];
      AffineExpr expr = llvm::isUpper(axis) ? grouped(name, axis, size) : plain(name, axis, size);
      if (!expr)
        return Tensor();
      if (isa<AffineConstantExpr>(expr))
        dropped.push_back(dim);
      else
        exprs.push_back(expr);
    }
    maps.push_back(AffineMap::get(order.size(), 0, exprs, c.e.b.getContext()));
    return dropped.empty() ? in : c.e.dropUnitDims(in, dropped);
  }

  static std::string spaced(StringRef axes) {
    std::string text;
    for (char axis : axes)
      text += (text.empty() ? "" : " ") + (llvm::isUpper(axis) ? std::string(1, llvm::toLower(axis)) + "/R" : std::string(1, axis));
    return text;
  }

  AffineExpr dimOf(char axis) { return c.e.b.getAffineDimExpr(unsigned(order.find(axis))); }

  AffineExpr plain(StringRef name, char axis, const Size &size) {
    auto [it, added] = known.try_emplace(axis, size, name.str());
    const Size &wanted = it->second.first;
    if (!added && size != wanted) {
      if (size.isConstant() && wanted.isConstant()) {
        fail("the size " + Twine(size.value()) + " of axis " + Twine(axis) + " in '" + name + "' is not that of '" +
             it->second.second + "', which is " + Twine(wanted.value()));
        return {};
      }
      c.e.assumeEqual(size, wanted);
    }
    return dimOf(axis);
  }

  /// The map's expression of an axis in groups; a constant for one group whose dim is dropped.
  AffineExpr grouped(StringRef name, char axis, const Size &size) {
    const auto &[whole, source] = known.at(llvm::toLower(axis));
    if (!size.isConstant() || !whole.isConstant()) {
      fail("the groups of '" + name + "' have a dynamic size");
      return {};
    }
    if (size.value() < 1 || whole.value() % size.value() != 0) {
      fail("the " + Twine(size.value()) + " groups of '" + name + "' do not divide the " + Twine(whole.value()) + " of '" +
           source + "'");
      return {};
    }
    AffineExpr dim = dimOf(llvm::toLower(axis));
    if (size.value() == 1 && !oneGroup)
      return c.e.b.getAffineConstantExpr(0);
    return size == whole ? dim : dim.floorDiv(whole.value() / size.value());
  }
};

Value valueOf(const Tensor &tensor) { return tensor ? tensor.value : Value(); }

/// What a scan and its last state are made of: both are results of `op`.
LogicalResult finish(Call &c, Operation *op, Tensor y, Tensor last) {
  y.value = op->getResult(0);
  last.value = op->getResult(1);
  return success(succeeded(c.result(y, 0)) && succeeded(c.result(last, 1)));
}

LogicalResult checkBounds(Call &c, FloatAttr least, FloatAttr most) {
  if (least && most && least.getValueAsDouble() > most.getValueAsDouble())
    return c.fail("its argument 'dt_min' is more than 'dt_max'");
  return success(!c.failed());
}

LogicalResult lowerSelectiveScan(Call &c) {
  AxisReader axes(c, "bldn");
  axes.allow({"u", "delta", "A", "B", "C", "D", "z", "delta_bias", "initial_state", "softplus", "dt_min", "dt_max"});
  Tensor u = axes.read("u", "bdl"), delta = axes.read("delta", "bdl"), a = axes.read("A", "dn");
  if (c.failed())
    return failure();
  // B and C: constant in time, shared by all channels, or by groups of them.
  Tensor inOut[2];
  constexpr StringLiteral names[] = {"B", "C"};
  for (auto [read, name] : llvm::zip(inOut, names)) {
    Tensor in = c.tensor(name);
    read = axes.read(name, in.rank() == 2 ? "dn" : in.rank() == 4 ? "bDnl" : "bnl");
  }
  Tensor d = axes.read("D", "d", true), z = axes.read("z", "bdl", true), bias = axes.read("delta_bias", "d", true),
         state = axes.read("initial_state", "bdn", true);
  FloatAttr least = axes.bound("dt_min"), most = axes.bound("dt_max");
  bool softplus = c.boolean("softplus", false);
  if (failed(checkBounds(c, least, most)))
    return failure();
  Tensor y = axes.result(0, "bdl"), last = axes.result(1, "bdn");
  if (c.failed())
    return failure();
  auto op = ssm::SelectiveScanOp::create(c.e.b, c.e.loc, u.value, delta.value, a.value, inOut[0].value, inOut[1].value,
                                         valueOf(d), valueOf(z), valueOf(bias), valueOf(state),
                                         ValueRange{y.value, last.value}, axes.maps, softplus, least, most);
  return finish(c, op, y, last);
}

LogicalResult lowerSSD(Call &c) {
  AxisReader axes(c, "blhpn");
  axes.allow({"x", "dt", "A", "B", "C", "D", "z", "dt_bias", "initial_state", "softplus", "dt_min", "dt_max"});
  Tensor x = axes.read("x", "blhp"), dt = axes.read("dt", "blh"), a = axes.read("A", "h");
  if (c.failed())
    return failure();
  Tensor b = axes.read("B", "blHn"), out = axes.read("C", "blHn");
  Tensor skip = c.optionalTensor("D");
  Tensor d = axes.read("D", skip && skip.rank() == 2 ? "hp" : "h", true), z = axes.read("z", "blhp", true),
         bias = axes.read("dt_bias", "h", true), state = axes.read("initial_state", "bhpn", true);
  FloatAttr least = axes.bound("dt_min"), most = axes.bound("dt_max");
  bool softplus = c.boolean("softplus", false);
  if (failed(checkBounds(c, least, most)))
    return failure();
  Tensor y = axes.result(0, "blhp"), last = axes.result(1, "bhpn");
  if (c.failed())
    return failure();
  auto op = ssm::SSDOp::create(c.e.b, c.e.loc, x.value, dt.value, a.value, b.value, out.value, valueOf(d), valueOf(z),
                               valueOf(bias), valueOf(state), ValueRange{y.value, last.value}, axes.maps, softplus, least,
                               most);
  return finish(c, op, y, last);
}

LogicalResult lowerCausalConv1D(Call &c) {
  AxisReader axes(c, "blck");
  axes.allow({"x", "weight", "bias", "window", "silu"});
  Tensor x = axes.read("x", "bcl"), weight = axes.read("weight", "ck");
  if (c.failed())
    return failure();
  if (!weight.sizes[1].isConstant() || weight.sizes[1].value() < 2)
    return c.fail("its argument 'weight' has fewer than two taps, or a dynamic number of them");
  Tensor bias = axes.read("bias", "c", true), window = axes.read("window", "bck", true, 'k');
  auto activation = c.boolean("silu", false) ? ssm::Activation::silu : ssm::Activation::none;
  if (c.failed())
    return failure();
  Tensor y = axes.result(0, "bcl"), last = axes.result(1, "bck", 'k');
  if (c.failed())
    return failure();
  auto op = ssm::CausalConv1DOp::create(c.e.b, c.e.loc, x.value, weight.value, valueOf(bias), valueOf(window),
                                        ValueRange{y.value, last.value}, axes.maps, activation);
  return finish(c, op, y, last);
}

LogicalResult lowerAppend(Call &c) {
  AxisReader axes(c, "bhsld");
  axes.allow({"cache", "rows", "position"});
  Tensor rows = axes.read("rows", "bhld"), position = axes.readPosition(), cache = axes.read("cache", "bhsd");
  if (c.failed())
    return failure();
  auto op = ssm::AppendOp::create(c.e.b, c.e.loc, rows.value, position.value, cache.value, axes.maps);
  cache.value = op->getResult(0);
  return c.result(cache);
}

LogicalResult lowerCachedAttention(Call &c) {
  AxisReader axes(c, "bhqsde", /*oneGroup=*/true);
  axes.allow({"q", "k", "v", "position", "scale"});
  Tensor query = axes.read("q", "bhqd"), key = axes.read("k", "bHsd"), value = axes.read("v", "bHse");
  Tensor position = axes.readPosition(/*optional=*/true);
  if (c.failed())
    return failure();
  if (!query.sizes[3].isConstant() || !value.sizes[3].isConstant())
    return c.fail("the size of its heads is dynamic");
  double scale = c.has("scale") ? c.number("scale") : 1.0 / std::sqrt(double(query.sizes[3].value()));
  Tensor y = axes.result(0, "bhqe");
  if (c.failed())
    return failure();
  auto op = ssm::AttentionOp::create(c.e.b, c.e.loc, query.value, key.value, value.value, /*mask=*/Value(),
                                     valueOf(position), y.value, axes.maps, float(scale), /*causal=*/true);
  y.value = op->getResult(0);
  return c.result(y);
}

} // namespace

void registerLibrary(Registry &r) {
  r.add("mambac.selective_scan.default", lowerSelectiveScan);
  r.add("mambac.ssd.default", lowerSSD);
  r.add("mambac.causal_conv1d.default", lowerCausalConv1D);
  r.add("mambac.append.default", lowerAppend);
  r.add("mambac.attention.default", lowerCachedAttention);
}

} // namespace mambac::aten
