//===- RunReport.cpp - What --run prints -----------------------------------------------------------------------===//
//
// See RunReport.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/RunReport.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include <cmath>

using namespace llvm;
using namespace mambac;

namespace {
struct Summary {
  double min = 0, max = 0, mean = 0;
  int64_t notFinite = 0;
};
} // namespace

static Summary summarize(const HostTensor &tensor) {
  Summary summary;
  int64_t count = 0;
  for (int64_t i = 0, e = tensor.countNumbers(); i < e; ++i) {
    double value = tensor.get(i);
    if (!std::isfinite(value)) {
      ++summary.notFinite;
      continue;
    }
    summary.min = count ? std::min(summary.min, value) : value;
    summary.max = count ? std::max(summary.max, value) : value;
    summary.mean += value;
    ++count;
  }
  summary.mean /= double(std::max<int64_t>(count, 1));
  return summary;
}

/// "9.5 GB (9,500,000,000 bytes)" would be long: three digits and a unit.
static std::string describeBytes(int64_t bytes) {
  static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
  double value = double(bytes);
  unsigned unit = 0;
  for (; value >= 1000 && unit < 4; ++unit)
    value /= 1000;
  std::string text;
  raw_string_ostream stream(text);
  if (unit)
    stream << format("%.3g", value) << " " << units[unit];
  else
    stream << bytes << " bytes";
  return text;
}

void mambac::printRunReport(const RunReport &report, raw_ostream &out) {
  out << "@" << report.function << ", " << report.mode;
  for (auto &[name, size] : report.sizes)
    out << ", " << name << " = " << size;
  out << "\n";
  if (!report.note.empty())
    out << "  " << report.note << "\n";
  json::Array results;
  for (auto [name, tensor] : llvm::zip(report.names, report.results)) {
    Summary summary = summarize(tensor);
    out << "  " << name << ": " << tensor.describeType();
    if (int64_t count = tensor.countNumbers()) {
      out << "  min " << format("%.6g", summary.min) << "  max " << format("%.6g", summary.max) << "  mean "
          << format("%.6g", summary.mean);
      if (summary.notFinite)
        out << "  not finite " << summary.notFinite;
      out << "  [";
      for (int64_t i = 0; i < std::min<int64_t>(count, 6); ++i)
        out << (i ? ", " : "") << format("%.6g", tensor.get(i));
      out << (count > 6 ? ", ..]" : "]");
    }
    out << "\n";
    results.push_back(json::Object{{"name", name},
                                   {"type", tensor.describeType()},
                                   {"min", summary.min},
                                   {"max", summary.max},
                                   {"mean", summary.mean},
                                   {"not_finite", summary.notFinite}});
  }
  json::Object last{{"function", report.function}, {"mode", report.mode},       {"peak_bytes", report.runPeak},
                    {"flops", report.flops},       {"seconds", report.seconds}, {"runs", int64_t(report.repeats)}};
  if (report.writtenPeak >= 0) {
    out << "  temporaries as written: peak " << describeBytes(report.writtenPeak) << ", largest "
        << describeBytes(report.writtenLargest)
        << (report.largestOp.empty() ? "" : " (" + report.largestOp + ")") << "\n";
    last["written_peak_bytes"] = report.writtenPeak;
    last["written_largest_bytes"] = report.writtenLargest;
    last["written_largest_op"] = report.largestOp;
  }
  out << "  temporaries as run: peak " << describeBytes(report.runPeak) << "\n"
      << "  " << format("%.4g", report.flops) << " floating-point operations in "
      << format("%.4g", report.seconds * 1e3) << " ms (best of " << report.repeats << "), "
      << format("%.3g", report.seconds > 0 ? report.flops / report.seconds / 1e9 : 0.0) << " GFLOP/s\n";
  last["results"] = std::move(results);
  out << formatv("{0}", json::Value(std::move(last))) << "\n";
  out.flush();
}
