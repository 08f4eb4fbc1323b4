//===- MemoryProfile.cpp - What a function holds in memory, op by op ------------------------------------------===//
//
// See MemoryProfile.h. Values that are views of each other have one root; roots get memory, and share it where a
// destination is used for the last time by the op that writes into it.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Report/MemoryProfile.h"
#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include <unordered_map>

using namespace mlir;
using namespace mambac;

namespace {

bool isShaped(Value value) { return isa<RankedTensorType, MemRefType>(value.getType()); }

/// The value that this one is a view of; null if it has memory of its own.
Value viewedValue(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumResults() != 1 || op->getNumOperands() == 0)
    return {};
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp, tensor::CastOp, tensor::ReshapeOp,
          bufferization::ToTensorOp, bufferization::ToBufferOp>(op) ||
      (isa<MemRefType>(value.getType()) && isa<ViewLikeOpInterface>(op)))
    return isShaped(op->getOperand(0)) ? op->getOperand(0) : Value();
  return {};
}

/// Ops whose regions are programs of their own; all other regions hold what is done for one element.
bool hasProgram(Operation *op) { return isa<LoopLikeOpInterface, RegionBranchOpInterface>(op) && op->getNumRegions(); }

class Profiler {
public:
  Profiler(func::FuncOp func, ShapeEvaluator shapes) : func(func), shapes(std::move(shapes)) {}

  FailureOr<MemoryProfile> run() {
    number(func.getBody());
    for (Operation *op : order)
      findUses(op);
    for (Operation *op : order)
      if (failed(assign(op)))
        return failure();
    return addUp();
  }

private:
  struct Memory {
    int64_t bytes = 0;
    unsigned born = 0, last = 0;
    bool counted = true;
    Operation *maker = nullptr;
    Value root;
  };
  struct Root {
    unsigned last = 0;
    bool read = false; ///< by anything else than an op that overwrites it
    std::optional<unsigned> firstUse;
    int memory = -1;
    bool ofWeights = false, returned = false;
  };

  //===- Order and uses -----------------------------------------------------------------------------------------===//

  void number(Region &region) {
    for (Block &block : region)
      for (Operation &op : block) {
        begin[&op] = order.size();
        order.push_back(&op);
        if (!hasProgram(&op))
          continue;
        for (Region &inner : op.getRegions())
          number(inner);
        end[&op] = order.size();
        order.push_back(&op); // a second time: its results
      }
  }

  Value rootOf(Value value) {
    SmallVector<Value> path;
    while (true) {
      if (auto known = roots.find(value); known != roots.end()) {
        value = known->second;
        break;
      }
      path.push_back(value);
      Value viewed = viewedValue(value);
      // Parts of the arena are what an allocation was.
      if (!viewed || (isa<BlockArgument>(viewed) && isArena(cast<BlockArgument>(viewed))))
        break;
      value = viewed;
    }
    for (Value on : path)
      roots[on] = value;
    return value;
  }

  bool isArena(BlockArgument argument) {
    return argument.getOwner() == &func.getBody().front() && func.getArgAttr(argument.getArgNumber(), "mambac.arena");
  }

  Root &info(Value root) { return infos[root.getAsOpaquePointer()]; }

  /// When a use by `user` is over: behind the loops that the value was made outside of.
  unsigned endOfUse(Operation *user, Value root) {
    Region *home = root.getParentRegion();
    unsigned position = begin.lookup(user);
    for (Operation *at = user; at && at->getParentRegion() != home; at = at->getParentOp())
      if (auto it = end.find(at->getParentOp()); it != end.end())
        position = std::max(position, it->second);
    return position;
  }

  void noteUse(Operation *user, Value value, bool read) {
    if (!isShaped(value))
      return;
    Value root = rootOf(value);
    Root &known = info(root);
    known.last = std::max(known.last, endOfUse(user, root));
    known.read |= read;
    if (!known.firstUse)
      known.firstUse = begin.lookup(user);
    if (isa<func::ReturnOp>(user))
      known.returned |= shapes.bytesOf(value) == shapes.bytesOf(root);
  }

  void findUses(Operation *op) {
    if (begin.lookup(op) == order.size() || !seen.insert(op).second)
      return;
    if (op->getNumResults() == 1 && isShaped(op->getResult(0)) && rootOf(op->getResult(0)) != op->getResult(0))
      return; // a view is no use of its own
    auto destination = dyn_cast<DestinationStyleOpInterface>(op);
    for (OpOperand &operand : op->getOpOperands())
      noteUse(op, operand.get(), !destination || !destination.isDpsInit(&operand) || isa<tensor::InsertSliceOp>(op));
    if (!hasProgram(op))
      for (Region &region : op->getRegions())
        region.walk([&](Operation *inner) {
          for (Value operand : inner->getOperands())
            if (!region.isAncestor(operand.getParentRegion()))
              noteUse(op, operand, true);
        });
  }

  //===- Memory -------------------------------------------------------------------------------------------------===//

  LogicalResult allocate(Value root, Operation *maker, unsigned position) {
    std::optional<int64_t> bytes = shapes.bytesOf(root);
    if (!bytes)
      return maker->emitError("the size of this result depends on data, so its memory is not known");
    Root &known = info(root);
    known.memory = memories.size();
    memories.push_back({*bytes, position, std::max(known.last, position), true, maker, root});
    return success();
  }

  /// Gives `root` the memory of `destination` if nobody needs that afterwards, and new memory otherwise.
  LogicalResult writeInto(Value root, Value destination, Operation *op, unsigned position) {
    Value old = rootOf(destination);
    Root &from = info(old);
    if (from.memory >= 0 && from.last <= position && old.getParentRegion() == root.getParentRegion()) {
      int memory = from.memory;
      info(root).memory = memory;
      memories[memory].last = std::max(memories[memory].last, info(root).last);
      return success();
    }
    return allocate(root, op, position);
  }

  /// True if the op computes something from weights alone, which is done while compiling.
  bool dependsOnWeightsAlone(Operation *op) {
    bool weights = false, other = false;
    auto look = [&](Value value) {
      if (!isShaped(value)) {
        if (isa<BlockArgument>(value))
          other = true;
        return;
      }
      Value root = rootOf(value);
      Operation *maker = root.getDefiningOp();
      if (info(root).ofWeights)
        weights = true;
      else if (!maker || !isa<arith::ConstantOp, tensor::EmptyOp, linalg::FillOp>(maker))
        other = true;
    };
    for (Value operand : op->getOperands())
      look(operand);
    for (Region &region : op->getRegions())
      region.walk([&](Operation *inner) {
        for (Value operand : inner->getOperands())
          if (isShaped(operand) && !region.isAncestor(operand.getParentRegion()))
            look(operand);
      });
    return weights && !other;
  }

  LogicalResult assign(Operation *op) {
    unsigned position = next++;
    if (hasProgram(op) && position == begin.lookup(op)) {
      if (auto loop = dyn_cast<LoopLikeOpInterface>(op))
        for (auto [argument, init] : llvm::zip(loop.getRegionIterArgs(), loop.getInits()))
          if (isShaped(argument) && failed(allocateCarried(argument, init, op, position)))
            return failure();
      return success();
    }
    for (OpResult result : op->getResults()) {
      if (isShaped(result))
        (void)shapes.shapeOf(result); // in order, so that no chain of ops is a deep recursion
      if (!isShaped(result) || rootOf(result) != result)
        continue;
      Root &known = info(result);
      if (isa<ssm::WeightOp>(op) || (!hasProgram(op) && dependsOnWeightsAlone(op))) {
        known.ofWeights = true;
        continue;
      }
      if (op->hasTrait<OpTrait::ConstantLike>() || isa<tensor::EmptyOp>(op) ||
          (isa<linalg::FillOp>(op) && !known.read))
        continue;
      if (isa<MemRefType>(result.getType())) {
        // Written by its first user; allocations may stand far before that.
        if (known.firstUse && failed(allocate(result, op, *known.firstUse)))
          return failure();
        continue;
      }
      if (auto loop = dyn_cast<LoopLikeOpInterface>(op)) {
        if (OpOperand *init = loop.getTiedLoopInit(result))
          if (Value carried = loop.getTiedLoopRegionIterArg(init); carried && info(carried).memory >= 0) {
            known.memory = info(carried).memory;
            memories[known.memory].last = std::max({memories[known.memory].last, known.last, position});
            continue;
          }
      }
      auto destination = dyn_cast<DestinationStyleOpInterface>(op);
      LogicalResult done = destination ? writeInto(result, destination.getTiedOpOperand(result)->get(), op, position)
                                       : allocate(result, op, position);
      if (failed(done))
        return failure();
    }
    return success();
  }

  /// What a loop carries has memory until the loop is over.
  LogicalResult allocateCarried(Value argument, Value init, Operation *loop, unsigned position) {
    Root &from = info(rootOf(init));
    Root &known = info(argument);
    if (from.memory >= 0 && from.last <= position)
      known.memory = from.memory;
    else if (failed(allocate(argument, loop, position)))
      return failure();
    // The memory is the loop's until its end; the value of one step may be overwritten before.
    unsigned &last = memories[known.memory].last;
    last = std::max({last, known.last, end.lookup(loop)});
    return success();
  }

  MemoryProfile addUp() {
    for (auto &entry : infos)
      if (const Root &root = entry.second; root.returned && root.memory >= 0)
        memories[root.memory].counted = false;
    std::vector<int64_t> gained(order.size() + 1), lost(order.size() + 1);
    MemoryProfile profile;
    for (Memory &memory : memories) {
      if (!memory.counted)
        continue;
      gained[memory.born] += memory.bytes;
      lost[memory.last] += memory.bytes;
      if (memory.bytes > profile.largest) {
        profile.largest = memory.bytes;
        profile.largestOp = memory.maker;
        profile.largestShape = *shapes.shapeOf(memory.root);
      }
    }
    int64_t live = 0;
    for (auto [position, op] : llvm::enumerate(order)) {
      live += gained[position];
      if (live > profile.peak) {
        profile.peak = live;
        profile.peakOp = op;
      }
      if (gained[position] || isa<DestinationStyleOpInterface, func::CallOp>(op))
        profile.points.push_back({op, live, gained[position]});
      live -= lost[position];
    }
    return profile;
  }

  func::FuncOp func;
  ShapeEvaluator shapes;
  std::vector<Operation *> order;
  llvm::DenseMap<Operation *, unsigned> begin, end;
  llvm::DenseSet<Operation *> seen;
  llvm::DenseMap<Value, Value> roots;
  std::unordered_map<void *, Root> infos; ///< by root; references to its entries are kept
  std::vector<Memory> memories;
  unsigned next = 0;
};

} // namespace

FailureOr<MemoryProfile> mambac::profileMemory(func::FuncOp func, ArrayRef<Shape> argumentShapes) {
  if (func.isExternal())
    return func.emitError("a function without a body has no memory"), failure();
  std::string error;
  ShapeEvaluator shapes = ShapeEvaluator::create(func, argumentShapes, error);
  if (!error.empty())
    return func.emitError(error), failure();
  return Profiler(func, std::move(shapes)).run();
}

std::string mambac::placeInModel(Location loc) {
  std::string file, path;
  loc->walk([&](Location part) {
    if (auto name = dyn_cast<NameLoc>(part); name && path.empty())
      path = name.getName().str();
    if (auto position = dyn_cast<FileLineColLoc>(part)) {
      file = (position.getFilename().getValue() + ":" + Twine(position.getLine())).str();
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return file.empty() ? path : path.empty() ? file : path + " (" + file + ")";
}
