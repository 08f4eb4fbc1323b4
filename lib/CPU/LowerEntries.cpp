//===- LowerEntries.cpp - The product's binary interface ------------------------------------------------------===//
//
// Wraps every scheduled entry (docs/product.md: inputs, outputs, arena, weights, symbols as arguments) into the C
// functions of lib/Runtime/ProductABI.h and emits the `mambac_product` structure with its metadata.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Metadata.h"
#include "lib/CPU/Passes.h"
#include "lib/CPU/Services.h"
#include "lib/Runtime/ProductABI.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mambac {
#define GEN_PASS_DEF_LOWERENTRIESPASS
#include "lib/CPU/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

struct LowerEntriesPass : mambac::impl::LowerEntriesPassBase<LowerEntriesPass> {
  using Base::Base;

  void runOnOperation() override {
    ptr = LLVM::LLVMPointerType::get(&getContext());
    i64 = IntegerType::get(&getContext(), 64);
    ModuleOp module = getOperation();
    SmallVector<func::FuncOp> entries;
    for (auto function : module.getOps<func::FuncOp>()) {
      if (function->hasAttr("mambac.entry"))
        entries.push_back(function);
      else if (!function.isExternal())
        function.setPrivate();
    }
    if (entries.empty())
      return;
    // The code that packs weights is an object of its own, with nothing else in it.
    bool prepare = entries.front()->hasAttr("mambac.prepare");
    std::string metadata;
    if (!prepare && failed(mambac::buildMetadata(module, entries, metadata)))
      return signalPassFailure();
    auto levels = module->getAttrOfType<ArrayAttr>("mambac.levels");
    int64_t numLevels = levels ? levels.size() : 1, level = moduleInt("mambac.level");
    if (level >= numLevels) {
      module.emitError("mambac.level is not the index of one of mambac.levels");
      return signalPassFailure();
    }
    SmallVector<EntrySymbols> wrappers;
    for (func::FuncOp entry : entries) {
      auto symbols = wrap(entry);
      if (failed(symbols))
        return signalPassFailure();
      wrappers.push_back(*symbols);
    }
    if (prepare) {
      emitPrepare(wrappers.front());
    } else {
      emitLevel(wrappers, level);
      if (level == 0)
        emitProduct(wrappers.size(), numLevels, metadata);
    }
    for (func::FuncOp entry : entries)
      entry.setPrivate();
  }

private:
  struct EntrySymbols {
    std::string name, run, arena, shapes;
  };

  LLVM::LLVMFuncOp makeFunction(StringRef name, Type result, ArrayRef<Type> args, Location loc) {
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    auto type = LLVM::LLVMFunctionType::get(result, args);
    auto function = LLVM::LLVMFuncOp::create(builder, loc, name, type, LLVM::Linkage::Internal);
    function.addEntryBlock(builder);
    return function;
  }

  /// Loads symbols[i] as index values.
  SmallVector<Value> loadSymbols(OpBuilder &builder, Location loc, Value base, unsigned count) {
    SmallVector<Value> values;
    for (unsigned i = 0; i < count; ++i) {
      Value address = LLVM::GEPOp::create(builder, loc, ptr, i64, base, ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(i)});
      Value value = LLVM::LoadOp::create(builder, loc, i64, address);
      values.push_back(arith::IndexCastOp::create(builder, loc, builder.getIndexType(), value));
    }
    return values;
  }

  /// Evaluates the shape map of an input or output at the symbols.
  FailureOr<SmallVector<Value>> dims(OpBuilder &builder, Location loc, func::FuncOp entry, unsigned arg,
                                     ValueRange symbols) {
    auto type = cast<MemRefType>(entry.getArgument(arg).getType());
    auto map = entry.getArgAttrOfType<AffineMapAttr>(arg, "mambac.shape");
    SmallVector<Value> values;
    for (int64_t d = 0; d < type.getRank(); ++d) {
      if (!type.isDynamicDim(d)) {
        values.push_back(arith::ConstantIndexOp::create(builder, loc, type.getDimSize(d)));
        continue;
      }
      if (!map || map.getValue().getNumResults() != type.getRank() ||
          map.getValue().getNumSymbols() > symbols.size())
        return entry.emitError("argument #") << arg << " has dynamic sizes and no `mambac.shape` over the symbols";
      values.push_back(affine::expandAffineExpr(builder, loc, map.getValue().getResult(d), {}, symbols));
    }
    return values;
  }

  /// A memref value over bare memory at `base`.
  Value makeMemRef(OpBuilder &builder, Location loc, MemRefType type, Value base, ValueRange sizes) {
    LLVMTypeConverter converter(&getContext(), LowerToLLVMOptions(&getContext()));
    Type descriptor = converter.convertType(type);
    Value value = LLVM::UndefOp::create(builder, loc, descriptor);
    auto insert = [&](Value field, ArrayRef<int64_t> position) {
      value = LLVM::InsertValueOp::create(builder, loc, value, field, position);
    };
    auto asI64 = [&](Value index) -> Value { return arith::IndexCastOp::create(builder, loc, i64, index); };
    insert(base, 0);
    insert(base, 1);
    insert(LLVM::ConstantOp::create(builder, loc, i64, builder.getI64IntegerAttr(0)), 2);
    auto [strides, offset] = type.getStridesAndOffset();
    Value stride = arith::ConstantIndexOp::create(builder, loc, 1);
    for (int64_t d = type.getRank() - 1; d >= 0; --d) {
      if (!ShapedType::isDynamic(strides[d]))
        stride = arith::ConstantIndexOp::create(builder, loc, strides[d]);
      insert(asI64(sizes[d]), {3, d});
      insert(asI64(stride), {4, d});
      stride = arith::MulIOp::create(builder, loc, stride, sizes[d]);
    }
    return UnrealizedConversionCastOp::create(builder, loc, type, value).getResult(0);
  }

  FailureOr<EntrySymbols> wrap(func::FuncOp entry) {
    Location loc = entry.getLoc();
    if (!entry->hasAttr("mambac.abi"))
      return entry.emitError("an entry has to be scheduled before it is lowered: it has no mambac.abi");
    EntrySymbols result;
    result.name = entry.getName().str();
    result.run = result.name + "_run", result.arena = result.name + "_arena", result.shapes = result.name + "_shapes";
    unsigned numSymbols = 0;
    if (auto list = entry->getAttrOfType<ArrayAttr>("mambac.symbols"))
      numSymbols = list.size();

    // void run(const MambacCall *call)
    auto run = makeFunction(result.run, LLVM::LLVMVoidType::get(&getContext()), {ptr}, loc);
    OpBuilder builder = OpBuilder::atBlockBegin(&run.getBody().front());
    Value call = run.getArgument(0);
    Value services = mambac::loadPointerField(builder, loc, call, 0);
    Value inputs = mambac::loadPointerField(builder, loc, call, 1);
    Value outputs = mambac::loadPointerField(builder, loc, call, 2);
    Value symbolBase = mambac::loadPointerField(builder, loc, call, 3);
    SmallVector<Value> symbols = loadSymbols(builder, loc, symbolBase, numSymbols);
    SmallVector<Value> args;
    unsigned numInputs = 0, numOutputs = 0;
    SmallVector<unsigned> outputArgs;
    for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
      Type type = entry.getArgument(i).getType();
      if (isa<LLVM::LLVMPointerType>(type)) {
        args.push_back(services);
      } else if (auto symbol = entry.getArgAttrOfType<IntegerAttr>(i, "mambac.symbol")) {
        args.push_back(symbols[symbol.getInt()]);
      } else if (entry.getArgAttr(i, "mambac.arena") || entry.getArgAttr(i, "mambac.weights")) {
        Value base = mambac::loadPointerField(builder, loc, call, entry.getArgAttr(i, "mambac.arena") ? 4 : 5);
        // The length is not known here and not needed: views of it are never checked.
        Value length = arith::ConstantIndexOp::create(builder, loc, std::numeric_limits<int64_t>::max());
        args.push_back(makeMemRef(builder, loc, cast<MemRefType>(type), base, length));
      } else {
        bool output = bool(entry.getArgAttr(i, "mambac.output"));
        Value base = mambac::loadPointerField(builder, loc, output ? outputs : inputs,
                                              output ? numOutputs++ : numInputs++);
        auto sizes = dims(builder, loc, entry, i, symbols);
        if (failed(sizes))
          return failure();
        args.push_back(makeMemRef(builder, loc, cast<MemRefType>(type), base, *sizes));
        if (output)
          outputArgs.push_back(i);
      }
    }
    func::CallOp::create(builder, loc, entry, args);
    LLVM::ReturnOp::create(builder, loc, ValueRange{});

    // int64_t arena_bytes(const int64_t *symbols)
    auto arena = makeFunction(result.arena, i64, {ptr}, loc);
    builder.setInsertionPointToStart(&arena.getBody().front());
    symbols = loadSymbols(builder, loc, arena.getArgument(0), numSymbols);
    Value bytes;
    if (auto size = entry->getAttrOfType<FlatSymbolRefAttr>("mambac.arena_function")) {
      bytes = func::CallOp::create(builder, loc, size, TypeRange{builder.getIndexType()}, symbols).getResult(0);
      bytes = arith::IndexCastOp::create(builder, loc, i64, bytes);
    } else {
      bytes = LLVM::ConstantOp::create(builder, loc, i64, builder.getI64IntegerAttr(0));
    }
    LLVM::ReturnOp::create(builder, loc, bytes);

    // void output_shapes(const int64_t *symbols, int64_t *dims)
    auto shapes = makeFunction(result.shapes, LLVM::LLVMVoidType::get(&getContext()), {ptr, ptr}, loc);
    builder.setInsertionPointToStart(&shapes.getBody().front());
    symbols = loadSymbols(builder, loc, shapes.getArgument(0), numSymbols);
    int32_t position = 0;
    for (unsigned arg : outputArgs) {
      auto sizes = dims(builder, loc, entry, arg, symbols);
      if (failed(sizes))
        return failure();
      for (Value size : *sizes) {
        Value address = LLVM::GEPOp::create(builder, loc, ptr, i64, shapes.getArgument(1),
                                            ArrayRef<LLVM::GEPArg>{position++});
        LLVM::StoreOp::create(builder, loc, arith::IndexCastOp::create(builder, loc, i64, size), address);
      }
    }
    LLVM::ReturnOp::create(builder, loc, ValueRange{});
    return result;
  }

  /// A global whose initializer is the aggregate of `values`, built by the callback.
  LLVM::GlobalOp makeGlobal(StringRef name, Type type, LLVM::Linkage linkage,
                            llvm::function_ref<Value(OpBuilder &)> build) {
    Location loc = getOperation().getLoc();
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    auto global = LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true, linkage, name, Attribute());
    Block *block = builder.createBlock(&global.getInitializerRegion());
    builder.setInsertionPointToStart(block);
    LLVM::ReturnOp::create(builder, loc, build(builder));
    return global;
  }

  void makeBytes(StringRef name, StringRef bytes) {
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size());
    LLVM::GlobalOp::create(builder, getOperation().getLoc(), type, /*isConstant=*/true, LLVM::Linkage::Internal, name,
                           builder.getStringAttr(bytes), /*alignment=*/64);
  }

  void makeString(StringRef name, StringRef text) {
    std::string bytes = text.str();
    bytes.push_back('\0');
    makeBytes(name, bytes);
  }

  /// A symbol of another object of the product.
  void declareHidden(StringRef name) {
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    auto other = LLVM::GlobalOp::create(builder, getOperation().getLoc(), LLVM::LLVMArrayType::get(ptr, 0),
                                        /*isConstant=*/true, LLVM::Linkage::External, name, Attribute());
    other.setVisibility_(LLVM::Visibility::Hidden);
  }

  /// The symbol of the entry list of a level; those of other levels are in other objects of the product.
  std::string levelSymbol(int64_t level) { return "mambac_level_" + std::to_string(level); }

  /// The list of this level's entries, hidden from all but the product's other objects.
  void emitLevel(ArrayRef<EntrySymbols> entries, int64_t level) {
    MLIRContext *context = &getContext();
    Location loc = getOperation().getLoc();
    for (const EntrySymbols &entry : entries)
      makeString("mambac_name_" + entry.name, entry.name);
    auto entryType = LLVM::LLVMStructType::getLiteral(context, {ptr, ptr, ptr, ptr});
    auto listType = LLVM::LLVMArrayType::get(entryType, entries.size());
    auto list = makeGlobal(levelSymbol(level), listType, LLVM::Linkage::External, [&](OpBuilder &builder) -> Value {
      Value list = LLVM::UndefOp::create(builder, loc, listType);
      for (auto [i, entry] : llvm::enumerate(entries)) {
        std::string names[] = {"mambac_name_" + entry.name, entry.run, entry.arena, entry.shapes};
        for (auto [field, name] : llvm::enumerate(names))
          list = LLVM::InsertValueOp::create(builder, loc, list, LLVM::AddressOfOp::create(builder, loc, ptr, name),
                                             ArrayRef<int64_t>{int64_t(i), int64_t(field)});
      }
      return list;
    });
    list.setVisibility_(LLVM::Visibility::Hidden);
  }

  /// What packs the weights; `mambac.prepare_text` and `mambac.prepare_constants` say with what.
  void emitPrepare(const EntrySymbols &entry) {
    Location loc = getOperation().getLoc();
    auto bytesOf = [&](StringRef name) {
      auto attr = getOperation()->getAttrOfType<StringAttr>(name);
      return attr ? attr.getValue() : StringRef();
    };
    StringRef constants = bytesOf("mambac.prepare_constants");
    makeString("mambac_prepare_name", entry.name);
    makeString("mambac_prepare_text", bytesOf("mambac.prepare_text"));
    makeBytes("mambac_prepare_constants", constants);
    auto type = LLVM::LLVMStructType::getLiteral(&getContext(), {ptr, ptr, ptr, ptr, ptr, ptr, i64});
    auto global = makeGlobal("mambac_prepare", type, LLVM::Linkage::External, [&](OpBuilder &builder) -> Value {
      Value prepare = LLVM::UndefOp::create(builder, loc, type);
      StringRef names[] = {"mambac_prepare_name", entry.run,  entry.arena,
                           entry.shapes, "mambac_prepare_text", "mambac_prepare_constants"};
      for (auto [field, name] : llvm::enumerate(names))
        prepare = LLVM::InsertValueOp::create(builder, loc, prepare, LLVM::AddressOfOp::create(builder, loc, ptr, name),
                                              ArrayRef<int64_t>{int64_t(field)});
      Value size = LLVM::ConstantOp::create(builder, loc, i64, builder.getI64IntegerAttr(int64_t(constants.size())));
      return LLVM::InsertValueOp::create(builder, loc, prepare, size, ArrayRef<int64_t>{6});
    });
    global.setVisibility_(LLVM::Visibility::Hidden);
  }

  /// The structure that a product exports; it is in the object of the first level.
  void emitProduct(size_t numEntries, int64_t numLevels, StringRef metadata) {
    Location loc = getOperation().getLoc();
    MLIRContext *context = &getContext();
    makeString("mambac_metadata", metadata);
    for (int64_t level = 1; level < numLevels; ++level)
      declareHidden(levelSymbol(level));
    bool prepare = getOperation()->hasAttr("mambac.has_prepare");
    auto tokenizer = getOperation()->getAttrOfType<StringAttr>("mambac.tokenizer");
    if (prepare)
      declareHidden("mambac_prepare");
    if (tokenizer)
      makeBytes("mambac_tokenizer", tokenizer.getValue());
    auto address = [&](OpBuilder &builder, StringRef name) -> Value {
      return LLVM::AddressOfOp::create(builder, loc, ptr, name);
    };
    auto addressIf = [&](OpBuilder &builder, bool there, StringRef name) -> Value {
      return there ? address(builder, name) : LLVM::ZeroOp::create(builder, loc, ptr);
    };
    auto levelsType = LLVM::LLVMArrayType::get(ptr, numLevels);
    makeGlobal("mambac_levels", levelsType, LLVM::Linkage::Internal, [&](OpBuilder &builder) -> Value {
      Value list = LLVM::UndefOp::create(builder, loc, levelsType);
      for (int64_t level = 0; level < numLevels; ++level)
        list = LLVM::InsertValueOp::create(builder, loc, list, address(builder, levelSymbol(level)),
                                           ArrayRef<int64_t>{level});
      return list;
    });
    auto i32 = IntegerType::get(context, 32);
    auto productType =
        LLVM::LLVMStructType::getLiteral(context, {i32, i32, i32, i32, ptr, ptr, i64, i64, ptr, ptr, i64});
    makeGlobal("mambac_product", productType, LLVM::Linkage::External, [&](OpBuilder &builder) -> Value {
      Value product = LLVM::UndefOp::create(builder, loc, productType);
      auto integer = [&](Type type, int64_t value) -> Value {
        return LLVM::ConstantOp::create(builder, loc, type, builder.getIntegerAttr(type, value));
      };
      Value fields[] = {integer(i32, MAMBAC_ABI_VERSION),
                        integer(i32, numEntries),
                        integer(i32, numLevels),
                        integer(i32, 0),
                        address(builder, "mambac_levels"),
                        address(builder, "mambac_metadata"),
                        integer(i64, moduleInt("mambac.weights_bytes")),
                        integer(i64, moduleInt("mambac.layout_hash")),
                        addressIf(builder, prepare, "mambac_prepare"),
                        addressIf(builder, bool(tokenizer), "mambac_tokenizer"),
                        integer(i64, tokenizer ? int64_t(tokenizer.getValue().size()) : 0)};
      for (auto [i, field] : llvm::enumerate(fields))
        product = LLVM::InsertValueOp::create(builder, loc, product, field, ArrayRef<int64_t>{int64_t(i)});
      return product;
    });
  }

  int64_t moduleInt(StringRef name) {
    auto attr = getOperation()->getAttrOfType<IntegerAttr>(name);
    return attr ? attr.getInt() : 0;
  }

  LLVM::LLVMPointerType ptr;
  IntegerType i64;
};

} // namespace
