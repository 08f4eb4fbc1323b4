//===- ShrinkSizes.cpp - Static sizes of a module become smaller --------------------------------------------------===//
//
// A size is a number that stands in many places at once: in the types of arguments, intermediate results and constants,
// in the sizes of slices and reshapes, in the maps of mambac.shape, in the bounds of loops. They change together, or the
// module would not verify.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "ShrinkSizes.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SetVector.h"
#include <set>

using namespace mlir;
using namespace mambac;

int64_t SizeChange::operator()(int64_t size) const {
  if (size == from)
    return to;
  return multiples && size > from && size % from == 0 ? size / from * to : size;
}

SmallVector<SizeChange> mambac::listSizeChanges(Operation *scope, int64_t least) {
  std::set<int64_t, std::greater<>> sizes;
  AttrTypeWalker walker;
  walker.addWalk([&](ShapedType type) {
    if (type.hasRank())
      for (int64_t size : type.getShape())
        if (!ShapedType::isDynamic(size) && size > 1)
          sizes.insert(size);
  });
  scope->walk([&](Operation *op) {
    walker.walk(op->getAttrDictionary());
    for (Type type : op->getResultTypes())
      walker.walk(type);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Type type : block.getArgumentTypes())
          walker.walk(type);
  });
  SmallVector<SizeChange> changes;
  for (int64_t size : sizes) {
    std::set<int64_t> targets{1, 2, size / 2, size - 1};
    for (int64_t target : targets)
      if (target >= std::max<int64_t>(least, 1) && target < size)
        for (bool multiples : {false, true})
          changes.push_back({size, target, multiples});
  }
  return changes;
}

/// Elements for a constant of another shape: the first ones.
static Attribute resized(DenseElementsAttr constant, ShapedType type) {
  if (constant.getType() == type || type.getNumElements() > constant.getNumElements())
    return constant;
  if (constant.isSplat())
    return constant.resizeSplat(type);
  SmallVector<Attribute> values;
  for (Attribute value : constant.getValues<Attribute>()) {
    if (int64_t(values.size()) == type.getNumElements())
      break;
    values.push_back(value);
  }
  return DenseElementsAttr::get(type, values);
}

bool mambac::changeSizes(Operation *scope, const SizeChange &change) {
  bool changed = false;
  auto shapeOf = [&](ArrayRef<int64_t> shape) {
    SmallVector<int64_t> sizes;
    for (int64_t size : shape) {
      sizes.push_back(ShapedType::isDynamic(size) ? size : change(size));
      changed |= sizes.back() != size;
    }
    return sizes;
  };
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](RankedTensorType type) -> Type { return type.clone(shapeOf(type.getShape())); });
  replacer.addReplacement([&](MemRefType type) -> Type {
    // Strides that are written down would have to change as well.
    return type.getLayout().isIdentity() ? type.clone(shapeOf(type.getShape())) : type;
  });
  replacer.addReplacement([&](DenseElementsAttr constant) -> std::pair<Attribute, WalkResult> {
    ShapedType type = constant.getType();
    return {resized(constant, type.clone(shapeOf(type.getShape()))), WalkResult::skip()};
  });
  replacer.addReplacement([&](DenseI64ArrayAttr sizes) -> Attribute {
    return DenseI64ArrayAttr::get(sizes.getContext(), shapeOf(sizes.asArrayRef()));
  });
  replacer.addReplacement([&](IntegerAttr number) -> Attribute {
    if (!isa<IndexType>(number.getType()))
      return number;
    return IntegerAttr::get(number.getType(), shapeOf({number.getInt()})[0]);
  });
  replacer.addReplacement([&](AffineMapAttr map) -> Attribute {
    SmallVector<AffineExpr> results;
    for (AffineExpr result : map.getValue().getResults()) {
      auto constant = dyn_cast<AffineConstantExpr>(result);
      results.push_back(constant ? getAffineConstantExpr(shapeOf({constant.getValue()})[0], map.getContext()) : result);
    }
    AffineMap old = map.getValue();
    return AffineMapAttr::get(AffineMap::get(old.getNumDims(), old.getNumSymbols(), results, map.getContext()));
  });
  replacer.recursivelyReplaceElementsIn(scope, /*replaceAttrs=*/true, /*replaceLocs=*/false, /*replaceTypes=*/true);
  return changed;
}
