// What --emit=torch writes. (Whether it computes the right numbers, torch-run.test says where there is PyTorch.)
// RUN: mambac %s -o %t.py
// RUN: python3 -m py_compile %t.py && FileCheck %s < %t.py

// The file needs PyTorch alone, and brings the helpers that it uses; what they need stands before them.
// CHECK: import torch
// CHECK-NOT: import numpy
// CHECK: def read_weights(path, model):
// CHECK: def check(
// CHECK: def check_size(
// CHECK: def strided(
// CHECK: def accumulator(
// CHECK: def time_steps(
// CHECK: def chunks(
// CHECK: def ssd(
// CHECK-NOT: def selective_scan(
// CHECK: class Model(torch.nn.Module):
// CHECK: WEIGHTS = [
// CHECK-NEXT: "w \"quoted\"\x0a# not a comment",
// CHECK: ("x", torch.float32, (None, None, 6)),
// CHECK: ("lambda", torch.bfloat16, (None, None)),
// CHECK: return cls(read_weights(path, "a \"model\""))

// Names of the model are no code.
// CHECK: def forward(self, x, input_lambda, input_2, input_3, input_4):
// CHECK-NEXT: check(x, *self.INPUTS[0])
// CHECK-NEXT: check_size(x.shape[1], "x.shape[1]", 1, 4096, 16)
// CHECK: device = x.device

#full = affine_map<(i, j, k) -> (i, j, k)>
#ij = affine_map<(i, j, k) -> (i, j)>
#kj = affine_map<(i, j, k) -> (k, j)>
#m2 = affine_map<(i, j) -> (i, j)>
module attributes {mambac.model = "a \22model\22"} {
  func.func @main(%x: tensor<?x?x6xf32> {mambac.name = "x", mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 6)>},
                  %g: tensor<?x?xbf16> {mambac.name = "lambda", mambac.shape = affine_map<()[s0, s1] -> (s0, s1)>},
                  %dt: tensor<2x7x4xf32>, %B: tensor<2x7x2x5xf32>, %heads: tensor<2x7x4x3xf32>)
      -> (tensor<?x?xf32>, tensor<?x?x6xf32>, tensor<2x7x4x3xf32>, tensor<2x3xf32>, tensor<?x?xf32>, tensor<7x4xf32>)
      attributes {mambac.entry, mambac.symbols = [{name = "s0", min = 1, max = 9223372036854775807, multiple_of = 1},
                                                  {name = "s1", min = 1, max = 4096, multiple_of = 16}]} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %low = arith.constant 0xFF800000 : f32
    %b = tensor.dim %x, %c0 : tensor<?x?x6xf32>
    %l = tensor.dim %x, %c1 : tensor<?x?x6xf32>
    %e2 = tensor.empty(%b, %l) : tensor<?x?xf32>
    %e3 = tensor.empty(%b, %l) : tensor<?x?x6xf32>
    %w = ssm.weight "w \22quoted\22\0A# not a comment" : tensor<6xf32>

    // A maximum: -inf changes nothing, so that it is not written. The place is a comment.
    // CHECK: # layers.0?import os (model.py:3)
    // CHECK-NEXT: [[MAX:v[0-9]+]] = torch.amax(x, (-1,))
    %f = linalg.fill ins(%low : f32) outs(%e2 : tensor<?x?xf32>) -> tensor<?x?xf32>
    %max = linalg.generic {indexing_maps = [#full, #ij], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x : tensor<?x?x6xf32>) outs(%f : tensor<?x?xf32>) {
    ^bb0(%a: f32, %o: f32):
      %m = arith.maximumf %a, %o : f32
      linalg.yield %m : f32
    } -> tensor<?x?xf32> loc("layers.0\0Aimport os"("model.py":3:0))

    // Types are the module's; a value that is read twice is computed once, and given up.
    // CHECK: [[T:t[0-9]+]] = torch.exp(input_lambda.to(torch.float32))
    // CHECK-NEXT: [[GATE:v[0-9]+]] = (([[T]] * [[T]]) + [[MAX]]).to(torch.bfloat16)
    // CHECK-NEXT: del [[T]]
    // CHECK-NEXT: del [[MAX]]
    %eg = tensor.empty(%b, %l) : tensor<?x?xbf16>
    %gate = linalg.generic {indexing_maps = [#m2, #m2, #m2], iterator_types = ["parallel", "parallel"]}
        ins(%g, %max : tensor<?x?xbf16>, tensor<?x?xf32>) outs(%eg : tensor<?x?xbf16>) {
    ^bb0(%a: bf16, %c: f32, %o: bf16):
      %0 = arith.extf %a : bf16 to f32
      %1 = math.exp %0 : f32
      %2 = arith.mulf %1, %1 : f32
      %3 = arith.addf %2, %c : f32
      %4 = arith.truncf %3 : f32 to bf16
      linalg.yield %4 : bf16
    } -> tensor<?x?xbf16>

    // Broadcasting is PyTorch's own, with axes of one between.
    // CHECK: [[SCALED:v[0-9]+]] = (self.w0 * x) * [[GATE]][:, :, None].to(torch.float32)
    %scaled = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k)>, #full, #ij, #full], iterator_types = ["parallel", "parallel", "parallel"]}
        ins(%w, %x, %gate : tensor<6xf32>, tensor<?x?x6xf32>, tensor<?x?xbf16>) outs(%e3 : tensor<?x?x6xf32>) {
    ^bb0(%a: f32, %c: f32, %d: bf16, %o: f32):
      %0 = arith.mulf %a, %c : f32
      %1 = arith.extf %d : bf16 to f32
      %2 = arith.mulf %0, %1 : f32
      linalg.yield %2 : f32
    } -> tensor<?x?x6xf32>

    // Positions are compared as tensors.
    // CHECK: torch.where((torch.arange({{n[0-9]+}}, device=device).view(1, -1) <= torch.arange({{n[0-9]+}}, device=device).view(-1, 1)), 1.0, -math.inf).to(torch.float32)
    %es = tensor.empty(%b, %l) : tensor<?x?xf32>
    %one = arith.constant 1.0 : f32
    %mask = linalg.generic {indexing_maps = [#m2], iterator_types = ["parallel", "parallel"]} outs(%es : tensor<?x?xf32>) {
    ^bb0(%o: f32):
      %i = linalg.index 0 : index
      %j = linalg.index 1 : index
      %c = arith.cmpi sle, %j, %i : index
      %s = arith.select %c, %one, %low : f32
      linalg.yield %s : f32
    } -> tensor<?x?xf32>

    // The duality, with B for C, too; groups of heads stay groups.
    // CHECK: {{v[0-9]+}}, _ = ssd(input_4, input_2, torch.full((4,), -1.0, dtype=torch.float32, device=device), input_3, input_3, None, None, None, None, True, None, None, False, torch.float32)
    %A = arith.constant dense<-1.0> : tensor<4xf32>
    %ey = tensor.empty() : tensor<2x7x4x3xf32>
    %y = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n -> b l h p" x(%heads : tensor<2x7x4x3xf32>) dt(%dt : tensor<2x7x4xf32>)
        A(%A : tensor<4xf32>) B(%B : tensor<2x7x2x5xf32>) C(%B : tensor<2x7x2x5xf32>) softplus outs(%ey : tensor<2x7x4x3xf32>)

    // A window that slides is a view.
    // CHECK: strided({{v[0-9]+}}, (2, 3, 2), ((1, 0), (0, 1), (0, 1)), (0, 0))
    %cut = tensor.extract_slice %dt[0, 0, 0] [2, 1, 4] [1, 1, 1] : tensor<2x7x4xf32> to tensor<2x4xf32>
    %ew = tensor.empty() : tensor<2x3xf32>
    %win = linalg.fill ins(%zero : f32) outs(%ew : tensor<2x3xf32>) -> tensor<2x3xf32>
    %k = tensor.empty() : tensor<2xf32>
    %sum = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j + k)>, affine_map<(i, j, k) -> (k)>, #ij], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%cut, %k : tensor<2x4xf32>, tensor<2xf32>) outs(%win : tensor<2x3xf32>) {
    ^bb0(%a: f32, %n: f32, %o: f32):
      %m = arith.maximumf %a, %a : f32
      %s = arith.addf %m, %o : f32
      linalg.yield %s : f32
    } -> tensor<2x3xf32>

    // PyTorch's views do not run backwards: that is a gather.
    // CHECK: [((torch.arange(7, device=device).view(-1, 1) * (-1)) + 6), torch.arange(4, device=device).view(1, -1)]
    %flat = tensor.extract_slice %dt[0, 0, 0] [1, 7, 4] [1, 1, 1] : tensor<2x7x4xf32> to tensor<7x4xf32>
    %er = tensor.empty() : tensor<7x4xf32>
    %backwards = linalg.generic {indexing_maps = [affine_map<(t, d) -> (6 - t, d)>, #m2], iterator_types = ["parallel", "parallel"]}
        ins(%flat : tensor<7x4xf32>) outs(%er : tensor<7x4xf32>) {
    ^bb0(%a: f32, %o: f32):
      %s = math.sin %a : f32
      linalg.yield %s : f32
    } -> tensor<7x4xf32>

    // What no reduction of PyTorch's is becomes a loop.
    // CHECK: [[ACC:a[0-9]+]] = torch.full(
    // CHECK-NEXT: for [[I:i[0-9]+]] in range(6):
    // CHECK-NEXT: [[ACC]] = (([[ACC]] * 0.5) + [[SCALED]].narrow(-1, [[I]], 1))
    %half = arith.constant 0.5 : f32
    %start = linalg.fill ins(%one : f32) outs(%e2 : tensor<?x?xf32>) -> tensor<?x?xf32>
    %fold = linalg.generic {indexing_maps = [#full, #ij], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%scaled : tensor<?x?x6xf32>) outs(%start : tensor<?x?xf32>) {
    ^bb0(%a: f32, %o: f32):
      %h = arith.mulf %o, %half : f32
      %m = arith.addf %h, %a : f32
      linalg.yield %m : f32
    } -> tensor<?x?xf32>
    // CHECK: return (
    return %fold, %scaled, %y, %sum, %mask, %backwards : tensor<?x?xf32>, tensor<?x?x6xf32>, tensor<2x7x4x3xf32>, tensor<2x3xf32>, tensor<?x?xf32>, tensor<7x4xf32>
  }
}
