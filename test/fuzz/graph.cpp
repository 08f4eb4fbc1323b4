// Fuzzes the reader of models/<name>.json: any text must give a program or an error.
#include "lib/Import/GraphReader.h"
#include "test/fuzz/JsonMutator.h"

#include <cstdlib>

using namespace mambac::pt2;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto program =
      readProgram(std::string_view(reinterpret_cast<const char *>(data), size), "model", "fuzz.pt2: models/model.json");
  if (!program) {
    if (program.error().what.empty())
      std::abort();
    return 0;
  }
  if (program->inputs.size() != program->graph.inputs.size())
    std::abort();
  for (const auto &[name, meta] : program->graph.tensors)
    for (const ShapeExpr &size : meta.sizes)
      size.str(program->symbols);
  return 0;
}
