// Which inputs of a graph are states, and the entries that it gets by them.
#include "lib/Import/States.h"
#include "test/unit/Import/HandMadeProgram.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mambac;
using namespace mambac::pt2;

namespace {

/// x (b, l, 4), state (b, 4): y = x + 1, new = state * 2, as outputs of these names.
Program stateful(const std::string &input, const std::string &output) {
  Program program;
  program.name = "model";
  ShapeExpr b = ShapeExpr::symbol(program.symbols.intern("b")), l = ShapeExpr::symbol(program.symbols.intern("l"));
  auto add = [&](const std::string &name, std::vector<ShapeExpr> sizes) {
    program.graph.tensors[name] = meta(DType::Float32, std::move(sizes));
    InputSpec spec;
    spec.arg = make::tensor(name);
    spec.userName = name;
    program.inputs.push_back(spec);
    program.graph.inputs.push_back(spec.arg);
  };
  add("x", {b, l, 4});
  add(input, {b, 4});
  addNode(program, "aten.add.Tensor", {{"self", make::tensor("x")}, {"other", make::integer(1)}}, "y",
          meta(DType::Float32, {b, l, 4}));
  addNode(program, "aten.mul.Tensor", {{"self", make::tensor(input)}, {"other", make::integer(2)}}, "new",
          meta(DType::Float32, {b, 4}));
  addOutput(program, "y");
  addOutput(program, "new");
  program.outputs[1].userName = output;
  return program;
}

/// "prefill(x f32?x?x4, state?) …": the entries' names, and the updated input and its number.
std::string entriesOf(const Program &program) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = importGraph(program, context);
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (!module)
    return "none";
  for (auto func : module->getOps<mlir::func::FuncOp>()) {
    stream << func.getName() << " " << func.getArgumentTypes()[0];
    for (unsigned i = 0; i < func.getNumArguments(); ++i)
      if (auto state = func.getArgAttrOfType<mlir::IntegerAttr>(i, "mambac.state"))
        stream << " state" << state.getInt() << "=" << i;
    for (unsigned i = 0; i < func.getNumResults(); ++i)
      if (auto updates = func.getResultAttrOfType<mlir::IntegerAttr>(i, "mambac.updates"))
        stream << " result" << i << "=" << updates.getInt();
    if (auto length = func->getAttrOfType<mlir::IntegerAttr>("mambac.length"))
      stream << " length s" << length.getInt();
    stream << "\n";
  }
  return text;
}

const char *const kTwo = "prefill tensor<?x?x4xf32> state0=1 result1=1 length s1\n"
                         "step tensor<?x1x4xf32> state0=1 result1=1\n";

} // namespace

TEST(States, ByName) {
  EXPECT_EQ(entriesOf(stateful("state_0_conv", "state.0.conv")), kTwo);
  EXPECT_EQ(entriesOf(stateful("h", "h")), kTwo);
}

TEST(States, NoneIsOneEntry) { EXPECT_EQ(entriesOf(stateful("h", "new_h")), "main tensor<?x?x4xf32>\n"); }

TEST(States, OtherSizesAreNoState) {
  Program program = stateful("h", "h");
  program.inputs[1].userName = "other";
  EXPECT_EQ(entriesOf(program), "main tensor<?x?x4xf32>\n");
}

TEST(States, ByWritingToTheInput) {
  Program program = stateful("h", "");
  program.graph.nodes.pop_back();
  addNode(program, "aten.mul_.Tensor", {{"self", make::tensor("h")}, {"other", make::integer(2)}}, "new",
          program.graph.tensors["h"]);
  program.outputs.pop_back();
  EXPECT_EQ(entriesOf(program), kTwo);
}

TEST(States, ByTheSignature) {
  Program program = stateful("h", "");
  program.outputs[1].kind = OutputSpec::Kind::UserInputMutation;
  program.outputs[1].target = "h";
  EXPECT_EQ(entriesOf(program), kTwo);
}

TEST(States, ByContract) {
  Program program = stateful("before", "after");
  program.contract.state = {{"before", "after", "recurrent"}};
  program.contract.inputRoles = {{"x", "embeds"}};
  program.contract.outputRoles = {{"y", "hidden"}};
  EXPECT_EQ(entriesOf(program), kTwo);
}

TEST(States, ResultsOfEachPositionAreNone) {
  // x in, x out: not what the next run is to read.
  Program program = stateful("mask", "new");
  program.outputs[0].userName = "x";
  program.graph.tensors["mask"].sizes = {ShapeExpr::symbol(0), ShapeExpr::symbol(1)};
  program.graph.tensors["new"].sizes = program.graph.tensors["mask"].sizes;
  EXPECT_EQ(entriesOf(program), "main tensor<?x?x4xf32>\n");
}

TEST(States, FixedLengthIsOneEntry) {
  Program program = stateful("h", "h");
  for (const char *name : {"x", "y"})
    program.graph.tensors[name].sizes[1] = 3;
  EXPECT_EQ(entriesOf(program), "main tensor<?x3x4xf32> state0=1 result1=1\n");
}

TEST(States, LeastLengthOfMoreThanOneIsOneEntry) {
  Program program = stateful("h", "h");
  program.symbols[1].min = 4;
  EXPECT_EQ(entriesOf(program), "main tensor<?x?x4xf32> state0=1 result1=1\n");
}

TEST(States, ContractOfAnotherGraph) {
  auto with = [](std::vector<Contract::StateNames> state, std::map<std::string, std::string> inputs = {},
                 std::map<std::string, std::string> outputs = {}) {
    Program program = stateful("h", "h");
    program.contract.state = std::move(state);
    program.contract.inputRoles = std::move(inputs);
    program.contract.outputRoles = std::move(outputs);
    return messageOf(program);
  };
  EXPECT_TRUE(contains(with({{"k", "h", ""}}), "the graph has no input 'k', which \"state\" names"));
  EXPECT_TRUE(contains(with({{"h", "k", ""}}), "the graph has no output 'k', which \"state\" names"));
  EXPECT_TRUE(contains(with({{"h", "h", ""}, {"h", "h", ""}}), "\"state\" names 'h' or 'h' twice"));
  EXPECT_TRUE(contains(with({{"x", "h", ""}}), "are one state, and differ in type or size"));
  EXPECT_TRUE(contains(with({}, {{"ids", "ids"}}), "the graph has no input 'ids', which \"inputs\" names"));
  EXPECT_TRUE(contains(with({}, {}, {{"logits", "logits"}}), "the graph has no output 'logits', which \"outputs\" names"));
}
