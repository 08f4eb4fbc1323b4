//===- ElementPieces.cpp - Concatenations whose pieces are one expression ---------------------------------------===//
//
// The part of ElementEvaluator that sees a reshape in pieces put together: stack([x[:, 0:4], x[:, 4:8], ...]), or
// cat([y[:, :, 0], y[:, :, 1], ...]). Where the elements of equal pieces differ only in constants of their positions, and
// these grow evenly with the piece's number, the concatenation is one expression with that number as a variable.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementUtils.h"

#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace mambac::raise;

namespace {

/// What the positions have in common: constants that grow evenly from one to the next, as a function of `number`.
FailureOr<SmallVector<Lin>> unify(ArrayRef<SmallVector<Lin>> positions, const Lin &number) {
  SmallVector<Lin> result(positions[0]);
  for (auto [dim, common] : llvm::enumerate(result)) {
    int64_t step = positions[1][dim].constant - positions[0][dim].constant;
    for (auto [k, position] : llvm::enumerate(positions))
      if (position[dim].terms != common.terms ||
          position[dim].constant != positions[0][dim].constant + static_cast<int64_t>(k) * step)
        return failure();
    common = common + number * step;
  }
  return result;
}

} // namespace

FailureOr<std::pair<Value, SmallVector<Lin>>>
ElementEvaluator::joinPieces(tensor::ConcatOp concat, ArrayRef<Lin> index, ArrayRef<Lin> given) {
  int64_t dim = concat.getDim();
  int64_t size = cast<RankedTensorType>(concat.getInputs()[0].getType()).getDimSize(dim);
  if (concat.getInputs().size() < 2 || ShapedType::isDynamic(size) || size == 0)
    return failure();
  for (Value input : concat.getInputs())
    if (cast<RankedTensorType>(input.getType()).getDimSize(dim) != size)
      return failure();
  // A place in the piece, and the number of the piece, for now as variables.
  auto [place, number] = getPieceVars(size);
  ++joinDepth; // pieces may be made of pieces
  auto leave = llvm::make_scope_exit([&] { --joinDepth; });
  SmallVector<Lin> source(index.begin(), index.end());
  source[dim] = size == 1 ? Lin(0) : Lin::var(place);
  Value tensor;
  std::vector<SmallVector<Lin>> positions;
  for (Value input : concat.getInputs()) {
    // Views alone: computations in pieces are the matchers' to follow.
    SmallVector<Lin> position(source);
    while (stepThroughView(input, position, given)) {
    }
    if (tensor && input != tensor)
      return failure();
    tensor = input;
    positions.push_back(std::move(position));
  }
  FailureOr<SmallVector<Lin>> common = unify(positions, Lin::var(number));
  Lin quotient, remainder;
  if (failed(common) || !space.divide(given, index[dim], size, quotient, remainder))
    return failure();
  for (Lin &e : *common)
    e = e.substitute(number, quotient).substitute(place, remainder);
  return std::pair{tensor, *common};
}

std::pair<int, int> ElementEvaluator::getPieceVars(int64_t size) {
  auto [it, isNew] = pieceVars.try_emplace({size, joinDepth}, std::pair{-1, -1});
  if (isNew) {
    it->second.first = space.addVar(IndexSpace::Kind::Placeholder, Lin(size));
    it->second.second = space.addVar(IndexSpace::Kind::Placeholder);
  }
  return it->second;
}

FailureOr<Poly> ElementEvaluator::followInsertion(tensor::InsertSliceOp insert, ArrayRef<Lin> index,
                                                  ArrayRef<Lin> given, Mode mode) {
  RankedTensorType type = insert.getDestType();
  llvm::SmallBitVector dropped = insert.getDroppedDims();
  std::optional<int64_t> along;
  SmallVector<Lin> source;
  Lin begin, size;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    Lin offset = space.getIndex(insert.getMixedOffsets()[dim]), extent = space.getIndex(insert.getMixedSizes()[dim]);
    if (!isConstantIntValue(insert.getMixedStrides()[dim], 1))
      return failure();
    if (!dropped.test(dim))
      source.push_back(extent == Lin(1) ? Lin(0) : index[dim] - offset);
    if (offset == Lin(0) && extent == space.getSize(insert.getDest(), dim))
      continue;
    if (along)
      return failure();
    along = dim;
    begin = offset;
    size = extent;
  }
  if (!along)
    return element(insert.getSource(), source, given, mode);
  Poly sum;
  auto add = [&](Value tensor, ArrayRef<Lin> position, const Constraints &inside) {
    if (Constraints all = join(given, inside); !space.isEmpty(all))
      append(sum, guarded(element(tensor, position, all, mode), inside));
  };
  Lin inWindow = index[*along] - begin;
  add(insert.getSource(), source, {inWindow, size - 1 - inWindow});
  add(insert.getDest(), index, {Lin(-1) - inWindow});
  add(insert.getDest(), index, {inWindow - size});
  return sum;
}
