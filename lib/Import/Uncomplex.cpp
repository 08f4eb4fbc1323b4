// See Uncomplex.h.
#include "lib/Import/GraphEdit.h"
#include "lib/Import/Uncomplex.h"

#include <algorithm>
#include <functional>
#include <set>

namespace mambac::pt2 {

namespace {

using Kind = Argument::Kind;
using make::integer;
using make::list;
using make::number;
using make::tensor;

bool isComplex(DType type) {
  return type == DType::Complex32 || type == DType::Complex64 || type == DType::Complex128;
}
DType partType(DType type) {
  return type == DType::Complex32 ? DType::Float16 : type == DType::Complex128 ? DType::Float64 : DType::Float32;
}

/// Ops that do to both parts what they do to a tensor.
bool isPerPart(std::string_view name) {
  static const std::set<std::string_view> names = {
      "select",  "slice",     "unsqueeze", "squeeze",  "transpose", "permute",  "reshape",   "view",       "expand",
      "clone",   "contiguous", "stack",    "cat",      "concat",    "index",    "flip",      "movedim",    "detach",
      "alias",   "where",     "pad",       "unbind",   "split",     "split_with_sizes", "chunk", "repeat", "flatten",
      "unflatten", "expand_as", "sum",     "mean",     "cumsum",    "neg",      "lift_fresh_copy", "roll", "t",
      "swapaxes", "tile",     "repeat_interleave", "narrow", "gather", "index_select", "broadcast_to", "mT",
      "constant_pad_nd", "resolve_conj", "resolve_neg", "numpy_T", "take_along_dim", "diagonal", "_unsafe_view"};
  return names.count(name) != 0;
}

/// A complex operand; a real one has no imaginary part.
struct Parts {
  Argument re, im;
  bool isReal() const { return im.isNone(); }
};

class Uncomplex {
public:
  explicit Uncomplex(const Program &program) : program(program), result(program) {}

  Expected<Program> run() {
    result.graph.nodes.clear();
    for (const Argument &input : program.graph.inputs)
      if (input.isTensor() && isComplexTensor(input.name))
        readPairs(input.name);
    for (const Node &node : program.graph.nodes) {
      current = &node;
      if (std::string problem = visit(node); !problem.empty())
        return Error{node.target + " '" + node.name + "' on complex numbers: " + problem, "",
                     "write it in terms of real and imaginary parts"};
    }
    for (const Argument &output : program.graph.outputs)
      if (output.isTensor() && isComplexTensor(output.name) && !written.count(output.name))
        writePairs(output.name);
    return std::move(result);
  }

private:
  const Program &program;
  Program result;
  const Node *current = nullptr;
  std::unordered_map<std::string, Parts> parts;
  std::set<std::string> written; // complex values that are described as pairs
  unsigned fresh = 0;

  bool isComplexTensor(const std::string &name) const {
    const TensorMeta *meta = program.graph.findTensor(name);
    return meta && isComplex(meta->dtype);
  }

  /// A new value with the sizes of `like`, its type replaced by that of a part.
  std::string define(const TensorMeta &like, std::string name = "") {
    if (name.empty())
      name = "part." + std::to_string(fresh++);
    TensorMeta meta = like;
    if (isComplex(meta.dtype))
      meta.dtype = partType(meta.dtype);
    meta.strides.clear();
    result.graph.tensors[name] = meta;
    return name;
  }

  Argument emit(const std::string &target, std::vector<NamedArgument> inputs, const TensorMeta &like,
                std::string name = "") {
    Node node;
    if (current) {
      node = *current;
      node.outputs.clear();
    }
    node.target = "torch.ops.aten." + target;
    node.inputs = std::move(inputs);
    Argument output = tensor(define(like, std::move(name)));
    node.outputs = {output};
    result.graph.nodes.push_back(std::move(node));
    return output;
  }

  static TensorMeta pairMeta(TensorMeta meta) {
    meta.dtype = partType(meta.dtype);
    meta.sizes.push_back(ShapeExpr(2));
    meta.strides.clear();
    return meta;
  }

  /// An input that holds pairs.
  void readPairs(const std::string &name) {
    const TensorMeta &meta = *program.graph.findTensor(name);
    result.graph.tensors[name] = pairMeta(meta);
    written.insert(name);
    Parts pair;
    pair.re = emit("select.int", {{"self", tensor(name)}, {"dim", integer(-1)}, {"index", integer(0)}}, meta);
    pair.im = emit("select.int", {{"self", tensor(name)}, {"dim", integer(-1)}, {"index", integer(1)}}, meta);
    parts[name] = pair;
  }

  void writePairs(const std::string &name) {
    written.insert(name);
    emit("stack.default", {{"tensors", list({parts[name].re, parts[name].im})}, {"dim", integer(-1)}},
         pairMeta(*program.graph.findTensor(name)), name);
  }

  /// The parts of an operand.
  Parts get(const Argument &arg) {
    Parts pair;
    if (arg.is(Kind::Complex)) {
      pair.re = number(arg.floatValue);
      if (arg.imagValue != 0)
        pair.im = number(arg.imagValue);
      return pair;
    }
    if (arg.isTensor())
      if (auto it = parts.find(arg.name); it != parts.end())
        return it->second;
    pair.re = arg;
    return pair;
  }

  /// Sizes, types: of the node's result.
  const TensorMeta &meta(unsigned position = 0) {
    static const TensorMeta unknown;
    const TensorMeta *known = program.graph.findTensor(current->outputs[position].name);
    return known ? *known : unknown;
  }
  void define(const Parts &pair) { parts[current->outputs[0].name] = pair; }
  void defineReal(const std::string &target, std::vector<NamedArgument> inputs) {
    emit(target, std::move(inputs), meta(), current->outputs[0].name);
  }

  /// a op b for tensors and numbers, at least one of which is a tensor (or both numbers: folded).
  Argument binary(const char *op, const Argument &a, const Argument &b, const TensorMeta &like) {
    std::string target(op);
    if (!a.isTensor() && b.isTensor()) {
      if (target == "sub")
        return emit("rsub.Scalar", {{"self", b}, {"other", a}}, like);
      if (target == "div")
        return emit("mul.Scalar", {{"self", emit("reciprocal.default", {{"self", b}}, like)}, {"other", a}}, like);
      return emit(target + ".Scalar", {{"self", b}, {"other", a}}, like);
    }
    if (!b.isTensor())
      return emit(target + ".Scalar", {{"self", a}, {"other", b}}, like);
    return emit(target + ".Tensor", {{"self", a}, {"other", b}}, like);
  }

  /// `a` with the sizes of the node's result.
  Argument broadcast(const Argument &a, const TensorMeta &like) {
    std::vector<Argument> sizes;
    for (const ShapeExpr &each : like.sizes) {
      Argument size;
      size.kind = Kind::SymInt;
      size.expr = each;
      sizes.push_back(each.isConstant() ? integer(each.value()) : size);
    }
    return emit("expand.default", {{"self", a}, {"size", list(sizes)}}, like);
  }

  Parts multiply(const Parts &a, const Parts &b, const TensorMeta &like) {
    Parts pair;
    if (a.isReal() || b.isReal()) {
      const Parts &z = a.isReal() ? b : a;
      const Argument &by = a.isReal() ? a.re : b.re;
      pair.re = binary("mul", z.re, by, like);
      if (!z.isReal())
        pair.im = binary("mul", z.im, by, like);
      return pair;
    }
    pair.re = binary("sub", binary("mul", a.re, b.re, like), binary("mul", a.im, b.im, like), like);
    pair.im = binary("add", binary("mul", a.re, b.im, like), binary("mul", a.im, b.re, like), like);
    return pair;
  }

  Parts divide(const Parts &a, const Parts &b, const TensorMeta &like, const TensorMeta &denominatorMeta) {
    Parts pair;
    if (b.isReal()) {
      pair.re = binary("div", a.re, b.re, like);
      pair.im = a.isReal() ? Argument() : binary("div", a.im, b.re, like);
      return pair;
    }
    if (!b.re.isTensor()) { // a complex number
      double square = b.re.floatValue * b.re.floatValue + b.im.floatValue * b.im.floatValue;
      Parts inverse{number(b.re.floatValue / square), number(-b.im.floatValue / square)};
      return multiply(a, inverse, like);
    }
    Argument square = binary("add", binary("mul", b.re, b.re, denominatorMeta),
                             binary("mul", b.im, b.im, denominatorMeta), denominatorMeta);
    Parts conjugate{b.re, emit("neg.default", {{"self", b.im}}, denominatorMeta)};
    Parts product = multiply(a, conjugate, like);
    pair.re = binary("div", product.re, square, like);
    pair.im = binary("div", product.im, square, like);
    return pair;
  }

  Parts exponential(const Parts &z, const TensorMeta &like) {
    Argument size = emit("exp.default", {{"self", z.re}}, like);
    if (z.isReal())
      return {size, {}};
    return {binary("mul", size, emit("cos.default", {{"self", z.im}}, like), like),
            binary("mul", size, emit("sin.default", {{"self", z.im}}, like), like)};
  }

  /// A sum over products of operands: all choices of parts.
  Parts products(const Node &node, const std::vector<Parts> &operands,
                 const std::function<Argument(const std::vector<Argument> &)> &build, const TensorMeta &like) {
    Parts pair;
    size_t count = operands.size();
    for (unsigned choice = 0; choice < 1u << count; ++choice) {
      std::vector<Argument> chosen;
      unsigned imaginary = 0;
      bool exists = true;
      for (size_t k = 0; k < count; ++k) {
        bool im = choice >> k & 1;
        imaginary += im;
        exists &= !im || !operands[k].isReal();
        chosen.push_back(im ? operands[k].im : operands[k].re);
      }
      if (!exists)
        continue;
      Argument term = build(chosen);
      Argument &into = imaginary % 2 ? pair.im : pair.re;
      bool negative = imaginary % 4 >= 2;
      if (into.isNone())
        into = negative ? emit("neg.default", {{"self", term}}, like) : term;
      else
        into = binary(negative ? "sub" : "add", into, term, like);
    }
    return pair;
  }

  bool touchesComplex(const Node &node) {
    bool touches = false;
    std::function<void(const Argument &)> look = [&](const Argument &arg) {
      touches |= arg.is(Kind::Complex) || (arg.isTensor() && isComplexTensor(arg.name));
      for (const Argument &each : arg.elements)
        look(each);
    };
    for (const NamedArgument &input : node.inputs)
      look(input.arg);
    for (const Argument &output : node.outputs)
      look(output);
    return touches;
  }

  std::string visit(const Node &node);
  std::string perPart(const Node &node);
};

/// The same node on the real and on the imaginary parts.
std::string Uncomplex::perPart(const Node &node) {
  std::vector<Node> copies(2, node);
  for (size_t part = 0; part < 2; ++part) {
    for (NamedArgument &input : copies[part].inputs) {
      std::function<std::string(Argument &)> replace = [&](Argument &arg) -> std::string {
        if (arg.isTensor() && isComplexTensor(arg.name)) {
          Parts pair = get(arg);
          arg = part ? pair.im : pair.re;
        } else if (arg.is(Kind::Complex)) {
          arg = number(part ? arg.imagValue : arg.floatValue);
        } else if (arg.isTensor() && (input.name == "self" || input.name == "other" || input.name == "tensors" ||
                                      input.name == "value")) {
          if (part)
            return "real and complex operands are mixed";
        }
        for (Argument &each : arg.elements)
          if (std::string problem = replace(each); !problem.empty())
            return problem;
        return {};
      };
      if (std::string problem = replace(input.arg); !problem.empty())
        return problem;
      if (input.name == "dtype")
        input.arg = Argument();
    }
    bool described = true;
    for (Argument &output : copies[part].outputs) {
      std::function<void(Argument &)> rename = [&](Argument &arg) {
        const TensorMeta *known = arg.isTensor() ? program.graph.findTensor(arg.name) : nullptr;
        described &= !arg.isTensor() || known;
        if (known) {
          Argument renamed = tensor(define(*known));
          (part ? parts[arg.name].im : parts[arg.name].re) = renamed;
          arg = renamed;
        }
        for (Argument &each : arg.elements)
          rename(each);
      };
      rename(output);
    }
    if (!described)
      return "the graph does not describe its result";
    result.graph.nodes.push_back(copies[part]);
  }
  return {};
}

std::string Uncomplex::visit(const Node &node) {
  if (!touchesComplex(node)) {
    result.graph.nodes.push_back(node);
    return {};
  }
  std::string_view name = atenName(node.target);
  if (name == "_assert_tensor_metadata")
    return {};
  if (!name.empty() && name.back() == '_')
    return "it is changed in place";
  auto input = [&](std::string_view which) {
    const Argument *arg = node.input(which);
    return arg ? *arg : Argument();
  };
  if (node.outputs.empty())
    return "it returns nothing";
  Parts self = get(input("self"));
  const TensorMeta like = node.outputs[0].isTensor() ? meta() : TensorMeta();
  auto sizeOf = [&](const Argument &arg) -> const TensorMeta & {
    const TensorMeta *known = arg.isTensor() ? program.graph.findTensor(arg.name) : nullptr;
    return known ? *known : like;
  };
  if (name == "view_as_complex" || name == "complex" || name == "polar") {
    if (name == "complex") {
      define(Parts{broadcast(input("real"), like), broadcast(input("imag"), like)});
    } else if (name == "polar") {
      Argument size = input("abs"), angle = input("angle");
      define(Parts{binary("mul", size, emit("cos.default", {{"self", angle}}, sizeOf(angle)), like),
                   binary("mul", size, emit("sin.default", {{"self", angle}}, sizeOf(angle)), like)});
    } else {
      Argument from = input("self");
      define(Parts{emit("select.int", {{"self", from}, {"dim", integer(-1)}, {"index", integer(0)}}, like),
                   emit("select.int", {{"self", from}, {"dim", integer(-1)}, {"index", integer(1)}}, like)});
    }
    return {};
  }
  if (name == "view_as_real") {
    defineReal("stack.default", {{"tensors", list({self.re, self.im})}, {"dim", integer(-1)}});
    return {};
  }
  if (name == "real" || name == "imag") {
    defineReal("alias.default", {{"self", name == "real" || self.isReal() ? self.re : self.im}});
    return {};
  }
  if (name == "abs") {
    defineReal("hypot.default", {{"self", self.re}, {"other", self.im}});
    return {};
  }
  if (name == "angle") {
    defineReal("atan2.default", {{"self", self.im}, {"other", self.re}});
    return {};
  }
  if (name == "conj" || name == "_conj" || name == "conj_physical" || name == "_conj_physical") {
    define(Parts{self.re, emit("neg.default", {{"self", self.im}}, like)});
    return {};
  }
  if (name == "mul" || name == "add" || name == "sub" || name == "rsub" || name == "div") {
    Parts other = get(input("other")), left = name == "rsub" ? other : self, right = name == "rsub" ? self : other;
    if (const Argument *alpha = node.input("alpha"); alpha && !(alpha->isInt() && alpha->intValue == 1))
      return "its factor is not one";
    if (name == "mul") {
      define(multiply(left, right, like));
    } else if (name == "div") {
      define(divide(left, right, like, sizeOf(input("other"))));
    } else {
      const char *op = name == "add" ? "add" : "sub";
      Parts pair;
      pair.re = binary(op, left.re, right.re, like);
      if (left.isReal())
        pair.im = name == "add" ? broadcast(right.im, like)
                                : emit("neg.default", {{"self", broadcast(right.im, like)}}, like);
      else if (right.isReal())
        pair.im = broadcast(left.im, like);
      else
        pair.im = binary(op, left.im, right.im, like);
      define(pair);
    }
    return {};
  }
  if (name == "square") {
    define(multiply(self, self, like));
    return {};
  }
  if (name == "pow" && input("exponent").isInt() && input("exponent").intValue == 2) {
    define(multiply(self, self, like));
    return {};
  }
  if (name == "addcmul") {
    Parts product = multiply(get(input("tensor1")), get(input("tensor2")), like);
    if (self.isReal() || product.isReal() || node.input("value"))
      return "only its form with three complex tensors is supported";
    define(Parts{binary("add", self.re, product.re, like), binary("add", self.im, product.im, like)});
    return {};
  }
  if (name == "reciprocal") {
    define(divide(Parts{number(1), {}}, self, like, like));
    return {};
  }
  if (name == "exp") {
    define(exponential(self, like));
    return {};
  }
  if (name == "einsum" || name == "matmul" || name == "bmm" || name == "mm" || name == "mv" || name == "linear") {
    std::vector<Parts> operands;
    std::vector<std::pair<size_t, size_t>> places; // input, element
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      const Argument &arg = node.inputs[k].arg;
      if (arg.isTensor()) {
        operands.push_back(get(arg));
        places.push_back({k, ~size_t(0)});
      } else if (arg.isList()) {
        for (size_t j = 0; j < arg.elements.size(); ++j)
          if (arg.elements[j].isTensor()) {
            operands.push_back(get(arg.elements[j]));
            places.push_back({k, j});
          }
      }
    }
    if (operands.size() > 4 || node.input("bias"))
      return "it has too many operands";
    define(products(
        node, operands,
        [&](const std::vector<Argument> &chosen) {
          std::vector<NamedArgument> inputs = node.inputs;
          for (size_t k = 0; k < chosen.size(); ++k)
            (places[k].second == ~size_t(0) ? inputs[places[k].first].arg
                                            : inputs[places[k].first].arg.elements[places[k].second]) = chosen[k];
          return emit(node.target.substr(std::string_view("torch.ops.aten.").size()), inputs, like);
        },
        like));
    return {};
  }
  if (name == "to" || name == "_to_copy" || name == "type_as") {
    if (!isComplex(like.dtype))
      return "it drops the imaginary part";
    auto zero = [&] { return emit("zeros_like.default", {{"self", self.re}}, like); };
    auto cast = [&](const Argument &part) {
      Argument type;
      type.kind = Kind::ScalarType;
      type.intValue = int64_t(partType(like.dtype));
      return emit("to.dtype", {{"self", part}, {"dtype", type}}, like);
    };
    define(Parts{cast(self.re), self.isReal() ? zero() : cast(self.im)});
    return {};
  }
  static const std::set<std::string_view> fills = {"zeros",     "ones",      "new_zeros", "new_ones", "zeros_like",
                                                   "ones_like", "empty_like", "new_empty", "empty",   "full",
                                                   "full_like", "new_full"};
  if (fills.count(name)) {
    Parts value{number(name.find("ones") != std::string_view::npos ? 1 : 0), {}};
    if (name.find("full") != std::string_view::npos)
      value = get(input("fill_value"));
    if (value.re.isTensor() || !isComplex(like.dtype))
      return "it is filled with a tensor, or with parts of a number";
    auto fill = [&](const Argument &with) {
      std::vector<Argument> sizes;
      for (const ShapeExpr &each : like.sizes) {
        Argument size;
        size.kind = Kind::SymInt;
        size.expr = each;
        sizes.push_back(each.isConstant() ? integer(each.value()) : size);
      }
      return emit("full.default", {{"size", list(sizes)}, {"fill_value", with}}, like);
    };
    define(Parts{fill(value.re), fill(value.isReal() ? number(0) : value.im)});
    return {};
  }
  if (isPerPart(name))
    return perPart(node);
  return "this is not supported";
}

} // namespace

bool hasComplexTensors(const Graph &graph) {
  return std::any_of(graph.tensors.begin(), graph.tensors.end(),
                     [](const auto &each) { return isComplex(each.second.dtype); });
}

Expected<Program> withoutComplexTensors(const Program &program) { return Uncomplex(program).run(); }

} // namespace mambac::pt2
