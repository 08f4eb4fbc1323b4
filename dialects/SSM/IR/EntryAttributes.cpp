//===- EntryAttributes.cpp - What mambac's attributes have to be -------------------------------------------------===//
//
// Entries, drivers and kernels are marked by attributes with the prefix `mambac.` (docs/imported-module.md and
// docs/scheduled-module.md). This dialect has no ops: it is there so that MLIR's verifier looks at these attributes, at
// the operation or argument that carries them, before a pass takes them for granted.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/EntryAttributes.h"
#include "dialects/SSM/IR/SSM.h"
#include "mambac/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;

namespace {

class EntryAttributesDialect : public Dialect {
public:
  static constexpr StringLiteral getDialectNamespace() { return "mambac"; }
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(EntryAttributesDialect)
  explicit EntryAttributesDialect(MLIRContext *context)
      : Dialect(getDialectNamespace(), context, TypeID::get<EntryAttributesDialect>()) {}

  LogicalResult verifyOperationAttribute(Operation *op, NamedAttribute attr) override;
  LogicalResult verifyRegionArgAttribute(Operation *op, unsigned region, unsigned argument,
                                         NamedAttribute attr) override;
  LogicalResult verifyRegionResultAttribute(Operation *op, unsigned region, unsigned result,
                                            NamedAttribute attr) override;
};

/// Says that an attribute is not what it has to be.
LogicalResult expected(Operation *op, NamedAttribute attr, const Twine &what) {
  return op->emitError() << attr.getName() << " has to be " << what.str();
}

unsigned countSymbols(Operation *op) {
  auto list = op->getAttrOfType<ArrayAttr>("mambac.symbols");
  return list ? list.size() : 0;
}

LogicalResult verifySymbols(Operation *op, NamedAttribute attr) {
  auto list = dyn_cast<ArrayAttr>(attr.getValue());
  if (!list || !isa<FunctionOpInterface>(op))
    return expected(op, attr, "a list on a function");
  for (Attribute item : list) {
    auto dict = dyn_cast<DictionaryAttr>(item);
    if (!dict)
      return expected(op, attr, "a list of dictionaries");
    if (Attribute name = dict.get("name"); name && !isa<StringAttr>(name))
      return op->emitError("the name of a symbol has to be a string");
    int64_t bounds[] = {0, INT64_MAX, 1};
    for (auto [key, value] : llvm::zip(ArrayRef<StringRef>{"min", "max", "multiple_of"}, bounds)) {
      Attribute number = dict.get(key);
      auto integer = dyn_cast_or_null<IntegerAttr>(number);
      if (number && (!integer || integer.getValue().getBitWidth() > 64))
        return op->emitError() << key << " of a symbol has to be an integer";
      if (integer)
        value = integer.getValue().getSExtValue();
    }
    if (bounds[0] < 0 || bounds[0] > bounds[1] || bounds[2] < 1)
      return op->emitError("a symbol needs 0 <= min <= max and multiple_of >= 1");
  }
  return success();
}

/// A driver's arguments are buffers, then symbols; it returns nothing.
LogicalResult verifyDriver(func::FuncOp driver) {
  if (driver.isExternal())
    return success();
  // The operation itself is verified after its attributes.
  if (ArrayAttr attrs = driver.getArgAttrsAttr(); attrs && attrs.size() != driver.getArgumentTypes().size())
    return success();
  if (driver.getNumResults())
    return driver.emitError("a function with mambac.abi has no results");
  for (auto [i, type] : llvm::enumerate(driver.getArgumentTypes())) {
    bool symbol = bool(driver.getArgAttr(i, "mambac.symbol"));
    // Outlining puts the runtime's services in front.
    if (i == 0 && type.getDialect().getNamespace() == "llvm")
      continue;
    if (symbol ? !type.isIndex() : !isa<MemRefType>(type))
      return driver.emitError() << "argument #" << i << " of a function with mambac.abi is neither a memref nor a symbol";
  }
  return success();
}

LogicalResult EntryAttributesDialect::verifyOperationAttribute(Operation *op, NamedAttribute attr) {
  StringRef name = attr.getName().getValue().drop_front(getDialectNamespace().size() + 1);
  Attribute value = attr.getValue();
  auto function = dyn_cast<func::FuncOp>(op);
  if (function && !function.getFunctionTypeAttr())
    return success(); // told by the function itself
  if (name == "entry" || name == "abi" || name == "prepare" || name == "size_function") {
    if (!isa<UnitAttr>(value) || !isa<FunctionOpInterface>(op))
      return expected(op, attr, "a unit attribute of a function");
    return name == "abi" && function ? verifyDriver(function) : success();
  }
  if (name == "symbols")
    return verifySymbols(op, attr);
  if (name == "kernels" || name == "levels") {
    auto list = dyn_cast<ArrayAttr>(value);
    bool fits = bool(list);
    for (Attribute item : list ? list.getValue() : ArrayRef<Attribute>())
      fits &= isa<DictionaryAttr>(item);
    return fits ? success() : expected(op, attr, "a list of dictionaries");
  }
  if (name == "kernel" || name == "level" || name == "index_input" || name == "weights_bytes" || name == "weights_hash" ||
      name == "length") {
    auto number = dyn_cast<IntegerAttr>(value);
    bool fits = number && number.getValue().getBitWidth() <= 64 &&
                (name == "weights_hash" || name == "index_input" || !number.getValue().isNegative());
    return fits ? success() : expected(op, attr, "an integer of at most 64 bits, and not negative");
  }
  if (name == "chunk") {
    auto number = dyn_cast<IntegerAttr>(value);
    return number && number.getValue().getBitWidth() <= 64 && number.getValue().isStrictlyPositive()
               ? success()
               : expected(op, attr, "an integer of at most 64 bits, and at least 1");
  }
  if (name == "kernel_kind" || name == "model")
    return isa<StringAttr>(value) ? success() : expected(op, attr, "a string");
  if (name == "arena_function")
    return isa<FlatSymbolRefAttr>(value) ? success() : expected(op, attr, "the name of a function");
  if (name == "target")
    return isa<DictionaryAttr>(value) ? success() : expected(op, attr, "a dictionary");
  if (name == "start") {
    // Outputs are the last operands; how many there are is not known to be right yet.
    auto list = dyn_cast<ArrayAttr>(value);
    SmallVector<Attribute> starts = list ? llvm::to_vector(list.getValue()) : SmallVector<Attribute>{value};
    bool fits = isa<linalg::GenericOp>(op) && starts.size() <= op->getNumOperands();
    for (size_t i = 0; fits && i < starts.size(); ++i) {
      Type output = getElementTypeOrSelf(op->getOperand(op->getNumOperands() - starts.size() + i).getType());
      bool number = isa<IntegerAttr, FloatAttr>(starts[i]) && cast<TypedAttr>(starts[i]).getType() == output;
      fits = number || (list && isa<UnitAttr>(starts[i]));
    }
    return fits ? success()
                : expected(op, attr, "a number of the output's type on a linalg.generic, or a list with one (or a unit) "
                                     "for each of its outputs");
  }
  if (name == "places") {
    bool fits = isa<linalg::GenericOp>(op) && isa<AffineMapAttr>(value);
    return fits ? success() : expected(op, attr, "an affine map on a linalg.generic");
  }
  return success();
}

/// What arguments and results have in common.
LogicalResult verifyValueAttribute(Operation *op, Type type, NamedAttribute attr, StringRef name) {
  Attribute value = attr.getValue();
  auto shaped = dyn_cast<ShapedType>(type);
  if (name == "name" || name == "dtype" || name == "weight" || name == "role")
    return isa<StringAttr>(value) ? success() : expected(op, attr, "a string");
  if (name == "shape") {
    auto map = dyn_cast<AffineMapAttr>(value);
    if (!map || !shaped || !shaped.hasRank() || map.getValue().getNumDims() ||
        int64_t(map.getValue().getNumResults()) != shaped.getRank())
      return expected(op, attr, "a map from symbols to the sizes of a tensor or memref");
    if (map.getValue().getNumSymbols() > countSymbols(op))
      return op->emitError() << attr.getName() << " has more symbols than mambac.symbols lists";
    for (auto [expr, size] : llvm::zip(map.getValue().getResults(), shaped.getShape()))
      if (auto constant = dyn_cast<AffineConstantExpr>(expr);
          constant && !ShapedType::isDynamic(size) && constant.getValue() != size)
        return op->emitError() << attr.getName() << " says " << constant.getValue() << " where the type says " << size;
    return success();
  }
  if (name == "limit" || name == "lowest" || name == "offset" || name == "updates" || name == "symbol" ||
      name == "state") {
    auto number = dyn_cast<IntegerAttr>(value);
    if (!number || number.getValue().getBitWidth() > 64 || (name != "lowest" && number.getValue().isNegative()))
      return expected(op, attr, "an integer of at most 64 bits, and not negative");
    if (name == "symbol" && (!type.isIndex() || number.getValue().getZExtValue() >= countSymbols(op)))
      return op->emitError() << attr.getName() << " has to number one of mambac.symbols, on an index";
    if (name == "limit" && (!shaped || !getElementTypeOrSelf(type).isIntOrIndex()))
      return op->emitError() << attr.getName() << " belongs to a tensor or memref of integers";
    return success();
  }
  if (name == "arena" || name == "weights") {
    auto bytes = dyn_cast<MemRefType>(type);
    bool fits = isa<UnitAttr>(value) && bytes && bytes.getRank() == 1 && bytes.getElementType().isInteger(8);
    return fits ? success() : expected(op, attr, "a unit attribute of a memref<?xi8>");
  }
  if (name == "output")
    return isa<UnitAttr>(value) && isa<MemRefType>(type) ? success() : expected(op, attr, "a unit attribute of a memref");
  if (name == "layout")
    return isa<StridedLayoutAttr>(value) ? success() : expected(op, attr, "a strided layout");
  return success();
}

LogicalResult EntryAttributesDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned argument,
                                                               NamedAttribute attr) {
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function || argument >= function.getArgumentTypes().size())
    return success();
  return verifyValueAttribute(op, function.getArgumentTypes()[argument], attr,
                              attr.getName().getValue().drop_front(getDialectNamespace().size() + 1));
}

LogicalResult EntryAttributesDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned result,
                                                                  NamedAttribute attr) {
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function || result >= function.getResultTypes().size())
    return success();
  return verifyValueAttribute(op, function.getResultTypes()[result], attr,
                              attr.getName().getValue().drop_front(getDialectNamespace().size() + 1));
}

} // namespace

void mambac::ssm::registerEntryAttributes(DialectRegistry &registry) { registry.insert<EntryAttributesDialect>(); }
