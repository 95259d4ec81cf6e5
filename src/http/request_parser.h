// SPDX-License-Identifier: Apache-2.0
//
// RequestParser: the strict, incremental reader of a request's head (RFC 9112, sections 2 to 7).
//
// It is shown the same slab again and again, longer each time, and goes on where it stopped: every
// byte is scanned once, however the head was cut up on its way. The result does not depend on how.
//
//   kLeading --first byte of a line--> kRequestLine --CRLF--> kFields --empty line--> kComplete
//
// Strict means: lines end in CRLF and nothing else; no folded lines, no blanks before the colon, no
// control characters; one Host; one length in plain digits or one `chunked`, never both. What two
// servers could read in two ways is refused, not repaired (docs/decisions.md).
// Fuzzed by tests/fuzz/http_request_fuzz.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "http/framing.h"
#include "http/line_scanner.h"
#include "http/message.h"
#include "http/method.h"

namespace pkigate::http {

// A complete request head with the facts already judged. All views point into the slab (an empty
// target of the absolute form apart, which is the constant "/"): once those bytes are consumed only
// the members that are no views (id, minor_version, framing, ...) may be asked.
struct RequestHead {
  using Framing = http::Framing;

  std::string_view method;
  Method id = Method::kGet;
  // In origin form, or `*` (OPTIONS only): what is decided on and what is forwarded.
  std::string_view target;
  uint8_t minor_version = 1;  // of HTTP/1.x: 0 or 1

  // kLength means at least one byte; a length of 0 is kNone with length_given.
  Framing framing = Framing::kNone;
  uint64_t content_length = 0;
  bool length_given = false;     // there was a Content-Length
  bool keep_alive = true;        // the client wants the connection to live on
  bool expect_continue = false;  // and there is a body to wait for
  bool te_trailers = false;      // the client takes trailers
  std::string_view host;         // host[:port], checked; empty only in HTTP/1.0

  std::vector<HeaderView> header_list;
  std::span<const HeaderView> headers() const { return header_list; }
};

class RequestParser {
 public:
  RequestParser() { Reset(Limits{}); }

  // Begins a new head. Memory is kept.
  void Reset(const Limits& limits);

  // Takes all bytes of the head that have come so far, from its first byte on; more may follow
  // behind the head. scan.h's kPaddingBytes behind the end must be readable. The slab may have
  // moved since the last call, but its bytes must be the same. After kComplete or kError only Reset
  // goes on.
  ParseState Parse(std::string_view slab);

  // Of the last Reset.
  const Limits& limits() const { return limits_; }
  // Until the end of the body nothing but Reset changes it.
  const RequestHead& head() const { return head_; }
  bool complete() const { return step_ == Step::kComplete; }
  // Length of the head with its empty line; valid when complete.
  size_t head_bytes() const { return lines_.next_begin(); }
  // Valid after kError.
  const HttpError& error() const { return error_; }

 private:
  enum class Step : uint8_t { kRequestLine, kFields, kComplete };

  ParseState Fail(const HttpError& error);
  ParseState FailTooLong(std::string_view visible);
  ParseState TakeLines(std::string_view slab);
  const HttpError* TakeLine(std::string_view line);
  const HttpError* TakeRequestLine(std::string_view line);
  const HttpError* TakeTarget(std::string_view target);
  const HttpError* TakeAbsoluteTarget(std::string_view target);
  const HttpError* TakeField(std::string_view line);
  const HttpError* TakeHost(std::string_view value);
  const HttpError* JudgeFields();
  size_t RequestLineMax() const;
  void Rebase(const char* base);

  Limits limits_;
  Step step_ = Step::kRequestLine;
  bool failed_ = false;
  bool empty_line_seen_ = false;
  bool host_seen_ = false;
  bool expectation_seen_ = false;
  size_t num_fields_ = 0;  // dropped ones included
  LineScanner lines_;
  FramingFields framing_;
  HttpError error_;
  std::string_view target_authority_;  // of the absolute form
  const char* base_ = nullptr;         // where the slab stood at the last call
  RequestHead head_;
};

}  // namespace pkigate::http
