//===- TextStream.h - Text as it is written -----------------------------------------------------------*- C++ -*-===//
//
// Pieces of text in, what may be shown out: text that could be the beginning of a stop string is kept back until it is
// known not to be one. At a stop string the text ends, without it.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_TEXTSTREAM_H
#define MAMBAC_LIB_RUNTIME_RUNNER_TEXTSTREAM_H

#include <string>
#include <vector>

namespace mambac::runner {

class TextStream {
public:
  explicit TextStream(std::vector<std::string> stops) : stops(std::move(stops)) {}

  /// What may be shown now. After the text has stopped, nothing.
  std::string push(const std::string &piece);
  /// What was kept back, at the end of a text that did not stop.
  std::string finish();
  bool isStopped() const { return stopped; }

private:
  std::vector<std::string> stops;
  std::string kept;
  bool stopped = false;
};

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_TEXTSTREAM_H
