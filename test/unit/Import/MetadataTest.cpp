// Stack traces, module stacks, names of outputs, guards.
#include "lib/Import/GraphConvert.h"

#include <gtest/gtest.h>

using namespace mambac::pt2;

namespace {
std::string place(const std::string &trace) {
  std::string file;
  unsigned line = 0;
  readStackTrace(trace, file, line);
  return file + ":" + std::to_string(line);
}

TEST(Metadata, StackTracesNameTheLastLineOfModelCode) {
  EXPECT_EQ(place("File \"/home/u/model.py\", line 12, in forward\n    x = self.lin(x)\n"), "model.py:12");
  EXPECT_EQ(place("File \"/home/u/model.py\", line 12, in forward\n    x = self.lin(x)\n"
                  "  File \"/v/lib/python3.11/site-packages/torch/nn/modules/linear.py\", line 134, in forward\n"),
            "model.py:12");
  EXPECT_EQ(place("File \"/v/lib/site-packages/transformers/models/mamba2/modeling_mamba2.py\", line 575, in forward\n"
                  "  File \"/v/lib/site-packages/transformers/activations.py\", line 103, in forward\n"),
            "transformers/activations.py:103");
  EXPECT_EQ(place("File \"torch/fx/passes/runtime_assert.py\", line 24, in f"), "torch/fx/passes/runtime_assert.py:24")
      << "better than nothing";
  EXPECT_EQ(place("File \"transformers/models/m.py\", line 5"), "transformers/models/m.py:5") << "cut before";
  EXPECT_EQ(place(""), ":0");
  EXPECT_EQ(place("File \""), ":0");
  EXPECT_EQ(place("File \"x"), ":0");
  EXPECT_EQ(place("File \"x.py\""), ":0");
  EXPECT_EQ(place("File \"x.py\", line "), "x.py:0");
  EXPECT_EQ(place("File \"x.py\", line 99999999999999999999"), "x.py:999999999");
}

std::string module(const std::string &stack) {
  std::string path, moduleClass;
  readModuleStack(stack, path, moduleClass);
  return path + " " + moduleClass;
}

TEST(Metadata, ModuleStacksNameTheInnermostModule) {
  EXPECT_EQ(module("L__self__,,m.Model;L__self___lin,lin,torch.nn.Linear"), "lin torch.nn.Linear");
  EXPECT_EQ(module("L__self__,,m.Model"), " m.Model");
  EXPECT_EQ(module("_empty_nn_module_stack_from_metadata_hook,_empty_nn_module_stack_from_metadata_hook,_empty_nn_"
                   "module_stack_from_metadata_hook"),
            " ");
  EXPECT_EQ(module("a,model.layers.slice(None, 4, None).0.mixer,m.Mixer"), "model.layers.0.mixer m.Mixer");
  EXPECT_EQ(module("a,L['self'].layers.3@1,m.Block"), "layers.3 m.Block");
  EXPECT_EQ(module(""), " ");
  EXPECT_EQ(module("a,b"), " ");
  EXPECT_EQ(module(";;,,"), " ");
}

TEST(Metadata, OutputsAreNamedByTheirStructure) {
  using Names = std::vector<std::string>;
  std::string leaf = R"({"type": null, "context": null, "children_spec": []})";
  EXPECT_EQ(readOutputNames("[1, " + leaf + "]"), Names{""});
  EXPECT_EQ(readOutputNames(R"([1, {"type": "builtins.tuple", "context": "null", "children_spec": [)" + leaf + ", " +
                            leaf + "]}]"),
            (Names{"", ""}));
  EXPECT_EQ(readOutputNames(R"([1, {"type": "m.Output", "context": "[\"logits\", \"state\"]", "children_spec": [)" +
                            leaf + R"(, {"type": "builtins.list", "context": "null", "children_spec": [)" + leaf +
                            ", " + leaf + "]}]}]"),
            (Names{"logits", "state.0", "state.1"}));
  EXPECT_EQ(readOutputNames("[1, {}]"), Names());
  EXPECT_EQ(readOutputNames("not json"), Names());
}

TEST(Metadata, GuardsGiveDivisors) {
  std::string input;
  unsigned dim = 9;
  EXPECT_EQ(readDivisorGuard("(L['x'].size()[1] % 8) == 0", input, dim), 8);
  EXPECT_EQ(input, "x");
  EXPECT_EQ(dim, 1u);
  EXPECT_EQ(readDivisorGuard("L['ids'].size()[0] % 16 == 0", input, dim), 16);
  EXPECT_EQ(readDivisorGuard("(L['x'].size()[1] % 8) != 0", input, dim), 0);
  EXPECT_EQ(readDivisorGuard("(L['x'].size()[1] % 8) == 0 and True", input, dim), 0);
  EXPECT_EQ(readDivisorGuard("(L['x'].size()[1] // 8) == 0", input, dim), 0);
  EXPECT_EQ(readDivisorGuard("(L['x", input, dim), 0);
  EXPECT_EQ(readDivisorGuard("", input, dim), 0);
}
} // namespace
