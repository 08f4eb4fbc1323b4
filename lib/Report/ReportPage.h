//===- ReportPage.h - The page around a report's data -----------------------------------------------*- C++ -*-===//
//
// The page's parts (lib/Report/page, lib/Report/echarts) are compiled in; here the data joins them. Names in the data come
// from models that anybody may have written: nothing of it can end the script element it stands in, and the page allows
// no scripts but its own two, by their hashes, and no contact with a network.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPORT_REPORTPAGE_H
#define MAMBAC_LIB_REPORT_REPORTPAGE_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace mambac {

/// The whole page. `json` may hold anything that is JSON.
std::string buildReportPage(llvm::StringRef title, llvm::StringRef json);

} // namespace mambac

#endif // MAMBAC_LIB_REPORT_REPORTPAGE_H
