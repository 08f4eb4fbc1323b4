//===- CountWork.cpp - Operations and bytes of kernels ------------------------------------------------------------===//
//
// Notes for each kernel call how many floating-point operations its definition takes and how many bytes of its operands
// it reads and writes at least, as texts over the entry's symbols in the module's list `mambac.kernels`: what
// `mamba-run --profile` divides by the time. Operations are those of the op's equation, term by term, not those of the
// algorithm that computes it (a chunked ssm.ssd does more); every function of one argument counts as one. For people:
// nothing is decided by these numbers.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Schedule/DroppedDims.h"
#include "lib/Schedule/Passes.h"
#include "lib/Schedule/Sizes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mambac {
#define GEN_PASS_DEF_COUNTWORKPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;
namespace ssm = mambac::ssm;

namespace {

/// An arithmetic text such as "2*(s0*s1)*190"; empty if it is not known.
using Count = std::string;

Count multiply(ArrayRef<Count> factors) {
  if (llvm::is_contained(factors, "0"))
    return "0";
  Count result;
  for (const Count &factor : factors) {
    if (factor.empty())
      return {};
    if (factor != "1")
      result += (result.empty() ? "" : "*") + factor;
  }
  return result.empty() ? "1" : result;
}

Count add(ArrayRef<Count> terms) {
  Count result;
  for (const Count &term : terms) {
    if (term.empty())
      return {};
    if (term != "0")
      result += (result.empty() ? "" : " + ") + term;
  }
  return result.empty() ? "0" : result;
}

Count number(int64_t value) { return std::to_string(value); }

/// Text of an affine expression whose dims and symbols have these names; empty if one has none.
Count printExpr(AffineExpr expr, ArrayRef<std::string> dims, ArrayRef<std::string> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue() < 0 ? "(" + number(constant.getValue()) + ")" : number(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Count left = printExpr(binary.getLHS(), dims, symbols), right = printExpr(binary.getRHS(), dims, symbols);
  if (left.empty() || right.empty())
    return {};
  const char *word = " + ";
  switch (expr.getKind()) {
  case AffineExprKind::Mul:
    word = "*";
    break;
  case AffineExprKind::FloorDiv:
    word = " floordiv ";
    break;
  case AffineExprKind::CeilDiv:
    word = " ceildiv ";
    break;
  case AffineExprKind::Mod:
    word = " mod ";
    break;
  default:
    break;
  }
  return "(" + left + word + right + ")";
}

/// Counts the work of one call of a kernel.
class Counter {
public:
  Counter(func::FuncOp driver, func::CallOp call, func::FuncOp kernel) : driver(driver), call(call), kernel(kernel) {
    for (Operation &op : kernel.getBody().front())
      if (!op.hasTrait<OpTrait::IsTerminator>() && !isa<arith::ConstantOp>(op))
        main = main ? nullptr : &op;
  }

  Count flops() {
    if (!main)
      return {};
    if (auto rows = dyn_cast<scf::ParallelOp>(main)) {
      SmallVector<Count> terms;
      for (auto generic : rows.getOps<linalg::LinalgOp>())
        terms.push_back(multiply({number(countBody(*generic.getBlock())), iterations(generic)}));
      return multiply({iterations(rows), "(" + add(terms) + ")"});
    }
    if (auto generic = dyn_cast<linalg::LinalgOp>(main))
      return multiply({number(countBody(*generic.getBlock())), iterations(generic)});
    if (auto indexed = dyn_cast<ssm::IndexedOpInterface>(main))
      return indexedFlops(indexed);
    if (auto matmul = dyn_cast<ssm::PackedMatmulOp>(main)) {
      Value x = main->getOperand(0), y = matmul.getY();
      Count product = multiply({"2", sizeOf(y, 0), sizeOf(y, 1), sizeOf(x, 1)});
      int64_t epilogue = matmul.getEpilogue().empty() ? 0 : countBody(matmul.getEpilogue().front());
      return epilogue ? add({product, multiply({number(epilogue), sizeOf(y, 0), sizeOf(y, 1)})}) : product;
    }
    if (main->getNumRegions())
      return {}; // a loop: how much its iterations do is not said
    if (isa<ssm::CumsumOp, ssm::SegsumOp>(main))
      return elements(cast<DestinationStyleOpInterface>(main).getDpsInits()[0]);
    return "0";
  }

  Count bytes() {
    if (!main)
      return {};
    SmallVector<Count> terms;
    if (isa<scf::ParallelOp>(main)) { // each buffer once: its rows stay in the cache
      for (Value argument : kernel.getArguments())
        if (auto type = dyn_cast<MemRefType>(argument.getType()))
          terms.push_back(multiply({number(bytesOf(type)), elements(argument)}));
      return add(terms);
    }
    if (main->getNumRegions() && !isa<linalg::LinalgOp, ssm::PackedMatmulOp>(main))
      return {};
    if (auto attention = dyn_cast<ssm::AttentionOp>(main); attention && attention.getPosition())
      return {};
    Value cache; // of which the new rows alone are written
    if (auto append = dyn_cast<ssm::AppendOp>(main)) {
      cache = append.getY();
      terms.push_back(multiply({number(bytesOf(cast<MemRefType>(cache.getType()))), elements(append.getRows())}));
    }
    for (Value operand : main->getOperands())
      if (auto type = dyn_cast<MemRefType>(operand.getType()); type && operand != cache)
        terms.push_back(multiply({number(bytesOf(type)), elements(operand)}));
    // A gather reads a row of its table for each element, not the table.
    if (auto generic = dyn_cast<linalg::LinalgOp>(main))
      generic->walk([&](memref::LoadOp load) {
        terms.push_back(multiply({number(bytesOf(load.getMemRefType())), iterations(generic)}));
      });
    return add(terms);
  }

private:
  static int64_t bytesOf(MemRefType type) {
    Type element = type.getElementType();
    return element.isIndex() ? 8 : std::max<int64_t>(1, element.getIntOrFloatBitWidth() / 8);
  }

  /// Operations of one iteration on floating-point numbers.
  static int64_t countBody(Block &body) {
    int64_t count = 0;
    body.walk([&](Operation *op) {
      if (op->getNumResults() != 1 || !isa<FloatType>(op->getResult(0).getType()))
        return;
      if (isa<math::FmaOp>(op))
        count += 2;
      else if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp, arith::NegFOp, arith::MaximumFOp,
                   arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp>(op) ||
               isa<math::MathDialect>(op->getDialect()))
        ++count;
    });
    return count;
  }

  /// Size of a dimension of one of the kernel's values.
  Count sizeOf(Value value, int64_t dim) {
    auto type = cast<ShapedType>(value.getType());
    if (!type.isDynamicDim(dim))
      return number(type.getDimSize(dim));
    if (auto slice = value.getDefiningOp<memref::SubViewOp>()) { // one row
      llvm::SmallBitVector dropped = mambac::getDroppedDims(slice);
      for (int64_t source = 0, kept = 0; source < slice.getSourceType().getRank(); ++source)
        if (!dropped[source] && kept++ == dim)
          return sizeOf(slice.getSource(), source);
    }
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument || argument.getOwner() != &kernel.getBody().front())
      return {};
    OpBuilder builder(call);
    return print(mambac::findSize(builder, driver, call.getOperand(argument.getArgNumber()), dim));
  }

  /// Text of a size or bound in the driver.
  Count print(OpFoldResult size) {
    if (!size)
      return {};
    if (auto constant = getConstantIntValue(size))
      return number(*constant);
    MLIRContext *context = call.getContext();
    AffineMap map = AffineMap::getMultiDimIdentityMap(1, context);
    SmallVector<Value> operands{cast<Value>(size)};
    affine::fullyComposeAffineMapAndOperands(&map, &operands);
    affine::canonicalizeMapAndOperands(&map, &operands);
    SmallVector<std::string> names;
    for (Value operand : operands)
      names.push_back(nameOf(operand));
    ArrayRef<std::string> all = names;
    return printExpr(map.getResult(0), all.take_front(map.getNumDims()), all.drop_front(map.getNumDims()));
  }

  /// Name of the symbol that a driver's value is.
  std::string nameOf(Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument || argument.getOwner() != &driver.getBody().front())
      return {};
    auto number = driver.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), "mambac.symbol");
    auto list = driver->getAttrOfType<ArrayAttr>("mambac.symbols");
    if (!number || !list || number.getInt() >= int64_t(list.size()))
      return {};
    auto name = cast<DictionaryAttr>(list[number.getInt()]).getAs<StringAttr>("name");
    return name ? name.str() : "s" + std::to_string(number.getInt());
  }

  Count elements(Value value) {
    SmallVector<Count> sizes;
    for (int64_t dim = 0; dim < cast<ShapedType>(value.getType()).getRank(); ++dim)
      sizes.push_back(sizeOf(value, dim));
    return multiply(sizes);
  }

  Count iterations(linalg::LinalgOp generic) {
    SmallVector<Count> sizes(generic.getNumLoops());
    for (OpOperand &operand : generic->getOpOperands()) {
      AffineMap map = generic.getMatchingIndexingMap(&operand);
      for (auto [dim, result] : llvm::enumerate(map.getResults()))
        if (auto loop = dyn_cast<AffineDimExpr>(result); loop && sizes[loop.getPosition()].empty())
          sizes[loop.getPosition()] = sizeOf(operand.get(), dim);
    }
    return multiply(sizes);
  }

  Count iterations(scf::ParallelOp rows) {
    SmallVector<Count> sizes;
    for (Value bound : rows.getUpperBound()) {
      auto argument = dyn_cast<BlockArgument>(bound);
      sizes.push_back(print(argument ? OpFoldResult(driverSize(call.getOperand(argument.getArgNumber()))) : getAsOpFoldResult(bound)));
    }
    return multiply(sizes);
  }

  /// A size in the driver, which may still be asked of a buffer.
  OpFoldResult driverSize(Value value) {
    auto dim = value.getDefiningOp<memref::DimOp>();
    if (!dim || !dim.getConstantIndex())
      return value;
    OpBuilder builder(call);
    OpFoldResult size = mambac::findSize(builder, driver, dim.getSource(), *dim.getConstantIndex());
    return size ? size : OpFoldResult(value);
  }

  Count indexedFlops(ssm::IndexedOpInterface op) {
    SmallVector<Count> sizes(op.getNumAxes());
    for (OpOperand &operand : op->getOpOperands())
      for (unsigned axis = 0; axis < sizes.size(); ++axis) {
        unsigned position = operand.getOperandNumber();
        if (position >= op.getMapsAttr().size())
          continue; // workspaces
        int64_t dim = op.getDimOfAxis(position, axis);
        // A grouped dimension, and a window's, have another size than the axis.
        if (dim >= 0 && sizes[axis].empty() && op.getGroupSize(position, axis) == 1 &&
            !op.hasOwnSize(position, axis))
          sizes[axis] = sizeOf(operand.get(), dim);
      }
    Count all = multiply(sizes);
    // delta*A and its exponential; decay, delta*u*B and their sum; C*h and its sum.
    if (isa<ssm::SelectiveScanOp>(op))
      return multiply({"7", all});
    // Decay, dt*x*B and their sum; C*h and its sum. What is per head or position is not worth a term.
    if (isa<ssm::SSDOp>(op))
      return multiply({"5", all});
    if (auto attention = dyn_cast<ssm::AttentionOp>(op.getOperation())) { // axes b h q s d e: scores over d, softmax, values over e
      if (attention.getPosition())
        return {}; // how many keys are seen is not a matter of sizes
      Count scores = multiply({sizes[0], sizes[1], sizes[2], sizes[3]});
      return add({multiply({"2", scores, sizes[4]}), multiply({"4", scores}), multiply({"2", scores, sizes[5]})});
    }
    if (isa<ssm::AppendOp>(op))
      return "0";
    if (isa<ssm::EinsumOp>(op))
      return multiply({number(std::max<int64_t>(1, int64_t(op->getNumOperands()) - 1)), all});
    if (auto scan = dyn_cast<ssm::ScanOp>(op.getOperation()); scan && scan.isComplex())
      return multiply({"8", all}); // four products, four sums
    return multiply({"2", all}); // convolution, scan: one product, one sum
  }

  func::FuncOp driver;
  func::CallOp call;
  func::FuncOp kernel;
  Operation *main = nullptr;
};

struct CountWorkPass : mambac::impl::CountWorkPassBase<CountWorkPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto list = module->getAttrOfType<ArrayAttr>("mambac.kernels");
    if (!list)
      return;
    SmallVector<Attribute> kernels(list.getValue());
    for (auto driver : module.getOps<func::FuncOp>())
      for (auto call : llvm::to_vector(driver.getOps<func::CallOp>())) {
        auto position = call->getAttrOfType<IntegerAttr>("mambac.kernel");
        auto kernel = module.lookupSymbol<func::FuncOp>(call.getCallee());
        if (!position || position.getInt() >= int64_t(kernels.size()) || !kernel || kernel.isExternal())
          continue;
        Counter counter(driver, call, kernel);
        NamedAttrList entry(cast<DictionaryAttr>(kernels[position.getInt()]));
        if (Count flops = counter.flops(); !flops.empty())
          entry.set("flops_text", StringAttr::get(&getContext(), flops));
        if (Count bytes = counter.bytes(); !bytes.empty())
          entry.set("bytes_text", StringAttr::get(&getContext(), bytes));
        kernels[position.getInt()] = entry.getDictionary(&getContext());
      }
    module->setAttr("mambac.kernels", ArrayAttr::get(&getContext(), kernels));
  }
};

} // namespace
