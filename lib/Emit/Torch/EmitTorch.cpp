//===- EmitTorch.cpp - A raised module as plain PyTorch ---------------------------------------------------------===//
//
// Puts the file together: the helpers that are needed, the class with its weights, the entry as its forward method.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Torch/EmitTorch.h"
#include "lib/Emit/Torch/PythonText.h"
#include "lib/Emit/Torch/TorchWriter.h"
#include "lib/Report/EmbedFile.h"
#include "lib/Report/MemoryProfile.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mambac;
using namespace mambac::python;
namespace func = mlir::func;

MAMBAC_EMBED_FILE(torchHelpers, MAMBAC_TORCH_HELPERS)

namespace {

struct Helper {
  std::string name, text;
  SmallVector<StringRef> needs;
};

std::vector<Helper> readHelpers() {
  std::vector<Helper> list;
  SmallVector<StringRef> parts;
  torchHelpers().split(parts, "\n#: ");
  for (StringRef part : ArrayRef<StringRef>(parts).drop_front()) {
    auto [head, body] = part.split('\n');
    Helper helper;
    auto [name, needs] = head.split(" needs ");
    helper.name = name.str();
    needs.split(helper.needs, ' ', -1, /*KeepEmpty=*/false);
    helper.text = body.trim().str();
    list.push_back(std::move(helper));
  }
  return list;
}

/// One message for all that cannot be written: each kind of op with its count and first places.
Error describe(ArrayRef<std::pair<std::string, mlir::Location>> unsupported) {
  MapVector<StringRef, SmallVector<std::string>> kinds;
  for (const auto &[what, loc] : unsupported)
    kinds[what].push_back(placeInModel(loc));
  std::string text = "--emit=torch cannot write " + std::to_string(unsupported.size()) + " operation" +
                     (unsupported.size() == 1 ? "" : "s") + " of this module:";
  for (auto &[what, places] : kinds) {
    text += "\n  " + what.str() + ", " + std::to_string(places.size()) + (places.size() == 1 ? " time" : " times");
    SmallVector<std::string> shown;
    for (const std::string &place : places)
      if (!place.empty() && !is_contained(shown, place) && shown.size() < 3)
        shown.push_back(place);
    if (!shown.empty())
      text += ": " + join(shown, "; ");
  }
  return createStringError(text);
}

func::FuncOp entryOf(mlir::ModuleOp module) {
  func::FuncOp only;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    if (function->hasAttr("mambac.entry"))
      return function;
    if (function.isPublic() && !only)
      only = function;
  }
  return only;
}

} // namespace

Expected<std::string> mambac::emitTorch(mlir::ModuleOp module, StringRef source) {
  func::FuncOp entry = entryOf(module);
  if (!entry)
    return createStringError("--emit=torch needs a function to write, and this module has none");
  MapVector<StringRef, unsigned> weights;
  std::set<std::string> wanted = {"read_weights"};
  TorchWriter writer(weights, wanted);
  if (!entry.getBody().hasOneBlock())
    return createStringError("--emit=torch cannot write functions with branches between blocks");
  if (!writer.write(entry))
    return describe(writer.unsupported);

  std::vector<Helper> helpers = readHelpers();
  for (size_t i = helpers.size(); i-- > 0;) // what is needed stands in front
    if (wanted.count(helpers[i].name))
      for (StringRef name : helpers[i].needs)
        wanted.insert(name.str());
  auto model = module->getAttrOfType<mlir::StringAttr>("mambac.model");
  std::string text = "# " + comment(source) + " as PyTorch, written by mambac. It needs PyTorch alone:\n#\n"
                     "#     model = Model.load(\"" + comment(sys::path::filename(source)) + "\").to(device)\n"
                     "#     outputs = model(*inputs)\n\n"
                     "import json\nimport math\nimport zipfile\n\nimport torch\n";
  for (const Helper &helper : helpers)
    if (wanted.count(helper.name))
      text += "\n\n" + helper.text + "\n";
  text += "\n\nclass Model(torch.nn.Module):\n"
          "    # The tensors of the archive that are used; self.wN is number N.\n"
          "    WEIGHTS = [\n";
  for (const auto &weight : weights)
    text += "        " + quote(weight.first) + ",\n";
  text += "    ]\n"
          "    # Name, type and sizes of each input; None is any size.\n"
          "    INPUTS = [\n";
  for (const std::string &input : writer.inputs)
    text += "        " + input + ",\n";
  text += "    ]\n\n"
          "    def __init__(self, weights):\n"
          "        \"\"\"Takes a dictionary of tensors by name.\"\"\"\n"
          "        super().__init__()\n"
          "        for number, name in enumerate(self.WEIGHTS):\n"
          "            self.register_buffer(f\"w{number}\", weights[name])\n\n"
          "    @classmethod\n"
          "    def load(cls, path):\n"
          "        \"\"\"Reads the weights from the archive that the model was exported to.\"\"\"\n"
          "        return cls(read_weights(path, " + quote(model ? model.getValue() : "model") + "))\n\n";
  return text + writer.text;
}
