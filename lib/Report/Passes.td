//===- Passes.td - Passes that report and change nothing -----------------------------------------*- tablegen -*-===//
#ifndef MAMBAC_LIB_REPORT_PASSES
#define MAMBAC_LIB_REPORT_PASSES

include "mlir/Pass/PassBase.td"

def PrintMemory : Pass<"mambac-print-memory", "::mlir::ModuleOp"> {
  let summary = "Print the largest temporary and the peak of memory of each entry";
  let description = [{
    Adds up what each entry holds in memory in program order, if each op wrote its result (lib/Report/MemoryProfile.h),
    and prints one line of JSON for each. Entries are the functions with `mambac.entry`, or all public ones where there
    is none. The module stays as it is.

    Before, with `shapes=2x2048`:

        func.func @main(%x: tensor<2x?xf32>) -> tensor<2xf32> {
          %e = tensor.empty(%l) : tensor<2x?xf32>
          %p = linalg.generic: %x * %x
          %s = linalg.generic: sum of %p over dimension 1

    After: the same; the line is
    `{"function":"main","largest":16384,"largest_op":"linalg.generic","largest_shape":[2,2048],...,"peak":16384,...}`
  }];
  let options = [
    ListOption<"shapes", "shapes", "std::string",
               "Shapes of the entry's inputs, such as 2x2048,2x2048x16 (a scalar is an empty word). Without any, batches "
               "are 1 and other open sizes `length`">,
    Option<"length", "length", "int64_t", "2048", "Open sizes where no shapes are given">
  ];
  let statistics = [Statistic<"numProfiled", "profiled", "functions profiled">];
}

#endif // MAMBAC_LIB_REPORT_PASSES
