// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <iterator>

#include "base/json_text.h"

namespace pkigate::log {

namespace {

// Process-wide because every thread's lines end in one file; changed only by Open and Reopen, which
// the control thread calls. The descriptor number never changes while the process runs: a new file
// is laid under it with dup2.
std::atomic<int> g_descriptor{STDERR_FILENO};
std::atomic<Level> g_level{Level::kInfo};
std::atomic<bool> g_json{false};
std::string g_path;  // touched by the control thread only

constexpr const char* kLevelWords[] = {"debug", "info", "warn", "error", "off"};

const char* Word(Level level) { return kLevelWords[static_cast<size_t>(level)]; }

Result<int> OpenAppending(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) {
    return MakeError("log_open", "cannot open log file {}: {}", path, std::strerror(errno));
  }
  return fd;
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
  const int current = g_descriptor.load();
  if (options.path.empty()) {
    if (current != STDERR_FILENO) {
      // The number has to stay, because a writer may be about to use it.
      ::dup3(STDERR_FILENO, current, O_CLOEXEC);
    }
  } else {
    const int fd = PKIGATE_TRY(OpenAppending(options.path));
    if (current == STDERR_FILENO) {
      g_descriptor.store(fd);
    } else {
      ::dup3(fd, current, O_CLOEXEC);
      ::close(fd);
    }
  }
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
  line_ += json_ ? "}\n" : "\n";
  // A log that cannot be written must not stop traffic; the line is lost.
  [[maybe_unused]] const ssize_t written =
      ::write(g_descriptor.load(std::memory_order_relaxed), line_.data(), line_.size());
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
