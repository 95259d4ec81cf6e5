// SPDX-License-Identifier: Apache-2.0
//
// Replay does with the bytes of a client's connection what the gateway does with them, without
// sockets and without deciding: parse, check the path, rebuild the head, pass the body on. What the
// upstream would receive is read back by a reader of its own that shares nothing with the parser.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pkigate::http {

struct SeenRequest {
  std::string method;
  std::string target;
  std::string body;
  std::vector<std::string> header_lines;
  bool operator==(const SeenRequest&) const = default;
};

struct Replayed {
  std::vector<int> statuses;          // 200 for what was forwarded as a whole, else the refusal
  std::vector<SeenRequest> upstream;  // complete requests
  std::string raw_upstream;           // also what was not completed
  bool closed = false;                // by the gateway
  bool waiting = false;               // within a message: more input is needed
  bool operator==(const Replayed&) const = default;
};

// `pieces`: how the bytes arrive.
Replayed Replay(const std::vector<std::string_view>& pieces);

}  // namespace pkigate::http
