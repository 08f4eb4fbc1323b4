// The progress line on a terminal, through a pseudo-terminal of our own.
#include "lib/Emit/Progress.h"

#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace {

/// Both ends of a terminal.
class Terminal {
public:
  explicit Terminal(unsigned short columns) {
    master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master))
      return;
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    winsize size = {};
    size.ws_col = columns;
    size.ws_row = 24;
    ioctl(slave, TIOCSWINSZ, &size);
  }
  ~Terminal() {
    close(slave);
    close(master);
  }
  /// Reads until `text` was there, or some seconds have passed; returns all that was read since the last call.
  std::string readUntil(const std::string &text, int milliseconds = 5000) {
    std::string all;
    for (int waited = 0; waited < milliseconds && (text.empty() || all.find(text) == std::string::npos); waited += 20) {
      pollfd ready = {master, POLLIN, 0};
      if (poll(&ready, 1, 20) <= 0)
        continue;
      char buffer[4096];
      ssize_t count = read(master, buffer, sizeof(buffer));
      if (count > 0)
        all.append(buffer, count);
    }
    return all;
  }
  int master = -1, slave = -1;
};

TEST(Progress, DrawsStagesAndWipesAtTheEnd) {
  Terminal terminal(80);
  if (terminal.slave < 0)
    GTEST_SKIP() << "no pseudo-terminals here";
  {
    mambac::Progress progress(terminal.slave, 0);
    progress.show("raising: ssm-raise-ssd", 0.5);
    std::string first = terminal.readUntil("ssm-raise-ssd");
    EXPECT_NE(first.find("\r\033[K[============            ] raising: ssm-raise-ssd 0 s"), std::string::npos) << first;
    progress.show("writing", 1);
    std::string second = terminal.readUntil("writing");
    EXPECT_NE(second.find("[========================] writing"), std::string::npos) << second;
    EXPECT_EQ(second.find('\n'), std::string::npos); // one line
  }
  std::string last = terminal.readUntil("", 200);
  ASSERT_GE(last.size(), 4u);
  EXPECT_EQ(last.substr(last.size() - 4), "\r\033[K");
}

TEST(Progress, MakesRoomForAMessageAndComesBack) {
  Terminal terminal(80);
  if (terminal.slave < 0)
    GTEST_SKIP() << "no pseudo-terminals here";
  mambac::Progress progress(terminal.slave, 0);
  progress.show("raising", 0.1);
  terminal.readUntil("raising");
  progress.makeRoom();
  EXPECT_EQ(terminal.readUntil("\033[K").substr(0, 4), "\r\033[K");
  EXPECT_NE(terminal.readUntil("raising").find("raising"), std::string::npos);
}

TEST(Progress, NeverWraps) {
  Terminal terminal(40);
  if (terminal.slave < 0)
    GTEST_SKIP() << "no pseudo-terminals here";
  mambac::Progress progress(terminal.slave, 0);
  progress.show("raising: a-pass-with-a-name-that-is-far-too-long", 2);
  std::string text = terminal.readUntil("raising: a-p");
  EXPECT_NE(text.find("[========================] raising: a-p"), std::string::npos) << text;
  EXPECT_EQ(text.substr(text.find('[', 4)).size(), 39u);
}

TEST(Progress, IsSilentWhereItIsShort) {
  Terminal terminal(80);
  if (terminal.slave < 0)
    GTEST_SKIP() << "no pseudo-terminals here";
  {
    mambac::Progress progress(terminal.slave, 60);
    progress.show("raising", 0.1);
    progress.makeRoom();
  }
  EXPECT_EQ(terminal.readUntil("", 200), "");
}

} // namespace
