//===- Passes.h - Passes of the Schedule stage ------------------------------------------------------*- C++ -*-===//
//
// From ssm and linalg on tensors to bufferized kernels, one driver per entry and one arena. The pipeline is
// registered in include/mambac/Passes.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_PASSES_H
#define MAMBAC_LIB_SCHEDULE_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mambac {

/// Entries take caller-owned buffers, arena, weights and symbols as arguments.
std::unique_ptr<mlir::Pass> createEntryABIPass();
/// ssm ops without kernels (doubles, sizes unknown at compile time) to their definitions.
std::unique_ptr<mlir::Pass> createDecomposeRestPass();
/// ssm.einsum to ssm.packed_matmul or to pairwise linalg contractions.
std::unique_ptr<mlir::Pass> createLowerEinsumPass();
/// What depends on weights alone moves to @prepare.
std::unique_ptr<mlir::Pass> createHoistWeightsPass();
/// Fuses elementwise linalg ops into their consumers.
std::unique_ptr<mlir::Pass> createFuseElementwisePass();
/// One destination tensor per writer, before bufferization.
std::unique_ptr<mlir::Pass> createSplitDestinationsPass();
/// Tensors that a loop carries stay in one buffer.
std::unique_ptr<mlir::Pass> createWriteCarriesInPlacePass();
/// Outlines each kernel of a driver into a private function; equal ones are shared.
std::unique_ptr<mlir::Pass> createFormDispatchesPass();
/// Notes the operations and bytes of each kernel call as expressions of the symbols.
std::unique_ptr<mlir::Pass> createCountWorkPass();
/// Kernels' allocations become arguments that drivers allocate.
std::unique_ptr<mlir::Pass> createHoistWorkspacesPass();
/// Replaces allocations of drivers by slices of one arena.
std::unique_ptr<mlir::Pass> createPlanArenaPass();

} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_PASSES_H
