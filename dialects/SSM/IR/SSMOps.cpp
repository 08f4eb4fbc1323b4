//===- SSMOps.cpp - Printing, building and interfaces of the ssm ops -----------------------------------------------===//
//
// What SSMOps.td leaves to C++, but for the verifiers (SSMVerifiers.cpp).
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::ssm;

//===- Assembly format ------------------------------------------------------------------------------------------===//

static ParseResult parseEquationFor(OpAsmParser &parser, ArrayAttr &maps, ArrayRef<StringRef> axisNames) {
  std::string equation, error;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseString(&equation))
    return failure();
  auto parsed = parseEquation(equation, axisNames, parser.getContext(), error);
  if (failed(parsed))
    return parser.emitError(loc) << error;
  maps = parser.getBuilder().getAffineMapArrayAttr(*parsed);
  return success();
}

static ParseResult parseAnyEquation(OpAsmParser &parser, ArrayAttr &maps) { return parseEquationFor(parser, maps, {}); }

static void printAnyEquation(OpAsmPrinter &printer, Operation *op, ArrayAttr maps) {
  auto indexed = cast<IndexedOpInterface>(op);
  unsigned numOutputs = cast<DestinationStyleOpInterface>(op).getNumDpsInits();
  printer << '"' << ssm::printEquation(indexed.getIndexingMapsArray(), numOutputs, indexed.getAxisNames()) << '"';
}

#define MAMBAC_NAMED_AXES_EQUATION(NAME, OP)                                                                           \
  static ParseResult parse##NAME(OpAsmParser &parser, ArrayAttr &maps) {                                               \
    return parseEquationFor(parser, maps, axes::splitAxisNames(OP::kAxisNames));                                     \
  }                                                                                                                    \
  static void print##NAME(OpAsmPrinter &printer, Operation *op, ArrayAttr maps) { printAnyEquation(printer, op, maps); }

MAMBAC_NAMED_AXES_EQUATION(SelectiveScanEquation, SelectiveScanOp)
MAMBAC_NAMED_AXES_EQUATION(SSDEquation, SSDOp)
MAMBAC_NAMED_AXES_EQUATION(CausalConv1DEquation, CausalConv1DOp)
MAMBAC_NAMED_AXES_EQUATION(AttentionEquation, AttentionOp)
MAMBAC_NAMED_AXES_EQUATION(AppendEquation, AppendOp)

/// An activation as a bare word.
static ParseResult parseActivation(OpAsmParser &parser, ActivationAttr &activation) {
  StringRef word;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&word))
    return failure();
  std::optional<Activation> value = symbolizeActivation(word);
  if (!value)
    return parser.emitError(loc) << "'" << word << "' is not an activation; there are none and silu";
  activation = ActivationAttr::get(parser.getContext(), *value);
  return success();
}

static void printActivation(OpAsmPrinter &printer, Operation *, ActivationAttr activation) {
  // An attribute that is not there means its default; the group prints all but the explicit one.
  printer << stringifyActivation(activation ? activation.getValue() : Activation::none);
}

/// Results are the destinations that are tensors.
static SmallVector<Type> tensorTypes(TypeRange outs) {
  return llvm::filter_to_vector(outs, llvm::IsaPred<RankedTensorType>);
}

/// `outs(%a, %b : type, type)`; the results' types follow.
static ParseResult parseOuts(OpAsmParser &parser, SmallVectorImpl<OpAsmParser::UnresolvedOperand> &outs,
                             SmallVectorImpl<Type> &outTypes, SmallVectorImpl<Type> &resultTypes) {
  if (parser.parseKeyword("outs") || parser.parseLParen() || parser.parseOperandList(outs) ||
      parser.parseColonTypeList(outTypes) || parser.parseRParen())
    return failure();
  llvm::append_range(resultTypes, tensorTypes(outTypes));
  return success();
}

static void printOuts(OpAsmPrinter &printer, Operation *, OperandRange outs, TypeRange outTypes, TypeRange) {
  printer << "outs(" << outs << " : " << outTypes << ")";
}

#define GET_OP_CLASSES
#include "dialects/SSM/IR/SSMOps.cpp.inc"

//===- Builders -------------------------------------------------------------------------------------------------===//

void EinsumOp::build(OpBuilder &b, OperationState &state, ValueRange inputs, Value out, ArrayRef<AffineMap> maps) {
  build(b, state, tensorTypes(out.getType()), inputs, out, b.getAffineMapArrayAttr(normalizeAxes(maps)));
}

void CumsumOp::build(OpBuilder &b, OperationState &state, Value x, Value out, int64_t dim, bool reverse,
                     bool exclusive, bool log) {
  build(b, state, tensorTypes(out.getType()), x, out, dim, reverse, exclusive, log);
}

void SegsumOp::build(OpBuilder &b, OperationState &state, Value a, Value out, int64_t dim) {
  build(b, state, tensorTypes(out.getType()), a, out, dim);
}

void ScanOp::build(OpBuilder &b, OperationState &state, Value a, Value bb, Value init, ValueRange outs,
                   ArrayRef<AffineMap> maps, int64_t axis, bool reverse) {
  build(b, state, a, bb, init, Value(), Value(), Value(), outs, maps, axis, reverse);
}

void ScanOp::build(OpBuilder &b, OperationState &state, Value a, Value bb, Value init, Value aImag, Value bImag,
                   Value initImag, ValueRange outs, ArrayRef<AffineMap> maps, int64_t axis, bool reverse) {
  build(b, state, tensorTypes(outs.getTypes()), a, bb, init, aImag, bImag, initImag, outs, b.getAffineMapArrayAttr(maps),
        axis, reverse);
}

void SelectiveScanOp::build(OpBuilder &b, OperationState &state, Value u, Value delta, Value A, Value B, Value C,
                            Value D, Value z, Value deltaBias, Value initialState, ValueRange outs,
                            ArrayRef<AffineMap> maps, bool softplus, FloatAttr dtMin, FloatAttr dtMax, bool reverse) {
  build(b, state, tensorTypes(outs.getTypes()), u, delta, A, B, C, D, z, deltaBias, initialState, outs,
        b.getAffineMapArrayAttr(maps), softplus, dtMin, dtMax, reverse);
}

void SSDOp::build(OpBuilder &b, OperationState &state, Value x, Value dt, Value A, Value B, Value C, Value D, Value z,
                  Value dtBias, Value initialState, ValueRange outs, ArrayRef<AffineMap> maps, bool softplus,
                  FloatAttr dtMin, FloatAttr dtMax, bool reverse) {
  build(b, state, tensorTypes(outs.getTypes()), x, dt, A, B, C, D, z, dtBias, initialState, outs,
        b.getAffineMapArrayAttr(maps), softplus, dtMin, dtMax, reverse);
}

void CausalConv1DOp::build(OpBuilder &b, OperationState &state, Value x, Value weight, Value bias,
                           Value initialWindow, ValueRange outs, ArrayRef<AffineMap> maps, Activation activation) {
  build(b, state, tensorTypes(outs.getTypes()), x, weight, bias, initialWindow, outs,
        b.getAffineMapArrayAttr(maps), ActivationAttr::get(b.getContext(), activation));
}

void AttentionOp::build(OpBuilder &b, OperationState &state, Value query, Value key, Value value, Value mask,
                        Value position, Value out, ArrayRef<AffineMap> maps, float scale, bool causal) {
  build(b, state, tensorTypes(out.getType()), query, key, value, mask, position, out, b.getAffineMapArrayAttr(maps),
        b.getF32FloatAttr(scale), causal ? b.getUnitAttr() : UnitAttr());
}

void AppendOp::build(OpBuilder &b, OperationState &state, Value rows, Value position, Value cache,
                     ArrayRef<AffineMap> maps) {
  build(b, state, tensorTypes(cache.getType()), rows, position, cache, b.getAffineMapArrayAttr(maps));
}

void PackedMatmulOp::build(OpBuilder &b, OperationState &state, Value x, Value packed, ValueRange with, Value out) {
  build(b, state, tensorTypes(out.getType()), x, packed, with, out);
}

Value ssm::buildEinsum(OpBuilder &b, Location loc, ValueRange inputs, ArrayRef<AffineMap> maps, Type elementType) {
  SmallVector<OpFoldResult> sizes;
  for (AffineExpr expr : maps.back().getResults()) {
    unsigned axis = cast<AffineDimExpr>(expr).getPosition();
    for (auto [input, map] : llvm::zip(inputs, maps))
      if (int64_t dim = axes::findAxis(map, axis); dim >= 0) {
        sizes.push_back(tensor::getMixedSize(b, loc, input, dim));
        break;
      }
  }
  Value out = tensor::EmptyOp::create(b, loc, sizes, elementType);
  return EinsumOp::create(b, loc, inputs, out, maps).getResult(0);
}

//===- Interfaces -----------------------------------------------------------------------------------------------===//

static void
getDestinationEffects(DestinationStyleOpInterface op,
                      SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    bool reads = readsDestinations(op); // and writes parts of them alone
    if (op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand, /*stage=*/1, /*effectOnFullRegion=*/!reads,
                           SideEffects::DefaultResource::get());
    if (reads || !op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Read::get(), &operand, /*stage=*/0, /*effectOnFullRegion=*/true,
                           SideEffects::DefaultResource::get());
  }
}

/// Shapes of results, told by the inputs where these tell them and by the destinations otherwise.
static LogicalResult reifyDestinationShapes(DestinationStyleOpInterface op, OpBuilder &b,
                                            ReifiedRankedShapedTypeDims &shapes) {
  Location loc = op.getLoc();
  auto indexed = dyn_cast<IndexedOpInterface>(op.getOperation());
  SmallVector<OpFoldResult> axisSizes;
  if (indexed && op->getNumResults() != 0)
    axisSizes = indexed.getAxisSizes(b, loc);
  for (OpResult result : op->getResults()) {
    OpOperand *out = op.getTiedOpOperand(result);
    SmallVector<OpFoldResult> &shape = shapes.emplace_back();
    for (int64_t i = 0, e = cast<RankedTensorType>(result.getType()).getRank(); i < e; ++i) {
      AffineExpr expr = indexed ? indexed.getMapFor(*out).getResult(i) : AffineExpr();
      auto dim = dyn_cast_if_present<AffineDimExpr>(expr);
      if (!dim || indexed.hasOwnSize(out->getOperandNumber(), dim.getPosition()))
        shape.push_back(tensor::getMixedSize(b, loc, out->get(), i));
      else if (auto type = cast<RankedTensorType>(result.getType()); !type.isDynamicDim(i))
        shape.push_back(b.getIndexAttr(type.getDimSize(i)));
      else // reification must give a value exactly where the type is dynamic
        shape.push_back(getValueOrCreateConstantIndexOp(b, loc, axisSizes[dim.getPosition()]));
    }
  }
  return success();
}

#define MAMBAC_DESTINATION_OP(OP)                                                                                      \
  void OP::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {                  \
    getDestinationEffects(cast<DestinationStyleOpInterface>(getOperation()), effects);                                 \
  }                                                                                                                    \
  LogicalResult OP::reifyResultShapes(OpBuilder &b, ReifiedRankedShapedTypeDims &shapes) {                             \
    return reifyDestinationShapes(cast<DestinationStyleOpInterface>(getOperation()), b, shapes);                       \
  }

MAMBAC_DESTINATION_OP(EinsumOp)
MAMBAC_DESTINATION_OP(CumsumOp)
MAMBAC_DESTINATION_OP(SegsumOp)
MAMBAC_DESTINATION_OP(ScanOp)
MAMBAC_DESTINATION_OP(SelectiveScanOp)
MAMBAC_DESTINATION_OP(SSDOp)
MAMBAC_DESTINATION_OP(CausalConv1DOp)
MAMBAC_DESTINATION_OP(AttentionOp)
MAMBAC_DESTINATION_OP(AppendOp)
MAMBAC_DESTINATION_OP(PackedMatmulOp)

SmallVector<StringRef> CausalConv1DOp::getAxisNames() { return axes::splitAxisNames(kAxisNames); }

bool CausalConv1DOp::hasOwnSize(unsigned operandNumber, unsigned axis) {
  constexpr unsigned k = 3;
  auto isWindow = [&](OperandRange operands, unsigned i) {
    return operands.size() > i && operandNumber == operands.getBeginOperandIndex() + i;
  };
  return axis == k && (isWindow(getODSOperands(3), 0) || isWindow(getOuts(), 1));
}

std::pair<Value, int64_t> CausalConv1DOp::getWindowEntries() {
  constexpr unsigned k = 3;
  if (!getInitialWindow() && !hasFinalWindow())
    return {};
  OpOperand &window = getInitialWindow() ? getInitialWindowMutable()[0] : getOutsMutable()[1];
  auto indexed = cast<IndexedOpInterface>(getOperation());
  return {window.get(), axes::findAxis(indexed.getMapFor(window), k)};
}
