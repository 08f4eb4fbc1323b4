// Graphs that do not make sense, built by hand: each gets one message that says which node and why, and none of them
// crashes.
#include "lib/Import/Call.h"
#include "test/unit/Import/HandMadeProgram.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include <gtest/gtest.h>
#include <random>

using namespace mambac;
using namespace mambac::pt2;

TEST(Import, NamesAndShapesAreKept) {
  Program program = emptyProgram();
  unsigned s0 = 0;
  addNode(program, "aten.add.Tensor", {{"self", make::tensor("x")}, {"other", make::tensor("y")}}, "sum",
          meta(DType::Float32, {2, ShapeExpr::symbol(s0), 4}));
  addOutput(program, "sum");
  mlir::MLIRContext context;
  auto module = importGraph(program, context);
  ASSERT_TRUE(module);
  auto func = *module->getOps<mlir::func::FuncOp>().begin();
  EXPECT_TRUE(func->hasAttr("mambac.entry"));
  EXPECT_EQ(func.getArgAttrOfType<mlir::StringAttr>(0, "mambac.name").getValue(), "x");
  EXPECT_EQ(func.getResultAttrOfType<mlir::StringAttr>(0, "mambac.name").getValue(), "sum");
  EXPECT_EQ(func.getNumArguments(), 3u);
}

TEST(Import, AllUnsupportedOpsAtOnce) {
  Program program = emptyProgram();
  TensorMeta same = meta(DType::Float32, {4});
  addNode(program, "aten.fft_rfft.default", {{"self", make::tensor("y")}}, "a", same);
  addNode(program, "aten.fft_rfft.default", {{"self", make::tensor("a")}}, "b", same).modulePath = "layers.1.mixer";
  addNode(program, "aten.nonzero.default", {{"self", make::tensor("b")}}, "c", same);
  addOutput(program, "c");
  unsigned count = 0;
  std::string text = messageOf(program, &count);
  EXPECT_EQ(count, 1u);
  EXPECT_TRUE(contains(text, "aten.fft_rfft.default, 2 times: layers.0.mixer (model.py:12), layers.1.mixer")) << text;
  EXPECT_TRUE(contains(text, "aten.nonzero.default, 1 time: layers.0.mixer (model.py:12)")) << text;
}

TEST(Import, UnknownTensor) {
  Program program = emptyProgram();
  addNode(program, "aten.neg.default", {{"self", make::tensor("nowhere")}}, "a", meta(DType::Float32, {4}));
  addOutput(program, "a");
  EXPECT_TRUE(contains(messageOf(program), "'nowhere'"));
}

TEST(Import, MissingArgumentNamesTheNode) {
  Program program = emptyProgram();
  addNode(program, "aten.add.Tensor", {{"self", make::tensor("y")}}, "a", meta(DType::Float32, {4}));
  addOutput(program, "a");
  std::string text = messageOf(program);
  EXPECT_TRUE(contains(text, "aten.add.Tensor 'a' at layers.0.mixer (model.py:12): it has no argument 'other'"))
      << text;
}

TEST(Import, DeclaredSizesDisagree) {
  Program program = emptyProgram();
  addNode(program, "aten.neg.default", {{"self", make::tensor("y")}}, "a", meta(DType::Float32, {5}));
  addOutput(program, "a");
  std::string text = messageOf(program);
  EXPECT_TRUE(contains(text, "a tensor of size 4 stands where 5 is declared")) << text;
}

TEST(Import, ErrorsOfSeveralNodesComeTogether) {
  Program program = emptyProgram();
  addNode(program, "aten.neg.default", {{"self", make::tensor("y")}}, "a", meta(DType::Float32, {5}));
  addNode(program, "aten.permute.default", {{"self", make::tensor("x")}, {"dims", make::list({make::integer(0)})}}, "b",
          meta(DType::Float32, {2}));
  addOutput(program, "b");
  unsigned count = 0;
  std::string text = messageOf(program, &count);
  EXPECT_EQ(count, 1u);
  EXPECT_TRUE(contains(text, "'a'") && contains(text, "'b'")) << text;
}

TEST(Import, InputChangedInPlaceIsAResult) {
  Program program = emptyProgram();
  addNode(program, "aten.add_.Tensor", {{"self", make::tensor("y")}, {"other", make::integer(1)}}, "a",
          meta(DType::Float32, {4}));
  addNode(program, "aten.neg.default", {{"self", make::tensor("a")}}, "b", meta(DType::Float32, {4}));
  addOutput(program, "b");
  mlir::MLIRContext context;
  auto module = importGraph(program, context);
  ASSERT_TRUE(module);
  auto func = *module->getOps<mlir::func::FuncOp>().begin();
  ASSERT_EQ(func.getNumResults(), 2u);
  EXPECT_EQ(func.getResultAttrOfType<mlir::StringAttr>(1, "mambac.name").getValue(), "y");
  EXPECT_EQ(func.getResultAttrOfType<mlir::IntegerAttr>(1, "mambac.updates").getInt(), 1);
}

TEST(Import, WeightChangedInPlace) {
  Program program = emptyProgram();
  program.inputs[1].kind = InputSpec::Kind::Parameter;
  program.inputs[1].target = "norm.weight";
  addNode(program, "aten.mul_.Tensor", {{"self", make::tensor("y")}, {"other", make::integer(2)}}, "a",
          meta(DType::Float32, {4}));
  addOutput(program, "a");
  EXPECT_TRUE(contains(messageOf(program), "changes the weight 'norm.weight' in place"));
}

/// In place and by the signature; behind the other inputs, under a name of its own.
TEST(Import, BufferThatIsChangedIsAState) {
  for (bool signature : {false, true}) {
    Program program = emptyProgram();
    program.inputs[1].kind = InputSpec::Kind::Buffer;
    program.inputs[1].target = "x";
    addNode(program, signature ? "aten.add.Tensor" : "aten.add_.Tensor",
            {{"self", make::tensor("y")}, {"other", make::integer(1)}}, "a", meta(DType::Float32, {4}));
    addNode(program, "aten.neg.default", {{"self", make::tensor("a")}}, "b", meta(DType::Float32, {4}));
    if (signature) {
      addOutput(program, "a");
      program.outputs[0].kind = OutputSpec::Kind::BufferMutation;
      program.outputs[0].target = "x";
    }
    addOutput(program, "b");
    mlir::MLIRContext context;
    auto module = importGraph(program, context);
    ASSERT_TRUE(module);
    auto func = *module->getOps<mlir::func::FuncOp>().begin();
    EXPECT_EQ(func.getArgAttrOfType<mlir::StringAttr>(2, "mambac.name").getValue(), "x_");
    EXPECT_EQ(func.getArgAttrOfType<mlir::IntegerAttr>(2, "mambac.state").getInt(), 0);
    ASSERT_EQ(func.getNumResults(), 2u);
    EXPECT_EQ(func.getResultAttrOfType<mlir::IntegerAttr>(signature ? 0 : 1, "mambac.updates").getInt(), 2);
  }
  Program program = emptyProgram();
  addOutput(program, "y");
  program.outputs[0].kind = OutputSpec::Kind::BufferMutation;
  program.outputs[0].target = "nothing";
  addOutput(program, "y");
  EXPECT_TRUE(contains(messageOf(program), "changes the buffer 'nothing', which it does not have"));
}

TEST(Import, DataDependentSize) {
  Program program = emptyProgram();
  unsigned u0 = program.symbols.intern("u0");
  addNode(program, "aten.zeros.default", {}, "a", meta(DType::Float32, {ShapeExpr::symbol(u0)}));
  addOutput(program, "a");
  EXPECT_TRUE(contains(messageOf(program), "'u0'"));
}

/// What the module says of its first symbol.
static int64_t symbolLimit(const Program &program, const char *key) {
  mlir::MLIRContext context;
  auto module = importGraph(program, context);
  if (!module)
    return -1;
  auto symbols = (*module->getOps<mlir::func::FuncOp>().begin())->getAttrOfType<mlir::ArrayAttr>("mambac.symbols");
  return mlir::cast<mlir::DictionaryAttr>(symbols[0]).getAs<mlir::IntegerAttr>(key).getInt();
}

// Exported at a length within one chunk of 256: the graph has one chunk, and is right up to 256.
TEST(Import, ExportForOneChunkBoundsTheLength) {
  Program program = emptyProgram();
  ShapeExpr chunks = *ShapeExpr::ceilDiv(ShapeExpr::symbol(0), 256);
  addNode(program, "aten.zeros.default", {}, "a", meta(DType::Float32, {chunks, 4}));
  addNode(program, "aten.neg.default", {{"self", make::tensor("a")}}, "b", meta(DType::Float32, {1, 4}));
  addOutput(program, "b");
  EXPECT_EQ(symbolLimit(program, "max"), 256);
  EXPECT_EQ(symbolLimit(program, "min"), 1);
}

// Exported at a multiple of 16, so without padding: right for multiples of 16.
TEST(Import, ExportWithoutPaddingWantsWholeChunks) {
  Program program = emptyProgram();
  ShapeExpr chunks = *ShapeExpr::floorDiv(ShapeExpr::symbol(0), 16);
  addNode(program, "aten.view.default", {{"self", make::tensor("x")}}, "a", meta(DType::Float32, {2, chunks, 16, 4}));
  addOutput(program, "a");
  EXPECT_EQ(symbolLimit(program, "multiple_of"), 1);
  mlir::MLIRContext context;
  auto module = importGraph(program, context);
  ASSERT_TRUE(module);
  auto func = *module->getOps<mlir::func::FuncOp>().begin();
  std::string shape;
  llvm::raw_string_ostream(shape) << func.getArgAttr(0, "mambac.shape");
  EXPECT_EQ(shape, "affine_map<()[s0] -> (2, s0 * 16, 4)>");
}

TEST(Import, SizesThatAreNeverEqual) {
  Program program = emptyProgram();
  ShapeExpr more = *ShapeExpr::add(ShapeExpr::symbol(0), 1);
  addNode(program, "aten.neg.default", {{"self", make::tensor("x")}}, "a", meta(DType::Float32, {2, more, 4}));
  addOutput(program, "a");
  EXPECT_TRUE(contains(messageOf(program), "never are"));
}

TEST(Import, NoOutputs) { EXPECT_TRUE(contains(messageOf(emptyProgram()), "no tensor among its outputs")); }

// Complex tensors become pairs of real ones; what has no real form says so.
TEST(Import, ComplexNumbers) {
  Program program = emptyProgram();
  addNode(program, "aten.zeros.default", {{"size", make::list({make::integer(4)})}}, "a", meta(DType::Complex64, {4}));
  addOutput(program, "a");
  mlir::MLIRContext context;
  loadImportDialects(context);
  auto module = importGraph(program, context);
  ASSERT_TRUE(module);
  auto func = *module->getOps<mlir::func::FuncOp>().begin();
  EXPECT_EQ(func.getResultTypes()[0], mlir::RankedTensorType::get({4, 2}, mlir::Float32Type::get(&context)));

  Program product = emptyProgram();
  addNode(product, "aten.zeros.default", {{"size", make::list({make::integer(4)})}}, "a", meta(DType::Complex64, {4}));
  addNode(product, "aten.cumprod.default", {{"self", make::tensor("a")}, {"dim", make::integer(0)}}, "b",
          meta(DType::Complex64, {4}));
  addOutput(product, "b");
  EXPECT_TRUE(contains(messageOf(product), "on complex numbers"));
}

// A function of real numbers of two integers is computed in the result's type, and refused where that is an integer too.
TEST(Import, RealFunctionsOfIntegers) {
  for (bool real : {true, false}) {
    Program program = emptyProgram();
    addNode(program, "aten.logaddexp.default", {{"self", make::tensor("i")}, {"other", make::tensor("i")}}, "a",
            meta(real ? DType::Float32 : DType::Int64, {3}));
    addOutput(program, "a");
    std::string text = messageOf(program);
    EXPECT_EQ(contains(text, "are integers"), !real) << text;
    EXPECT_EQ(text.empty(), real) << text;
  }
}

// Every lowering gets arguments of all kinds under the names that lowerings ask for. Most combinations make no sense;
// each has to end in a module that verifies or in a message that is not "a bug of mambac".
TEST(Import, NoArgumentsCrashALowering) {
  const char *names[] = {
      "self",  "other",   "dim",       "dims",   "input",      "weight",  "bias",    "tensors", "indices",    "index",
      "size",  "shape",   "pad",       "start",  "end",        "step",    "mask",    "value",   "equation",   "query",
      "key",   "values",  "attn_mask", "dim0",   "dim1",       "keepdim", "groups",  "stride",  "source",     "repeats",
      "vec2",  "mat2",    "src",       "length", "num_groups", "min",     "max",     "axis0",   "fill_value", "shifts",
      "steps", "padding", "diagonal",  "mat1",   "batch1",     "batch2",  "tensor1", "tensor2", "exponent"};
  std::mt19937 random(1);
  auto pick = [&](unsigned n) { return unsigned(random() % n); };
  auto argument = [&](auto &&self, unsigned depth) -> Argument {
    Argument arg;
    switch (pick(depth ? 10 : 12)) {
    case 0:
    case 1:
    case 2:
      return make::tensor("x");
    case 3:
      return make::tensor("y");
    case 4:
      return make::tensor("i");
    case 5:
    case 6:
      return make::integer(int64_t(pick(9)) - 4);
    case 7:
      arg.kind = Argument::Kind::Float;
      arg.floatValue = 0.5;
      return arg;
    case 8:
      arg.kind = Argument::Kind::String;
      arg.name = pick(2) ? "ij,jk->ik" : "constant";
      return arg;
    case 9:
      arg.kind = pick(2) ? Argument::Kind::None : Argument::Kind::SymInt;
      arg.expr = ShapeExpr::symbol(0);
      return arg;
    default: {
      std::vector<Argument> elements;
      bool ints = pick(2);
      for (unsigned n = pick(4); n > 0; --n)
        elements.push_back(ints ? make::integer(int64_t(pick(5)) - 2) : self(self, depth + 1));
      return make::list(elements);
    }
    }
  };
  for (llvm::StringRef target : aten::registry().targets()) {
    for (unsigned round = 0; round < 20; ++round) {
      Program program = emptyProgram();
      std::vector<NamedArgument> inputs;
      for (const char *name : names)
        if (pick(3))
          inputs.push_back({name, argument(argument, 0), false});
      inputs.push_back({"self", make::tensor(pick(3) ? "x" : "y")});
      DType types[] = {DType::Float32, DType::Float32, DType::Int64, DType::Bool, DType::BFloat16};
      std::vector<ShapeExpr> sizes[] = {{2, ShapeExpr::symbol(0), 4},    {4},   {}, {2, 4},
                                        {2, ShapeExpr::symbol(0), 4, 1}, {4, 2}};
      addNode(program, target.str(), inputs, "a", meta(types[pick(5)], sizes[pick(6)]));
      addOutput(program, "a");
      std::string text = messageOf(program);
      EXPECT_FALSE(contains(text, "a bug of mambac")) << target.str() << " in round " << round << ": " << text;
    }
  }
}
