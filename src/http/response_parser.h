// SPDX-License-Identifier: Apache-2.0
//
// ResponseParser: the strict, incremental reader of an upstream's answer head. Used like
// RequestParser. An answer that could be read in two ways (both framings, two lengths, a folded
// line) is an error with status 502: passing it on would let a confused upstream confuse the
// client, and the connection's next answer be taken for this one's body.
// Fuzzed by tests/fuzz/http_response_fuzz.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "http/framing.h"
#include "http/line_scanner.h"
#include "http/message.h"

namespace pkigate::http {

// All views point into the slab.
struct ResponseHead {
  int status = 0;  // 100 to 599
  std::string_view reason;
  uint8_t minor_version = 1;
  // What follows on this connection: kNone for 1xx, 204, 304 and any answer to HEAD, whatever the
  // header says.
  Framing framing = Framing::kNone;
  uint64_t content_length = 0;
  bool length_given = false;  // there was a Content-Length, true also where kNone ignores it
  bool keep_alive = true;     // the connection may be used again after this answer

  std::vector<HeaderView> header_list;
  std::span<const HeaderView> headers() const { return header_list; }
};

class ResponseParser {
 public:
  ResponseParser() { Reset(/*head_request=*/false); }

  // Begins a new answer. `head_request`: it answers a HEAD, so no body will follow. Of the limits
  // head_bytes and num_headers count.
  void Reset(bool head_request, const Limits& limits = Limits{});

  // As RequestParser::Parse.
  ParseState Parse(std::string_view slab);

  const ResponseHead& head() const { return head_; }
  bool complete() const { return step_ == Step::kComplete; }
  size_t head_bytes() const { return lines_.next_begin(); }
  const HttpError& error() const { return error_; }

 private:
  enum class Step : uint8_t { kStatusLine, kFields, kComplete };

  ParseState Fail(const HttpError& error);
  const HttpError* TakeLine(std::string_view line);
  const HttpError* TakeStatusLine(std::string_view line);
  const HttpError* TakeField(std::string_view line);
  const HttpError* JudgeFields();
  void Rebase(const char* base);

  Limits limits_;
  Step step_ = Step::kStatusLine;
  bool failed_ = false;
  bool head_request_ = false;
  LineScanner lines_;
  FramingFields framing_;
  HttpError error_;
  const char* base_ = nullptr;
  ResponseHead head_;
};

}  // namespace pkigate::http
