// The operators of python/mambac/ops.py as nodes of a graph: what they become, and what is refused, each with one message.
#include "dialects/SSM/IR/SSM.h"
#include "test/unit/Import/HandMadeProgram.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mambac;
using namespace mambac::pt2;

namespace {

Argument floatArg(double value) {
  Argument arg;
  arg.kind = Argument::Kind::Float;
  arg.floatValue = value;
  return arg;
}

Argument boolArg(bool value) {
  Argument arg;
  arg.kind = Argument::Kind::Bool;
  arg.intValue = value;
  return arg;
}

/// A program that is one call; tests change a detail of it.
struct OneCall {
  Program program;
  ShapeExpr b, l;

  OneCall() {
    program.name = "model";
    b = ShapeExpr::symbol(program.symbols.intern("b"));
    l = ShapeExpr::symbol(program.symbols.intern("l"));
  }

  void input(const std::string &name, std::vector<ShapeExpr> sizes, DType type = DType::Float32) {
    program.graph.tensors[name] = meta(type, std::move(sizes));
    InputSpec spec;
    spec.arg = make::tensor(name);
    spec.userName = name;
    program.inputs.push_back(spec);
    program.graph.inputs.push_back(spec.arg);
  }

  void call(const std::string &target, const std::vector<std::string> &tensors, std::vector<ShapeExpr> y,
            std::vector<ShapeExpr> last) {
    std::vector<NamedArgument> inputs;
    for (const std::string &name : tensors)
      inputs.push_back({name, make::tensor(name)});
    Node &node = addNode(program, target, inputs, "y", meta(DType::Float32, std::move(y)));
    node.outputs = {make::tensor("y"), make::tensor("last")};
    program.graph.tensors["last"] = meta(DType::Float32, std::move(last));
    addOutput(program, "y");
    addOutput(program, "last");
  }

  Node &node() { return program.graph.nodes.back(); }
  void set(const std::string &name, Argument value) { node().inputs.push_back({name, std::move(value)}); }
  TensorMeta &tensor(const std::string &name) { return program.graph.tensors[name]; }

  /// The text of the first op of that name.
  std::string imported(const std::string &op) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    auto module = importGraph(program, context);
    std::string text;
    llvm::raw_string_ostream stream(text);
    if (module)
      module->walk([&](mlir::Operation *each) {
        if (each->getName().getStringRef() == op && text.empty())
          each->print(stream, mlir::OpPrintingFlags().useLocalScope());
      });
    return text;
  }
};

struct Scan : OneCall {
  Scan() {
    for (const char *name : {"u", "delta", "z"})
      input(name, {b, 6, l});
    input("A", {6, 5});
    for (const char *name : {"B", "C"})
      input(name, {b, 5, l});
    for (const char *name : {"D", "delta_bias"})
      input(name, {6});
    input("initial_state", {b, 6, 5});
    call("mambac.selective_scan.default", {"u", "delta", "A", "B", "C", "D", "z", "delta_bias", "initial_state"}, {b, 6, l},
         {b, 6, 5});
    set("softplus", boolArg(true));
  }
};

struct SSD : OneCall {
  SSD() {
    input("x", {b, l, 6, 4});
    input("dt", {b, l, 6});
    input("A", {6});
    for (const char *name : {"B", "C"})
      input(name, {b, l, 2, 5});
    input("D", {6});
    input("initial_state", {b, 6, 4, 5});
    call("mambac.ssd.default", {"x", "dt", "A", "B", "C", "D", "initial_state"}, {b, l, 6, 4}, {b, 6, 4, 5});
  }
};

struct Convolution : OneCall {
  Convolution() {
    input("x", {b, 6, l});
    input("weight", {6, 4});
    input("bias", {6});
    input("window", {b, 6, 3});
    call("mambac.causal_conv1d.default", {"x", "weight", "bias", "window"}, {b, 6, l}, {b, 6, 3});
  }
};

/// A call with one result.
struct CacheCall : OneCall {
  ShapeExpr capacity;

  CacheCall() { capacity = ShapeExpr::symbol(program.symbols.intern("capacity")); }

  void callOne(const std::string &target, const std::vector<std::string> &tensors, TensorMeta y) {
    std::vector<NamedArgument> inputs;
    for (const std::string &name : tensors)
      inputs.push_back({name, make::tensor(name)});
    addNode(program, target, inputs, "y", std::move(y));
    addOutput(program, "y");
  }
};

struct Append : CacheCall {
  Append() {
    input("cache", {b, 2, capacity, 5}, DType::BFloat16);
    input("rows", {b, 2, l, 5});
    input("position", {b}, DType::Int64);
    callOne("mambac.append.default", {"cache", "rows", "position"}, meta(DType::BFloat16, {b, 2, capacity, 5}));
  }
};

struct CachedAttention : CacheCall {
  explicit CachedAttention(int64_t groups = 2) {
    input("q", {b, 6, l, 4});
    input("k", {b, groups, capacity, 4});
    input("v", {b, groups, capacity, 5});
    input("position", {b}, DType::Int64);
    callOne("mambac.attention.default", {"q", "k", "v", "position"}, meta(DType::Float32, {b, 6, l, 5}));
  }
};

} // namespace

TEST(Library, Append) {
  std::string text = Append().imported("ssm.append");
  EXPECT_TRUE(contains(text, "\"b h l d, b -> b h s d\" rows(%arg1")) << text;
  EXPECT_TRUE(contains(text, "outs(%arg0 : tensor<?x2x?x5xbf16>)")) << text;
}

TEST(Library, CachedAttention) {
  std::string text = CachedAttention().imported("ssm.attention");
  EXPECT_TRUE(contains(text, "\"b h q d, b h/3 s d, b h/3 s e, b -> b h q e\"")) << text;
  EXPECT_TRUE(contains(text, "position(%arg3 : tensor<?xi64>) scale(5.000000e-01) causal")) << text;
  CachedAttention scaled(1);
  scaled.set("scale", floatArg(0.25));
  text = scaled.imported("ssm.attention");
  EXPECT_TRUE(contains(text, "\"b h q d, b h/6 s d, b h/6 s e, b -> b h q e\"")) << text;
  EXPECT_TRUE(contains(text, "scale(2.500000e-01) causal")) << text;
  CachedAttention whole;
  whole.node().inputs.pop_back(); // the last query sees all keys
  text = whole.imported("ssm.attention");
  EXPECT_TRUE(contains(text, "b h/3 s e -> b h q e")) << text;
  EXPECT_TRUE(contains(text, "causal")) << text;
}

TEST(Library, SelectiveScan) {
  Scan scan;
  scan.set("dt_min", floatArg(0.001));
  scan.set("dt_max", floatArg(std::numeric_limits<double>::infinity()));
  std::string text = scan.imported("ssm.selective_scan");
  EXPECT_TRUE(contains(text, "\"b d l, b d l, d n, b n l, b n l, d, b d l, d, b d n -> b d l, b d n\"")) << text;
  EXPECT_TRUE(contains(text, "softplus dt_min(1.000000e-03")) << text;
  EXPECT_FALSE(contains(text, "dt_max")) << text;
}

TEST(Library, SelectiveScanWithGroups) {
  Scan scan;
  scan.tensor("B").sizes = {scan.b, 2, 5, scan.l}; // a group of three channels
  scan.tensor("C").sizes = {6, 5};                 // constant in time
  std::string text = scan.imported("ssm.selective_scan");
  EXPECT_TRUE(contains(text, "d n, b d/3 n l, d n, d,")) << text;
}

TEST(Library, SSD) {
  std::string text = SSD().imported("ssm.ssd");
  EXPECT_TRUE(contains(text, "\"b l h p, b l h, h, b l h/3 n, b l h/3 n, h, b h p n -> b l h p, b h p n\"")) << text;
  EXPECT_FALSE(contains(text, "softplus")) << text;
}

TEST(Library, SSDWithOneGroup) {
  SSD ssd;
  ssd.tensor("B").sizes = {ssd.b, ssd.l, 1, 5};
  std::string text = ssd.imported("ssm.ssd");
  EXPECT_TRUE(contains(text, "h, b l n, b l h/3 n,")) << text;
}

TEST(Library, CausalConv1D) {
  Convolution conv;
  conv.set("silu", boolArg(true));
  std::string text = conv.imported("ssm.causal_conv1d");
  EXPECT_TRUE(contains(text, "\"b c l, c k, c, b c k -> b c l, b c k\"")) << text;
  EXPECT_TRUE(contains(text, "activation(silu)")) << text;
}

/// The one message of importing a graph.
static std::string only(const OneCall &graph) {
  unsigned count = 0;
  std::string text = messageOf(graph.program, &count);
  EXPECT_EQ(count, 1u) << text;
  EXPECT_TRUE(contains(text, "at layers.0.mixer (model.py:12)")) << text;
  return text;
}

TEST(Library, ArgumentOfAnotherVersion) {
  Scan scan;
  scan.set("lengths", make::integer(3));
  EXPECT_TRUE(contains(only(scan), "this mambac does not know its argument 'lengths'"));
}

TEST(Library, MissingArgument) {
  SSD ssd;
  ssd.node().inputs.erase(ssd.node().inputs.begin() + 1);
  EXPECT_TRUE(contains(only(ssd), "it has no argument 'dt'"));
}

TEST(Library, IntegerArgument) {
  Convolution conv;
  conv.tensor("weight").dtype = DType::Int32;
  EXPECT_TRUE(contains(only(conv), "its argument 'weight' is of type i32, not floating-point"));
}

TEST(Library, WrongRank) {
  SSD ssd;
  ssd.tensor("B").sizes = {ssd.b, ssd.l, 5};
  EXPECT_TRUE(contains(only(ssd), "its argument 'B' has 3 dims, not 4 (b l h/R n)"));
  Scan scan;
  scan.tensor("C").sizes = {scan.b, 2, 5, scan.l, 1};
  EXPECT_TRUE(contains(only(scan), "its argument 'C' has 5 dims, not 3 (b n l)"));
}

TEST(Library, SizesThatDiffer) {
  Scan scan;
  scan.tensor("initial_state").sizes = {scan.b, 6, 7};
  EXPECT_TRUE(contains(only(scan), "the size 7 of axis n in 'initial_state' is not that of 'A', which is 5"));
  Convolution conv;
  conv.tensor("window").sizes = {conv.b, 6, 4}; // transformers keeps one more
  EXPECT_TRUE(contains(only(conv), "the size 5 of axis k in 'window' is not that of 'weight', which is 4"));
}

TEST(Library, GroupsThatDoNotDivide) {
  SSD ssd;
  ssd.tensor("C").sizes = {ssd.b, ssd.l, 4, 5};
  EXPECT_TRUE(contains(only(ssd), "the 4 groups of 'C' do not divide the 6 of 'x'"));
  SSD open;
  open.tensor("C").sizes = {open.b, open.l, open.l, 5};
  EXPECT_TRUE(contains(only(open), "the groups of 'C' have a dynamic size"));
}

TEST(Library, CachesThatDoNotFit) {
  Append heads;
  heads.tensor("rows").sizes = {heads.b, 4, heads.l, 5};
  EXPECT_TRUE(contains(only(heads), "the size 2 of axis h in 'cache' is not that of 'rows', which is 4"));
  Append position;
  position.tensor("position").dtype = DType::Float32;
  EXPECT_TRUE(contains(only(position), "its argument 'position' is of type f32, not i64"));
  Append scalar;
  scalar.tensor("position").sizes = {};
  EXPECT_TRUE(contains(only(scalar), "its argument 'position' has 0 dims, not 1 (b)"));
  Append type;
  type.tensor("y").dtype = DType::Float32;
  EXPECT_TRUE(contains(only(type), "its result is bf16 where the graph declares f32"));
  EXPECT_TRUE(contains(only(CachedAttention(4)), "the 4 groups of 'k' do not divide the 6 of 'q'"));
  CachedAttention open;
  open.tensor("q").sizes = {open.b, 6, open.l, open.l};
  EXPECT_TRUE(contains(only(open), "the size of its heads is dynamic"));
}

TEST(Library, BoundsThatMakeNoSense) {
  SSD ssd;
  ssd.set("dt_min", floatArg(2));
  ssd.set("dt_max", floatArg(1));
  EXPECT_TRUE(contains(only(ssd), "its argument 'dt_min' is more than 'dt_max'"));
  SSD nan;
  nan.set("dt_min", floatArg(std::nan("")));
  EXPECT_TRUE(contains(only(nan), "its argument 'dt_min' is no number"));
}

TEST(Library, OneTap) {
  Convolution conv;
  conv.tensor("weight").sizes = {6, 1};
  EXPECT_TRUE(contains(only(conv), "fewer than two taps"));
}

TEST(Library, ResultThatIsDeclaredWrongly) {
  Scan scan;
  scan.tensor("last").sizes = {scan.b, 6, 6};
  EXPECT_TRUE(contains(only(scan), "a tensor of size 5 stands where 6 is declared"));
}
