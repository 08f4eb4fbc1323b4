//===- Target.h - The description of the machine that code is made for --------------------------------*- C++ -*-===//
//
// One module attribute says what the schedule and the kernels need to know of a CPU; passes read nothing else:
//
//   module attributes {mambac.target = {vector_bytes = 64 : i64, vector_registers = 32 : i64, native_bf16 = true,
//                                       native_f16 = true, native_fma = true, l1_bytes = 32768 : i64,
//                                       l2_bytes = 1048576 : i64, l3_bytes = 33554432 : i64,
//                                       cores = 8 : i64}}
//
// What is missing has the default below; with 16-byte vectors, which may be those of x86-64-v2, native_f16 and
// native_fma are false if missing. 64-byte vectors imply AVX-512F; for the rest, which instructions are there is
// between Emit and LLVM.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_TARGET_H
#define MAMBAC_LIB_SCHEDULE_TARGET_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"

namespace mambac {

/// The taps of a convolution are registers of its kernel, unrolled; one of more taps is computed by its definition.
constexpr int64_t kMostTaps = 256;
/// States and columns of heads are rows of tiles on the stacks of kernels, and a head's state is one tile: a recurrence of
/// more states or columns, or of more numbers in a head's state, is computed by its definition.
constexpr int64_t kMostStates = 2048, kMostStateNumbers = 1 << 18;

struct Target {
  static constexpr llvm::StringLiteral kAttrName = "mambac.target";

  /// Bytes in a vector register: 64 (AVX-512), 32 (AVX2), 16 (SSE, NEON).
  int64_t vectorBytes = 64;
  /// Number of vector registers.
  int64_t vectorRegisters = 32;
  /// Data caches of one core.
  int64_t l1Bytes = 32768;
  int64_t l2Bytes = 1048576;
  /// The cache that the cores share.
  int64_t l3Bytes = 33554432;
  /// Recurrences of fewer work items than this are cut in time (lib/CPU/Kernels/TimeSegments.h).
  int64_t cores = 8;
  /// Whether one instruction rounds f32 to bf16, or f16 (there and back). If not, integer arithmetic does.
  bool nativeBF16 = false;
  bool nativeF16 = true;
  /// Whether there is a fused multiply-add. If not, a product and a sum stand in for it.
  bool nativeFMA = true;

  /// How many f32 a vector register holds.
  int64_t lanes() const { return vectorBytes / 4; }

  /// The description that holds at `op`: that of the nearest enclosing op that has one, else the default.
  static Target get(mlir::Operation *op) {
    Target target;
    mlir::DictionaryAttr dict;
    for (; op && !dict; op = op->getParentOp())
      dict = op->getAttrOfType<mlir::DictionaryAttr>(kAttrName);
    if (!dict)
      return target;
    auto read = [&](llvm::StringRef name, int64_t &value) {
      auto attr = dict.getAs<mlir::IntegerAttr>(name);
      if (attr)
        value = attr.getInt();
      return bool(attr);
    };
    read("vector_bytes", target.vectorBytes);
    if (!read("vector_registers", target.vectorRegisters))
      target.vectorRegisters = target.vectorBytes == 64 ? 32 : 16;
    auto readBool = [&](llvm::StringRef name, bool &value, bool missing) {
      auto attr = dict.getAs<mlir::BoolAttr>(name);
      value = attr ? attr.getValue() : missing;
    };
    readBool("native_bf16", target.nativeBF16, false);
    readBool("native_f16", target.nativeF16, target.vectorBytes > 16);
    readBool("native_fma", target.nativeFMA, target.vectorBytes > 16);
    read("l1_bytes", target.l1Bytes);
    read("l2_bytes", target.l2Bytes);
    read("l3_bytes", target.l3Bytes);
    read("cores", target.cores);
    return target;
  }

  mlir::DictionaryAttr toAttr(mlir::MLIRContext *context) const {
    mlir::Builder b(context);
    return b.getDictionaryAttr({b.getNamedAttr("vector_bytes", b.getI64IntegerAttr(vectorBytes)),
                                b.getNamedAttr("vector_registers", b.getI64IntegerAttr(vectorRegisters)),
                                b.getNamedAttr("native_bf16", b.getBoolAttr(nativeBF16)),
                                b.getNamedAttr("native_f16", b.getBoolAttr(nativeF16)),
                                b.getNamedAttr("native_fma", b.getBoolAttr(nativeFMA)),
                                b.getNamedAttr("l1_bytes", b.getI64IntegerAttr(l1Bytes)),
                                b.getNamedAttr("l2_bytes", b.getI64IntegerAttr(l2Bytes)),
                                b.getNamedAttr("l3_bytes", b.getI64IntegerAttr(l3Bytes)),
                                b.getNamedAttr("cores", b.getI64IntegerAttr(cores))});
  }

  void set(mlir::Operation *op) const { op->setAttr(kAttrName, toAttr(op->getContext())); }
};

} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_TARGET_H
