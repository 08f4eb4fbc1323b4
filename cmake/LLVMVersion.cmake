# The one place that pins the LLVM/MLIR release that mambac is written for.
set(MAMBAC_LLVM_VERSION 22)
