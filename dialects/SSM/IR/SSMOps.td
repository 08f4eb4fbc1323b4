//===- SSMOps.td - The ops of the ssm dialect --------------------------------------------------*- tablegen -*-===//
//
// Each op is described by its equation, the axes its operands are indexed by, and numbered constraints; the numbers
// recur in SSMVerifiers.cpp and in test/dialects/SSM/IR/invalid-*.mlir.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_DIALECTS_SSM_IR_SSMOPS_TD
#define MAMBAC_DIALECTS_SSM_IR_SSMOPS_TD

include "dialects/SSM/IR/SSMDialect.td"
include "dialects/SSM/IR/SSMEnums.td"
include "dialects/SSM/IR/SSMInterfaces.td"
include "mlir/Dialect/Linalg/IR/LinalgInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===- Types ----------------------------------------------------------------------------------------------------===//

def SSM_Float : AnyTypeOf<[F32, BF16, F16, F64]>;
def SSM_FloatShaped : AnyTypeOf<[RankedTensorOf<[SSM_Float]>, MemRefOf<[SSM_Float]>],
    "ranked tensor or memref of f32, bf16, f16 or f64">;
def SSM_NumberShaped : AnyTypeOf<[
    RankedTensorOf<[SSM_Float, AnySignlessInteger]>, MemRefOf<[SSM_Float, AnySignlessInteger]>],
    "ranked tensor or memref of floats or signless integers">;
def SSM_MaskShaped : AnyTypeOf<[RankedTensorOf<[SSM_Float, I1]>, MemRefOf<[SSM_Float, I1]>],
    "ranked tensor or memref of floats or i1">;
def SSM_PositionShaped : AnyTypeOf<[RankedTensorOf<[I64]>, MemRefOf<[I64]>], "ranked tensor or memref of i64">;

//===- Base classes ---------------------------------------------------------------------------------------------===//

/// A destination-passing op. `outs` are its last operands; each tensor among them is tied to a result of the same
/// type. What `outs` held before is never read, but by ssm.append.
class SSM_DestinationOp<string mnemonic, list<Trait> traits = []> : Op<SSM_Dialect, mnemonic, traits # [
    AlwaysSpeculatable, DestinationStyleOpInterface, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>,
    DeclareOpInterfaceMethods<AggregatedOpInterface, ["decomposeOperation"]>]> {
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let results = (outs Variadic<AnyRankedTensor>:$results);
  code destinationDeclarations = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getOutsMutable(); }
    /// The first destination.
    ::mlir::TypedValue<::mlir::ShapedType> getY() {
      return ::llvm::cast<::mlir::TypedValue<::mlir::ShapedType>>(getOuts()[0]);
    }
    bool hasFinalState() { return getOuts().size() > 1; }
    /// The second destination; null where there is none.
    ::mlir::Value getFinalState() { return hasFinalState() ? getOuts()[1] : ::mlir::Value(); }
  }];
  let extraClassDeclaration = destinationDeclarations;
}

/// A destination-passing op whose operands have indexing maps.
class SSM_IndexedOp<string mnemonic, list<Trait> traits = []>
    : SSM_DestinationOp<mnemonic, traits # [SSM_IndexedOpInterface]>;

/// An indexed op over axes that its definition names.
class SSM_NamedAxesOp<string mnemonic, string axisNames, list<Trait> traits = []>
    : SSM_DestinationOp<mnemonic, traits # [
        DeclareOpInterfaceMethods<SSM_IndexedOpInterface, ["getAxisNames"]>]> {
  let extraClassDeclaration = destinationDeclarations # [{
    static constexpr ::llvm::StringLiteral kAxisNames = "}] # axisNames # [{";
  }];
  let extraClassDefinition = [{
    ::llvm::SmallVector<::llvm::StringRef> $cppClass::getAxisNames() { return axes::splitAxisNames(kAxisNames); }
  }];
}

//===- Weights --------------------------------------------------------------------------------------------------===//

def SSM_WeightOp : Op<SSM_Dialect, "weight", [Pure]> {
  let summary = "a tensor of the model's archive, by name";
  let description = [{
    Stands for a parameter, buffer or constant of the imported archive. Weights are never attributes: the compiler's
    memory does not grow with them, and other weights of the same shapes can be put in their place later.

    Constraints:
    - C1 the result's shape is static.
    - C2 the name is not empty.

    Example: `%w = ssm.weight "backbone.embeddings.weight" : tensor<256x128xf32>`
  }];
  let arguments = (ins StrAttr:$name);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
  let hasVerifier = 1;
}

//===- Sums -----------------------------------------------------------------------------------------------------===//

def SSM_EinsumOp : SSM_IndexedOp<"einsum", [AttrSizedOperandSegments]> {
  let summary = "n-ary sum of products";
  let description = [{
    With axes i (those of the result) and r (all others):

        y[i] = sum over r of  x0[m0(i, r)] * x1[m1(i, r)] * ... * xn[mn(i, r)]

    Written as an equation, a list of axes for each operand; the maps are what is stored, axes numbered in the order
    in which the equation names them. Where that order is not the order of the maps' dimensions, the equation begins
    with the list of all axes and a colon. Operands are extended to f32 (f64 if one of them is f64), the sum is
    truncated to the type of y.

    Constraints (C1 to C4 are those of all indexed ops, see IndexedOpInterface):
    - C5 there is an input and exactly one destination.
    - C6 each input's map is a projected permutation of the axes.
    - C7 y's map is a projected permutation, and each axis occurs in an input's map.

    Example: `%g = ssm.einsum "b l h n, b s h n -> b l s h" ins(%C, %B : tensor<..>, tensor<..>) outs(%e : tensor<..>)`
  }];
  let arguments = (ins Variadic<SSM_FloatShaped>:$inputs, Variadic<SSM_FloatShaped>:$outs,
      AffineMapArrayAttr:$indexing_maps);
  let assemblyFormat = [{
    custom<AnyEquation>($indexing_maps) `ins` `(` $inputs `:` type($inputs) `)`
    custom<Outs>($outs, type($outs), type($results)) attr-dict
  }];
  let builders = [
    /// Renumbers the axes in the order of their first use, so that equal einsums are equal IR.
    OpBuilder<(ins "::mlir::ValueRange":$inputs, "::mlir::Value":$out,
        "::llvm::ArrayRef<::mlir::AffineMap>":$indexingMaps)>
  ];
}

def SSM_CumsumOp : SSM_DestinationOp<"cumsum"> {
  let summary = "running sum along a dimension";
  let description = [{
        y[.., t, ..] = sum of x[.., k, ..] over k <= t      (k < t if exclusive; k >= t, k > t if reverse)

    With `log` it is the logarithm of the sum of exp(x), computed without overflow; of no element it is -infinity.
    Floats are summed in f32 (f64 for f64), integers in y's type.

    Constraints:
    - C1 dim is a dimension of x.
    - C2 x and y have the same shape, and both have float or both have integer elements.
    - C3 all operands are tensors or all are memrefs; there is exactly one destination.
    - C4 with `log`, the elements are floats.

    Example: `%s = ssm.cumsum dim(1) ins(%a : tensor<2x?x4xf32>) outs(%e : tensor<2x?x4xf32>)`
  }];
  let arguments = (ins SSM_NumberShaped:$x, Variadic<SSM_NumberShaped>:$outs, I64Attr:$dim,
      UnitAttr:$reverse, UnitAttr:$exclusive, UnitAttr:$log);
  let assemblyFormat = [{
    `dim` `(` $dim `)` (`reverse` $reverse^)? (`exclusive` $exclusive^)? (`log` $log^)? `ins` `(` $x `:` type($x) `)`
    custom<Outs>($outs, type($outs), type($results)) attr-dict
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$out, "int64_t":$dim,
      CArg<"bool", "false">:$reverse, CArg<"bool", "false">:$exclusive, CArg<"bool", "false">:$log)>];
}

def SSM_SegsumOp : SSM_DestinationOp<"segsum"> {
  let summary = "sums of all segments of a dimension, causal";
  let description = [{
    Mamba-2 (arXiv:2405.21060), section 3.2.2 and listing 1: exp(segsum(a)) is the 1-semiseparable matrix L of eq. 6.
    The dimension `dim` of a becomes i, and j is appended as the last one:

        S[.., i, .., j] = sum of a[.., k, ..] over j < k <= i     for j <= i
                        = -infinity                               for j > i

    Constraints:
    - C1 dim is a dimension of a.
    - C2 S has a's shape and one more dimension, as long as dim, at the end.
    - C3 all operands are tensors or all are memrefs; there is exactly one destination.

    Example: `%S = ssm.segsum dim(2) ins(%a : tensor<2x3x16xf32>) outs(%e : tensor<2x3x16x16xf32>)`
  }];
  let arguments = (ins SSM_FloatShaped:$a, Variadic<SSM_FloatShaped>:$outs, I64Attr:$dim);
  let assemblyFormat = [{
    `dim` `(` $dim `)` `ins` `(` $a `:` type($a) `)` custom<Outs>($outs, type($outs), type($results)) attr-dict
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$a, "::mlir::Value":$out, "int64_t":$dim)>];
}

//===- Recurrences ----------------------------------------------------------------------------------------------===//

def SSM_ScanOp : SSM_IndexedOp<"scan", [AttrSizedOperandSegments]> {
  let summary = "first order linear recurrence along an axis";
  let description = [{
        h[t] = a[t] * h[t-1] + b[t]      h[-1] = init, or 0

    for t ascending along the axis number `axis`, or descending if reverse (h[t] = a[t] * h[t+1] + b[t]). All other
    axes are independent. a and b may lack axes (decays shared by a head's channels), and t too. `final` is the last
    h that was computed.

    With a_imag, the recurrence is one of complex numbers, whose real and imaginary parts are tensors of their own:

        h[t]      = a[t] * h[t-1] - a_imag[t] * h_imag[t-1] + b[t]
        h_imag[t] = a[t] * h_imag[t-1] + a_imag[t] * h[t-1] + b_imag[t]

    b_imag and init_imag are 0 where they are not given. Destinations are h and h_imag, then final and final_imag.

    Constraints (C1 to C4 are those of all indexed ops):
    - C5 axis is one of the axes.
    - C6 h's map (and h_imag's) has every axis, plain.
    - C7 init's and final's maps (and those of their imaginary parts) have every axis but the scanned one, plain.
    - C8 a's and b's maps (and those of their imaginary parts) have the scanned axis plain, or not; there are one or two
      destinations, two or four with a_imag.
    - C9 b_imag and init_imag are given with a_imag alone.

    Example:
        %h, %f = ssm.scan "b t d, b t d, b d -> b t d, b d" axis(1) a(%a : tensor<..>) b(%b : tensor<..>)
            init(%h0 : tensor<..>) outs(%e, %g : tensor<..>, tensor<..>)
        %re, %im = ssm.scan "d n, b t, d n -> b t d n, b t d n" axis(1) a(%ar : tensor<..>) b(%u : tensor<..>)
            a_imag(%ai : tensor<..>) outs(%e, %g : tensor<..>, tensor<..>)
  }];
  let arguments = (ins SSM_FloatShaped:$a, SSM_FloatShaped:$b, Optional<SSM_FloatShaped>:$init,
      Optional<SSM_FloatShaped>:$a_imag, Optional<SSM_FloatShaped>:$b_imag, Optional<SSM_FloatShaped>:$init_imag,
      Variadic<SSM_FloatShaped>:$outs, AffineMapArrayAttr:$indexing_maps, I64Attr:$axis, UnitAttr:$reverse);
  let assemblyFormat = [{
    custom<AnyEquation>($indexing_maps) `axis` `(` $axis `)` (`reverse` $reverse^)?
    `a` `(` $a `:` type($a) `)` `b` `(` $b `:` type($b) `)` (`init` `(` $init^ `:` type($init) `)`)?
    (`a_imag` `(` $a_imag^ `:` type($a_imag) `)`)? (`b_imag` `(` $b_imag^ `:` type($b_imag) `)`)?
    (`init_imag` `(` $init_imag^ `:` type($init_imag) `)`)?
    custom<Outs>($outs, type($outs), type($results)) attr-dict
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$a, "::mlir::Value":$b, "::mlir::Value":$init, "::mlir::ValueRange":$outs,
        "::llvm::ArrayRef<::mlir::AffineMap>":$indexingMaps, "int64_t":$axis, CArg<"bool", "false">:$reverse)>,
    OpBuilder<(ins "::mlir::Value":$a, "::mlir::Value":$b, "::mlir::Value":$init, "::mlir::Value":$aImag,
        "::mlir::Value":$bImag, "::mlir::Value":$initImag, "::mlir::ValueRange":$outs,
        "::llvm::ArrayRef<::mlir::AffineMap>":$indexingMaps, "int64_t":$axis, CArg<"bool", "false">:$reverse)>];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getOutsMutable(); }
    bool isComplex() { return bool(getAImag()); }
    /// 1, or 2 for complex numbers: so many tensors hold h.
    unsigned getNumParts() { return isComplex() ? 2 : 1; }
    bool hasFinalState() { return getOuts().size() > getNumParts(); }
    /// The destination of h's real (0) or imaginary (1) part.
    ::mlir::OpOperand &getStates(unsigned part = 0) { return getOutsMutable()[part]; }
    /// The destination of the final state's part; there has to be one.
    ::mlir::OpOperand &getFinal(unsigned part = 0) { return getOutsMutable()[getNumParts() + part]; }
  }];
}

def SSM_SelectiveScanOp : SSM_NamedAxesOp<"selective_scan", "b l d n", [AttrSizedOperandSegments]> {
  let summary = "Mamba's selective scan";
  let description = [{
    Mamba (arXiv:2312.00752), eq. 2a and 2b with the discretization of eq. 4 for A and its first order for B, as
    section 3 and algorithm 2 use it. Axes: b batch, l time, d channel, n state.

        dt = delta + delta_bias[d];   dt = softplus(dt) if softplus;   dt = min(max(dt, dt_min), dt_max)
        h[b,d,n] at l = exp(dt[b,l,d] * A[d,n]) * (h at l-1) + dt[b,l,d] * B[b,l,n] * u[b,l,d]
        y[b,l,d]      = (sum over n of C[b,l,n] * (h at l)  +  D[d] * u[b,l,d]) * silu(z[b,l,d])

    h before the first step is initial_state (b,d,n), or 0; final_state is h after the last, or initial_state where l
    is 0. With reverse, time runs from the last l to the first ("l-1" is l+1). What is not given is not applied. B and C
    may be shared by d (b,l,n), grouped (b,l,d/R,n), or constant in time (d,n); no map has to have any particular order.
    softplus(x) = log(1 + exp(x)). Computed in f32, f64 where an operand is f64.

    Constraints (C1 to C4 are those of all indexed ops):
    - C5 u, delta, z and y have the axes b l d, plain.
    - C6 A has d n, plain.
    - C7 B and C have n plain, d plain or as d/R, or not, b and l plain, or not.
    - C8 D and delta_bias have d, plain.
    - C9 initial_state and final_state have b d n, plain.
    - C10 there are one or two destinations; dt_min <= dt_max.

    Example:
        %y = ssm.selective_scan "b l d, b l d, d n, b l n, b l n, d -> b l d" u(%u : tensor<..>) delta(%dt : tensor<..>)
            A(%A : tensor<..>) B(%B : tensor<..>) C(%C : tensor<..>) D(%D : tensor<..>) softplus outs(%e : tensor<..>)
  }];
  let arguments = (ins SSM_FloatShaped:$u, SSM_FloatShaped:$delta, SSM_FloatShaped:$A, SSM_FloatShaped:$B,
      SSM_FloatShaped:$C, Optional<SSM_FloatShaped>:$D, Optional<SSM_FloatShaped>:$z,
      Optional<SSM_FloatShaped>:$delta_bias, Optional<SSM_FloatShaped>:$initial_state,
      Variadic<SSM_FloatShaped>:$outs, AffineMapArrayAttr:$indexing_maps, UnitAttr:$softplus,
      OptionalAttr<F32Attr>:$dt_min, OptionalAttr<F32Attr>:$dt_max, UnitAttr:$reverse);
  let assemblyFormat = [{
    custom<SelectiveScanEquation>($indexing_maps)
    `u` `(` $u `:` type($u) `)` `delta` `(` $delta `:` type($delta) `)` `A` `(` $A `:` type($A) `)`
    `B` `(` $B `:` type($B) `)` `C` `(` $C `:` type($C) `)` (`D` `(` $D^ `:` type($D) `)`)?
    (`z` `(` $z^ `:` type($z) `)`)? (`delta_bias` `(` $delta_bias^ `:` type($delta_bias) `)`)?
    (`initial_state` `(` $initial_state^ `:` type($initial_state) `)`)?
    (`softplus` $softplus^)? (`dt_min` `(` $dt_min^ `)`)? (`dt_max` `(` $dt_max^ `)`)? (`reverse` $reverse^)?
    custom<Outs>($outs, type($outs), type($results)) attr-dict
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$u, "::mlir::Value":$delta, "::mlir::Value":$A, "::mlir::Value":$B,
      "::mlir::Value":$C, "::mlir::Value":$D, "::mlir::Value":$z, "::mlir::Value":$deltaBias,
      "::mlir::Value":$initialState, "::mlir::ValueRange":$outs,
      "::llvm::ArrayRef<::mlir::AffineMap>":$indexingMaps, "bool":$softplus,
      CArg<"::mlir::FloatAttr", "{}">:$dtMin, CArg<"::mlir::FloatAttr", "{}">:$dtMax,
      CArg<"bool", "false">:$reverse)>];
}

def SSM_SSDOp : SSM_NamedAxesOp<"ssd", "b l h p n", [AttrSizedOperandSegments]> {
  let summary = "Mamba-2's state space duality";
  let description = [{
    Mamba-2 (arXiv:2405.21060), eq. 2 with the scalar times identity A of section 5 (the SSD layer), heads as in
    section 7.2. Axes: b batch, l time, h head, p the head's channel, n state.

        dt = dt + dt_bias[h];   dt = softplus(dt) if softplus;   dt = min(max(dt, dt_min), dt_max)
        S[b,h,p,n] at l = exp(dt[b,l,h] * A[h]) * (S at l-1) + dt[b,l,h] * B[b,l,h/R,n] * x[b,l,h,p]
        y[b,l,h,p]      = (sum over n of C[b,l,h/R,n] * (S at l)  +  D[h] * x[b,l,h,p]) * silu(z[b,l,h,p])

    S before the first step is initial_state (b,h,p,n), or 0; final_state is S after the last. With reverse, time runs
    from the last l to the first ("l-1" is l+1). What is not given is not applied. The length of chunks in which it is
    computed is a choice of the schedule, never part of the op. Computed in f32, f64 where an operand is f64.

    Without dt the recurrence is one that was discretized before: dt is 1, x holds its step already, and A is the
    logarithm of the decay itself, which may then depend on b and l:

        S[b,h,p,n] at l = exp(A[b,l,h]) * (S at l-1) + B[b,l,h/R,n] * x[b,l,h,p]

    Constraints (C1 to C4 are those of all indexed ops):
    - C5 x, z and y have the axes b l h p, plain.
    - C6 dt has b l h, plain.
    - C7 A and dt_bias have h, plain; A also b and l, plain, or not, where there is no dt.
    - C8 B and C have b, l and n plain, h plain or as h/R, or not.
    - C9 D has h or h p, plain.
    - C10 initial_state and final_state have b h p n, plain.
    - C11 there are one or two destinations; dt_min <= dt_max.
    - C12 where there is no dt, there are no dt_bias, softplus, dt_min and dt_max.

    Example:
        %y, %s = ssm.ssd "b l h p, b l h, h, b l h/8 n, b l h/8 n -> b l h p, b h p n" x(%x : tensor<..>)
            dt(%dt : tensor<..>) A(%A : tensor<..>) B(%B : tensor<..>) C(%C : tensor<..>) outs(%e, %f : tensor<..>, ..)
  }];
  let arguments = (ins SSM_FloatShaped:$x, Optional<SSM_FloatShaped>:$dt, SSM_FloatShaped:$A, SSM_FloatShaped:$B,
      SSM_FloatShaped:$C, Optional<SSM_FloatShaped>:$D, Optional<SSM_FloatShaped>:$z,
      Optional<SSM_FloatShaped>:$dt_bias, Optional<SSM_FloatShaped>:$initial_state,
      Variadic<SSM_FloatShaped>:$outs, AffineMapArrayAttr:$indexing_maps, UnitAttr:$softplus,
      OptionalAttr<F32Attr>:$dt_min, OptionalAttr<F32Attr>:$dt_max, UnitAttr:$reverse);
  let assemblyFormat = [{
    custom<SSDEquation>($indexing_maps)
    `x` `(` $x `:` type($x) `)` (`dt` `(` $dt^ `:` type($dt) `)`)? `A` `(` $A `:` type($A) `)`
    `B` `(` $B `:` type($B) `)` `C` `(` $C `:` type($C) `)` (`D` `(` $D^ `:` type($D) `)`)?
    (`z` `(` $z^ `:` type($z) `)`)? (`dt_bias` `(` $dt_bias^ `:` type($dt_bias) `)`)?
    (`initial_state` `(` $initial_state^ `:` type($initial_state) `)`)?
    (`softplus` $softplus^)? (`dt_min` `(` $dt_min^ `)`)? (`dt_max` `(` $dt_max^ `)`)? (`reverse` $reverse^)?
    custom<Outs>($outs, type($outs), type($results)) attr-dict
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$dt, "::mlir::Value":$A, "::mlir::Value":$B,
      "::mlir::Value":$C, "::mlir::Value":$D, "::mlir::Value":$z, "::mlir::Value":$dtBias,
      "::mlir::Value":$initialState, "::mlir::ValueRange":$outs,
      "::llvm::ArrayRef<::mlir::AffineMap>":$indexingMaps, "bool":$softplus,
      CArg<"::mlir::FloatAttr", "{}">:$dtMin, CArg<"::mlir::FloatAttr", "{}">:$dtMax,
      CArg<"bool", "false">:$reverse)>];
}

//===- Windows and attention ------------------------------------------------------------------------------------===//

def SSM_CausalConv1DOp : SSM_DestinationOp<"causal_conv1d", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<SSM_IndexedOpInterface, ["getAxisNames", "hasOwnSize"]>]> {
  let summary = "depthwise causal convolution along time";
  let description = [{
    The short convolution in front of a scan (Mamba, arXiv:2312.00752, figure 3). Axes: b batch, l time, c channel,
    k tap; K is the number of taps.

        y[b,l,c] = act(bias[c] + sum over k of weight[c,k] * x[b, l - (K-1) + k, c])

    x before time 0 is initial_window, whose W entries along k are the times -W .. -1, or 0. W is at least K-1; models that
    keep K of them never read the oldest. final_window holds the last W inputs in the same order, taken from initial_window
    where x is shorter. Computed in f32, f64 where an operand is f64.

    Constraints (C1 to C4 are those of all indexed ops, a window's size along k aside):
    - C5 x and y have the axes b l c, plain.
    - C6 weight has c k, bias c, plain; there is at least one tap.
    - C7 initial_window and final_window have b c k, plain; both have equally many entries, at least K-1.
    - C8 there are one or two destinations.

    Example:
        %y = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%x : tensor<..>) weight(%w : tensor<..>) bias(%v : tensor<..>)
            activation(silu) outs(%e : tensor<..>)
  }];
  let arguments = (ins SSM_FloatShaped:$x, SSM_FloatShaped:$weight, Optional<SSM_FloatShaped>:$bias,
      Optional<SSM_FloatShaped>:$initial_window, Variadic<SSM_FloatShaped>:$outs, AffineMapArrayAttr:$indexing_maps,
      DefaultValuedAttr<SSM_ActivationAttr, "::mambac::ssm::Activation::none">:$activation);
  let assemblyFormat = [{
    custom<CausalConv1DEquation>($indexing_maps)
    `x` `(` $x `:` type($x) `)` `weight` `(` $weight `:` type($weight) `)` (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`initial_window` `(` $initial_window^ `:` type($initial_window) `)`)? (`activation` `(` custom<Activation>($activation)^ `)`)?
    custom<Outs>($outs, type($outs), type($results)) attr-dict
  }];
  let extraClassDeclaration = destinationDeclarations # [{
    static constexpr ::llvm::StringLiteral kAxisNames = "b l c k";
    bool hasFinalWindow() { return hasFinalState(); }
    /// The second destination; null where there is none.
    ::mlir::Value getFinalWindow() { return getFinalState(); }
    /// A window, and its dimension along k; null where there is none.
    std::pair<::mlir::Value, int64_t> getWindowEntries();
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$weight, "::mlir::Value":$bias,
      "::mlir::Value":$initialWindow, "::mlir::ValueRange":$outs,
      "::llvm::ArrayRef<::mlir::AffineMap>":$indexingMaps,
      CArg<"::mambac::ssm::Activation", "::mambac::ssm::Activation::none">:$activation)>];
}

def SSM_AttentionOp : SSM_NamedAxesOp<"attention", "b h q s d e", [AttrSizedOperandSegments]> {
  let summary = "scaled dot product attention";
  let description = [{
    Axes: b batch, h head, q query time, s key time, d the head's channel, e the value's channel.

        w[b,h,q,s] = scale * sum over d of Q[b,h,q,d] * K[b,h/R,s,d]  +  mask[b,h,q,s]
        y[b,h,q,e] = sum over s of softmax over s of w [b,h,q,s] * V[b,h/R,s,e]

    A mask of i1 keeps the weights where it is true instead. If causal, query i sees the keys j <= i + (Ls - Lq), or
    j <= i + position[b] where there is a position: how many keys a cache that has room for more held before those of
    the queries. A query that sees no key yields 0. The weights are never a tensor. Computed in f32, f64 where an operand
    is f64.

    Constraints (C1 to C4 are those of all indexed ops):
    - C5 query has b h q d, plain; y has b h q e, plain.
    - C6 key has b s d plain and h or h/R; value has b s e plain and h or h/R.
    - C7 mask has s plain and b, h, q plain or not.
    - C8 there is exactly one destination.
    - C9 position has b, plain, and is given with causal alone.

    Example:
        %y = ssm.attention "b h q d, b h/4 s d, b h/4 s e -> b h q e" query(%q : tensor<..>) key(%k : tensor<..>)
            value(%v : tensor<..>) scale(1.250000e-01) causal outs(%e : tensor<..>)
        %y = ssm.attention "b h q d, b h/4 s d, b h/4 s e, b -> b h q e" query(%q : tensor<..>) key(%k : tensor<..>)
            value(%v : tensor<..>) position(%p : tensor<?xi64>) scale(1.250000e-01) causal outs(%e : tensor<..>)
  }];
  let arguments = (ins SSM_FloatShaped:$query, SSM_FloatShaped:$key, SSM_FloatShaped:$value,
      Optional<SSM_MaskShaped>:$mask, Optional<SSM_PositionShaped>:$position, Variadic<SSM_FloatShaped>:$outs,
      AffineMapArrayAttr:$indexing_maps, F32Attr:$scale, UnitAttr:$causal);
  let assemblyFormat = [{
    custom<AttentionEquation>($indexing_maps)
    `query` `(` $query `:` type($query) `)` `key` `(` $key `:` type($key) `)` `value` `(` $value `:` type($value) `)`
    (`mask` `(` $mask^ `:` type($mask) `)`)? (`position` `(` $position^ `:` type($position) `)`)?
    `scale` `(` $scale `)` (`causal` $causal^)?
    custom<Outs>($outs, type($outs), type($results)) attr-dict
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$query, "::mlir::Value":$key, "::mlir::Value":$value,
      "::mlir::Value":$mask, "::mlir::Value":$position, "::mlir::Value":$out,
      "::llvm::ArrayRef<::mlir::AffineMap>":$indexingMaps, "float":$scale, "bool":$causal)>];
}

def SSM_AppendOp : SSM_NamedAxesOp<"append", "b h s l d"> {
  let summary = "new rows in a cache, from a position on";
  let description = [{
    What attention remembers of a text. Axes: b batch, h head, s the cache's row, of which there are as many as it has
    room for, l the new row, d the head's channel.

        cache[b,h,position[b]+l,d] = rows[b,h,l,d]      where 0 <= position[b] + l < S

    All other rows of the destination stay as they are: it is read, unlike other ops' destinations, and it is what the
    result is made of. New rows with no place in the cache are dropped. Elements are converted to the cache's type.

    Constraints (C1 to C4 are those of all indexed ops):
    - C5 rows has b h l d, plain.
    - C6 position has b, plain.
    - C7 the destination has b h s d, plain; there is exactly one.

    Example:
        %k = ssm.append "b h l d, b -> b h s d" rows(%new : tensor<..>) at(%p : tensor<?xi64>) outs(%cache : tensor<..>)
  }];
  let arguments = (ins SSM_FloatShaped:$rows, SSM_PositionShaped:$position, Variadic<SSM_FloatShaped>:$outs,
      AffineMapArrayAttr:$indexing_maps);
  let assemblyFormat = [{
    custom<AppendEquation>($indexing_maps) `rows` `(` $rows `:` type($rows) `)` `at` `(` $position `:` type($position) `)`
    custom<Outs>($outs, type($outs), type($results)) attr-dict
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$rows, "::mlir::Value":$position, "::mlir::Value":$cache,
      "::llvm::ArrayRef<::mlir::AffineMap>":$indexingMaps)>];
}

//===- Schedule level -------------------------------------------------------------------------------------------===//

def SSM_PackedMatmulOp : SSM_DestinationOp<"packed_matmul", [AttrSizedOperandSegments]> {
  let summary = "matrix product with a packed weight";
  let description = [{
    What the schedule turns an einsum of activations and a weight into. The N columns of the weight lie in panels of
    32, R rows of K beside each other: 2 of bf16, as instructions that add pairs of products want them, else 1. What is
    beyond N or K is zero.

        s[m,j] = sum over k of x[m,k] * packed[j / 32, k / R, (j mod 32) * R + k mod R]
        y[m,j] = epilogue(s[m,j], with[0][m,j], with[1][m,j], ..)

    The epilogue is a region of elementwise operations; without one, y is the sum. Operands of `with` that have one row,
    or one column, have the same for all.

    Constraints:
    - C1 x and y have rank 2, packed rank 3 and a last dimension of 32 R, R 2 for bf16 and else 1.
    - C2 sizes: x M x K, packed ceil(N/32) x ceil(K/R) x 32 R, y M x N.
    - C3 all operands are tensors or all are memrefs; there is exactly one destination.
    - C4 as memrefs, x, y and what `with` has N columns have unit inner strides.
    - C5 operands of `with` have rank 2 and sizes M or 1 by N or 1.
    - C6 the epilogue has one block. Its arguments are the sum, an f32 (f64 where an operand is f64), and an element of each
      operand of `with`; its operations are elementwise and it yields an element of y. Operands of `with` need an epilogue.

    Example:
        ssm.packed_matmul x(%x : memref<?x64xf32>) packed(%w : memref<3x64x32xf32>) with(%bias : memref<1x80xf32>)
            outs(%y : memref<?x80xf32>) epilogue {
        ^bb0(%sum: f32, %b: f32):
          %v = arith.addf %sum, %b : f32
          ssm.yield %v : f32
        }
  }];
  let arguments = (ins SSM_FloatShaped:$x, SSM_FloatShaped:$packed, Variadic<SSM_FloatShaped>:$with,
      Variadic<SSM_FloatShaped>:$outs);
  let regions = (region AnyRegion:$epilogue);
  let assemblyFormat = [{
    `x` `(` $x `:` type($x) `)` `packed` `(` $packed `:` type($packed) `)` (`with` `(` $with^ `:` type($with) `)`)?
    custom<Outs>($outs, type($outs), type($results)) attr-dict (`epilogue` $epilogue^)?
  }];
  let extraClassDeclaration = destinationDeclarations # [{
    static constexpr int64_t kPanel = 32;
    /// Rows of weights of that type that lie beside each other.
    static int64_t rowsPerStep(::mlir::Type weight) { return weight.isBF16() ? 2 : 1; }
    int64_t getRowsPerStep() { return rowsPerStep(::mlir::getElementTypeOrSelf(getPacked().getType())); }
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$packed, "::mlir::ValueRange":$with,
      "::mlir::Value":$out)>];
}

def SSM_YieldOp : Op<SSM_Dialect, "yield", [Pure, ReturnLike, Terminator, HasParent<"PackedMatmulOp">]> {
  let summary = "the result of an epilogue";
  let description = [{
    Ends the region of an ssm.packed_matmul with the element of y.

    Example: `ssm.yield %v : f32`
  }];
  let arguments = (ins SSM_Float:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

#endif // MAMBAC_DIALECTS_SSM_IR_SSMOPS_TD
