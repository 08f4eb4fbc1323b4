//===- SSMEquation.cpp - Indexing maps written as einsum equations --------------------------------------------------===//
//
// "b l h p, b l h/8 n -> b h p n": a list of axes for each operand. This is only how maps are written; the maps are
// what ops store. Whether the maps suit an op is its verifier's business.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"

using namespace mlir;
using namespace mambac;

static bool isAxisName(StringRef s) {
  return !s.empty() && (llvm::isAlpha(s.front()) || s.front() == '_') &&
         llvm::all_of(s, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

SmallVector<StringRef> ssm::axes::splitAxisNames(StringRef names) {
  SmallVector<StringRef> result;
  llvm::SplitString(names, result);
  return result;
}

FailureOr<SmallVector<AffineMap>> ssm::parseEquation(StringRef equation, ArrayRef<StringRef> axisNames,
                                                     MLIRContext *context, std::string &error) {
  auto fail = [&](const Twine &message) {
    error = message.str();
    return failure();
  };
  bool fixed = !axisNames.empty();
  SmallVector<StringRef> names(axisNames.begin(), axisNames.end());

  StringRef body = equation;
  if (auto colon = equation.find(':'); colon != StringRef::npos) {
    if (fixed)
      return fail("the axes of this op are given, the equation must not list them");
    names = axes::splitAxisNames(equation.take_front(colon));
    for (auto [i, name] : llvm::enumerate(names)) {
      if (!isAxisName(name))
        return fail("'" + name + "' is not an axis name");
      if (llvm::is_contained(ArrayRef(names).take_front(i), name))
        return fail("axis '" + name + "' is listed twice");
    }
    fixed = true;
    body = equation.drop_front(colon + 1);
  }
  auto arrow = body.find("->");
  if (arrow == StringRef::npos)
    return fail("the equation has no '->'");

  struct Term {
    unsigned axis;
    int64_t group;
  };
  SmallVector<SmallVector<Term>> operands;
  for (StringRef side : {body.take_front(arrow), body.drop_front(arrow + 2)}) {
    SmallVector<StringRef> lists;
    side.split(lists, ',');
    for (StringRef list : lists) {
      SmallVector<Term> &terms = operands.emplace_back();
      for (StringRef word : axes::splitAxisNames(list)) {
        auto [name, group] = word.split('/');
        Term term{0, 1};
        if (!isAxisName(name))
          return fail("'" + word + "' is not an axis name");
        if (word.contains('/') && (group.getAsInteger(10, term.group) || term.group < 1))
          return fail("'" + word + "': the group size must be a positive number");
        auto *it = llvm::find(names, name);
        if (it == names.end() && fixed)
          return fail("unknown axis '" + name + "'; the axes are " + llvm::join(names, " "));
        term.axis = it - names.begin();
        if (it == names.end())
          names.push_back(name);
        terms.push_back(term);
      }
    }
  }
  SmallVector<AffineMap> maps;
  for (auto &terms : operands) {
    SmallVector<AffineExpr> exprs;
    for (Term term : terms) {
      AffineExpr dim = getAffineDimExpr(term.axis, context);
      exprs.push_back(term.group == 1 ? dim : dim.floorDiv(term.group));
    }
    maps.push_back(AffineMap::get(names.size(), 0, exprs, context));
  }
  return maps;
}

SmallVector<AffineMap> ssm::mapsFromEquation(StringRef equation, ArrayRef<StringRef> axisNames, MLIRContext *context) {
  std::string error;
  auto maps = parseEquation(equation, axisNames, context, error);
  if (failed(maps))
    llvm::report_fatal_error(llvm::Twine("equation \"") + equation + "\": " + error);
  return *maps;
}

/// The axis that an expression of a verified map uses; nothing for an expression that is not `d` or `d floordiv R`.
static std::optional<std::pair<unsigned, int64_t>> matchTerm(AffineExpr expr) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return std::make_pair(dim.getPosition(), int64_t(1));
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary || binary.getKind() != AffineExprKind::FloorDiv)
    return std::nullopt;
  auto dim = dyn_cast<AffineDimExpr>(binary.getLHS());
  auto group = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (!dim || !group || group.getValue() < 1)
    return std::nullopt;
  return std::make_pair(dim.getPosition(), group.getValue());
}

int64_t ssm::axes::findAxis(AffineMap map, unsigned axis) {
  for (auto [i, expr] : llvm::enumerate(map.getResults()))
    if (auto term = matchTerm(expr); term && term->first == axis)
      return i;
  return -1;
}

int64_t ssm::axes::getGroupSize(AffineMap map, unsigned axis) {
  for (AffineExpr expr : map.getResults())
    if (auto term = matchTerm(expr); term && term->first == axis)
      return term->second;
  return 0;
}

std::string ssm::printEquation(ArrayRef<AffineMap> maps, unsigned numOutputs, ArrayRef<StringRef> axisNames) {
  unsigned numAxes = maps.empty() ? 0 : maps.front().getNumDims();
  SmallVector<std::string> names(axisNames.begin(), axisNames.end());
  for (unsigned i = names.size(); i < numAxes; ++i)
    names.push_back(i < 26 ? std::string(1, 'a' + i) : "a" + std::to_string(i));

  std::string text;
  llvm::raw_string_ostream os(text);
  unsigned nextNew = 0; // axes below this one have been printed in ascending order
  bool ascending = true;
  for (auto [i, map] : llvm::enumerate(maps)) {
    if (i + numOutputs == maps.size())
      os << " -> ";
    else if (i != 0)
      os << ", ";
    llvm::interleave(map.getResults(), os, [&](AffineExpr expr) {
      auto term = matchTerm(expr);
      if (!term || term->first >= names.size()) {
        os << "<" << expr << ">"; // not verified; print something that shows the fault
        return;
      }
      os << names[term->first];
      if (term->second != 1)
        os << "/" << term->second;
      ascending &= term->first <= nextNew;
      nextNew += term->first == nextNew;
    }, " ");
  }
  if (axisNames.empty() && (!ascending || nextNew != numAxes))
    return llvm::join(names, " ") + " : " + text;
  return text;
}

SmallVector<AffineMap> ssm::normalizeAxes(ArrayRef<AffineMap> maps) {
  if (maps.empty())
    return {};
  MLIRContext *context = maps.front().getContext();
  SmallVector<AffineExpr> replacements(maps.front().getNumDims());
  unsigned next = 0;
  for (AffineMap map : maps)
    for (AffineExpr result : map.getResults())
      result.walk([&](AffineExpr expr) {
        if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && !replacements[dim.getPosition()])
          replacements[dim.getPosition()] = getAffineDimExpr(next++, context);
      });
  for (AffineExpr &expr : replacements)
    if (!expr)
      expr = getAffineConstantExpr(0, context);
  SmallVector<AffineMap> result;
  for (AffineMap map : maps)
    result.push_back(map.replaceDimsAndSymbols(replacements, {}, next, 0));
  return result;
}
