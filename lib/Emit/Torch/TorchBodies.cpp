//===- TorchBodies.cpp - What is done for one element, as expressions on tensors ------------------------------------===//
//
// The body of a linalg op becomes PyTorch expressions on tensors that broadcast along the op's loops; on Python numbers it
// becomes plain arithmetic. Results that are read once are put in place, so that no temporary lives longer than needed.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Torch/PythonText.h"
#include "lib/Emit/Torch/TorchWriter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::python;

bool TorchWriter::writeBody(Block &body) {
  for (Operation &op : body.without_terminator())
    if (!writeBodyOp(&op))
      return false;
  return true;
}

Expr TorchWriter::operand(mlir::Value value) {
  if (auto known = exprs.find(value); known != exprs.end())
    return known->second;
  Expr expr;
  expr.loops.resize(rank);
  expr.isBool = value.getType().isInteger(1);
  // A value from outside of the body.
  if (names.count(value)) {
    expr.text = names[value];
  } else {
    expr.text = number(value);
    expr.host = true;
  }
  return expr;
}

void TorchWriter::bind(Operation *op, Expr value) {
  mlir::Value result = op->getResult(0);
  value.isBool = getElementTypeOrSelf(result.getType()).isInteger(1);
  // In place where it is read once, and short enough to read.
  if (result.use_empty()) {
    exprs[result] = value;
    return;
  }
  if (!value.host && !result.hasOneUse() && !isa<RankedTensorType>(result.getType())) {
    std::string name = newName("t");
    line(name + " = " + value.text);
    value.text = name;
    bodyTemporaries.push_back(name);
  } else if (value.text.size() > 110 && !value.host && rank > 0 && !isa<RankedTensorType>(result.getType()) &&
             !(*result.user_begin())->hasTrait<OpTrait::IsTerminator>()) {
    std::string name = newName("t");
    line(name + " = " + value.text);
    value.text = name;
    bodyTemporaries.push_back(name);
  }
  exprs[result] = value;
}

Expr TorchWriter::combine(ArrayRef<Expr> parts, std::string text) {
  Expr expr;
  expr.loops.resize(rank);
  expr.host = true;
  for (const Expr &part : parts) {
    expr.loops |= part.loops;
    expr.host &= part.host;
  }
  expr.text = std::move(text);
  return expr;
}

bool TorchWriter::writeBodyOp(Operation *op) {
  if (op->getNumResults() != 1)
    return refuse(op);
  if (isa<linalg::IndexOp, tensor::ExtractOp, affine::AffineApplyOp, affine::AffineMinOp, affine::AffineMaxOp>(op))
    return writeIndexed(op);
  if (matchPattern(op, m_Constant())) {
    Expr constant = operand(op->getResult(0));
    if (constant.text.empty())
      return refuse(op);
    exprs[op->getResult(0)] = constant;
    return true;
  }
  for (mlir::Value value : op->getOperands())
    if (operand(value).text.empty())
      return refuse(op, "of a value that is not known");
  if (isa<arith::CmpIOp, arith::CmpFOp>(op))
    return writeCompare(op);
  if (isa<arith::ExtFOp, arith::TruncFOp, arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp, arith::SIToFPOp,
          arith::UIToFPOp, arith::FPToSIOp, arith::IndexCastOp, arith::IndexCastUIOp>(op))
    return writeCast(op);
  if (isa<arith::ArithDialect>(op->getDialect()))
    return writeArith(op);
  return writeMath(op);
}

//===- Arithmetic -----------------------------------------------------------------------------------------------===//

bool TorchWriter::writeArith(Operation *op) {
  SmallVector<Expr> x;
  for (mlir::Value value : op->getOperands())
    x.push_back(operand(value));
  bool host = llvm::all_of(x, [](const Expr &e) { return e.host; });
  Type type = getElementTypeOrSelf(op->getResult(0).getType());
  auto infix = [&](const char *word) {
    bind(op, combine(x, "(" + x[0].text + " " + word + " " + x[1].text + ")"));
    return true;
  };
  auto call = [&](const std::string &name) {
    std::string arguments;
    for (const Expr &e : x)
      arguments += (arguments.empty() ? "" : ", ") + e.text;
    bind(op, combine(x, name + "(" + arguments + ")"));
    return true;
  };
  // Functions of tensors that take no numbers: the number is made a tensor.
  auto tensors = [&](const std::string &name) {
    std::string arguments;
    for (const Expr &e : x)
      arguments += (arguments.empty() ? "" : ", ") +
                   (e.host ? "torch.as_tensor(" + e.text + ", dtype=" + dtype(type) + ", device=device)" : e.text);
    bind(op, combine(x, name + "(" + arguments + ")"));
    return true;
  };
  bool isBool = type.isInteger(1);
  if (isa<arith::AddFOp, arith::AddIOp>(op))
    return isBool ? tensors("torch.logical_xor") : infix("+");
  if (isa<arith::SubFOp, arith::SubIOp>(op))
    return isBool ? tensors("torch.logical_xor") : infix("-");
  if (isa<arith::MulFOp, arith::MulIOp>(op))
    return isBool ? infix("&") : infix("*");
  if (isa<arith::DivFOp>(op))
    return infix("/");
  if (isa<arith::NegFOp>(op)) {
    bind(op, combine(x, "(-" + x[0].text + ")"));
    return true;
  }
  if (isa<arith::AndIOp>(op))
    return infix("&");
  if (isa<arith::OrIOp>(op))
    return infix("|");
  if (isa<arith::XOrIOp>(op)) {
    if (isBool && !host && matchPattern(op->getOperand(1), m_One())) {
      bind(op, combine(x, "(~" + x[0].text + ")"));
      return true;
    }
    return infix("^");
  }
  if (isa<arith::ShLIOp>(op))
    return infix("<<");
  if (isa<arith::ShRSIOp>(op))
    return infix(">>");
  // Signed and unsigned agree on sizes and positions.
  if (isa<arith::DivUIOp, arith::RemUIOp, arith::MaxUIOp, arith::MinUIOp, arith::CeilDivUIOp, arith::ShRUIOp>(op) &&
      !type.isIndex())
    return refuse(op, "of unsigned numbers");
  if (isa<arith::FloorDivSIOp>(op))
    return infix("//");
  if (isa<arith::CeilDivSIOp, arith::CeilDivUIOp>(op)) {
    bind(op, combine(x, "(-(-" + x[0].text + " // " + x[1].text + "))"));
    return true;
  }
  if (isa<arith::DivSIOp, arith::DivUIOp>(op)) {
    if (host)
      bind(op, combine(x, "math.trunc(" + x[0].text + " / " + x[1].text + ")"));
    else
      bind(op, combine(x, "torch.div(" + x[0].text + ", " + x[1].text + ", rounding_mode=\"trunc\")"));
    return true;
  }
  if (isa<arith::RemSIOp, arith::RemUIOp, arith::RemFOp>(op))
    return host ? call("math.fmod") : tensors("torch.fmod");
  bool max = isa<arith::MaximumFOp, arith::MaxSIOp, arith::MaxUIOp, arith::MaxNumFOp>(op);
  if (max || isa<arith::MinimumFOp, arith::MinSIOp, arith::MinUIOp, arith::MinNumFOp>(op)) {
    if (host)
      return call(max ? "max" : "min");
    if (isa<arith::MaxNumFOp, arith::MinNumFOp>(op))
      return tensors(max ? "torch.fmax" : "torch.fmin");
    return tensors(max ? "torch.maximum" : "torch.minimum");
  }
  if (isa<arith::SelectOp>(op)) {
    if (x[0].host) {
      bind(op, combine(x, "(" + x[1].text + " if " + x[0].text + " else " + x[2].text + ")"));
      return true;
    }
    bool numbers = x[1].host && x[2].host;
    std::string text = "torch.where(" + x[0].text + ", " + x[1].text + ", " + x[2].text + ")";
    // Of two numbers, torch.where makes its default types.
    bind(op, combine(x, numbers ? text + ".to(" + dtype(type) + ")" : text));
    return true;
  }
  return refuse(op);
}

bool TorchWriter::writeCompare(Operation *op) {
  Expr a = operand(op->getOperand(0)), b = operand(op->getOperand(1));
  bool host = a.host && b.host;
  auto infix = [&](const char *word) { return "(" + a.text + " " + word + " " + b.text + ")"; };
  auto negate = [&](const std::string &text) { return (host ? "(not " : "(~") + text + ")"; };
  std::string text;
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    switch (compare.getPredicate()) {
    case arith::CmpIPredicate::eq:
      text = infix("==");
      break;
    case arith::CmpIPredicate::ne:
      text = infix("!=");
      break;
    case arith::CmpIPredicate::slt:
      text = infix("<");
      break;
    case arith::CmpIPredicate::sle:
      text = infix("<=");
      break;
    case arith::CmpIPredicate::sgt:
      text = infix(">");
      break;
    case arith::CmpIPredicate::sge:
      text = infix(">=");
      break;
    default:
      // 0 <= a < b at once.
      if (compare.getPredicate() == arith::CmpIPredicate::ult && getElementTypeOrSelf(compare.getLhs().getType()).isIndex())
        text = host ? "(0 <= " + a.text + " < " + b.text + ")" : "((" + a.text + " >= 0) & " + infix("<") + ")";
      else
        return refuse(op, "of unsigned numbers");
    }
    bind(op, combine({a, b}, text));
    return true;
  }
  switch (cast<arith::CmpFOp>(op).getPredicate()) {
  case arith::CmpFPredicate::OEQ:
    text = infix("==");
    break;
  case arith::CmpFPredicate::UNE:
    text = infix("!=");
    break;
  case arith::CmpFPredicate::OLT:
    text = infix("<");
    break;
  case arith::CmpFPredicate::OLE:
    text = infix("<=");
    break;
  case arith::CmpFPredicate::OGT:
    text = infix(">");
    break;
  case arith::CmpFPredicate::OGE:
    text = infix(">=");
    break;
  case arith::CmpFPredicate::ULT:
    text = negate(infix(">="));
    break;
  case arith::CmpFPredicate::ULE:
    text = negate(infix(">"));
    break;
  case arith::CmpFPredicate::UGT:
    text = negate(infix("<="));
    break;
  case arith::CmpFPredicate::UGE:
    text = negate(infix("<"));
    break;
  case arith::CmpFPredicate::ONE:
    text = "(" + infix("<") + (host ? " or " : " | ") + infix(">") + ")";
    break;
  case arith::CmpFPredicate::UEQ:
    text = negate("(" + infix("<") + (host ? " or " : " | ") + infix(">") + ")");
    break;
  case arith::CmpFPredicate::UNO:
    text = "((" + a.text + " != " + a.text + ")" + (host ? " or " : " | ") + "(" + b.text + " != " + b.text + "))";
    break;
  case arith::CmpFPredicate::ORD:
    text = "((" + a.text + " == " + a.text + ")" + (host ? " and " : " & ") + "(" + b.text + " == " + b.text + "))";
    break;
  default:
    return refuse(op);
  }
  bind(op, combine({a, b}, text));
  return true;
}

bool TorchWriter::writeCast(Operation *op) {
  Expr x = operand(op->getOperand(0));
  Type from = getElementTypeOrSelf(op->getOperand(0).getType()), to = getElementTypeOrSelf(op->getResult(0).getType());
  std::string type = dtype(to);
  if (type.empty())
    return refuse(op, "PyTorch has no such type");
  if (x.host) {
    bool isFloat = isa<FloatType>(to);
    bind(op, combine({x}, (isFloat ? "float(" : to.isInteger(1) ? "bool(" : "int(") + x.text + ")"));
    return true;
  }
  if (isa<arith::UIToFPOp, arith::ExtUIOp, arith::IndexCastUIOp>(op) && !from.isInteger(1) && !from.isIndex()) {
    if (!from.isInteger(8))
      return refuse(op, "of unsigned numbers");
    x.text = "(" + x.text + ".to(torch.int64) & 255)";
  }
  if (isa<arith::TruncIOp>(op) && to.isInteger(1))
    x.text = "(" + x.text + " & 1)";
  std::string text = x.text + ".to(" + type + ")";
  if (isa<arith::ExtSIOp>(op) && from.isInteger(1))
    text = "(-" + text + ")";
  bind(op, combine({x}, text));
  return true;
}

bool TorchWriter::writeMath(Operation *op) {
  SmallVector<Expr> x;
  for (mlir::Value value : op->getOperands())
    x.push_back(operand(value));
  std::string name = op->getName().getStringRef().str();
  bool host = llvm::all_of(x, [](const Expr &e) { return e.host; });
  // Functions of numbers alone are rare: they run as tensors, too.
  if (host)
    for (auto [expr, value] : llvm::zip(x, op->getOperands())) {
      expr.text = "torch.as_tensor(" + expr.text + ", dtype=" + dtypeOf(value) + ", device=device)";
      expr.host = false;
    }
  std::string plain = llvm::StringSwitch<std::string>(name)
                          .Cases({"math.exp", "complex.exp"}, "torch.exp")
                          .Case("math.exp2", "torch.exp2")
                          .Case("math.expm1", "torch.expm1")
                          .Cases({"math.log", "complex.log"}, "torch.log")
                          .Case("math.log2", "torch.log2")
                          .Case("math.log10", "torch.log10")
                          .Case("math.log1p", "torch.log1p")
                          .Cases({"math.sqrt", "complex.sqrt"}, "torch.sqrt")
                          .Case("math.rsqrt", "torch.rsqrt")
                          .Cases({"math.tanh", "complex.tanh"}, "torch.tanh")
                          .Cases({"math.sin", "complex.sin"}, "torch.sin")
                          .Cases({"math.cos", "complex.cos"}, "torch.cos")
                          .Case("math.tan", "torch.tan")
                          .Case("math.sinh", "torch.sinh")
                          .Case("math.cosh", "torch.cosh")
                          .Case("math.asin", "torch.asin")
                          .Case("math.acos", "torch.acos")
                          .Case("math.atan", "torch.atan")
                          .Case("math.erf", "torch.erf")
                          .Case("math.erfc", "torch.erfc")
                          .Cases({"math.absf", "math.absi", "complex.abs"}, "torch.abs")
                          .Case("math.ceil", "torch.ceil")
                          .Case("math.floor", "torch.floor")
                          .Case("math.roundeven", "torch.round")
                          .Case("math.trunc", "torch.trunc")
                          .Case("math.isnan", "torch.isnan")
                          .Case("math.isinf", "torch.isinf")
                          .Case("math.isfinite", "torch.isfinite")
                          .Cases({"math.powf", "math.fpowi", "math.ipowi"}, "torch.pow")
                          .Case("math.atan2", "torch.atan2")
                          .Case("math.copysign", "torch.copysign")
                          .Case("complex.re", "torch.real")
                          .Case("complex.im", "torch.imag")
                          .Case("complex.create", "torch.complex")
                          .Case("complex.conj", "torch.conj_physical")
                          .Default("");
  std::string text;
  if (!plain.empty()) {
    bool numbers = plain == "torch.pow"; // takes a number for its exponent
    for (auto [expr, value] : llvm::zip(x, op->getOperands()))
      text += (text.empty() ? "" : ", ") +
              (expr.host && !numbers ? "torch.as_tensor(" + expr.text + ", dtype=" + dtypeOf(value) + ", device=device)"
                                     : expr.text);
    text = plain + "(" + text + ")";
  } else if (name == "math.fma") {
    text = "(" + x[0].text + " * " + x[1].text + " + " + x[2].text + ")";
  } else if (name == "math.round") { // halves away from zero
    text = "(torch.sign(" + x[0].text + ") * torch.floor(torch.abs(" + x[0].text + ") + 0.5))";
  } else if (name == "complex.neg") {
    text = "(-" + x[0].text + ")";
  } else if (const char *word = llvm::StringSwitch<const char *>(name)
                                    .Case("complex.add", "+")
                                    .Case("complex.sub", "-")
                                    .Case("complex.mul", "*")
                                    .Case("complex.div", "/")
                                    .Default(nullptr)) {
    text = "(" + x[0].text + " " + word + " " + x[1].text + ")";
  } else {
    return refuse(op);
  }
  bind(op, combine(x, text));
  return true;
}

//===- Positions ------------------------------------------------------------------------------------------------===//

std::string TorchWriter::affine(AffineExpr expr, ArrayRef<Expr> dims, ArrayRef<Expr> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue() < 0 ? "(" + std::to_string(constant.getValue()) + ")" : std::to_string(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()].text;
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()].text;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::string a = affine(binary.getLHS(), dims, symbols), b = affine(binary.getRHS(), dims, symbols);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return "(" + a + " + " + b + ")";
  case AffineExprKind::Mul:
    return "(" + a + " * " + b + ")";
  case AffineExprKind::Mod:
    return "(" + a + " % " + b + ")";
  case AffineExprKind::FloorDiv:
    return "(" + a + " // " + b + ")";
  default:
    return "(-(-" + a + " // " + b + "))";
  }
}

bool TorchWriter::writeIndexed(Operation *op) {
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    Expr expr;
    unsigned loop = index.getDim();
    expr.loops.resize(rank);
    if (auto counter = loopCounters.find(loop); counter != loopCounters.end()) {
      expr.text = counter->second;
      expr.host = true;
      exprs[op->getResult(0)] = expr;
      return true;
    }
    expr.loops.set(loop);
    std::string shape;
    for (unsigned i = 0; i < rank; ++i)
      shape += std::string(i ? ", " : "") + (i == loop ? "-1" : "1");
    expr.text = "torch.arange(" + loopSizes[loop] + ", device=device)" + (rank > 1 ? ".view(" + shape + ")" : "");
    bind(op, expr);
    return true;
  }
  SmallVector<Expr> x;
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    std::string part;
    for (mlir::Value index : extract.getIndices()) {
      x.push_back(operand(index));
      if (x.back().text.empty())
        return refuse(op, "at a position that is not known");
      part += (part.empty() ? "" : ", ") + x.back().text;
    }
    std::string source = tensor(extract.getTensor());
    if (source.empty())
      return refuse(op, "of a tensor that is not known");
    Expr expr = combine(x, part.empty() ? source : source + "[" + part + "]");
    expr.host = false;
    bind(op, expr);
    return true;
  }
  for (mlir::Value value : op->getOperands()) {
    x.push_back(operand(value));
    if (x.back().text.empty())
      return refuse(op, "of a value that is not known");
  }
  AffineMap map = isa<affine::AffineApplyOp>(op) ? cast<affine::AffineApplyOp>(op).getAffineMap()
                  : isa<affine::AffineMinOp>(op) ? cast<affine::AffineMinOp>(op).getMap()
                                                 : cast<affine::AffineMaxOp>(op).getMap();
  ArrayRef<Expr> all = x;
  std::string text;
  for (AffineExpr result : map.getResults())
    text += (text.empty() ? "" : ", ") + affine(result, all.take_front(map.getNumDims()), all.drop_front(map.getNumDims()));
  Expr expr = combine(x, text);
  if (!isa<affine::AffineApplyOp>(op)) {
    if (!expr.host)
      return refuse(op, "of positions");
    expr.text = (isa<affine::AffineMinOp>(op) ? "min(" : "max(") + text + ")";
  }
  bind(op, expr);
  return true;
}
