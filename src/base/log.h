// SPDX-License-Identifier: Apache-2.0
//
// The operational log: one event a line, `key=value` pairs or JSON, fixed key names. Any thread may
// write. A line is built on the caller's stack and leaves in one write(2) to a file opened with
// O_APPEND, so lines never mix and no thread waits for another; Reopen swaps the file below a
// running writer (dup2), which is what log rotation needs.
//
// A log never stops traffic: a line for a pipe or socket that is full is lost, and counted in the
// next one that is not (`log_lines_lost`).
//
// Never log a private key, a password, a ticket, or an Authorization header.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pkigate::log {

enum class Level : uint8_t { kDebug, kInfo, kWarn, kError, kOff };

// What is written and where to; set once before threads start.
struct Options {
  std::string path;  // empty: standard error
  Level level = Level::kInfo;
  bool json = false;
};

// Opens the destination. On failure the previous destination stays in use.
Status Open(const Options& options);
// Opens the same path anew (SIGUSR1 after rotation). Nothing to do for standard error.
Status Reopen();
// The level for a word of the configuration (`debug`, `info`, `warn`, `error`, `off`).
Result<Level> ParseLevel(std::string_view word);
bool Enabled(Level level);

// One line, written when the object dies:
//   log::Event(log::Level::kWarn, "handshake_failed").Text("peer", peer).Number("ms", ms);
class Event {
 public:
  // `name` is a stable word that says what happened.
  Event(Level level, std::string_view name);
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event();

  Event& Text(std::string_view key, std::string_view value);
  Event& Number(std::string_view key, int64_t value);
  Event& Flag(std::string_view key, bool value);

 private:
  void Key(std::string_view key);

  bool enabled_;
  bool json_ = false;
  uint64_t num_lines_ = 1;  // how many are lost with this one
  std::string line_;
};

}  // namespace pkigate::log
