//===- EntryInputs.cpp - What an entry may be given ------------------------------------------------------------===//
//
// See EntryInputs.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/JIT/EntryInputs.h"
#include "dialects/SSM/IR/SSM.h"
#include "lib/JIT/SizeClasses.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include <cmath>

using namespace llvm;
using namespace mambac;
namespace ssm = mambac::ssm;

/// The argument that a value is a view, transpose or slice of.
static mlir::BlockArgument findArgument(mlir::Value value, mlir::func::FuncOp entry) {
  while (value) {
    if (auto argument = dyn_cast<mlir::BlockArgument>(value))
      return argument.getOwner() == &entry.getBody().front() ? argument : mlir::BlockArgument();
    mlir::Operation *op = value.getDefiningOp();
    if (auto change = ssm::matchLayoutChange(value))
      value = change->source;
    else if (isa<mlir::tensor::CollapseShapeOp, mlir::tensor::ExpandShapeOp, mlir::tensor::ExtractSliceOp,
                 mlir::tensor::CastOp>(op))
      value = op->getOperand(0);
    else
      return {};
  }
  return {};
}

/// The tensors that a value is a product of: those of a generic's body, and of the generics before it.
static void collectFactors(mlir::Value value, SmallVectorImpl<mlir::Value> &factors, unsigned depth = 0) {
  if (depth > 16)
    return;
  if (auto element = dyn_cast<mlir::BlockArgument>(value)) {
    auto generic = dyn_cast<mlir::linalg::GenericOp>(element.getOwner()->getParentOp());
    if (!generic)
      factors.push_back(value);
    else if (element.getArgNumber() < generic.getNumDpsInputs())
      collectFactors(generic.getDpsInputs()[element.getArgNumber()], factors, depth + 1);
    return;
  }
  mlir::Operation *op = value.getDefiningOp();
  if (auto generic = dyn_cast<mlir::linalg::GenericOp>(op))
    collectFactors(generic.getBody()->getTerminator()->getOperand(cast<mlir::OpResult>(value).getResultNumber()), factors,
                   depth + 1);
  else if (isa<mlir::arith::MulFOp, mlir::arith::ExtFOp, mlir::arith::TruncFOp>(op))
    for (mlir::Value operand : op->getOperands())
      collectFactors(operand, factors, depth + 1);
  else
    factors.push_back(value);
}

SmallVector<std::optional<unsigned>> mambac::findUpdates(mlir::func::FuncOp entry) {
  SmallVector<std::optional<unsigned>> updates;
  for (unsigned i = 0; i < entry.getNumResults(); ++i) {
    auto attr = entry.getResultAttrOfType<mlir::IntegerAttr>(i, "mambac.updates");
    updates.push_back(attr ? std::optional(unsigned(attr.getInt())) : std::nullopt);
  }
  return updates;
}

void EntryInputs::learnRoles(mlir::func::FuncOp form) {
  auto give = [&](mlir::Value value, InputRole role) {
    mlir::BlockArgument argument = findArgument(value, form);
    if (argument && argument.getArgNumber() < inputs.size() &&
        inputs[argument.getArgNumber()].role == InputRole::Any)
      inputs[argument.getArgNumber()].role = role;
  };
  form.walk([&](mlir::Operation *op) {
    if (auto scan = dyn_cast<ssm::SelectiveScanOp>(op)) {
      give(scan.getA(), InputRole::Negative);
      if (!scan.getSoftplus())
        give(scan.getDelta(), InputRole::Positive);
    } else if (auto ssd = dyn_cast<ssm::SSDOp>(op)) {
      give(ssd.getA(), InputRole::Negative);
      if (ssd.getDt() && !ssd.getSoftplus())
        give(ssd.getDt(), InputRole::Positive);
    } else if (auto plain = dyn_cast<ssm::ScanOp>(op)) {
      give(plain.getA(), InputRole::Decay);
      if (plain.isComplex())
        give(plain.getAImag(), InputRole::Decay);
    } else if (auto log = dyn_cast<mlir::math::LogOp>(op)) {
      SmallVector<mlir::Value> factors;
      collectFactors(log.getOperand(), factors);
      for (mlir::Value factor : factors)
        give(factor, InputRole::Positive);
    }
  });
}

Error EntryInputs::inferShapes(mlir::func::FuncOp entry) {
  SizeClasses classes(entry);
  mlir::Builder builder(entry.getContext());
  DenseMap<int64_t, unsigned> numbers;
  std::vector<SmallVector<mlir::AffineExpr>> shapes(inputs.size());
  for (mlir::BlockArgument argument : entry.getArguments()) {
    auto type = dyn_cast<mlir::ShapedType>(argument.getType());
    if (!type)
      continue;
    for (int64_t d = 0; d < type.getRank(); ++d) {
      int64_t size = classes.sizeOf(argument, d);
      if (!mlir::ShapedType::isDynamic(size)) {
        shapes[argument.getArgNumber()].push_back(builder.getAffineConstantExpr(size));
        continue;
      }
      auto [at, inserted] = numbers.try_emplace(classes.idOf(argument, d), unsigned(symbols.size()));
      if (inserted) {
        symbols.emplace_back();
        symbols.back().name = "s" + std::to_string(at->second);
        symbols.back().min = 1;
      }
      shapes[argument.getArgNumber()].push_back(builder.getAffineSymbolExpr(at->second));
    }
  }
  for (size_t i = 0; i < inputs.size(); ++i)
    inputs[i].shape = mlir::AffineMap::get(0, symbols.size(), shapes[i], entry.getContext());
  return Error::success();
}

Expected<EntryInputs> EntryInputs::read(mlir::func::FuncOp entry) {
  EntryInputs result;
  auto list = entry->getAttrOfType<mlir::ArrayAttr>("mambac.symbols");
  bool described = bool(list);
  for (auto [i, type] : llvm::enumerate(entry.getArgumentTypes())) {
    // Behind the inputs of a scheduled driver come its outputs, arena, weights and symbols.
    if (entry->hasAttr("mambac.abi") && (entry.getArgAttr(i, "mambac.output") || entry.getArgAttr(i, "mambac.arena")))
      break;
    EntryInput input;
    auto name = entry.getArgAttrOfType<mlir::StringAttr>(i, "mambac.name");
    input.name = name ? name.str() : "arg" + std::to_string(i);
    auto shaped = dyn_cast<mlir::ShapedType>(type);
    if (shaped && !shaped.hasRank())
      return createStringError("argument #" + Twine(i) + " has no rank");
    input.element = shaped ? shaped.getElementType() : type;
    if (!input.element.isIntOrIndexOrFloat() && !isa<mlir::ComplexType>(input.element))
      return createStringError("argument #" + Twine(i) + " is neither a tensor of numbers nor a number");
    if (!isHostElement(input.element))
      return createStringError("argument #" + Twine(i) + " has an element type that cannot be given");
    if (auto limit = entry.getArgAttrOfType<mlir::IntegerAttr>(i, "mambac.limit")) {
      input.limit = limit.getInt();
      input.role = InputRole::Index;
    } else if (isa<mlir::IntegerType>(input.element)) {
      input.role = InputRole::Mask;
    }
    auto map = entry.getArgAttrOfType<mlir::AffineMapAttr>(i, "mambac.shape");
    if (map && shaped && map.getValue().getNumResults() == unsigned(shaped.getRank()))
      input.shape = map.getValue();
    else
      described = false;
    result.inputs.push_back(std::move(input));
  }
  result.learnRoles(entry);
  if (!described) {
    if (Error error = result.inferShapes(entry))
      return std::move(error);
    return std::move(result);
  }
  for (mlir::Attribute attr : list) {
    auto dict = dyn_cast<mlir::DictionaryAttr>(attr);
    if (!dict)
      return createStringError("mambac.symbols is not a list of dictionaries");
    EntrySymbol symbol;
    auto read = [&](StringRef key, int64_t otherwise) {
      auto value = dict.getAs<mlir::IntegerAttr>(key);
      return value ? value.getInt() : otherwise;
    };
    auto name = dict.getAs<mlir::StringAttr>("name");
    symbol.name = name ? name.str() : "s" + std::to_string(result.symbols.size());
    symbol.min = read("min", 0);
    symbol.max = read("max", INT64_MAX);
    symbol.multipleOf = std::max<int64_t>(1, read("multiple_of", 1));
    result.symbols.push_back(symbol);
  }
  for (EntryInput &input : result.inputs)
    if (input.shape.getNumDims() || input.shape.getNumSymbols() > result.symbols.size())
      return createStringError("the mambac.shape of input " + input.name + " has symbols that are not in the list");
  return std::move(result);
}

SmallVector<int64_t> EntryInputs::chooseSizes(unsigned trial) const {
  // No multiple of any chunk, vector or tile; then the smallest; then something longer.
  static constexpr int64_t wanted[3][4] = {{3, 23, 7, 5}, {1, 1, 1, 1}, {2, 37, 4, 9}};
  SmallVector<int64_t> sizes;
  for (size_t i = 0; i < symbols.size(); ++i) {
    const EntrySymbol &symbol = symbols[i];
    int64_t step = symbol.multipleOf;
    int64_t least = (std::max<int64_t>(symbol.min, 1) + step - 1) / step * step;
    int64_t most = symbol.max / step * step;
    int64_t size = (wanted[trial % 3][i % 4] + step - 1) / step * step;
    // Multiples of a chunk: one, two and three of them.
    if (step > 8)
      size = step * (1 + (trial + 1) % 3);
    sizes.push_back(std::max(least, std::min(size, most)));
  }
  return sizes;
}

SmallVector<int64_t> EntryInputs::shapeOf(unsigned input, ArrayRef<int64_t> sizes) const {
  SmallVector<mlir::Attribute> at, results;
  mlir::Builder builder(inputs[input].element.getContext());
  for (unsigned s = 0; s < inputs[input].shape.getNumSymbols(); ++s)
    at.push_back(builder.getI64IntegerAttr(sizes[s]));
  SmallVector<int64_t> shape;
  if (succeeded(inputs[input].shape.constantFold(at, results)))
    for (mlir::Attribute size : results)
      shape.push_back(cast<mlir::IntegerAttr>(size).getInt());
  return shape;
}

Expected<SmallVector<int64_t>>
EntryInputs::solveSizes(ArrayRef<std::optional<SmallVector<int64_t>>> shapes) const {
  SmallVector<int64_t> sizes(symbols.size(), -1);
  // Expressions in one symbol that are linear in it decide it.
  for (auto [input, shape] : llvm::zip(inputs, shapes)) {
    if (!shape)
      continue;
    if (shape->size() != input.shape.getNumResults())
      return createStringError("input " + input.name + " has rank " + Twine(input.shape.getNumResults()) + ", not " +
                               Twine(shape->size()));
    for (auto [expr, size] : llvm::zip(input.shape.getResults(), *shape)) {
      std::optional<unsigned> position;
      bool single = true;
      expr.walk([&](mlir::AffineExpr part) {
        if (auto symbol = dyn_cast<mlir::AffineSymbolExpr>(part)) {
          single &= !position || *position == symbol.getPosition();
          position = symbol.getPosition();
        }
      });
      if (!position || !single || sizes[*position] >= 0)
        continue;
      auto at = [&, expr = expr](int64_t value) {
        SmallVector<mlir::AffineExpr> values(symbols.size(),
                                             mlir::getAffineConstantExpr(0, expr.getContext()));
        values[*position] = mlir::getAffineConstantExpr(value, expr.getContext());
        auto folded = dyn_cast<mlir::AffineConstantExpr>(expr.replaceDimsAndSymbols({}, values));
        return folded ? folded.getValue() : int64_t(-1);
      };
      int64_t slope = at(1) - at(0);
      int64_t guess = slope > 0 ? (size - at(0)) / slope : -1;
      if (guess >= 0 && at(guess) == size)
        sizes[*position] = guess;
    }
  }
  return std::move(sizes);
}

Expected<SmallVector<int64_t>> EntryInputs::bindSizes(ArrayRef<HostTensor> given) const {
  if (given.size() != inputs.size())
    return createStringError("it takes " + Twine(inputs.size()) + " inputs, not " + Twine(given.size()));
  std::vector<std::optional<SmallVector<int64_t>>> shapes;
  for (const HostTensor &tensor : given)
    shapes.push_back(tensor.shape);
  auto sizes = solveSizes(shapes);
  if (sizes)
    for (auto [symbol, size] : llvm::zip(symbols, *sizes))
      if (size < 0)
        return createStringError("the inputs' shapes do not say what " + symbol.name + " is");
  return sizes;
}

void mambac::fillNormal(HostTensor &tensor, std::mt19937_64 &random, double scale) {
  std::normal_distribution<double> normal;
  for (int64_t i = 0, e = tensor.countNumbers(); i < e; ++i)
    tensor.set(i, scale * normal(random));
}

HostTensor EntryInputs::makeRandom(unsigned number, ArrayRef<int64_t> shape, std::mt19937_64 &random,
                                   double scale) const {
  const EntryInput &input = inputs[number];
  HostTensor tensor(input.element, shape);
  int64_t count = tensor.countNumbers();
  std::uniform_real_distribution<double> uniform(0, 1);
  switch (input.role) {
  case InputRole::Index:
    for (int64_t i = 0; i < count; ++i)
      tensor.set(i, double(random() % uint64_t(std::max<int64_t>(1, input.limit))));
    break;
  case InputRole::Mask: {
    // As tokenizers pad: each row has ones, then zeros; the first row has none of them.
    int64_t row = shape.empty() ? 1 : std::max<int64_t>(1, shape.back());
    int64_t length = row;
    for (int64_t i = 0; i < count; ++i) {
      if (i % row == 0)
        length = i == 0 ? row : 1 + int64_t(random() % uint64_t(row));
      tensor.set(i, i % row < length);
    }
    break;
  }
  case InputRole::Negative:
    for (int64_t i = 0; i < count; ++i)
      tensor.set(i, -std::exp(uniform(random) * 2 - 1));
    break;
  case InputRole::Positive:
    for (int64_t i = 0; i < count; ++i)
      tensor.set(i, 0.01 + 0.5 * uniform(random));
    break;
  case InputRole::Decay:
    for (int64_t i = 0; i < count; ++i)
      tensor.set(i, 0.2 + 0.8 * uniform(random));
    break;
  case InputRole::Any:
    fillNormal(tensor, random, scale);
    break;
  }
  return tensor;
}
