//===- ElementUtils.h - Small things that the parts of ElementEvaluator share ------------------------*- C++ -*-===//
//
// Not for others: the matchers work with ElementExpr.h.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_ELEMENTUTILS_H
#define MAMBAC_LIB_RAISE_ELEMENTUTILS_H

#include "lib/Raise/ElementExpr.h"
#include "mlir/IR/Matchers.h"

namespace mambac::raise {

inline Poly constantPoly(double value) {
  if (value == 0)
    return {};
  Term term;
  term.coefficient = value;
  return {term};
}

inline Constraints join(llvm::ArrayRef<Lin> a, llvm::ArrayRef<Lin> b) {
  Constraints all(a.begin(), a.end());
  all.append(b.begin(), b.end());
  return all;
}

inline Poly guarded(Poly poly, llvm::ArrayRef<Lin> guards) {
  for (Term &term : poly)
    for (const Lin &guard : guards)
      if (!llvm::is_contained(term.guards, guard))
        term.guards.push_back(guard);
  return poly;
}

inline void append(Poly &to, Poly from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// The float that a value is, if it is one constant through and through.
inline std::optional<double> getConstantFloat(mlir::Value value) {
  mlir::Attribute attribute;
  if (!mlir::matchPattern(value, mlir::m_Constant(&attribute)))
    return std::nullopt;
  if (auto splat = mlir::dyn_cast<mlir::SplatElementsAttr>(attribute))
    attribute = splat.getSplatValue<mlir::Attribute>();
  if (auto number = mlir::dyn_cast<mlir::FloatAttr>(attribute))
    return number.getValueAsDouble();
  return std::nullopt;
}

inline std::optional<int64_t> getConstantInteger(mlir::Value value) {
  mlir::Attribute attribute;
  if (!mlir::matchPattern(value, mlir::m_Constant(&attribute)))
    return std::nullopt;
  if (auto splat = mlir::dyn_cast<mlir::SplatElementsAttr>(attribute))
    attribute = splat.getSplatValue<mlir::Attribute>();
  if (auto number = mlir::dyn_cast<mlir::IntegerAttr>(attribute))
    return number.getType().isInteger(1) ? number.getValue().getZExtValue() : number.getValue().getSExtValue();
  return std::nullopt;
}

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_ELEMENTUTILS_H
