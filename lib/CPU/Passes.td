//===- Passes.td - The passes of the CPU stage ----------------------------------------------------*- tablegen -*-===//
#ifndef MAMBAC_LIB_CPU_PASSES
#define MAMBAC_LIB_CPU_PASSES

include "mlir/Pass/PassBase.td"

def MarkStreamedStatesPass : Pass<"mambac-mark-streamed-states", "::mlir::ModuleOp"> {
  let summary = "Mark states that leave the caches before they are read again";
  let description = [{
    A step of a recurrence reads a state and writes the next one, which is an output of the entry. If the entry goes through
    more memory (weights, inputs, outputs) than the last level cache holds, and does not read that output again itself, the
    kernel writes it past the caches: lines are not read from memory before they are overwritten. A kernel is marked where
    this holds for all its calls. Sizes that are known at run time only count as nothing. A state that is written where it was
    read (states in place are no outputs) is in the caches by then, and is left alone.

    Before:

        call @ssd_0(%s, %new) : ..                     // %new : memref<..> {mambac.output}, %weights of 512 MiB
        func.func private @ssd_0(..) { ssm.ssd .. outs(%y, %arg10) }

    After:

        func.func private @ssd_0(..) { ssm.ssd .. outs(%y, %arg10) {mambac.streamed} }
  }];
  let statistics = [Statistic<"numMarked", "marked", "Kernels that write their final state past the caches">];
  let dependentDialects = ["::mambac::ssm::SSMDialect"];
}

def ExpandKernelsPass : Pass<"mambac-expand-kernels"> {
  let summary = "Expand ssm ops on memrefs to parallel loops over vectors";
  let description = [{
    Each ssm op becomes its kernel: scf.parallel over independent pieces, and in them loops over vectors of the target's
    width (the attribute `mambac.target`, lib/Schedule/Target.h), with tiles of operands on the stack. The options are
    the sizes of those pieces; what they change is speed, and the order of sums within the rounding of f32.

    Before:

        ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : ..) dt(%dt : ..) A(%A : ..) B(%B : ..) C(%C : ..)
          outs(%y : memref<1x2048x24x64xf32>)

    After: scf.parallel over 43 chunks of 48 steps, which writes their scores C B^T to a workspace, and an scf.parallel
    over 24 heads, each with its state on the stack and an scf.for over the chunks. With `ssd-chunk=64` there are 32
    chunks.
  }];
  let options = [
    Option<"ssdChunk", "ssd-chunk", "int64_t", /*default=*/"48", "ssm.ssd: steps of a chunk, a multiple of 16 up to 512">,
    Option<"scanTime", "scan-time", "int64_t", "128", "ssm.selective_scan: steps of a tile of time, up to 4096">,
    Option<"scanStates", "scan-states", "int64_t", "16", "ssm.selective_scan: states in registers at a time, up to 64">,
    Option<"scanVectors", "scan-vectors", "int64_t", "4", "ssm.selective_scan: vectors of channels of one work item">,
    Option<"convTime", "conv-time", "int64_t", "128", "ssm.causal_conv1d: steps of one work item, up to 4096">,
    Option<"attentionQueries", "attention-queries", "int64_t", "48",
           "ssm.attention: queries of a tile, a multiple of 16 up to 512">,
    Option<"attentionKeys", "attention-keys", "int64_t", "64", "ssm.attention: keys of a tile, a multiple of 16 up to 512">,
    Option<"matmulRows", "matmul-rows", "int64_t", "96", "ssm.packed_matmul: most rows of x of one work item, up to 512">,
    Option<"matmulItems", "matmul-items", "int64_t", "32",
           "ssm.packed_matmul: work items that there should be, where that does not make tiny ones">,
    Option<"matmulVectors", "matmul-vectors", "int64_t", "2",
           "ssm.packed_matmul: vectors of columns of a tile in registers; has to divide a panel of 32 columns">,
    Option<"sumBlock", "sum-block", "int64_t", "256",
           "ssm.packed_matmul: products that are summed before the sum joins others of its kind, up to 1024">,
    Option<"tileRows", "tile-rows", "int64_t", "12", "All products: most rows of a tile in registers, up to 12">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ExpandTunedKernelsPass : Pass<"mambac-expand-tuned-kernels", "::mlir::ModuleOp"> {
  let summary = "Expand the kernels that have options of their own";
  let description = [{
    A kernel function's attribute `mambac.tuning` holds options of mambac-expand-kernels, as `mambac --tune` found them.
    Its ops are expanded with these; what it does not name has its default. All other functions stay as they are.

    Before:

        func.func private @ssd_0(..) attributes {mambac.tuning = "ssd-chunk=64"} { ssm.ssd .. }

    After: the loops that --mambac-expand-kernels="ssd-chunk=64" makes of it.
  }];
  let statistics = [Statistic<"numTuned", "tuned", "Kernel functions expanded with options of their own">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ExpandMathPass : Pass<"mambac-expand-math"> {
  let summary = "Rewrite elementary functions to polynomials";
  let description = [{
    exp, log, tanh and their kin on f32, f16 and bf16, scalars and vectors, become fused multiply-adds and bit arithmetic,
    so that no loop calls libm. Doubles stay. What is one instruction (sqrt, floor, fma) stays. x / (1 + exp(-x)),
    1 / (1 + exp(-x)) and log1p(exp(x)) become functions of their own, which neither overflow nor cancel.

    Before:

        %y = math.exp %x : vector<16xf32>

    After: x log2 e is rounded, what is left goes into a chain of `math.fma`, and the exponent is put in place; with
    AVX-512 sixteenths are rounded to, whose powers of two are looked up in a register.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def LowerLinalgPass : Pass<"mambac-lower-linalg", "::mlir::ModuleOp"> {
  let summary = "Lower linalg on memrefs to parallel loops over vectors";
  let description = [{
    Each linalg op becomes one scf.parallel over groups of rows (the points of its parallel dimensions), with a loop over
    vectors along the dimension that lies contiguous in memory. Reductions accumulate in registers. How many rows a group
    has depends on sizes alone: as many as make `grain` points, so results do not depend on the number of threads.
    Rows of tables that data choose are prefetched some rows ahead. Of an extremum and its first place (two results),
    vectors keep both in each lane.
    Inside of a row fusion, an elementwise op and the sum of what it makes become one loop.

    Before:

        linalg.generic {... ["parallel", "parallel"]} ins(%x : memref<64x1024xf32>) outs(%y : memref<64x1024xf32>)

    After: scf.parallel over 4 groups of 16 rows (16 x 1024 points), in each an scf.for over rows and one over vectors.
  }];
  let options = [
    Option<"grain", "grain", "int64_t", /*default=*/"16384", "Points that a parallel work item should have at least">,
    Option<"sumVectors", "sum-vectors", "int64_t", "4", "Vectors that a sum along contiguous memory runs in, 1, 2, 4 or 8">
  ];
  let dependentDialects = ["::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect", "::mlir::arith::ArithDialect",
                          "::mlir::affine::AffineDialect", "::mlir::memref::MemRefDialect",
                          "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect"];
}

def ExpandViewsPass : Pass<"mambac-expand-views", "::mlir::ModuleOp"> {
  let summary = "Expand views of buffers into offsets, sizes and strides";
  let description = [{
    Before:

        %y = memref.expand_shape %x [[0, 1], [2]] output_shape [2, 3, 4] : memref<6x4xf32> into memref<2x3x4xf32>

    After:

        %y = memref.reinterpret_cast %x to offset: [0], sizes: [2, 3, 4], strides: [12, 4, 1] : ..

    memref.collapse_shape and memref.subview likewise.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def OutlineParallelPass : Pass<"mambac-outline-parallel", "::mlir::ModuleOp"> {
  let summary = "Outline outermost scf.parallel loops into parallel_for calls";
  let description = [{
    Each outermost scf.parallel becomes a function over a range of its linearized iterations, and a call of the runtime's
    parallel_for, which is one of the services that every function is handed. What the loop uses from outside goes
    through a struct on the stack. Loops inside of a parallel loop stay for the sequential lowering.

    Before:

        scf.parallel (%i) = (%c0) to (%n) step (%c1) { .. %x .. }

    After:

        llvm.call %parallel_for(%services, %body, %captured, %iterations) : ..
        func.func private @kernel_body0(%captured: !llvm.ptr, %begin: i64, %end: i64) { .. scf.for .. }
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect", "::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect"];
}

def LowerEntriesPass : Pass<"mambac-lower-entries", "::mlir::ModuleOp"> {
  let summary = "Emit the C entry points and the product structure";
  let description = [{
    Wraps every scheduled entry into the C functions of lib/Runtime/ProductABI.h, which take arrays of pointers, and emits
    the structure `mambac_product`, whose text says names, types and sizes of inputs and outputs.

    Before:

        func.func @main(%services, %x: memref<?x4xf32>, %out: memref<?xf32> {mambac.output}, %arena .., %weights ..)

    After: that function, a function over an array of pointers and one of symbols that calls it, functions for the
    arena's length and the outputs' shapes, a global constant that lists them, and `llvm.mlir.global external constant
    @mambac_product`, which lists the instruction sets that the product has code for. With `mambac.level = 1 : i64` on the
    module it is one of several levels (`mambac.levels`); then the object of level 0 has @mambac_product.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect", "::mlir::arith::ArithDialect",
                           "::mlir::affine::AffineDialect"];
}

#endif // MAMBAC_LIB_CPU_PASSES
