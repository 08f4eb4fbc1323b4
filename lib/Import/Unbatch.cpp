// See Unbatch.h. A node with mapped operands does one of these:
//   - it works element by element: operands of lower rank get dims of size one behind the mapped dim
//   - it names dims, which move up by one
//   - it names sizes, which begin with the mapped dim's
//   - it is an einsum, whose operands and result get one more letter
// Anything else is refused.
#include "lib/Import/GraphEdit.h"
#include "lib/Import/Unbatch.h"

#include <algorithm>
#include <set>

namespace mambac::pt2 {

namespace {

using Kind = Argument::Kind;
using make::integer;

bool isMarker(std::string_view target, std::string_view name) {
  return target.find("predispatch") != std::string_view::npos && target.size() > name.size() &&
         target.substr(target.size() - name.size() - 1) == "." + std::string(name);
}

bool isElementwise(std::string_view name) {
  static const std::set<std::string_view> names = {
      "abs",     "add",     "addcdiv",   "addcmul", "alias",     "atan2",   "bitwise_and", "bitwise_not", "bitwise_or",
      "ceil",    "clamp",   "clamp_max", "clamp_min", "clone",   "contiguous", "cos",      "detach",      "div",
      "eq",      "erf",     "exp",       "exp2",    "expm1",     "floor",   "floor_divide", "fmod",       "ge",
      "gelu",    "gt",      "hypot",     "isfinite", "isinf",    "isnan",   "le",          "lerp",        "lift_fresh_copy",
      "log",     "log1p",   "log2",      "log_sigmoid", "logaddexp", "logical_and", "logical_not", "logical_or",
      "lt",      "masked_fill", "maximum", "minimum", "mul",     "ne",      "neg",         "ones_like",   "pow",
      "reciprocal", "relu", "remainder", "round",   "rsqrt",     "rsub",    "sigmoid",     "sign",        "silu",
      "sin",     "softplus", "sqrt",     "square",  "sub",       "tan",     "tanh",        "to",          "trunc",
      "type_as", "where",   "zeros_like", "real",   "imag",      "conj",    "view_as_real", "view_as_complex", "angle",
      "complex", "polar",   "full_like"};
  return names.count(name) != 0;
}

/// The arguments that name dims, and the dim that is meant where there is none (-1 for the last, or none needed).
struct DimArguments {
  std::vector<std::string_view> names;
  bool defaultsToFirst = false;
  bool wholeOrder = false; ///< a permutation: the mapped dim comes first
};

const DimArguments *dimArguments(std::string_view name) {
  static const std::unordered_map<std::string_view, DimArguments> table = {
      {"sum", {{"dim"}}},       {"mean", {{"dim"}}},          {"amax", {{"dim"}}},
      {"amin", {{"dim"}}},      {"prod", {{"dim"}}},          {"softmax", {{"dim"}}},
      {"cumsum", {{"dim"}}},    {"logsumexp", {{"dim"}}},     {"unsqueeze", {{"dim"}}},
      {"squeeze", {{"dim"}}},   {"transpose", {{"dim0", "dim1"}}}, {"select", {{"dim"}}},
      {"slice", {{"dim"}, true}}, {"cat", {{"dim"}, true}},   {"stack", {{"dim"}, true}},
      {"flip", {{"dims"}}},     {"flatten", {{"start_dim", "end_dim"}}}, {"permute", {{"dims"}, false, true}},
      {"movedim", {{"source", "destination"}}}};
  auto it = table.find(name);
  return it == table.end() ? nullptr : &it->second;
}

class Unbatcher {
public:
  explicit Unbatcher(const Graph &graph) : graph(graph), result(graph) {}

  Expected<Graph> run() {
    result.nodes.clear();
    for (const Node &node : graph.nodes) {
      std::string problem = visit(node);
      if (!problem.empty())
        return Error{node.target + " '" + node.name + "' inside a mapped function (vmap): " + problem, "",
                     "call the function on whole tensors instead of mapping it"};
    }
    return std::move(result);
  }

private:
  const Graph &graph;
  Graph result;
  std::unordered_map<std::string, ShapeExpr> batched; // tensors with the mapped dim in front, and its size
  unsigned fresh = 0;

  /// The size of the mapped dim of the first mapped operand; null where there is none.
  const ShapeExpr *batchOf(const Argument &arg) const {
    if (arg.isTensor()) {
      auto it = batched.find(arg.name);
      return it == batched.end() ? nullptr : &it->second;
    }
    for (const Argument &each : arg.elements)
      if (const ShapeExpr *size = batchOf(each))
        return size;
    return nullptr;
  }

  size_t rankOf(const std::string &name) const {
    const TensorMeta *meta = graph.findTensor(name);
    return meta ? meta->sizes.size() : 0;
  }

  /// Describes the tensor `name` with the mapped dim in front.
  void describe(const std::string &name, const ShapeExpr &size) {
    auto it = result.tensors.find(name);
    if (it == result.tensors.end())
      return;
    it->second.sizes.insert(it->second.sizes.begin(), size);
    it->second.strides.clear();
    batched[name] = size;
  }

  void describeOutputs(const Argument &arg, const ShapeExpr &size) {
    if (arg.isTensor())
      describe(arg.name, size);
    for (const Argument &each : arg.elements)
      describeOutputs(each, size);
  }

  static Node movedim(const Node &like, const Argument &self, int64_t from, int64_t to) {
    Node node = like;
    node.target = "torch.ops.aten.movedim.int";
    node.inputs = {{"self", self}, {"source", integer(from)}, {"destination", integer(to)}};
    return node;
  }

  std::string visit(const Node &node) {
    if (isMarker(node.target, "lazy_load_decompositions") || isMarker(node.target, "_vmap_increment_nesting") ||
        isMarker(node.target, "_vmap_decrement_nesting"))
      return {};
    if (isMarker(node.target, "_add_batch_dim"))
      return addBatchDim(node);
    if (isMarker(node.target, "_remove_batch_dim"))
      return removeBatchDim(node);
    const ShapeExpr *size = nullptr;
    for (const NamedArgument &input : node.inputs)
      if (!size)
        size = batchOf(input.arg);
    if (!size) {
      result.nodes.push_back(node);
      return {};
    }
    return mapped(node, ShapeExpr(*size));
  }

  std::string addBatchDim(const Node &node) {
    if (node.inputs.size() < 2 || node.outputs.size() != 1 || !node.inputs[0].arg.isTensor() ||
        !node.inputs[1].arg.isInt() || !node.outputs[0].isTensor())
      return "its arguments are not a tensor and a dim";
    const Argument &self = node.inputs[0].arg;
    if (batchOf(self))
      return "it is mapped twice";
    const TensorMeta *meta = graph.findTensor(self.name);
    int64_t dim = node.inputs[1].arg.intValue, rank = meta ? int64_t(meta->sizes.size()) : 0;
    if (dim < 0)
      dim += rank;
    if (dim < 0 || dim >= rank)
      return "it maps a dim that does not exist";
    describe(node.outputs[0].name, meta->sizes[dim]);
    result.nodes.push_back(movedim(node, self, dim, 0));
    return {};
  }

  std::string removeBatchDim(const Node &node) {
    if (node.inputs.size() < 4 || node.outputs.size() != 1 || !node.inputs[0].arg.isTensor() ||
        !node.inputs[3].arg.isInt())
      return "its arguments are not a tensor and a dim";
    const Argument &self = node.inputs[0].arg;
    int64_t dim = node.inputs[3].arg.intValue;
    if (batchOf(self)) {
      result.nodes.push_back(movedim(node, self, 0, dim));
      return {};
    }
    // The result does not depend on the mapped dim.
    if (dim != 0)
      return "its result does not depend on the mapped dim, which is not the first one";
    const TensorMeta *meta = result.findTensor(node.outputs[0].name);
    if (!meta)
      return "its result is not described";
    Node expand = node;
    expand.target = "torch.ops.aten.expand.default";
    Argument sizes;
    sizes.kind = Kind::List;
    for (const ShapeExpr &each : meta->sizes) {
      Argument size;
      size.kind = Kind::SymInt;
      size.expr = each;
      sizes.elements.push_back(each.isConstant() ? integer(each.value()) : size);
    }
    expand.inputs = {{"self", self}, {"size", sizes}};
    result.nodes.push_back(expand);
    return {};
  }

  /// A tensor of rank `rank` below the mapped dim, made of the mapped `arg` by dims of size one.
  std::string widen(const Node &node, Argument &arg, size_t rank, const ShapeExpr &size) {
    for (size_t have = rankOf(arg.name); have < rank; ++have) {
      Node unit = node;
      unit.target = "torch.ops.aten.unsqueeze.default";
      unit.inputs = {{"self", arg}, {"dim", integer(1)}};
      std::string name = "mapped." + std::to_string(fresh++);
      TensorMeta meta = result.tensors[arg.name];
      meta.sizes.insert(meta.sizes.begin() + 1, ShapeExpr(1));
      result.tensors[name] = meta;
      batched[name] = size;
      arg.name = name;
      unit.outputs = {arg};
      result.nodes.push_back(std::move(unit));
    }
    return {};
  }

  std::string mapped(const Node &node, const ShapeExpr &size) {
    std::string_view name = atenName(node.target);
    if (!name.empty() && name.back() == '_' && name.size() > 1)
      return "it changes its operand";
    Node copy = node;
    if (isElementwise(name)) {
      size_t rank = 0;
      for (const Argument &output : node.outputs)
        if (output.isTensor())
          rank = std::max(rank, rankOf(output.name));
      for (NamedArgument &input : copy.inputs)
        if (batchOf(input.arg))
          widen(node, input.arg, rank, size);
    } else if (const DimArguments *dims = dimArguments(name)) {
      if (std::string problem = moveDims(copy, *dims); !problem.empty())
        return problem;
    } else if (name == "view" || name == "reshape" || name == "expand" || name == "_unsafe_view") {
      if (std::string problem = addSize(copy, size); !problem.empty())
        return problem;
    } else if (name == "einsum") {
      if (std::string problem = addLetter(copy); !problem.empty())
        return problem;
    } else if (name == "linear") {
      for (const NamedArgument &input : node.inputs)
        if (input.name != "input" && batchOf(input.arg))
          return "its weight is mapped";
    } else {
      return "this is not supported";
    }
    for (const Argument &output : copy.outputs)
      describeOutputs(output, size);
    result.nodes.push_back(std::move(copy));
    return {};
  }

  static bool shift(Argument &arg) {
    if (arg.isInt()) {
      arg.intValue += arg.intValue >= 0;
      return true;
    }
    return arg.isList() && std::all_of(arg.elements.begin(), arg.elements.end(), shift);
  }

  std::string moveDims(Node &node, const DimArguments &dims) {
    for (const NamedArgument &input : node.inputs)
      if (input.arg.isList())
        for (const Argument &each : input.arg.elements)
          if (each.isTensor() && !batchOf(each))
            return "only some of its operands are mapped";
    bool found = false;
    for (NamedArgument &input : node.inputs)
      if (std::find(dims.names.begin(), dims.names.end(), input.name) != dims.names.end()) {
        if (!shift(input.arg))
          return "its dims are no numbers";
        if (dims.wholeOrder)
          input.arg.elements.insert(input.arg.elements.begin(), integer(0));
        found = true;
      }
    if (found)
      return {};
    if (!dims.defaultsToFirst)
      return "it names no dim";
    node.inputs.push_back({"dim", integer(1), true});
    return {};
  }

  std::string addSize(Node &node, const ShapeExpr &size) {
    for (NamedArgument &input : node.inputs)
      if (input.arg.isList()) {
        Argument first;
        first.kind = Kind::SymInt;
        first.expr = size;
        input.arg.elements.insert(input.arg.elements.begin(), size.isConstant() ? integer(size.value()) : first);
        return {};
      }
    return "it names no sizes";
  }

  std::string addLetter(Node &node) {
    Argument *equation = nullptr, *tensors = nullptr;
    for (NamedArgument &input : node.inputs) {
      if (input.arg.is(Kind::String))
        equation = &input.arg;
      else if (input.arg.isList())
        tensors = &input.arg;
    }
    if (!equation || !tensors)
      return "it has no equation";
    size_t arrow = equation->name.find("->");
    char letter = 'A';
    while (letter <= 'Z' && equation->name.find(letter) != std::string::npos)
      ++letter;
    if (arrow == std::string::npos || letter > 'Z' || equation->name.find('.') != std::string::npos)
      return "its equation has no result, or an ellipsis";
    std::string text, operands = equation->name.substr(0, arrow);
    size_t begin = 0;
    for (const Argument &tensor : tensors->elements) {
      size_t end = std::min(operands.find(',', begin), operands.size());
      text += text.empty() && begin == 0 ? "" : ",";
      if (batchOf(tensor))
        text += letter;
      text += operands.substr(begin, end - begin);
      begin = end + 1;
    }
    std::string output = equation->name.substr(arrow + 2);
    equation->name = text + "->" + letter + output;
    return {};
  }
};

} // namespace

bool hasBatchMarkers(const Graph &graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const Node &node) { return isMarker(node.target, "_add_batch_dim"); });
}

Expected<Graph> withoutBatchMarkers(const Graph &graph) { return Unbatcher(graph).run(); }

} // namespace mambac::pt2
