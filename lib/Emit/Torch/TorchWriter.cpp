//===- TorchWriter.cpp - Functions, sizes and tensor ops as Python ------------------------------------------------===//
//
// See TorchWriter.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Torch/TorchWriter.h"
#include "lib/Emit/Torch/PythonText.h"
#include "lib/Report/MemoryProfile.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::python;

static bool isTensor(mlir::Value value) { return isa<RankedTensorType>(value.getType()); }

//===- Text ---------------------------------------------------------------------------------------------------===//

void TorchWriter::line(const llvm::Twine &statement) {
  text.append(4 * indent, ' ');
  text += statement.str();
  text += "\n";
}

void TorchWriter::place(Location loc) {
  std::string here = placeInModel(loc);
  if (here.empty() || here == lastPlace)
    return;
  lastPlace = here;
  line("# " + comment(here));
}

bool TorchWriter::refuse(Operation *op, const llvm::Twine &why) {
  std::string reason = why.str();
  unsupported.push_back({op->getName().getStringRef().str() + (reason.empty() ? "" : " (" + reason + ")"), op->getLoc()});
  return false;
}

std::string TorchWriter::newName(StringRef prefix) {
  return prefix.str() + std::to_string(counters[prefix.str()]++);
}

/// Without parentheses around the whole.
static std::string strip(std::string text) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')')
    return text;
  int depth = 0;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth == 0)
      return text;
  }
  return text.substr(1, text.size() - 2);
}

std::string TorchWriter::define(mlir::Value value, const llvm::Twine &expression) {
  std::string name = newName("v");
  line(name + " = " + strip(expression.str()));
  names[value] = name;
  return name;
}

std::string TorchWriter::need(const char *helper) {
  helpers.insert(helper);
  return helper;
}

std::string TorchWriter::dtypeOf(mlir::Value value) {
  return dtype(getElementTypeOrSelf(value.getType()));
}

//===- Values -------------------------------------------------------------------------------------------------===//

std::string TorchWriter::tensor(mlir::Value value) {
  if (auto known = names.find(value); known != names.end())
    return known->second;
  Operation *op = value.getDefiningOp();
  if (auto weight = dyn_cast_if_present<ssm::WeightOp>(op)) {
    auto [entry, isNew] = weights.try_emplace(weight.getName(), weights.size());
    // Bytes are i8 in the module, signed or not.
    bool isByte = getElementTypeOrSelf(value.getType()).isInteger(8);
    return "self.w" + std::to_string(entry->second) + (isByte ? ".view(torch.int8)" : "");
  }
  std::string options = ", dtype=" + dtypeOf(value) + ", device=device)";
  if (isa_and_present<tensor::EmptyOp>(op))
    return "torch.empty(" + tuple(sizesOf(value)) + options;
  if (auto fill = dyn_cast_if_present<linalg::FillOp>(op)) {
    std::string start = number(fill.getInputs()[0]);
    return "torch.full(" + tuple(sizesOf(value)) + ", " + start + options;
  }
  if (auto constant = dyn_cast_if_present<arith::ConstantOp>(op)) {
    auto elements = dyn_cast<DenseElementsAttr>(constant.getValue());
    if (elements && elements.isSplat())
      return "torch.full(" + tuple(sizesOf(value)) + ", " + literal(elements.getSplatValue<Attribute>()) + options;
    if (elements) {
      std::string list;
      for (Attribute element : elements.getValues<Attribute>())
        list += (list.empty() ? "" : ", ") + literal(element);
      return "torch.tensor([" + list + "]" + options + ".reshape(" + tuple(sizesOf(value)) + ")";
    }
  }
  return "";
}

std::string TorchWriter::number(mlir::Value value) {
  if (auto known = numbers.find(value); known != numbers.end())
    return known->second;
  Attribute constant;
  if (matchPattern(value, m_Constant(&constant)))
    return literal(constant);
  // A tensor of no dimensions.
  if (auto known = names.find(value); known != names.end() && !isTensor(value))
    return (isa<FloatType>(value.getType()) ? "float(" : "int(") + known->second + ")";
  return "";
}

std::string TorchWriter::number(OpFoldResult value) {
  if (auto attribute = dyn_cast_if_present<Attribute>(value))
    return literal(attribute);
  return number(cast<mlir::Value>(value));
}

std::string TorchWriter::sizeOf(mlir::Value value, int64_t dim) {
  auto type = cast<RankedTensorType>(value.getType());
  if (!type.isDynamicDim(dim))
    return std::to_string(type.getDimSize(dim));
  if (auto known = names.find(value); known != names.end())
    return known->second + ".shape[" + std::to_string(dim) + "]";
  Operation *op = value.getDefiningOp();
  if (auto empty = dyn_cast_if_present<tensor::EmptyOp>(op))
    return number(empty.getDynamicSizes()[type.getDynamicDimIndex(dim)]);
  if (auto fill = dyn_cast_if_present<linalg::FillOp>(op))
    return sizeOf(fill.getOutputs()[0], dim);
  return "";
}

std::vector<std::string> TorchWriter::sizesOf(mlir::Value value) {
  std::vector<std::string> sizes;
  for (int64_t dim = 0; dim < cast<RankedTensorType>(value.getType()).getRank(); ++dim)
    sizes.push_back(sizeOf(value, dim));
  return sizes;
}

bool TorchWriter::isOwned(mlir::Value value) {
  // Made where it is asked for.
  if (isa_and_present<tensor::EmptyOp, linalg::FillOp>(value.getDefiningOp()))
    return true;
  auto isNew = [](mlir::Value made) {
    return made.hasOneUse() && isa_and_present<tensor::InsertSliceOp, tensor::InsertOp>(made.getDefiningOp());
  };
  if (isNew(value))
    return true;
  // What a loop carries is its own at first (see writeLoop), and stays so if each step hands on what it made.
  auto argument = dyn_cast<BlockArgument>(value);
  auto loop = argument ? dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp()) : value.getDefiningOp<scf::ForOp>();
  if (!loop || !value.hasOneUse() || value == loop.getInductionVar())
    return false;
  unsigned number = argument ? argument.getArgNumber() - 1 : cast<OpResult>(value).getResultNumber();
  return isNew(loop.getYieldedValues()[number]);
}

//===- Functions ----------------------------------------------------------------------------------------------===//

bool TorchWriter::write(func::FuncOp func) {
  writeInputs(func);
  writeBlock(func.getBody().front());
  return unsupported.empty();
}

void TorchWriter::writeInputs(func::FuncOp func) {
  std::string parameters;
  for (BlockArgument argument : func.getArguments()) {
    auto attr = func.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "mambac.name");
    std::string name = attr ? identifier(attr.getValue()) : "";
    if (name.empty())
      name = "input_" + std::to_string(argument.getArgNumber());
    while (!inputNames.insert(name).second)
      name += "_";
    parameters += ", " + name;
    (isTensor(argument) ? names : numbers)[argument] = name;
  }
  text += "    def forward(self" + parameters + "):\n";
  std::string device = "\"cpu\"";
  for (BlockArgument argument : llvm::reverse(func.getArguments()))
    if (isTensor(argument))
      device = names[argument] + ".device";
  std::string updates;
  for (unsigned i = 0; i < func.getNumResults(); ++i)
    if (auto argument = func.getResultAttrOfType<IntegerAttr>(i, "mambac.updates"))
      updates += (updates.empty() ? "" : ", ") + std::to_string(i);
  if (!updates.empty())
    line("# The graph writes to inputs: the results " + updates + " are their new contents.");
  llvm::DenseSet<int64_t> checked;
  auto symbols = func->getAttrOfType<ArrayAttr>("mambac.symbols");
  for (BlockArgument argument : func.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      continue;
    std::vector<std::string> sizes;
    for (int64_t size : type.getShape())
      sizes.push_back(ShapedType::isDynamic(size) ? "None" : std::to_string(size));
    std::string name = names[argument];
    line(need("check") + "(" + name + ", *self.INPUTS[" + std::to_string(inputs.size()) + "])");
    auto word = func.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "mambac.dtype");
    bool isUnsigned = word && word.getValue() == "u8";
    auto original = func.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "mambac.name");
    std::string shown = original ? original.str() : name;
    inputs.push_back(tuple({quote(shown), isUnsigned ? "torch.uint8" : dtypeOf(argument), tuple(sizes)}));
    if (isUnsigned)
      line(name + " = " + name + ".view(torch.int8)");
    auto map = func.getArgAttrOfType<AffineMapAttr>(argument.getArgNumber(), "mambac.shape");
    if (!map || !symbols)
      continue;
    for (auto [dim, expr] : llvm::enumerate(map.getValue().getResults())) {
      auto symbol = dyn_cast<AffineSymbolExpr>(expr);
      if (!symbol || symbol.getPosition() >= symbols.size() || !checked.insert(symbol.getPosition()).second)
        continue;
      auto range = dyn_cast<DictionaryAttr>(symbols[symbol.getPosition()]);
      auto read = [&](StringRef key, int64_t otherwise) {
        auto value = range ? range.getAs<IntegerAttr>(key) : IntegerAttr();
        return value ? value.getInt() : otherwise;
      };
      int64_t low = read("min", 1), high = read("max", std::numeric_limits<int64_t>::max()), step = read("multiple_of", 1);
      if (low > 1 || high != std::numeric_limits<int64_t>::max() || step > 1)
        line(need("check_size") + "(" + name + ".shape[" + std::to_string(dim) + "], " +
             quote(name + ".shape[" + std::to_string(dim) + "]") + ", " + std::to_string(low) + ", " +
             std::to_string(high) + ", " + std::to_string(std::max<int64_t>(1, step)) + ")");
    }
  }
  line("device = " + device);
}

void TorchWriter::writeBlock(Block &block) {
  // Where each tensor of this block is used for the last time.
  llvm::DenseMap<Operation *, unsigned> order;
  for (Operation &op : block)
    order[&op] = order.size();
  llvm::DenseMap<Operation *, SmallVector<mlir::Value>> last;
  for (Operation &op : block)
    for (mlir::Value result : op.getResults()) {
      Operation *end = &op;
      // A fill is written where it is used, with its sizes.
      SmallVector<Operation *> users(result.getUsers());
      while (!users.empty()) {
        Operation *user = users.pop_back_val();
        if (isa<linalg::FillOp>(user))
          users.append(user->user_begin(), user->user_end());
        if (Operation *here = block.findAncestorOpInBlock(*user); here && order[here] > order[end])
          end = here;
      }
      last[end].push_back(result);
    }
  for (Operation &op : block) {
    (void)writeOp(&op);
    if (op.hasTrait<OpTrait::IsTerminator>())
      continue;
    std::string dead;
    for (mlir::Value value : last.lookup(&op))
      if (auto name = names.find(value); name != names.end())
        dead += (dead.empty() ? "" : ", ") + name->second;
    if (!dead.empty())
      line("del " + dead);
  }
}

bool TorchWriter::writeOp(Operation *op) {
  if (isa<ssm::WeightOp, tensor::EmptyOp, linalg::FillOp, arith::ConstantOp>(op)) {
    // Written where they are used; one that nobody can write is told here.
    if (auto fill = dyn_cast<linalg::FillOp>(op); fill && number(fill.getInputs()[0]).empty())
      return refuse(op, "of a value that is no number");
    if (isTensor(op->getResult(0)) && dtypeOf(op->getResult(0)).empty())
      return refuse(op, "PyTorch has no such type");
    if (auto constant = dyn_cast<arith::ConstantOp>(op);
        constant && isTensor(constant) && !isa<DenseElementsAttr>(constant.getValue()))
      return refuse(op, "its elements are not in the module");
    return true;
  }
  if (isa<scf::YieldOp>(op))
    return true; // see writeLoop
  if (auto done = dyn_cast<func::ReturnOp>(op)) {
    std::vector<std::string> results;
    for (auto [number, value] : llvm::enumerate(done.getOperands())) {
      results.push_back(isTensor(value) ? tensor(value) : this->number(value));
      auto word = cast<func::FuncOp>(op->getParentOp()).getResultAttrOfType<StringAttr>(number, "mambac.dtype");
      if (word && word.getValue() == "u8")
        results.back() += ".view(torch.uint8)";
    }
    line("return " + (results.size() == 1 ? results[0] : tuple(results)));
    return true;
  }
  for (mlir::Value result : op->getResults())
    if (isTensor(result) && dtypeOf(result).empty())
      return refuse(op, "PyTorch has no such type");
  if (!op->hasTrait<OpTrait::IsTerminator>())
    place(op->getLoc());
  if (isa<ssm::SSMDialect>(op->getDialect()))
    return writeSSM(op);
  if (auto generic = dyn_cast<linalg::LinalgOp>(op))
    return writeLinalg(generic);
  if (isa<scf::ForOp, scf::IfOp>(op))
    return writeLoop(op);
  if (isa<tensor::TensorDialect>(op->getDialect()))
    return writeTensorOp(op);
  return writeScalarOp(op);
}

//===- Ops on numbers, and elementwise ops on whole tensors ---------------------------------------------------===//

bool TorchWriter::writeScalarOp(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumRegions() != 0)
    return refuse(op);
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  exprs.clear();
  loopCounters.clear();
  rank = type ? type.getRank() : 0;
  for (mlir::Value value : op->getOperands()) {
    Expr expr;
    expr.isBool = getElementTypeOrSelf(value.getType()).isInteger(1);
    expr.loops.resize(rank, isTensor(value));
    if (isTensor(value) || names.count(value)) {
      expr.text = tensor(value);
    } else {
      expr.text = number(value);
      expr.host = true;
    }
    if (expr.text.empty())
      return refuse(op, "of a value that is not known");
    exprs[value] = expr;
  }
  if (!writeBodyOp(op))
    return false;
  Expr result = exprs.lookup(op->getResult(0));
  if (type || !result.host) {
    define(op->getResult(0), result.text);
  } else {
    std::string name = newName("n");
    line(name + " = " + strip(result.text));
    numbers[op->getResult(0)] = name;
  }
  return true;
}

//===- Tensor ops -----------------------------------------------------------------------------------------------===//

static std::optional<int64_t> constantOf(const std::string &number) {
  int64_t value;
  return StringRef(number).getAsInteger(10, value) ? std::nullopt : std::optional(value);
}

/// a + b, computed if both are known.
static std::string sum(const std::string &a, const std::string &b) {
  std::optional<int64_t> x = constantOf(a), y = constantOf(b);
  if (x && y)
    return std::to_string(*x + *y);
  return x == 0 ? b : y == 0 ? a : a + " + " + b;
}

std::string TorchWriter::slice(mlir::Value source, OffsetSizeAndStrideOpInterface op,
                               const llvm::SmallBitVector &dropped) {
  std::string parts;
  for (auto [dim, mixed] : llvm::enumerate(op.getMixedSizes())) {
    std::string offset = number(op.getMixedOffsets()[dim]), size = number(mixed),
                stride = number(op.getMixedStrides()[dim]);
    if (offset.empty() || size.empty() || stride.empty())
      return "";
    std::string part;
    if (dropped.test(dim))
      part = offset;
    else if (offset == "0" && stride == "1" && size == sizeOf(source, dim))
      part = ":";
    else if (stride == "1")
      part = (offset == "0" ? "" : offset) + ":" + sum(offset, size);
    else if (std::optional<int64_t> n = constantOf(size), step = constantOf(stride); n && step)
      part = (offset == "0" ? "" : offset) + ":" +
             sum(offset, std::to_string(*n == 0 ? 0 : (*n - 1) * *step + 1)) + ":" + stride;
    else
      part = offset + ":" + offset + " + " + size + " * " + stride + ":" + stride;
    parts += (parts.empty() ? "" : ", ") + part;
  }
  return parts;
}

bool TorchWriter::writeTensorOp(Operation *op) {
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    std::optional<int64_t> position = dim.getConstantIndex();
    std::string size = position ? sizeOf(dim.getSource(), *position) : "";
    if (size.empty())
      return refuse(op, "of a dimension that is not known");
    numbers[dim.getResult()] = newName("n");
    line(numbers[dim.getResult()] + " = " + size);
    return true;
  }
  if (auto cast = dyn_cast<tensor::CastOp>(op); cast && isTensor(cast.getSource())) {
    define(op->getResult(0), tensor(cast.getSource()));
    return true;
  }
  auto sizes = [&](ArrayRef<OpFoldResult> mixed) {
    std::vector<std::string> texts;
    for (OpFoldResult size : mixed)
      texts.push_back(number(size));
    return texts;
  };
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    std::vector<std::string> shape = sizes(expand.getMixedOutputShape());
    if (llvm::is_contained(shape, ""))
      return refuse(op, "a size is not known");
    define(op->getResult(0), tensor(expand.getSrc()) + ".reshape(" + tuple(shape) + ")");
    return true;
  }
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    std::vector<std::string> shape;
    for (ArrayRef<int64_t> group : collapse.getReassociationIndices()) {
      std::string product;
      int64_t known = 1;
      for (int64_t dim : group) {
        std::string size = sizeOf(collapse.getSrc(), dim);
        if (std::optional<int64_t> number = constantOf(size))
          known *= *number;
        else
          product += (product.empty() ? "" : " * ") + size;
      }
      shape.push_back(product.empty() ? std::to_string(known)
                      : known == 1    ? product
                                      : product + " * " + std::to_string(known));
    }
    define(op->getResult(0), tensor(collapse.getSrc()) + ".reshape(" + tuple(shape) + ")");
    return true;
  }
  if (auto extract = dyn_cast<tensor::ExtractSliceOp>(op)) {
    std::string part = slice(extract.getSource(), extract, extract.getDroppedDims());
    if (part.empty() && extract.getSourceType().getRank() > 0)
      return refuse(op, "a size is not known");
    define(op->getResult(0), tensor(extract.getSource()) + (part.empty() ? "" : "[" + part + "]"));
    return true;
  }
  if (isa<tensor::InsertSliceOp, tensor::InsertOp>(op)) {
    mlir::Value into = op->getOperand(1);
    std::string part, value;
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      part = slice(into, insert, insert.getDroppedDims());
      value = tensor(insert.getSource());
    } else {
      auto one = cast<tensor::InsertOp>(op);
      for (mlir::Value index : one.getIndices())
        part += (part.empty() ? "" : ", ") + number(index);
      value = names.count(one.getScalar()) ? names[one.getScalar()] : number(one.getScalar());
    }
    if (value.empty() || (part.empty() && cast<RankedTensorType>(into.getType()).getRank() > 0))
      return refuse(op, "a size is not known");
    std::string name = define(op->getResult(0), tensor(into) + (isOwned(into) ? "" : ".clone()"));
    line(name + "[" + (part.empty() ? "..." : part) + "] = " + value);
    return true;
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    std::vector<std::string> parts;
    for (mlir::Value input : concat.getInputs())
      parts.push_back(tensor(input));
    define(op->getResult(0), "torch.cat(" + tuple(parts) + ", " + std::to_string(concat.getDim()) + ")");
    return true;
  }
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    mlir::Value constant = pad.getConstantPaddingValue();
    std::string value = constant ? number(constant) : "";
    std::vector<std::string> low = sizes(pad.getMixedLowPad()), high = sizes(pad.getMixedHighPad()), widths;
    for (size_t i = low.size(); i-- > 0;) {
      widths.push_back(low[i]);
      widths.push_back(high[i]);
    }
    while (widths.size() > 2 && widths[widths.size() - 1] == "0" && widths[widths.size() - 2] == "0")
      widths.resize(widths.size() - 2);
    if (value.empty() || llvm::is_contained(widths, ""))
      return refuse(op, "with values that are no constant");
    define(op->getResult(0),
           "torch.nn.functional.pad(" + tensor(pad.getSource()) + ", " + tuple(widths) + ", value=" + value + ")");
    return true;
  }
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    std::string part;
    for (mlir::Value index : extract.getIndices())
      part += (part.empty() ? "" : ", ") + number(index);
    define(op->getResult(0), tensor(extract.getTensor()) + (part.empty() ? "" : "[" + part + "]"));
    return true;
  }
  if (auto elements = dyn_cast<tensor::FromElementsOp>(op)) {
    std::vector<std::string> parts;
    for (mlir::Value element : elements.getElements()) {
      std::string one = names.count(element) ? names[element] : number(element);
      if (one.empty())
        return refuse(op, "of values that are not known");
      parts.push_back("torch.as_tensor(" + one + ", dtype=" + dtypeOf(op->getResult(0)) + ", device=device)");
    }
    define(op->getResult(0), "torch.stack(" + tuple(parts) + ").reshape(" + tuple(sizesOf(op->getResult(0))) + ")");
    return true;
  }
  if (auto splat = dyn_cast<tensor::SplatOp>(op)) {
    SmallVector<OpFoldResult> mixed;
    auto type = cast<RankedTensorType>(splat.getType());
    std::vector<std::string> shape;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      shape.push_back(type.isDynamicDim(dim) ? number(splat.getDynamicSizes()[type.getDynamicDimIndex(dim)])
                                             : std::to_string(type.getDimSize(dim)));
    std::string value = names.count(splat.getInput()) ? names[splat.getInput()] : number(splat.getInput());
    define(op->getResult(0), "torch.as_tensor(" + value + ", dtype=" + dtypeOf(op->getResult(0)) +
                                 ", device=device).expand(" + tuple(shape) + ")");
    return true;
  }
  if (auto generate = dyn_cast<tensor::GenerateOp>(op)) {
    auto type = cast<RankedTensorType>(generate.getType());
    exprs.clear();
    loopCounters.clear();
    rank = type.getRank();
    loopSizes.clear();
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      loopSizes.push_back(type.isDynamicDim(dim) ? number(generate.getDynamicExtents()[type.getDynamicDimIndex(dim)])
                                                 : std::to_string(type.getDimSize(dim)));
    Block &body = generate.getBody().front();
    for (BlockArgument argument : body.getArguments()) {
      Expr index;
      index.loops.resize(rank);
      index.loops.set(argument.getArgNumber());
      std::string shape;
      for (unsigned i = 0; i < rank; ++i)
        shape += std::string(i ? ", " : "") + (i == argument.getArgNumber() ? "-1" : "1");
      index.text = "torch.arange(" + loopSizes[argument.getArgNumber()] + ", device=device).view(" + shape + ")";
      exprs[argument] = index;
    }
    if (!writeBody(body))
      return false;
    Expr value = operand(body.getTerminator()->getOperand(0));
    define(op->getResult(0), "torch.as_tensor(" + value.text + ", dtype=" + dtypeOf(op->getResult(0)) +
                                 ", device=device).expand(" + tuple(loopSizes) + ")");
    return true;
  }
  return refuse(op);
}

//===- Control flow -----------------------------------------------------------------------------------------------===//

bool TorchWriter::writeLoop(Operation *op) {
  auto read = [&](mlir::Value value) { return isTensor(value) || names.count(value) ? tensor(value) : number(value); };
  auto assign = [&](mlir::Value to, const std::string &name) { (isTensor(to) || !to.getType().isIndex() ? names : numbers)[to] = name; };
  auto yield = [&](Block &block, ArrayRef<std::string> into) {
    std::vector<std::string> values;
    for (mlir::Value value : block.getTerminator()->getOperands())
      values.push_back(read(value));
    if (!into.empty())
      line(llvm::join(into, ", ") + " = " + llvm::join(values, ", "));
    else if (block.without_terminator().empty())
      line("pass");
  };
  std::vector<std::string> results;
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    std::string low = number(loop.getLowerBound()), high = number(loop.getUpperBound()), step = number(loop.getStep());
    if (low.empty() || high.empty() || step.empty())
      return refuse(op, "with bounds that are not known");
    for (auto [init, argument, result] : llvm::zip(loop.getInitArgs(), loop.getRegionIterArgs(), loop.getResults())) {
      // The loop may write into what it carries, which has to be its own.
      bool copy = isTensor(init) && !isOwned(init);
      results.push_back(newName("v"));
      line(results.back() + " = " + read(init) + (copy ? ".clone()" : ""));
      assign(argument, results.back());
      assign(result, results.back());
    }
    std::string counter = newName("i");
    numbers[loop.getInductionVar()] = counter;
    line("for " + counter + " in range(" + low + ", " + high + ", " + step + "):");
    ++indent;
    lastPlace.clear();
    writeBlock(*loop.getBody());
    yield(*loop.getBody(), results);
    --indent;
    lastPlace.clear();
    return true;
  }
  auto branch = cast<scf::IfOp>(op);
  std::string condition = read(branch.getCondition());
  if (condition.empty())
    return refuse(op, "with a condition that is not known");
  for (mlir::Value result : branch.getResults()) {
    results.push_back(newName("v"));
    assign(result, results.back());
  }
  line("if " + condition + ":");
  for (Region *region : {&branch.getThenRegion(), &branch.getElseRegion()}) {
    if (region->empty())
      continue;
    if (region == &branch.getElseRegion())
      line("else:");
    ++indent;
    lastPlace.clear();
    writeBlock(region->front());
    yield(region->front(), results);
    --indent;
  }
  lastPlace.clear();
  return true;
}
