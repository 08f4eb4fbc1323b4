// Running sums. They become ssm.cumsum, which linalg lacks.
#include "dialects/SSM/IR/SSM.h"
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {

static LogicalResult lowerCumsum(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank());
  if (c.failed())
    return failure();
  Tensor in = c.e.convert(self, c.resultType());
  if (self.rank() == 0)
    return c.result(in);
  Tensor out = c.e.empty(in.dtype, in.sizes);
  auto op = ssm::CumsumOp::create(c.e.b, c.e.loc, in.value, out.value, dim);
  out.value = op->getResult(0);
  return c.result(out);
}

void registerScans(Registry &r) { r.add("aten.cumsum.default", lowerCumsum); }

} // namespace mambac::aten
