// The SAX handler for models/<name>.json. A stack of frames follows the containers of the text: those on the way to the
// graphs' nodes and values are streamed, what lies below becomes a small tree that is converted and dropped, the rest
// is skipped. Sub-graphs stand inside the arguments of nodes and are streamed too. The first problem is kept while
// reading goes on, because the schema version, which explains most problems, stands at the end of the text.
#include "lib/Import/GraphReader.h"
#include "lib/Import/GraphConvert.h"
#include "lib/Import/JsonSax.h"

#include <algorithm>
#include <numeric>

namespace mambac::pt2 {

namespace {
constexpr int64_t supportedMajor = 8;

enum class Place : uint8_t {
  Program,     ///< the outermost object
  GraphModule, ///< its member graph_module
  Graph,       ///< a graph object
  Nodes,       ///< a graph's array of nodes
  Tensors,     ///< a graph's tensor_values
  SymInts,
  SymBools,
  SymFloats,
  Tree, ///< inside a value that becomes a tree
  Skip, ///< inside a value that nobody wants
};

struct Frame {
  Place place;
  std::string key; ///< the member that comes next
  pt2::Graph *graph = nullptr;
  Json tree;
  size_t outerNodes = 0; ///< of a sub-graph: what was counted before it
};

class Reader : public JsonSax<Reader> {
public:
  Reader(Program &program) : program(program), exprs(program.symbols) {}

  bool key(std::string &name) {
    Frame &frame = frames.back();
    if (frame.place == Place::Tree)
      frame.tree.keys.push_back(std::move(name));
    else
      frame.key = std::move(name);
    return true;
  }

  bool value(Json json) {
    if (frames.empty())
      return fail("is " + std::string(jsonKindName(json.kind)) + ", not an object");
    complete(std::move(json));
    return true;
  }

  bool begin(Json::Kind kind) {
    if (frames.size() >= maxJsonDepth)
      return fail("nested more than " + std::to_string(maxJsonDepth) + " levels deep");
    if (frames.empty()) {
      if (kind != Json::Kind::Object)
        return fail("is " + std::string(jsonKindName(kind)) + ", not an object");
      frames.push_back({Place::Program, "", nullptr, {}, 0});
      return true;
    }
    Frame frame{childPlace(kind), "", frames.back().graph, {}, 0};
    if (frame.place == Place::Graph) {
      if (frames.back().place == Place::GraphModule) {
        frame.graph = &program.graph;
      } else {
        subgraphs.push_back(std::make_shared<pt2::Graph>());
        frame.graph = subgraphs.back().get();
        frame.outerNodes = treeNodes;
      }
    }
    if (frame.place == Place::Tree) {
      frame.tree.kind = kind;
      if (frames.back().place != Place::Tree)
        treeNodes = 0;
    }
    frames.push_back(std::move(frame));
    return true;
  }

  bool end() {
    Frame frame = std::move(frames.back());
    frames.pop_back();
    if (frames.empty())
      return true;
    if (frame.place == Place::Tree) {
      complete(std::move(frame.tree));
    } else if (frame.place == Place::Graph && frames.back().place == Place::Tree) {
      Json json;
      json.kind = Json::Kind::Graph;
      json.graph = std::move(subgraphs.back());
      subgraphs.pop_back();
      treeNodes = frame.outerNodes;
      complete(std::move(json));
    }
    return true;
  }

  Program &program;
  ExprCache exprs;
  std::optional<Error> problem; ///< the first thing that could not be converted
  bool haveVersion = false, haveGraph = false, haveSignature = false;
  std::vector<std::string> outputNames;
  struct Range {
    std::string symbol;
    std::optional<int64_t> min, max;
  };
  std::vector<Range> ranges;

private:
  bool fail(const std::string &why) {
    message = why;
    return false;
  }
  void note(Error error) {
    if (!problem)
      problem = std::move(error);
  }
  template <typename T> bool keep(Expected<T> &value) {
    if (!value)
      note(value.error());
    return value.ok();
  }

  /// Where the container that begins now belongs.
  Place childPlace(Json::Kind kind) {
    Frame &parent = frames.back();
    bool isObject = kind == Json::Kind::Object;
    const std::string &key = parent.key;
    switch (parent.place) {
    case Place::Program:
      if (key == "graph_module" && isObject) {
        haveGraph = true;
        return Place::GraphModule;
      }
      return key == "schema_version" || (!problem && (key == "range_constraints" || key == "guards_code"))
                 ? Place::Tree
                 : Place::Skip;
    case Place::GraphModule:
      if (key == "graph" && isObject)
        return Place::Graph;
      return key == "signature" || key == "module_call_graph" ? Place::Tree : Place::Skip;
    case Place::Graph:
      if (key == "nodes" && !isObject)
        return Place::Nodes;
      if (key == "tensor_values" && isObject)
        return Place::Tensors;
      if (key == "sym_int_values" && isObject)
        return Place::SymInts;
      if (key == "sym_bool_values" && isObject)
        return Place::SymBools;
      if (key == "sym_float_values" && isObject)
        return Place::SymFloats;
      return key == "inputs" || key == "outputs" ? Place::Tree : Place::Skip;
    case Place::Nodes:
    case Place::Tensors:
    case Place::SymInts:
    case Place::SymBools:
    case Place::SymFloats:
      return problem ? Place::Skip : Place::Tree;
    case Place::Tree: {
      // {"as_graph": {"name": …, "graph": {…}}}
      bool isSubgraph = isObject && !parent.tree.keys.empty() && parent.tree.keys.back() == "graph" &&
                        frames.size() >= 2 && frames[frames.size() - 2].place == Place::Tree &&
                        !frames[frames.size() - 2].tree.keys.empty() &&
                        frames[frames.size() - 2].tree.keys.back() == "as_graph";
      return isSubgraph ? Place::Graph : Place::Tree;
    }
    case Place::Skip:
      return Place::Skip;
    }
    return Place::Skip;
  }

  /// A value is complete whose parent is the top frame.
  void complete(Json json) {
    Frame &parent = frames.back();
    switch (parent.place) {
    case Place::Tree:
      // Only the innermost "File" of a trace is wanted, and traces are most of the text.
      if (json.isString() && !parent.tree.keys.empty() && parent.tree.keys.back() == "stack_trace")
        shortenTrace(json.string);
      if (++treeNodes > maxTreeNodes)
        note(Error{"a part of the graph has more than " + std::to_string(maxTreeNodes) + " values", "", ""});
      else
        parent.tree.items.push_back(std::move(json));
      if (parent.tree.kind == Json::Kind::Object)
        parent.tree.keys.resize(parent.tree.items.size());
      return;
    case Place::Program:
      return completeProgram(parent.key, json);
    case Place::GraphModule:
      return completeModule(parent.key, json);
    case Place::Graph:
      if (parent.key == "inputs")
        return convertList(json, parent.graph->inputs);
      if (parent.key == "outputs")
        return convertList(json, parent.graph->outputs);
      if (parent.key == "is_single_tensor_return")
        parent.graph->isSingleTensorReturn = json.isBool() && json.integer;
      return;
    case Place::Nodes:
      if (auto node = problem ? Expected<Node>(*problem) : convertNode(json, exprs); keep(node))
        parent.graph->nodes.push_back(std::move(*node));
      return;
    case Place::Tensors: {
      auto meta = convertTensorMeta(json, exprs);
      if (meta)
        parent.graph->tensors[parent.key] = std::move(*meta);
      else
        parent.graph->unreadable[parent.key] = meta.error().message();
      return;
    }
    case Place::SymInts: {
      auto expr = convertSymInt(json, exprs);
      if (expr)
        parent.graph->symInts[parent.key] = std::move(*expr);
      else
        parent.graph->unreadable[parent.key] = expr.error().message();
      return;
    }
    case Place::SymBools:
    case Place::SymFloats: {
      auto &values = parent.place == Place::SymBools ? parent.graph->symBools : parent.graph->symFloats;
      Json *expr = json.get("as_expr");
      Json *text = expr ? expr->get("expr_str") : nullptr;
      values[parent.key] = text ? std::move(text->string) : "";
      return;
    }
    case Place::Skip:
      return;
    }
  }

  void shortenTrace(std::string &trace) {
    std::string file;
    unsigned line = 0;
    readStackTrace(trace, file, line);
    trace = file.empty() ? "" : "File \"" + file + "\", line " + std::to_string(line);
  }

  void convertList(Json &json, std::vector<Argument> &list) {
    if (problem)
      return;
    if (!json.isArray())
      return note(Error{
          "a graph's inputs or outputs are " + std::string(jsonKindName(json.kind)) + " instead of an array", "", ""});
    for (Json &item : json.items) {
      auto converted = convertArgument(item, exprs);
      if (!keep(converted))
        return;
      list.push_back(std::move(*converted));
    }
  }

  void completeProgram(const std::string &key, Json &json) {
    if (key == "schema_version") {
      const Json *major = json.get("major"), *minor = json.get("minor");
      if (major && major->isInt()) {
        haveVersion = true;
        program.schemaMajor = static_cast<int>(std::clamp<int64_t>(major->integer, -1, 1 << 20));
        program.schemaMinor =
            minor && minor->isInt() ? static_cast<int>(std::clamp<int64_t>(minor->integer, -1, 1 << 20)) : 0;
      }
    } else if (key == "torch_version" && json.isString()) {
      program.torchVersion = std::move(json.string);
    } else if (key == "range_constraints") {
      for (size_t i = 0; i < json.keys.size() && i < json.items.size(); ++i) {
        auto bound = [&](const char *name) -> std::optional<int64_t> {
          const Json *value = json.items[i].get(name);
          return value && value->isInt() ? std::optional<int64_t>(value->integer) : std::nullopt;
        };
        ranges.push_back({json.keys[i], bound("min_val"), bound("max_val")});
      }
    } else if (key == "guards_code") {
      for (Json &guard : json.items)
        if (guard.isString())
          program.guards.push_back(std::move(guard.string));
    }
  }

  void completeModule(const std::string &key, Json &json) {
    if (problem)
      return;
    if (key == "signature") {
      haveSignature = true;
      Json *inputs = json.get("input_specs"), *outputs = json.get("output_specs");
      if (!inputs || !inputs->isArray() || !outputs || !outputs->isArray())
        return note(Error{"the signature lacks input_specs or output_specs", "", ""});
      for (Json &item : inputs->items) {
        auto spec = convertInputSpec(item, exprs);
        if (!keep(spec))
          return;
        program.inputs.push_back(std::move(*spec));
      }
      for (Json &item : outputs->items) {
        auto spec = convertOutputSpec(item, exprs);
        if (!keep(spec))
          return;
        program.outputs.push_back(std::move(*spec));
      }
    } else if (key == "module_call_graph" && !json.items.empty()) {
      // The first entry is the model itself.
      const Json *signature = json.items[0].get("signature");
      const Json *spec = signature ? signature->get("out_spec") : nullptr;
      if (spec && spec->isString())
        outputNames = readOutputNames(spec->string);
    }
  }

  /// Trees are meant to be small; a node with millions of values is none of PyTorch's.
  static constexpr size_t maxTreeNodes = 4 << 20;

  std::vector<Frame> frames;
  std::vector<std::shared_ptr<pt2::Graph>> subgraphs;
  size_t treeNodes = 0;
};

/// Ranges and divisors of the symbols; names of the outputs.
void finish(Program &program, Reader &reader) {
  for (const Reader::Range &range : reader.ranges) {
    Symbol &symbol = program.symbols[program.symbols.intern(range.symbol)];
    symbol.hasRange = true;
    // 2 is where torch begins to treat sizes as symbols, not a bound of the model: it checks only bounds above 2 itself.
    symbol.min = range.min.value_or(0) == 2 ? 1 : range.min.value_or(0);
    symbol.max = range.max;
  }
  for (const std::string &guard : program.guards) {
    std::string input;
    unsigned dim = 0;
    int64_t divisor = readDivisorGuard(guard, input, dim);
    const TensorMeta *meta = divisor ? program.graph.findTensor(input) : nullptr;
    if (!meta || dim >= meta->sizes.size() || !meta->sizes[dim].isSymbol())
      continue;
    Symbol &symbol = program.symbols[meta->sizes[dim].symbolIndex()];
    int64_t common = std::lcm(symbol.divisor, divisor);
    if (common > 0 && common < (int64_t(1) << 31))
      symbol.divisor = common;
  }
  size_t users = std::count_if(program.outputs.begin(), program.outputs.end(),
                               [](const OutputSpec &spec) { return spec.kind == OutputSpec::Kind::UserOutput; });
  bool haveNames = users == reader.outputNames.size();
  size_t index = 0;
  for (OutputSpec &spec : program.outputs) {
    if (spec.kind != OutputSpec::Kind::UserOutput)
      continue;
    if (haveNames)
      spec.userName = reader.outputNames[index++];
    if (spec.userName.empty())
      spec.userName = spec.arg.name;
  }
}
} // namespace

Expected<Program> readProgram(std::string_view json, const std::string &name, const std::string &where) {
  Program program;
  program.name = name;
  Reader reader(program);
  auto error = [&](const std::string &what, const std::string &todo) { return Error{what, where, todo}; };
  const char *corrupt = "the archive is corrupt, or not what torch.export.save writes";
  bool parsed = reader.parse(json);
  if (reader.haveVersion && program.schemaMajor != supportedMajor)
    return error("the export schema is version " + std::to_string(program.schemaMajor) + "." +
                     std::to_string(program.schemaMinor) + ", this mambac reads version 8",
                 program.schemaMajor > supportedMajor ? "use a newer mambac, or export with an older PyTorch"
                                                      : "export it again with PyTorch 2.9 or later");
  if (!parsed)
    return error(reader.message, corrupt);
  if (!reader.haveVersion)
    return error("the graph has no schema_version", corrupt);
  if (reader.problem)
    return error(reader.problem->what, reader.problem->todo.empty() ? corrupt : reader.problem->todo);
  if (!reader.haveGraph || !reader.haveSignature)
    return error(reader.haveGraph ? "the graph has no signature" : "no graph_module", corrupt);
  if (program.inputs.size() != program.graph.inputs.size() || program.outputs.size() != program.graph.outputs.size())
    return error("the signature has " + std::to_string(program.inputs.size()) + " inputs and " +
                     std::to_string(program.outputs.size()) + " outputs, the graph " +
                     std::to_string(program.graph.inputs.size()) + " and " +
                     std::to_string(program.graph.outputs.size()),
                 corrupt);
  finish(program, reader);
  return program;
}

} // namespace mambac::pt2
