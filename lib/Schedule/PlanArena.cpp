//===- PlanArena.cpp - One arena per entry --------------------------------------------------------------------===//
//
// Gives every memref.alloc of a driver a place in the arena that the caller lends. Who lies above whom is decided here
// (ArenaOrder.h), the offsets are computed from the symbols of the call: each is the largest end of what lies below. With
// constant sizes they are constants. Emits @<entry>.arena, which computes the arena's length, and notes that as a text.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/ArenaOrder.h"
#include "lib/Schedule/Passes.h"
#include "lib/Schedule/SizeFormula.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include <map>

namespace mambac {
#define GEN_PASS_DEF_PLANARENAPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;

namespace {

constexpr int64_t kAlignment = 64;
/// Sizes at sample points are only compared, so they are cut off where their sums could overflow.
constexpr int64_t kLargestSample = int64_t(1) << 48;

struct Buffer : ArenaBuffer {
  memref::AllocOp alloc;
  int64_t position = 0; ///< of the allocation
};

int64_t elementBytes(Type type) { return std::max<int64_t>(1, (type.getIntOrFloatBitWidth() + 7) / 8); }
int64_t aligned(int64_t bytes) { return std::max<int64_t>((bytes + kAlignment - 1) / kAlignment * kAlignment, kAlignment); }

/// The bytes of a buffer but for its dynamic sizes.
int64_t fixedBytes(MemRefType type) {
  int64_t bytes = elementBytes(type.getElementType());
  for (int64_t size : type.getShape())
    if (!ShapedType::isDynamic(size))
      bytes *= size;
  return bytes;
}

/// Computes offsets in code. Equal sizes and equal offsets are one value, so equal layers add nothing.
class Layout {
public:
  Layout(OpBuilder &builder, Location loc, ValueRange symbols, ValueRange args) : builder(builder), loc(loc) {
    for (auto [symbol, arg] : llvm::zip(symbols, args))
      mapping.map(symbol, arg);
    zero = arith::ConstantIndexOp::create(builder, loc, 0);
  }

  /// Offsets of all buffers, which are dead values where the arena is empty; returns the arena's length.
  Value place(ArrayRef<Buffer> buffers, const ArenaOrder &order, SmallVectorImpl<Value> &offsets) {
    offsets.assign(buffers.size(), zero);
    SmallVector<Value> ends(buffers.size());
    llvm::SetVector<Value> tops;
    for (unsigned i : order.order) {
      llvm::SetVector<Value> below;
      for (unsigned other : order.below[i])
        below.insert(ends[other]);
      for (Value end : below)
        covered.insert(end);
      offsets[i] = largest(below.takeVector());
      ends[i] = end(offsets[i], size(buffers[i].alloc));
      tops.insert(ends[i]);
    }
    SmallVector<Value> last;
    for (Value top : tops)
      if (!covered.contains(top))
        last.push_back(top);
    return largest(std::move(last));
  }

private:
  Value constant(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }

  Value largest(SmallVector<Value> values) {
    if (values.empty())
      return zero;
    llvm::sort(values, [](Value a, Value b) { return a.getAsOpaquePointer() < b.getAsOpaquePointer(); });
    Value &known = maxima[values];
    if (!known) {
      // In the order in which they were computed, so that the code does not depend on addresses.
      SmallVector<Value> ordered = values;
      llvm::sort(ordered, [](Value a, Value b) {
        return a.getDefiningOp()->isBeforeInBlock(b.getDefiningOp());
      });
      known = ordered[0];
      for (Value value : ArrayRef(ordered).drop_front())
        known = arith::MaxUIOp::create(builder, loc, known, value);
    }
    return known;
  }

  Value end(Value offset, Value bytes) {
    Value &known = sums[{offset, bytes}];
    if (!known)
      known = arith::AddIOp::create(builder, loc, offset, bytes);
    return known;
  }

  Value size(memref::AllocOp alloc) {
    MemRefType type = alloc.getType();
    std::pair<int64_t, SmallVector<Value>> key{fixedBytes(type), alloc.getDynamicSizes()};
    for (auto &[other, value] : sizes)
      if (other == key)
        return value;
    Value bytes;
    if (type.hasStaticShape()) {
      bytes = constant(aligned(key.first));
    } else {
      bytes = constant(key.first);
      for (Value dynamic : alloc.getDynamicSizes())
        bytes = arith::MulIOp::create(builder, loc, bytes, cloneSlice(dynamic));
      if (key.first % kAlignment) {
        bytes = arith::AddIOp::create(builder, loc, bytes, constant(kAlignment - 1));
        bytes = arith::AndIOp::create(builder, loc, bytes, constant(-kAlignment));
      }
    }
    sizes.push_back({key, bytes});
    return bytes;
  }

  Value cloneSlice(Value value) {
    if (Value known = mapping.lookupOrNull(value))
      return known;
    Operation *op = value.getDefiningOp();
    for (Value operand : op->getOperands())
      cloneSlice(operand);
    builder.clone(*op, mapping);
    return mapping.lookup(value);
  }

  OpBuilder &builder;
  Location loc;
  IRMapping mapping;
  Value zero;
  llvm::DenseSet<Value> covered; ///< ends that something lies above
  std::map<SmallVector<Value>, Value, bool (*)(const SmallVector<Value> &, const SmallVector<Value> &)> maxima{
      [](const SmallVector<Value> &a, const SmallVector<Value> &b) {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](Value x, Value y) {
          return x.getAsOpaquePointer() < y.getAsOpaquePointer();
        });
      }};
  llvm::DenseMap<std::pair<Value, Value>, Value> sums;
  SmallVector<std::pair<std::pair<int64_t, SmallVector<Value>>, Value>> sizes;
};

/// The arena's length as a text: the largest of some sums. Empty if it is too long, or if a size is no formula.
std::string describe(func::FuncOp function, ArrayRef<Buffer> buffers, const ArenaOrder &order, ValueRange symbols) {
  constexpr size_t mostSums = 8;
  SmallVector<std::string> names;
  auto list = function->getAttrOfType<ArrayAttr>("mambac.symbols");
  for (size_t i = 0; i < symbols.size(); ++i) {
    auto dict = list && i < list.size() ? dyn_cast<DictionaryAttr>(list[i]) : DictionaryAttr();
    auto name = dict ? dict.getAs<StringAttr>("name") : StringAttr();
    names.push_back(name ? name.str() : "s" + std::to_string(i));
  }
  auto add = [](SmallVector<SizeFormula> &sums, const SizeFormula &sum) {
    if (llvm::any_of(sums, [&](const SizeFormula &other) { return sum.isAtMost(other); }))
      return;
    llvm::erase_if(sums, [&](const SizeFormula &other) { return other.isAtMost(sum); });
    sums.push_back(sum);
  };
  SmallVector<SmallVector<SizeFormula>> ends(buffers.size());
  SmallVector<SizeFormula> tops;
  for (unsigned i : order.order) {
    memref::AllocOp alloc = buffers[i].alloc;
    SizeFormula bytes(fixedBytes(alloc.getType()));
    for (Value dynamic : alloc.getDynamicSizes()) {
      auto size = SizeFormula::of(dynamic, symbols, names);
      if (!size)
        return "";
      bytes = bytes * *size;
    }
    bytes = bytes.alignedTo(kAlignment);
    SmallVector<SizeFormula> offsets;
    for (unsigned other : order.below[i])
      for (const SizeFormula &end : ends[other])
        add(offsets, end);
    if (offsets.empty())
      offsets.push_back(SizeFormula());
    if (offsets.size() > mostSums)
      return "";
    for (const SizeFormula &offset : offsets) {
      ends[i].push_back(offset + bytes);
      add(tops, ends[i].back());
    }
  }
  if (tops.size() > mostSums)
    return "";
  std::string text;
  for (const SizeFormula &top : tops)
    text += (text.empty() ? "" : ", ") + top.text();
  return tops.empty() ? "0" : tops.size() > 1 ? "max(" + text + ")" : text;
}

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
      if (auto alloc = dyn_cast<memref::AllocOp>(op)) {
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
        int64_t bytes = fixedBytes(buffer.alloc.getType());
        for (Value size : buffer.alloc.getDynamicSizes()) {
          auto value = evaluate(size, point);
          if (!value)
            return buffer.alloc.emitError("the size of a temporary, ")
                   << buffer.alloc.getType() << ", depends on data, not on the entry's sizes alone: " << unresolved;
          bytes = *value > 0 && bytes > kLargestSample / *value ? kLargestSample : bytes * *value;
        }
        buffer.samples.push_back(aligned(bytes));
      }
    }
    // Unused allocations go away; the others are known in the order of their first use.
    llvm::erase_if(buffers, [](Buffer &buffer) { return buffer.first < 0; });
    llvm::sort(buffers, [](const Buffer &a, const Buffer &b) {
      return std::pair(a.first, a.position) < std::pair(b.first, b.position);
    });
    SmallVector<ArenaBuffer> lifetimes(buffers.begin(), buffers.end());
    ArenaOrder order = orderArena(lifetimes);
    numBuffers += buffers.size();
    Location loc = function.getLoc();
    std::string text = describe(function, buffers, order, symbols);
    if (!text.empty())
      function->setAttr("mambac.arena_text", StringAttr::get(&getContext(), text));

    // The length in a function of the symbols, offsets at the top of the driver.
    OpBuilder moduleBuilder = OpBuilder::atBlockEnd(getOperation().getBody());
    SmallVector<Type> types(symbols.size(), moduleBuilder.getIndexType());
    auto size = func::FuncOp::create(moduleBuilder, loc, (function.getName() + ".arena").str(),
                                     moduleBuilder.getFunctionType(types, moduleBuilder.getIndexType()));
    size.setPrivate();
    size->setAttr("mambac.size_function", moduleBuilder.getUnitAttr());
    SmallVector<Value> offsets;
    OpBuilder inner = OpBuilder::atBlockBegin(size.addEntryBlock());
    Value total = Layout(inner, loc, symbols, size.getArguments()).place(buffers, order, offsets);
    func::ReturnOp::create(inner, loc, total);
    function->setAttr("mambac.arena_function", FlatSymbolRefAttr::get(size));

    OpBuilder builder = OpBuilder::atBlockBegin(&block);
    Layout(builder, loc, symbols, symbols).place(buffers, order, offsets);
    for (auto [buffer, offset] : llvm::zip(buffers, offsets)) {
      // Sizes may be computed after the first use of the arena, but never after the allocation itself.
      OpBuilder at(buffer.alloc);
      Value view = memref::ViewOp::create(at, buffer.alloc.getLoc(), buffer.alloc.getType(), arena, offset,
                                          buffer.alloc.getDynamicSizes());
      buffer.alloc.replaceAllUsesWith(view);
      buffer.alloc.erase();
    }
    return success();
  }

  /// Values of the symbols at which sizes are compared: short and long calls.
  SmallVector<SmallVector<int64_t>> samplePoints(func::FuncOp function) {
    auto list = function->getAttrOfType<ArrayAttr>("mambac.symbols");
    SmallVector<SmallVector<int64_t>> points;
    for (int64_t base : {4, 1024, 65536}) {
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
};

} // namespace
