//===- RemarksSummary.cpp - mamba-opt --remarks-summary ---------------------------------------------------------===//
//
// See RemarksSummary.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "RemarksSummary.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <map>
#include <tuple>

void mambac::RemarksSummary::print(llvm::raw_ostream &os) const {
  // Declined or not, the op, the reason.
  std::map<std::tuple<bool, std::string, std::string>, unsigned> counts;
  for (const auto &list : lists)
    for (const CollectedRemark &remark : *list)
      ++counts[{!remark.found, remark.what, remark.found ? "" : remark.reason}];
  std::vector<std::pair<std::tuple<bool, std::string, std::string>, unsigned>> lines(counts.begin(), counts.end());
  std::stable_sort(lines.begin(), lines.end(), [](const auto &a, const auto &b) {
    return std::get<0>(a.first) != std::get<0>(b.first) ? std::get<0>(a.first) < std::get<0>(b.first)
                                                        : a.second > b.second;
  });
  for (const auto &[key, count] : lines) {
    const auto &[declined, what, reason] = key;
    os << llvm::format("%6u ", count) << (declined ? "declined " : "found    ") << what;
    if (!reason.empty())
      os << ": " << reason;
    os << "\n";
  }
  if (lines.empty())
    os << "nothing found, nothing declined\n";
}
