// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <iterator>
#include <utility>

#include "base/json_text.h"

namespace pkigate::log {

namespace {

// Process-wide because every thread's lines end in one file; changed only by Open and Reopen, which
// the control thread calls. The descriptor number never changes while the process runs: a new file
// is laid under it with dup2.
std::atomic<int> g_descriptor{STDERR_FILENO};
std::atomic<Level> g_level{Level::kInfo};
std::atomic<bool> g_json{false};
std::atomic<bool> g_is_socket{false};
std::atomic<uint64_t> g_num_lost{0};  // lines since the last one that said so
std::string g_path;                   // touched by the control thread only

constexpr const char* kLevelWords[] = {"debug", "info", "warn", "error", "off"};

const char* Word(Level level) { return kLevelWords[static_cast<size_t>(level)]; }

Result<int> OpenAppending(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) {
    return MakeError("log_open", "cannot open log file {}: {}", path, std::strerror(errno));
  }
  return fd;
}

// Standard error as a descriptor that does not wait, or -1 where it cannot wait anyway. A pipe
// whose reader has fallen asleep must not stop traffic. Opened anew and not switched over, because
// the description of the old one is shared with whoever started us.
int OpenStandardError() {
  struct stat facts {};
  if (::fstat(STDERR_FILENO, &facts) != 0 || !S_ISFIFO(facts.st_mode)) {
    return -1;
  }
  return ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

bool StandardErrorIsSocket() {
  struct stat facts {};
  return ::fstat(STDERR_FILENO, &facts) == 0 && S_ISSOCK(facts.st_mode);
}

// Lays `fd` under the number that writers use, or makes its number that. -1: standard error itself.
void Use(int fd) {
  const int current = g_descriptor.load();
  if (current == STDERR_FILENO) {
    g_descriptor.store(fd < 0 ? STDERR_FILENO : fd);
    return;
  }
  // The number has to stay, because a writer may be about to use it.
  ::dup3(fd < 0 ? STDERR_FILENO : fd, current, O_CLOEXEC);
  if (fd >= 0) {
    ::close(fd);
  }
}

// False: the line is lost, because its destination is full, or gone.
bool Put(std::string_view line) {
  const int fd = g_descriptor.load(std::memory_order_relaxed);
  const ssize_t num_written =
      g_is_socket.load(std::memory_order_relaxed)
          ? ::send(fd, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
          : ::write(fd, line.data(), line.size());
  return num_written > 0;
}

bool NeedsQuotes(std::string_view value) {
  if (value.empty()) {
    return true;
  }
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '=' || c == '\\') {
      return true;
    }
  }
  return false;
}

void AppendTimestamp(std::string& out) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const std::time_t seconds = static_cast<std::time_t>(millis / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                 utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                 utc.tm_sec, millis % 1000);
}

}  // namespace

Status Open(const Options& options) {
  Use(options.path.empty() ? OpenStandardError() : PKIGATE_TRY(OpenAppending(options.path)));
  g_is_socket.store(options.path.empty() && StandardErrorIsSocket());
  g_path = options.path;
  g_level.store(options.level);
  g_json.store(options.json);
  return {};
}

Status Reopen() {
  if (g_path.empty()) {
    return {};
  }
  return Open({.path = g_path, .level = g_level.load(), .json = g_json.load()});
}

Result<Level> ParseLevel(std::string_view word) {
  for (size_t index = 0; index < std::size(kLevelWords); ++index) {
    if (word == kLevelWords[index]) {
      return static_cast<Level>(index);
    }
  }
  return MakeError("log_level", "unknown log level '{}', expected debug, info, warn, error or off",
                   word);
}

bool Enabled(Level level) { return level >= g_level.load(std::memory_order_relaxed); }

Event::Event(Level level, std::string_view name) : enabled_(Enabled(level)) {
  if (!enabled_) {
    return;
  }
  json_ = g_json.load(std::memory_order_relaxed);
  line_.reserve(512);
  if (json_) {
    line_ += "{\"time\":\"";
    AppendTimestamp(line_);
    line_ += "\",\"level\":\"";
    line_ += Word(level);
    line_ += '"';
  } else {
    AppendTimestamp(line_);
    line_ += " level=";
    line_ += Word(level);
  }
  Text("event", name);
}

Event::~Event() {
  if (!enabled_) {
    return;
  }
  if (g_num_lost.load(std::memory_order_relaxed) > 0) {
    Event lost(Level::kWarn, "log_lines_lost");
    lost.num_lines_ = g_num_lost.exchange(0);
    lost.Number("count", static_cast<int64_t>(lost.num_lines_));
  }
  line_ += json_ ? "}\n" : "\n";
  if (!Put(line_)) {
    g_num_lost.fetch_add(num_lines_);
  }
}

void Event::Key(std::string_view key) {
  if (json_) {
    line_ += ",\"";
    line_ += key;
    line_ += "\":";
  } else {
    line_ += ' ';
    line_ += key;
    line_ += '=';
  }
}

Event& Event::Text(std::string_view key, std::string_view value) {
  if (!enabled_) {
    return *this;
  }
  Key(key);
  if (json_ || NeedsQuotes(value)) {
    AppendJsonString(line_, value);
  } else {
    line_ += value;
  }
  return *this;
}

Event& Event::Number(std::string_view key, int64_t value) {
  if (enabled_) {
    Key(key);
    fmt::format_to(std::back_inserter(line_), "{}", value);
  }
  return *this;
}

Event& Event::Flag(std::string_view key, bool value) {
  if (enabled_) {
    Key(key);
    line_ += value ? "true" : "false";
  }
  return *this;
}

}  // namespace pkigate::log
