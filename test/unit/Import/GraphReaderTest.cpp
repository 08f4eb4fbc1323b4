// The graph's JSON: what becomes of it, and what malformed texts get.
#include "lib/Import/GraphReader.h"
#include "test/unit/Import/TinyModel.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mambac::pt2;
using namespace mambac::test;

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << "the message is: " << (text)

namespace {
Expected<Program> read(const std::string &json) { return readProgram(json, "model", "a.pt2: models/model.json"); }
std::string readError(const std::string &json) {
  auto program = read(json);
  return program ? "" : program.error().message();
}
std::string changed(const std::string &from, const std::string &to) {
  std::string json = replaced(tinyJson(), from, to);
  EXPECT_NE(json, tinyJson()) << "nothing was replaced: " << from;
  return json;
}

TEST(GraphReader, ReadsTheTinyModel) {
  auto program = read(tinyJson());
  ASSERT_TRUE(program.ok()) << program.error().message();
  EXPECT_EQ(program->schemaMajor, 8);
  EXPECT_EQ(program->schemaMinor, 20);
  ASSERT_EQ(program->symbols.size(), 1u);
  EXPECT_EQ(program->symbols[0].name, "s0");
  EXPECT_EQ(program->symbols[0].min, 1) << "torch's 2 is no bound";
  EXPECT_EQ(program->symbols[0].max, 4096);
  EXPECT_EQ(program->symbols[0].divisor, 8);
  ASSERT_EQ(program->graph.nodes.size(), 2u);
  const Node &node = program->graph.nodes[1];
  EXPECT_EQ(node.target, "torch.ops.aten.linear.default");
  EXPECT_EQ(node.modulePath, "lin");
  EXPECT_EQ(node.moduleClass, "torch.nn.modules.linear.Linear");
  EXPECT_EQ(node.sourceFile, "model.py");
  EXPECT_EQ(node.sourceLine, 7u);
  ASSERT_NE(node.input("weight"), nullptr);
  EXPECT_EQ(node.input("weight")->name, "p_w");
  EXPECT_EQ(node.input("bias"), nullptr);
  const TensorMeta *x = program->graph.findTensor("x");
  ASSERT_NE(x, nullptr);
  EXPECT_EQ(x->dtype, DType::Float32);
  EXPECT_EQ(x->sizes[0], ShapeExpr::symbol(0));
  EXPECT_EQ(x->sizes[1], ShapeExpr(3));
  EXPECT_EQ(*program->graph.findSymInt("n"), ShapeExpr::symbol(0));
  ASSERT_EQ(program->inputs.size(), 5u);
  EXPECT_EQ(program->inputs[0].kind, InputSpec::Kind::Parameter);
  EXPECT_EQ(program->inputs[0].target, "lin.w");
  EXPECT_EQ(program->inputs[2].kind, InputSpec::Kind::Buffer);
  EXPECT_FALSE(program->inputs[2].persistent);
  EXPECT_EQ(program->inputs[3].kind, InputSpec::Kind::TensorConstant);
  EXPECT_EQ(program->inputs[4].userName, "x");
  EXPECT_EQ(program->outputs[0].userName, "logits");
  EXPECT_EQ(program->outputs[0].arg.name, "y");
}

/// The second node's argument `json` as it was read.
Argument argumentOf(const std::string &json) {
  auto program = read(changed(R"({"name": "weight", "arg": {"as_tensor": {"name": "p_w"}}, "kind": 1})",
                              R"({"name": "a", "arg": )" + json + R"(, "kind": 2})"));
  EXPECT_TRUE(program.ok()) << program.error().message();
  if (!program)
    return Argument();
  const NamedArgument &input = program->graph.nodes[1].inputs[1];
  EXPECT_TRUE(input.isKeyword);
  return input.arg;
}

TEST(GraphReader, ReadsEveryKindOfArgument) {
  using Kind = Argument::Kind;
  EXPECT_TRUE(argumentOf(R"({"as_none": []})").isNone());
  EXPECT_EQ(argumentOf(R"({"as_tensor": {"name": "t"}})").name, "t");
  EXPECT_EQ(argumentOf(R"({"as_int": 9223372036854775807})").intValue, INT64_MAX);
  EXPECT_EQ(argumentOf(R"({"as_float": 0.5})").floatValue, 0.5);
  EXPECT_EQ(argumentOf(R"({"as_float": 2})").floatValue, 2);
  EXPECT_EQ(argumentOf(R"({"as_float": "-Infinity"})").floatValue, -INFINITY);
  EXPECT_EQ(argumentOf(R"({"as_float": "Infinity"})").floatValue, INFINITY);
  EXPECT_TRUE(std::isnan(argumentOf(R"({"as_float": "NaN"})").floatValue));
  EXPECT_TRUE(argumentOf(R"({"as_bool": true})").asBool());
  EXPECT_EQ(argumentOf(R"({"as_string": "bld,bnd->bln"})").name, "bld,bnd->bln");
  EXPECT_EQ(argumentOf(R"({"as_scalar_type": 13})").dtype(), DType::BFloat16);
  EXPECT_EQ(argumentOf(R"({"as_memory_format": 1})").memoryFormat(), MemoryFormat::Contiguous);
  EXPECT_EQ(argumentOf(R"({"as_layout": 7})").layout(), Layout::Strided);
  EXPECT_EQ(argumentOf(R"({"as_device": {"type": "cuda", "index": 1}})").name, "cuda:1");
  EXPECT_EQ(argumentOf(R"({"as_device": {"type": "cpu", "index": null}})").name, "cpu");
  EXPECT_EQ(argumentOf(R"({"as_operator": "aten.add"})").kind, Kind::Operator);
  EXPECT_EQ(argumentOf(R"({"as_custom_obj": {"name": "o", "class_fqn": "C"}})").kind, Kind::CustomObject);
  EXPECT_EQ(argumentOf(R"({"as_complex": {"real": 1.5, "imag": -2}})").imagValue, -2);
  EXPECT_EQ(argumentOf(R"({"as_sym_int": {"as_name": "n"}})").kind, Kind::SymInt);
  EXPECT_EQ(argumentOf(R"({"as_sym_int": {"as_int": 4}})").kind, Kind::Int);
  EXPECT_EQ(argumentOf(R"({"as_sym_int": {"as_expr": {"expr_str": "s0 + 1"}}})").expr.kind(), ExprKind::Add);
  EXPECT_EQ(argumentOf(R"({"as_sym_float": {"as_name": "f"}})").kind, Kind::SymFloat);
  EXPECT_EQ(argumentOf(R"({"as_sym_float": {"as_float": 4.5}})").kind, Kind::Float);
  EXPECT_EQ(argumentOf(R"({"as_sym_bool": {"as_name": "b"}})").kind, Kind::SymBool);
  EXPECT_EQ(argumentOf(R"({"as_sym_bool": {"as_bool": true}})").kind, Kind::Bool);
  EXPECT_TRUE(argumentOf(R"({"as_optional_tensor": {"as_none": true}})").isNone());
  EXPECT_TRUE(argumentOf(R"({"as_optional_tensor": {"as_tensor": {"name": "t"}}})").isTensor());
  EXPECT_EQ(argumentOf(R"({"as_future_thing": {"a": [1, {}]}})").kind, Kind::Unsupported);
  EXPECT_EQ(argumentOf(R"({"as_future_thing": 1})").name, "as_future_thing");
  EXPECT_EQ(argumentOf(R"({"as_int": null, "as_float": 0.25, "as_none": null})").floatValue, 0.25)
      << "all members of the union are spelled";
}

TEST(GraphReader, ReadsEveryKindOfList) {
  using Kind = Argument::Kind;
  auto kinds = [](const std::string &json) {
    std::vector<Kind> result;
    for (const Argument &element : argumentOf(json).elements)
      result.push_back(element.kind);
    return result;
  };
  using Kinds = std::vector<Kind>;
  EXPECT_EQ(kinds(R"({"as_ints": [1, -2]})"), (Kinds{Kind::Int, Kind::Int}));
  EXPECT_EQ(kinds(R"({"as_ints": []})"), Kinds());
  EXPECT_EQ(kinds(R"({"as_floats": [0.5, "Infinity", 1]})"), (Kinds{Kind::Float, Kind::Float, Kind::Float}));
  EXPECT_EQ(kinds(R"({"as_bools": [true]})"), Kinds{Kind::Bool});
  EXPECT_EQ(kinds(R"({"as_strings": ["a"]})"), Kinds{Kind::String});
  EXPECT_EQ(kinds(R"({"as_tensors": [{"name": "a"}, {"name": "b"}]})"), (Kinds{Kind::Tensor, Kind::Tensor}));
  EXPECT_EQ(kinds(R"({"as_optional_tensors": [{"as_none": []}, {"as_tensor": {"name": "b"}}]})"),
            (Kinds{Kind::None, Kind::Tensor}));
  EXPECT_EQ(kinds(R"({"as_sym_ints": [{"as_name": "n"}, {"as_int": -1}]})"), (Kinds{Kind::SymInt, Kind::Int}));
  EXPECT_EQ(kinds(R"({"as_sym_floats": [{"as_name": "n"}]})"), Kinds{Kind::SymFloat});
  EXPECT_EQ(kinds(R"({"as_sym_bools": [{"as_name": "n"}]})"), Kinds{Kind::SymBool});
  EXPECT_EQ(kinds(R"({"as_nested_tensors": [[{"name": "a"}], []]})"), (Kinds{Kind::List, Kind::List}));
  EXPECT_EQ(kinds(R"({"as_int_lists": [[1, 2], [3]]})"), (Kinds{Kind::List, Kind::List}));
  EXPECT_EQ(kinds(R"({"as_float_lists": [[1]]})"), Kinds{Kind::List});
  EXPECT_EQ(kinds(R"({"as_string_to_argument": {"k": {"as_int": 1}, "l": {"as_none": []}}})"),
            (Kinds{Kind::String, Kind::Int, Kind::String, Kind::None}));
}

TEST(GraphReader, ReadsSubgraphsInsideOfArguments) {
  std::string inner =
      R"({"inputs": [{"as_tensor": {"name": "t"}}], "outputs": [{"as_tensor": {"name": "u"}}],
     "nodes": [{"target": "torch.ops.aten.neg.default",
     "inputs": [{"name": "self", "arg": {"as_tensor": {"name": "t"}}}], "outputs": [{"as_tensor": {"name": "u"}}],
     "metadata": {"stack_trace": "File \"b.py\", line 3, in f"}}],
     "tensor_values": {"t": )" +
      meta("s0", "1") + R"(}, "sym_int_values": {"m": {"as_int": 4}}, "is_single_tensor_return": true})";
  Argument outer =
      argumentOf(R"({"as_graph": {"name": "submod_1", "graph": )" +
                 replaced(inner, R"("metadata": {)", R"("metadata": {"nn_module_stack": "k,a.b,C", )") + "}}");
  ASSERT_EQ(outer.kind, Argument::Kind::Graph);
  EXPECT_EQ(outer.name, "submod_1");
  ASSERT_NE(outer.graph, nullptr);
  EXPECT_TRUE(outer.graph->isSingleTensorReturn);
  ASSERT_EQ(outer.graph->nodes.size(), 1u);
  EXPECT_EQ(outer.graph->nodes[0].sourceLine, 3u);
  EXPECT_EQ(outer.graph->nodes[0].modulePath, "a.b");
  EXPECT_NE(outer.graph->findTensor("t"), nullptr);
  EXPECT_EQ(*outer.graph->findSymInt("m"), ShapeExpr(4));
}

TEST(GraphReader, SubgraphsMayNestButNotForever) {
  auto nested = [](int depth) {
    std::string graph = R"({"inputs": [], "outputs": [], "nodes": [], "tensor_values": {}})";
    for (int i = 0; i < depth; ++i)
      graph =
          R"({"inputs": [], "outputs": [], "tensor_values": {},
        "nodes": [{"target": "f", "outputs": [], "inputs": [{"name": "", "arg": {"as_graph": {"name": "g", "graph": )" +
          graph + "}}}]}]}";
    return changed(R"({"name": "weight", "arg": {"as_tensor": {"name": "p_w"}}, "kind": 1})",
                   R"({"name": "a", "arg": {"as_graph": {"name": "g", "graph": )" + graph + "}}}");
  };
  EXPECT_EQ(readError(nested(10)), "");
  EXPECT_CONTAINS(readError(nested(1000)), "nested more than 192 levels deep");
}

TEST(GraphReader, ReadsMutations) {
  auto program = read(changed(R"({"user_output": {"arg": {"as_tensor": {"name": "y"}}}})",
                              R"({"buffer_mutation": {"arg": {"name": "y"}, "buffer_name": "scale"}})"));
  ASSERT_TRUE(program.ok()) << program.error().message();
  EXPECT_EQ(program->outputs[0].kind, OutputSpec::Kind::BufferMutation);
  EXPECT_EQ(program->outputs[0].target, "scale");
  program = read(changed(R"({"user_output": {"arg": {"as_tensor": {"name": "y"}}}})",
                         R"({"user_input_mutation": {"arg": {"name": "y"}, "user_input_name": "x"}})"));
  EXPECT_EQ(program->outputs[0].kind, OutputSpec::Kind::UserInputMutation);
  EXPECT_EQ(program->outputs[0].target, "x");
  program = read(changed(R"({"user_input": {"arg": {"as_tensor": {"name": "x"}}}})",
                         R"({"constant_input": {"name": "flag", "value": {"as_bool": true}}})"));
  EXPECT_EQ(program->inputs[4].kind, InputSpec::Kind::ConstantInput);
  EXPECT_EQ(program->inputs[4].userName, "flag");
  EXPECT_TRUE(program->inputs[4].arg.asBool());
}

TEST(GraphReader, RefusesUnknownSchemaMajors) {
  EXPECT_CONTAINS(
      readError(changed("\"major\": 8", "\"major\": 9")),
      "a.pt2: models/model.json: the export schema is version 9.20, this mambac reads version 8; use a newer mambac");
  EXPECT_CONTAINS(readError(changed("\"major\": 8", "\"major\": 7")), "export it again with PyTorch 2.9 or later");
  EXPECT_EQ(readError(changed("\"minor\": 20", "\"minor\": 999")), "") << "unknown minors only add";
  EXPECT_CONTAINS(readError(changed("\"schema_version\"", "\"schema_vision\"")), "the graph has no schema_version");
}

TEST(GraphReader, TheSchemaVersionExplainsOtherProblems) {
  std::string json =
      replaced(changed("\"major\": 8", "\"major\": 9"), "\"as_tensor\": {\"name\": \"p_w\"}", "\"as_tensor\": \"p_w\"");
  EXPECT_CONTAINS(readError(json), "the export schema is version 9.20");
}

TEST(GraphReader, ToleratesUnknownFields) {
  EXPECT_EQ(
      readError(changed("\"opset_version\": {", "\"new\": [[{\"graph\": 1}], 2], \"opset_version\": {\"more\": 1, ")),
      "");
  EXPECT_EQ(readError(changed("\"sym_bool_values\": {}", "\"new\": {\"nodes\": []}, \"sym_bool_values\": {}")), "");
  EXPECT_EQ(readError(changed("\"is_hop_single_tensor_return\": null", "\"new\": {\"a\": [1]}")), "");
}

TEST(GraphReader, UnreadableSizesAreKeptForWhoUsesThem) {
  auto program = read(
      changed("\"sym_int_values\": {", "\"sym_int_values\": {\"odd\": {\"as_expr\": {\"expr_str\": \"Zeta(s0)\"}}, "));
  ASSERT_TRUE(program.ok()) << program.error().message();
  EXPECT_EQ(program->graph.findSymInt("odd"), nullptr);
  EXPECT_CONTAINS(program->graph.unreadable["odd"], "unknown function 'Zeta'");
  program = read(changed("\"tensor_values\": {", "\"tensor_values\": {\"t\": {\"dtype\": 7}, "));
  EXPECT_CONTAINS(program->graph.unreadable["t"], "a tensor's sizes is missing instead of an array");
}

TEST(GraphReader, RefusesMalformedTexts) {
  EXPECT_CONTAINS(readError(""), "parse error at line 1, column 1");
  EXPECT_CONTAINS(readError("[]"), "is an array, not an object");
  EXPECT_CONTAINS(readError("5"), "is an integer, not an object");
  EXPECT_CONTAINS(readError("{}"), "the graph has no schema_version");
  EXPECT_CONTAINS(readError("{\"schema_version\": {\"major\": 8}}"), "no graph_module");
  EXPECT_CONTAINS(readError(std::string(100000, '{')), "parse error");
  EXPECT_CONTAINS(readError(std::string(100000, '[')), "is an array");
  EXPECT_CONTAINS(readError("{\"graph_module\": {\"graph\": {\"nodes\": " + std::string(100000, '[')),
                  "nested more than 192");
  EXPECT_CONTAINS(readError(changed("\"as_tensor\": {\"name\": \"p_w\"}", "\"as_tensor\": {\"name\": 5}")),
                  "a tensor argument's name is an integer instead of a string");
  EXPECT_CONTAINS(readError(changed("\"target\": \"torch.ops.aten.linear.default\", ", "")),
                  "a node's target is missing");
  EXPECT_CONTAINS(
      readError(changed("{\"as_int\": 0}, \"kind\"", "{\"as_int\": \"0\"}, \"kind\"")),
      "node n (torch.ops.aten.sym_size.int): as_int is a string instead of a 64-bit integer; the archive is corrupt");
  EXPECT_CONTAINS(readError(changed("{\"as_int\": 0}, \"kind\"", "{\"as_int\": 18446744073709551615}, \"kind\"")),
                  "instead of a 64-bit integer");
  EXPECT_CONTAINS(
      readError(changed("{\"user_input\": {\"arg\": {\"as_tensor\": {\"name\": \"x\"}}}}", "{\"new_kind\": {}}")),
      "an entry of the unknown kind new_kind");
  EXPECT_CONTAINS(readError(changed(
                      ", {\"tensor_constant\": {\"arg\": {\"name\": \"c_k\"}, \"tensor_constant_name\": \"k\"}}", "")),
                  "the signature has 4 inputs and 1 outputs, the graph 5 and 1");
}

TEST(GraphReader, RefusesEveryTruncation) {
  std::string json = tinyJson();
  for (size_t size = 0; size < json.size(); size += size + 100 < json.size() ? 3 : 1)
    ASSERT_NE(readError(json.substr(0, size)), "") << size;
}

TEST(GraphReader, MessagesStayShort) {
  std::string json =
      changed("\"torch_version\": \"2.13.0\"", "\"torch_version\": \"" + std::string(1 << 20, 'x') + "\n\"");
  EXPECT_LT(readError(json).size(), 500u);
}
} // namespace
