//===- TorchLinalg.cpp - linalg ops as expressions, sums of products and loops --------------------------------------===//
//
// Any linalg op with a body is written: parallel ones as one expression, sums of products as torch.einsum, sums, products
// and extrema as PyTorch's reductions, and every other reduction as a loop in Python over what is reduced.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Torch/PythonText.h"
#include "lib/Emit/Torch/TorchWriter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::python;

namespace {

/// An expression that is a sum of loops with constant factors, and a constant.
struct Linear {
  SmallVector<int64_t> factors;
  int64_t constant = 0;
};

std::optional<Linear> linear(AffineExpr expr, unsigned loops) {
  Linear result;
  result.factors.resize(loops);
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    result.constant = constant.getValue();
    return result;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    result.factors[dim.getPosition()] = 1;
    return result;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  std::optional<Linear> a = linear(binary.getLHS(), loops), b = linear(binary.getRHS(), loops);
  if (!a || !b)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add) {
    for (unsigned i = 0; i < loops; ++i)
      a->factors[i] += b->factors[i];
    a->constant += b->constant;
    return a;
  }
  bool isNumber = llvm::all_of(b->factors, [](int64_t f) { return f == 0; });
  if (expr.getKind() != AffineExprKind::Mul || !isNumber)
    return std::nullopt;
  for (int64_t &factor : a->factors)
    factor *= b->constant;
  a->constant *= b->constant;
  return a;
}

bool isReduction(linalg::LinalgOp op, unsigned loop) {
  return op.getIteratorTypesArray()[loop] == utils::IteratorType::reduction;
}

/// The op that joins result `number`'s accumulator with the other operand, which does not depend on it; null otherwise.
Operation *combinerOf(linalg::LinalgOp op, unsigned number, mlir::Value &other) {
  mlir::Value accumulator = op.getMatchingBlockArgument(op.getDpsInitOperand(number));
  Operation *combiner = op.getBlock()->getTerminator()->getOperand(number).getDefiningOp();
  if (!combiner || combiner->getNumOperands() != 2 || !accumulator.hasOneUse() || combiner->getBlock() != op.getBlock() ||
      *accumulator.user_begin() != combiner || !combiner->getResult(0).hasOneUse())
    return nullptr;
  other = combiner->getOperand(combiner->getOperand(0) == accumulator ? 1 : 0);
  return combiner;
}

/// PyTorch's reduction for a combiner, and the number that changes nothing in it.
struct Reduction {
  const char *function;
  const char *infix;  ///< joins two results; null: `join` does
  const char *join;
};

std::optional<Reduction> reductionOf(Operation *combiner) {
  Type type = combiner->getResult(0).getType();
  if (isa<arith::AddFOp>(combiner) || (isa<arith::AddIOp>(combiner) && !type.isInteger(1)))
    return Reduction{"torch.sum", "+", nullptr};
  if (isa<arith::MaximumFOp, arith::MaxSIOp>(combiner))
    return Reduction{"torch.amax", nullptr, "torch.maximum"};
  if (isa<arith::MinimumFOp, arith::MinSIOp>(combiner))
    return Reduction{"torch.amin", nullptr, "torch.minimum"};
  if (isa<arith::OrIOp>(combiner) && type.isInteger(1))
    return Reduction{"torch.any", "|", nullptr};
  if (isa<arith::AndIOp>(combiner) && type.isInteger(1))
    return Reduction{"torch.all", "&", nullptr};
  return std::nullopt;
}

bool isNeutral(Operation *combiner, Attribute start) {
  auto number = dyn_cast_if_present<FloatAttr>(start);
  auto integer = dyn_cast_if_present<IntegerAttr>(start);
  if (isa<arith::AddFOp>(combiner))
    return number && number.getValue().isZero();
  if (isa<arith::AddIOp, arith::OrIOp>(combiner))
    return integer && integer.getValue().isZero();
  if (isa<arith::AndIOp>(combiner))
    return integer && integer.getValue().isAllOnes();
  if (isa<arith::MaximumFOp>(combiner))
    return number && number.getValue().isInfinity() && number.getValue().isNegative();
  if (isa<arith::MinimumFOp>(combiner))
    return number && number.getValue().isInfinity() && !number.getValue().isNegative();
  if (isa<arith::MaxSIOp>(combiner))
    return integer && integer.getValue().isMinSignedValue();
  return isa<arith::MinSIOp>(combiner) && integer && integer.getValue().isMaxSignedValue();
}

Attribute fillOf(mlir::Value init) {
  Attribute value;
  auto fill = init.getDefiningOp<linalg::FillOp>();
  if (fill && matchPattern(fill.getInputs()[0], m_Constant(&value)))
    return value;
  return {};
}

} // namespace

//===- Operands -------------------------------------------------------------------------------------------------===//

std::string TorchWriter::loopSize(linalg::LinalgOp op, unsigned loop) {
  std::string found;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    for (auto [dim, expr] : llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults()))
      if (expr == getAffineDimExpr(loop, op.getContext())) {
        std::string size = sizeOf(operand.get(), dim);
        if (found.empty() || (!size.empty() && llvm::isDigit(size[0])))
          found = size;
      }
  }
  return found;
}

bool TorchWriter::bindOperand(linalg::LinalgOp op, OpOperand &operand) {
  mlir::Value argument = op.getMatchingBlockArgument(&operand);
  AffineMap map = op.getMatchingIndexingMap(&operand);
  Expr expr;
  expr.loops.resize(rank);
  expr.isBool = argument.getType().isInteger(1);
  bool isTensor = isa<RankedTensorType>(operand.get().getType());
  // A constant all over is a number.
  Attribute splat;
  if (DenseElementsAttr elements; matchPattern(operand.get(), m_Constant(&elements)) && elements.isSplat())
    splat = elements.getSplatValue<Attribute>();
  auto fill = operand.get().getDefiningOp<linalg::FillOp>();
  if (!isTensor || splat || (fill && !op.isDpsInit(&operand))) {
    expr.text = splat ? literal(splat) : number(isTensor ? fill.getInputs()[0] : operand.get());
    expr.host = true;
    if (!isTensor && names.count(operand.get())) {
      expr.text = names[operand.get()];
      expr.host = false;
    }
    exprs[argument] = expr;
    return !expr.text.empty();
  }
  std::string source = tensor(operand.get());
  if (source.empty())
    return false;
  // Along its loops in their order, with an axis of one for those that it lacks between them.
  SmallVector<unsigned> order;
  if (map.isProjectedPermutation()) {
    for (AffineExpr result : map.getResults())
      order.push_back(cast<AffineDimExpr>(result).getPosition());
    SmallVector<unsigned> sorted(order);
    llvm::sort(sorted);
    if (sorted != order) {
      std::vector<std::string> places;
      for (unsigned loop : sorted)
        places.push_back(std::to_string(llvm::find(order, loop) - order.begin()));
      source += ".permute(" + tuple(places) + ")";
      order = sorted;
    }
  } else {
    SmallVector<Linear> parts;
    for (AffineExpr result : map.getResults())
      // PyTorch's views do not run backwards.
      if (std::optional<Linear> part = linear(result, rank);
          part && llvm::all_of(part->factors, [](int64_t factor) { return factor >= 0; }))
        parts.push_back(*part);
    if (parts.size() == map.getNumResults()) {
      std::vector<std::string> sizes, steps, start;
      for (unsigned loop = 0; loop < rank; ++loop) {
        if (llvm::all_of(parts, [&](const Linear &part) { return part.factors[loop] == 0; }))
          continue;
        order.push_back(loop);
        sizes.push_back(loopSizes[loop]);
        std::vector<std::string> step;
        for (const Linear &part : parts)
          step.push_back(std::to_string(part.factors[loop]));
        steps.push_back(tuple(step));
      }
      for (const Linear &part : parts)
        start.push_back(std::to_string(part.constant));
      source = need("strided") + "(" + source + ", " + tuple(sizes) + ", " + tuple(steps) + ", " + tuple(start) + ")";
    } else {
      // Positions that are no sums: read one by one.
      SmallVector<Expr> loops(rank);
      for (unsigned loop = 0; loop < rank; ++loop) {
        std::string shape;
        for (unsigned i = 0; i < rank; ++i)
          shape += std::string(i ? ", " : "") + (i == loop ? "-1" : "1");
        loops[loop].text = "torch.arange(" + loopSizes[loop] + ", device=device).view(" + shape + ")";
      }
      std::string part;
      for (AffineExpr result : map.getResults()) {
        part += (part.empty() ? "" : ", ") + affine(result, loops, {});
        for (unsigned loop = 0; loop < rank; ++loop)
          if (result.isFunctionOfDim(loop))
            expr.loops.set(loop);
      }
      expr.text = source + "[" + part + "]";
    }
  }
  if (expr.text.empty()) {
    std::string axes;
    bool gap = false;
    for (unsigned loop = order.empty() ? rank : order[0]; loop < rank; ++loop) {
      bool present = llvm::is_contained(order, loop);
      gap |= !present;
      axes += (axes.empty() ? "" : ", ") + std::string(present ? ":" : "None");
    }
    expr.text = source + (gap ? "[" + axes + "]" : "");
    for (unsigned loop : order)
      expr.loops.set(loop);
  }
  for (auto &[loop, counter] : loopCounters)
    if (expr.loops.test(loop)) {
      expr.text += ".narrow(" + std::to_string(int(loop) - int(rank)) + ", " + counter + ", 1)";
      expr.loops.reset(loop);
    }
  exprs[argument] = expr;
  return true;
}

bool TorchWriter::bindOperands(linalg::LinalgOp op, bool inits) {
  for (OpOperand *operand : op.getDpsInputOperands())
    if (!bindOperand(op, *operand))
      return false;
  if (inits)
    for (OpOperand &operand : op.getDpsInitsMutable())
      if (!op.getMatchingBlockArgument(&operand).use_empty() && !bindOperand(op, operand))
        return false;
  return true;
}

//===- Results ----------------------------------------------------------------------------------------------------===//

/// What has all parallel loops, in their order, becomes the result.
std::string TorchWriter::finishResult(linalg::LinalgOp op, unsigned number, std::string value) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(number));
  SmallVector<unsigned> loops;
  for (unsigned loop = 0; loop < rank; ++loop)
    if (!isReduction(op, loop))
      loops.push_back(loop);
  std::vector<std::string> places;
  bool ordered = true;
  for (AffineExpr result : map.getResults()) {
    size_t at = llvm::find(loops, cast<AffineDimExpr>(result).getPosition()) - loops.begin();
    ordered &= at == places.size();
    places.push_back(std::to_string(at));
  }
  return ordered ? value : value + ".permute(" + tuple(places) + ")";
}

void TorchWriter::defineResult(linalg::LinalgOp op, unsigned number, Expr value) {
  mlir::Value result = op->getResult(number);
  if (value.host) {
    std::vector<std::string> sizes;
    for (AffineExpr expr : op.getMatchingIndexingMap(op.getDpsInitOperand(number)).getResults())
      sizes.push_back(loopSizes[cast<AffineDimExpr>(expr).getPosition()]);
    define(result, "torch.full(" + tuple(sizes) + ", " + value.text + ", dtype=" + dtypeOf(result) + ", device=device)");
    return;
  }
  if (!value.loops.all())
    value.text += ".expand(" + tuple(loopSizes) + ")";
  define(result, finishResult(op, number, value.text));
}

//===- Ops ----------------------------------------------------------------------------------------------------------===//

bool TorchWriter::writeLinalg(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op->getNumRegions() != 1 || !op.getBlock())
    return refuse(op);
  exprs.clear();
  loopCounters.clear();
  loopSizes.clear();
  bodyTemporaries.clear();
  rank = op.getNumLoops();
  for (unsigned loop = 0; loop < rank; ++loop) {
    loopSizes.push_back(loopSize(op, loop));
    if (loopSizes.back().empty())
      return refuse(op, "a size is not known");
  }
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    unsigned parallel = op.getNumParallelLoops();
    if (!map.isProjectedPermutation() || map.getNumResults() != parallel)
      return refuse(op, "its result is not written along plain loops");
  }
  bool done;
  if (op.getNumReductionLoops() == 0) {
    done = bindOperands(op, /*inits=*/true) || refuse(op, "an operand is not known");
    done = done && writeBody(*op.getBlock());
    for (unsigned i = 0; done && i < op->getNumResults(); ++i)
      defineResult(op, i, operand(op.getBlock()->getTerminator()->getOperand(i)));
  } else {
    done = writeContraction(op) || writeReduction(op);
  }
  if (!bodyTemporaries.empty())
    line("del " + llvm::join(bodyTemporaries, ", "));
  bodyTemporaries.clear();
  return done;
}

bool TorchWriter::writeContraction(linalg::LinalgOp op) {
  mlir::Value product;
  Operation *combiner = op->getNumResults() == 1 ? combinerOf(op, 0, product) : nullptr;
  if (!isa_and_present<arith::AddFOp>(combiner) || op.hasIndexSemantics() || rank > 26)
    return false;
  // The factors, each an input of its own.
  SmallVector<mlir::Value> work{product};
  SmallVector<OpOperand *> factors;
  while (!work.empty()) {
    mlir::Value value = work.pop_back_val();
    if (auto extension = value.getDefiningOp<arith::ExtFOp>()) {
      work.push_back(extension.getIn());
    } else if (auto mul = value.getDefiningOp<arith::MulFOp>()) {
      work.push_back(mul.getRhs());
      work.push_back(mul.getLhs());
    } else if (auto argument = dyn_cast<BlockArgument>(value);
               argument && argument.getOwner() == op.getBlock() && argument.getArgNumber() < op.getNumDpsInputs()) {
      factors.push_back(op.getDpsInputOperand(argument.getArgNumber()));
    } else {
      return false;
    }
  }
  if (factors.size() < 2)
    return false;
  llvm::SmallBitVector covered(rank);
  std::string equation, arguments;
  for (OpOperand *factor : factors) {
    AffineMap map = op.getMatchingIndexingMap(factor);
    if (!map.isProjectedPermutation() || !isa<RankedTensorType>(factor->get().getType()))
      return false;
    equation += equation.empty() ? "" : ",";
    for (AffineExpr result : map.getResults()) {
      covered.set(cast<AffineDimExpr>(result).getPosition());
      equation += char('a' + cast<AffineDimExpr>(result).getPosition());
    }
    arguments += ", " + tensor(factor->get());
  }
  if (!covered.all())
    return false;
  equation += "->";
  for (AffineExpr result : op.getMatchingIndexingMap(op.getDpsInitOperand(0)).getResults())
    equation += char('a' + cast<AffineDimExpr>(result).getPosition());
  std::string text = need("contract") + "(\"" + equation + "\", " + dtypeOf(op->getResult(0)) + arguments + ")";
  mlir::Value init = op.getDpsInits()[0];
  if (!isNeutral(combiner, fillOf(init)))
    text = "(" + text + " + " + tensor(init) + ")";
  define(op->getResult(0), text);
  return true;
}

bool TorchWriter::writeReduction(linalg::LinalgOp op) {
  SmallVector<Operation *> combiners;
  SmallVector<mlir::Value> values;
  for (unsigned i = 0; i < op->getNumResults(); ++i) {
    mlir::Value other;
    Operation *combiner = combinerOf(op, i, other);
    if (!combiner || !reductionOf(combiner))
      return writeReductionLoops(op);
    combiners.push_back(combiner);
    values.push_back(other);
  }
  if (!bindOperands(op, /*inits=*/false))
    return refuse(op, "an operand is not known");
  for (Operation &inner : op.getBlock()->without_terminator())
    if (!llvm::is_contained(combiners, &inner) && !writeBodyOp(&inner))
      return false;
  std::vector<std::string> dims;
  for (unsigned loop = 0; loop < rank; ++loop)
    if (isReduction(op, loop))
      dims.push_back(std::to_string(int(loop) - int(rank)));
  for (auto [number, value] : llvm::enumerate(values)) {
    mlir::Value result = op->getResult(number), init = op.getDpsInits()[number];
    Expr expr = operand(value);
    if (expr.host)
      expr.text = "torch.as_tensor(" + expr.text + ", dtype=" + dtypeOf(result) + ", device=device)";
    if (!expr.loops.all())
      expr.text += ".expand(" + tuple(loopSizes) + ")";
    Reduction reduction = *reductionOf(combiners[number]);
    std::string text = std::string(reduction.function) + "(" + expr.text + ", " + tuple(dims) +
                       (StringRef(reduction.function) == "torch.sum" ? ", dtype=" + dtypeOf(result) : "") + ")";
    text = finishResult(op, number, text);
    if (!isNeutral(combiners[number], fillOf(init)))
      text = reduction.infix ? "(" + text + " " + reduction.infix + " " + tensor(init) + ")"
                             : std::string(reduction.join) + "(" + text + ", " + tensor(init) + ")";
    define(result, text);
  }
  return true;
}

bool TorchWriter::writeReductionLoops(linalg::LinalgOp op) {
  std::vector<std::string> accumulators;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    if (!bindOperand(op, init))
      return refuse(op, "an operand is not known");
    Expr expr = exprs.lookup(op.getMatchingBlockArgument(&init));
    accumulators.push_back(newName("a"));
    line(accumulators.back() + " = " +
         (expr.host ? "torch.as_tensor(" + expr.text + ", dtype=" + dtypeOf(init.get()) + ", device=device)" : expr.text));
    expr.text = accumulators.back();
    expr.host = false;
    exprs[op.getMatchingBlockArgument(&init)] = expr;
  }
  unsigned depth = 0;
  std::vector<std::string> kept = loopSizes;
  for (unsigned loop = 0; loop < rank; ++loop)
    if (isReduction(op, loop)) {
      std::string counter = newName("i");
      line("for " + counter + " in range(" + loopSizes[loop] + "):");
      loopCounters[loop] = counter;
      kept[loop] = "1";
      ++indent;
      ++depth;
    }
  bool done = (bindOperands(op, /*inits=*/false) || refuse(op, "an operand is not known")) && writeBody(*op.getBlock());
  std::vector<std::string> next;
  if (done)
    for (auto [number, value] : llvm::enumerate(op.getBlock()->getTerminator()->getOperands())) {
      Expr expr = operand(value);
      if (expr.host)
        expr.text = "torch.as_tensor(" + expr.text + ", dtype=" + dtypeOf(op->getResult(number)) + ", device=device)";
      next.push_back(expr.text);
    }
  line(llvm::join(accumulators, ", ") + " = " + llvm::join(next, ", "));
  indent -= depth;
  bodyTemporaries.clear(); // they do not exist where nothing was reduced
  if (!done)
    return false;
  std::vector<std::string> parallel;
  for (unsigned loop = 0; loop < rank; ++loop)
    if (!isReduction(op, loop))
      parallel.push_back(loopSizes[loop]);
  for (unsigned i = 0; i < op->getNumResults(); ++i)
    define(op->getResult(i),
           finishResult(op, i, accumulators[i] + ".expand(" + tuple(kept) + ").reshape(" + tuple(parallel) + ")"));
  line("del " + llvm::join(accumulators, ", "));
  return true;
}
