// Sizes, types, scalars and linalg.generic: the lower half of Emitter. Data movement is in EmitterTensors.cpp, reshapes
// in Reshape.cpp.
#include "lib/Import/Emitter.h"

#include "mlir/Dialect/Complex/IR/Complex.h"

using namespace mlir;

namespace mambac::aten {

bool isFloat(DType type) {
  return type == DType::Float16 || type == DType::BFloat16 || type == DType::Float32 || type == DType::Float64;
}

bool isInteger(DType type) {
  switch (type) {
  case DType::UInt8:
  case DType::Int8:
  case DType::Int16:
  case DType::Int32:
  case DType::Int64:
    return true;
  default:
    return false;
  }
}

bool isUnsigned(DType type) { return type == DType::UInt8 || type == DType::Bool; }

DType promoteTypes(DType a, DType b) {
  if (a == b)
    return a;
  if (a == DType::Bool)
    return b;
  if (b == DType::Bool)
    return a;
  if (isFloat(a) != isFloat(b))
    return isFloat(a) ? a : b;
  if (isFloat(a)) {
    if (a == DType::Float64 || b == DType::Float64)
      return DType::Float64;
    return DType::Float32; // also f16 with bf16
  }
  if (a == DType::UInt8 || b == DType::UInt8) { // with a signed type: the next signed type that holds both
    DType other = a == DType::UInt8 ? b : a;
    return other == DType::Int8 ? DType::Int16 : other;
  }
  return pt2::dtypeSize(a) > pt2::dtypeSize(b) ? a : b;
}

DType computeType(DType type) { return type == DType::Float16 || type == DType::BFloat16 ? DType::Float32 : type; }

void Emitter::fail(const Twine &message) {
  if (problem.empty())
    problem = message.str();
}

Operation *Emitter::atEntry(function_ref<Operation *()> create) {
  OpBuilder::InsertionGuard guard(b);
  if (lastEntryOp)
    b.setInsertionPointAfter(lastEntryOp);
  else
    b.setInsertionPointToStart(entry);
  return lastEntryOp = create();
}

//===--- Sizes
//------------------------------------------------------------------------------------------------------------===//

void Emitter::bindSymbol(unsigned index, unsigned position, Value value) {
  symbolPositions[index] = position;
  if (symbolValues.size() <= position)
    symbolValues.resize(position + 1);
  symbolValues[position] = value;
}

AffineExpr Emitter::affine(const Size &size) {
  using Kind = pt2::ExprKind;
  AffineExpr zero = b.getAffineConstantExpr(0);
  switch (size.kind()) {
  case Kind::Constant:
    return b.getAffineConstantExpr(size.value());
  case Kind::Symbol: {
    auto it = symbolPositions.find(size.symbolIndex());
    if (it != symbolPositions.end())
      return b.getAffineSymbolExpr(it->second);
    fail("a size depends on '" + symbols[size.symbolIndex()].name +
         "', which is not the size of an input (data-dependent sizes are not supported)");
    return zero;
  }
  case Kind::Max:
  case Kind::Min: {
    // Only where one operand is known to win.
    bool isMax = size.kind() == Kind::Max;
    Size best = size.operands().front();
    for (const Size &other : llvm::drop_begin(size.operands())) {
      std::optional<bool> less = isNegative(sub(best, other)), notMore = isNegative(sub(other, best));
      if (less == std::optional<bool>(true) || notMore == std::optional<bool>(false))
        best = isMax ? other : best;
      else if (less == std::optional<bool>(false) || notMore == std::optional<bool>(true))
        best = isMax ? best : other;
      else {
        fail("the size " + size.str(symbols) + " is not supported: which one is larger depends on the inputs' sizes");
        return zero;
      }
    }
    return affine(best);
  }
  case Kind::Add:
  case Kind::Mul: {
    AffineExpr result = affine(size.operands().front());
    for (const Size &operand : llvm::drop_begin(size.operands()))
      result = size.kind() == Kind::Add ? result + affine(operand) : result * affine(operand);
    return result;
  }
  case Kind::FloorDiv:
  case Kind::CeilDiv:
  case Kind::Mod: {
    const Size &divisor = size.operands()[1];
    if (!divisor.isConstant() || divisor.value() <= 0) {
      fail("the size " + size.str(symbols) + " is not supported: it divides by a size that is not constant");
      return zero;
    }
    AffineExpr lhs = affine(size.operands()[0]);
    if (size.kind() == Kind::Mod)
      return lhs % divisor.value();
    return size.kind() == Kind::FloorDiv ? lhs.floorDiv(divisor.value()) : lhs.ceilDiv(divisor.value());
  }
  }
  return zero;
}

OpFoldResult Emitter::size(const Size &size) {
  if (size.isConstant())
    return b.getIndexAttr(size.value());
  Value &known = sizeValues[size];
  if (known)
    return known;
  AffineExpr expr = affine(size);
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return known = index(constant.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return known = symbolValues[symbol.getPosition()];
  AffineMap map = AffineMap::get(0, symbolValues.size(), expr);
  atEntry([&]() -> Operation * {
    auto apply = affine::makeComposedAffineApply(b, loc, map, llvm::to_vector_of<OpFoldResult>(symbolValues));
    known = apply.getResult();
    return apply;
  });
  return known;
}

Value Emitter::sizeValue(const Size &value) {
  OpFoldResult result = size(value);
  if (auto known = dyn_cast<Value>(result))
    return known;
  return index(cast<IntegerAttr>(cast<Attribute>(result)).getInt());
}

SmallVector<OpFoldResult> Emitter::sizes(ArrayRef<Size> list) {
  return llvm::map_to_vector(list, [&](const Size &each) { return size(each); });
}

static Size orFail(Emitter &e, std::optional<Size> size) {
  if (!size) {
    e.fail("a size is too large or too complicated");
    return Size(1);
  }
  return *size;
}

Size Emitter::add(const Size &a, const Size &b) { return orFail(*this, Size::add(a, b)); }
Size Emitter::sub(const Size &a, const Size &b) { return orFail(*this, Size::sub(a, b)); }
Size Emitter::mul(const Size &a, const Size &b) { return orFail(*this, Size::mul(a, b)); }
Size Emitter::floorDiv(const Size &a, const Size &b) { return orFail(*this, Size::floorDiv(a, b)); }
Size Emitter::ceilDiv(const Size &a, const Size &b) { return orFail(*this, Size::ceilDiv(a, b)); }

Size Emitter::product(ArrayRef<Size> list) {
  Size result(1);
  for (const Size &each : list)
    result = mul(result, each);
  return result;
}

void Emitter::assumeEqual(const Size &a, const Size &b) {
  if (a == b || (a.isConstant() && b.isConstant()))
    return;
  if (std::optional<Size> difference = Size::sub(a, b))
    if (assumedZero.emplace(*difference, true).second)
      assumed.push_back({a, b});
}

namespace {
/// Saturating bounds of an expression; nullopt is unbounded on that side.
struct Bounds {
  std::optional<int64_t> lo, hi;
};
} // namespace

static Bounds boundsOf(const Size &size, const pt2::SymbolTable &symbols) {
  using Kind = pt2::ExprKind;
  constexpr int64_t limit = int64_t(1) << 31; // beyond it a bound is dropped, so that nothing overflows
  auto cut = [&](Bounds bounds) {
    if (bounds.lo && std::abs(*bounds.lo) > limit)
      bounds.lo.reset();
    if (bounds.hi && std::abs(*bounds.hi) > limit)
      bounds.hi.reset();
    return bounds;
  };
  switch (size.kind()) {
  case Kind::Constant:
    return cut({size.value(), size.value()});
  case Kind::Symbol: {
    const pt2::Symbol &symbol = symbols[size.symbolIndex()];
    return cut({std::max<int64_t>(symbol.min <= 2 ? 1 : symbol.min, 1), symbol.max});
  }
  case Kind::Add: {
    Bounds sum{0, 0};
    for (const Size &operand : size.operands()) {
      Bounds each = boundsOf(operand, symbols);
      sum.lo = sum.lo && each.lo ? std::optional(*sum.lo + *each.lo) : std::nullopt;
      sum.hi = sum.hi && each.hi ? std::optional(*sum.hi + *each.hi) : std::nullopt;
      sum = cut(sum);
    }
    return sum;
  }
  case Kind::Mul: {
    // A constant first, then factors that are taken as known only when they are not negative.
    Bounds product{1, 1};
    bool negate = false;
    for (const Size &operand : size.operands()) {
      Bounds each = boundsOf(operand, symbols);
      if (operand.isConstant() && operand.value() < 0) {
        negate = !negate;
        each = cut({-operand.value(), -operand.value()});
      }
      if (!each.lo || *each.lo < 0)
        return {};
      product.lo = product.lo ? std::optional(*product.lo * *each.lo) : std::nullopt;
      product.hi = product.hi && each.hi ? std::optional(*product.hi * *each.hi) : std::nullopt;
      product = cut(product);
    }
    if (!negate)
      return product;
    return {product.hi ? std::optional(-*product.hi) : std::nullopt,
            product.lo ? std::optional(-*product.lo) : std::nullopt};
  }
  case Kind::FloorDiv:
  case Kind::CeilDiv: {
    Bounds lhs = boundsOf(size.operands()[0], symbols), rhs = boundsOf(size.operands()[1], symbols);
    if (!lhs.lo || *lhs.lo < 0 || !rhs.lo || *rhs.lo <= 0)
      return {};
    if (size.operands()[1].isConstant()) {
      int64_t divisor = size.operands()[1].value(), up = size.kind() == Kind::CeilDiv ? divisor - 1 : 0;
      return {(*lhs.lo + up) / divisor, lhs.hi ? std::optional((*lhs.hi + up) / divisor) : std::nullopt};
    }
    return {0, lhs.hi};
  }
  case Kind::Mod: {
    Bounds rhs = boundsOf(size.operands()[1], symbols);
    if (rhs.lo && *rhs.lo > 0)
      return {0, rhs.hi ? std::optional(*rhs.hi - 1) : std::nullopt};
    return {};
  }
  case Kind::Max:
  case Kind::Min:
    return {};
  }
  return {};
}

/// The bounds of a sum in which k * floor(e / k) counts as e less a remainder, and k * ceil(e / k) as e and a remainder: what is
/// left of a rounding when something is subtracted from it is between 0 and k - 1.
static Bounds boundsByRemainders(const Size &size, const pt2::SymbolTable &symbols) {
  using Kind = pt2::ExprKind;
  std::optional<Size> exact = Size(0);
  int64_t low = 0, high = 0;
  if (size.kind() != Kind::Add)
    return {};
  for (const Size &operand : size.operands()) {
    Size term = operand;
    bool isProduct = operand.kind() == Kind::Mul && operand.operands().size() == 2 && operand.operands()[0].isConstant();
    const Size &quotient = isProduct ? operand.operands()[1] : operand;
    bool up = quotient.kind() == Kind::CeilDiv;
    if (isProduct && (up || quotient.kind() == Kind::FloorDiv) && quotient.operands()[1].isConstant()) {
      int64_t factor = operand.operands()[0].value(), divisor = quotient.operands()[1].value();
      if (divisor > 0 && divisor < (1 << 30) && factor % divisor == 0 && std::abs(factor) < (1 << 30)) {
        int64_t times = factor / divisor, most = (up ? times : -times) * (divisor - 1);
        (most < 0 ? low : high) += most;
        std::optional<Size> whole = Size::mul(times, quotient.operands()[0]);
        if (!whole)
          return {};
        term = *whole;
      }
    }
    exact = exact ? Size::add(*exact, term) : exact;
  }
  if (!exact)
    return {};
  Bounds bounds = boundsOf(*exact, symbols);
  return {bounds.lo ? std::optional(*bounds.lo + low) : std::nullopt,
          bounds.hi ? std::optional(*bounds.hi + high) : std::nullopt};
}

std::optional<bool> Emitter::isNegative(const Size &size) {
  for (const Bounds &bounds : {boundsOf(size, symbols), boundsByRemainders(size, symbols)}) {
    if (bounds.hi && *bounds.hi < 0)
      return true;
    if (bounds.lo && *bounds.lo >= 0)
      return false;
  }
  return std::nullopt;
}

//===--- Types and scalars
//------------------------------------------------------------------------------------------------===//

Type Emitter::elementType(DType type) {
  switch (type) {
  case DType::Float16:
    return b.getF16Type();
  case DType::BFloat16:
    return b.getBF16Type();
  case DType::Float32:
    return b.getF32Type();
  case DType::Float64:
    return b.getF64Type();
  case DType::Bool:
    return b.getI1Type();
  default:
    if (isInteger(type))
      return b.getIntegerType(pt2::dtypeSize(type) * 8);
    fail(Twine("the element type ") + pt2::dtypeName(type) + " is not supported");
    return b.getF32Type();
  }
}

RankedTensorType Emitter::type(DType type, ArrayRef<Size> sizes) {
  SmallVector<int64_t> shape;
  for (const Size &each : sizes) {
    if (each.isConstant() && each.value() < 0)
      fail("a size is negative");
    shape.push_back(each.isConstant() && each.value() >= 0 ? each.value() : ShapedType::kDynamic);
  }
  return RankedTensorType::get(shape, elementType(type));
}

Value Emitter::entryConstant(TypedAttr value) {
  Value &known = constants[value];
  if (!known)
    known =
        atEntry([&] { return arith::ConstantOp::create(b, b.getUnknownLoc(), value).getOperation(); })->getResult(0);
  return known;
}

Value Emitter::constant(DType type, double value) {
  if (!isFloat(type))
    return constantInt(type, value >= 9.2233720368547758e18    ? INT64_MAX
                             : value <= -9.2233720368547758e18 ? INT64_MIN
                                                               : int64_t(value));
  return entryConstant(b.getFloatAttr(elementType(type), value));
}

Value Emitter::constantInt(DType type, int64_t value) {
  if (isFloat(type))
    return constant(type, double(value));
  Type element = elementType(type);
  if (!isa<IntegerType>(element)) // an unsupported type: already reported
    return entryConstant(b.getFloatAttr(element, 0.0));
  if (type == DType::Bool)
    value = value != 0;
  return entryConstant(b.getIntegerAttr(
      element, APInt(element.getIntOrFloatBitWidth(), value, /*isSigned=*/true, /*implicitTrunc=*/true)));
}

Value Emitter::index(int64_t value) { return entryConstant(b.getIndexAttr(value)); }

Value Emitter::convert(Value value, DType from, DType to) {
  if (from == to)
    return value;
  Type target = elementType(to);
  if (value.getType() == target && isFloat(from))
    return value;
  if (isFloat(from)) {
    if (isFloat(to)) {
      unsigned have = value.getType().getIntOrFloatBitWidth(), want = target.getIntOrFloatBitWidth();
      if (have == want) // f16 and bf16
        return convert(convert(value, from, DType::Float32), DType::Float32, to);
      if (have < want)
        return arith::ExtFOp::create(b, loc, target, value);
      return arith::TruncFOp::create(b, loc, target, value);
    }
    if (to == DType::Bool)
      return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNE, value, constant(from, 0.0));
    // The value is cut towards zero; through i64, so that u8 wraps as PyTorch's conversion does.
    Value wide = arith::FPToSIOp::create(b, loc, b.getI64Type(), value);
    return convert(wide, DType::Int64, to);
  }
  if (isFloat(to)) {
    if (from == DType::Bool || from == DType::UInt8)
      return arith::UIToFPOp::create(b, loc, target, value);
    return arith::SIToFPOp::create(b, loc, target, value);
  }
  if (to == DType::Bool)
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, value, constantInt(from, 0));
  unsigned have = value.getType().getIntOrFloatBitWidth(), want = target.getIntOrFloatBitWidth();
  if (have == want)
    return value;
  if (have > want)
    return arith::TruncIOp::create(b, loc, target, value);
  if (isUnsigned(from))
    return arith::ExtUIOp::create(b, loc, target, value);
  return arith::ExtSIOp::create(b, loc, target, value);
}

//===--- linalg.generic
//---------------------------------------------------------------------------------------------------===//

AffineMap Emitter::map(unsigned dims, ArrayRef<int64_t> results) {
  SmallVector<AffineExpr> exprs;
  for (int64_t each : results)
    exprs.push_back(b.getAffineDimExpr(each));
  return AffineMap::get(dims, 0, exprs, b.getContext());
}

Tensor Emitter::generic(ArrayRef<Tensor> ins, ArrayRef<AffineMap> maps, const Tensor &init, Body body) {
  if (!llvm::all_of(ins, [](const Tensor &in) { return static_cast<bool>(in); })) {
    fail("a number stands where a tensor is wanted");
    return init;
  }
  unsigned dims = maps.back().getNumDims();
  SmallVector<utils::IteratorType> iterators(dims, utils::IteratorType::reduction);
  for (AffineExpr each : maps.back().getResults())
    iterators[cast<AffineDimExpr>(each).getPosition()] = utils::IteratorType::parallel;
  SmallVector<Value> operands = llvm::map_to_vector(ins, [](const Tensor &each) { return each.value; });
  auto op = linalg::GenericOp::create(b, loc, TypeRange{init.value.getType()}, operands, ValueRange{init.value}, maps,
                                      iterators, [&](OpBuilder &nested, Location, ValueRange args) {
                                        // `nested` is another builder: the emitter goes on with its own, at the same
                                        // place.
                                        OpBuilder::InsertionGuard guard(b);
                                        b.restoreInsertionPoint(nested.saveInsertionPoint());
                                        Value result = body(*this, args);
                                        linalg::YieldOp::create(b, loc, result);
                                      });
  return {op.getResult(0), init.dtype, init.sizes};
}

} // namespace mambac::aten
