//===- DecomposeWindows.cpp - Definitions of causal_conv1d, attention and append ------------------------------------===//
//
// Decompositions into linalg on tensors: the convolution over a sequence padded by its window, the attention with all
// its weights as a tensor, new rows of a cache as a slice of each text. See DecomposeSums.cpp for what decompositions are for.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/DecomposeUtils.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::ssm;

FailureOr<SmallVector<Value>> CausalConv1DOp::decomposeOperation(OpBuilder &builder) {
  if (failed(requireTensors(*this)))
    return failure();
  enum : unsigned { batch, time, channel, tap };
  DecomposeBuilder b(*this, builder);
  SmallVector<OpFoldResult> sizes = getAxisSizes(b, getLoc());
  AffineExpr bExpr, lExpr, cExpr, kExpr;
  bindDims(getContext(), bExpr, lExpr, cExpr, kExpr);

  // padded[b, t, c] = the window's inputs, K-1 or more, then x
  auto sum = [&](OpFoldResult x, OpFoldResult y, int64_t constant) {
    return affine::makeComposedFoldedAffineApply(b, getLoc(), bExpr + lExpr + constant, {x, y});
  };
  auto [window, entries] = getWindowEntries();
  OpFoldResult windowLength =
      window ? tensor::getMixedSize(b, getLoc(), window, entries) : sum(sizes[tap], b.getIndexAttr(0), -1);
  OpFoldResult paddedLength = sum(sizes[time], windowLength, 0);
  AffineMap btc = b.getMultiDimIdentityMap(3);
  OpFoldResult zero = b.getIndexAttr(0), one = b.getIndexAttr(1);
  Value padded = b.newTensor({sizes[batch], paddedLength, sizes[channel]}, btc, 0.0);
  auto insert = [&](OpOperand &part, unsigned partAxis, OpFoldResult offset, OpFoldResult length) {
    // A loop over b, t, c where t is the part's own time axis: l of x, k of a window.
    AffineMap map = getMapFor(part).replaceDimsAndSymbols(
        {bExpr, partAxis == time ? lExpr : AffineExpr(bExpr), cExpr, partAxis == tap ? lExpr : AffineExpr(bExpr)}, {}, 3,
        0);
    Value piece = b.copy(part.get(), map, b.newTensor({sizes[batch], length, sizes[channel]}, btc), btc);
    padded = tensor::InsertSliceOp::create(b, piece, padded, ArrayRef<OpFoldResult>{zero, offset, zero},
                                           ArrayRef<OpFoldResult>{sizes[batch], length, sizes[channel]},
                                           ArrayRef<OpFoldResult>{one, one, one});
  };
  if (getInitialWindow())
    insert(getInitialWindowMutable()[0], tap, zero, windowLength);
  insert(getXMutable(), time, windowLength, sizes[time]);

  // y = act(bias + sum of weight[c,k] padded[b, l+k, c]), from the window's last K-1 inputs on
  Value read = padded;
  if (window && isEqualConstantIntOrValue(sum(sizes[tap], b.getIndexAttr(0), -1), windowLength) == false) {
    OpFoldResult skipped = affine::makeComposedFoldedAffineApply(b, getLoc(), bExpr - lExpr + 1, {windowLength, sizes[tap]});
    read = tensor::ExtractSliceOp::create(b, padded, ArrayRef<OpFoldResult>{zero, skipped, zero},
                                          ArrayRef<OpFoldResult>{sizes[batch], sum(sizes[time], sizes[tap], -1), sizes[channel]},
                                          ArrayRef<OpFoldResult>{one, one, one});
  }
  AffineMap blc = mapOfAxes(getContext(), 4, {batch, time, channel});
  AffineMap shifted = AffineMap::get(4, 0, {bExpr, lExpr + kExpr, cExpr}, getContext());
  Value sums = b.loop({getWeight(), read}, {getMapFor(getWeightMutable()), shifted, blc},
                      b.newTensor(sizes, blc, 0.0), [](DecomposeBuilder &b, ValueRange args) -> Value {
                        return arith::AddFOp::create(b, args[2], arith::MulFOp::create(b, args[0], args[1]));
                      });
  SmallVector<Value> inputs{sums};
  SmallVector<AffineMap> maps{blc};
  if (getBias()) {
    inputs.push_back(getBias());
    maps.push_back(getMapFor(getBiasMutable()));
  }
  maps.push_back(getMapFor(getOutsMutable()[0]));
  for (AffineMap &map : maps)
    map = dropAxis(map, tap);
  SmallVector<Value> results{b.loop(inputs, maps, getY(), [&](DecomposeBuilder &b, ValueRange args) -> Value {
    Value value = getBias() ? Value(arith::AddFOp::create(b, args[0], args[1])) : args[0];
    return getActivation() == Activation::silu ? b.silu(value) : value;
  })};

  // final_window[b, c, k] = padded[b, l_end + k, c]
  if (hasFinalWindow()) {
    Value window = tensor::ExtractSliceOp::create(b, padded, ArrayRef<OpFoldResult>{zero, sizes[time], zero},
                                                  ArrayRef<OpFoldResult>{sizes[batch], windowLength, sizes[channel]},
                                                  ArrayRef<OpFoldResult>{one, one, one});
    OpOperand &out = getOutsMutable()[1];
    AffineMap map = getMapFor(out).replaceDimsAndSymbols({bExpr, bExpr, cExpr, lExpr}, {}, 3, 0);
    results.push_back(b.copy(window, btc, out.get(), map));
  }
  return results;
}

FailureOr<SmallVector<Value>> AttentionOp::decomposeOperation(OpBuilder &builder) {
  if (failed(requireTensors(*this)))
    return failure();
  enum : unsigned { batch, head, queryTime, keyTime, channel, valueChannel };
  DecomposeBuilder b(*this, builder);
  SmallVector<OpFoldResult> sizes = getAxisSizes(b, getLoc());
  // Loops here are over b h q s and one more axis at most; the axes a loop does not have are dropped from its maps.
  auto without = [&](AffineMap map, ArrayRef<unsigned> dropped) {
    for (unsigned axis : dropped) // descending
      map = dropAxis(map, axis);
    return map;
  };
  AffineMap scoresMap = mapOfAxes(getContext(), 6, {batch, head, queryTime, keyTime});
  AffineMap queriesMap = mapOfAxes(getContext(), 6, {batch, head, queryTime});
  AffineMap resultMap = mapOfAxes(getContext(), 6, {batch, head, queryTime, valueChannel});
  double infinity = std::numeric_limits<double>::infinity();

  // w = Q K^T
  auto noValues = [&](AffineMap map) { return without(map, {valueChannel}); };
  Value products = b.loop({getQuery(), getKey()},
                          {noValues(getMapFor(getQueryMutable())), noValues(getMapFor(getKeyMutable())),
                           noValues(scoresMap)},
                          b.newTensor(sizes, scoresMap, 0.0), [](DecomposeBuilder &b, ValueRange args) -> Value {
                            return arith::AddFOp::create(b, args[2], arith::MulFOp::create(b, args[0], args[1]));
                          });
  // w = scale w + mask, -inf where the key is hidden
  auto noChannels = [&](AffineMap map) { return without(map, {valueChannel, channel}); };
  SmallVector<Value> inputs{products};
  SmallVector<AffineMap> maps{noChannels(scoresMap)};
  if (getMask()) {
    inputs.push_back(getMask());
    maps.push_back(noChannels(getMapFor(getMaskMutable())));
  }
  if (getPosition()) {
    inputs.push_back(getPosition());
    maps.push_back(noChannels(getMapFor(getPositionMutable())));
  }
  maps.push_back(noChannels(scoresMap));
  Value queryLength = getValueOrCreateConstantIndexOp(b, getLoc(), sizes[queryTime]);
  Value keyLength = getValueOrCreateConstantIndexOp(b, getLoc(), sizes[keyTime]);
  Value scores = b.loop(inputs, maps, b.newTensor(sizes, scoresMap), [&](DecomposeBuilder &b, ValueRange args) {
    Value hidden = b.constant(-infinity);
    Value score = arith::MulFOp::create(b, args[0], b.constant(getScale().convertToFloat()));
    if (getMask() && isa<FloatType>(args[1].getType()))
      score = arith::AddFOp::create(b, score, args[1]);
    else if (getMask())
      score = arith::SelectOp::create(b, args[1], score, hidden);
    if (getCausal()) { // j + Lq <= i + Lk, or j <= i + position
      Value i = linalg::IndexOp::create(b, queryTime), j = linalg::IndexOp::create(b, keyTime);
      Value before = keyLength;
      if (getPosition())
        before = arith::IndexCastOp::create(b, b.getIndexType(), args.drop_back().back());
      else
        j = arith::AddIOp::create(b, j, queryLength);
      Value visible =
          arith::CmpIOp::create(b, arith::CmpIPredicate::sle, j, arith::AddIOp::create(b, i, before));
      score = arith::SelectOp::create(b, visible, score, hidden);
    }
    return score;
  });
  // p = exp(w - max w), total = sum of p; a query that sees no key has p = 0
  AffineMap bhqs = noChannels(scoresMap), bhq = noChannels(queriesMap);
  Value largest = b.loop(scores, {bhqs, bhq}, b.newTensor(sizes, queriesMap, -infinity),
                         [](DecomposeBuilder &b, ValueRange args) -> Value {
                           return arith::MaximumFOp::create(b, args[1], args[0]);
                         });
  Value weights = b.loop({scores, largest}, {bhqs, bhq, bhqs}, b.newTensor(sizes, scoresMap),
                         [&](DecomposeBuilder &b, ValueRange args) -> Value {
                           Value none = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, args[1], b.constant(-infinity));
                           Value weight = math::ExpOp::create(b, arith::SubFOp::create(b, args[0], args[1]));
                           return arith::SelectOp::create(b, none, b.constant(0), weight);
                         });
  Value totals = b.loop(weights, {bhqs, bhq}, b.newTensor(sizes, queriesMap, 0.0),
                        [](DecomposeBuilder &b, ValueRange args) -> Value {
                          return arith::AddFOp::create(b, args[1], args[0]);
                        });
  // y = p V / total
  auto noKeys = [&](AffineMap map) { return without(map, {channel}); };
  Value sums = b.loop({weights, getValue()},
                      {noKeys(scoresMap), noKeys(getMapFor(getValueMutable())), noKeys(resultMap)},
                      b.newTensor(sizes, resultMap, 0.0), [](DecomposeBuilder &b, ValueRange args) -> Value {
                        return arith::AddFOp::create(b, args[2], arith::MulFOp::create(b, args[0], args[1]));
                      });
  auto onlyResults = [&](AffineMap map) { return without(map, {channel, keyTime}); };
  Value y = b.loop({sums, totals},
                   {onlyResults(resultMap), onlyResults(queriesMap), onlyResults(getMapFor(getOutsMutable()[0]))},
                   getY(), [](DecomposeBuilder &b, ValueRange args) -> Value {
                     Value none = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, args[1], b.constant(0));
                     return arith::SelectOp::create(b, none, b.constant(0), arith::DivFOp::create(b, args[0], args[1]));
                   });
  return SmallVector<Value>{y};
}

FailureOr<SmallVector<Value>> AppendOp::decomposeOperation(OpBuilder &builder) {
  if (failed(requireTensors(*this)))
    return failure();
  enum : unsigned { batch, head, room, time, channel };
  DecomposeBuilder b(*this, builder);
  AffineMap cacheMap = getMapFor(getOutsMutable()[0]);
  int64_t batchDim = axes::findAxis(cacheMap, batch), rowDim = axes::findAxis(cacheMap, room);

  // The rows in the cache's layout and type: time takes the place of the cache's own rows.
  SmallVector<OpFoldResult> sizes = getAxisSizes(b, getLoc()), newSizes;
  AffineMap newMap = cacheMap.replace(b.getAffineDimExpr(room), b.getAffineDimExpr(time), getNumAxes(), 0);
  for (AffineExpr expr : newMap.getResults())
    newSizes.push_back(sizes[cast<AffineDimExpr>(expr).getPosition()]);
  Value rows = tensor::EmptyOp::create(b, newSizes, getElementTypeOrSelf(getY().getType()));
  rows = b.copy(getRows(), dropAxis(getMapFor(getRowsMutable()), room), rows, dropAxis(newMap, room));

  // cache[position + lo : position + hi] = rows[lo : hi] for each text: the rows that have a place.
  auto size = [&](unsigned axis) { return getValueOrCreateConstantIndexOp(b, getLoc(), sizes[axis]); };
  Value zero = b.index(0), texts = size(batch), length = size(time), capacity = size(room);
  auto loop = scf::ForOp::create(
      b, zero, texts, b.index(1), getY(), [&](OpBuilder &nested, Location loc, Value text, ValueRange carried) {
        DecomposeBuilder b(*this, nested);
        auto clamp = [&](Value value, Value most) -> Value {
          return arith::MinSIOp::create(b, arith::MaxSIOp::create(b, value, zero), most);
        };
        Value position = tensor::ExtractOp::create(b, getPosition(), text);
        position = arith::IndexCastOp::create(b, b.getIndexType(), position);
        Value lo = clamp(arith::SubIOp::create(b, zero, position), length);
        Value hi = arith::MaxSIOp::create(b, lo, clamp(arith::SubIOp::create(b, capacity, position), length));
        SmallVector<OpFoldResult> from(newSizes.size(), b.getIndexAttr(0)), strides(newSizes.size(), b.getIndexAttr(1)),
            count = newSizes;
        from[batchDim] = text;
        count[batchDim] = b.getIndexAttr(1);
        count[rowDim] = arith::SubIOp::create(b, hi, lo).getResult();
        SmallVector<OpFoldResult> to = from;
        from[rowDim] = lo;
        to[rowDim] = clamp(arith::AddIOp::create(b, position, lo), capacity); // inside even where nothing is written
        Value part = tensor::ExtractSliceOp::create(b, rows, from, count, strides);
        scf::YieldOp::create(
            b, tensor::InsertSliceOp::create(b, part, carried[0], to, count, strides)->getResults());
      });
  return SmallVector<Value>(loop.getResults());
}
