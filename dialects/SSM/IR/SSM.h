//===- SSM.h - The ssm dialect: everything one includes ---------------------------------------------*- C++ -*-===//
//
// The dialect, its ops, attributes and interfaces, and the helpers that belong to the IR itself. Passes are declared
// in dialects/SSM/Transforms/Passes.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_DIALECTS_SSM_IR_SSM_H
#define MAMBAC_DIALECTS_SSM_IR_SSM_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mambac::ssm::axes {
/// Splits "b l d n" at blanks.
llvm::SmallVector<llvm::StringRef> splitAxisNames(llvm::StringRef names);
llvm::SmallVector<int64_t> getStaticAxisSizes(mlir::Operation *op);
llvm::SmallVector<mlir::OpFoldResult> getAxisSizes(mlir::Operation *op, mlir::OpBuilder &b, mlir::Location loc);
int64_t findAxis(mlir::AffineMap map, unsigned axis);
int64_t getGroupSize(mlir::AffineMap map, unsigned axis);
llvm::LogicalResult verifyIndexedOp(mlir::Operation *op);
} // namespace mambac::ssm::axes

#include "dialects/SSM/IR/SSMDialect.h.inc"

#include "dialects/SSM/IR/SSMEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/SSM/IR/SSMAttributes.h.inc"

#include "dialects/SSM/IR/SSMInterfaces.h.inc"

namespace mambac::ssm {
// AggregatedOpInterface names these unqualified in the op classes.
using llvm::FailureOr;
using llvm::SmallVector;
using mlir::OpBuilder;
using mlir::Value;
} // namespace mambac::ssm

#define GET_OP_CLASSES
#include "dialects/SSM/IR/SSMOps.h.inc"

namespace mambac::ssm {

/// Parses an equation such as "b l h p, b l h/8 n -> b h p n" into one map per operand. `axisNames` are the axes in the
/// order of the maps' dimensions; with none, the axes are numbered as the equation names them. On failure `error` says
/// what is wrong.
llvm::FailureOr<llvm::SmallVector<mlir::AffineMap>> parseEquation(llvm::StringRef equation,
                                                                  llvm::ArrayRef<llvm::StringRef> axisNames,
                                                                  mlir::MLIRContext *context, std::string &error);

/// The maps of an equation that is known to be right.
llvm::SmallVector<mlir::AffineMap> mapsFromEquation(llvm::StringRef equation, llvm::ArrayRef<llvm::StringRef> axisNames,
                                                    mlir::MLIRContext *context);

/// Writes maps as parseEquation reads them; the last `numOutputs` stand behind the arrow.
std::string printEquation(llvm::ArrayRef<mlir::AffineMap> maps, unsigned numOutputs,
                          llvm::ArrayRef<llvm::StringRef> axisNames);

/// Renumbers the dimensions of the maps in the order of their first use. Dimensions that no map uses are dropped.
llvm::SmallVector<mlir::AffineMap> normalizeAxes(llvm::ArrayRef<mlir::AffineMap> maps);

/// How a value was made from another by copying alone: value[i] = source[map(i)], with a wider element type perhaps.
/// The map is a projected permutation; it is a permutation for a transpose.
struct LayoutChange {
  mlir::Value source;
  mlir::AffineMap map;
};
std::optional<LayoutChange> matchLayoutChange(mlir::Value value);

/// Whether what the op's destinations held before is part of its results.
inline bool readsDestinations(mlir::Operation *op) { return mlir::isa<AppendOp>(op); }

/// An einsum into a new tensor of the given element type.
mlir::Value buildEinsum(mlir::OpBuilder &b, mlir::Location loc, mlir::ValueRange inputs,
                        llvm::ArrayRef<mlir::AffineMap> maps, mlir::Type elementType);

} // namespace mambac::ssm

#endif // MAMBAC_DIALECTS_SSM_IR_SSM_H
