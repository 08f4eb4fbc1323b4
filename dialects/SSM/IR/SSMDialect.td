//===- SSMDialect.td - The ssm dialect ---------------------------------------------------------*- tablegen -*-===//
#ifndef MAMBAC_DIALECTS_SSM_IR_SSMDIALECT_TD
#define MAMBAC_DIALECTS_SSM_IR_SSMDIALECT_TD

include "mlir/IR/DialectBase.td"

def SSM_Dialect : Dialect {
  let name = "ssm";
  let cppNamespace = "::mambac::ssm";
  let summary = "State space models: their scans, contractions and windows, as units";
  let description = [{
    The operations a state space model is made of, each as one op with an equation: what raising finds in a graph,
    and what scheduling turns into kernels. Ops are destination-passing on tensors and on memrefs alike; layouts are
    indexing maps, so that a transpose never has to run; each op decomposes into simpler ones, which is its
    definition. `dialects/SSM/README.md` says why each op exists and what it is not.

    An indexed op has axes, and for each operand a map from the axes to the operand's dimensions. Such ops share their
    first four constraints:
    - C1 all operands are tensors or all are memrefs.
    - C2 there is one map for each operand, from the op's axes without symbols, with as many results as the operand has
      dimensions.
    - C3 the results of a map are different axes, each plain or floordiv a positive constant (a group of consecutive
      indices that share an entry); every axis is in a map.
    - C4 operands agree on the sizes of axes as far as their types tell.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
  let useDefaultAttributePrinterParser = 1;
}

#endif // MAMBAC_DIALECTS_SSM_IR_SSMDIALECT_TD
