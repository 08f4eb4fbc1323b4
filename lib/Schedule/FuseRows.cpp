//===- FuseRows.cpp - Operations on the same rows become one kernel -------------------------------------------===//
//
// Norms and softmax are reductions along rows with elementwise operations before, between and behind them, which no
// fusion of bodies brings together. Here linalg operations of a bufferized driver that follow each other, have the same
// outer parallel dimensions and hand each other rows become one scf.parallel over these rows. A member may read
// everything that was there before the group; of what the group writes it may only touch its own row. Temporaries that
// no one else reads become rows on the stack, and results take the place of temporaries that are read for the last time.
// What a row's operations do stays linalg, for LowerLinalg.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/BaseBuffers.h"
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mambac {
#define GEN_PASS_DEF_FUSEROWSPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using mambac::getBaseBuffer;
using mambac::usesBaseBuffer;

namespace {

/// More of them share nothing but their rows.
constexpr size_t kMostMembers = 16;

unsigned leadingParallels(linalg::GenericOp op) {
  auto iterators = op.getIteratorTypesArray();
  return llvm::find(iterators, utils::IteratorType::reduction) - iterators.begin();
}

/// Whether a map's first results are the dimensions d0 .. d(rows-1), which no other result depends on.
bool startsWithRow(AffineMap map, unsigned rows) {
  if (map.getNumResults() < rows)
    return false;
  for (auto [i, e] : llvm::enumerate(map.getResults()))
    for (unsigned d = 0; d < rows; ++d)
      if (i == d ? e != getAffineDimExpr(d, map.getContext()) : e.isFunctionOfDim(d))
        return false;
  return true;
}

/// Whether each result is one of the rows' dimensions or does not depend on them: one row of the operand is a slice.
bool isSliced(AffineMap map, unsigned rows) {
  return llvm::all_of(map.getResults(), [&](AffineExpr e) {
    if (auto dim = dyn_cast<AffineDimExpr>(e))
      return true;
    for (unsigned d = 0; d < rows; ++d)
      if (e.isFunctionOfDim(d))
        return false;
    return true;
  });
}

/// Operations that may become one loop.
class Group {
public:
  explicit Group(linalg::GenericOp first) { members.push_back(first); }

  /// Whether an operation is of a kind that can be a member.
  static bool takes(Operation *op) {
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (!generic || !generic.hasPureBufferSemantics() || linalg::isaContractionOpInterface(generic))
      return false;
    // Gathers have indices to check, and tell the entry's input that they come from.
    return !generic->walk([](memref::LoadOp) { return WalkResult::interrupt(); }).wasInterrupted();
  }

  /// Whether it reads or writes something that the group writes.
  bool touches(Operation *op) const {
    return llvm::any_of(written(), [&](Value base) { return usesBaseBuffer(op, base); });
  }

  /// Whether the group, which will stand further down, can let an operation pass before it.
  bool letsPass(Operation *op) const {
    if (!isa<linalg::LinalgOp>(op) || touches(op))
      return false;
    return llvm::none_of(cast<linalg::LinalgOp>(op).getDpsInits(), [&](Value out) {
      return llvm::any_of(members, [&](linalg::GenericOp m) { return usesBaseBuffer(m, getBaseBuffer(out)); });
    });
  }

  /// Adds a member if the group is one loop with it, too.
  bool join(linalg::GenericOp op, int64_t longestRow, int64_t smallGroup) {
    members.push_back(op);
    if (members.size() <= kMostMembers && findRows(smallGroup) && sharesRows() && hasShortRows(longestRow))
      return true;
    members.pop_back();
    findRows(smallGroup);
    return false;
  }

  /// Elementwise operations alone are FuseElementwise's; of tiny rows one would mostly compute addresses.
  bool isWorthwhile(int64_t shortestRow) const {
    bool reduces = false, isLong = false;
    for (linalg::GenericOp m : members) {
      int64_t points = pointsOf(m, rows);
      reduces |= m.getNumReductionLoops() > 0;
      isLong |= points < 0 || points >= shortestRow;
    }
    return members.size() > 1 && reduces && isLong;
  }

  size_t size() const { return members.size(); }
  /// Makes the loop; returns how many buffers became rows on the stack.
  unsigned build(int64_t stackBytes);

private:
  SmallVector<Value> written() const {
    SmallVector<Value> bases;
    for (linalg::GenericOp m : members)
      for (Value out : m.getDpsInits())
        bases.push_back(getBaseBuffer(out));
    return bases;
  }

  /// All reductions have to agree on what a row is; elementwise members only have to have such dimensions.
  bool findRows(int64_t smallGroup) {
    std::optional<unsigned> found;
    unsigned least = ~0u;
    for (linalg::GenericOp m : members) {
      unsigned leading = leadingParallels(m);
      least = std::min(least, leading);
      if (!m.getNumReductionLoops())
        continue;
      if (found && *found != leading)
        return false;
      found = leading;
    }
    rows = found.value_or(least);
    if (least < rows)
      return false;
    if (rows)
      return true;
    int64_t points = 0;
    for (linalg::GenericOp m : members) {
      int64_t own = pointsOf(m, 0);
      if (own < 0)
        return false;
      points += own;
    }
    return points <= smallGroup;
  }

  /// Points of one row; -1 if not known.
  static int64_t pointsOf(linalg::GenericOp op, unsigned rows) {
    SmallVector<int64_t> sizes = op.getStaticLoopRanges();
    int64_t points = 1;
    for (int64_t size : ArrayRef(sizes).drop_front(rows)) {
      if (ShapedType::isDynamic(size) || points > (int64_t(1) << 40))
        return -1;
      points *= size;
    }
    return points;
  }

  bool hasShortRows(int64_t longestRow) const {
    return llvm::all_of(members, [&](linalg::GenericOp m) { return pointsOf(m, rows) <= longestRow; });
  }

  /// Members touch a buffer in this one way, and other operations of the block only before them, or only behind.
  bool isUsedLikeThis(Value buffer, bool before) const;
  Value findDeadInput(size_t writer, Value out) const;

  /// What is written in the group is touched by the row that writes it, under one name; all else is there before.
  bool sharesRows() const {
    SmallVector<Value> bases = written();
    for (linalg::GenericOp m : members)
      for (OpOperand &operand : m->getOpOperands()) {
        auto type = dyn_cast<MemRefType>(operand.get().getType());
        if (!type)
          continue;
        AffineMap map = m.getMatchingIndexingMap(&operand);
        if (!isSliced(map, rows))
          return false;
        Value base = getBaseBuffer(operand.get());
        if (!llvm::is_contained(bases, base))
          continue;
        if (!startsWithRow(map, rows))
          return false;
        for (linalg::GenericOp other : members)
          for (Value value : other->getOperands())
            if (value != operand.get() && isa<MemRefType>(value.getType()) && getBaseBuffer(value) == base)
              return false;
      }
    return true;
  }

  void addMember(OpBuilder &b, linalg::GenericOp op, ValueRange row, const DenseMap<Value, Value> &stack);

  SmallVector<linalg::GenericOp> members;
  unsigned rows = 0;
};

/// The map without the rows' dimensions, for an operand whose dimensions that they index are gone.
AffineMap dropRows(AffineMap map, unsigned rows) {
  MLIRContext *context = map.getContext();
  SmallVector<AffineExpr> dims, results;
  for (unsigned d = 0; d < map.getNumDims(); ++d)
    dims.push_back(d < rows ? getAffineConstantExpr(0, context) : getAffineDimExpr(d - rows, context));
  for (AffineExpr e : map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(e);
    if (!dim || dim.getPosition() >= rows)
      results.push_back(e.replaceDims(dims));
  }
  return AffineMap::get(map.getNumDims() - rows, 0, results, context);
}

/// One row of a buffer.
Value sliceRow(OpBuilder &b, Location loc, Value buffer, AffineMap map, ValueRange row) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<OpFoldResult> offsets, sizes, strides(type.getRank(), b.getIndexAttr(1));
  SmallVector<int64_t> shape;
  for (auto [i, e] : llvm::enumerate(map.getResults())) {
    auto dim = dyn_cast<AffineDimExpr>(e);
    if (dim && dim.getPosition() < row.size()) {
      offsets.push_back(row[dim.getPosition()]);
      sizes.push_back(b.getIndexAttr(1));
      continue;
    }
    offsets.push_back(b.getIndexAttr(0));
    sizes.push_back(memref::getMixedSize(b, loc, buffer, i));
    shape.push_back(type.getDimSize(i));
  }
  if (shape.size() == size_t(type.getRank()))
    return buffer;
  auto slice = cast<MemRefType>(memref::SubViewOp::inferRankReducedResultType(shape, type, offsets, sizes, strides));
  return memref::SubViewOp::create(b, loc, slice, buffer, offsets, sizes, strides);
}

void Group::addMember(OpBuilder &b, linalg::GenericOp op, ValueRange row, const DenseMap<Value, Value> &stack) {
  SmallVector<Value> inputs, outputs;
  SmallVector<AffineMap> maps;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    Value value = operand.get();
    if (Value local = stack.lookup(value))
      value = local;
    else if (isa<MemRefType>(value.getType()))
      value = sliceRow(b, op.getLoc(), value, map, row);
    (op.isDpsInit(&operand) ? outputs : inputs).push_back(value);
    maps.push_back(dropRows(map, rows));
  }
  auto made = linalg::GenericOp::create(b, op.getLoc(), inputs, outputs, maps,
                                        ArrayRef(op.getIteratorTypesArray()).drop_front(rows));
  made->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  IRMapping mapping;
  op.getRegion().cloneInto(&made.getRegion(), mapping);
  for (linalg::IndexOp index : llvm::make_early_inc_range(made.getBody()->getOps<linalg::IndexOp>())) {
    if (index.getDim() >= rows) {
      index.setDim(index.getDim() - rows);
      continue;
    }
    index.replaceAllUsesWith(Value(row[index.getDim()]));
    index.erase();
  }
}

/// All operations on a buffer, through views of it.
void collectUsers(Value buffer, SmallVectorImpl<Operation *> &users) {
  for (Operation *user : buffer.getUsers()) {
    if (auto view = dyn_cast<ViewLikeOpInterface>(user))
      collectUsers(view->getResult(0), users);
    else
      users.push_back(user);
  }
}

bool Group::isUsedLikeThis(Value buffer, bool before) const {
  SmallVector<Operation *> users;
  collectUsers(getBaseBuffer(buffer), users);
  return llvm::all_of(users, [&](Operation *user) {
    if (auto member = dyn_cast<linalg::GenericOp>(user); member && llvm::is_contained(members, member))
      return llvm::all_of(user->getOpOperands(), [&](OpOperand &operand) {
        if (!isa<MemRefType>(operand.get().getType()) || getBaseBuffer(operand.get()) != getBaseBuffer(buffer))
          return true;
        AffineMap map = member.getMatchingIndexingMap(&operand);
        return operand.get() == buffer && map.isIdentity();
      });
    Operation *last = members.back();
    return user->getBlock() == last->getBlock() && user->isBeforeInBlock(last) == before;
  });
}

/// A temporary that is read for the last time where `out`, of the same type, is written first, or before: each of its
/// rows can make room for one of `out`.
Value Group::findDeadInput(size_t writer, Value out) const {
  SmallVector<Value> bases = written();
  for (linalg::GenericOp reader : ArrayRef(members).take_front(writer + 1))
    for (Value in : reader.getDpsInputs()) {
      if (in.getType() != out.getType() || !getBaseBuffer(in).getDefiningOp<memref::AllocOp>() ||
          llvm::is_contained(bases, getBaseBuffer(in)) || !isUsedLikeThis(in, /*before=*/true))
        continue;
      bool readLater = llvm::any_of(ArrayRef(members).drop_front(writer + 1), [&](linalg::GenericOp m) {
        return llvm::is_contained(m->getOperands(), in);
      });
      if (!readLater)
        return in;
    }
  return {};
}

unsigned Group::build(int64_t stackBytes) {
  linalg::GenericOp last = members.back();
  OpBuilder b(last);
  SmallVector<Location> locations;
  for (linalg::GenericOp m : members)
    locations.push_back(m.getLoc());
  Location loc = b.getFusedLoc(locations);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  SmallVector<Value> sizes;
  Value out = last.getDpsInitOperand(0)->get(); // starts with a row, as all that is written
  for (unsigned d = 0; d < rows; ++d)
    sizes.push_back(getValueOrCreateConstantIndexOp(b, loc, memref::getMixedSize(b, loc, out, d)));
  if (!rows)
    sizes.push_back(one);

  SmallVector<Value> lows(sizes.size(), zero), steps(sizes.size(), one);
  auto loop = scf::ParallelOp::create(b, loc, lows, sizes, steps);
  OpBuilder body(loop.getBody()->getTerminator());
  // Temporaries of the group alone, as far as there is room.
  DenseMap<Value, Value> stack;
  SmallVector<Operation *> unused;
  for (linalg::GenericOp m : members)
    for (Value buffer : m.getDpsInits()) {
      auto alloc = buffer.getDefiningOp<memref::AllocOp>();
      if (!alloc || stack.count(buffer) || !llvm::all_of(buffer.getUsers(), [&](Operation *user) {
            return llvm::is_contained(members, dyn_cast<linalg::GenericOp>(user));
          }))
        continue;
      ArrayRef<int64_t> shape = alloc.getType().getShape().drop_front(rows);
      Type element = alloc.getType().getElementType();
      if (ShapedType::isDynamicShape(shape) || !alloc.getType().getLayout().isIdentity())
        continue;
      int64_t bytes = element.isIndex() ? 8 : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
      for (int64_t size : shape)
        bytes = std::min(bytes * size, stackBytes + 1);
      if (bytes > stackBytes)
        continue;
      stackBytes -= bytes;
      stack[buffer] = memref::AllocaOp::create(body, loc, MemRefType::get(shape, element), b.getI64IntegerAttr(64));
      unused.push_back(alloc);
    }
  for (auto [i, m] : llvm::enumerate(members))
    for (Value out : llvm::to_vector(m.getDpsInits())) {
      auto alloc = out.getDefiningOp<memref::AllocOp>();
      if (!alloc || stack.count(out) || m.getNumReductionLoops() || !isUsedLikeThis(out, /*before=*/false))
        continue;
      if (Value in = findDeadInput(i, out)) {
        out.replaceAllUsesWith(in);
        unused.push_back(alloc);
      }
    }
  SmallVector<Value> ivs = loop.getInductionVars();
  for (linalg::GenericOp m : members)
    addMember(body, m, ArrayRef(ivs).take_front(rows), stack);
  for (linalg::GenericOp m : members)
    m.erase();
  for (Operation *alloc : unused)
    alloc->erase();
  return stack.size();
}

struct FuseRowsPass : mambac::impl::FuseRowsPassBase<FuseRowsPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (stackBytes >= 0 && stackBytes <= 1 << 20)
      return success();
    return emitError(UnknownLoc::get(context))
           << "mambac-fuse-rows: stack-bytes has to be from 0 to 2^20, not " << int64_t(stackBytes);
  }

  void runOnOperation() override {
    if (stackBytes == 0)
      return;
    for (auto driver : getOperation().getOps<func::FuncOp>())
      if (driver->hasAttr("mambac.abi"))
        fuse(driver.getBody().front());
  }

private:
  void fuse(Block &block) {
    SmallVector<linalg::GenericOp> ops;
    for (Operation &op : block)
      if (Group::takes(&op))
        ops.push_back(cast<linalg::GenericOp>(op));
    llvm::SmallPtrSet<Operation *, 16> taken;
    for (linalg::GenericOp first : ops) {
      if (taken.contains(first))
        continue;
      Group group(first);
      SmallVector<Operation *> members{first};
      for (Operation *op = first->getNextNode(); op; op = op->getNextNode()) {
        // Views and allocations are where they are needed or can be.
        if (isMemoryEffectFree(op) || isa<memref::AllocOp, ViewLikeOpInterface>(op))
          continue;
        if (Group::takes(op) && group.touches(op) && group.join(cast<linalg::GenericOp>(op), longestRow, smallGroup)) {
          members.push_back(op);
          continue;
        }
        if (!group.letsPass(op))
          break;
      }
      if (!group.isWorthwhile(shortestRow))
        continue;
      taken.insert(members.begin(), members.end());
      ++numGroups;
      numFused += group.size();
      numRows += group.build(stackBytes);
    }
  }
};

} // namespace
