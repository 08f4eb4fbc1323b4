// See States.h.
#include "lib/Import/States.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace mambac::pt2 {
namespace {

bool isTensorInput(const InputSpec &input) {
  return input.kind == InputSpec::Kind::UserInput && input.arg.isTensor();
}

const std::string &nameOf(const InputSpec &input) { return input.userName.empty() ? input.arg.name : input.userName; }

/// "state.0.conv" as torch.export names an input of that place.
std::string asInputName(const std::string &path) {
  std::string name = path;
  for (char &c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)))
      c = '_';
  return name;
}

const TensorMeta *metaOf(const Program &program, const Argument &argument) {
  return argument.isTensor() ? program.graph.findTensor(argument.name) : nullptr;
}

/// Adds the symbols of an input's sizes from dim `first` on.
void collect(const Program &program, unsigned input, size_t first, std::set<unsigned> &symbols) {
  const TensorMeta *meta = metaOf(program, program.inputs[input].arg);
  for (size_t dim = first; meta && dim < meta->sizes.size(); ++dim) {
    std::vector<unsigned> used;
    meta->sizes[dim].collectSymbols(used);
    symbols.insert(used.begin(), used.end());
  }
}

/// The second size of an input with one of these roles, where it is one of the symbols `open`.
std::optional<unsigned> symbolOf(const Program &program, std::initializer_list<const char *> roles,
                                 const std::set<unsigned> &open) {
  for (const InputSpec &input : program.inputs) {
    auto role = program.contract.inputRoles.find(nameOf(input));
    const TensorMeta *meta = metaOf(program, input.arg);
    if (!isTensorInput(input) || !meta || role == program.contract.inputRoles.end() || meta->sizes.size() < 2)
      continue;
    for (const char *each : roles)
      if (role->second == each && meta->sizes[1].isSymbol() && open.count(meta->sizes[1].symbolIndex()))
        return meta->sizes[1].symbolIndex();
  }
  return std::nullopt;
}

class StateFinder {
public:
  explicit StateFinder(const Program &program) : program(program) {}

  Expected<States> run() {
    if (!program.contract.state.empty()) {
      if (Status status = fromContract(); !status)
        return status.error();
    } else {
      fromWrites();
      fromNames();
    }
    if (Status status = checkRoles(); !status)
      return status.error();
    return std::move(states);
  }

private:
  const Program &program;
  States states;

  Error wrong(std::string what) const {
    return Error{std::move(what), program.contract.where, "export the model again with mambac.export"};
  }

  bool agree(unsigned input, unsigned output) const {
    const TensorMeta *from = metaOf(program, program.inputs[input].arg),
                     *to = metaOf(program, program.outputs[output].arg);
    return from && to && from->dtype == to->dtype && from->sizes == to->sizes;
  }

  Status fromContract() {
    for (const Contract::StateNames &names : program.contract.state) {
      auto input = std::find_if(program.inputs.begin(), program.inputs.end(), [&](const InputSpec &each) {
        return isTensorInput(each) && nameOf(each) == names.input;
      });
      if (input == program.inputs.end())
        return wrong("the graph has no input '" + names.input + "', which \"state\" names");
      auto output = std::find_if(program.outputs.begin(), program.outputs.end(), [&](const OutputSpec &each) {
        return each.kind == OutputSpec::Kind::UserOutput && each.arg.isTensor() && each.userName == names.output;
      });
      if (output == program.outputs.end())
        return wrong("the graph has no output '" + names.output + "', which \"state\" names");
      States::Pair pair{unsigned(input - program.inputs.begin()), unsigned(output - program.outputs.begin()), names.role};
      if (states.ofInput(pair.input) || states.ofOutput(*pair.output))
        return wrong("\"state\" names '" + names.input + "' or '" + names.output + "' twice");
      if (!agree(pair.input, *pair.output))
        return wrong("the input '" + names.input + "' and the output '" + names.output +
                     "' are one state, and differ in type or size");
      states.pairs.push_back(std::move(pair));
    }
    return Status();
  }

  /// Inputs that the graph writes to.
  void fromWrites() {
    for (unsigned o = 0; o < program.outputs.size(); ++o)
      for (unsigned i = 0; i < program.inputs.size(); ++i)
        if (program.outputs[o].kind == OutputSpec::Kind::UserInputMutation && isTensorInput(program.inputs[i]) &&
            program.inputs[i].arg.name == program.outputs[o].target && agree(i, o))
          states.pairs.push_back({i, o, ""});
  }

  /// Outputs whose place in the results is that of an input in the arguments. What a graph computes for each position of
  /// its input may be called as that is, so sizes beside the first may not be those of other inputs.
  void fromNames() {
    std::vector<States::Pair> found;
    for (unsigned i = 0; i < program.inputs.size(); ++i)
      for (unsigned o = 0; o < program.outputs.size(); ++o)
        if (isTensorInput(program.inputs[i]) && program.outputs[o].kind == OutputSpec::Kind::UserOutput &&
            !program.outputs[o].userName.empty() && asInputName(program.outputs[o].userName) == nameOf(program.inputs[i]) &&
            !states.ofInput(i) && !states.ofOutput(o) && agree(i, o)) {
          found.push_back({i, o, ""});
          break;
        }
    for (bool changed = true; changed;) {
      std::set<unsigned> others;
      bool anyOther = false;
      for (unsigned i = 0; i < program.inputs.size(); ++i) {
        auto same = [&](const States::Pair &pair) { return pair.input == i; };
        if (!isTensorInput(program.inputs[i]) || std::any_of(found.begin(), found.end(), same) || states.ofInput(i))
          continue;
        anyOther = true;
        collect(program, i, 1, others);
      }
      auto last = std::remove_if(found.begin(), found.end(), [&](const States::Pair &pair) {
        std::set<unsigned> own;
        collect(program, pair.input, 1, own);
        return !anyOther ||
               std::any_of(own.begin(), own.end(), [&](unsigned symbol) { return others.count(symbol) != 0; });
      });
      changed = last != found.end();
      found.erase(last, found.end());
    }
    states.pairs.insert(states.pairs.end(), found.begin(), found.end());
  }

  Status checkRoles() const {
    for (const auto &[name, role] : program.contract.inputRoles)
      if (std::none_of(program.inputs.begin(), program.inputs.end(),
                       [&, name = &name](const InputSpec &input) { return isTensorInput(input) && nameOf(input) == *name; }))
        return wrong("the graph has no input '" + name + "', which \"inputs\" names");
    for (const auto &[name, role] : program.contract.outputRoles)
      if (std::none_of(program.outputs.begin(), program.outputs.end(),
                       [&, name = &name](const OutputSpec &output) { return output.userName == *name; }))
        return wrong("the graph has no output '" + name + "', which \"outputs\" names");
    return Status();
  }
};

} // namespace

const States::Pair *States::ofInput(unsigned input) const {
  for (const Pair &pair : pairs)
    if (pair.input == input)
      return &pair;
  return nullptr;
}

const States::Pair *States::ofOutput(unsigned output) const {
  for (const Pair &pair : pairs)
    if (pair.output == output)
      return &pair;
  return nullptr;
}

void States::addWritten(unsigned input) {
  if (!ofInput(input))
    pairs.push_back({input, std::nullopt, ""});
}

void States::findLength(const Program &program) {
  length = positions = std::nullopt;
  if (pairs.empty())
    return;
  std::set<unsigned> open, kept;
  for (unsigned i = 0; i < program.inputs.size(); ++i)
    if (isTensorInput(program.inputs[i]))
      collect(program, i, 0, ofInput(i) ? kept : open);
  for (unsigned symbol : kept)
    open.erase(symbol);
  length = symbolOf(program, {"ids", "embeds"}, open);
  positions = symbolOf(program, {"select"}, open);
  if (!length && program.contract.inputRoles.empty() && open.size() == 1)
    length = *open.begin();
  if (positions == length)
    positions.reset();
}

Expected<States> findStates(const Program &program) { return StateFinder(program).run(); }

Program withBuffersAsInputs(const Program &program, const std::vector<unsigned> &buffers) {
  Program result = program;
  std::set<std::string> names;
  std::vector<InputSpec> kept, moved;
  for (unsigned i = 0; i < result.inputs.size(); ++i) {
    bool moves = std::find(buffers.begin(), buffers.end(), i) != buffers.end();
    (moves ? moved : kept).push_back(result.inputs[i]);
    if (!moves)
      names.insert(nameOf(result.inputs[i]));
  }
  for (InputSpec &input : moved) {
    for (OutputSpec &output : result.outputs)
      if (output.kind == OutputSpec::Kind::BufferMutation && output.target == input.target) {
        output.kind = OutputSpec::Kind::UserInputMutation;
        output.target = input.arg.name;
      }
    std::string name = input.target;
    while (!names.insert(name).second)
      name += "_";
    input.kind = InputSpec::Kind::UserInput;
    input.userName = name;
    input.target.clear();
    kept.push_back(input);
  }
  result.inputs = std::move(kept);
  return result;
}

} // namespace mambac::pt2
