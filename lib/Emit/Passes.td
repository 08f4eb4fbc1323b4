//===- Passes.td - The pass of the Emit stage -----------------------------------------------------*- tablegen -*-===//
#ifndef MAMBAC_LIB_EMIT_PASSES
#define MAMBAC_LIB_EMIT_PASSES

include "mlir/Pass/PassBase.td"

def DescribeTargetPass : Pass<"mambac-describe-target", "::mlir::ModuleOp"> {
  let summary = "Write the description of a CPU on the module";
  let description = [{
    What schedule and kernels know of the machine: `mambac.target` (lib/Schedule/Target.h) and the features that the
    code will need. `mambac` does this before it raises. Without it, passes take a CPU with AVX-512.

    Before: `module {}`

    After, for `cpu=x86-64-v3`:

        module attributes {mambac.levels = [{features = [.., "avx2"], name = "x86-64-v3"} ],
                           mambac.target = {vector_bytes = 32 : i64, vector_registers = 16 : i64, ..}} {}
  }];
  let options = [
    Option<"cpu", "cpu", "std::string", /*default=*/"\"native\"",
           "native, an x86-64 level, aarch64, or any CPU that LLVM knows">
  ];
}

#endif // MAMBAC_LIB_EMIT_PASSES
