// Fuzzes the importer with graphs: whatever the reader accepts must become a valid module or one diagnostic. MLIR is
// not instrumented, so this finds crashes and invalid modules, and is guided by the reader alone; so most mutations
// keep the JSON well-formed: numbers and names are exchanged for others, nodes are dropped.
#include "lib/Import/Import.h"
#include "lib/Import/GraphReader.h"
#include "test/fuzz/JsonMutator.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

#include <cstdlib>

using namespace mambac;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto program = pt2::readProgram(std::string_view(reinterpret_cast<const char *>(data), size), "model",
                                  "fuzz.pt2: models/model.json");
  if (!program)
    return 0;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  loadImportDialects(context);
  bool diagnosed = false;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &) {
    diagnosed = true;
    return mlir::success();
  });
  mlir::OwningOpRef<mlir::ModuleOp> module = importGraph(*program, context);
  if (module ? mlir::failed(mlir::verify(*module)) : !diagnosed)
    std::abort();
  return 0;
}
