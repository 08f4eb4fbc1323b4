//===- PackedMatmulKernel.cpp - ssm.packed_matmul -----------------------------------------------------------------===//
//
// y = epilogue(x * packed). A work item is a block of rows times a group of panels. It goes through the summed axis in
// blocks (sum-block) and adds the products of each panel's part, which stays in the first level cache while the rows pass
// by in tiles of 12 rows and two vectors (tile-rows, matmul-vectors): 24 sums in 32 AVX-512 registers, 6 rows in 16
// registers. The last rows go by fours, twos and ones, so one row (decoding) streams the panels. Meanwhile the next
// panel's part is prefetched to the second level cache, each tile taking its share, so that weights arrive while others
// are multiplied. No more rows than a tile has are bound by reading the weights: their work items are single panels, read
// as they lie in memory, and they prefetch what comes soon. The sums of all blocks but the last wait on the stack. Rows of
// 16 bits are widened to the stack, a block of them for a group of panels; pairs of bf16 that an instruction takes are
// read where they are.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"
#include "lib/CPU/Kernels/RegisterTile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace mambac::cpu {
namespace {

constexpr int64_t kPanel = ssm::PackedMatmulOp::kPanel;
/// Work items of fewer rows are not worth their start.
constexpr int64_t kLeastRows = 24;
/// Panels of one work item at most.
constexpr int64_t kMostPanels = 8;
constexpr int64_t kLineBytes = 64;
/// How far ahead few rows prefetch weights: two pages, at whose ends the processor's own prefetching stops.
constexpr int64_t kAheadBytes = 8192;

/// How one step along the summed axis multiplies.
enum class Step {
  single, ///< one row of a panel, widened to f32
  split,  ///< a pair of rows in bf16, widened to f32 one after the other
  dot     ///< a pair of rows in bf16 times a pair of x: an instruction that adds both products
};

class PackedMatmul {
public:
  PackedMatmul(ssm::PackedMatmulOp op, KernelBuilder &k)
      : k(k), op(op), x(op.getX()), packed(op.getPacked()), y(op.getY()), rows(k.dim(x, 0)), columns(k.dim(y, 1)),
        depth(k.dim(x, 1)), panels(k.dim(packed, 0)), most(tileRows(k, k.sizes.matmulVectors)) {
    auto xType = cast<MemRefType>(x.getType());
    weightType = cast<MemRefType>(packed.getType()).getElementType();
    if (op.getRowsPerStep() == 1)
      step = Step::single;
    else
      step = xType.getElementType().isBF16() && k.target.nativeBF16 && k.target.vectorBytes == 64 ? Step::dot
                                                                                                  : Step::split;
    // A row or two are summed in several chains, each of which may have a block.
    blockDepth = llvm::alignTo(k.sizes.sumBlock, 2) * (xType.isDynamicDim(0) || xType.getDimSize(0) > 2 ? 1 : 4);
    if (!xType.isDynamicDim(1) && xType.getDimSize(1) <= blockDepth)
      blockDepth = xType.getDimSize(1);
    blockRows = llvm::alignTo(k.sizes.matmulRows, most);
    if (!xType.isDynamicDim(0))
      blockRows = std::min<int64_t>(blockRows, llvm::alignTo(std::max<int64_t>(xType.getDimSize(0), 1), most));
  }

  LogicalResult expand() {
    vectors = k.sizes.matmulVectors;
    if (kPanel % (vectors * k.width))
      return op.emitError("tiles of ") << vectors << " vectors of " << k.width << " columns do not divide a panel of "
                                       << kPanel << " columns; give another matmul-vectors";
    // Few panels: shorter blocks of rows. Many: groups of panels, which share the rows in the cache.
    Value blocks = k.min(k.ceilDiv(rows, kLeastRows), ceilDiv(k.index(k.sizes.matmulItems), k.max(panels, k.index(1))));
    blocks = k.max(k.max(blocks, k.ceilDiv(rows, blockRows)), k.index(1));
    Value itemRows = k.max(k.roundUp(ceilDiv(rows, blocks), most), k.index(most));
    Value rowBlocks = ceilDiv(rows, itemRows);
    few = k.less(rows, k.index(most + 1));
    Value mostPanels = select(few, k.index(1), k.index(kMostPanels));
    Value itemPanels = k.max(k.min(k.div(k.mul(panels, rowBlocks), k.sizes.matmulItems), mostPanels), k.index(1));
    itemPanels = ceilDiv(panels, k.max(ceilDiv(panels, itemPanels), k.index(1)));
    itemPanels = k.max(itemPanels, k.index(1));
    Value groups = ceilDiv(panels, itemPanels);
    // What is larger, x or the weights, is read once.
    Value rowsOutside = k.less(columns, rows);
    k.parallel({select(rowsOutside, rowBlocks, groups), select(rowsOutside, groups, rowBlocks)}, [&](ValueRange ids) {
      Value rowBlock = select(rowsOutside, ids[0], ids[1]), group = select(rowsOutside, ids[1], ids[0]);
      firstRow = k.mul(rowBlock, itemRows);
      numRows = k.min(k.sub(rows, firstRow), itemRows);
      firstPanel = k.mul(group, itemPanels);
      numPanels = getConstantIntValue(itemPanels) == 1 ? itemPanels : k.min(k.sub(panels, firstPanel), itemPanels);
      item();
    });
    return success();
  }

private:
  Value ceilDiv(Value a, Value b) { return k.div(k.add(a, k.sub(b, k.index(1))), b); }
  Value select(Value condition, Value a, Value b) {
    if (std::optional<int64_t> c = getConstantIntValue(condition))
      return *c ? a : b;
    return arith::SelectOp::create(k.b, k.loc, condition, a, b);
  }
  int64_t rowsPerStep() const { return step == Step::single ? 1 : 2; }
  int64_t stepBytes() const { return kPanel * rowsPerStep() * (weightType.getIntOrFloatBitWidth() / 8); }
  bool oneBlock() const {
    std::optional<int64_t> known = getConstantIntValue(depth);
    return known && *known <= blockDepth;
  }

  void item() {
    auto xType = cast<MemRefType>(x.getType());
    bool evenDepth = !xType.isDynamicDim(1) && xType.getDimSize(1) % 2 == 0;
    bool inPlace = (step == Step::dot || xType.getElementType().isF32()) && (step == Step::single || evenDepth);
    // Where the depth is odd there is one more row of pairs.
    int64_t rowFloats = llvm::alignTo(std::max<int64_t>(blockDepth, 1), 32) / (step == Step::dot ? 2 : 1);
    if (!inPlace)
      copied = k.stackTile({blockRows, rowFloats});
    Value numBlocks = oneBlock() ? k.index(1) : k.max(k.ceilDiv(depth, blockDepth), k.index(1));
    if (!oneBlock()) {
      waiting = k.stackTile({blockRows, kMostPanels * kPanel});
      k.loop(numRows, [&](Value r) {
        k.loop(k.index(0), k.mul(numPanels, kPanel), k.width,
               [&](Value c) { k.storeVector(k.splat(0.f), waiting, {r, c}); });
      });
    }
    k.loop(numBlocks, [&](Value block) {
      first = k.mul(block, blockDepth);
      std::optional<int64_t> known = getConstantIntValue(depth);
      Value length = oneBlock()                             ? depth
                     : known && *known % blockDepth == 0 ? k.index(blockDepth)
                                                            : k.min(k.index(blockDepth), k.sub(depth, first));
      if (copied)
        copyRows(length);
      steps = k.ceilDiv(length, rowsPerStep());
      last = k.equal(block, k.sub(numBlocks, k.index(1)));
      k.loop(numPanels, [&](Value j) { panel(j); });
    });
  }

  /// The block's part of the item's rows: widened to f32, or as pairs of 16 bits; zeros up to whole vectors.
  void copyRows(Value length) {
    int64_t lanes = step == Step::dot ? 2 * k.width : k.width;
    k.loop(numRows, [&](Value r) {
      auto copy = [&](Value c, Value left) {
        SmallVector<Value> from{k.add(firstRow, r), k.add(first, c)};
        if (step != Step::dot)
          return k.storeVector(k.loadVector(x, from, left ? k.mask(left) : Value()), copied, {r, c});
        Value pairs;
        auto type = VectorType::get(lanes, k.b.getBF16Type());
        if (left) {
          Value mask = vector::CreateMaskOp::create(k.b, k.loc, VectorType::get(lanes, k.b.getI1Type()), left);
          Value zero = arith::ConstantOp::create(k.b, k.loc, type, k.b.getZeroAttr(type));
          pairs = vector::MaskedLoadOp::create(k.b, k.loc, type, x, from, mask, zero);
        } else {
          pairs = vector::LoadOp::create(k.b, k.loc, type, x, from);
        }
        k.storeVector(vector::BitCastOp::create(k.b, k.loc, k.vectorType, pairs), copied, {r, k.div(c, 2)});
      };
      Value whole = k.roundDown(length, lanes);
      k.loop(k.index(0), whole, lanes, [&](Value c) { copy(c, Value()); });
      k.ifThen(k.less(whole, length), [&] { copy(whole, k.sub(length, whole)); });
    });
  }

  /// The item's rows times a block of one panel.
  void panel(Value j) {
    Value number = k.add(firstPanel, j);
    // Prefetched meanwhile: what comes soon where weights are read in their order. Else the same block of the next panel;
    // behind the last one, where the first panel goes on, or the next item's begins.
    Value more = k.less(k.add(j, 1), numPanels);
    Value beyond = k.min(k.add(firstPanel, numPanels), k.sub(panels, k.index(1)));
    nextPanel = select(more, k.add(number, 1), select(last, beyond, firstPanel));
    Value nextRow = select(more, first, select(last, k.index(0), k.add(first, blockDepth)));
    nextPanel = select(few, number, nextPanel);
    nextStep = k.div(select(few, k.add(first, kAheadBytes / stepBytes() * rowsPerStep()), nextRow), rowsPerStep());
    Value start = k.index(0);
    for (int64_t count = most; count > 0; count = count > 1 ? llvm::bit_floor(uint64_t(count - 1)) : 0) {
      Value end = k.add(start, k.roundDown(k.sub(numRows, start), count));
      // Few rows leave registers for more columns, up to the whole panel.
      vectors = k.sizes.matmulVectors;
      while (count < most && kPanel % (2 * vectors * k.width) == 0 && 2 * vectors * count <= accumulators(k))
        vectors *= 2;
      k.loop(start, end, count, [&](Value r) {
        forPieces(k, kPanel, vectors * k.width, [&](Value sub, int64_t) { tile(j, number, r, count, sub); });
      });
      start = end;
    }
  }

  void tile(Value j, Value number, Value row, int64_t count, Value sub) {
    // Of what is prefetched, this tile's share is that of its rows: memory is asked for lines at an even rate.
    int64_t stepElements = kPanel * rowsPerStep(), lineElements = stepElements * kLineBytes / stepBytes();
    Value stride = ceilDiv(k.index(count * stepElements), numRows);
    Value share = k.add(k.mul(k.div(k.mul(row, steps), numRows), stepElements), k.mul(sub, rowsPerStep()));
    Value firstStep = k.div(first, rowsPerStep());

    auto multiply = [&](Value s, MutableArrayRef<Value> sums) {
      // Weights of few rows are read once, and need no place in the second level.
      for (int64_t line = 0; line < vectors * k.width * rowsPerStep(); line += lineElements)
        memref::PrefetchOp::create(k.b, k.loc, packed,
                                   ValueRange{nextPanel, nextStep, k.add(k.add(share, k.mul(s, stride)), line)},
                                   /*isWrite=*/false, /*localityHint=*/count < most ? 0 : 2, /*isDataCache=*/true);
      SmallVector<Value> wide;
      for (int64_t v = 0; v < vectors; ++v) {
        Value column = k.mul(k.add(sub, v * k.width), rowsPerStep());
        SmallVector<Value> at{number, k.add(firstStep, s), column};
        wide.push_back(step == Step::single ? k.loadVector(packed, at) : loadPairs(at));
      }
      if (step == Step::dot) {
        for (int64_t r = 0; r < count; ++r) {
          Value pair = vector::BitCastOp::create(k.b, k.loc, wide[0].getType(), k.splat(pairOfX(k.add(row, r), s)));
          for (int64_t v = 0; v < vectors; ++v)
            dot(sums[r * vectors + v], pair, wide[v]);
        }
        return;
      }
      for (int64_t part = 0; part < rowsPerStep(); ++part) {
        SmallVector<Value> factors;
        for (Value v : wide)
          factors.push_back(step == Step::single ? v : half(v, part));
        for (int64_t r = 0; r < count; ++r) {
          Value scalar = k.splat(element(k.add(row, r), k.add(k.mul(s, rowsPerStep()), part)));
          for (int64_t v = 0; v < vectors; ++v) {
            Value &sum = sums[r * vectors + v];
            sum = k.fma(scalar, factors[v], sum);
          }
        }
      }
    };
    SmallVector<Value> sums = sumInChains(k, SmallVector<Value>(count * vectors, k.splat(0.f)), steps, multiply);

    if (waiting)
      forEach(count, [&](int64_t r, int64_t v) {
        Value &sum = sums[r * vectors + v];
        sum = k.fadd(k.loadVector(waiting, waitingAt(j, k.add(row, r), sub, v)), sum);
      });
    auto keep = [&] {
      forEach(count, [&](int64_t r, int64_t v) {
        k.storeVector(sums[r * vectors + v], waiting, waitingAt(j, k.add(row, r), sub, v));
      });
    };
    Value firstColumn = k.add(k.mul(number, kPanel), sub);
    auto finish = [&](bool masked) {
      for (int64_t v = 0; v < vectors; ++v) {
        Value column = k.add(firstColumn, v * k.width);
        Value mask = masked ? k.mask(k.sub(columns, column)) : Value();
        for (int64_t r = 0; r < count; ++r) {
          Value yRow = k.add(firstRow, k.add(row, r));
          k.storeVector(epilogue(sums[r * vectors + v], yRow, column, mask), y, {yRow, column}, mask);
        }
      }
    };
    Value whole = k.equal(k.rem(columns, kPanel), k.index(0));
    if (!getConstantIntValue(whole).value_or(0))
      whole = k.less(k.add(k.mul(number, kPanel), kPanel - 1), columns);
    k.ifThen(last, [&] { k.ifThen(whole, [&] { finish(false); }, [&] { finish(true); }); }, keep);
  }

  /// A vector of y, from sums.
  Value epilogue(Value sums, Value yRow, Value column, Value mask) {
    if (op.getEpilogue().empty())
      return sums;
    SmallVector<Value> args{sums};
    for (Value with : op.getWith()) {
      auto type = cast<MemRefType>(with.getType());
      Value r = type.getDimSize(0) == 1 ? k.index(0) : yRow;
      Value value = type.getDimSize(1) == 1 ? k.splat(k.load(with, {r, k.index(0)})) : k.loadVector(with, {r, column}, mask);
      args.push_back(k.convert(value, type.getElementType()));
    }
    return k.convert(k.inlineElementwise(op.getEpilogue().front(), args), k.b.getF32Type());
  }

  void forEach(int64_t count, function_ref<void(int64_t, int64_t)> body) {
    for (int64_t r = 0; r < count; ++r)
      for (int64_t v = 0; v < vectors; ++v)
        body(r, v);
  }
  SmallVector<Value> waitingAt(Value j, Value row, Value sub, int64_t v) {
    return {row, k.add(k.mul(j, kPanel), k.add(sub, v * k.width))};
  }

  Value element(Value row, Value c) {
    return copied ? k.load(copied, {row, c}) : k.load(x, {k.add(firstRow, row), k.add(first, c)});
  }
  /// Two neighbours in bf16, as one f32.
  Value pairOfX(Value row, Value s) {
    if (copied)
      return k.load(copied, {row, s});
    Value pair = vector::LoadOp::create(k.b, k.loc, VectorType::get(2, weightType), x,
                                        ValueRange{k.add(firstRow, row), k.add(first, k.mul(s, 2))});
    Value bits = vector::BitCastOp::create(k.b, k.loc, VectorType::get(1, k.b.getF32Type()), pair);
    return vector::ExtractOp::create(k.b, k.loc, bits, ArrayRef<int64_t>{0});
  }
  Value loadPairs(ValueRange at) {
    return vector::LoadOp::create(k.b, k.loc, VectorType::get(2 * k.width, weightType), packed, at);
  }
  /// The even or the odd ones of pairs of bf16, as f32.
  Value half(Value pairs, int64_t part) {
    auto type = VectorType::get(k.width, k.b.getI32Type());
    Value bits = vector::BitCastOp::create(k.b, k.loc, type, pairs);
    auto constant = [&](int32_t v) { return arith::ConstantOp::create(k.b, k.loc, type, DenseElementsAttr::get(type, v)); };
    bits = part ? Value(arith::AndIOp::create(k.b, k.loc, bits, constant(int32_t(0xffff0000))))
                : Value(arith::ShLIOp::create(k.b, k.loc, bits, constant(16)));
    return arith::BitcastOp::create(k.b, k.loc, k.vectorType, bits);
  }
  void dot(Value &sum, Value a, Value b) {
    sum = LLVM::CallIntrinsicOp::create(k.b, k.loc, k.vectorType,
                                        k.b.getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512"), ValueRange{sum, a, b})
              .getResult(0);
  }

  KernelBuilder &k;
  ssm::PackedMatmulOp op;
  Value x, packed, y, rows, columns, depth, panels;
  int64_t most, blockDepth, blockRows;
  Value few; ///< whether a tile has as many rows
  Type weightType;
  Step step;
  // Of the work item.
  Value firstRow, numRows, firstPanel, numPanels;
  Value copied;  ///< its rows of x, one block; null where they are read in place
  Value waiting; ///< sums of the blocks so far; null where there is one block
  // Of the block.
  Value first, steps, last;
  int64_t vectors; ///< of a row of a tile
  // What is prefetched.
  Value nextPanel, nextStep;
};

} // namespace

LogicalResult expandPackedMatmul(ssm::PackedMatmulOp op, KernelBuilder &k) { return PackedMatmul(op, k).expand(); }

} // namespace mambac::cpu
