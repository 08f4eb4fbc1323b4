// A small but complete archive that tests change in one place: y = x * w + b with w [2, 3] and b [3] in one storage, a
// non-persistent buffer and a lifted constant, x dynamic in its first dimension.
#ifndef MAMBAC_TEST_TINYMODEL_H
#define MAMBAC_TEST_TINYMODEL_H

#include "test/unit/Import/ZipWriter.h"

#include <cstring>
#include <utility>

namespace mambac::test {

inline std::string replaced(std::string text, const std::string &from, const std::string &to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

inline std::string floats(std::vector<float> values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

inline std::string meta(const std::string &sizes, const std::string &strides, int offset = 0, int dtype = 7) {
  auto list = [](const std::string &text) {
    std::string out = "[";
    size_t begin = 0;
    while (begin < text.size()) {
      size_t comma = std::min(text.find(',', begin), text.size());
      std::string item = text.substr(begin, comma - begin);
      bool isNumber = item.find_first_not_of("-0123456789") == std::string::npos;
      out += (begin ? ", " : "") + (isNumber
                                        ? "{\"as_int\": " + item + "}"
                                        : "{\"as_expr\": {\"expr_str\": \"" + item + "\", \"hint\": {\"as_int\": 5}}}");
      begin = comma + 1;
    }
    return out + "]";
  };
  return "{\"dtype\": " + std::to_string(dtype) + ", \"sizes\": " + list(sizes) +
         ", \"requires_grad\": false, \"device\": {\"type\": \"cpu\", \"index\": null}, \"strides\": " + list(strides) +
         ", \"storage_offset\": {\"as_int\": " + std::to_string(offset) + "}, \"layout\": 7}";
}

inline const char *tinyGraph() {
  return R"json({"graph_module": {"graph": {
    "inputs": [{"as_tensor": {"name": "p_w"}}, {"as_tensor": {"name": "p_b"}},
      {"as_tensor": {"name": "b_s"}}, {"as_tensor": {"name": "c_k"}}, {"as_tensor": {"name": "x"}}],
    "outputs": [{"as_tensor": {"name": "y"}}],
    "nodes": [
      {"target": "torch.ops.aten.sym_size.int",
       "inputs": [{"name": "self", "arg": {"as_tensor": {"name": "x"}}, "kind": 1},
        {"name": "dim", "arg": {"as_int": 0}, "kind": 1}],
       "outputs": [{"as_sym_int": {"as_name": "n"}}], "metadata": {}, "name": "n"},
      {"target": "torch.ops.aten.linear.default", "inputs": [
        {"name": "input", "arg": {"as_tensor": {"name": "x"}}, "kind": 1},
        {"name": "weight", "arg": {"as_tensor": {"name": "p_w"}}, "kind": 1}],
       "outputs": [{"as_tensor": {"name": "y"}}],
       "metadata": {"stack_trace": "TRACE",
                    "nn_module_stack": "L__self__,,m.Model;L__self___lin,lin,torch.nn.modules.linear.Linear"},
       "is_hop_single_tensor_return": null,
       "name": "y"}],
    "tensor_values": {"p_w": META_W, "p_b": META_B, "b_s": META_S, "c_k": META_S, "x": META_X, "y": META_X},
    "sym_int_values": {"n": {"as_expr": {"expr_str":
      "Symbol('s0', positive=True, integer=True)", "hint": {"as_int": 5}}}},
    "sym_bool_values": {}, "is_single_tensor_return": false, "custom_obj_values": {}, "sym_float_values": {}},
  "signature": {"input_specs": [
      {"parameter": {"arg": {"name": "p_w"}, "parameter_name": "lin.w"}},
      {"parameter": {"arg": {"name": "p_b"}, "parameter_name": "lin.b"}},
      {"buffer": {"arg": {"name": "b_s"},
       "buffer_name": "scale", "persistent": false}}, {"tensor_constant": {"arg": {"name": "c_k"}, "tensor_constant_name": "k"}},
      {"user_input": {"arg": {"as_tensor": {"name": "x"}}}}],
    "output_specs": [{"user_output": {"arg": {"as_tensor": {"name": "y"}}}}]},
  "module_call_graph": [{"fqn": "", "signature": {"inputs": [], "outputs": [], "in_spec": "",
     "forward_arg_names": ["x"],
     "out_spec": "OUT_SPEC"}}],
  "metadata": {}, "treespec_namedtuple_fields": {}},
 "opset_version": {"aten": 10}, 
 "range_constraints": {"s0": {"min_val": 2, "max_val": 4096}}, "schema_version": {"major": 8, "minor": 20},
 "verifiers": ["TRAINING"], "torch_version": "2.13.0", "guards_code": ["(L['x'].size()[0] % 8) == 0"]})json";
}

/// The graph with its placeholders filled in.
inline std::string tinyJson() {
  std::string text = tinyGraph();
  text = replaced(text, "TRACE", R"(File \"/home/me/model.py\", line 7, in forward\n    y = self.lin(x)\n)"
                                 R"(  File \"/v/site-packages/torch/nn/linear.py\", line 134, in f)");
  text = replaced(text, "OUT_SPEC", R"([1, {\"type\": \"m.Output\", \"context\": \"[\\\"logits\\\"]\", )"
                                    R"(\"children_spec\": [{\"type\": null, \"context\": null, \"children_spec\": []}]}])");
  text = replaced(text, "META_W", meta("2,3", "3,1"));
  text = replaced(text, "META_B", meta("3", "1", 6));
  text = replaced(text, "META_S", meta("1", "1"));
  return replaced(text, "META_X", meta("s0,3", "3,1"));
}

inline std::string payload(const std::string &fqn, const std::string &path, const std::string &metaText,
                           bool pickle = false) {
  return "\"" + fqn + "\": {\"path_name\": \"" + path +
         "\", \"is_param\": true, \"use_pickle\": " + (pickle ? "true" : "false") + ", \"tensor_meta\": " + metaText +
         "}";
}

/// The archive's entries in order; tests replace or remove some.
struct TinyModel {
  std::vector<std::pair<std::string, std::string>> entries = {
      {"data/weights/weight_0", floats({1, 2, 3, 4, 5, 6, 0.5f, 0.25f, 0.125f})},
      {"data/weights/model_weights_config.json", "{\"config\": {" + payload("lin.w", "weight_0", meta("2,3", "3,1")) +
                                                     ", " + payload("lin.b", "weight_0", meta("3", "1", 6)) + "}}"},
      {"data/constants/tensor_0", floats({2})},
      {"data/constants/model_constants_config.json", "{\"config\": {" + payload("scale", "tensor_0", meta("1", "1")) +
                                                         ", " + payload("k", "tensor_0", meta("1", "1")) + "}}"},
      {"models/model.json", tinyJson()},
      {"data/sample_inputs/model.pt", "a pickle, never read"},
      {"archive_format", "pt2"},
      {"archive_version", "0"},
      {"byteorder", "little"},
  };

  std::string &operator[](const std::string &name) {
    for (auto &entry : entries)
      if (entry.first == name)
        return entry.second;
    entries.emplace_back(name, "");
    return entries.back().second;
  }
  void remove(const std::string &name) {
    for (size_t i = entries.size(); i-- > 0;)
      if (entries[i].first == name)
        entries.erase(entries.begin() + static_cast<ptrdiff_t>(i));
  }
  ZipWriter zip(const std::string &root = "tiny/") const {
    ZipWriter writer;
    for (const auto &[name, content] : entries)
      writer.add(root + name, content);
    return writer;
  }
  std::string bytes() const { return zip().bytes(); }
};

} // namespace mambac::test

#endif // MAMBAC_TEST_TINYMODEL_H
