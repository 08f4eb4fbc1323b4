// Puts a model together: graph from models/<name>.json, tensors from weights and constants, and checks that the two
// agree.
#include "lib/Import/Archive.h"
#include "lib/Import/GraphReader.h"
#include "lib/Import/Weights.h"

namespace mambac::pt2 {

const TensorView *ExportedProgram::findWeight(const std::string &fqn) const {
  if (auto it = weights.find(fqn); it != weights.end())
    return &it->second;
  auto it = constants.find(fqn);
  return it == constants.end() ? nullptr : &it->second;
}

static const char *roleName(InputSpec::Kind kind) {
  return kind == InputSpec::Kind::Parameter ? "parameter" : kind == InputSpec::Kind::Buffer ? "buffer" : "constant";
}

static bool isStored(const InputSpec &spec) {
  return spec.kind == InputSpec::Kind::Parameter || spec.kind == InputSpec::Kind::Buffer ||
         spec.kind == InputSpec::Kind::TensorConstant;
}

static std::string shapeText(const TensorMeta &meta, const SymbolTable &symbols) {
  std::string text = std::string(dtypeName(meta.dtype)) + "[";
  for (size_t i = 0; i < meta.sizes.size(); ++i)
    text += (i ? ", " : "") + meta.sizes[i].str(symbols);
  return text + "]";
}

static Status checkWeight(const ExportedProgram &exported, const InputSpec &spec, const std::string &where) {
  const Program &program = exported.program;
  std::string role = std::string("the ") + roleName(spec.kind) + " '" + spec.target + "'";
  const TensorView *view = exported.findWeight(spec.target);
  if (!view)
    return Error{role + " is missing in the archive", where, "write it again with torch.export.save(program, path)"};
  const TensorMeta *meta = program.graph.findTensor(spec.arg.name);
  if (!meta)
    return Error{role + " stands in the signature as '" + spec.arg.name + "', which the graph does not describe", where,
                 "the archive is corrupt, or not what torch.export.save writes"};
  bool same = meta->dtype == view->dtype && meta->sizes.size() == view->sizes.size();
  TensorMeta stored;
  stored.dtype = view->dtype;
  stored.sizes.assign(view->sizes.begin(), view->sizes.end());
  if (!same || stored.sizes != meta->sizes)
    return Error{role + " is " + shapeText(*meta, program.symbols) + " in the graph but " +
                     shapeText(stored, program.symbols) + " in " + view->storage,
                 where, "write it again with torch.export.save(program, path)"};
  return Status();
}

Expected<ExportedProgram> readExportedProgram(std::shared_ptr<Archive> archive, const std::string &modelName,
                                              ReadOptions options) {
  auto model = archive->selectModel(modelName);
  if (!model)
    return model.error();
  std::string entry = "models/" + *model + ".json", where = archive->path() + ": " + entry;
  ExportedProgram exported;
  exported.archive = archive;
  {
    std::string buffer;
    auto text = archive->text(entry, buffer);
    if (!text)
      return text.error();
    auto program = readProgram(*text, *model, where);
    if (!program)
      return program.error();
    exported.program = std::move(*program);
  }
  if (std::string extra = "extra/mambac.json"; archive->hasEntry(extra)) {
    std::string buffer, place = archive->path() + ": " + extra;
    auto text = archive->text(extra, buffer);
    if (!text)
      return text.error();
    auto contract = readContract(*text, place);
    if (!contract)
      return contract.error();
    // torch.export.save calls every model "model".
    if (modelName.empty() && !contract->name.empty())
      exported.program.name = contract->name;
    exported.program.contract = std::move(*contract);
  }
  const Program &program = exported.program;
  std::unordered_map<std::string, const TensorMeta *> metas;
  for (const InputSpec &spec : program.inputs)
    if (isStored(spec))
      metas[spec.target] = program.graph.findTensor(spec.arg.name);
  if (Status status = readPayloads(*archive, *model, "weights", metas, options.verifyWeights, exported.weights);
      !status)
    return status.error();
  if (Status status = readPayloads(*archive, *model, "constants", metas, options.verifyWeights, exported.constants);
      !status)
    return status.error();
  for (const InputSpec &spec : program.inputs)
    if (isStored(spec))
      if (Status status = checkWeight(exported, spec, where); !status)
        return status.error();
  return exported;
}

Expected<ExportedProgram> readExportedProgram(const std::string &path, const std::string &modelName,
                                              ReadOptions options) {
  auto archive = Archive::open(path);
  if (!archive)
    return archive.error();
  return readExportedProgram(*archive, modelName, options);
}

} // namespace mambac::pt2
