// Nodes that compute nothing: assertions about metadata and sizes that the export has already resolved.
#include "lib/Import/Call.h"

namespace mambac::aten {

static mlir::LogicalResult ignore(Call &) { return mlir::success(); }

void registerNoOps(Registry &r) {
  r.add({"aten._assert_tensor_metadata.default", "aten._assert_scalar.default", "aten._assert_async.msg",
         "aten._assert_async.default", "aten.sym_constrain_range.default", "aten.sym_constrain_range_for_size.default",
         "_C._set_grad_enabled", "_set_grad_enabled"},
        ignore);
}

} // namespace mambac::aten
