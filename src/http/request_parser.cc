// SPDX-License-Identifier: Apache-2.0
#include "http/request_parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/assert.h"
#include "http/errors.h"
#include "http/field_line.h"
#include "http/host.h"
#include "http/scan.h"

namespace pkigate::http {

namespace {

// The one header with such a name that says something to the gateway itself; to drop it would make
// a request that of another user. It is never passed on (identity_names.h).
constexpr std::string_view kImpersonation = "opendistro_security_impersonate_as";

constexpr std::string_view kVersionSuffix = " HTTP/1.1";

// `HTTP/d.d`: a version, if not one of ours.
bool IsVersion(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && IsAsciiDigit(text[5]) && text[6] == '.' &&
         IsAsciiDigit(text[7]);
}

// Path and query of the origin form, byte by byte within their sets.
bool IsOriginForm(std::string_view target) {
  const char* const begin = target.data();
  const char* const end = begin + target.size();
  if (begin == end || *begin != '/') {
    return false;
  }
  const char* const path_end = FindNonPath(begin, end);
  return path_end == end || (*path_end == '?' && FindNonQuery(path_end, end) == end);
}

bool HasMember(std::string_view list, std::string_view wanted) {
  std::string_view member;
  for (ListReader reader(list); reader.Next(&member);) {
    if (EqualsIgnoringCase(member, wanted)) {
      return true;
    }
  }
  return false;
}

}  // namespace

void RequestParser::Reset(const Limits& limits) {
  limits_ = limits;
  step_ = Step::kRequestLine;
  failed_ = false;
  empty_line_seen_ = false;
  host_seen_ = false;
  expectation_seen_ = false;
  num_fields_ = 0;
  lines_.Reset();
  framing_ = {};
  error_ = {};
  target_authority_ = {};
  base_ = nullptr;
  std::vector<HeaderView> kept = std::move(head_.header_list);
  kept.clear();
  head_ = {};
  head_.header_list = std::move(kept);
}

ParseState RequestParser::Parse(std::string_view slab) {
  PKIGATE_ASSERT(step_ != Step::kComplete && !failed_);
  if (base_ != slab.data()) {
    Rebase(slab.data());
  }
  // What lies beyond the limits is not looked at, so the answer to a head that is too long does not
  // depend on how much of it came at once.
  slab = slab.substr(0, limits_.head_bytes);
  const ParseState state = TakeLines(slab);
  if (state != ParseState::kNeedMore || slab.size() < limits_.head_bytes) {
    return state;
  }
  return FailTooLong(slab);
}

ParseState RequestParser::Fail(const HttpError& error) {
  failed_ = true;
  error_ = error;
  return ParseState::kError;
}

// The bytes within the limits are used up and the line, or the head, has no end.
ParseState RequestParser::FailTooLong(std::string_view visible) {
  if (step_ != Step::kRequestLine) {
    return Fail(errors::kHeadTooLarge);
  }
  const std::string_view method = visible.substr(lines_.next_begin(), limits::kMethodBytesMax + 1);
  return Fail(method.find(' ') == std::string_view::npos ? errors::kMethodTooLong
                                                         : errors::kTargetTooLong);
}

ParseState RequestParser::TakeLines(std::string_view slab) {
  for (;;) {
    std::string_view visible = slab;
    if (step_ == Step::kRequestLine) {
      visible = slab.substr(0, lines_.next_begin() + RequestLineMax() + 2);
    }
    std::string_view line;
    switch (lines_.Next(visible, &line)) {
      case LineScanner::Found::kBadByte:
        return Fail(errors::kBadByte);
      case LineScanner::Found::kNeedMore:
        return step_ == Step::kRequestLine && visible.size() < slab.size() ? FailTooLong(visible)
                                                                           : ParseState::kNeedMore;
      case LineScanner::Found::kLine:
        break;
    }
    if (const HttpError* error = TakeLine(line)) {
      return Fail(*error);
    }
    if (step_ == Step::kComplete) {
      return ParseState::kComplete;
    }
  }
}

// A request line that is longer cannot have a target within the limit.
size_t RequestParser::RequestLineMax() const {
  return limits::kMethodBytesMax + 1 + limits_.target_bytes + kVersionSuffix.size();
}

const HttpError* RequestParser::TakeLine(std::string_view line) {
  if (step_ == Step::kFields) {
    if (!line.empty()) {
      return TakeField(line);
    }
    step_ = Step::kComplete;
    return JudgeFields();
  }
  if (line.empty()) {
    // One is ignored: old clients send it after a body (RFC 9112, 2.2).
    const bool second = std::exchange(empty_line_seen_, true);
    return second ? &errors::kBadRequestLine : nullptr;
  }
  step_ = Step::kFields;
  return TakeRequestLine(line);
}

const HttpError* RequestParser::TakeRequestLine(std::string_view line) {
  const size_t first = line.find(' ');
  const size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || !IsToken(line.substr(0, first))) {
    return &errors::kBadRequestLine;
  }
  const std::string_view version = line.substr(second + 1);
  if (!IsVersion(version)) {
    return &errors::kBadRequestLine;
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return &errors::kVersionNotServed;
  }
  head_.minor_version = version.back() == '1' ? 1 : 0;
  head_.method = line.substr(0, first);
  const std::optional<Method> method = FindMethod(head_.method);
  if (!method.has_value()) {
    return &errors::kMethodNotServed;
  }
  head_.id = *method;
  return TakeTarget(line.substr(first + 1, second - first - 1));
}

const HttpError* RequestParser::TakeTarget(std::string_view target) {
  if (target.size() > limits_.target_bytes) {
    return &errors::kTargetTooLong;
  }
  if (!target.starts_with('/') && target != "*") {
    return TakeAbsoluteTarget(target);
  }
  if (target == "*" ? head_.id != Method::kOptions : !IsOriginForm(target)) {
    return &errors::kBadTarget;
  }
  head_.target = target;
  return nullptr;
}

// The absolute form is turned into the origin form (RFC 9112, 3.2.2). Its authority has to be
// Host's: the one we decide about is the one that is forwarded.
const HttpError* RequestParser::TakeAbsoluteTarget(std::string_view target) {
  const size_t scheme_len = target.find("://");
  if (scheme_len == std::string_view::npos) {
    return &errors::kBadTarget;
  }
  const std::string_view scheme = target.substr(0, scheme_len);
  if (!EqualsIgnoringCase(scheme, "http") && !EqualsIgnoringCase(scheme, "https")) {
    return &errors::kBadTarget;
  }
  const std::string_view hierarchy = target.substr(scheme_len + 3);
  const size_t authority_len = std::min(hierarchy.find_first_of("/?"), hierarchy.size());
  target_authority_ = hierarchy.substr(0, authority_len);
  if (!IsHostPort(target_authority_)) {
    return &errors::kBadTarget;
  }
  head_.target = hierarchy.substr(authority_len);
  if (head_.target.empty()) {
    head_.target = head_.id == Method::kOptions ? "*" : "/";
    return nullptr;
  }
  if (head_.target == "/") {
    head_.target = "/";  // see Rebase
    return nullptr;
  }
  // `http://host?query` has no path to put before its query without a copy; nobody sends it.
  return IsOriginForm(head_.target) ? nullptr : &errors::kBadTarget;
}

const HttpError* RequestParser::TakeField(std::string_view line) {
  HeaderView field;
  if (const HttpError* error = ParseFieldLine(line, &field)) {
    return error;
  }
  if (++num_fields_ > limits_.num_headers) {
    return &errors::kTooManyHeaders;
  }
  if (field.known == KnownHeader::kOther && !EqualsIgnoringCase(field.name, kImpersonation) &&
      field.name.find_first_of("_.") != std::string_view::npos) {
    return limits_.drop_unusual_header_names ? nullptr : &errors::kUnusualHeaderName;
  }
  if (const HttpError* error = framing_.Take(field, head_.minor_version)) {
    return error;
  }
  if (framing_.content_length() > limits_.body_bytes) {
    return &errors::kBodyTooLarge;
  }
  head_.header_list.push_back(field);
  switch (field.known) {
    case KnownHeader::kHost:
      return TakeHost(field.value);
    case KnownHeader::kExpect:
      expectation_seen_ = true;
      return EqualsIgnoringCase(field.value, "100-continue") ? nullptr
                                                             : &errors::kUnknownExpectation;
    case KnownHeader::kTe:
      head_.te_trailers = head_.te_trailers || HasMember(field.value, "trailers");
      return nullptr;
    case KnownHeader::kUpgrade:
      // Other protocols are ignored, as RFC 9110, 7.8 allows; this one begins with a request whose
      // fate would be unclear.
      return HasMember(field.value, "h2c") ? &errors::kUpgradeRefused : nullptr;
    default:
      return nullptr;
  }
}

const HttpError* RequestParser::TakeHost(std::string_view value) {
  if (std::exchange(host_seen_, true)) {
    return &errors::kRepeatedHost;
  }
  if (!IsHostPort(value)) {
    return &errors::kBadHost;
  }
  head_.host = value;
  return nullptr;
}

const HttpError* RequestParser::JudgeFields() {
  if (const HttpError* error = framing_.Judge()) {
    return error;
  }
  if (!host_seen_ && head_.minor_version >= 1) {
    return &errors::kNoHost;
  }
  if (!target_authority_.empty()) {
    if (!host_seen_) {
      head_.host = target_authority_;
    } else if (!EqualsIgnoringCase(head_.host, target_authority_)) {
      return &errors::kOtherHost;
    }
  }
  head_.length_given = framing_.length_given();
  head_.content_length = framing_.content_length();
  head_.keep_alive = framing_.keep_alive(head_.minor_version);
  if (framing_.chunked()) {
    head_.framing = Framing::kChunked;
  } else if (head_.content_length > 0) {
    head_.framing = Framing::kLength;
  }
  // An HTTP/1.0 client cannot mean it, and without a body there is nothing to wait for
  // (RFC 9110, 10.1.1).
  head_.expect_continue =
      expectation_seen_ && head_.minor_version >= 1 && head_.framing != Framing::kNone;
  return nullptr;
}

// The slab has moved: the views move with it. Those of no bytes point nowhere, and a target of one
// byte that came in the absolute form is a constant.
void RequestParser::Rebase(const char* base) {
  const char* const old = base_;
  base_ = base;
  if (old == nullptr) {
    return;
  }
  const auto move = [old, base](std::string_view* view) {
    if (!view->empty()) {
      *view = {base + (view->data() - old), view->size()};
    }
  };
  move(&head_.method);
  if (target_authority_.empty() || head_.target.size() > 1) {
    move(&head_.target);
  }
  move(&head_.host);
  move(&target_authority_);
  for (HeaderView& field : head_.header_list) {
    move(&field.name);
    move(&field.value);
  }
}

}  // namespace pkigate::http
