//===- ScanOperands.cpp - What ssm.selective_scan and ssm.ssd have in common ------------------------------------===//

#include "lib/Raise/ScanOperands.h"

#include "dialects/SSM/IR/SSM.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

template <typename Op> static void read(Op op, ScanOperands &s, Value x, Value dt, Value bias) {
  unsigned next = 0;
  auto take = [&](Value v) {
    if (!v)
      return ScanOperands::Operand();
    return ScanOperands::Operand{v, op.getMapFor(next++)};
  };
  s.x = take(x);
  s.dt = take(dt);
  s.A = take(op.getA());
  s.B = take(op.getB());
  s.C = take(op.getC());
  s.D = take(op.getD());
  s.z = take(op.getZ());
  s.dtBias = take(bias);
  s.initialState = take(op.getInitialState());
  s.softplus = op.getSoftplus();
  s.dtMin = op.getDtMinAttr();
  s.dtMax = op.getDtMaxAttr();
  s.y = take(op.getY());
  s.finalState = take(op.getFinalState());
}

std::optional<ScanOperands> ScanOperands::get(Operation *op) {
  if (!op || op->getNumResults() == 0)
    return std::nullopt;
  ScanOperands s;
  if (auto scan = dyn_cast<ssm::SelectiveScanOp>(op)) {
    read(scan, s, scan.getU(), scan.getDelta(), scan.getDeltaBias());
  } else if (auto ssd = dyn_cast<ssm::SSDOp>(op)) {
    s.isSSD = true;
    read(ssd, s, ssd.getX(), ssd.getDt(), ssd.getDtBias());
  } else {
    return std::nullopt;
  }
  return s;
}

Operation *ScanOperands::build(OpBuilder &b, Location loc) const {
  SmallVector<AffineMap> maps;
  SmallVector<Value> outs;
  for (const Operand *o : {&x, &dt, &A, &B, &C, &D, &z, &dtBias, &initialState, &y, &finalState})
    if (*o)
      maps.push_back(o->map);
  for (const Operand *o : {&y, &finalState})
    if (*o)
      outs.push_back(o->value);
  if (isSSD)
    return ssm::SSDOp::create(b, loc, x.value, dt.value, A.value, B.value, C.value, D.value, z.value, dtBias.value,
                              initialState.value, outs, maps, softplus, dtMin, dtMax);
  return ssm::SelectiveScanOp::create(b, loc, x.value, dt.value, A.value, B.value, C.value, D.value, z.value,
                                      dtBias.value, initialState.value, outs, maps, softplus, dtMin, dtMax);
}
