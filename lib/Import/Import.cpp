// Walks an exported program and builds the module of one entry: the function and its attributes, the values of inputs and
// weights, one lowering for each node, sub-graphs inlined, and the report of what is not supported. The lowerings are in
// Aten/; which entries a model has is for ImportModel.cpp.
#include "lib/Import/ImportEntry.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Import/Constants.h"
#include "lib/Import/HigherOrder.h"
#include "lib/Import/SymbolRanges.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using Kind = mambac::pt2::Argument::Kind;

namespace mambac {
namespace {

using namespace aten;

/// "backbone.layers.0.mixer (modeling_mamba2.py:530)"
std::string placeOf(const pt2::Node &node) {
  std::string text = node.modulePath.empty() ? "the model itself" : node.modulePath;
  if (!node.sourceFile.empty())
    text += " (" + node.sourceFile + (node.sourceLine ? ":" + std::to_string(node.sourceLine) : "") + ")";
  return text;
}

bool isSubgraphCall(const pt2::Node &node) {
  StringRef target(node.target);
  return target.contains("wrap_with_set_grad_enabled") || target.contains("wrap_with_autocast");
}

/// Whether nothing that the node returns is a tensor: sizes are resolved already, so such nodes have nothing to do.
bool returnsNoTensor(const pt2::Node &node) {
  if (node.outputs.empty())
    return false;
  return llvm::all_of(node.outputs, [](const pt2::Argument &output) {
    return output.is(Kind::SymInt) || output.is(Kind::SymFloat) || output.is(Kind::SymBool) || output.is(Kind::Int) ||
           output.is(Kind::None);
  });
}

class Importer {
public:
  Importer(const pt2::Program &program, const pt2::States &states, MLIRContext &context,
           const pt2::ExportedProgram *tensors)
      : program(program), states(states), tensors(tensors), context(context), builder(&context),
        emitter(builder, program.symbols) {}

  OwningOpRef<ModuleOp> run(StringRef name);
  /// What is known after `run`, by symbol of the program.
  llvm::DenseMap<unsigned, SymbolRange> ranges;
  llvm::DenseMap<unsigned, unsigned> symbolOrder; // position in the function
  SmallVector<unsigned> written, writtenBuffers;  // inputs and buffers that the graph writes to

private:
  const pt2::Program &program;
  const pt2::States &states;
  const pt2::ExportedProgram *tensors; // may be null
  MLIRContext &context;
  OpBuilder builder;
  Emitter emitter;
  Scope scope;
  std::vector<std::string> errors;

  void reject(const Twine &message) { errors.push_back(message.str()); }
  bool report();
  void collectUnsupported(const pt2::Graph &graph, llvm::MapVector<StringRef, std::vector<const pt2::Node *>> &found,
                          unsigned depth);
  bool checkSupported();
  Location locationOf(const pt2::Node &node);
  void orderSymbols();
  llvm::DenseMap<unsigned, SymbolRange> declaredRanges();
  AffineMap shapeMap(ArrayRef<Size> sizes);
  void bindSymbols(ArrayRef<std::pair<const pt2::TensorMeta *, Value>> inputs);
  void importNodes(const pt2::Graph &graph, Scope &scope, unsigned depth);
  void importNode(const pt2::Graph &graph, const pt2::Node &node, Scope &scope, unsigned depth);
  void inlineSubgraph(const pt2::Graph &graph, const pt2::Node &node, Scope &scope, unsigned depth);
  DictionaryAttr describe(StringRef name, DType type, ArrayRef<Size> sizes);
};

/// One diagnostic with everything in `errors`; true when there was none.
bool Importer::report() {
  if (errors.empty())
    return true;
  constexpr size_t shown = 20;
  std::string text = "the model '" + program.name + "' cannot be imported:";
  if (errors.size() == 1)
    text += " " + errors[0];
  for (size_t i = 0; errors.size() > 1 && i < std::min(errors.size(), shown); ++i)
    text += "\n  " + errors[i];
  if (errors.size() > shown)
    text += "\n  and " + std::to_string(errors.size() - shown) + " more";
  emitError(UnknownLoc::get(&context)) << text;
  return false;
}

void Importer::collectUnsupported(const pt2::Graph &graph,
                                  llvm::MapVector<StringRef, std::vector<const pt2::Node *>> &found, unsigned depth) {
  for (const pt2::Node &node : graph.nodes) {
    bool inPlace;
    if (isSubgraphCall(node) || isHigherOrder(node.target)) {
      for (const pt2::NamedArgument &input : node.inputs)
        if (input.arg.graph && depth < 8)
          collectUnsupported(*input.arg.graph, found, depth + 1);
      continue;
    }
    if (!returnsNoTensor(node) && !registry().find(node.target, inPlace))
      found[node.target].push_back(&node);
  }
}

bool Importer::checkSupported() {
  llvm::MapVector<StringRef, std::vector<const pt2::Node *>> found;
  collectUnsupported(program.graph, found, 0);
  if (found.empty())
    return true;
  std::string text =
      "the model '" + program.name + "' uses " + std::to_string(found.size()) +
      (found.size() == 1 ? " operation that mambac does not support:" : " operations that mambac does not support:");
  for (auto &[target, nodes] : found) {
    StringRef name = target;
    name.consume_front("torch.ops.");
    text += "\n  " + name.str() + ", " + std::to_string(nodes.size()) + (nodes.size() == 1 ? " time" : " times") + ": ";
    llvm::StringSet<> places;
    unsigned listed = 0;
    for (const pt2::Node *node : nodes) {
      std::string place = placeOf(*node);
      if (!places.insert(place).second)
        continue;
      if (listed == 3) {
        text += ", …";
        break;
      }
      text += (listed++ ? ", " : "") + place;
    }
  }
  text += "\n  replace them in the model, or open an issue for mambac with this list";
  emitError(UnknownLoc::get(&context)) << text;
  return false;
}

Location Importer::locationOf(const pt2::Node &node) {
  Location loc = UnknownLoc::get(&context);
  if (!node.sourceFile.empty())
    loc = FileLineColLoc::get(&context, node.sourceFile, node.sourceLine, 0);
  if (node.modulePath.empty())
    return loc;
  return NameLoc::get(StringAttr::get(&context, node.modulePath), loc);
}

//===--- Symbols
//----------------------------------------------------------------------------------------------------------===//

/// Symbols of the inputs' sizes, in the order in which they occur there.
void Importer::orderSymbols() {
  for (const pt2::InputSpec &input : program.inputs) {
    if (input.kind != pt2::InputSpec::Kind::UserInput || !input.arg.isTensor())
      continue;
    const pt2::TensorMeta *meta = program.graph.findTensor(input.arg.name);
    if (!meta)
      continue;
    for (const Size &size : meta->sizes) {
      std::vector<unsigned> used;
      size.collectSymbols(used);
      for (unsigned symbol : used)
        symbolOrder.try_emplace(symbol, symbolOrder.size());
    }
  }
}

/// A dim a*s + c of an input, for one symbol s: (symbol, a, c).
static std::optional<std::tuple<unsigned, int64_t, int64_t>> linearDim(const Size &size) {
  std::vector<unsigned> used;
  size.collectSymbols(used);
  if (used.size() != 1)
    return std::nullopt;
  std::vector<int64_t> values(used[0] + 1, 0);
  int64_t at[3];
  for (int64_t k = 0; k < 3; ++k) {
    values[used[0]] = 1000 + k;
    std::optional<int64_t> value = size.evaluate(values);
    if (!value)
      return std::nullopt;
    at[k] = *value;
  }
  std::optional<Size> product = Size::mul(Size::symbol(used[0]), at[1] - at[0]);
  std::optional<Size> linear = product ? Size::add(*product, at[0] - 1000 * (at[1] - at[0])) : std::nullopt;
  if (!linear || !(*linear == size) || at[1] <= at[0])
    return std::nullopt;
  return std::tuple(used[0], at[1] - at[0], at[0] - 1000 * (at[1] - at[0]));
}

/// One tensor.dim for each symbol: of a dim that is plainly the symbol, or is linear in it.
void Importer::bindSymbols(ArrayRef<std::pair<const pt2::TensorMeta *, Value>> inputs) {
  for (bool plain : {true, false}) {
    for (auto &[meta, value] : inputs)
      for (auto [dim, size] : llvm::enumerate(meta->sizes)) {
        auto linear = linearDim(size);
        if (!linear)
          continue;
        auto [symbol, factor, offset] = *linear;
        auto it = symbolOrder.find(symbol);
        if (it == symbolOrder.end() || emitter.hasSymbol(it->second) || plain != (factor == 1 && offset == 0))
          continue;
        Value index = emitter.index(dim);
        Value extent = emitter
                           .atEntry([&, value = value]() -> Operation * {
                             return tensor::DimOp::create(builder, builder.getUnknownLoc(), value, index);
                           })
                           ->getResult(0);
        if (!plain) {
          AffineExpr expr = (builder.getAffineSymbolExpr(0) - offset).floorDiv(factor);
          extent = emitter
                       .atEntry([&]() -> Operation * {
                         return affine::AffineApplyOp::create(builder, builder.getUnknownLoc(),
                                                              AffineMap::get(0, 1, expr), ValueRange{extent});
                       })
                       ->getResult(0);
        }
        emitter.bindSymbol(symbol, it->second, extent);
      }
  }
  for (auto &[symbol, position] : symbolOrder)
    if (!emitter.hasSymbol(position))
      reject("the size '" + program.symbols[symbol].name + "' is not the size of a dim of an input");
}

llvm::DenseMap<unsigned, SymbolRange> Importer::declaredRanges() {
  llvm::DenseMap<unsigned, SymbolRange> ranges;
  for (auto &[index, position] : symbolOrder) {
    const pt2::Symbol &symbol = program.symbols[index];
    // torch.export says "at least 2" of every dim that it leaves open, since it treats 0 and 1 apart; the graph holds
    // for 1.
    ranges[index] = {symbol.min <= 2 ? 1 : symbol.min, symbol.max.value_or(INT64_MAX), symbol.divisor};
  }
  return ranges;
}

AffineMap Importer::shapeMap(ArrayRef<Size> sizes) {
  SmallVector<AffineExpr> exprs;
  for (const Size &size : sizes)
    exprs.push_back(emitter.affine(size));
  return AffineMap::get(0, symbolOrder.size(), exprs, &context);
}

DictionaryAttr Importer::describe(StringRef name, DType type, ArrayRef<Size> sizes) {
  // The dtype is said in words: i8 alone could be either kind of byte.
  return builder.getDictionaryAttr({builder.getNamedAttr("mambac.dtype", builder.getStringAttr(pt2::dtypeName(type))),
                                    builder.getNamedAttr("mambac.name", builder.getStringAttr(name)),
                                    builder.getNamedAttr("mambac.shape", AffineMapAttr::get(shapeMap(sizes)))});
}

//===--- Nodes
//------------------------------------------------------------------------------------------------------------===//

void Importer::inlineSubgraph(const pt2::Graph &graph, const pt2::Node &node, Scope &scope, unsigned depth) {
  // Inputs: settings, the sub-graph, then its arguments.
  const pt2::Graph *body = nullptr;
  SmallVector<const pt2::Argument *> arguments;
  for (const pt2::NamedArgument &input : node.inputs) {
    if (!body)
      body = input.arg.graph.get();
    else
      arguments.push_back(&input.arg);
  }
  auto wrong = [&](const Twine &what) { reject(node.target + " at " + placeOf(node) + ": " + what); };
  if (!body || depth >= 8)
    return wrong(body ? "sub-graphs are nested too deeply" : "it has no sub-graph");
  if (arguments.size() != body->inputs.size())
    return wrong("it passes " + Twine(arguments.size()) + " arguments to a sub-graph with " +
                 Twine(body->inputs.size()));
  Scope inner;
  for (auto [argument, input] : llvm::zip_equal(arguments, body->inputs)) {
    if (!argument->isTensor() || !input.isTensor())
      continue;
    auto it = scope.find(argument->name);
    if (it == scope.end() || !it->second)
      return wrong("its argument '" + argument->name + "' is not defined");
    inner[input.name] = it->second;
  }
  size_t before = errors.size();
  importNodes(*body, inner, depth + 1);
  if (errors.size() != before)
    return;
  Call call(emitter, graph, node, scope);
  ArrayRef<std::string> results = call.results();
  SmallVector<const pt2::Argument *> outputs;
  for (const pt2::Argument &output : body->outputs) {
    if (!output.isList())
      outputs.push_back(&output);
    else
      for (const pt2::Argument &each : output.elements)
        outputs.push_back(&each);
  }
  if (outputs.size() != results.size())
    return wrong("its sub-graph returns " + Twine(outputs.size()) + " values, not " + Twine(results.size()));
  for (auto [output, name] : llvm::zip_equal(outputs, results)) {
    if (!output->isTensor() || name.empty())
      continue;
    auto it = inner.find(output->name);
    if (it == inner.end() || !it->second)
      return wrong("its sub-graph does not define '" + output->name + "'");
    scope[name] = it->second;
  }
}

void Importer::importNode(const pt2::Graph &graph, const pt2::Node &node, Scope &scope, unsigned depth) {
  emitter.loc = locationOf(node);
  emitter.problem.clear();
  if (isSubgraphCall(node))
    return inlineSubgraph(graph, node, scope, depth);
  if (returnsNoTensor(node))
    return;
  Call call(emitter, graph, node, scope);
  if (isHigherOrder(node.target)) {
    if (depth >= 8)
      emitter.fail("sub-graphs are nested too deeply");
    else
      (void)lowerHigherOrder(call, [&](const pt2::Graph &body, Scope &inner) {
        size_t before = errors.size();
        importNodes(body, inner, depth + 1);
        return errors.size() == before;
      });
  } else if (Lowering lowering = registry().find(node.target, call.inPlace)) {
    (void)lowering(call);
  } // else reported by checkSupported
  if (emitter.problem.empty())
    return;
  StringRef target(node.target);
  target.consume_front("torch.ops.");
  reject(target.str() + " '" + node.name + "' at " + placeOf(node) + ": " + emitter.problem);
  // The nodes behind it are looked at all the same, with a value of the declared form in its place.
  for (auto [position, name] : llvm::enumerate(call.results())) {
    if (name.empty() || scope.count(name) || !graph.findTensor(name))
      continue;
    Tensor stand = emitter.empty(call.resultType(position), call.resultSizes(position));
    scope[name] = std::make_shared<Binding>(stand);
  }
  emitter.problem.clear();
}

void Importer::importNodes(const pt2::Graph &graph, Scope &scope, unsigned depth) {
  for (const pt2::Node &node : graph.nodes)
    importNode(graph, node, scope, depth);
}

//===--- The module
//-------------------------------------------------------------------------------------------------------===//

OwningOpRef<ModuleOp> Importer::run(StringRef entryName) {
  if (!checkSupported())
    return nullptr;
  orderSymbols();
  for (auto &[symbol, position] : symbolOrder)
    emitter.bindSymbol(symbol, position, Value());

  Location unknown = UnknownLoc::get(&context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(unknown);
  (*module)->setAttr("mambac.model", builder.getStringAttr(program.name));

  // The signature.
  using Source = pt2::InputSpec::Kind;
  SmallVector<Type> inputTypes;
  SmallVector<Attribute> inputAttrs;
  SmallVector<const pt2::InputSpec *> userInputs;
  llvm::StringSet<> names;
  for (const pt2::InputSpec &input : program.inputs) {
    if (input.kind == Source::CustomObject || input.kind == Source::Token)
      reject("the input '" + input.arg.name + "' is an object, not a tensor");
    if (input.kind != Source::UserInput || input.arg.isNone() || input.arg.is(Kind::Int) || input.arg.is(Kind::Float) ||
        input.arg.is(Kind::Bool) || input.arg.is(Kind::String))
      continue; // numbers are part of the graph as it was exported
    if (!input.arg.isTensor()) {
      reject("the input '" + (input.userName.empty() ? input.arg.name : input.userName) + "' is a " +
             pt2::kindName(input.arg.kind) + ", not a tensor");
      continue;
    }
    const pt2::TensorMeta *meta = program.graph.findTensor(input.arg.name);
    if (!meta) {
      reject("the graph does not describe its input '" + input.arg.name + "'");
      continue;
    }
    emitter.problem.clear();
    inputTypes.push_back(emitter.type(meta->dtype, Sizes(meta->sizes.begin(), meta->sizes.end())));
    std::string name = input.userName.empty() ? input.arg.name : input.userName;
    if (!names.insert(name).second)
      reject("two inputs have the name '" + name + "'");
    inputAttrs.push_back(describe(name, meta->dtype, Sizes(meta->sizes.begin(), meta->sizes.end())));
    if (!emitter.problem.empty())
      reject("the input '" + name + "': " + emitter.problem);
    userInputs.push_back(&input);
  }
  if (!report())
    return nullptr;

  builder.setInsertionPointToEnd(module->getBody());
  auto func = func::FuncOp::create(builder, unknown, entryName, builder.getFunctionType(inputTypes, {}));
  func.setAllArgAttrs(inputAttrs); // lowerings add to them
  Block *entry = func.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  emitter.setEntry(entry);

  SmallVector<std::pair<const pt2::TensorMeta *, Value>> metas;
  for (auto [input, value] : llvm::zip_equal(userInputs, entry->getArguments())) {
    const pt2::TensorMeta *meta = program.graph.findTensor(input->arg.name);
    metas.push_back({meta, value});
    auto binding = std::make_shared<Binding>(Tensor{value, meta->dtype, Sizes(meta->sizes.begin(), meta->sizes.end())},
                                             "input '" + input->userName + "'");
    binding->getStorage().mayChange = true;
    scope[input->arg.name] = binding;
  }
  bindSymbols(metas);
  if (!report())
    return nullptr;

  // Weights: one op each, created here and dropped below where nothing uses it.
  SmallVector<Operation *> weights;
  for (const pt2::InputSpec &input : program.inputs) {
    if (input.kind != Source::Parameter && input.kind != Source::Buffer && input.kind != Source::TensorConstant)
      continue;
    const pt2::TensorMeta *meta = input.arg.isTensor() ? program.graph.findTensor(input.arg.name) : nullptr;
    bool isStatic =
        meta && llvm::all_of(meta->sizes, [](const Size &size) { return size.isConstant() && size.value() >= 0; });
    if (!isStatic || input.target.empty()) {
      reject("the graph does not describe the weight '" + input.target + "'");
      continue;
    }
    emitter.problem.clear();
    Sizes sizes(meta->sizes.begin(), meta->sizes.end());
    // Numbers that the model's code wrote as tensors are part of the graph: masks are made of them.
    const pt2::TensorView *stored =
        tensors && input.kind == Source::TensorConstant ? tensors->findWeight(input.target) : nullptr;
    if (std::optional<double> number = stored && sizes.empty() ? getNumberIn(*stored) : std::nullopt) {
      scope[input.arg.name] =
          std::make_shared<Binding>(emitter.fill(meta->dtype, sizes, emitter.constant(meta->dtype, *number)));
      continue;
    }
    RankedTensorType type = emitter.type(meta->dtype, sizes);
    DenseElementsAttr list = stored && emitter.problem.empty() ? getListIn(*stored, type) : DenseElementsAttr();
    Operation *op = emitter.atEntry([&]() -> Operation * {
      if (list)
        return arith::ConstantOp::create(builder, unknown, list);
      return ssm::WeightOp::create(builder, unknown, type, input.target);
    });
    if (!emitter.problem.empty())
      reject("the weight '" + input.target + "': " + emitter.problem);
    weights.push_back(op);
    auto binding =
        std::make_shared<Binding>(Tensor{op->getResult(0), meta->dtype, sizes}, "weight '" + input.target + "'");
    binding->getStorage().mayChange = input.kind == Source::Buffer;
    scope[input.arg.name] = binding;
  }

  importNodes(program.graph, scope, 0);

  // Results. The declared outputs come first.
  SmallVector<Value> results;
  SmallVector<Attribute> resultAttrs;
  llvm::StringSet<> resultNames;
  emitter.loc = unknown;
  // A result that is the new contents of an input says so, and the input that it is a state.
  auto addResult = [&](const Tensor &tensor, const std::string &wanted, const pt2::InputSpec *updated, StringRef role) {
    std::string name = wanted;
    for (unsigned n = 1; !resultNames.insert(name).second; ++n)
      name = wanted + "_" + std::to_string(n);
    NamedAttrList attributes(describe(name, tensor.dtype, tensor.sizes));
    if (updated)
      attributes.set("mambac.updates", builder.getI64IntegerAttr(llvm::find(userInputs, updated) - userInputs.begin()));
    if (!role.empty())
      attributes.set("mambac.role", builder.getStringAttr(role));
    results.push_back(tensor.value);
    resultAttrs.push_back(attributes.getDictionary(&context));
    if (!emitter.problem.empty())
      reject("the output '" + name + "': " + emitter.problem);
    emitter.problem.clear();
  };
  emitter.problem.clear();
  for (auto [number, output] : llvm::enumerate(program.outputs)) {
    using Use = pt2::OutputSpec::Kind;
    if (output.kind == Use::BufferMutation) { // see importEntries
      if (llvm::none_of(program.inputs, [&, output = &output](const pt2::InputSpec &input) {
            return input.kind == Source::Buffer && input.target == output->target;
          }))
        reject("the graph changes the buffer '" + output.target + "', which it does not have");
      continue;
    }
    if (output.kind == Use::ParameterMutation) {
      reject("the graph changes the weight '" + output.target + "' in place, which is not supported");
      continue;
    }
    if (output.arg.isNone() || output.kind == Use::Token)
      continue;
    bool updates = output.kind == Use::UserInputMutation;
    std::string name = updates ? output.target : output.userName.empty() ? output.arg.name : output.userName;
    auto it = output.arg.isTensor() ? scope.find(output.arg.name) : scope.end();
    auto *updated = llvm::find_if(
        userInputs, [&, output = &output](const pt2::InputSpec *input) { return input->arg.name == output->target; });
    if (it == scope.end() || !it->second || (updates && updated == userInputs.end())) {
      reject("the output '" + name + "' is a " + pt2::kindName(output.arg.kind) + " that no node defines as a tensor");
      continue;
    }
    const pt2::States::Pair *pair = states.ofOutput(number);
    auto role = program.contract.outputRoles.find(name);
    addResult(it->second->read(emitter), name,
              updates ? *updated : pair ? &program.inputs[pair->input] : nullptr,
              role == program.contract.outputRoles.end() ? "" : StringRef(role->second));
  }
  // Inputs that the graph writes to: their contents at the end are further results.
  for (const pt2::InputSpec *input : userInputs)
    if (BindingRef binding = scope[input->arg.name]; binding->getStorage().version != 0) {
      addResult(binding->read(emitter), input->userName, input, "");
      written.push_back(input - program.inputs.data());
    }
  for (auto [number, input] : llvm::enumerate(program.inputs)) {
    auto mutates = [&, input = &input](const pt2::OutputSpec &output) {
      return output.kind == pt2::OutputSpec::Kind::BufferMutation && output.target == input->target;
    };
    if (auto it = scope.find(input.arg.name);
        input.kind == Source::Buffer && it != scope.end() && it->second &&
        (it->second->getStorage().version != 0 || llvm::any_of(program.outputs, mutates)))
      writtenBuffers.push_back(number);
  }
  if (results.empty() && writtenBuffers.empty())
    reject("it has no tensor among its outputs");
  ranges = declaredRanges();
  if (std::string problem = narrowRanges(emitter.assumptions(), program.symbols, ranges);
      !problem.empty() && errors.empty())
    reject(problem);
  if (!report())
    return nullptr;
  func::ReturnOp::create(builder, unknown, results);
  func.setType(
      builder.getFunctionType(inputTypes, llvm::map_to_vector(results, [](Value value) { return value.getType(); })));
  func.setAllResultAttrs(resultAttrs);
  int64_t numStates = 0;
  for (auto [position, input] : llvm::enumerate(userInputs)) {
    const pt2::States::Pair *pair = states.ofInput(input - program.inputs.data());
    auto role = program.contract.inputRoles.find(input->userName);
    std::string word = pair ? pair->role : role == program.contract.inputRoles.end() ? "" : role->second;
    if (!word.empty())
      func.setArgAttr(position, "mambac.role", builder.getStringAttr(word));
    if (llvm::any_of(resultAttrs, [&, number = int64_t(position)](Attribute attrs) {
          auto updates = cast<DictionaryAttr>(attrs).getAs<IntegerAttr>("mambac.updates");
          return updates && updates.getInt() == number;
        }))
      func.setArgAttr(position, "mambac.state", builder.getI64IntegerAttr(numStates++));
  }

  SmallVector<Attribute> symbols(symbolOrder.size());
  for (auto &[index, position] : symbolOrder) {
    const SymbolRange &range = ranges[index];
    symbols[position] = builder.getDictionaryAttr({
        builder.getNamedAttr("name", builder.getStringAttr("s" + std::to_string(position))),
        builder.getNamedAttr("min", builder.getI64IntegerAttr(range.min)),
        builder.getNamedAttr("max", builder.getI64IntegerAttr(range.max)),
        builder.getNamedAttr("multiple_of", builder.getI64IntegerAttr(range.multipleOf)),
    });
  }
  func->setAttr("mambac.entry", builder.getUnitAttr());
  func->setAttr("mambac.symbols", builder.getArrayAttr(symbols));

  for (Operation *op : weights)
    if (op->use_empty())
      op->erase();
  if (failed(verify(*module))) {
    emitError(unknown) << "the model '" << program.name
                       << "' was imported wrongly: this is a bug of mambac, please report it with the model";
    return nullptr;
  }
  return module;
}

} // namespace

ImportedEntry importEntry(const pt2::Program &program, const pt2::States &states, StringRef name, MLIRContext &context,
                          const pt2::ExportedProgram *tensors) {
  Importer importer(program, states, context, tensors);
  ImportedEntry entry;
  entry.module = importer.run(name);
  entry.ranges = std::move(importer.ranges);
  entry.symbolPositions = std::move(importer.symbolOrder);
  entry.written = std::move(importer.written);
  entry.writtenBuffers = std::move(importer.writtenBuffers);
  return entry;
}

} // namespace mambac
