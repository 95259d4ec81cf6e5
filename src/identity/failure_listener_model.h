// SPDX-License-Identifier: Apache-2.0
//
// An entry of auth_failure_listeners as config.yml describes it (opendistro.md, 2.3); plain values,
// not yet checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/source_line.h"

namespace pkigate::identity {

struct FailureListenerModel {
  enum class Counts : uint8_t { kAddresses, kUsernames };

  std::string name;
  Counts counts = Counts::kAddresses;
  std::string backend;  // kUsernames: at which authentication backend, `internal` or `noop`
  size_t num_tries = 10;
  int64_t time_window_seconds = 3600;
  int64_t block_expiry_seconds = 600;
  size_t num_blocked_max = 100'000;
  size_t num_tracked_max = 100'000;
  // OpenSearch: whose failures do not count; patterns of addresses, or networks (`10.0.0.0/8`).
  std::vector<std::string> ignore_hosts;
  SourceLine where;

  bool operator==(const FailureListenerModel&) const = default;
};

}  // namespace pkigate::identity
