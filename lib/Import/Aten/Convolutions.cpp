// Convolutions over one or more spatial dims, with groups, as linalg.generic on a padded input: over (batch, group,
// channel of the group, space..., input channel, kernel...); a depthwise convolution has neither group nor input
// channel dims: (batch, channel, space, kernel).
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

struct Window {
  SmallVector<int64_t> stride, dilation;
  Sizes low, high; // padding of the spatial dims
};

/// One number for all dims, or one each.
SmallVector<int64_t> perDim(Call &c, StringRef name, int64_t rank, int64_t fallback) {
  SmallVector<int64_t> list = c.integers(name, {fallback});
  if (list.size() == 1)
    list.resize(rank, list[0]);
  if (int64_t(list.size()) != rank)
    (void)c.fail("its argument '" + name + "' has the wrong length");
  list.resize(rank, fallback);
  return list;
}

LogicalResult convolve(Call &c, Tensor input, Tensor weight, const Tensor &bias, const Window &window, int64_t groups) {
  Emitter &e = c.e;
  int64_t space = weight.rank() - 2;
  if (space < 1)
    return c.fail("its weight has too few dims");
  bool unbatched = input.rank() == space + 1;
  if (unbatched)
    input = e.addUnitDims(input, {0});
  if (input.rank() != weight.rank())
    return c.fail("its operands' ranks do not fit");
  if (!input.sizes[1].isConstant() || !weight.sizes[0].isConstant() || !weight.sizes[1].isConstant())
    return c.fail("its channels are dynamic");
  int64_t channels = input.sizes[1].value(), outChannels = weight.sizes[0].value(), perGroup = weight.sizes[1].value();
  if (groups < 1 || channels != groups * perGroup || outChannels % groups != 0)
    return c.fail("its channels do not fit its groups");
  for (int64_t dim = 0; dim < space; ++dim)
    if (window.stride[dim] < 1 || window.dilation[dim] < 1)
      return c.fail("its stride or dilation is not positive");

  Sizes low = {0, 0}, high = {0, 0};
  llvm::append_range(low, window.low);
  llvm::append_range(high, window.high);
  Tensor padded = e.pad(input, low, high, e.constant(input.dtype, 0));
  Sizes outSpace;
  for (int64_t dim = 0; dim < space; ++dim) {
    Size reach = e.add(e.mul(e.sub(weight.sizes[2 + dim], 1), window.dilation[dim]), 1);
    outSpace.push_back(e.add(e.floorDiv(e.sub(padded.sizes[2 + dim], reach), window.stride[dim]), 1));
  }

  bool depthwise = perGroup == 1 && outChannels == groups;
  int64_t perOut = outChannels / groups;
  Sizes outSizes = {input.sizes[0]};
  if (depthwise) {
    outSizes.push_back(outChannels);
    weight = e.dropUnitDims(weight, {1});
  } else if (groups == 1) {
    outSizes.push_back(outChannels);
  } else {
    outSizes.push_back(groups);
    outSizes.push_back(perOut);
    Sizes split = {padded.sizes[0], groups, perGroup}, splitWeight = {groups, perOut, perGroup};
    split.append(padded.sizes.begin() + 2, padded.sizes.end());
    splitWeight.append(weight.sizes.begin() + 2, weight.sizes.end());
    padded = e.reshape(padded, split);
    weight = e.reshape(weight, splitWeight);
  }
  // Dims: those of the output, then the input channel unless depthwise, then the kernel.
  int64_t channelDims = outSizes.size() - 1;
  llvm::append_range(outSizes, outSpace);
  int64_t outRank = outSizes.size(), firstSpace = 1 + channelDims, inChannel = outRank,
          firstKernel = outRank + !depthwise;
  unsigned dims = firstKernel + space;
  auto d = [&](int64_t dim) { return e.b.getAffineDimExpr(dim); };
  SmallVector<AffineExpr> in = {d(0)}, kernel, out;
  if (depthwise || groups > 1)
    in.push_back(d(1));
  if (!depthwise)
    in.push_back(d(inChannel));
  for (int64_t dim = 0; dim < channelDims; ++dim)
    kernel.push_back(d(1 + dim));
  if (!depthwise)
    kernel.push_back(d(inChannel));
  for (int64_t dim = 0; dim < space; ++dim) {
    in.push_back(d(firstSpace + dim) * window.stride[dim] + d(firstKernel + dim) * window.dilation[dim]);
    kernel.push_back(d(firstKernel + dim));
  }
  for (int64_t dim = 0; dim < outRank; ++dim)
    out.push_back(d(dim));
  auto map = [&](ArrayRef<AffineExpr> results) { return AffineMap::get(dims, 0, results, e.b.getContext()); };
  DType type = c.resultType();
  Tensor result = e.contract(padded, weight, {map(in), map(kernel), map(out)}, outSizes, type, /*rounded=*/!bias);
  if (bias) {
    if (bias.rank() != 1)
      return c.fail("its bias is not a vector");
    // Along the channel dims.
    Tensor column = groups > 1 && !depthwise ? e.reshape(bias, {groups, perOut}) : bias;
    SmallVector<int64_t> channelMap = llvm::to_vector(llvm::seq<int64_t>(1, 1 + channelDims));
    DType wide = result.dtype;
    result = e.generic({result, column}, {e.identity(outRank), e.map(outRank, channelMap), e.identity(outRank)},
                       e.empty(type, outSizes), [&](Emitter &, ValueRange v) {
                         return e.convert(addScalars(e, wide, v[0], e.convert(v[1], bias.dtype, wide)), wide, type);
                       });
  }
  Sizes merged = {input.sizes[0], outChannels};
  llvm::append_range(merged, outSpace);
  result = e.reshape(result, merged);
  return c.result(unbatched ? e.dropUnitDims(result, {0}) : result);
}

/// conv1d, conv2d, conv3d and `convolution`; padding as numbers, "same" or "valid".
LogicalResult lowerConv(Call &c) {
  Tensor input = c.tensor("input"), weight = c.tensor("weight"), bias = c.optionalTensor("bias");
  if (c.failed())
    return failure();
  int64_t space = std::max<int64_t>(weight.rank() - 2, 0);
  if (c.boolean("transposed", false))
    return c.fail("transposed convolutions are not supported");
  Window window;
  window.stride = perDim(c, "stride", space, 1);
  window.dilation = perDim(c, "dilation", space, 1);
  int64_t groups = c.integer("groups", 1);
  const pt2::Argument *padding = c.node.input("padding");
  if (padding && padding->is(pt2::Argument::Kind::String)) {
    for (int64_t dim = 0; dim < space; ++dim) {
      Size total = padding->name == "same" ? c.e.mul(c.e.sub(weight.sizes[2 + dim], 1), window.dilation[dim]) : Size(0);
      Size low = c.e.floorDiv(total, 2);
      window.low.push_back(low);
      window.high.push_back(c.e.sub(total, low));
    }
  } else {
    for (int64_t each : perDim(c, "padding", space, 0)) {
      if (each < 0)
        (void)c.fail("its padding is negative");
      window.low.push_back(std::max<int64_t>(each, 0));
      window.high.push_back(std::max<int64_t>(each, 0));
    }
  }
  if (c.failed())
    return failure();
  return convolve(c, input, weight, bias, window, groups);
}

} // namespace

void registerConvolutions(Registry &r) {
  r.add({"aten.conv1d.default", "aten.conv1d.padding", "aten.conv2d.default", "aten.conv2d.padding",
         "aten.conv3d.default", "aten.conv3d.padding", "aten.convolution.default"},
        lowerConv);
}

} // namespace mambac::aten
