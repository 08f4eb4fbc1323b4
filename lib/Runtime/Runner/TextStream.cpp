//===- TextStream.cpp - Text as it is written ---------------------------------------------------------------------===//
//
// See TextStream.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/TextStream.h"

#include <algorithm>

using namespace mambac::runner;

std::string TextStream::push(const std::string &piece) {
  if (stopped)
    return {};
  kept += piece;
  size_t end = std::string::npos;
  for (const std::string &stop : stops)
    end = std::min(end, kept.find(stop));
  if (end != std::string::npos) {
    stopped = true;
    return kept.substr(0, end);
  }
  size_t hold = 0; // The longest end of the text that a stop string begins with.
  for (const std::string &stop : stops)
    for (size_t size = std::min(stop.size() - 1, kept.size()); size > hold; --size)
      if (kept.compare(kept.size() - size, size, stop, 0, size) == 0)
        hold = size;
  std::string shown = kept.substr(0, kept.size() - hold);
  kept.erase(0, shown.size());
  return shown;
}

std::string TextStream::finish() {
  std::string shown = stopped ? std::string() : std::move(kept);
  kept.clear();
  return shown;
}
