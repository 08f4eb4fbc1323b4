//===- Passes.td - The passes of raising ---------------------------------------------------------*- tablegen -*-===//
#ifndef MAMBAC_LIB_RAISE_PASSES
#define MAMBAC_LIB_RAISE_PASSES

include "mlir/Pass/PassBase.td"

def SimplifySizes : Pass<"mambac-simplify-sizes", "::mlir::func::FuncOp"> {
  let summary = "Sizes become plainer by the ranges and divisors of an entry's symbols";
  let description = [{
    A model that was exported with a length that is a multiple of the chunk takes only such lengths. Then its pads to
    the chunk are empty, and padded lengths are the length itself.

    Before, where l is a multiple of 16:

        %pad = affine.apply affine_map<()[s0] -> ((-s0) mod 16)>()[%l]
        %padded = affine.apply affine_map<()[s0] -> ((s0 ceildiv 16) * 16)>()[%l]

    After: `%pad` is 0 and `%padded` is `%l`. A tensor.concat loses its pieces of length 0. If anything changed, what became
    of it is resolved, canonicalized and merged.
  }];
  let statistics = [Statistic<"numSimplified", "simplified", "sizes replaced">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def ResolveSizes : Pass<"mambac-resolve-sizes", "::mlir::func::FuncOp"> {
  let summary = "Sizes of results become sizes of what they are computed from";
  let description = [{
    Else a tensor.dim would keep a computation alive that another took the place of. As upstream's
    resolve-shaped-type-result-dims, but no other operations are visited.

    Before:

        %y = linalg.generic .. ins(%x : tensor<?x8xf32>) ..
        %n = tensor.dim %y, %c0 : tensor<?x8xf32>

    After: `%n = tensor.dim %x, %c0 : tensor<?x8xf32>`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def CutMergedAxes : Pass<"ssm-cut-merged-axes", "::mlir::func::FuncOp"> {
  let summary = "Axes that were merged at sizes known at run time only are kept apart";
  let description = [{
    A model that merges batch and length before a projection, or the axes of a batch before a product of matrices, and
    takes them apart behind it, computes the same on the axes themselves. Reshapes that merge move behind what reads them,
    down to those that undo them. Where sizes are known the passes behind see through such reshapes anyway.

    Before:

        %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x8xf32> into tensor<?x8xf32>
        %p = linalg.generic: %p[r, e] += %rows[r, d] * %w[e, d]
        %y = tensor.expand_shape %p [[0, 1], [2]] output_shape [%b, %l, 4]

    After: `%y = linalg.generic: %y[b, l, e] += %x[b, l, d] * %w[e, d]`

    Left alone: an axis that is never taken apart, or at other sizes.
  }];
  let statistics = [Statistic<"numCut", "cut", "reshapes that merged axes and are gone">];
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect", "::mlir::affine::AffineDialect"];
}

def ForwardSlices : Pass<"mambac-forward-slices", "::mlir::func::FuncOp"> {
  let summary = "A read of a tensor that was written in pieces reads the piece";
  let description = [{
    Before, where a loop over time was written in place:

        %1 = tensor.insert_slice %h0 into %0[0, 0] [1, 8] [1, 1]
        %2 = tensor.insert_slice %h1 into %1[1, 0] [1, 8] [1, 1]
        %r = tensor.extract_slice %2[0, 0] [1, 8] [1, 1]

    After: `%r` is `%h0`. A slice that overlaps a piece in part stays as it is. An insertion that leaves nothing of its
    destination is its source; one alone to the begin of a constant tensor is a tensor.pad. A concatenation of all slices
    of a tensor in their order is that tensor, and so is a slice that cuts off all of its pad. One of all entries along
    a dimension, in their order, is a reshape, and so is a stack of equal parts of a tensor. A slice of a short
    concatenation is one of its pieces, and short concatenations in each other are one.
  }];
  let statistics = [Statistic<"numForwarded", "forwarded", "slices read from where they were written, and what was its source">,
                    Statistic<"numPadded", "padded", "insertions that became pads">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def SplitStacks : Pass<"mambac-split-stacks", "::mlir::func::FuncOp"> {
  let summary = "What is stacked, changed element by element and taken apart again is kept in parts";
  let description = [{
    Pairs, as of real and imaginary parts, are often one tensor with a dimension of size two. A read of one part is
    followed through what is computed element by element to the value that was stacked there. A loop that hands on a
    stack, and reads one part of it at a time, hands on the parts.

    Before:

        %s = tensor.concat dim(1) %re, %im : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x2xf32>
        %h = linalg.generic: %h[i, k] = %s[i, k] + %x[i, k]
        %r = tensor.extract_slice %h[0, 0] [8, 1] [1, 1] : tensor<8x2xf32> to tensor<8xf32>

    After:

        %x0 = tensor.extract_slice %x[0, 0] [8, 1] [1, 1] : tensor<8x2xf32> to tensor<8xf32>
        %r = linalg.generic: %r[i] = %re[i] + %x0[i]

    What is read as a whole, too, is stacked from the parts. Left alone: dimensions of more than four parts, and what no
    stack leads to.
  }];
  let statistics = [Statistic<"numSplit", "split", "reads that were followed, and tensors that loops hand on in parts">];
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect"];
}

def RaiseLoops : Pass<"ssm-raise-loops", "::mlir::func::FuncOp"> {
  let summary = "Loops over time (scf.for on tensors) become ssm.scan";
  let description = [{
    What an iteration hands on is written as a * (what it was handed) + b. If a and b do not depend on it, they are computed
    for all iterations at once and the recurrence is an ssm.scan; the results of the iterations follow from its states,
    also for all at once. The iterations may be time steps or chunks. A loop that starts from what its body would
    have computed one iteration earlier (as an associative scan does) is a scan that is one longer.

    Before:

        %r:2 = scf.for %t = %c0 to %l step %c1 iter_args(%h = %h0, %y = %e) -> (tensor<8xf32>, tensor<?x8xf32>) {
          %at = tensor.extract_slice %a[%t, 0] [1, 8] [1, 1]
          %bt = tensor.extract_slice %b[%t, 0] [1, 8] [1, 1]
          %n = linalg.generic ... // at * h + bt
          %w = tensor.insert_slice %n into %y[%t, 0] [1, 8] [1, 1]
          scf.yield %n, %w
        }

    After:

        %h = ssm.scan "t d, t d, d -> t d" axis(0) a(%a) b(%b) init(%h0)

    Two tensors that depend on each other as the parts of complex numbers do are one ssm.scan of such.

    Declined, and still a loop: what is not linear (a maximum, a product of states), states that mix elements (a product
    with a matrix) or depend on each other otherwise, slices that overlap or whose place depends on data.
  }];
  let statistics = [
    Statistic<"numFound", "found", "loops raised">,
    Statistic<"numDeclined", "declined", "loops that stay">,
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect", "::mambac::ssm::SSMDialect"];
}

def RaiseSSD : Pass<"ssm-raise-ssd", "::mlir::func::FuncOp"> {
  let summary = "Chunked or whole state space duality becomes ssm.ssd";
  let description = [{
    Writes the element of a candidate at (b, t, h, p) as a sum of products (ElementExpr.h) and compares it with the
    definition of ssm.ssd:

        y[b,t,h,p] = sum over s <= t of sum over n of C[b,t,h/R,n] * B[b,s,h/R,n] * dt[b,s,h] * x[b,s,h,p]
                       * exp(P(t+1) - P(s+1))        with P the prefix sums of dt * A
                   + D[h] * x[b,t,h,p]

    The terms may cover the sources s in any number of pieces (the chunk of t, the chunks before it): together they
    have to cover 0..t once. So neither the chunk length, nor padding to a multiple of it, nor the order and spelling of
    products and sums matters. Where decay and input share no step dt, P are the prefix sums of the decay's logarithm and
    the op has no dt. A value that is the state after the last step becomes the op's final state.

    Before: cumsum, masks, exp, einsums over chunks, concat with the initial state, the sum of both parts, cut-off.
    After:

        %y = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n, h -> b l h p" x(%x) dt(%dt) A(%A) B(%B) C(%C) D(%D)

    Declined: a decay with its own value for each n or p, another mask, sources left out or counted twice.
  }];
  let statistics = [Statistic<"numFound", "found", "state space dualities raised">,
                    Statistic<"numDeclined", "declined", "exponentials of cumulative sums that stayed">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def RaiseSelectiveScan : Pass<"ssm-raise-selective-scan", "::mlir::func::FuncOp"> {
  let summary = "Recurrences with a readout become ssm.selective_scan or ssm.ssd";
  let description = [{
    What ssm-raise-ssd does, with decays exp(delta[b,t,d] * A[d,n]) that have a value of their own for each state as well:
    these are selective scans. The recurrence may be an ssm.scan, cumulative sums with exponentials before and after
    them, products or quotients of such, or a sum over pairs of times; forwards or backwards. D * u added to the readout
    and the product with silu(z) belong to it. Where the decay depends neither on the state nor on the channels of a
    head, it is an ssm.ssd. Works on element expressions (ElementExpr.h), so views, cut-offs and layouts on the way do not
    matter.

    Before:

        %a = exp(%delta[b,t,d] * %A[d,n]),  %b = %delta[b,t,d] * %B[b,t,n] * %u[b,t,d]
        %h = ssm.scan "b t d n, b t d n -> b t d n" axis(1) a(%a) b(%b)
        %y = ssm.einsum "b t d n, b t n -> b t d" ins(%h, %C)

    After:

        %y = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%u) delta(%delta) A(%A) B(%B) C(%C)

    A decay that is the same at all times may be counted instead: a power of the distance between two times, or an
    exponential of it, as retention has it; linear attention has none at all. What starts these is a mask between times,
    or a cumulative sum of products. Logarithms of decays that cannot be negative are taken where the decay itself was
    given, and clamps are looked through that do nothing to decays of at most 1.

    Declined: states that are used otherwise (ssm.scan stays), decays of another form or of unknown sign, other diagonals
    of the mask. With `only-whole`, and where the length is known, so are parts of larger computations (chunks, results
    whose last state is not recognized), which ssm-trace-recurrences takes whole.
  }];
  let options = [
    Option<"onlyWhole", "only-whole", "bool", "false",
           "over a time of known length, raise only what leaves nothing of its computation behind">
  ];
  let statistics = [Statistic<"numFound", "found", "selective scans raised">,
                    Statistic<"numDeclined", "declined", "scans that stayed">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def TraceRecurrences : Pass<"ssm-trace-recurrences", "::mlir::func::FuncOp"> {
  let summary = "Recurrences along a time of known length become ssm.scan, however they are computed";
  let description = [{
    Chunks in a loop whose last one is shorter, trees of partial results, shifts by powers of two, states handed from call
    to call: where time has a length that is known, all of these can be followed step by step, and at each step nothing
    is left of them but sums of products. The first steps show which recurrence a result follows, and the same is then
    proved for every step (TracedRecurrence.h, ScalarGraph.h). The result is written as an ssm.scan over all of time with its
    readout, for ssm-raise-selective-scan to take up. What the computation leaves behind and is the state after the last
    step becomes the scan's second result.

    Before, a recurrence over six steps in chunks of four and two:

        %y0 = linalg.generic ... // masked sums over the steps of the first chunk
        %h0 = linalg.generic ... // its state
        %y1 = linalg.generic ... // the same for the second, and C exp(..) %h0
        %y = tensor.concat dim(1) %y0, %y1

    After:

        %h, %last = ssm.scan "b t d n, b t d n -> b t d n, b d n" axis(1) a(%decay) b(%input)
        %y = linalg.generic: %y[b, t, d] = sum over n of %h[b, t, d, n] * %C[b, t, n]

    Decays that are the same at all times are often powers of positions that are computed once: exp(-slope * (i - j)) inside
    of a chunk and exp(-slope * length) across, or gamma^(i - j). They are followed to the slope or gamma, be it a weight, an
    input or a number.

    Complex numbers come in real parts, re = c re - s im + x and im = c im + s re + z; they become one ssm.scan with a_imag,
    whatever is read of them: by a loop, by matrices of two by two, or in logarithmic depth.

    Declined: times whose length is not known, elements that are no sums of products, and whatever does not follow the
    recurrence of its first three steps at a later one.
  }];
  let statistics = [Statistic<"numFound", "found", "recurrences written as scans">];
  let options = [
    Option<"maxLength", "max-length", "int64_t", "4096", "longer times are left alone">,
    Option<"maxElements", "max-elements", "uint64_t", "4000000",
           "what computes more elements, of one result at all times, is left alone">
  ];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect", "::mlir::arith::ArithDialect"];
}

def TraceSingleSteps : Pass<"ssm-trace-single-steps", "::mlir::func::FuncOp"> {
  let summary = "Recurrences over a single step become plain sums of products";
  let description = [{
    A sequence of length 1 (one token), in a spelling made for long ones: a chunk that is padded, running sums of one step,
    a mask of one entry, exponentials of differences that are zero. Each element is one short sum of products then, which
    is found and proved as in ssm-trace-recurrences, and written down: of the old state, which decays once, of the input, and
    of what is added to the result. ssm-raise-single-steps makes the op of it where there is an old state; where there is
    none nothing recurs, and the sum over the states is an einsum.

    Before, for a length of 1:

        %sums = ssm.cumsum dim(1) ins(%dA : tensor<2x1x3x4xf32>)
        %grown = ssm.cumsum dim(1) ins(%input * exp(-%sums))
        %state = (%grown + %init) * exp(%sums)

    After:

        %state = linalg.generic: exp(%dA[b, 0, d, n]) * %init[b, d, n]
        %state1 = linalg.generic: %input[b, 0, d, n]
        %sum = %state + %state1

    Declined: elements that are no sums of products or differ along an axis, more than eight products, more than one decay,
    and what would not become less.
  }];
  let statistics = [Statistic<"numFound", "found", "single steps written down">,
                    Statistic<"numDeclined", "declined", "computations with running sums that are no single step">];
  let options = [
    Option<"leaveZeros", "leave-zeros", "bool", "false",
           "leave alone what has no running sum and decays from a state of zeros: ssm-raise-single-steps makes its op of it">
  ];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect", "::mlir::arith::ArithDialect"];
}

def DelayBroadcasts : Pass<"ssm-delay-broadcasts", "::mlir::func::FuncOp"> {
  let summary = "Functions of repeated values are computed once and repeated";
  let description = [{
    An operation that works element by element, and whose operands are all repeated along an axis, is done without that
    axis, and its result is repeated. So a time step that was expanded to the channels of its head before bias and softplus
    is one value for a head.

    Before:

        %wide = linalg.generic: %wide[b, h, p] = %dt[b, h]
        %bias = linalg.generic: %bias[h, p] = %dt_bias[h]
        %step = linalg.generic: %step[b, h, p] = softplus(%wide[b, h, p] + %bias[h, p])

    After:

        %once = linalg.generic: %once[b, h] = softplus(%dt[b, h] + %dt_bias[h])
        %step = linalg.generic: %step[b, h, p] = %once[b, h]

    Left alone: operations with an operand that has all axes, or that read their position.
  }];
  let statistics = [Statistic<"numDelayed", "delayed", "operations done before a repetition">];
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def DelaySplits : Pass<"ssm-delay-splits", "::mlir::func::FuncOp"> {
  let summary = "What is summed up over time is computed before time is cut and moved";
  let description = [{
    An operation that works element by element on tensors whose axis was cut in two (time into chunks and places) is done on
    the whole axis, and its result is cut. A cumulative sum within chunks is then seen to be one of values over time, wherever
    the two axes lie. Only what leads to a cumulative sum is rewritten.

    Before:

        %cut = tensor.expand_shape %dt: (b, l, h) into (b, c, q, h)
        %decay = linalg.generic: %decay[c, b, q, h] = %cut[b, c, q, h] * %A[h]
        %sums = ssm.cumsum dim(2) %decay

    After:

        %whole = linalg.generic: %whole[l, b, h] = %dt[b, l, h] * %A[h]
        %cut = tensor.expand_shape %whole: (l, b, h) into (c, q, b, h)
        %decay = linalg.generic: %decay[c, b, q, h] = %cut[c, q, b, h]
        %sums = ssm.cumsum dim(2) %decay

    Left alone: operations with an operand that has one of the two axes only.
  }];
  let statistics = [Statistic<"numDelayed", "delayed", "operations done before a cut">];
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def RaiseSingleSteps : Pass<"ssm-raise-single-steps", "::mlir::func::FuncOp"> {
  let summary = "One step of a recurrence, whose state is an input, becomes ssm.ssd or ssm.selective_scan of length 1";
  let description = [{
    A model that is given one token and its old state (as a cache has it) computes

        y = (sum over n of C * (exp(dt * A) * state + dt * B * x)) + D * x

    with no axis of time anywhere. The op's axis of time has the size 1 then; the new state is its second result where
    it is used. Gate, skip, and a decay that is given as a whole are as in the other raising passes. The state may be 0,
    as before the first token: the product of it says what would decay, and the op has no initial state.

    Before:

        %decay = linalg.generic: exp(%dt[b, d] * %A[d, n])
        %new = linalg.generic: %decay * %state + %dt * %x * %B[b, n]
        %y = linalg.generic: %y[b, d] += %new[b, d, n] * %C[b, n]

    After:

        %y, %new = ssm.selective_scan u(%x) delta(%dt) A(%A) B(%B) C(%C) initial_state(%state)

    Declined: a readout of the old state, a decay of the input too, a step of the input that is not the decay's while the
    decay is one for each state, a gate that is not silu.
  }];
  let statistics = [Statistic<"numFound", "found", "steps raised">,
                    Statistic<"numDeclined", "declined", "states that decay and are added to, and stayed">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def ChannelsLast : Pass<"ssm-channels-last", "::mlir::func::FuncOp"> {
  let summary = "Convolutions, time steps and attention write the order that is read";
  let description = [{
    PyTorch's convolutions want (b, c, l), so models transpose before and after. Scans and projections read channels,
    heads and states side by side. The result is written as (b, l, c), and a copy gives the old order; passes that
    raise afterwards look through it, and where nobody reads it, it disappears. A slice of a transpose is read before the
    transpose, and an einsum that only a scan reads writes its axes in the scan's order; so does a projection with a
    bias behind it, of which only the transpose is used. An attention that only a projection reads writes rows and columns
    of that product.

    Before: `%y = ssm.causal_conv1d "b l c, c k -> b c l" ..`
    After:

        %t = ssm.causal_conv1d "b l c, c k -> b l c" ..
        %y = linalg.generic: transpose of %t
  }];
  let statistics = [Statistic<"numMoved", "moved", "tensors that changed their layout">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def RaiseAttention : Pass<"ssm-raise-attention", "::mlir::func::FuncOp"> {
  let summary = "Softmax attention spelled out becomes ssm.attention";
  let description = [{
    A sum over the keys of weights * values, whose weights are exp(x[s] - m) / sum over s of exp(x[s] - m) for any m that
    does not depend on the key, with x = scale * sum over d of query * key (+ mask). Key and value heads that were
    repeated for the query heads of a group are read by group.

    Before:

        %scores = linalg.generic: sum over d of %q * %k,  * scale, + %mask
        %weights = max, subtract, exp, sum, divide
        %y = linalg.generic: sum over s of %weights * %v

    After:

        %y = ssm.attention "b h q d, b h/2 s d, b h/2 s e, b q s -> b h q e" query(%q) key(%k) value(%v) mask(%m)

    Roundings of scores and weights to a shorter type are not done by the op. Declined: scores that are changed in other
    ways, more than one mask.
  }];
  let statistics = [Statistic<"numFound", "found", "attentions raised">,
                    Statistic<"numDeclined", "declined", "softmaxes that stayed">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def GeneralizeLinalg : Pass<"mambac-generalize-linalg", "::mlir::func::FuncOp"> {
  let summary = "Named linalg ops become linalg.generic, numbers constants in its body, broadcasts its maps";
  let description = [{
    Front ends differ in what they write as linalg.map, linalg.broadcast, linalg.reduce, a named contraction or
    convolution, and in whether a number is a constant, a tensor of rank 0 or a broadcast of one. Passes behind this one see
    linalg.generic and linalg.fill alone. Broadcasts are read where they were made from, dimensions of size 1 that are read
    at 0 are dropped, and what a sum starts from (a bias, say) is added behind it.

    Before:

        %c = arith.constant dense<2.0> : tensor<f32>
        %b = linalg.broadcast ins(%c : tensor<f32>) outs(%e : tensor<4xf32>) dimensions = [0]
        %y = linalg.map { arith.mulf } ins(%x, %b : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>)

    After:

        %y = linalg.generic ins(%x : tensor<4xf32>): arith.mulf by a constant
  }];
  let statistics = [Statistic<"numGeneralized", "generalized", "named ops that became linalg.generic">,
                    Statistic<"numInlined", "inlined", "numbers that became constants in bodies">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect"];
}

def UpliftWhile : Pass<"mambac-uplift-while", "::mlir::func::FuncOp"> {
  let summary = "scf.while with a counter becomes scf.for";
  let description = [{
    The counter is an integer or a tensor of rank 0 among the values that the loop hands on; it starts at a constant, grows by
    a constant and is compared with one. Reads of it become the loop's index, clamps to the loop's own range go.

    Before:

        %r:2 = scf.while (%i = %zero, %h = %h0) : (tensor<i32>, tensor<4xf32>) -> (tensor<i32>, tensor<4xf32>) {
          %less = linalg.generic ins(%i, %six : tensor<i32>, tensor<i32>): arith.cmpi slt
          %go = tensor.extract %less[]
          scf.condition(%go) %i, %h
        } do { .. scf.yield %i + 1, %next }

    After: `%r = scf.for %i = %c0 to %c6 step %c1 iter_args(%h = %h0)`

    Declined: other conditions, counters that do not grow by a constant, values changed before the condition.
  }];
  let statistics = [Statistic<"numFound", "found", "loops that count">,
                    Statistic<"numDeclined", "declined", "other loops">];
  let dependentDialects = ["::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def RaiseWindowSums : Pass<"ssm-raise-window-sums", "::mlir::func::FuncOp"> {
  let summary = "Sums over windows as long as the axis become ssm.cumsum";
  let description = [{
    Before:

        %p = tensor.pad %x low[0, 7] high[0, 0]: zeros                 (8 positions)
        %s = linalg.generic: %s[b, t] += %p[b, t + k] for k < 8

    After: `%s = ssm.cumsum dim(1) ins(%x)`; reverse, where the zeros are behind.

    Declined: shorter windows, other paddings.
  }];
  let statistics = [Statistic<"numFound", "found", "running sums raised">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::affine::AffineDialect"];
}

def RaiseCausalConv : Pass<"ssm-raise-causal-conv", "::mlir::func::FuncOp"> {
  let summary = "Depthwise sums over the last few times become ssm.causal_conv1d";
  let description = [{
    Compares the element of a candidate with the op's definition (ConvForm.h): a sum of weights times the input at t, t - 1,
    .. t - (K - 1). The taps may be a summed axis (a convolution, an unfolded window with a product) or terms of their own
    (shifted slices). Zeros in front may be padded, concatenated or masked, or be an initial window. A bias belongs to
    it, and silu behind it. Where there is one token and no dimension of time, it is the products with a window's entries
    and that with the token, which was joined to the window or written into it.

    Before:

        %p = tensor.pad %x low[0, 3, 0] high[0, 0, 0]: zeros
        %y = linalg.generic: %y[b, l, c] += %p[b, l + k, c] * %w[c, k]
        %z = linalg.generic: silu(%y + %bias[c])

    After:

        %z = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%x) weight(%w) bias(%bias) activation(silu)

    Outputs beyond the input's end that a slice cuts off are not computed. Declined: what reads ahead, or wraps around (a
    roll), weights that mix channels, taps that are not next to each other, outputs beyond the end that are used.
  }];
  let statistics = [Statistic<"numFound", "found", "causal convolutions raised">,
                    Statistic<"numDeclined", "declined", "sums over several times that stayed">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::affine::AffineDialect"];
}

def RaiseFinalWindows : Pass<"ssm-raise-final-windows", "::mlir::func::FuncOp"> {
  let summary = "The window for the next token becomes a result of ssm.causal_conv1d";
  let description = [{
    Beside a convolution of one step, what puts its window without the oldest entry and its input together is its final window:
    one kernel reads the window, and writes the next one. The window may have more entries than the taps read.

    Before:

        %old = tensor.extract_slice %s[0, 0, 1] [1, 6, 3] [1, 1, 1]
        %y = ssm.causal_conv1d "b l c, c k, b c k -> b l c" x(%x) weight(%w) initial_window(%old)
        %new = tensor.concat dim(2) %old, %x1            // %x1 is %x, or the same slice of what %x is a slice of, with its
                                                         // dimensions of size 1 elsewhere

    After:

        %y, %new = ssm.causal_conv1d "b l c, c k, b c k -> b l c, b c k" x(%x) weight(%w) initial_window(%s)
  }];
  let statistics = [Statistic<"numFound", "found", "final windows">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect"];
}

def RaiseEinsum : Pass<"ssm-raise-einsum", "::mlir::func::FuncOp"> {
  let summary = "Sums of products become ssm.einsum in normal form";
  let description = [{
    Writes the element of a candidate as a constant times a sum of products of leaves at plain axes (ProductForm.h): that is
    an einsum. What becomes one with it:

    - products before, between and behind its sums, and sums over several axes in one step or in several;
    - broadcasts, transposes, dimensions of size one, repetitions of a group's entry (by expand and reshape, by a gather at
      i / R or at the entries of a list), the diagonal of a product, reshapes: an axis is cut into atoms where a leaf has them as dimensions, and atoms that all leaves have side by
      side are one axis;
    - matmul, batch_matmul and their kin, linalg.reduce, other einsums;
    - scalings by constants (an operand without axes), negations, divisions by constants;
    - extensions of element types up to that of the sum, and the rounding of the result. Roundings in between stay, but
      for those that change nothing.

    So equal computations in different spellings are the same op, and no broadcast product is materialized. An initial value
    other than 0 is added behind. A projection by a weight stays an op of its own, and so does what it reads if that
    is a product with the shape of one of its factors (ssm-order-contractions decides about everything else).

    Before:

        %p = linalg.generic: %p[b, l, s, n] = %C[b, l, n] * %B[b, s, n]
        %g = linalg.generic: %g[b, l, s] += %p[b, l, s, n]
        %y = linalg.generic: %y[b, l, s] = %g[b, l, s] * %L[b, l, s]

    After:

        %y = ssm.einsum "b l n, b s n, b l s -> b l s" ins(%C, %B, %L)

    Declined: what is read along other than plain axes (a window), an axis of the result that no operand has, a sum of
    different products. Left alone: sums of one operand or of its squares; products that others read stay operands.
  }];
  let statistics = [Statistic<"numFound", "found", "einsums raised">,
                    Statistic<"numDeclined", "declined", "contractions that stayed">,
                    Statistic<"numMerged", "merged", "einsums of more than two operands">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::arith::ArithDialect", "::mlir::affine::AffineDialect"];
}

def SinkReshapes : Pass<"ssm-sink-reshapes", "::mlir::func::FuncOp"> {
  let summary = "Functions of a cut or turned tensor are computed before it is cut or turned";
  let description = [{
    An elementwise function of a tensor that was turned around (flipped) is computed first and turned around then.
    Where a value is summed up along time, reshapes into chunks move behind the elementwise operations between the cut
    and the sum: a time step then has one dimension for its time.

    Before:

        %c = tensor.expand_shape %raw : tensor<2x48x4xf32> into tensor<2x3x16x4xf32>
        %dt = linalg.generic: softplus(%c + %bias)
        %s = ssm.cumsum dim(2) ins(%dt)

    After:

        %dt = linalg.generic: softplus(%raw + %bias)
        %c = tensor.expand_shape %dt : tensor<2x48x4xf32> into tensor<2x3x16x4xf32>
        %s = ssm.cumsum dim(2) ins(%c)

    Declined: operations whose other operands are not constant along the chunks, or are cut or turned otherwise.
  }];
  let statistics = [Statistic<"numSunk", "sunk", "reshapes and flips that moved">];
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def AbsorbTimeStep : Pass<"ssm-absorb-time-step", "::mlir::func::FuncOp"> {
  let summary = "Bias, softplus and clamp of the time step join ssm.ssd and ssm.selective_scan";
  let description = [{
    Before:

        %b = linalg.generic: %raw + %bias
        %s = linalg.generic: softplus(%b)
        %y = ssm.ssd .. dt(%s)

    After: `%y = ssm.ssd .. dt(%raw) .. dt_bias(%bias) softplus`

    Heads and their channels may have been one axis after these functions: they are one before them then.

    Declined: a time step that is rounded to a shorter type after softplus, which the op would not do.
  }];
  let statistics = [Statistic<"numFound", "found", "functions of time steps absorbed">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def PlainProducts : Pass<"ssm-plain-products", "::mlir::func::FuncOp"> {
  let summary = "Sums over nothing, begun with zero, become the product alone";
  let description = [{
    An einsum that sums over no axis is imported as a contraction without reduction loops. What follows loops and scans
    looks for products. Nor does a sum with a tensor of zeros hide them, as baddbmm has it, or a scaling that is one
    operation with the bias behind it.

    Before:

        %z = linalg.fill 0
        %p = linalg.generic (parallel loops) outs(%z): %z + %a * %b
        %s = linalg.generic: %z + %p
        %y = linalg.generic: %bias + 0.5 * %product, where %product is a sum

    After:

        %p = linalg.generic (parallel loops): %a * %b
        %h = linalg.generic: 0.5 * %product
        %y = linalg.generic: %bias + %h

    and %s is %p. Kept: other initial values, reduction loops.
  }];
  let options = [
    Option<"leaveZeros", "leave-zeros", "bool", "false",
           "leave sums with tensors of zeros: the first step of a loop over time may have one where the others have a state">
  ];
  let statistics = [Statistic<"numSimplified", "simplified", "zeros dropped">,
                    Statistic<"numSplit", "split", "scalings of sums that became operations of their own">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def RaiseCumsum : Pass<"ssm-raise-cumsum", "::mlir::func::FuncOp"> {
  let summary = "Sums over all positions up to one become ssm.cumsum";
  let description = [{
    A running sum is also written as a product with a triangle of ones, or as a masked broadcast that is summed. The
    element of a sum is written as a sum of products (ElementExpr.h); where it is the sum of one tensor's elements over
    all s <= t, it is a cumulative sum.

    Before:

        %m = linalg.generic: %m[t, s] = s <= t ? 1 : 0
        %y = linalg.generic: %y[b, t] += %m[t, s] * %x[b, s]

    After: `%y = ssm.cumsum dim(1) ins(%x)`

    Declined: another diagonal, a further factor that depends on both positions.
  }];
  let statistics = [Statistic<"numFound", "found", "cumulative sums raised">,
                    Statistic<"numDeclined", "declined", "masked sums that stayed">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect", "::mlir::linalg::LinalgDialect"];
}

def FoldActivations : Pass<"ssm-fold-activations", "::mlir::func::FuncOp"> {
  let summary = "silu, softplus and exp in any spelling become one operation";
  let description = [{
    The scalar operations behind an element are computed at many points; where they depend on one tensor alone and have
    the values of silu, of softplus, of exp (1 + (exp(x) - 1), 1 / exp(-x)) or of what they started from (-(-x)), they are
    that. The passes behind see one plain form. Only analytic functions count, and branches that switch at known values,
    next to which the function is compared, too: UnaryFunction.h says why that is enough. What is copied to other places
    and back is itself.

    Before:

        %s = linalg.generic: 1 / (1 + exp(-%z))
        %g = linalg.generic: %z * %s

    After: `%g = linalg.generic: %z / (1 + exp(-%z))`

    Not folded: functions of several tensors, results of other types than f32, branches on anything that is not affine
    in the argument.
  }];
  let statistics = [Statistic<"numFolded", "folded", "functions written plainly">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"];
}

def RollTimeLoopsPass : Pass<"ssm-roll-time-loops", "::mlir::func::FuncOp"> {
  let summary = "Loops over time that were unrolled into the graph become ssm.scan and operations over all steps";
  let description = [{
    Steps that are put together, by a concatenation or by writing one after the other into a tensor, are compared with
    each other. Where they are the same operations, on slices of whole tensors and on the step before, the operations
    are done once, over all steps; what a step takes from the one before is an ssm.scan. A register that each step shifts
    by one place before it writes to its end, as a convolution's state, is a window over time: slices of one padded tensor.
    The time it takes is linear in the number of steps.

    Before, for each of 512 steps:

        %a1 = tensor.extract_slice %a[0, 1, 0] [2, 1, 4] [1, 1, 1]
        %m1 = linalg.generic .. ins(%a1, %h0) { arith.mulf }
        %h1 = linalg.generic .. ins(%m1, %b1) { arith.addf }
        %y  = tensor.concat dim(0) %h0, %h1, ..

    After:

        %y, %last = ssm.scan "t b d, .." axis(0) a(%a) b(%b) init(%h)

    Steps that are sums of products, and do not depend on each other, are one such sum: a product for each head is one
    for all heads.

    Declined: steps that differ, states that are transposed, reduced or passed through a function that is not linear.
  }];
  let options = [
    Option<"maxDepth", "max-depth", "int", "256", "a step with a longer chain of operations is no loop body">
  ];
  let statistics = [Statistic<"numRolled", "rolled", "recurrences rolled up">,
                    Statistic<"numDeclined", "declined", "step by step tensors that hold no recurrence mambac can roll">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def LogDepthScansPass : Pass<"ssm-raise-log-depth-scans", "::mlir::func::FuncOp"> {
  let summary = "Parallel scans written out in slices, products and sums become ssm.scan";
  let description = [{
    Hillis and Steele's scan by shifts, Blelloch's up and down a tree, recursions on halves or on even and odd places: what
    each element of the result is in terms of the inputs is computed symbolically, and compared with what a scan is.

    Before, a scan of 4 steps by shifts:

        %b1 = b + a * (b shifted by 1),  %a1 = a * (a shifted by 1)
        %b2 = %b1 + %a1 * (%b1 shifted by 2)

    After:

        %b2 = ssm.scan "t d, t d -> t d" axis(0) a(%a) b(%b)
  }];
  let statistics = [Statistic<"numFound", "found", "parallel scans raised">];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def FoldCausalMask : Pass<"ssm-fold-causal-mask", "::mlir::func::FuncOp"> {
  let summary = "A mask of an attention that is causal becomes its flag";
  let description = [{
    Models compute masks as tensors of queries by keys, from ranges that they compare, gather and combine. An element
    of such a mask is a condition on its position; where that is always true, or true just for the keys up to the
    query, the mask is dropped.

    Before:

        %i = linalg.generic: %i[q] = q
        %m = linalg.generic: %m[q, s] = %i[s] <= %i[q]
        %y = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" .. mask(%m) scale(1.0)

    After: `%y = ssm.attention "b h q d, b h s d, b h s e -> b h q e" .. scale(1.0) causal`

    Declined: a mask that depends on an input of the model, or hides other keys.
  }];
  let statistics = [Statistic<"numFolded", "folded", "masks dropped">,
                    Statistic<"numDeclined", "declined", "masks that stayed">];
  let dependentDialects = ["::mambac::ssm::SSMDialect"];
}

#endif // MAMBAC_LIB_RAISE_PASSES
