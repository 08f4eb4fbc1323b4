//===- SSMEnums.td - Enumerations of the ssm dialect -------------------------------------------*- tablegen -*-===//
#ifndef MAMBAC_DIALECTS_SSM_IR_SSMENUMS_TD
#define MAMBAC_DIALECTS_SSM_IR_SSMENUMS_TD

include "mlir/IR/EnumAttr.td"
include "dialects/SSM/IR/SSMDialect.td"

def SSM_Activation : I32EnumAttr<"Activation", "function applied to a convolution's result", [
    I32EnumAttrCase<"none", 0>,  // x
    I32EnumAttrCase<"silu", 1>   // x / (1 + exp(-x))
  ]> {
  let cppNamespace = "::mambac::ssm";
  let genSpecializedAttr = 0;
}

def SSM_ActivationAttr : EnumAttr<SSM_Dialect, SSM_Activation, "activation"> {
  let assemblyFormat = "`<` $value `>`";
}

#endif // MAMBAC_DIALECTS_SSM_IR_SSMENUMS_TD
