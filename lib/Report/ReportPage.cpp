//===- ReportPage.cpp - The page around a report's data -----------------------------------------------------------===//
//
// See ReportPage.h. MAMBAC_PAGE_* are paths of the embedded files, which the build gives.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Report/ReportPage.h"
#include "lib/Report/EmbedFile.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/SHA256.h"

using namespace llvm;

MAMBAC_EMBED_FILE(frame, MAMBAC_PAGE_FRAME)
MAMBAC_EMBED_FILE(style, MAMBAC_PAGE_STYLE)
MAMBAC_EMBED_FILE(script, MAMBAC_PAGE_SCRIPT)
MAMBAC_EMBED_FILE(echarts, MAMBAC_PAGE_ECHARTS)

/// As a policy names a script that may run.
static std::string hashOf(StringRef script) {
  SHA256 hash;
  hash.update(script);
  return "'sha256-" + encodeBase64(hash.final()) + "'";
}

static std::string escapeText(StringRef text) {
  std::string escaped;
  for (char c : text)
    switch (c) {
    case '<':
      escaped += "&lt;";
      break;
    case '>':
      escaped += "&gt;";
      break;
    case '&':
      escaped += "&amp;";
      break;
    case '"':
      escaped += "&quot;";
      break;
    default:
      escaped += c;
    }
  return escaped;
}

/// JSON stays the same with these three written as escapes (outside of strings JSON has none of them), and then nothing
/// in it looks like markup.
static std::string escapeJson(StringRef json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (char c : json)
    switch (c) {
    case '<':
      escaped += "\\u003c";
      break;
    case '>':
      escaped += "\\u003e";
      break;
    case '&':
      escaped += "\\u0026";
      break;
    default:
      escaped += c;
    }
  return escaped;
}

std::string mambac::buildReportPage(StringRef title, StringRef json) {
  std::string policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src " + hashOf(echarts()) +
                       " " + hashOf(script());
  std::string page;
  StringRef rest = frame();
  // Marks are replaced in one pass over the frame, so nothing that is put in is looked at again.
  while (!rest.empty()) {
    size_t at = rest.find("@@");
    page += rest.take_front(at);
    if (at == StringRef::npos)
      break;
    rest = rest.drop_front(at + 2);
    StringRef mark = rest.take_front(rest.find("@@"));
    rest = rest.drop_front(std::min(rest.size(), mark.size() + 2));
    if (mark == "POLICY")
      page += policy;
    else if (mark == "TITLE")
      page += escapeText(title);
    else if (mark == "STYLE")
      page += style();
    else if (mark == "DATA")
      page += escapeJson(json);
    else if (mark == "ECHARTS")
      page += echarts();
    else if (mark == "SCRIPT")
      page += script();
  }
  return page;
}
