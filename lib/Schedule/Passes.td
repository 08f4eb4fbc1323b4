//===- Passes.td - The passes of the Schedule stage -----------------------------------------------*- tablegen -*-===//
#ifndef MAMBAC_LIB_SCHEDULE_PASSES
#define MAMBAC_LIB_SCHEDULE_PASSES

include "mlir/Pass/PassBase.td"

def EntryABIPass : Pass<"mambac-entry-abi", "::mlir::ModuleOp"> {
  let summary = "Give entries caller-owned buffers, arena, weights and symbols";
  let description = [{
    Sizes of inputs become expressions of the symbols. Modules without mambac's attributes get names, a symbol for each
    dynamic dimension, and all their public functions as entries.

    Before:

        func.func @main(%x: tensor<?x4xf32>) -> tensor<?xf32>

    After:

        func.func @main(%x: memref<?x4xf32> {mambac.name = "arg0", mambac.shape = affine_map<()[s0] -> (s0, 4)>},
                        %out: memref<?xf32> {mambac.output, ..}, %arena: memref<?xi8> {mambac.arena},
                        %weights: memref<?xi8> {mambac.weights}, %s0: index {mambac.symbol = 0})

    A result with `mambac.updates` gets no buffer: it is written into the argument whose new contents it is, a state.

    Before:

        func.func @step(%h: tensor<4xf32>) -> (tensor<4xf32> {mambac.updates = 0})

    After:

        func.func @step(%h: memref<4xf32> {mambac.state = 0, ..}, %arena: .., %weights: ..) {
          %t = bufferization.to_tensor %h restrict writable
          ..
          bufferization.materialize_in_destination %new in writable %h
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::affine::AffineDialect",
                          "::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                          "::mlir::tensor::TensorDialect"];
}

def DecomposeRestPass : Pass<"mambac-decompose-rest", "::mlir::ModuleOp"> {
  let summary = "Decompose ssm ops that no kernel computes";
  let description = [{
    ssm ops on doubles, and ops whose state, head or window sizes are not constants or are too large, become their
    definitions in linalg and scf: kernels keep such sizes in registers and on the stack, so they have to know them.

    Before:

        %y = ssm.cumsum dim(1) ins(%x : tensor<2x5xf64>) outs(%e : tensor<2x5xf64>)

    After: an scf.for over the axis with the running sum as its carry.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect", "::mlir::math::MathDialect",
                           "::mlir::affine::AffineDialect"];
}

def LowerEinsumPass : Pass<"mambac-lower-einsum", "::mlir::ModuleOp"> {
  let summary = "Lower ssm.einsum to packed products and pairwise contractions";
  let description = [{
    The einsum of a tensor and a weight becomes ssm.packed_matmul on the rows of the tensor; the packing becomes an
    operation on the weight alone, which weight hoisting moves to compile time. Other einsums become linalg.generic that
    accumulates in f32; without a sum, elementwise ones. Einsums of more than two operands are best ordered before
    (ssm-order-contractions).

    Before:

        %w = ssm.weight "w" : tensor<40x16xf32>
        %y = ssm.einsum "l k, n k -> l n" ins(%x, %w : tensor<?x16xf32>, tensor<40x16xf32>) ..

    After:

        %p = linalg.generic .. tensor.extract %w .. -> tensor<2x16x32xf32>      // panels of 32 columns
        %y = ssm.packed_matmul ins(%x, %p : tensor<?x16xf32>, tensor<2x16x32xf32>) ..
  }];
  let statistics = [
    Statistic<"numPacked", "packed", "Einsums with a weight that became packed products">,
    Statistic<"numPairwise", "pairwise", "Contractions of two operands that became linalg">
  ];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect", "::mlir::affine::AffineDialect",
                           "::mambac::ssm::SSMDialect"];
}

def ReadPackedWeightsPass : Pass<"mambac-read-packed-weights", "::mlir::ModuleOp"> {
  let summary = "Read elements of a weight from its packed form, where there is one";
  let description = [{
    A tied embedding is gathered by ids and multiplied with. Where nothing but packings and reads of single elements use a
    weight, the reads go to the packed tensor, at the places that its packing names (`mambac.places`), and the table is
    not stored. Elements that lie beside each other in a row are a panel's width apart in the packed tensor: a read
    takes a cache line. So a table whose elements are all read many times stays.

    Before:

        %w = ssm.weight "embedding" : tensor<40x16xf32>
        %p = linalg.generic .. attrs = {mambac.places = affine_map<(n, k) -> (n floordiv 32, k, n mod 32)>} {
          .. tensor.extract %w ..
        } -> tensor<2x16x32xf32>
        %x = linalg.generic .. { .. tensor.extract %w[%id, %column] .. }

    After:

        %x = linalg.generic .. { .. tensor.extract %p[%id / 32, %column, %id mod 32] .. }
  }];
  let options = [
    Option<"mostReads", "most-reads", "int64_t", /*default=*/"4",
           "Times that each element may be read in a run, as far as sizes are known; 0: tables stay">
  ];
  let statistics = [
    Statistic<"numTables", "tables", "Weights that are read from their packed form alone">,
    Statistic<"numDeclined", "declined", "Weights that are packed and stay as tables beside that">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                          "::mlir::tensor::TensorDialect"];
}

def HoistWeightsPass : Pass<"mambac-hoist-weights", "::mlir::ModuleOp"> {
  let summary = "Move what depends on weights alone into @prepare";
  let description = [{
    Operations of a driver whose operands are weights and constants move into one function, which the compiler runs
    itself; its results are the packed weight segment, at constant offsets, equal ones once. Results that would be much
    larger than the weights they come from (broadcasts) stay.

    Before, in a driver:

        %w = ssm.weight "A_log" : tensor<40xf32>
        %a = linalg.generic .. ins(%w) { math.exp }

    After:

        %view = memref.view %weights[%c0][] : memref<?xi8> to memref<40xf32>          // in the driver
        func.func @prepare(%w: tensor<40xf32> {mambac.weight = "A_log"}) -> (tensor<40xf32> {mambac.offset = 0})
  }];
  let statistics = [
    Statistic<"numPacked", "packed", "Tensors of the packed weight segment">,
    Statistic<"numDeclined", "declined", "Operations on weights left in drivers: their results are much larger">
  ];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::memref::MemRefDialect",
                          "::mlir::func::FuncDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect",
                          "::mlir::affine::AffineDialect"];
}

def FuseElementwisePass : Pass<"mambac-fuse-elementwise", "::mlir::ModuleOp"> {
  let summary = "Fuse elementwise linalg into its consumers";
  let description = [{
    A chain of pointwise operations becomes one loop. A producer with several consumers is repeated only where that costs
    next to nothing, and never along a sum. Pads and concatenations become writes into slices. A slice of a transposed copy is
    the copy of a slice, which can be fused.

    Before:

        %t = linalg.generic .. ins(%x) { math.exp }
        %z = linalg.generic .. ins(%t, %y) { arith.mulf }

    After:

        %z = linalg.generic .. ins(%x, %y) { math.exp; arith.mulf }
  }];
  let options = [
    Option<"largestBody", "largest-body", "int64_t", /*default=*/"96",
           "Operations that a fused loop may have: more of them spill registers. 0: nothing is fused">
  ];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                          "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                          "::mlir::bufferization::BufferizationDialect"];
}

def FuseEpiloguesPass : Pass<"mambac-fuse-epilogues", "::mlir::ModuleOp"> {
  let summary = "Make the elementwise consumer of a packed product its epilogue";
  let description = [{
    Bias, activation, gate, residual and rounding happen while the sums are in registers. The consumer has to be the only
    reader of the product; its other operands vary along all rows and columns, along rows, along columns or not at all.
    Numbers stay: what was rounded to 16 bits between the two is rounded still.

    Before:

        %s = ssm.packed_matmul x(%x : tensor<?x64xf32>) packed(%w : tensor<3x64x32xf32>) ..
        %y = linalg.generic .. ins(%s, %residual) { arith.addf }

    After:

        %y = ssm.packed_matmul x(%x : tensor<?x64xf32>) packed(%w : tensor<3x64x32xf32>) with(%residual : ..) .. epilogue {
        ^bb0(%sum: f32, %r: f32):
          %v = arith.addf %sum, %r : f32
          ssm.yield %v : f32
        }
  }];
  let statistics = [
    Statistic<"numFused", "fused", "Consumers that became epilogues">,
    Statistic<"numDeclined", "declined", "Consumers that could not">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect", "::mambac::ssm::SSMDialect"];
}

def FusePositionsPass : Pass<"mambac-fuse-positions", "::mlir::ModuleOp"> {
  let summary = "Find an extremum and its first place in one reduction";
  let description = [{
    argmax and its kin are two reductions: the largest element, and the smallest position of those that equal it, or are
    NaN. They become one that reads its input once. Of equal elements the first counts, of all the first NaN.

    Before:

        %m = linalg.generic .. ins(%x) { arith.maximumf }
        %i = linalg.generic .. ins(%x, %m) { arith.minsi of the positions where %x equals %m or is NaN }

    After:

        %m, %i = linalg.generic .. ins(%x) { takes = x > m or x is NaN, and m is not; selects of element and position }
  }];
  let statistics = [Statistic<"numFused", "fused", "Positions that are found along with their extremum">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                          "::mlir::arith::ArithDialect"];
}

def WriteCarriesInPlacePass : Pass<"mambac-write-carries-in-place", "::mlir::ModuleOp"> {
  let summary = "Write the tensors that a loop yields over those it was handed, and new states over the old ones";
  let description = [{
    So bufferization gives each carried tensor one buffer for the whole loop. What lies in a carry itself (two carries
    that change places) is copied first. So with the states of entries: what is computed is written to the tensor that the
    state is read as.

    Before:

        scf.for .. iter_args(%h = %h0) {
          %n = linalg.generic .. outs(%e)
          scf.yield %n
        }

    After:

        scf.for .. iter_args(%h = %h0) {
          %n = linalg.generic .. outs(%e)
          %w = bufferization.materialize_in_destination %n in %h
          scf.yield %w
        }
  }];
  let statistics = [Statistic<"numWritten", "written", "Carried tensors and states that are written over">];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::tensor::TensorDialect"];
}

def SplitDestinationsPass : Pass<"mambac-split-destinations", "::mlir::ModuleOp"> {
  let summary = "Give every operation its own destination";
  let description = [{
    A tensor that is only there to be written gets one copy per writer: shared ones would be copied by bufferization, or
    live as long as all their writers' results.

    Before:

        %y = linalg.exp ins(%x) outs(%e)
        %z = linalg.log ins(%x) outs(%e)

    After: the second writes to a tensor.empty of its own.

    Slices whose dimensions of size one were folded away are made as their readers and writers have them, so that an
    operation can write where a slice of a state is:

        %s = tensor.extract_slice %t[0, 0, 0] [1, 1, 5] : tensor<2x1x5xf32> to tensor<5xf32>
        %e = tensor.expand_shape %s .. into tensor<1x5xf32>        =>  tensor.extract_slice .. to tensor<1x5xf32>
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect"];
}

def FoldFillsPass : Pass<"mambac-fold-fills", "::mlir::ModuleOp"> {
  let summary = "Let reductions start from constants instead of filled buffers";
  let description = [{
    Before, in a driver:

        linalg.generic .. ins(%zero : f32) outs(%s : memref<4xf32>) { yield %zero }
        linalg.generic .. ins(%x : memref<4x9xf32>) outs(%s : memref<4xf32>) { arith.addf }

    After:

        linalg.generic .. ins(%x : memref<4x9xf32>) outs(%s : memref<4xf32>) attrs = {mambac.start = 0.0 : f32} ..
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect"];
}

def FuseRowsPass : Pass<"mambac-fuse-rows", "::mlir::ModuleOp"> {
  let summary = "Fuse operations that go through the same rows, reductions among them";
  let description = [{
    Operations that follow each other in a driver, share their outer parallel dimensions, and hand each other rows
    (norms, softmax, their neighbours) become one loop over these rows, whose body has what each of them does with one
    row. Between them a row stays in the first level cache; buffers that nothing else reads become rows on the stack.
    Results do not change: each row is computed as before.

    Before, in a driver:

        linalg.generic .. ["parallel", "reduction"] ins(%x : memref<?x768xf32>) outs(%s : memref<?xf32>)
        linalg.generic .. ["parallel", "parallel"] ins(%x, %s : ..) outs(%y : memref<?x768xf32>)

    After:

        scf.parallel (%i) = (%c0) to (%rows) step (%c1) {
          %t = memref.alloca() : memref<f32>
          %xi = memref.subview %x[%i, 0] [1, 768] [1, 1] : ..
          linalg.generic .. ["reduction"] ins(%xi : ..) outs(%t : memref<f32>)
          %yi = memref.subview %y[%i, 0] [1, 768] [1, 1] : ..
          linalg.generic .. ["parallel"] ins(%xi, %t : ..) outs(%yi : ..)
        }
  }];
  let options = [
    Option<"stackBytes", "stack-bytes", "int64_t", /*default=*/"65536",
           "Bytes of rows that one loop may have on the stack; 0: nothing is fused">,
    Option<"shortestRow", "shortest-row", "int64_t", /*default=*/"64",
           "Points of a row, as far as known, below which there is more to a row's address than to its work">,
    Option<"longestRow", "longest-row", "int64_t", /*default=*/"262144",
           "Points of a row, as far as known, above which several cores had better share it">,
    Option<"smallGroup", "small-group", "int64_t", /*default=*/"16384",
           "Points that operations without a common parallel dimension may have altogether">
  ];
  let statistics = [
    Statistic<"numGroups", "groups", "Loops over rows that were made">,
    Statistic<"numFused", "fused", "Operations in them">,
    Statistic<"numRows", "rows", "Buffers that became rows on the stack">
  ];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
                          "::mlir::arith::ArithDialect"];
}

def SplitProductsPass : Pass<"mambac-split-products", "::mlir::ModuleOp"> {
  let summary = "A product that is only read in parts gets a buffer for each";
  let description = [{
    Where all that reads a product takes some of its columns, and these are whole panels of the packed weight, there is a
    product for each part: a part's buffer is free when it was read for the last time. The weight stays one. Products of few
    rows, and entries for one token, stay as they are.

    Before:

        %xz = ssm.packed_matmul x(%h : tensor<?x64xf32>) packed(%w : tensor<8x64x32xf32>) outs(%e : tensor<?x256xf32>)
        %x = tensor.extract_slice %xz[0, 0] [%n, 128] [1, 1]
        %z = tensor.extract_slice %xz[0, 128] [%n, 128] [1, 1]

    After:

        %wx = tensor.extract_slice %w[0, 0, 0] [4, 64, 32] [1, 1, 1]
        %x = ssm.packed_matmul x(%h : tensor<?x64xf32>) packed(%wx : tensor<4x64x32xf32>) outs(%e0 : tensor<?x128xf32>)
        %wz = tensor.extract_slice %w[4, 0, 0] [4, 64, 32] [1, 1, 1]
        %z = ssm.packed_matmul x(%h : tensor<?x64xf32>) packed(%wz : tensor<4x64x32xf32>) outs(%e1 : tensor<?x128xf32>)
  }];
  let options = [
    Option<"fewestRows", "fewest-rows", "int64_t", /*default=*/"64", "Products of fewer rows, where that is known, stay">
  ];
  let statistics = [Statistic<"numSplit", "split", "Products that were split">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect"];
}

def WriteOverInputsPass : Pass<"mambac-write-over-inputs", "::mlir::ModuleOp"> {
  let summary = "Results of kernels take the place of inputs that die";
  let description = [{
    A kernel that reads each part of an input before it writes that part of its result (ssm.selective_scan: delta and y)
    writes into the input's buffer where that is a temporary which nothing reads later.

    Before, in a driver:

        %delta = memref.alloc(%n) : memref<1x?x1536xf32>
        ..
        %y = memref.alloc(%n) : memref<1x?x1536xf32>
        ssm.selective_scan .. delta(%delta : ..) .. outs(%y : ..)

    After:

        ssm.selective_scan .. delta(%delta : ..) .. outs(%delta : ..)
  }];
  let statistics = [Statistic<"numWritten", "written", "Results in the place of an input">];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def FormDispatchesPass : Pass<"mambac-form-dispatches", "::mlir::ModuleOp"> {
  let summary = "Outline kernels of drivers into shared private functions";
  let description = [{
    Every operation of a bufferized driver that does work becomes a call of a private function; functions with equal
    bodies are shared, so code and compile time do not grow with the number of equal layers. Calls are numbered, and the
    module's list `mambac.kernels` names their kinds and places in the model.

    Before, in a driver:

        linalg.generic .. ins(%x : memref<4xf32>) outs(%y : memref<4xf32>)
        linalg.generic .. ins(%y : memref<4xf32>) outs(%z : memref<4xf32>)

    After:

        call @elementwise_0(%x, %y) {mambac.kernel = 0 : i32}
        call @elementwise_0(%y, %z) {mambac.kernel = 1 : i32}
  }];
  let statistics = [
    Statistic<"numCalls", "kernel-calls", "Calls of kernels in drivers">,
    Statistic<"numKernels", "kernels", "Different kernel functions">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect",
                          "::mlir::affine::AffineDialect"];
}

def CountWorkPass : Pass<"mambac-count-work", "::mlir::ModuleOp"> {
  let summary = "Note operations and bytes of each kernel call";
  let description = [{
    As texts over the entry's symbols, in the module's list `mambac.kernels`: what `mamba-run --profile` divides by the
    time. Operations are those of the op's equation, not those of the algorithm that computes it.

    Before:

        module attributes {mambac.kernels = [{name = "sum", ..} ]}

    After:

        module attributes {mambac.kernels = [{bytes_text = "4*batch*len + 4*batch", flops_text = "batch*len", ..} ]}
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect"];
}

def HoistWorkspacesPass : Pass<"mambac-hoist-workspaces", "::mlir::ModuleOp"> {
  let summary = "Move kernels' allocations into their drivers";
  let description = [{
    There the arena plan finds them. Runs once a target has expanded its kernels.

    Before:

        call @kernel(%x)                                     // in the driver
        func.func private @kernel(%x: memref<4xf32>) { %t = memref.alloc() : memref<16xf32> .. }

    After:

        %t = memref.alloc() : memref<16xf32>                 // in the driver
        call @kernel(%x, %t)
  }];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect",
                          "::mlir::affine::AffineDialect"];
}

def PlanArenaPass : Pass<"mambac-plan-arena", "::mlir::ModuleOp"> {
  let summary = "Place the temporaries of drivers in one arena";
  let description = [{
    Buffers that are live together lie apart; who lies above whom is the same for all sizes, and each offset is the
    largest end of what lies below, computed from the symbols of the call. A function @<entry>.arena computes the arena's
    length, which the entry's attribute `mambac.arena_text` says as a formula.

    Before:

        %a = memref.alloc(%s) : memref<?xf32>

    After:

        %a = memref.view %arena[%c0][%s] : memref<?xi8> to memref<?xf32>
  }];
  let statistics = [
    Statistic<"numBuffers", "buffers", "Temporaries placed in an arena">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect",
                          "::mlir::affine::AffineDialect"];
}

#endif // MAMBAC_LIB_SCHEDULE_PASSES
