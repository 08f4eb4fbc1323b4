//===- Progress.cpp - One line on a terminal while a long compilation runs --------------------------------------===//
//
// See Progress.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/Progress.h"
#include <algorithm>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace mambac;
using std::chrono::duration;
using std::chrono::steady_clock;

Progress::Progress(int fd, double delaySeconds) : fd(fd), delay(delaySeconds), thread([this] { loop(); }) {}

Progress::~Progress() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    ending = true;
  }
  changed.notify_all();
  thread.join();
  wipe();
}

void Progress::show(const std::string &text, double fraction) {
  std::lock_guard<std::mutex> lock(mutex);
  what = text;
  done = std::min(1.0, std::max(0.0, fraction));
}

void Progress::makeRoom() {
  std::lock_guard<std::mutex> lock(mutex);
  wipe();
}

void Progress::loop() {
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait_for(lock, duration<double>(delay), [this] { return ending; });
  while (!ending) {
    draw();
    changed.wait_for(lock, std::chrono::milliseconds(100), [this] { return ending; });
  }
}

void Progress::draw() {
  if (what.empty())
    return;
  winsize size = {};
  size_t columns = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  constexpr int kWidth = 24;
  int filled = static_cast<int>(done * kWidth);
  char seconds[32];
  std::snprintf(seconds, sizeof(seconds), " %.0f s", duration<double>(steady_clock::now() - begin).count());
  std::string line = "[" + std::string(filled, '=') + std::string(kWidth - filled, ' ') + "] " + what + seconds;
  // A line that wraps could not be wiped.
  line.resize(std::min(line.size(), columns - 1));
  if (line == drawn)
    return;
  drawn = line;
  line = "\r\033[K" + line;
  [[maybe_unused]] ssize_t written = write(fd, line.data(), line.size());
}

void Progress::wipe() {
  if (drawn.empty())
    return;
  drawn.clear();
  static const char kWipe[] = "\r\033[K";
  [[maybe_unused]] ssize_t written = write(fd, kWipe, sizeof(kWipe) - 1);
}
