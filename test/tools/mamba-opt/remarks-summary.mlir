// RUN: mamba-opt %S/../../Raise/raise-ssd-declined.mlir --split-input-file --canonicalize --cse --ssm-raise-ssd --remarks-summary -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t
// RUN: mamba-opt %s --canonicalize --remarks-summary -o %t 2>&1 | FileCheck %s --check-prefix=NOTHING

// Counted over all modules of the input, by op and reason; the module is written as without the flag.
// CHECK: {{^ *[1-9][0-9]*}} found    ssm.ssd
// CHECK: {{^ *[1-9][0-9]*}} declined ssm.ssd: the sources do not end at the target time (another diagonal of the mask)
// IR: func.func @strict_mask
// NOTHING: nothing found, nothing declined
