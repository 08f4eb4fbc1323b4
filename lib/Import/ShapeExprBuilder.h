// What the files of ShapeExpr share: its node, checked integer arithmetic with Python's rounding. For their use alone.
#ifndef MAMBAC_IMPORT_SHAPEEXPRBUILDER_H
#define MAMBAC_IMPORT_SHAPEEXPRBUILDER_H

#include "lib/Import/ShapeExpr.h"

namespace mambac::pt2 {

struct ShapeExpr::Node {
  ExprKind kind = ExprKind::Constant;
  unsigned symbol = 0;
  unsigned size = 1; ///< nodes of the tree, shared ones counted each time
  std::vector<ShapeExpr> operands;
};

/// Makes nodes as they are, without simplifying.
struct ShapeExprBuilder {
  static std::optional<ShapeExpr> make(ExprKind kind, std::vector<ShapeExpr> operands);
};

std::optional<int64_t> checkedAdd(int64_t a, int64_t b);
std::optional<int64_t> checkedMul(int64_t a, int64_t b);
std::optional<int64_t> checkedFloorDiv(int64_t a, int64_t b);
std::optional<int64_t> checkedCeilDiv(int64_t a, int64_t b);
std::optional<int64_t> checkedMod(int64_t a, int64_t b);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_SHAPEEXPRBUILDER_H
