//===- OutlineParallel.cpp - scf.parallel to parallel_for of the runtime --------------------------------------===//
//
// Each outermost scf.parallel becomes a function `void body(void *context, int64_t begin, int64_t end)` over its
// linearized iterations and a call of services->parallel_for; what the loop uses from outside goes through a struct on
// the stack. Loops inside a parallel loop stay for the sequential lowering. The pass also hands the services pointer
// to every function, and turns profiling marks and bad-index reports into service calls. How the work is split
// depends on shapes only, so results do not depend on the number of threads.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Passes.h"
#include "lib/CPU/Services.h"
#include "lib/Schedule/Captures.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mambac {
#define GEN_PASS_DEF_OUTLINEPARALLELPASS
#include "lib/CPU/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

struct OutlineParallelPass : mambac::impl::OutlineParallelPassBase<OutlineParallelPass> {
  using Base::Base;

  void runOnOperation() override {
    passServices();
    SmallVector<scf::ParallelOp> loops;
    getOperation().walk<WalkOrder::PreOrder>([&](scf::ParallelOp loop) {
      if (loop.getInitVals().empty())
        loops.push_back(loop);
      return WalkResult::skip();
    });
    LowerToLLVMOptions options(&getContext());
    LLVMTypeConverter converter(&getContext(), options);
    for (scf::ParallelOp loop : loops)
      if (failed(outline(loop, converter)))
        return signalPassFailure();
    lowerServiceCalls();
  }

  /// Gives every function with a body the services pointer as first argument, and passes it on at calls.
  void passServices() {
    auto ptr = LLVM::LLVMPointerType::get(&getContext());
    SymbolTable symbols(getOperation());
    llvm::DenseSet<Operation *> changed;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isExternal() || function->hasAttr(mambac::kSizeFunctionAttr))
        continue;
      (void)function.insertArgument(0, ptr, {}, function.getLoc());
      changed.insert(function);
    }
    getOperation().walk([&](func::CallOp call) {
      auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
      bool reports = call.getCallee() == mambac::kIndexFaultName;
      if (!reports && (!callee || !changed.contains(callee)))
        return;
      auto function = call->getParentOfType<func::FuncOp>();
      call->insertOperands(0, function.getArgument(0));
    });
    if (auto fault = symbols.lookup<func::FuncOp>(mambac::kIndexFaultName))
      (void)fault.insertArgument(0, ptr, {}, fault.getLoc());
  }

  LogicalResult outline(scf::ParallelOp loop, LLVMTypeConverter &converter) {
    Location loc = loop.getLoc();
    auto parent = loop->getParentOfType<func::FuncOp>();
    OpBuilder builder(loop);
    MLIRContext *context = &getContext();
    auto ptr = LLVM::LLVMPointerType::get(context);
    Type i64 = builder.getI64Type(), index = builder.getIndexType();

    // Constants are cloned into the body; everything else is captured.
    llvm::SetVector<Value> used;
    getUsedValuesDefinedAbove(loop.getRegion(), used);
    unsigned rank = loop.getInductionVars().size();
    SmallVector<Value> bounds;
    auto addBounds = [&](ValueRange values) {
      for (Value value : values)
        used.insert(value);
    };
    addBounds(loop.getLowerBound());
    addBounds(loop.getUpperBound());
    addBounds(loop.getStep());
    auto [captured, constants] = mambac::Captures(used);
    SmallVector<Type> fields;
    for (Value value : captured) {
      fields.push_back(converter.convertType(value.getType()));
      if (!fields.back())
        return loop.emitError("reads a value of type ") << value.getType() << ", which has no form in memory";
    }
    auto structType = LLVM::LLVMStructType::getLiteral(context, fields);

    // Number of items: the product of trip counts.
    Value count = arith::ConstantIndexOp::create(builder, loc, 1);
    SmallVector<Value> trips;
    for (unsigned d = 0; d < rank; ++d) {
      Value span = arith::SubIOp::create(builder, loc, loop.getUpperBound()[d], loop.getLowerBound()[d]);
      Value trip = arith::CeilDivSIOp::create(builder, loc, span, loop.getStep()[d]);
      Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
      trip = arith::MaxSIOp::create(builder, loc, trip, zero);
      trips.push_back(trip);
      count = arith::MulIOp::create(builder, loc, count, trip);
    }

    // The body function.
    OpBuilder moduleBuilder = OpBuilder::atBlockEnd(getOperation().getBody());
    auto type = moduleBuilder.getFunctionType({ptr, i64, i64}, {});
    std::string name = (parent.getName() + "_body" + Twine(numBodies++)).str();
    auto body = func::FuncOp::create(moduleBuilder, loc, name, type);
    body.setPrivate();
    Block *entry = body.addEntryBlock();
    OpBuilder inner = OpBuilder::atBlockBegin(entry);
    IRMapping mapping;
    for (Operation *constant : constants)
      inner.clone(*constant, mapping);
    Value contextPtr = entry->getArgument(0);
    for (auto [i, value] : llvm::enumerate(captured)) {
      Value address = LLVM::GEPOp::create(inner, loc, ptr, structType, contextPtr,
                                          ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
      Value loaded = LLVM::LoadOp::create(inner, loc, fields[i], address);
      mapping.map(value, castTo(inner, loc, loaded, value.getType()));
    }
    Value begin = arith::IndexCastOp::create(inner, loc, index, entry->getArgument(1));
    Value end = arith::IndexCastOp::create(inner, loc, index, entry->getArgument(2));
    Value one = arith::ConstantIndexOp::create(inner, loc, 1);
    auto forOp = scf::ForOp::create(inner, loc, begin, end, one);
    func::ReturnOp::create(inner, loc);
    inner.setInsertionPointToStart(forOp.getBody());
    // Trip counts are computed again inside: cheaper than a capture, and constant where the bounds are.
    Value rest = forOp.getInductionVar();
    SmallVector<Value> ivs(rank);
    for (int d = rank - 1; d >= 0; --d) {
      Value lower = mapping.lookup(loop.getLowerBound()[d]), upper = mapping.lookup(loop.getUpperBound()[d]),
            step = mapping.lookup(loop.getStep()[d]);
      Value position = rest;
      if (d > 0) {
        Value span = arith::SubIOp::create(inner, loc, upper, lower);
        Value trip = arith::CeilDivSIOp::create(inner, loc, span, step);
        position = arith::RemUIOp::create(inner, loc, rest, trip);
        rest = arith::DivUIOp::create(inner, loc, rest, trip);
      }
      Value scaled = arith::MulIOp::create(inner, loc, position, step);
      ivs[d] = arith::AddIOp::create(inner, loc, lower, scaled);
    }
    for (auto [from, to] : llvm::zip(loop.getInductionVars(), ivs))
      mapping.map(from, to);
    for (Operation &op : loop.getBody()->without_terminator())
      inner.clone(op, mapping);

    // Scratch of static size is one buffer per call of the body, not one per item.
    SmallVector<memref::AllocaOp> scratch;
    body.walk([&](memref::AllocaOp alloca) {
      if (alloca->getNumOperands() == 0)
        scratch.push_back(alloca);
    });
    for (memref::AllocaOp alloca : scratch)
      alloca->moveBefore(entry, entry->begin());

    // The call: store the captured values, then services->parallel_for(services, body, context, count).
    OpBuilder::InsertionGuard guard(builder);
    Value contextStruct;
    {
      OpBuilder top = OpBuilder::atBlockBegin(&parent.getBody().front());
      Value oneItem = LLVM::ConstantOp::create(top, loc, i64, top.getI64IntegerAttr(1));
      contextStruct = LLVM::AllocaOp::create(top, loc, ptr, structType, oneItem, /*alignment=*/64);
    }
    for (auto [i, value] : llvm::enumerate(captured)) {
      Value address = LLVM::GEPOp::create(builder, loc, ptr, structType, contextStruct,
                                          ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
      LLVM::StoreOp::create(builder, loc, castTo(builder, loc, value, fields[i]), address);
    }
    Value callee = func::ConstantOp::create(builder, loc, type, name);
    callee = castTo(builder, loc, callee, ptr);
    Value items = arith::IndexCastOp::create(builder, loc, i64, count);
    mambac::callService(builder, loc, parent.getArgument(0), mambac::kParallelFor, {callee, contextStruct, items});
    loop.erase();
    return success();
  }

  static Value castTo(OpBuilder &builder, Location loc, Value value, Type type) {
    if (value.getType() == type)
      return value;
    if ((type.isIndex() || value.getType().isIndex()) && (type.isInteger(64) || value.getType().isInteger(64)))
      return arith::IndexCastOp::create(builder, loc, type, value);
    return UnrealizedConversionCastOp::create(builder, loc, type, value).getResult(0);
  }

  /// Profiling brackets around kernel calls, and index faults.
  void lowerServiceCalls() {
    SmallVector<func::CallOp> calls;
    getOperation().walk([&](func::CallOp call) { calls.push_back(call); });
    for (func::CallOp call : calls) {
      Location loc = call.getLoc();
      OpBuilder builder(call);
      if (call.getCallee() == mambac::kIndexFaultName) {
        mambac::callService(builder, loc, call.getOperand(0), mambac::kIndexFault, call.getOperands().drop_front());
        call.erase();
      } else if (auto id = call->getAttrOfType<IntegerAttr>(mambac::kKernelAttr)) {
        Value services = call.getOperand(0);
        profile(builder, loc, services, mambac::kKernelBegin, id.getInt());
        builder.setInsertionPointAfter(call);
        profile(builder, loc, services, mambac::kKernelEnd, id.getInt());
        call->removeAttr(mambac::kKernelAttr);
      }
    }
    if (auto fault = getOperation().lookupSymbol<func::FuncOp>(mambac::kIndexFaultName))
      fault.erase();
  }

  void profile(OpBuilder &builder, Location loc, Value services, mambac::ServiceField field, int64_t id) {
    Value callee = mambac::loadPointerField(builder, loc, services, field);
    Value null = LLVM::ZeroOp::create(builder, loc, callee.getType());
    Value on = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, callee, null);
    scf::IfOp::create(builder, loc, on, [&](OpBuilder &nested, Location loc) {
      Value number = arith::ConstantIntOp::create(nested, loc, id, 32);
      mambac::callService(nested, loc, services, field, number);
      scf::YieldOp::create(nested, loc);
    });
  }

  unsigned numBodies = 0;
};

} // namespace
