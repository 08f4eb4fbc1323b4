//===- Mutator.cpp - IR that is nearly right --------------------------------------------------------------------===//
//
// See Mutator.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "test/mutate/Mutator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include <cctype>

using namespace mlir;
using namespace mambac::test;

//===--- Text ---------------------------------------------------------------------------------------------------===//

/// Words (names, numbers, one sign each) with the blanks between them.
static std::vector<std::string> splitWords(llvm::StringRef text) {
  auto isWord = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '%'; };
  std::vector<std::string> words;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (isWord(text[i]))
      while (end < text.size() && isWord(text[end]))
        ++end;
    words.push_back(text.slice(i, end).str());
    i = end;
  }
  return words;
}

static std::string join(llvm::ArrayRef<std::string> words) {
  std::string text;
  for (const std::string &word : words)
    text += word;
  return text;
}

std::string Mutator::mutateText(llvm::StringRef text, llvm::StringRef other) {
  std::vector<std::string> words = splitWords(text);
  static const char *const pieces[] = {"0",    "1",     "-1",    "?",     "tensor<", "memref<", "xf32>", "index", "i64", "bf16",
                                       "f64",  "9223372036854775807",     "none",    "true",    "\"\"",  "{}",    "[]",  "->",
                                       "unit", "4294967296", "tensor<*xf32>", "vector<4xf32>", "inf", "%0", "@main", "()"};
  for (unsigned n = 1 + unsigned(below(3)); n-- > 0 && !words.empty();) {
    size_t at = below(words.size());
    switch (below(7)) {
    case 0:
      words.erase(words.begin() + at);
      break;
    case 1:
      words[at] = pieces[below(std::size(pieces))];
      break;
    case 2:
      std::swap(words[at], words[below(words.size())]);
      break;
    case 3: { // numbers near by, or far away
      for (size_t i = at; i < words.size(); ++i)
        if (std::isdigit(static_cast<unsigned char>(words[i][0]))) {
          static const char *const numbers[] = {"0", "1", "2", "3", "7", "64", "65536", "1099511627776"};
          words[i] = numbers[below(std::size(numbers))];
          break;
        }
      break;
    }
    case 4: { // a line goes or comes twice
      std::string whole = join(words);
      size_t begin = whole.rfind('\n', below(whole.size())), end = whole.find('\n', begin + 1);
      if (begin == std::string::npos || end == std::string::npos)
        break;
      std::string line = whole.substr(begin, end - begin);
      whole = chance(50) ? whole.erase(begin, end - begin) : whole.insert(end, line);
      words = splitWords(whole);
      break;
    }
    case 5: { // a word of another file
      std::vector<std::string> others = splitWords(other.substr(below(other.size()), 400));
      if (!others.empty())
        words[at] = others[below(others.size())];
      break;
    }
    default:
      words.insert(words.begin() + at, words[below(words.size())]);
      break;
    }
  }
  return join(words);
}

//===--- IR -----------------------------------------------------------------------------------------------------===//

void Mutator::collect(ModuleOp module) {
  ops.clear();
  values.clear();
  module->walk([&](Operation *op) {
    if (op != module.getOperation())
      ops.push_back(op);
    for (Value result : op->getResults())
      values.push_back(result);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Value argument : block.getArguments())
          values.push_back(argument);
  });
}

Operation *Mutator::pickOp() {
  // Half of the time one of ours, where there is one.
  if (chance(50)) {
    std::vector<Operation *> own;
    for (Operation *op : ops)
      if (op->getName().getDialectNamespace() == "ssm" || op->getName().getDialectNamespace() == "linalg")
        own.push_back(op);
    if (!own.empty())
      return own[below(own.size())];
  }
  return ops[below(ops.size())];
}

Value Mutator::pickValue(Type type) {
  std::vector<Value> fitting;
  for (Value value : values)
    if (value.getType() == type)
      fitting.push_back(value);
  if (fitting.empty() || chance(5))
    return values.empty() ? Value() : values[below(values.size())];
  return fitting[below(fitting.size())];
}

AffineExpr Mutator::mutateExpr(AffineExpr expr, unsigned dims, unsigned symbols) {
  MLIRContext *context = expr.getContext();
  switch (below(7)) {
  case 0:
    return dims ? getAffineDimExpr(below(dims), context) : expr;
  case 1:
    return getAffineConstantExpr(int64_t(below(5)) - 1, context);
  case 2:
    return expr + int64_t(below(4));
  case 3:
    return expr.floorDiv(int64_t(1 + below(4)));
  case 4:
    return expr * int64_t(below(4));
  case 5:
    return symbols ? getAffineSymbolExpr(below(symbols), context) : expr % int64_t(1 + below(4));
  default:
    return dims ? expr + getAffineDimExpr(below(dims), context) : expr;
  }
}

AffineMap Mutator::mutateMap(AffineMap map) {
  SmallVector<AffineExpr> results(map.getResults());
  unsigned dims = map.getNumDims();
  switch (below(6)) {
  case 0:
    if (!results.empty())
      results.erase(results.begin() + below(results.size()));
    break;
  case 1:
    if (!results.empty())
      results.push_back(results[below(results.size())]);
    break;
  case 2:
    if (results.size() > 1)
      std::swap(results[below(results.size())], results[below(results.size())]);
    break;
  case 3:
    dims += 1;
    break;
  default:
    if (!results.empty()) {
      AffineExpr &expr = results[below(results.size())];
      expr = mutateExpr(expr, dims, map.getNumSymbols());
    }
    break;
  }
  return AffineMap::get(dims, map.getNumSymbols(), results, map.getContext());
}

Type Mutator::mutateType(Type type) {
  Builder builder(type.getContext());
  Type elements[] = {builder.getF32Type(), builder.getF64Type(), builder.getF16Type(), builder.getBF16Type(),
                     builder.getI1Type(),  builder.getI8Type(),  builder.getI64Type(), builder.getIndexType(),
                     ComplexType::get(builder.getF32Type())};
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasRank())
    return elements[below(std::size(elements))];
  SmallVector<int64_t> shape(shaped.getShape());
  Type element = shaped.getElementType();
  static constexpr int64_t sizes[] = {ShapedType::kDynamic, 0, 1, 2, 3, 5, 16, 1 << 20, int64_t(1) << 40};
  switch (below(6)) {
  case 0:
    element = elements[below(std::size(elements))];
    break;
  case 1:
    if (!shape.empty())
      shape.erase(shape.begin() + below(shape.size()));
    break;
  case 2:
    shape.insert(shape.begin() + below(shape.size() + 1), sizes[below(std::size(sizes))]);
    break;
  case 3:
    if (isa<RankedTensorType>(type))
      return MemRefType::get(shape, element);
    return RankedTensorType::get(shape, element);
  default:
    if (!shape.empty())
      shape[below(shape.size())] = sizes[below(std::size(sizes))];
    break;
  }
  if (isa<MemRefType>(type))
    return MemRefType::get(shape, element);
  return isa<RankedTensorType>(type) ? Type(RankedTensorType::get(shape, element)) : type;
}

Attribute Mutator::mutateAttr(Attribute attr, unsigned depth) {
  Builder builder(attr.getContext());
  static constexpr int64_t numbers[] = {0, 1, -1, 2, 3, 64, 1 << 30, INT64_MAX, INT64_MIN};
  if (auto number = dyn_cast<IntegerAttr>(attr)) {
    int64_t value = chance(50) ? numbers[below(std::size(numbers))] : number.getValue().getSExtValue() + int64_t(below(3)) - 1;
    if (number.getType().isIndex())
      return builder.getIndexAttr(value);
    unsigned width = number.getType().getIntOrFloatBitWidth();
    return IntegerAttr::get(number.getType(), APInt(width, uint64_t(value), /*isSigned=*/true, /*implicitTrunc=*/true));
  }
  if (auto number = dyn_cast<FloatAttr>(attr)) {
    static constexpr double values[] = {0, -1, 1e30, -0.0, HUGE_VAL, NAN};
    return FloatAttr::get(number.getType(), values[below(std::size(values))]);
  }
  if (auto map = dyn_cast<AffineMapAttr>(attr))
    return AffineMapAttr::get(mutateMap(map.getValue()));
  if (auto type = dyn_cast<TypeAttr>(attr))
    return isa<FunctionType>(type.getValue()) ? attr : TypeAttr::get(mutateType(type.getValue()));
  if (isa<StringAttr>(attr)) {
    static const char *const texts[] = {"", "x", "b l", "main", "b l h, b l h -> b l h"};
    return builder.getStringAttr(texts[below(std::size(texts))]);
  }
  if (auto array = dyn_cast<ArrayAttr>(attr)) {
    SmallVector<Attribute> items(array.getValue());
    size_t at = below(items.size());
    if (items.empty() || chance(10))
      items.push_back(items.empty() ? Attribute(builder.getUnitAttr()) : items[at]);
    else if (chance(15))
      items.erase(items.begin() + at);
    else if (chance(15))
      std::swap(items[at], items[below(items.size())]);
    else if (depth < 4)
      items[at] = mutateAttr(items[at], depth + 1);
    return builder.getArrayAttr(items);
  }
  if (auto dict = dyn_cast<DictionaryAttr>(attr)) {
    NamedAttrList list(dict);
    if (dict.empty())
      return attr;
    NamedAttribute entry = dict.getValue()[below(dict.size())];
    if (chance(30) || depth >= 4)
      list.erase(entry.getName());
    else
      list.set(entry.getName(), mutateAttr(entry.getValue(), depth + 1));
    return list.getDictionary(attr.getContext());
  }
  if (auto dense = dyn_cast<DenseI64ArrayAttr>(attr)) {
    SmallVector<int64_t> items(dense.asArrayRef());
    if (items.empty() || chance(20))
      items.push_back(1);
    else if (chance(20))
      items.pop_back();
    else
      items[below(items.size())] = numbers[below(std::size(numbers))];
    return builder.getDenseI64ArrayAttr(items);
  }
  if (isa<UnitAttr>(attr))
    return builder.getI64IntegerAttr(1);
  return builder.getUnitAttr();
}

void Mutator::changeOperand(Operation *op) {
  if (!op->getNumOperands())
    return;
  unsigned at = below(op->getNumOperands());
  if (chance(20) && op->getNumOperands() > 1) {
    unsigned other = below(op->getNumOperands());
    Value first = op->getOperand(at);
    op->setOperand(at, op->getOperand(other));
    op->setOperand(other, first);
    return;
  }
  if (chance(5)) {
    op->eraseOperand(at);
    return;
  }
  if (Value value = pickValue(op->getOperand(at).getType()))
    op->setOperand(at, value);
}

void Mutator::changeAttr(Operation *op) {
  SmallVector<NamedAttribute> attrs(op->getAttrDictionary().getValue());
  if (attrs.empty())
    return;
  NamedAttribute chosen = attrs[below(attrs.size())];
  // Segment sizes are not what one gets wrong, and upstream trusts them.
  if (chosen.getName().getValue().contains("egment"))
    return;
  // What an operation cannot be without, the parser sees to.
  if (chance(10) && op->getDiscardableAttr(chosen.getName())) {
    op->removeAttr(chosen.getName());
    return;
  }
  op->setAttr(chosen.getName(), mutateAttr(chosen.getValue()));
}

void Mutator::changeType(Operation *op) {
  if (op->getNumResults())
    op->getResult(below(op->getNumResults())).setType(mutateType(op->getResult(0).getType()));
}

void Mutator::changeSignature(Operation *op) {
  auto function = op->getParentOfType<func::FuncOp>();
  if (auto self = dyn_cast<func::FuncOp>(op))
    function = self;
  if (!function || function.isExternal() || !function.getBody().front().getNumArguments())
    return;
  Block &entry = function.getBody().front();
  BlockArgument argument = entry.getArgument(below(entry.getNumArguments()));
  argument.setType(mutateType(argument.getType()));
  // Destination-passing operations follow.
  for (Operation *user : argument.getUsers())
    for (OpOperand &operand : user->getOpOperands())
      if (operand.get() == argument && chance(50) && user->getNumResults() == 1 && isa<RankedTensorType>(argument.getType()) &&
          operand.getOperandNumber() + 1 == user->getNumOperands())
        user->getResult(0).setType(argument.getType());
  Block &last = function.getBody().back();
  Operation *end = last.empty() || !last.back().hasTrait<OpTrait::IsTerminator>() ? nullptr : &last.back();
  function.setFunctionType(FunctionType::get(function.getContext(), function.getBody().front().getArgumentTypes(),
                                             end ? TypeRange(end->getOperandTypes()) : TypeRange()));
}

void Mutator::eraseOp(Operation *op) {
  if (op->hasTrait<OpTrait::IsTerminator>() || isa<func::FuncOp>(op))
    return;
  for (Value result : op->getResults()) {
    Value other;
    for (Value operand : op->getOperands())
      if (operand.getType() == result.getType() && operand.getDefiningOp() != op)
        other = operand;
    for (unsigned tries = 0; !other && tries < 3; ++tries)
      if (Value value = pickValue(result.getType()); value && value.getDefiningOp() != op)
        other = value;
    if (!other)
      return;
    result.replaceAllUsesWith(other);
    if (!result.use_empty())
      return;
  }
  op->erase();
}

void Mutator::cloneOp(Operation *op) {
  if (op->hasTrait<OpTrait::IsTerminator>() || isa<func::FuncOp>(op))
    return;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  Operation *copy = builder.clone(*op);
  for (auto [result, again] : llvm::zip(op->getResults(), copy->getResults()))
    for (OpOperand &use : llvm::make_early_inc_range(result.getUses()))
      if (chance(50))
        use.set(again);
}

void Mutator::moveOp(Operation *op) {
  Operation *other = ops[below(ops.size())];
  if (op == other || op->hasTrait<OpTrait::IsTerminator>() || op->isAncestor(other) || isa<func::FuncOp>(op))
    return;
  op->moveBefore(other);
}

void Mutator::mutate(ModuleOp module) {
  for (unsigned n = 1 + unsigned(below(3)); n-- > 0;) {
    collect(module);
    if (ops.empty())
      return;
    Operation *op = pickOp();
    switch (below(10)) {
    case 0:
    case 1:
      changeOperand(op);
      break;
    case 2:
    case 3:
    case 4:
      changeAttr(chance(10) ? module.getOperation() : op);
      break;
    case 5:
      changeType(op);
      break;
    case 6:
      changeSignature(op);
      break;
    case 7:
      eraseOp(op);
      break;
    case 8:
      cloneOp(op);
      break;
    default:
      moveOp(op);
      break;
    }
  }
}
