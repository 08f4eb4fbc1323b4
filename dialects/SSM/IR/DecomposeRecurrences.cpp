//===- DecomposeRecurrences.cpp - Definitions of scan, selective_scan and ssd --------------------------------------===//
//
// ssm.scan is a loop over time; selective_scan and ssd are a discretization, an ssm.scan and a contraction with C. The
// two differ in their axes alone and share their definition here. (Kernels share nothing with it: it holds all states.)
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/DecomposeUtils.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::ssm;

static OpOperand *getIfPresent(MutableOperandRange range) { return range.empty() ? nullptr : &range[0]; }

FailureOr<SmallVector<Value>> ScanOp::decomposeOperation(OpBuilder &builder) {
  if (failed(requireTensors(*this)))
    return failure();
  DecomposeBuilder b(*this, builder);
  unsigned axis = getAxis();
  SmallVector<OpFoldResult> sizes = getAxisSizes(b, getLoc());
  Value length = getValueOrCreateConstantIndexOp(b, getLoc(), sizes[axis]);
  sizes.erase(sizes.begin() + axis);
  AffineMap state = b.getMultiDimIdentityMap(sizes.size());

  unsigned parts = getNumParts();
  OpOperand *a[] = {&getAMutable(), getIfPresent(getAImagMutable())};
  OpOperand *input[] = {&getBMutable(), getIfPresent(getBImagMutable())};
  OpOperand *init[] = {getIfPresent(getInitMutable()), getIfPresent(getInitImagMutable())};
  auto mapOf = [&](OpOperand &operand) { return dropAxis(getMapFor(operand), axis); };
  auto sliceOf = [&](DecomposeBuilder &b, OpOperand &operand, Value tensor, Value t) {
    int64_t dim = getDimOfAxis(operand.getOperandNumber(), axis);
    return dim < 0 ? tensor : b.slice(tensor, dim, t);
  };

  // What the loop hands on: the states' parts, then the last state's.
  SmallVector<Value> carried;
  for (unsigned part = 0; part < parts; ++part)
    carried.push_back(getStates(part).get());
  for (unsigned part = 0; part < parts; ++part) {
    carried.push_back(b.newTensor(sizes, state, init[part] ? std::nullopt : std::optional<double>(0.0)));
    if (init[part])
      carried.back() = b.copy(init[part]->get(), mapOf(*init[part]), carried.back(), state);
  }
  auto loop = scf::ForOp::create(
      b, b.index(0), length, b.index(1), carried, [&](OpBuilder &nested, Location loc, Value t, ValueRange values) {
        DecomposeBuilder b(*this, nested);
        Value position = t;
        if (getReverse())
          position = arith::SubIOp::create(b, arith::SubIOp::create(b, length, b.index(1)), t);
        SmallVector<Value> inputs;
        SmallVector<AffineMap> maps;
        for (OpOperand *operand : {a[0], a[1], input[0], input[1]})
          if (operand) {
            inputs.push_back(sliceOf(b, *operand, operand->get(), position));
            maps.push_back(mapOf(*operand));
          }
        maps.push_back(state);
        SmallVector<Value> carries =
            b.loops(inputs, maps, values.drop_front(parts), [&](DecomposeBuilder &b, ValueRange args) {
              ValueRange old = args.take_back(parts);
              SmallVector<Value> next;
              for (unsigned part = 0; part < parts; ++part) {
                Value sum = arith::MulFOp::create(b, args[0], old[part]);
                if (parts == 2) {
                  Value cross = arith::MulFOp::create(b, args[1], old[1 - part]);
                  sum = part ? Value(arith::AddFOp::create(b, sum, cross)) : arith::SubFOp::create(b, sum, cross);
                }
                next.push_back(input[part] ? Value(arith::AddFOp::create(b, sum, args[parts + part])) : sum);
              }
              return next;
            });
        SmallVector<Value> results;
        for (unsigned part = 0; part < parts; ++part) {
          OpOperand &h = getStates(part);
          Value entry = b.copy(carries[part], state, sliceOf(b, h, values[part], position), mapOf(h));
          results.push_back(b.insertSlice(entry, values[part], getDimOfAxis(h.getOperandNumber(), axis), position));
        }
        llvm::append_range(results, carries);
        scf::YieldOp::create(b, results);
      });
  SmallVector<Value> results(loop.getResults().take_front(parts));
  if (hasFinalState())
    for (unsigned part = 0; part < parts; ++part)
      results.push_back(b.copy(loop.getResult(parts + part), state, getFinal(part).get(), mapOf(getFinal(part))));
  return results;
}

namespace {
/// The operands of a selective_scan or an ssd under common names, and which axes its parts have.
struct Recurrence {
  IndexedOpInterface op;
  OpOperand &x, &A, &B, &C;
  OpOperand *dt; ///< null: 1
  OpOperand *D, *z, *bias, *init;
  MutableOperandRange outs;
  bool softplus;
  std::optional<APFloat> dtMin, dtMax;
  SmallVector<unsigned> stepAxes;  ///< of dt: b l d, b l h
  SmallVector<unsigned> decayAxes; ///< of exp(dt A): b l d n, b l h
  unsigned timeAxis, stateAxis;    ///< l and n
  bool reverse;
};
} // namespace

/// dt = clamp(softplus(dt + bias))
static Value decomposeStep(Recurrence &r, DecomposeBuilder &b, ArrayRef<OpFoldResult> sizes, AffineMap stepMap) {
  SmallVector<Value> inputs{r.dt->get()};
  SmallVector<AffineMap> maps{r.op.getMapFor(*r.dt)};
  if (r.bias) {
    inputs.push_back(r.bias->get());
    maps.push_back(r.op.getMapFor(*r.bias));
  }
  maps.push_back(stepMap);
  // Axes that neither has (p, n) are no axes of this loop.
  for (unsigned axis = r.op.getNumAxes(); axis-- > 0;)
    if (axes::findAxis(stepMap, axis) < 0)
      for (AffineMap &map : maps)
        map = dropAxis(map, axis);
  return b.loop(inputs, maps, b.newTensor(sizes, stepMap), [&](DecomposeBuilder &b, ValueRange args) -> Value {
    Value dt = args[0];
    if (r.bias)
      dt = arith::AddFOp::create(b, dt, args[1]);
    if (r.softplus)
      dt = b.softplus(dt);
    if (r.dtMin)
      dt = arith::MaximumFOp::create(b, dt, b.constant(r.dtMin->convertToDouble()));
    if (r.dtMax)
      dt = arith::MinimumFOp::create(b, dt, b.constant(r.dtMax->convertToDouble()));
    return dt;
  });
}

/// A loop over those axes alone that some map has.
static Value loopOverUsedAxes(DecomposeBuilder &b, ValueRange inputs, SmallVector<AffineMap> maps, Value out,
                              DecomposeBuilder::Body body) {
  for (unsigned axis = maps.back().getNumDims(); axis-- > 0;)
    if (llvm::all_of(maps, [&](AffineMap map) { return axes::findAxis(map, axis) < 0; }))
      for (AffineMap &map : maps)
        map = dropAxis(map, axis);
  return b.loop(inputs, maps, out, body);
}

static SmallVector<Value> decomposeRecurrence(Recurrence r, OpBuilder &builder) {
  DecomposeBuilder b(r.op, builder);
  MLIRContext *context = b.getContext();
  unsigned numAxes = r.op.getNumAxes();
  SmallVector<OpFoldResult> sizes = r.op.getAxisSizes(b, b.getLoc());
  AffineMap all = b.getMultiDimIdentityMap(numAxes);
  AffineMap stepMap = mapOfAxes(context, numAxes, r.stepAxes);
  AffineMap decayMap = mapOfAxes(context, numAxes, r.decayAxes);
  OpOperand &y = r.outs[0];

  // a = exp(dt A);  dBx = dt B x
  SmallVector<Value> decayInputs{r.A.get()}, inputs{r.B.get(), r.x.get()};
  SmallVector<AffineMap> decayMaps{r.op.getMapFor(r.A), decayMap};
  SmallVector<AffineMap> inputMaps{r.op.getMapFor(r.B), r.op.getMapFor(r.x), all};
  if (r.dt) {
    Value dt = decomposeStep(r, b, sizes, stepMap);
    decayInputs.insert(decayInputs.begin(), dt);
    decayMaps.insert(decayMaps.begin(), stepMap);
    inputs.insert(inputs.begin(), dt);
    inputMaps.insert(inputMaps.begin(), stepMap);
  }
  auto product = [](DecomposeBuilder &b, ValueRange args) -> Value {
    Value result = args[0];
    for (Value factor : args.drop_front().drop_back())
      result = arith::MulFOp::create(b, result, factor);
    return result;
  };
  Value a = loopOverUsedAxes(
      b, decayInputs, decayMaps, b.newTensor(sizes, decayMap),
      [&](DecomposeBuilder &b, ValueRange args) -> Value { return math::ExpOp::create(b, product(b, args)); });
  Value dBx = b.loop(inputs, inputMaps, b.newTensor(sizes, all), product);
  // h = scan(a, dBx)
  SmallVector<AffineMap> scanMaps{decayMap, all};
  if (r.init)
    scanMaps.push_back(r.op.getMapFor(*r.init));
  scanMaps.push_back(all);
  SmallVector<Value> scanOuts{b.newTensor(sizes, all)};
  if (r.outs.size() > 1) {
    scanMaps.push_back(r.op.getMapFor(r.outs[1]));
    scanOuts.push_back(r.outs[1].get());
  }
  auto scan = ScanOp::create(b, a, dBx, r.init ? r.init->get() : Value(), scanOuts, scanMaps, r.timeAxis, r.reverse);
  // y = (C h + D x) silu(z)
  SmallVector<unsigned> sequenceAxes;
  for (unsigned axis = 0; axis < numAxes; ++axis)
    if (axis != r.stateAxis)
      sequenceAxes.push_back(axis);
  AffineMap sequence = mapOfAxes(context, numAxes, sequenceAxes);
  Value Ch = b.loop({r.C.get(), scan.getResult(0)}, {r.op.getMapFor(r.C), all, sequence},
                    b.newTensor(sizes, sequence, 0.0), [](DecomposeBuilder &b, ValueRange args) -> Value {
                      return arith::AddFOp::create(b, args[2], arith::MulFOp::create(b, args[0], args[1]));
                    });
  SmallVector<Value> parts{Ch, r.x.get()};
  SmallVector<AffineMap> maps{sequence, r.op.getMapFor(r.x)};
  for (OpOperand *operand : {r.D, r.z})
    if (operand) {
      parts.push_back(operand->get());
      maps.push_back(r.op.getMapFor(*operand));
    }
  maps.push_back(r.op.getMapFor(y));
  Value result = loopOverUsedAxes(b, parts, maps, y.get(), [&](DecomposeBuilder &b, ValueRange args) -> Value {
    Value value = args[0];
    if (r.D)
      value = arith::AddFOp::create(b, value, arith::MulFOp::create(b, args[2], args[1]));
    if (r.z)
      value = arith::MulFOp::create(b, value, b.silu(args[r.D ? 3 : 2]));
    return value;
  });
  SmallVector<Value> results{result};
  if (r.outs.size() > 1)
    results.push_back(scan.getResult(1));
  return results;
}

FailureOr<SmallVector<Value>> SelectiveScanOp::decomposeOperation(OpBuilder &builder) {
  if (failed(requireTensors(*this)))
    return failure();
  enum : unsigned { b, l, d, n };
  return decomposeRecurrence({cast<IndexedOpInterface>(getOperation()), getUMutable(), getAMutable(), getBMutable(),
                              getCMutable(), &getDeltaMutable(), getIfPresent(getDMutable()),
                              getIfPresent(getZMutable()), getIfPresent(getDeltaBiasMutable()),
                              getIfPresent(getInitialStateMutable()), getOutsMutable(), getSoftplus(), getDtMin(),
                              getDtMax(), {b, l, d}, {b, l, d, n}, l, n, getReverse()},
                             builder);
}

FailureOr<SmallVector<Value>> SSDOp::decomposeOperation(OpBuilder &builder) {
  if (failed(requireTensors(*this)))
    return failure();
  enum : unsigned { b, l, h, p, n };
  return decomposeRecurrence({cast<IndexedOpInterface>(getOperation()), getXMutable(), getAMutable(), getBMutable(),
                              getCMutable(), getIfPresent(getDtMutable()), getIfPresent(getDMutable()),
                              getIfPresent(getZMutable()), getIfPresent(getDtBiasMutable()),
                              getIfPresent(getInitialStateMutable()), getOutsMutable(), getSoftplus(), getDtMin(),
                              getDtMax(), {b, l, h}, {b, l, h}, l, n, getReverse()},
                             builder);
}
