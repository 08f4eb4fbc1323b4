// Conversion of arguments, nodes, tensor descriptions and signature entries (GraphConvert.h).
#include "lib/Import/GraphConvert.h"

#include <cmath>
#include <limits>

namespace mambac::pt2 {

namespace {
/// Tensors of more dimensions than this do not exist in PyTorch.
constexpr size_t maxRank = 64;

Error unexpected(const std::string &what, const Json *json, const char *wanted) {
  return Error{what + " is " + (json ? jsonKindName(json->kind) : "missing") + " instead of " + wanted, "", ""};
}

Expected<std::string> memberString(Json &json, const char *key, const std::string &what) {
  auto *member = json.get(key);
  if (!member || !member->isString())
    return unexpected(what + "'s " + key, member, "a string");
  return std::move(member->string);
}

/// Floats may be integers in JSON, or the words that stand for what JSON cannot say.
std::optional<double> floatValue(const Json &json) {
  if (json.kind == Json::Kind::Float)
    return json.number;
  if (json.isInt())
    return static_cast<double>(json.integer);
  if (json.isString()) {
    if (json.string == "Infinity")
      return std::numeric_limits<double>::infinity();
    if (json.string == "-Infinity")
      return -std::numeric_limits<double>::infinity();
    if (json.string == "NaN")
      return std::numeric_limits<double>::quiet_NaN();
  }
  return std::nullopt;
}

Argument argument(Argument::Kind kind) {
  Argument result;
  result.kind = kind;
  return result;
}

using Converter = Expected<Argument> (*)(Json &, ExprCache &);

Expected<Argument> named(Argument::Kind kind, Json &json, const char *what) {
  Argument result = argument(kind);
  auto name = memberString(json, "name", what);
  if (!name)
    return name.error();
  result.name = std::move(*name);
  return result;
}
Expected<Argument> convertTensor(Json &json, ExprCache &) {
  return named(Argument::Kind::Tensor, json, "a tensor argument");
}
Expected<Argument> convertToken(Json &json, ExprCache &) { return named(Argument::Kind::Token, json, "a token"); }
Expected<Argument> convertObject(Json &json, ExprCache &) {
  return named(Argument::Kind::CustomObject, json, "a custom object");
}
Expected<Argument> convertNone(Json &, ExprCache &) { return Argument(); }

Expected<Argument> integer(Argument::Kind kind, Json &json, const char *what) {
  if (!json.isInt())
    return unexpected(what, &json, "a 64-bit integer");
  Argument result = argument(kind);
  result.intValue = json.integer;
  return result;
}
Expected<Argument> enumerator(Argument::Kind kind, Json &json, const char *what) {
  auto result = integer(kind, json, what);
  // A number that does not fit is as unknown as any other.
  if (result && (result->intValue < 0 || result->intValue > 255))
    result->intValue = 0;
  return result;
}
Expected<Argument> convertInt(Json &json, ExprCache &) { return integer(Argument::Kind::Int, json, "as_int"); }
Expected<Argument> convertScalarType(Json &json, ExprCache &) {
  return enumerator(Argument::Kind::ScalarType, json, "as_scalar_type");
}
Expected<Argument> convertMemoryFormat(Json &json, ExprCache &) {
  return enumerator(Argument::Kind::MemoryFormat, json, "as_memory_format");
}
Expected<Argument> convertLayout(Json &json, ExprCache &) {
  return enumerator(Argument::Kind::Layout, json, "as_layout");
}

Expected<Argument> convertFloat(Json &json, ExprCache &) {
  auto value = floatValue(json);
  if (!value)
    return unexpected("as_float", &json, "a number");
  Argument result = argument(Argument::Kind::Float);
  result.floatValue = *value;
  return result;
}
Expected<Argument> convertBool(Json &json, ExprCache &) {
  if (!json.isBool())
    return unexpected("as_bool", &json, "a bool");
  Argument result = argument(Argument::Kind::Bool);
  result.intValue = json.integer;
  return result;
}
Expected<Argument> text(Argument::Kind kind, Json &json, const char *what) {
  if (!json.isString())
    return unexpected(what, &json, "a string");
  Argument result = argument(kind);
  result.name = std::move(json.string);
  return result;
}
Expected<Argument> convertString(Json &json, ExprCache &) { return text(Argument::Kind::String, json, "as_string"); }
Expected<Argument> convertOperator(Json &json, ExprCache &) {
  return text(Argument::Kind::Operator, json, "as_operator");
}

Expected<Argument> convertComplex(Json &json, ExprCache &) {
  const Json *real = json.get("real"), *imag = json.get("imag");
  auto r = real ? floatValue(*real) : std::nullopt, i = imag ? floatValue(*imag) : std::nullopt;
  if (!r || !i)
    return unexpected("as_complex", &json, "two numbers");
  Argument result = argument(Argument::Kind::Complex);
  result.floatValue = *r;
  result.imagValue = *i;
  return result;
}
Expected<Argument> convertDevice(Json &json, ExprCache &) {
  Argument result = argument(Argument::Kind::Device);
  auto type = memberString(json, "type", "a device");
  if (!type)
    return type.error();
  result.name = std::move(*type);
  if (const Json *index = json.get("index"); index && index->isInt())
    result.name += ":" + std::to_string(index->integer);
  return result;
}

/// {"as_name": …} or a constant or, tolerated, {"as_expr": …}.
Expected<Argument> symbolic(Argument::Kind kind, Json &json, ExprCache &exprs, const char *what) {
  auto [tag, value] = taggedValue(json);
  if (!tag)
    return unexpected(what, &json, "a name or a constant");
  Json &inner = *value;
  if (*tag == "as_name")
    return text(kind, inner, what);
  if (*tag == "as_int" && kind == Argument::Kind::SymInt)
    return convertInt(inner, exprs);
  if (*tag == "as_float" && kind == Argument::Kind::SymFloat)
    return convertFloat(inner, exprs);
  if (*tag == "as_bool" && kind == Argument::Kind::SymBool)
    return convertBool(inner, exprs);
  if (*tag == "as_expr" && kind == Argument::Kind::SymInt) {
    auto expr = convertSymInt(json, exprs);
    if (!expr)
      return expr.error();
    Argument result = argument(kind);
    result.expr = *expr;
    return result;
  }
  return Error{std::string(what) + " has the unknown tag " + *tag, "", ""};
}
Expected<Argument> convertSymIntArgument(Json &json, ExprCache &exprs) {
  return symbolic(Argument::Kind::SymInt, json, exprs, "as_sym_int");
}
Expected<Argument> convertSymFloat(Json &json, ExprCache &exprs) {
  return symbolic(Argument::Kind::SymFloat, json, exprs, "as_sym_float");
}
Expected<Argument> convertSymBool(Json &json, ExprCache &exprs) {
  return symbolic(Argument::Kind::SymBool, json, exprs, "as_sym_bool");
}

Expected<Argument> convertOptionalTensor(Json &json, ExprCache &exprs) {
  auto [tag, value] = taggedValue(json);
  if (json.isNull() || (tag && *tag == "as_none"))
    return Argument();
  if (!tag || *tag != "as_tensor")
    return unexpected("an optional tensor", &json, "as_tensor or as_none");
  return convertTensor(*value, exprs);
}

Expected<Argument> convertGraph(Json &json, ExprCache &) {
  auto result = named(Argument::Kind::Graph, json, "as_graph");
  if (!result)
    return result;
  const Json *graph = json.get("graph");
  if (!graph || graph->kind != Json::Kind::Graph)
    return unexpected("as_graph's graph", graph, "a graph");
  result->graph = graph->graph;
  return result;
}

Expected<Argument> convertList(Json &json, ExprCache &exprs, Converter element, const char *what) {
  if (!json.isArray())
    return unexpected(what, &json, "an array");
  Argument result = argument(Argument::Kind::List);
  result.elements.reserve(json.items.size());
  for (Json &item : json.items) {
    auto converted = element(item, exprs);
    if (!converted)
      return converted;
    result.elements.push_back(std::move(*converted));
  }
  return result;
}

template <Converter element> Expected<Argument> listOf(Json &json, ExprCache &exprs) {
  return convertList(json, exprs, element, "a list argument");
}

Expected<Argument> convertDict(Json &json, ExprCache &exprs) {
  if (!json.isObject())
    return unexpected("as_string_to_argument", &json, "an object");
  Argument result = argument(Argument::Kind::Dict);
  for (size_t i = 0; i < json.items.size(); ++i) {
    auto value = convertArgument(json.items[i], exprs);
    if (!value)
      return value;
    Argument key = argument(Argument::Kind::String);
    key.name = std::move(json.keys[i]);
    result.elements.push_back(std::move(key));
    result.elements.push_back(std::move(*value));
  }
  return result;
}

struct TagConverter {
  std::string_view tag;
  Converter convert;
};
constexpr TagConverter tagConverters[] = {
    {"as_tensor", convertTensor},
    {"as_int", convertInt},
    {"as_ints", listOf<convertInt>},
    {"as_none", convertNone},
    {"as_tensors", listOf<convertTensor>},
    {"as_float", convertFloat},
    {"as_floats", listOf<convertFloat>},
    {"as_bool", convertBool},
    {"as_bools", listOf<convertBool>},
    {"as_string", convertString},
    {"as_strings", listOf<convertString>},
    {"as_sym_int", convertSymIntArgument},
    {"as_sym_ints", listOf<convertSymIntArgument>},
    {"as_scalar_type", convertScalarType},
    {"as_memory_format", convertMemoryFormat},
    {"as_layout", convertLayout},
    {"as_device", convertDevice},
    {"as_sym_bool", convertSymBool},
    {"as_sym_bools", listOf<convertSymBool>},
    {"as_sym_float", convertSymFloat},
    {"as_sym_floats", listOf<convertSymFloat>},
    {"as_optional_tensor", convertOptionalTensor},
    {"as_optional_tensors", listOf<convertOptionalTensor>},
    {"as_nested_tensors", listOf<listOf<convertTensor>>},
    {"as_int_lists", listOf<listOf<convertInt>>},
    {"as_float_lists", listOf<listOf<convertFloat>>},
    {"as_graph", convertGraph},
    {"as_custom_obj", convertObject},
    {"as_operator", convertOperator},
    {"as_complex", convertComplex},
    {"as_string_to_argument", convertDict},
    {"as_token", convertToken},
};
} // namespace

Expected<ShapeExpr> ExprCache::read(const std::string &text) {
  auto it = known.find(text);
  if (it == known.end())
    it = known.emplace(text, parseShapeExpr(text, symbols)).first;
  return it->second;
}

TaggedValue taggedValue(Json &json) {
  if (!json.isObject() || json.items.empty())
    return {};
  // Writers that spell all fields of a union set the others to null.
  size_t chosen = 0;
  while (chosen + 1 < json.items.size() && json.items[chosen].isNull())
    ++chosen;
  return {&json.keys[chosen], &json.items[chosen]};
}

Expected<Argument> convertArgument(Json &json, ExprCache &exprs) {
  auto [tag, value] = taggedValue(json);
  if (!tag)
    return unexpected("an argument", &json, "an object with one tag");
  for (const TagConverter &known : tagConverters)
    if (known.tag == *tag)
      return known.convert(*value, exprs);
  Argument result = argument(Argument::Kind::Unsupported);
  result.name = *tag;
  return result;
}

Expected<ShapeExpr> convertSymInt(Json &json, ExprCache &exprs) {
  if (json.isInt())
    return ShapeExpr(json.integer);
  auto [tag, value] = taggedValue(json);
  if (tag && *tag == "as_int" && value->isInt())
    return ShapeExpr(value->integer);
  const Json *text = tag && *tag == "as_expr" ? value->get("expr_str") : nullptr;
  if (!text || !text->isString())
    return unexpected("a size", &json, "as_int or as_expr");
  return exprs.read(text->string);
}

static DType dtypeFromNumber(int64_t number) {
  DType type = number >= 0 && number < 256 ? static_cast<DType>(number) : DType::Unknown;
  return dtypeSize(type) ? type : DType::Unknown;
}

Expected<TensorMeta> convertTensorMeta(Json &json, ExprCache &exprs) {
  const Json *dtype = json.get("dtype");
  Json *sizes = json.get("sizes");
  if (!dtype || !dtype->isInt())
    return unexpected("a tensor's dtype", dtype, "an integer");
  if (!sizes || !sizes->isArray())
    return unexpected("a tensor's sizes", sizes, "an array");
  if (sizes->items.size() > maxRank)
    return Error{"a tensor of " + std::to_string(sizes->items.size()) + " dimensions", "", ""};
  TensorMeta meta;
  meta.dtype = dtypeFromNumber(dtype->integer);
  meta.sizes.reserve(sizes->items.size());
  for (Json &size : sizes->items) {
    auto expr = convertSymInt(size, exprs);
    if (!expr)
      return expr.error();
    if (expr->isConstant() && expr->value() < 0)
      return Error{"the size " + std::to_string(expr->value()) + " is negative", "", ""};
    meta.sizes.push_back(std::move(*expr));
  }
  if (Json *strides = json.get("strides");
      strides && strides->isArray() && strides->items.size() == meta.sizes.size()) {
    for (Json &stride : strides->items) {
      auto expr = convertSymInt(stride, exprs);
      if (!expr) {
        meta.strides.clear();
        break;
      }
      meta.strides.push_back(std::move(*expr));
    }
  }
  if (Json *offset = json.get("storage_offset"))
    if (auto expr = convertSymInt(*offset, exprs))
      meta.storageOffset = *expr;
  if (const Json *layout = json.get("layout"); layout && layout->isInt())
    meta.layout = layout->integer >= 0 && layout->integer <= 7 ? static_cast<Layout>(layout->integer) : Layout::Unknown;
  if (const Json *grad = json.get("requires_grad"))
    meta.requiresGrad = grad->isBool() && grad->integer;
  if (const Json *device = json.get("device"))
    if (const Json *type = device->get("type"); type && type->isString())
      meta.device = type->string;
  return meta;
}

Expected<Node> convertNode(Json &json, ExprCache &exprs) {
  Node node;
  auto target = memberString(json, "target", "a node");
  if (!target)
    return target.error();
  node.target = std::move(*target);
  if (auto *name = json.get("name"); name && name->isString())
    node.name = std::move(name->string);
  auto failed = [&](Error error) {
    error.what = "node " + (node.name.empty() ? "" : node.name + " ") + "(" + node.target + "): " + error.what;
    return error;
  };
  auto *inputs = json.get("inputs"), *outputs = json.get("outputs");
  if (!inputs || !inputs->isArray())
    return failed(unexpected("inputs", inputs, "an array"));
  if (!outputs || !outputs->isArray())
    return failed(unexpected("outputs", outputs, "an array"));
  node.inputs.reserve(inputs->items.size());
  for (Json &item : inputs->items) {
    NamedArgument input;
    auto name = memberString(item, "name", "an input");
    auto *arg = item.get("arg");
    if (!name || !arg)
      return failed(name ? unexpected("an input's arg", arg, "an argument") : name.error());
    auto converted = convertArgument(*arg, exprs);
    if (!converted)
      return failed(converted.error());
    input.name = std::move(*name);
    input.arg = std::move(*converted);
    if (const Json *kind = item.get("kind"))
      input.isKeyword = kind->isInt() && kind->integer == 2;
    node.inputs.push_back(std::move(input));
  }
  for (Json &item : outputs->items) {
    auto converted = convertArgument(item, exprs);
    if (!converted)
      return failed(converted.error());
    node.outputs.push_back(std::move(*converted));
  }
  if (const Json *metadata = json.get("metadata")) {
    if (const Json *trace = metadata->get("stack_trace"); trace && trace->isString())
      readStackTrace(trace->string, node.sourceFile, node.sourceLine);
    if (const Json *stack = metadata->get("nn_module_stack"); stack && stack->isString())
      readModuleStack(stack->string, node.modulePath, node.moduleClass);
  }
  return node;
}

//===-- Signature -----------------------------------------------------------------------------------------------===//

namespace {
/// One row for each tag of the InputSpec or OutputSpec union.
template <typename Kind> struct SpecTag {
  std::string_view tag;
  Kind kind;
  const char *target; ///< the member that names what the value belongs to, or null
};
using In = InputSpec::Kind;
constexpr SpecTag<In> inputTags[] = {
    {"user_input", In::UserInput, nullptr},
    {"parameter", In::Parameter, "parameter_name"},
    {"buffer", In::Buffer, "buffer_name"},
    {"tensor_constant", In::TensorConstant, "tensor_constant_name"},
    {"custom_obj", In::CustomObject, "custom_obj_name"},
    {"token", In::Token, nullptr},
    {"constant_input", In::ConstantInput, nullptr},
};
using Out = OutputSpec::Kind;
constexpr SpecTag<Out> outputTags[] = {
    {"user_output", Out::UserOutput, nullptr},
    {"loss_output", Out::LossOutput, nullptr},
    {"buffer_mutation", Out::BufferMutation, "buffer_name"},
    {"parameter_mutation", Out::ParameterMutation, "parameter_name"},
    {"user_input_mutation", Out::UserInputMutation, "user_input_name"},
    {"gradient_to_parameter", Out::GradientToParameter, "parameter_name"},
    {"gradient_to_user_input", Out::GradientToUserInput, "user_input_name"},
    {"token", Out::Token, nullptr},
};

/// The value of a spec: a union for user inputs and outputs, a bare {"name": …} for the others.
Expected<Argument> convertSpecArgument(Json &value, ExprCache &exprs) {
  auto *arg = value.get("arg");
  if (!arg)
    return unexpected("a signature entry's arg", arg, "an object");
  if (const Json *name = arg->get("name"); name && name->isString())
    return convertTensor(*arg, exprs);
  return convertArgument(*arg, exprs);
}

template <typename Spec, size_t N>
Expected<Spec> convertSpec(Json &json, ExprCache &exprs, const SpecTag<typename Spec::Kind> (&tags)[N]) {
  auto [tag, value] = taggedValue(json);
  if (!tag)
    return unexpected("a signature entry", &json, "an object with one tag");
  Json &inner = *value;
  for (const auto &known : tags) {
    if (known.tag != *tag)
      continue;
    Spec spec;
    spec.kind = known.kind;
    if (known.target) {
      auto target = memberString(inner, known.target, *tag);
      if (!target)
        return target.error();
      spec.target = std::move(*target);
    }
    if (*tag != "constant_input") {
      auto arg = convertSpecArgument(inner, exprs);
      if (!arg)
        return arg.error();
      spec.arg = std::move(*arg);
    }
    return spec;
  }
  return Error{"the signature has an entry of the unknown kind " + *tag, "", "use a newer mambac"};
}
} // namespace

Expected<InputSpec> convertInputSpec(Json &json, ExprCache &exprs) {
  auto spec = convertSpec<InputSpec>(json, exprs, inputTags);
  if (!spec)
    return spec;
  Json &value = *taggedValue(json).value;
  if (spec->kind == In::UserInput)
    spec->userName = spec->arg.name;
  if (spec->kind == In::Buffer)
    if (const Json *persistent = value.get("persistent"))
      spec->persistent = !persistent->isBool() || persistent->integer;
  if (spec->kind == In::TensorConstant)
    spec->persistent = false;
  if (spec->kind == In::ConstantInput) {
    auto name = memberString(value, "name", "a constant input");
    auto *constant = value.get("value");
    if (!name || !constant)
      return name ? unexpected("a constant input's value", constant, "an object") : name.error();
    auto arg = convertArgument(*constant, exprs);
    if (!arg)
      return arg.error();
    spec->userName = std::move(*name);
    spec->arg = std::move(*arg);
  }
  return spec;
}

Expected<OutputSpec> convertOutputSpec(Json &json, ExprCache &exprs) {
  return convertSpec<OutputSpec>(json, exprs, outputTags);
}

} // namespace mambac::pt2
