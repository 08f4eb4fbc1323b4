//===- Progress.h - One line on a terminal while a long compilation runs ----------------------------*- C++ -*-===//
//
// A bar, the stage with its pass, and the seconds so far, redrawn in place and wiped at the end. Nothing shows until a
// compilation has taken two seconds. Not for logs: whoever makes one of these has seen that there is a terminal.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_PROGRESS_H
#define MAMBAC_LIB_EMIT_PROGRESS_H

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace mambac {

class Progress {
public:
  /// Draws on the terminal `fd` from `delaySeconds` on.
  explicit Progress(int fd, double delaySeconds = 2);
  /// Wipes the line.
  ~Progress();
  Progress(const Progress &) = delete;

  /// What runs now, and how much of all is done (0 to 1). Safe to call from several threads.
  void show(const std::string &what, double done);
  /// Wipes the line for a message; it comes back below that.
  void makeRoom();

private:
  void loop();
  void draw();
  void wipe();

  const int fd;
  const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  const double delay;
  std::mutex mutex;
  std::condition_variable changed;
  std::string what, drawn;
  double done = 0;
  bool ending = false;
  std::thread thread; ///< last, so that it starts when everything is there
};

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_PROGRESS_H
