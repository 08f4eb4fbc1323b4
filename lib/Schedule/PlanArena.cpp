//===- PlanArena.cpp - One arena per entry --------------------------------------------------------------------===//
//
// Gives every memref.alloc of a driver a place in the arena that the caller lends. Buffers that are never live
// together share a slot; a slot is as long as the longest of its buffers for the symbols of the call. Sizes known at
// compile time are packed by offset instead. Emits @<entry>.arena, which computes the arena's length from the symbols.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace mambac {
#define GEN_PASS_DEF_PLANARENAPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

constexpr int64_t kAlignment = 64;

struct Buffer {
  memref::AllocOp alloc;
  int64_t first = -1, last = -1; ///< positions of the first and last operation that uses it
  SmallVector<int64_t> samples;  ///< sizes in bytes at the sample points
  int64_t position = 0, slot = -1, offset = 0;
  bool isStatic() const { return memref::AllocOp(alloc).getType().hasStaticShape(); }
};

int64_t elementBytes(Type type) { return std::max<int64_t>(1, (type.getIntOrFloatBitWidth() + 7) / 8); }
int64_t aligned(int64_t bytes) { return std::max<int64_t>((bytes + kAlignment - 1) / kAlignment * kAlignment, kAlignment); }

struct PlanArenaPass : mambac::impl::PlanArenaPassBase<PlanArenaPass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (function->hasAttr("mambac.abi") && failed(plan(function)))
        return signalPassFailure();
  }

private:
  LogicalResult plan(func::FuncOp function) {
    Block &block = function.getBody().front();
    symbols.clear();
    Value arena;
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      if (function.getArgAttr(i, "mambac.symbol"))
        symbols.push_back(function.getArgument(i));
      else if (function.getArgAttr(i, "mambac.arena"))
        arena = function.getArgument(i);
    }
    if (!arena)
      return function.emitError("a driver needs an argument with mambac.arena for its temporaries");
    llvm::DenseMap<Operation *, int64_t> positions;
    SmallVector<Buffer> buffers;
    for (Operation &op : block) {
      positions[&op] = positions.size();
      if (auto alloc = dyn_cast<memref::AllocOp>(op))
        {
        Buffer &buffer = buffers.emplace_back();
        buffer.alloc = alloc;
        buffer.position = positions[&op];
      }
    }
    SmallVector<SmallVector<int64_t>> points = samplePoints(function);
    for (Buffer &buffer : buffers) {
      if (failed(live(buffer, block, positions)))
        return failure();
      for (ArrayRef<int64_t> point : points) {
        int64_t bytes = elementBytes(buffer.alloc.getType().getElementType());
        for (int64_t size : buffer.alloc.getType().getShape())
          if (!ShapedType::isDynamic(size))
            bytes *= size;
        for (Value size : buffer.alloc.getDynamicSizes()) {
          auto value = evaluate(size, point);
          if (!value)
            return buffer.alloc.emitError("the size of a temporary, ")
                   << buffer.alloc.getType() << ", depends on data, not on the entry's sizes alone: " << unresolved;
          bytes *= *value;
        }
        buffer.samples.push_back(aligned(bytes));
      }
    }
    // Unused allocations go away; the others are placed in the order of their first use.
    llvm::erase_if(buffers, [](Buffer &buffer) { return buffer.first < 0; });
    llvm::sort(buffers, [](const Buffer &a, const Buffer &b) { return std::pair(a.first, a.position) < std::pair(b.first, b.position); });
    bool allStatic = llvm::all_of(buffers, [](const Buffer &buffer) { return buffer.isStatic(); });
    SmallVector<SmallVector<Buffer *>> slots;
    int64_t staticBytes = 0;
    if (allStatic)
      staticBytes = packByOffset(buffers);
    else
      packBySlot(buffers, slots);
    numBuffers += buffers.size();
    numSlots += slots.size();

    // Offsets at the top of the driver, and the length in a function of the symbols.
    OpBuilder builder = OpBuilder::atBlockBegin(&block);
    Location loc = function.getLoc();
    SmallVector<Value> offsets;
    if (!allStatic)
      layout(builder, loc, slots, symbols, offsets);
    for (Buffer &buffer : buffers) {
      OpBuilder at(buffer.alloc);
      Value offset = allStatic ? arith::ConstantIndexOp::create(at, loc, buffer.offset).getResult()
                               : offsets[buffer.slot];
      // Sizes may be computed after the first use of the arena, but never after the allocation itself.
      Value view = memref::ViewOp::create(at, buffer.alloc.getLoc(), buffer.alloc.getType(), arena, offset,
                                          buffer.alloc.getDynamicSizes());
      buffer.alloc.replaceAllUsesWith(view);
      buffer.alloc.erase();
    }
    OpBuilder moduleBuilder = OpBuilder::atBlockEnd(getOperation().getBody());
    SmallVector<Type> types(symbols.size(), builder.getIndexType());
    std::string name = (function.getName() + ".arena").str();
    auto size = func::FuncOp::create(moduleBuilder, loc, name,
                                     builder.getFunctionType(types, builder.getIndexType()));
    size.setPrivate();
    size->setAttr("mambac.size_function", builder.getUnitAttr());
    OpBuilder inner = OpBuilder::atBlockBegin(size.addEntryBlock());
    Value total;
    if (allStatic) {
      total = arith::ConstantIndexOp::create(inner, loc, staticBytes);
    } else {
      SmallVector<Value> args(size.getArguments().begin(), size.getArguments().end());
      total = layout(inner, loc, slots, args, offsets);
    }
    func::ReturnOp::create(inner, loc, total);
    function->setAttr("mambac.arena_function", FlatSymbolRefAttr::get(size));
    return success();
  }

  /// Values of the symbols at which sizes are compared: a short and a long call.
  SmallVector<SmallVector<int64_t>> samplePoints(func::FuncOp function) {
    auto list = function->getAttrOfType<ArrayAttr>("mambac.symbols");
    SmallVector<SmallVector<int64_t>> points;
    for (int64_t base : {4, 1024}) {
      SmallVector<int64_t> point;
      for (size_t i = 0; i < symbols.size(); ++i) {
        int64_t value = base;
        if (list && i < list.size())
          if (auto max = cast<DictionaryAttr>(list[i]).getAs<IntegerAttr>("max"))
            value = std::min(value, max.getInt());
        point.push_back(value);
      }
      points.push_back(point);
    }
    return points;
  }

  LogicalResult live(Buffer &buffer, Block &block, const llvm::DenseMap<Operation *, int64_t> &positions) {
    SmallVector<Value> aliases{buffer.alloc.getResult()};
    while (!aliases.empty()) {
      Value value = aliases.pop_back_val();
      for (Operation *user : value.getUsers()) {
        Operation *top = block.findAncestorOpInBlock(*user);
        if (isa<func::ReturnOp>(user))
          return user->emitError("a driver returns a temporary");
        bool view = isa<ViewLikeOpInterface>(user);
        if (!view && !isa<memref::DimOp>(user)) {
          int64_t position = positions.lookup(top);
          buffer.first = buffer.first < 0 ? position : std::min(buffer.first, position);
          buffer.last = std::max(buffer.last, position);
        }
        for (Value result : user->getResults())
          if (isa<BaseMemRefType>(result.getType()))
            aliases.push_back(result);
      }
    }
    return success();
  }

  /// Offsets for static sizes: longest first, each at the lowest place free for its lifetime.
  int64_t packByOffset(SmallVector<Buffer> &buffers) {
    SmallVector<Buffer *> order;
    for (Buffer &buffer : buffers)
      order.push_back(&buffer);
    llvm::sort(order, [](Buffer *a, Buffer *b) {
      return std::pair(-a->samples[0], a->position) < std::pair(-b->samples[0], b->position);
    });
    SmallVector<Buffer *> placed;
    int64_t total = 0;
    for (Buffer *buffer : order) {
      SmallVector<std::pair<int64_t, int64_t>> taken;
      for (Buffer *other : placed)
        if (other->first <= buffer->last && buffer->first <= other->last)
          taken.push_back({other->offset, other->offset + other->samples[0]});
      llvm::sort(taken);
      int64_t offset = 0;
      for (auto [begin, end] : taken) {
        if (begin - offset >= buffer->samples[0])
          break;
        offset = std::max(offset, end);
      }
      buffer->offset = offset;
      total = std::max(total, offset + buffer->samples[0]);
      placed.push_back(buffer);
    }
    return total;
  }

  /// Slots for symbolic sizes: each buffer takes the free slot that grows least, then the one that wastes least.
  void packBySlot(SmallVector<Buffer> &buffers, SmallVector<SmallVector<Buffer *>> &slots) {
    SmallVector<SmallVector<int64_t>> sizes;
    for (Buffer &buffer : buffers) {
      double bestGrowth = buffer.samples.size(), bestWaste = 0; // a new slot grows the arena by the whole buffer
      for (size_t s = 0; s < slots.size(); ++s) {
        if (llvm::any_of(slots[s], [&](Buffer *other) { return other->last >= buffer.first; }))
          continue;
        double growth = 0, waste = 0;
        for (size_t p = 0; p < buffer.samples.size(); ++p) {
          double own = buffer.samples[p];
          growth += std::max(0.0, own - sizes[s][p]) / own;
          waste += std::max(0.0, sizes[s][p] - own) / own;
        }
        if (growth < bestGrowth || (growth == bestGrowth && buffer.slot >= 0 && waste < bestWaste)) {
          buffer.slot = s;
          bestGrowth = growth, bestWaste = waste;
        }
      }
      if (buffer.slot < 0) {
        buffer.slot = slots.size();
        slots.emplace_back();
        sizes.push_back(buffer.samples);
      }
      slots[buffer.slot].push_back(&buffer);
      for (size_t p = 0; p < buffer.samples.size(); ++p)
        sizes[buffer.slot][p] = std::max(sizes[buffer.slot][p], buffer.samples[p]);
    }
    // Sizes are expressions of the allocations' operands, which layout() clones.
    sizeOperands.clear();
    for (Buffer &buffer : buffers)
      sizeOperands.push_back({buffer.alloc.getType(), SmallVector<Value>(buffer.alloc.getDynamicSizes())});
    slotMembers.clear();
    slotMembers.resize(slots.size());
    for (auto [i, buffer] : llvm::enumerate(buffers))
      slotMembers[buffer.slot].push_back(i);
  }

  /// Emits the offset of every slot as index values over `args`, the symbols; returns the total.
  Value layout(OpBuilder &builder, Location loc, ArrayRef<SmallVector<Buffer *>> slots, ArrayRef<Value> args,
               SmallVector<Value> &offsets) {
    IRMapping mapping;
    for (auto [symbol, arg] : llvm::zip(symbols, args))
      mapping.map(symbol, arg);
    offsets.clear();
    Value total = arith::ConstantIndexOp::create(builder, loc, 0);
    llvm::DenseMap<Value, Value> seen;
    for (size_t s = 0; s < slots.size(); ++s) {
      offsets.push_back(total);
      Value longest;
      for (size_t member : slotMembers[s]) {
        auto &[type, dynamic] = sizeOperands[member];
        int64_t fixed = elementBytes(type.getElementType());
        for (int64_t size : type.getShape())
          if (!ShapedType::isDynamic(size))
            fixed *= size;
        Value bytes = arith::ConstantIndexOp::create(builder, loc, fixed);
        for (Value size : dynamic)
          bytes = arith::MulIOp::create(builder, loc, bytes, cloneSlice(builder, size, mapping));
        longest = longest ? arith::MaxUIOp::create(builder, loc, longest, bytes).getResult() : bytes;
      }
      Value mask = arith::ConstantIndexOp::create(builder, loc, -kAlignment);
      Value round = arith::ConstantIndexOp::create(builder, loc, kAlignment - 1);
      Value up = arith::AddIOp::create(builder, loc, longest, round);
      total = arith::AddIOp::create(builder, loc, total, arith::AndIOp::create(builder, loc, up, mask));
    }
    return total;
  }

  Value cloneSlice(OpBuilder &builder, Value value, IRMapping &mapping) {
    if (Value known = mapping.lookupOrNull(value))
      return known;
    Operation *op = value.getDefiningOp();
    for (Value operand : op->getOperands())
      cloneSlice(builder, operand, mapping);
    builder.clone(*op, mapping);
    return mapping.lookup(value);
  }

  /// The value of an index expression over the symbols; nothing if it is another kind of value.
  std::optional<int64_t> evaluate(Value value, ArrayRef<int64_t> point) {
    for (auto [symbol, number] : llvm::zip(symbols, point))
      if (value == symbol)
        return number;
    Operation *op = value.getDefiningOp();
    if (!op)
      return std::nullopt;
    SmallVector<Attribute> operands;
    for (Value operand : op->getOperands()) {
      auto number = evaluate(operand, point);
      if (!number)
        return std::nullopt;
      operands.push_back(IntegerAttr::get(operand.getType(), *number));
    }
    unresolved = value;
    if (!isMemoryEffectFree(op) || op->getNumResults() != 1)
      return std::nullopt;
    if (auto apply = dyn_cast<affine::AffineApplyOp>(op)) {
      SmallVector<Attribute> results;
      if (failed(apply.getAffineMap().constantFold(operands, results)))
        return std::nullopt;
      return cast<IntegerAttr>(results[0]).getInt();
    }
    // fold() may answer with an operand, whose value is known then.
    SmallVector<OpFoldResult> results;
    if (failed(op->fold(operands, results)) || results.size() != 1)
      return std::nullopt;
    if (auto same = dyn_cast<Value>(results[0]))
      return same == value ? std::nullopt : evaluate(same, point);
    auto attr = dyn_cast<IntegerAttr>(cast<Attribute>(results[0]));
    return attr ? std::optional<int64_t>(attr.getInt()) : std::nullopt;
  }

  Value unresolved; ///< what evaluate() failed at
  SmallVector<Value> symbols;
  SmallVector<std::pair<MemRefType, SmallVector<Value>>> sizeOperands;
  SmallVector<SmallVector<size_t>> slotMembers;
};

} // namespace
