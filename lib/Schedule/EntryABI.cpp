//===- EntryABI.cpp - Entries on caller-owned buffers ---------------------------------------------------------===//
//
// Rewrites each entry on tensors
//   func @main(%x: tensor<?x4xf32>) -> tensor<?xf32>
// into the form that the rest of the compiler works on
//   func @main(%x: memref<?x4xf32>, %out: memref<?xf32> {mambac.output}, %arena: memref<?xi8> {mambac.arena},
//              %weights: memref<?xi8> {mambac.weights}, %s0: index {mambac.symbol = 0})
// Sizes of inputs become expressions of the symbols. Modules without mambac attributes get names, a symbol for each
// dynamic dimension, and all their public functions as entries.
//
// A result with `mambac.updates = i` has no buffer of its own: it is the new contents of the state that argument i is,
//   func @step(%h: tensor<4xf32>, %x: tensor<4xf32>) -> (tensor<4xf32> {mambac.updates = 0})
//   func @step(%h: memref<4xf32> {mambac.state = 0}, %x: memref<4xf32>, %arena .., %weights ..)
// and written there after all results.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/Passes.h"
#include "lib/Schedule/Sizes.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include <map>
#include <set>

namespace mambac {
#define GEN_PASS_DEF_ENTRYABIPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

struct EntryABIPass : mambac::impl::EntryABIPassBase<EntryABIPass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (unsigned i = 0; i < function.getNumArguments(); ++i)
        if (auto number = function.getArgAttrOfType<IntegerAttr>(i, "mambac.state"))
          nextState = std::max(nextState, number.getInt() + 1);
    bool named = llvm::any_of(getOperation().getOps<func::FuncOp>(),
                              [](func::FuncOp f) { return f->hasAttr("mambac.entry"); });
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (function->hasAttr("mambac.abi"))
        mambac::resolveArgumentSizes(function);
      if (function.isExternal() || function->hasAttr("mambac.abi"))
        continue;
      if (!function->hasAttr("mambac.prepare") &&
          (named ? !function->hasAttr("mambac.entry") : !function.isPublic()))
        continue;
      if (failed(rewrite(function)))
        return signalPassFailure();
    }
    if (failed(checkStates()))
      return signalPassFailure();
  }

  /// Entries that have a state of one number go on from one another.
  LogicalResult checkStates() {
    std::map<int64_t, std::pair<func::FuncOp, unsigned>> known;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      std::set<int64_t> own;
      for (unsigned i = 0; i < function.getNumArguments(); ++i) {
        auto number = function.getArgAttrOfType<IntegerAttr>(i, "mambac.state");
        if (!function->hasAttr("mambac.abi") || !number)
          continue;
        auto complain = [&](const Twine &what) {
          return function.emitError("argument #") << i << " of @" << function.getName() << " has `mambac.state = "
                                                  << number.getInt() << "`, " << what;
        };
        if (!own.insert(number.getInt()).second)
          return complain("as another argument has");
        auto [place, isNew] = known.try_emplace(number.getInt(), function, i);
        auto [first, position] = place->second;
        Type type = first.getArgumentTypes()[position], other = function.getArgumentTypes()[i];
        if (failed(verifyCompatibleShape(type, other)) || getElementTypeOrSelf(type) != getElementTypeOrSelf(other))
          return complain("which is another type in @" + first.getName());
      }
    }
    return success();
  }

  /// Names, symbols and shapes for a function that has none.
  LogicalResult makeUp(func::FuncOp function) {
    Builder builder(&getContext());
    SmallVector<Attribute> symbols;
    bool hasSymbols = function->hasAttr("mambac.symbols");
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor)
        return function.emitError("argument #") << i << " of entry @" << function.getName()
                                                << " is not a ranked tensor: entries take and return tensors alone";
      if (!function.getArgAttr(i, "mambac.name"))
        function.setArgAttr(i, "mambac.name", builder.getStringAttr("arg" + Twine(i)));
      if (hasSymbols || function.getArgAttr(i, "mambac.shape"))
        continue;
      SmallVector<AffineExpr> exprs;
      for (int64_t size : tensor.getShape()) {
        if (!ShapedType::isDynamic(size)) {
          exprs.push_back(builder.getAffineConstantExpr(size));
          continue;
        }
        exprs.push_back(builder.getAffineSymbolExpr(symbols.size()));
        symbols.push_back(
            builder.getDictionaryAttr({builder.getNamedAttr("name", builder.getStringAttr("s" + Twine(symbols.size())))}));
      }
      shapes[{function, i}] = exprs;
    }
    if (!hasSymbols) {
      for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
        if (shapes.count({function, unsigned(i)}))
          function.setArgAttr(i, "mambac.shape",
                              AffineMapAttr::get(AffineMap::get(0, symbols.size(), shapes[{function, unsigned(i)}],
                                                                &getContext())));
      function->setAttr("mambac.symbols", builder.getArrayAttr(symbols));
    }
    if (!function->hasAttr("mambac.prepare"))
      function->setAttr("mambac.entry", builder.getUnitAttr());
    return success();
  }

  /// The shape of a result as an affine map of the symbols, which stand in for tensor.dim of arguments already.
  FailureOr<AffineMap> resultShape(func::FuncOp function, Value value, unsigned number, ValueRange symbols) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<AffineExpr> exprs;
    for (int64_t d = 0; d < type.getRank(); ++d) {
      if (!type.isDynamicDim(d)) {
        exprs.push_back(getAffineConstantExpr(type.getDimSize(d), &getContext()));
        continue;
      }
      AffineMap bound;
      ValueDimList operands;
      auto stop = [&](Value v, std::optional<int64_t> dim, ValueBoundsConstraintSet &) {
        auto arg = dyn_cast<BlockArgument>(v);
        return dim ? arg && arg.getOwner() == &function.getBody().front() : llvm::is_contained(symbols, v);
      };
      if (failed(ValueBoundsConstraintSet::computeBound(bound, operands, presburger::BoundType::EQ, {value, d}, stop)))
        return function.emitError("cannot express dimension ")
               << d << " of result #" << number << " of @" << function.getName()
               << " by the sizes of its arguments: give it a `mambac.shape`";
      SmallVector<AffineExpr> replacements;
      for (auto &[operand, dim] : operands) {
        if (!dim) {
          replacements.push_back(
              getAffineSymbolExpr(std::distance(symbols.begin(), llvm::find(symbols, operand)), &getContext()));
          continue;
        }
        auto map = function.getArgAttrOfType<AffineMapAttr>(cast<BlockArgument>(operand).getArgNumber(), "mambac.shape");
        if (!map)
          return function.emitError("argument #") << cast<BlockArgument>(operand).getArgNumber() << " of @"
                                                  << function.getName() << " needs a `mambac.shape`";
        if (*dim < 0 || *dim >= map.getValue().getNumResults())
          return function.emitError("dimension ") << d << " of result #" << number << " of @" << function.getName()
                                                  << " is taken from a dimension that its argument does not have";
        replacements.push_back(map.getValue().getResult(*dim));
      }
      // computeBound makes operands dims or symbols; both become symbols of the entry.
      ArrayRef<AffineExpr> all = replacements;
      exprs.push_back(bound.getResult(0).replaceDimsAndSymbols(all.take_front(bound.getNumDims()),
                                                               all.drop_front(bound.getNumDims())));
    }
    return AffineMap::get(0, symbols.size(), exprs, &getContext());
  }

  /// Upstream's arithmetic on sizes takes dimensions for granted.
  static LogicalResult verifyDims(func::FuncOp function) {
    auto result = function.walk([](tensor::DimOp dim) -> WalkResult {
      auto type = dyn_cast<RankedTensorType>(dim.getSource().getType());
      std::optional<int64_t> index = dim.getConstantIndex();
      if (type && index && (*index < 0 || *index >= type.getRank()))
        return dim.emitError("asks for dimension ") << *index << " of a tensor of rank " << type.getRank();
      return WalkResult::advance();
    });
    return failure(result.wasInterrupted());
  }

  /// Which argument each result is the new contents of.
  static LogicalResult findUpdates(func::FuncOp function, SmallVectorImpl<std::optional<unsigned>> &updates) {
    for (unsigned i = 0; i < function.getNumResults(); ++i) {
      updates.push_back(std::nullopt);
      auto attr = function.getResultAttrOfType<IntegerAttr>(i, "mambac.updates");
      if (!attr)
        continue;
      auto complain = [&](const Twine &what) {
        return function.emitError("result #") << i << " of @" << function.getName() << " updates argument #" << attr.getInt()
                                              << ", " << what;
      };
      if (attr.getInt() < 0 || attr.getInt() >= int64_t(function.getNumArguments()))
        return complain("which it does not have");
      unsigned state = unsigned(attr.getInt());
      if (!tensor::CastOp::areCastCompatible(function.getResultTypes()[i], function.getArgumentTypes()[state]))
        return complain("which has another type");
      if (llvm::is_contained(updates, state))
        return complain("which another result updates as well");
      updates.back() = state;
    }
    return success();
  }

  LogicalResult rewrite(func::FuncOp function) {
    if (failed(makeUp(function)) || failed(verifyDims(function)))
      return failure();
    Location loc = function.getLoc();
    OpBuilder builder = OpBuilder::atBlockBegin(&function.getBody().front());
    if (!function.getBody().hasOneBlock())
      return function.emitError("an entry must have one block");
    auto terminator = cast<func::ReturnOp>(function.getBody().front().getTerminator());
    unsigned numInputs = function.getNumArguments(), numOutputs = function.getNumResults();
    auto numSymbols = function->getAttrOfType<ArrayAttr>("mambac.symbols").size();
    Block &block = function.getBody().front();

    // Symbols first, so that every tensor.dim of an input can become an expression of them.
    SmallVector<Value> symbols;
    SmallVector<Type> types(function.getArgumentTypes());
    SmallVector<DictionaryAttr> attrs;
    for (unsigned i = 0; i < numInputs; ++i) {
      auto dict = function.getArgAttrDict(i);
      attrs.push_back(dict ? dict : builder.getDictionaryAttr({}));
    }
    SmallVector<std::optional<unsigned>> updates;
    if (failed(findUpdates(function, updates)))
      return failure();
    // Where each result goes: a buffer of its own, or a state.
    SmallVector<Value> destinations;
    for (auto [type, state] : llvm::zip(function.getResultTypes(), updates)) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor)
        return function.emitError("a result is not a ranked tensor: entries take and return tensors alone");
      destinations.push_back(
          state ? block.getArgument(*state)
                : block.addArgument(MemRefType::get(tensor.getShape(), tensor.getElementType()), loc));
    }
    auto bytes = MemRefType::get({ShapedType::kDynamic}, builder.getI8Type());
    block.addArgument(bytes, loc);
    block.addArgument(bytes, loc);
    for (size_t i = 0; i < numSymbols; ++i)
      symbols.push_back(block.addArgument(builder.getIndexType(), loc));

    for (unsigned i = 0; i < numInputs; ++i) {
      BlockArgument arg = block.getArgument(i);
      auto map = dyn_cast_or_null<AffineMapAttr>(attrs[i].get("mambac.shape"));
      for (Operation *user : llvm::make_early_inc_range(arg.getUsers())) {
        auto dim = dyn_cast<tensor::DimOp>(user);
        if (!dim || !map || !dim.getConstantIndex() || *dim.getConstantIndex() < 0 ||
            *dim.getConstantIndex() >= map.getValue().getNumResults())
          continue;
        AffineExpr expr = map.getValue().getResult(*dim.getConstantIndex());
        auto single = AffineMap::get(0, symbols.size(), expr);
        OpBuilder at(dim);
        Value size = affine::makeComposedAffineApply(at, dim.getLoc(), single, getAsOpFoldResult(symbols));
        dim.replaceAllUsesWith(size);
        dim.erase();
      }
    }

    // Results: shapes as maps, then written into their buffers.
    SmallVector<DictionaryAttr> outputAttrs;
    for (unsigned i = 0; i < numOutputs; ++i) {
      if (updates[i])
        continue;
      NamedAttrList list(function.getResultAttrDict(i));
      if (!list.get("mambac.name"))
        list.set("mambac.name", builder.getStringAttr("out" + Twine(i)));
      if (!list.get("mambac.shape")) {
        auto shape = resultShape(function, terminator.getOperand(i), i, symbols);
        if (failed(shape))
          return failure();
        list.set("mambac.shape", AffineMapAttr::get(*shape));
      }
      list.set("mambac.output", builder.getUnitAttr());
      outputAttrs.push_back(list.getDictionary(&getContext()));
    }
    SmallVector<Value> returned(terminator.getOperands());
    terminator->setOperands({});

    // Inputs: memrefs read as tensors. A pass-through of the type change keeps all users.
    builder.setInsertionPointToStart(&block);
    llvm::SmallDenseMap<unsigned, bufferization::ToTensorOp> states;
    for (unsigned i = 0; i < numInputs; ++i) {
      BlockArgument arg = block.getArgument(i);
      auto tensor = cast<RankedTensorType>(arg.getType());
      MemRefLayoutAttrInterface layout;
      if (auto strides = dyn_cast_or_null<StridedLayoutAttr>(attrs[i].get("mambac.layout")))
        layout = strides;
      arg.setType(MemRefType::get(tensor.getShape(), tensor.getElementType(), layout));
      auto read = bufferization::ToTensorOp::create(builder, loc, tensor, arg, /*restrict=*/true);
      arg.replaceAllUsesExcept(read, read);
      for (Value &value : returned)
        if (value == arg)
          value = read;
      if (!llvm::is_contained(updates, i))
        continue;
      if (!attrs[i].get("mambac.state")) {
        NamedAttrList list(attrs[i]);
        list.set("mambac.state", builder.getI64IntegerAttr(nextState++));
        attrs[i] = list.getDictionary(&getContext());
      }
      states[i] = read;
    }

    // Results first: they may be what states were before.
    builder.setInsertionPoint(terminator);
    for (bool toStates : {false, true})
      for (unsigned i = 0; i < numOutputs; ++i) {
        if (bool(updates[i]) != toStates)
          continue;
        if (toStates) {
          bufferization::ToTensorOp state = states[*updates[i]];
          if (returned[i] == state)
            continue; // it stays as it is
          state.setWritable(true);
          if (returned[i].getType() != state.getType())
            returned[i] = tensor::CastOp::create(builder, terminator.getLoc(), state.getType(), returned[i]);
        }
        auto write = bufferization::MaterializeInDestinationOp::create(builder, terminator.getLoc(), Type(), returned[i],
                                                                       destinations[i]);
        // What a state holds is read as a tensor, too.
        write.setRestrict(!toStates);
        write.setWritable(true);
      }

    llvm::append_range(attrs, outputAttrs);
    attrs.push_back(builder.getDictionaryAttr(builder.getNamedAttr("mambac.arena", builder.getUnitAttr())));
    attrs.push_back(builder.getDictionaryAttr(builder.getNamedAttr("mambac.weights", builder.getUnitAttr())));
    for (size_t i = 0; i < numSymbols; ++i)
      attrs.push_back(
          builder.getDictionaryAttr(builder.getNamedAttr("mambac.symbol", builder.getI64IntegerAttr(i))));
    // Result attributes go before the results do, so that the two never disagree.
    for (unsigned i = 0; i < numOutputs; ++i)
      function.setResultAttrs(i, DictionaryAttr::get(&getContext()));
    function.setFunctionType(builder.getFunctionType(block.getArgumentTypes(), {}));
    function.setAllArgAttrs(attrs);
    function->setAttr("mambac.abi", builder.getUnitAttr());
    return success();
  }

  std::map<std::pair<Operation *, unsigned>, SmallVector<AffineExpr>> shapes;
  int64_t nextState = 0; ///< of arguments that are updated and have no number
};

} // namespace
