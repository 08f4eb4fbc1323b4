//===- TorchSSM.cpp - Ops of the ssm dialect as calls of the file's helpers ------------------------------------------===//
//
// Each op's operands are brought into the order of axes that its helper (helpers.py) takes, by views alone.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Torch/PythonText.h"
#include "lib/Emit/Torch/TorchWriter.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::python;

static const char *truth(bool value) { return value ? "True" : "False"; }

std::string TorchWriter::arranged(Operation *op, unsigned number, ArrayRef<unsigned> axes, bool) {
  auto indexed = cast<ssm::IndexedOpInterface>(op);
  mlir::Value value = op->getOperand(number);
  std::string source = tensor(value);
  std::vector<std::string> places, wanted;
  bool gap = false, moved = false;
  for (unsigned axis : axes) {
    int64_t dim = indexed.getDimOfAxis(number, axis);
    gap |= dim < 0;
    wanted.push_back(dim < 0 ? "None" : ":");
    if (dim >= 0) {
      moved |= dim != int64_t(places.size());
      places.push_back(std::to_string(dim));
    }
  }
  if (moved)
    source += ".permute(" + tuple(places) + ")";
  if (gap)
    source += "[" + llvm::join(wanted, ", ") + "]";
  return source;
}

std::string TorchWriter::arranged(Operation *op, MutableOperandRange operand, ArrayRef<unsigned> axes) {
  return operand.empty() ? "None" : arranged(op, operand[0].getOperandNumber(), axes);
}

std::string TorchWriter::restored(Operation *op, unsigned number, ArrayRef<unsigned> axes, const std::string &value) {
  auto indexed = cast<ssm::IndexedOpInterface>(op);
  OpOperand &init = cast<DestinationStyleOpInterface>(op).getDpsInitsMutable()[number];
  std::vector<std::string> places(axes.size());
  bool moved = false;
  for (auto [at, axis] : llvm::enumerate(axes)) {
    int64_t dim = indexed.getDimOfAxis(init.getOperandNumber(), axis);
    moved |= dim != int64_t(at);
    places[dim] = std::to_string(at);
  }
  return moved ? value + ".permute(" + tuple(places) + ")" : value;
}

bool TorchWriter::writeSSM(Operation *op) {
  auto limit = [](std::optional<llvm::APFloat> value, MLIRContext *context) {
    return value ? literal(FloatAttr::get(Float32Type::get(context), *value)) : std::string("None");
  };
  // The helper's results are the op's, with axes in the helper's order.
  auto defineResults = [&](const std::string &call, ArrayRef<SmallVector<unsigned>> axes) {
    std::string y = newName("v");
    bool second = op->getNumResults() > 1;
    line(y + ", " + (second ? y + "_last" : "_") + " = " + call);
    names[op->getResult(0)] = y;
    std::string restoredY = restored(op, 0, axes[0], y);
    if (restoredY != y)
      line(y + " = " + restoredY);
    if (second) {
      names[op->getResult(1)] = y + "_last";
      std::string last = restored(op, 1, axes[1], y + "_last");
      if (last != y + "_last")
        line(y + "_last = " + last);
    }
    return true;
  };
  // The same for a helper that returns as many tensors as there are axes; the op may have fewer results.
  auto defineAll = [&](const std::string &call, ArrayRef<SmallVector<unsigned>> axes) {
    std::string targets, y = newName("v");
    for (size_t i = 0; i < axes.size(); ++i)
      targets += (i ? ", " : "") + (i < op->getNumResults() ? y + "_" + std::to_string(i) : std::string("_"));
    line(targets + " = " + call);
    for (unsigned i = 0; i < op->getNumResults(); ++i)
      names[op->getResult(i)] = restored(op, i, axes[i], y + "_" + std::to_string(i));
  };
  std::string type = op->getNumResults() ? dtypeOf(op->getResult(0)) : "";
  for (mlir::Value value : op->getOperands().drop_back(op->getNumResults()))
    if (tensor(value).empty())
      return refuse(op, "of a tensor that is not known");
  if (auto einsum = dyn_cast<ssm::EinsumOp>(op)) {
    if (einsum.getNumAxes() > 52)
      return refuse(op, "more axes than letters");
    std::string equation, arguments;
    for (auto [number, map] : llvm::enumerate(einsum.getIndexingMapsArray())) {
      bool isResult = number == einsum.getInputs().size();
      equation += isResult ? "->" : number ? "," : "";
      for (AffineExpr result : map.getResults()) {
        unsigned axis = cast<AffineDimExpr>(result).getPosition();
        equation += axis < 26 ? char('a' + axis) : char('A' + axis - 26);
      }
      if (!isResult)
        arguments += ", " + tensor(einsum.getInputs()[number]);
    }
    define(op->getResult(0), need("contract") + "(\"" + equation + "\", " + type + arguments + ")");
    return true;
  }
  if (auto sum = dyn_cast<ssm::CumsumOp>(op)) {
    define(op->getResult(0), need("cumsum") + "(" + tensor(sum.getX()) + ", " + std::to_string(sum.getDim()) + ", " +
                                 truth(sum.getReverse()) + ", " + truth(sum.getExclusive()) + ", " + type +
                                 (sum.getLog() ? ", True" : "") + ")");
    return true;
  }
  if (auto sums = dyn_cast<ssm::SegsumOp>(op)) {
    define(op->getResult(0),
           need("segsum") + "(" + tensor(sums.getA()) + ", " + std::to_string(sums.getDim()) + ", " + type + ")");
    return true;
  }
  if (auto scan = dyn_cast<ssm::ScanOp>(op)) {
    SmallVector<unsigned> all = llvm::to_vector(llvm::seq<unsigned>(0, scan.getNumAxes())), others;
    SmallVector<std::string> sizes(all.size());
    for (unsigned axis : all) {
      if (axis != scan.getAxis())
        others.push_back(axis);
      for (OpOperand &operand : op->getOpOperands())
        if (int64_t dim = scan.getDimOfAxis(operand.getOperandNumber(), axis); dim >= 0 && sizes[axis].empty())
          sizes[axis] = sizeOf(operand.get(), dim);
      if (sizes[axis].empty())
        return refuse(op, "a size is not known");
    }
    std::string shape = tuple(std::vector<std::string>(sizes.begin(), sizes.end()));
    if (scan.isComplex()) {
      auto both = [&](MutableOperandRange re, MutableOperandRange im, ArrayRef<unsigned> axes) {
        return arranged(op, re, axes) + ", " + arranged(op, im, axes) + ", ";
      };
      defineAll(need("complex_scan") + "(" + shape + ", " + both(scan.getAMutable(), scan.getAImagMutable(), all) +
                    both(scan.getBMutable(), scan.getBImagMutable(), all) +
                    both(scan.getInitMutable(), scan.getInitImagMutable(), others) + std::to_string(scan.getAxis()) +
                    ", " + truth(scan.getReverse()) + ", " + type + ")",
                {all, all, others, others});
      return true;
    }
    std::string call = need("scan") + "(" + arranged(op, scan.getAMutable().getOperandNumber(), all) + ".expand(" + shape +
                       "), " + arranged(op, scan.getBMutable().getOperandNumber(), all) + ".expand(" + shape + "), " +
                       arranged(op, scan.getInitMutable(), others) + ", " + std::to_string(scan.getAxis()) + ", " +
                       truth(scan.getReverse()) + ", " + type + ")";
    return defineResults(call, {all, others});
  }
  if (auto scan = dyn_cast<ssm::SelectiveScanOp>(op)) { // axes b l d n
    std::string call = need("selective_scan") + "(" + arranged(op, scan.getUMutable().getOperandNumber(), {0, 1, 2}) + ", " +
                       arranged(op, scan.getDeltaMutable().getOperandNumber(), {0, 1, 2}) + ", " +
                       arranged(op, scan.getAMutable().getOperandNumber(), {2, 3}) + ", " +
                       arranged(op, scan.getBMutable().getOperandNumber(), {0, 1, 2, 3}) + ", " +
                       arranged(op, scan.getCMutable().getOperandNumber(), {0, 1, 2, 3}) + ", " +
                       arranged(op, scan.getDMutable(), {2}) + ", " + arranged(op, scan.getZMutable(), {0, 1, 2}) + ", " +
                       arranged(op, scan.getDeltaBiasMutable(), {2}) + ", " +
                       arranged(op, scan.getInitialStateMutable(), {0, 2, 3}) + ", " + truth(scan.getSoftplus()) + ", " +
                       limit(scan.getDtMin(), op->getContext()) + ", " + limit(scan.getDtMax(), op->getContext()) + ", " +
                       truth(scan.getReverse()) + ", " + type + ")";
    return defineResults(call, {{0, 1, 2}, {0, 2, 3}});
  }
  if (auto dual = dyn_cast<ssm::SSDOp>(op)) { // axes b l h p n
    bool discrete = !dual.getDt();
    std::string decay = discrete ? arranged(op, dual.getAMutable().getOperandNumber(), {0, 1, 2})
                                 : arranged(op, dual.getAMutable().getOperandNumber(), {2});
    std::string call = need("ssd") + "(" + arranged(op, dual.getXMutable().getOperandNumber(), {0, 1, 2, 3}) + ", " +
                       arranged(op, dual.getDtMutable(), {0, 1, 2}) + ", " + decay + ", " +
                       arranged(op, dual.getBMutable().getOperandNumber(), {0, 1, 2, 4}) + ", " +
                       arranged(op, dual.getCMutable().getOperandNumber(), {0, 1, 2, 4}) + ", " +
                       arranged(op, dual.getDMutable(), {2, 3}) + ", " + arranged(op, dual.getZMutable(), {0, 1, 2, 3}) +
                       ", " + arranged(op, dual.getDtBiasMutable(), {2}) + ", " +
                       arranged(op, dual.getInitialStateMutable(), {0, 2, 3, 4}) + ", " + truth(dual.getSoftplus()) + ", " +
                       limit(dual.getDtMin(), op->getContext()) + ", " + limit(dual.getDtMax(), op->getContext()) + ", " +
                       truth(dual.getReverse()) + ", " + type + ")";
    return defineResults(call, {{0, 1, 2, 3}, {0, 2, 3, 4}});
  }
  if (auto conv = dyn_cast<ssm::CausalConv1DOp>(op)) { // axes b l c k
    std::string call = need("causal_conv1d") + "(" + arranged(op, conv.getXMutable().getOperandNumber(), {0, 1, 2}) + ", " +
                       arranged(op, conv.getWeightMutable().getOperandNumber(), {2, 3}) + ", " +
                       arranged(op, conv.getBiasMutable(), {2}) + ", " +
                       arranged(op, conv.getInitialWindowMutable(), {0, 2, 3}) + ", " +
                       truth(conv.getActivation() == ssm::Activation::silu) + ", " + type + ")";
    return defineResults(call, {{0, 1, 2}, {0, 2, 3}});
  }
  if (auto attention = dyn_cast<ssm::AttentionOp>(op)) { // axes b h q s d e
    std::string call = need("attention") + "(" +
                       arranged(op, attention.getQueryMutable().getOperandNumber(), {0, 1, 2, 4}) + ", " +
                       arranged(op, attention.getKeyMutable().getOperandNumber(), {0, 1, 3, 4}) + ", " +
                       arranged(op, attention.getValueMutable().getOperandNumber(), {0, 1, 3, 5}) + ", " +
                       arranged(op, attention.getMaskMutable(), {0, 1, 2, 3}) + ", " +
                       arranged(op, attention.getPositionMutable(), {0}) + ", " +
                       literal(attention.getScaleAttr()) + ", " + truth(attention.getCausal()) + ", " + type + ")";
    define(op->getResult(0), restored(op, 0, {0, 1, 2, 5}, call));
    return true;
  }
  if (auto append = dyn_cast<ssm::AppendOp>(op)) { // axes b h s l d
    if (tensor(append.getY()).empty())
      return refuse(op, "of a tensor that is not known");
    std::string call = need("append") + "(" + arranged(op, append.getRowsMutable().getOperandNumber(), {0, 1, 3, 4}) +
                       ", " + tensor(append.getPosition()) + ", " +
                       arranged(op, append.getOutsMutable()[0].getOperandNumber(), {0, 1, 2, 4}) + ")";
    define(op->getResult(0), restored(op, 0, {0, 1, 2, 4}, call));
    return true;
  }
  return refuse(op);
}
