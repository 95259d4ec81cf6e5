// SPDX-License-Identifier: Apache-2.0
#include "cli/password_prompt.h"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <string_view>

#include "base/limits.h"

namespace pkigate::cli {

namespace {

// The terminal's echo is off for the length of a scope.
class Silence {
 public:
  Silence() {
    if (::tcgetattr(STDIN_FILENO, &before_) == 0) {
      termios silent = before_;
      silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      silenced_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (silenced_) {
      ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
  }

 private:
  termios before_{};
  bool silenced_ = false;
};

// One line of standard input without its end; nothing at the end of input. By read(2), so that no
// copy stays behind in a buffer. A line that is too long is cut behind the bound, where
// HashPassword refuses it.
std::optional<std::string> ReadLine() {
  std::string line;
  for (;;) {
    char c = 0;
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return line.empty() ? std::nullopt : std::optional(std::move(line));
    }
    if (c == '\n') {
      return line;
    }
    if (line.size() <= limits::kPasswordBytesMax) {
      line += c;
    }
  }
}

std::optional<std::string> Prompt(std::string_view question) {
  // First: what is typed before the silencing would be shown, and thrown away by it.
  const Silence silence;
  std::fwrite(question.data(), 1, question.size(), stderr);
  std::optional<std::string> line = ReadLine();
  std::fputc('\n', stderr);
  return line;
}

}  // namespace

Result<std::string> AskNewPassword() {
  const bool asks = ::isatty(STDIN_FILENO) == 1;
  std::optional<std::string> password = asks ? Prompt("Enter new password: ") : ReadLine();
  if (!password) {
    return MakeError("password", "no password: give -p, or a line on standard input");
  }
  if (asks && Prompt("Retype new password: ") != password) {
    return MakeError("password", "Password mismatch");
  }
  return *std::move(password);
}

}  // namespace pkigate::cli
