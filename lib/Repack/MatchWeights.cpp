//===- MatchWeights.cpp - Which tensor is which weight ------------------------------------------------------------===//
//
// See MatchWeights.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Repack/MatchWeights.h"

#include <algorithm>
#include <cstring>
#include <set>

using namespace mambac;

namespace {

class Matcher {
public:
  Matcher(const PrepareInfo &info, const WeightSet &set) : info(info), set(set) {}

  WeightMatch run() {
    findPrefix();
    std::vector<std::string> missing, others, extra;
    for (const WantedWeight &weight : info.weights) {
      const WeightTensor *found = nullptr;
      std::string name;
      for (const std::string &candidate : namesOf(weight))
        if (const WeightTensor *tensor = find(candidate)) {
          known.insert(inSet(candidate));
          if (!found) {
            found = tensor;
            name = inSet(candidate);
          } else if (!wanted(candidate) && !equal(*found, *tensor)) {
            others.push_back(name + " and " + inSet(candidate) + " differ, and the product has one tensor for both");
          }
        }
      match.data.push_back(weight.constant ? weight.constant : found ? found->data : nullptr);
      if (weight.constant) {
        if (found && (found->bytes != weight.bytes || memcmp(found->data, weight.constant, weight.bytes)))
          others.push_back(name + " is another one; it is no weight but part of the model, which has to be compiled again");
        continue;
      }
      std::string shape = describe(weight.dtype, weight.sizes);
      if (!found)
        missing.push_back(inSet(weight.name) + " is missing; the product takes " + shape);
      else if (found->dtype != weight.dtype || found->sizes != weight.sizes)
        others.push_back(name + " is " + describe(found->dtype, found->sizes) + "; the product takes " + shape);
    }
    for (const std::string &name : info.unused)
      known.insert(inSet(name));
    for (const auto &[name, tensor] : set.tensors)
      if (!known.count(name))
        extra.push_back(name + " (" + describe(tensor.dtype, tensor.sizes) + ") is no weight of the product");
    for (auto *list : {&missing, &others, &extra})
      match.problems.insert(match.problems.end(), list->begin(), list->end());
    return std::move(match);
  }

private:
  static std::vector<std::string> namesOf(const WantedWeight &weight) {
    std::vector<std::string> names = {weight.name};
    names.insert(names.end(), weight.also.begin(), weight.also.end());
    return names;
  }
  /// Whether the code takes a tensor of that name by itself.
  bool wanted(const std::string &name) const {
    return std::any_of(info.weights.begin(), info.weights.end(),
                       [&](const WantedWeight &weight) { return weight.name == name; });
  }
  static bool equal(const WeightTensor &a, const WeightTensor &b) {
    return a.dtype == b.dtype && a.sizes == b.sizes && (a.data == b.data || !memcmp(a.data, b.data, a.bytes));
  }

  std::string inSet(const std::string &name) const {
    return name.compare(0, prefix.size(), prefix) ? name : name.substr(prefix.size());
  }
  const WeightTensor *find(const std::string &name) const {
    auto found = set.tensors.find(inSet(name));
    return found == set.tensors.end() ? nullptr : &found->second;
  }

  /// The one under which most names are found; the shortest of several.
  void findPrefix() {
    std::string shared;
    bool first = true;
    for (const WantedWeight &weight : info.weights) {
      if (weight.constant)
        continue;
      size_t length = 0, last = 0;
      for (; !first && length < shared.size() && length < weight.name.size() && shared[length] == weight.name[length]; ++length)
        if (shared[length] == '.')
          last = length + 1;
      size_t dot = weight.name.rfind('.');
      shared = weight.name.substr(0, first ? dot == std::string::npos ? 0 : dot + 1 : last);
      first = false;
    }
    size_t best = count();
    std::string chosen;
    for (size_t dot = shared.find('.'); dot != std::string::npos; dot = shared.find('.', dot + 1)) {
      prefix = shared.substr(0, dot + 1);
      if (size_t found = count(); found > best) {
        best = found;
        chosen = prefix;
      }
    }
    prefix = chosen;
  }
  size_t count() const {
    return size_t(std::count_if(info.weights.begin(), info.weights.end(), [&](const WantedWeight &weight) {
      return !weight.constant && find(weight.name);
    }));
  }

  const PrepareInfo &info;
  const WeightSet &set;
  WeightMatch match;
  std::string prefix;
  std::set<std::string> known; ///< names of the set that are something to the product
};

} // namespace

WeightMatch mambac::matchWeights(const PrepareInfo &info, const WeightSet &set) { return Matcher(info, set).run(); }
