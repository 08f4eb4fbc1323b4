//===- Average.td - A dialect with one op ----------------------------------------------------------*- tablegen -*-===//
#ifndef EXAMPLE_AVERAGE
#define EXAMPLE_AVERAGE

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Average_Dialect : Dialect {
  let name = "average";
  let summary = "An example of somebody's own ops";
  let cppNamespace = "::average";
}

def Average_ExponentialOp : Op<Average_Dialect, "exponential", [Pure, AllTypesMatch<["x", "y"]>]> {
  let summary = "Exponential moving average along the first axis";
  let description = [{
    y[0] = (1 - decay) x[0],  y[t] = decay y[t - 1] + (1 - decay) x[t]
  }];
  let arguments = (ins RankedTensorOf<[F32]>:$x, F32Attr:$decay);
  let results = (outs RankedTensorOf<[F32]>:$y);
  let assemblyFormat = "$x `decay` `(` $decay `)` attr-dict `:` type($x)";
  let hasVerifier = 1;
}

#endif // EXAMPLE_AVERAGE
