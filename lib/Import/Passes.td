//===- Passes.td - The pass of the Import stage ---------------------------------------------------*- tablegen -*-===//
#ifndef MAMBAC_LIB_IMPORT_PASSES
#define MAMBAC_LIB_IMPORT_PASSES

include "mlir/Pass/PassBase.td"

def ImportArchivePass : Pass<"mambac-import-archive", "::mlir::ModuleOp"> {
  let summary = "Read an exported program (.pt2) into the module, which has to be empty";
  let description = [{
    The graph of the archive becomes linalg on tensors, as `mambac MODEL.pt2 --emit=imported` prints it: one entry whose
    arguments and results carry names, shapes and symbols, weights as ssm.weight, module paths and source lines as
    locations. Nothing but the archive's own text is read; the weights stay where they are
    (`--run --weights=MODEL.pt2` takes them from there).

    Before: `module {}`

    After:

        module attributes {mambac.model = "model"} {
          func.func @main(%input_ids: tensor<?x?xi64> {mambac.name = "input_ids", mambac.shape = ..}) -> (..) { .. }
        }
  }];
  let options = [
    Option<"archive", "archive", "std::string", /*default=*/"", "The .pt2 file">,
    Option<"model", "model", "std::string", "", "Which of its models, if there are several">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect", "::mambac::ssm::SSMDialect"];
}

def VerifyInputPass : Pass<"mambac-verify-input"> {
  let summary = "Refuse operations that MLIR's verifiers let through and that cannot be read";
  let description = [{
    Changes nothing. mamba-opt runs it before the passes that it was given, mambac when it has read a .mlir file.

        %r = "tensor.collapse_shape"(%x) <{reassociation = [[1099511627776], [1, 2]]}> : ..

    becomes an error at its place: "groups dimension 1099511627776 where dimension 0 is due".
  }];
}

#endif // MAMBAC_LIB_IMPORT_PASSES
