// SPDX-License-Identifier: Apache-2.0
//
// Writes heads: the upstream's request, the client's answer, and answers of our own. Heads are
// built anew from parsed fields; of the peer's bytes only names and values that passed the parser
// are copied, and what belongs to the connection or to us is left out:
//
//   1. hop-by-hop fields, and those that the sender's Connection names, go (RFC 9110, 7.6.1);
//   2. every field that says who somebody is goes, in all spellings an upstream could fold
//      together (identity_names.h), among them `stripped`;
//   3. then ours are added: so no Connection header can have them removed;
//   4. the framing is written from what was understood, not from what was sent.
//
// Added values with control characters get a `?` for each of them: a header line cannot be broken
// in two whoever forgot to encode (EncodeHeaderValue in header_value.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/chunk_queue.h"
#include "base/limits.h"
#include "http/request_parser.h"
#include "http/response_parser.h"

namespace pkigate::http {

struct HeaderLine {
  std::string_view name;
  std::string_view value;
};

struct UpstreamHeadOptions {
  // Names that are removed beside the built-in ones; empty ones count as none.
  std::array<std::string_view, limits::kStrippedNamesMax> stripped = {};
  // Written last, in this order.
  std::array<HeaderLine, limits::kAddedHeadersMax> added = {};
  size_t num_added = 0;
  // authc.tokens: forward.
  bool forward_authorization = false;
};

// A complete request head, HTTP/1.1, without a Connection header. A body that has a length goes up
// with that length, a chunked one chunked.
void WriteUpstreamRequest(ChunkQueue& out, const RequestHead& head,
                          const UpstreamHeadOptions& options);

struct ClientHeadOptions {
  bool close = false;         // the connection ends with this answer
  bool chunked = false;       // the body goes down in chunks; else as the upstream framed it
  uint8_t minor_version = 1;  // of the client's request
  std::span<const HeaderLine> added = {};
};

// The head of an upstream's answer for the client. `chunked` is for bodies that come chunked or
// until the close; without it such a body ends with the connection (HTTP/1.0), and `close` must be
// set.
void WriteClientResponse(ChunkQueue& out, const ResponseHead& head,
                         const ClientHeadOptions& options);

struct LocalAnswerOptions {
  int status = 200;
  std::string_view content_type = {};  // empty: none
  std::string_view body = {};
  bool head_only = false;  // answers HEAD: the length is told, the body is not sent
  bool close = false;
  uint8_t minor_version = 1;
};

// A complete answer with its body.
void WriteLocalAnswer(ChunkQueue& out, const LocalAnswerOptions& options,
                      std::span<const std::pair<std::string, std::string>> headers = {});

// The interim answer to `Expect: 100-continue`.
void WriteContinue(ChunkQueue& out);

}  // namespace pkigate::http
