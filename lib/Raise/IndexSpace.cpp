//===- IndexSpace.cpp - Linear index expressions and what is known about them -----------------------------------===//

#include "lib/Raise/IndexSpace.h"

#include "mlir/Analysis/Presburger/IntegerRelation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include <limits>

using namespace mlir;
using namespace mambac::raise;

//===- Lin ------------------------------------------------------------------------------------------------------===//

Lin Lin::var(int id, int64_t coefficient) {
  Lin e;
  if (coefficient != 0)
    e.terms.push_back({id, coefficient});
  return e;
}

std::optional<int> Lin::getSingleVar() const {
  if (constant == 0 && terms.size() == 1 && terms[0].second == 1)
    return terms[0].first;
  return std::nullopt;
}

int64_t Lin::coefficientOf(int id) const {
  for (auto &[var, coefficient] : terms)
    if (var == id)
      return coefficient;
  return 0;
}

bool Lin::usesAny(ArrayRef<int> ids) const {
  return llvm::any_of(ids, [&](int id) { return uses(id); });
}

Lin Lin::substitute(int id, const Lin &by) const {
  int64_t coefficient = coefficientOf(id);
  if (coefficient == 0)
    return *this;
  return *this - var(id, coefficient) + by * coefficient;
}

namespace mambac::raise {
Lin operator+(const Lin &a, const Lin &b) {
  Lin sum(a.constant + b.constant);
  unsigned i = 0, j = 0;
  while (i < a.terms.size() || j < b.terms.size()) {
    if (j == b.terms.size() || (i < a.terms.size() && a.terms[i].first < b.terms[j].first)) {
      sum.terms.push_back(a.terms[i++]);
    } else if (i == a.terms.size() || b.terms[j].first < a.terms[i].first) {
      sum.terms.push_back(b.terms[j++]);
    } else {
      if (int64_t c = a.terms[i].second + b.terms[j].second)
        sum.terms.push_back({a.terms[i].first, c});
      ++i, ++j;
    }
  }
  return sum;
}

Lin operator*(const Lin &a, int64_t factor) {
  Lin product(a.constant * factor);
  if (factor != 0)
    for (auto &[var, coefficient] : a.terms)
      product.terms.push_back({var, coefficient * factor});
  return product;
}

Lin operator-(const Lin &a, const Lin &b) { return a + b * -1; }

bool operator<(const Lin &a, const Lin &b) {
  if (a.constant != b.constant)
    return a.constant < b.constant;
  return std::lexicographical_compare(a.terms.begin(), a.terms.end(), b.terms.begin(), b.terms.end());
}
} // namespace mambac::raise

std::string Lin::str() const {
  std::string text;
  for (auto &[var, coefficient] : terms)
    text += (text.empty() ? "" : "+") + (coefficient == 1 ? "" : std::to_string(coefficient) + "*") + "v" +
            std::to_string(var);
  if (constant != 0 || text.empty())
    text += (text.empty() || constant < 0 ? "" : "+") + std::to_string(constant);
  return text;
}

//===- Variables and sizes --------------------------------------------------------------------------------------===//

int IndexSpace::addVar(Kind kind, std::optional<Lin> size) {
  Var var{kind, Value(), -1, size};
  vars.push_back(var);
  return vars.size() - 1;
}

int IndexSpace::addBoundVar(Operation *op, unsigned loop, const Lin &size, int64_t stride) {
  int id = addVar(Kind::Bound, size);
  vars[id].op = op;
  vars[id].loop = loop;
  vars[id].stride = stride;
  return id;
}

std::optional<Lin> mambac::raise::divideEvenly(const Lin &size, int64_t by) {
  Lin quotient = size;
  bool even = size.constant % by == 0;
  quotient.constant /= by;
  for (auto &[var, coefficient] : quotient.terms) {
    even &= coefficient % by == 0;
    coefficient /= by;
  }
  return even ? std::optional<Lin>(quotient) : std::nullopt;
}

/// The size of a function argument's dimension by way of an op that reads it along with something else: both are equal,
/// or the op would read outside.
std::optional<Lin> IndexSpace::getSizeByUse(Value argument, int64_t dim) {
  for (OpOperand &use : argument.getUses()) {
    auto op = dyn_cast<linalg::LinalgOp>(use.getOwner());
    if (!op)
      continue;
    AffineExpr loop = op.getMatchingIndexingMap(&use).getResult(dim);
    if (!isa<AffineDimExpr>(loop))
      continue;
    for (OpOperand &other : op->getOpOperands()) {
      AffineMap map = op.getMatchingIndexingMap(&other);
      for (auto [position, expr] : llvm::enumerate(map.getResults())) {
        if (expr != loop || (other.get() == argument && static_cast<int64_t>(position) == dim) ||
            !isa<RankedTensorType>(other.get().getType()))
          continue;
        return getSize(other.get(), position);
      }
    }
  }
  return std::nullopt;
}

/// What the imported function says of an argument's dimension: the symbol that it is, with its range and divisor.
std::optional<Lin> IndexSpace::getSymbol(Value value, int64_t dim) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto func = argument ? dyn_cast_or_null<func::FuncOp>(argument.getOwner()->getParentOp()) : func::FuncOp();
  if (!func || argument.getOwner() != &func.getBody().front())
    return std::nullopt;
  auto shape = func.getArgAttrOfType<AffineMapAttr>(argument.getArgNumber(), "mambac.shape");
  auto symbols = func->getAttrOfType<ArrayAttr>("mambac.symbols");
  if (!shape || !symbols || dim >= shape.getValue().getNumResults())
    return std::nullopt;
  auto symbol = dyn_cast<AffineSymbolExpr>(shape.getValue().getResult(dim));
  if (!symbol || symbol.getPosition() >= symbols.size())
    return std::nullopt;
  auto facts = dyn_cast<DictionaryAttr>(symbols[symbol.getPosition()]);
  if (!facts)
    return std::nullopt;
  auto [it, inserted] = symbolSizes.insert({symbol.getPosition(), Lin()});
  if (!inserted)
    return it->second;
  auto fact = [&](StringRef name) -> std::optional<int64_t> {
    auto attribute = facts.getAs<IntegerAttr>(name);
    return attribute ? std::optional<int64_t>(attribute.getInt()) : std::nullopt;
  };
  int raw = addVar(Kind::Size);
  vars[raw].value = value;
  vars[raw].dim = dim;
  Lin size = Lin::var(raw);
  if (int64_t k = fact("multiple_of").value_or(1); k > 1) {
    int quotient = addVar(Kind::Size);
    vars[quotient].quotientOf = size;
    vars[quotient].divisor = k;
    vars[quotient].isExact = true;
    size = Lin::var(quotient, k);
    assume(Lin::var(quotient));
    assume(size - Lin::var(raw));
    assume(Lin::var(raw) - size);
  }
  if (std::optional<int64_t> low = fact("min"))
    assume(size - *low);
  if (std::optional<int64_t> high = fact("max"); high && *high < std::numeric_limits<int32_t>::max())
    assume(Lin(*high) - size);
  return symbolSizes[symbol.getPosition()] = size;
}

Lin IndexSpace::getSizeVar(Value value, int64_t dim) {
  std::pair<void *, int64_t> key{value.getAsOpaquePointer(), dim};
  if (auto it = sizeVars.find(key); it != sizeVars.end())
    return it->second;
  if (std::optional<Lin> symbol = getSymbol(value, dim))
    return sizeVars[key] = *symbol;
  int id = addVar(Kind::Size);
  vars[id].value = value;
  vars[id].dim = dim;
  sizeVars[key] = Lin::var(id);
  if (isa<BlockArgument>(value) && dim >= 0)
    if (std::optional<Lin> same = getSizeByUse(value, dim))
      if (std::optional<int> var = same->getSingleVar(); var && *var != id)
        return sizeVars[key] = *same;
  return Lin::var(id);
}

Lin IndexSpace::getSize(Value tensor, int64_t dim) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return Lin(type.getDimSize(dim));
  Operation *op = tensor.getDefiningOp();
  if (auto empty = dyn_cast_or_null<tensor::EmptyOp>(op))
    return getIndex(empty.getDynamicSize(dim));
  if (auto expand = dyn_cast_or_null<tensor::ExpandShapeOp>(op))
    return getIndex(expand.getMixedOutputShape()[dim]);
  if (auto slice = dyn_cast_or_null<tensor::ExtractSliceOp>(op)) {
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    for (int64_t i = 0, kept = 0; i < slice.getSourceType().getRank(); ++i)
      if (!dropped.test(i) && kept++ == dim)
        return getIndex(slice.getMixedSizes()[i]);
  }
  if (auto insert = dyn_cast_or_null<tensor::InsertSliceOp>(op))
    return getSize(insert.getDest(), dim);
  if (auto cast = dyn_cast_or_null<tensor::CastOp>(op))
    return getSize(cast.getSource(), dim);
  if (auto pad = dyn_cast_or_null<tensor::PadOp>(op))
    return getSize(pad.getSource(), dim) + getIndex(pad.getMixedLowPad()[dim]) + getIndex(pad.getMixedHighPad()[dim]);
  if (auto concat = dyn_cast_or_null<tensor::ConcatOp>(op)) {
    if (static_cast<int64_t>(concat.getDim()) != dim)
      return getSize(concat.getInputs().front(), dim);
    Lin sum;
    for (Value input : concat.getInputs())
      sum = sum + getSize(input, dim);
    return sum;
  }
  if (auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(op)) {
    Lin product(1);
    bool linear = true;
    SmallVector<ReassociationIndices> groups = collapse.getReassociationIndices();
    for (int64_t from : groups[dim]) {
      Lin size = getSize(collapse.getSrc(), from);
      if (size.isConstant())
        product = product * size.constant;
      else if (product.isConstant())
        product = size * product.constant;
      else
        linear = false;
    }
    if (linear)
      return product;
  }
  if (auto dps = dyn_cast_or_null<DestinationStyleOpInterface>(op))
    return getSize(dps.getTiedOpOperand(cast<OpResult>(tensor))->get(), dim);
  return getSizeVar(tensor, dim);
}

Lin IndexSpace::getQuotient(const Lin &e, int64_t k, bool up) {
  auto [it, inserted] = quotients.insert({{e, k, up}, 0});
  if (inserted) {
    int q = it->second = addVar(Kind::Size);
    vars[q].quotientOf = e;
    vars[q].divisor = k;
    vars[q].quotientUp = up;
    // up: k * q - (k - 1) <= e <= k * q; down: k * q <= e <= k * q + k - 1.
    Lin kq = Lin::var(q, k);
    assume(up ? kq - e : e - kq);
    assume(up ? e - kq + (k - 1) : kq + (k - 1) - e);
  }
  return Lin::var(it->second);
}

Lin IndexSpace::getAffine(AffineExpr expr, ArrayRef<Lin> dims, ArrayRef<Lin> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return Lin(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Lin lhs = getAffine(binary.getLHS(), dims, symbols), rhs = getAffine(binary.getRHS(), dims, symbols);
  if (binary.getKind() == AffineExprKind::Add)
    return lhs + rhs;
  if (binary.getKind() == AffineExprKind::Mul && rhs.isConstant())
    return lhs * rhs.constant;
  if (binary.getKind() == AffineExprKind::Mul && lhs.isConstant())
    return rhs * lhs.constant;
  if (rhs.isConstant() && rhs.constant > 0) {
    int64_t k = rhs.constant;
    if (lhs.isConstant()) {
      int64_t floor = lhs.constant >= 0 ? lhs.constant / k : -((-lhs.constant + k - 1) / k);
      if (binary.getKind() == AffineExprKind::FloorDiv)
        return Lin(floor);
      if (binary.getKind() == AffineExprKind::CeilDiv)
        return Lin(floor * k == lhs.constant ? floor : floor + 1);
      return Lin(lhs.constant - floor * k);
    }
    Lin quotient, remainder;
    bool even = divide({}, lhs, k, quotient, remainder);
    if (binary.getKind() == AffineExprKind::FloorDiv)
      return even ? quotient : getQuotient(lhs, k, false);
    if (binary.getKind() == AffineExprKind::CeilDiv)
      return even && remainder == Lin(0) ? quotient : getQuotient(lhs, k, true);
    return even ? remainder : lhs - getQuotient(lhs, k, false) * k;
  }
  return Lin::var(addVar(Kind::Size));
}

Lin IndexSpace::getIndex(OpFoldResult folded) {
  if (std::optional<int64_t> constant = getConstantIntValue(folded))
    return Lin(*constant);
  auto value = cast<Value>(folded);
  Operation *op = value.getDefiningOp();
  if (auto apply = dyn_cast_or_null<affine::AffineApplyOp>(op)) {
    SmallVector<Lin> operands;
    for (Value operand : apply.getMapOperands())
      operands.push_back(getIndex(operand));
    AffineExpr expr = apply.getAffineMap().getResult(0);
    bool semiAffine = !expr.isPureAffine();
    if (!semiAffine) {
      ArrayRef<Lin> all = operands;
      unsigned numDims = apply.getAffineMap().getNumDims();
      return getAffine(expr, all.take_front(numDims), all.drop_front(numDims));
    }
  }
  if (auto dim = dyn_cast_or_null<tensor::DimOp>(op)) {
    if (std::optional<int64_t> position = dim.getConstantIndex()) {
      // A dimension that is not there is legal as long as nobody computes it.
      auto type = cast<ShapedType>(dim.getSource().getType());
      if (!type.hasRank() || *position < 0 || *position >= type.getRank())
        return getSizeVar(value, -1);
      return getSize(dim.getSource(), *position);
    }
  }
  if (auto cast = dyn_cast_or_null<arith::IndexCastOp>(op); cast && cast.getIn().getType().isIndex())
    return getIndex(cast.getIn());
  if (auto add = dyn_cast_or_null<arith::AddIOp>(op))
    return getIndex(add.getLhs()) + getIndex(add.getRhs());
  if (auto sub = dyn_cast_or_null<arith::SubIOp>(op))
    return getIndex(sub.getLhs()) - getIndex(sub.getRhs());
  if (auto mul = dyn_cast_or_null<arith::MulIOp>(op)) {
    Lin lhs = getIndex(mul.getLhs()), rhs = getIndex(mul.getRhs());
    if (rhs.isConstant())
      return lhs * rhs.constant;
    if (lhs.isConstant())
      return rhs * lhs.constant;
  }
  return getSizeVar(value, -1);
}

//===- Decisions ------------------------------------------------------------------------------------------------===//

/// A cheap bound from the variables' static ranges alone.
std::optional<int64_t> IndexSpace::lowerBound(const Lin &e) {
  int64_t bound = e.constant;
  for (auto &[id, coefficient] : e.terms) {
    const Var &var = vars[id];
    if (coefficient > 0) {
      if (var.kind == Kind::Placeholder || (var.kind == Kind::Size && var.dim < 0))
        return std::nullopt;
      continue; // at least 0
    }
    if (!var.size || !var.size->isConstant())
      return std::nullopt;
    bound += coefficient * (var.size->constant - 1);
  }
  return bound;
}

/// More points are slower to try than a question is to decide.
static constexpr size_t kMaxPoints = 16;

/// Whether `e` is at least 0 at a point; false where the point leaves one of its variables open.
static bool isNonNegativeAt(const Lin &e, const std::map<int, int64_t> &point) {
  int64_t value = e.constant;
  for (auto &[id, coefficient] : e.terms) {
    auto at = point.find(id);
    if (at == point.end())
      return false;
    value += coefficient * at->second;
  }
  return value >= 0;
}

bool IndexSpace::isEmpty(ArrayRef<Lin> given) {
  std::vector<Lin> key(given.begin(), given.end());
  llvm::sort(key);
  auto known = emptiness.find(key);
  if (known == emptiness.end())
    known = emptiness.emplace(std::move(key), decideEmpty(given)).first;
  return known->second;
}

bool IndexSpace::decideEmpty(ArrayRef<Lin> given) {
  // Only what is connected to `given` matters; the rest holds for other reasons.
  SmallVector<int> columns(vars.size(), -1);
  SmallVector<int> used;
  auto use = [&](const Lin &e) {
    for (auto &[id, coefficient] : e.terms)
      if (columns[id] < 0) {
        columns[id] = used.size();
        used.push_back(id);
      }
  };
  SmallVector<Lin> rows(given.begin(), given.end());
  for (const Lin &e : given)
    use(e);
  SmallVector<bool> taken(facts.size(), false);
  bool changed = true;
  for (unsigned next = 0; changed;) {
    changed = false;
    for (; next < used.size(); ++next) {
      int id = used[next];
      const Var &var = vars[id];
      if (var.kind == Kind::Root || var.kind == Kind::Bound || (var.kind == Kind::Size && var.dim >= 0))
        rows.push_back(Lin::var(id));
      if (var.size) {
        rows.push_back(*var.size - Lin::var(id) - 1);
        use(rows.back());
      }
    }
    for (auto [i, fact] : llvm::enumerate(facts)) {
      if (taken[i] || llvm::none_of(fact.terms, [&](auto &t) { return columns[t.first] >= 0; }))
        continue;
      taken[i] = changed = true;
      rows.push_back(fact);
      use(fact);
    }
    changed |= next < used.size();
  }
  // A point that satisfied earlier questions often satisfies this one, which is quickly seen.
  for (const std::map<int, int64_t> &point : points)
    if (llvm::all_of(rows, [&](const Lin &e) { return isNonNegativeAt(e, point); }))
      return false;
  presburger::IntegerPolyhedron set(presburger::PresburgerSpace::getSetSpace(used.size()));
  for (const Lin &e : rows) {
    SmallVector<int64_t> row(used.size() + 1, 0);
    for (auto &[id, coefficient] : e.terms)
      row[columns[id]] = coefficient;
    row.back() = e.constant;
    set.addInequality(row);
  }
  auto sample = set.findIntegerSample();
  if (!sample)
    return true;
  std::map<int, int64_t> point;
  for (auto [id, value] : llvm::zip_equal(used, *sample))
    point[id] = int64_t(value);
  if (points.size() >= kMaxPoints)
    points.pop_back();
  points.push_front(std::move(point));
  return false;
}

bool IndexSpace::implies(ArrayRef<Lin> given, const Lin &expr) {
  if (expr.isConstant())
    return expr.constant >= 0;
  if (std::optional<int64_t> bound = lowerBound(expr); bound && *bound >= 0)
    return true;
  if (llvm::is_contained(given, expr))
    return true;
  SmallVector<Lin> all(given.begin(), given.end());
  all.push_back(expr * -1 - 1);
  return isEmpty(all);
}

bool IndexSpace::divide(ArrayRef<Lin> given, const Lin &e, int64_t k, Lin &quotient, Lin &remainder) {
  if (k == 1) {
    quotient = e;
    remainder = Lin(0);
    return true;
  }
  Lin multiple, rest;
  for (auto &[id, coefficient] : e.terms)
    (coefficient % k == 0 ? multiple : rest) = (coefficient % k == 0 ? multiple : rest) + Lin::var(id, coefficient);
  int64_t whole = e.constant >= 0 ? e.constant / k * k : -((-e.constant + k - 1) / k * k);
  multiple = multiple + whole;
  rest = rest + (e.constant - whole);
  auto finish = [&](const Lin &m, const Lin &r) {
    remainder = r;
    quotient = Lin(m.constant / k);
    for (auto &[id, coefficient] : m.terms)
      quotient = quotient + Lin::var(id, coefficient / k);
    return true;
  };
  if (implies(given, rest) && implies(given, Lin(k - 1) - rest))
    return finish(multiple, rest);
  auto want = [&](int id, int64_t by) {
    if (vars[id].kind == Kind::Root)
      wantedSplit = Split{id, by};
    else if (divideEvenly(*vars[id].size, by))
      wantedBoundSplit = BoundSplit{vars[id].op, vars[id].loop, by * vars[id].stride};
  };
  auto canSplit = [&](int id) { return vars[id].kind == Kind::Root || vars[id].op; };
  // Shifts: (k*c + l - 3) needs another window; not even.
  if (rest.constant == 0 && rest.terms.size() == 1 && canSplit(rest.terms[0].first) && k % rest.terms[0].second == 0)
    want(rest.terms[0].first, k / rest.terms[0].second);
  else if (rest.constant == k - 1 && rest.terms.size() == 1 && rest.terms[0].second == -1 &&
           canSplit(rest.terms[0].first))
    want(rest.terms[0].first, k); // counted from the end
  else {
    // One variable may reach beyond k while the others stay inside: h*P + p with p < P, divided by a multiple.
    for (auto &[id, coefficient] : rest.terms)
      if (canSplit(id) && coefficient > 0 && k % coefficient == 0 && k / coefficient > 1 &&
          !(vars[id].size && vars[id].size->isConstant() && vars[id].size->constant <= k / coefficient))
        want(id, k / coefficient);
  }
  return false;
}
