// SPDX-License-Identifier: Apache-2.0
#include "http/response_parser.h"

#include <utility>

#include "base/ascii.h"
#include "base/assert.h"
#include "http/errors.h"
#include "http/field_line.h"

namespace pkigate::http {

void ResponseParser::Reset(bool head_request, const Limits& limits) {
  limits_ = limits;
  step_ = Step::kStatusLine;
  failed_ = false;
  head_request_ = head_request;
  lines_.Reset();
  framing_ = {};
  error_ = {};
  base_ = nullptr;
  std::vector<HeaderView> kept = std::move(head_.header_list);
  kept.clear();
  head_ = {};
  head_.header_list = std::move(kept);
}

ParseState ResponseParser::Parse(std::string_view slab) {
  PKIGATE_ASSERT(step_ != Step::kComplete && !failed_);
  if (base_ != slab.data()) {
    Rebase(slab.data());
  }
  slab = slab.substr(0, limits_.head_bytes);
  for (;;) {
    std::string_view line;
    switch (lines_.Next(slab, &line)) {
      case LineScanner::Found::kBadByte:
        return Fail(errors::kBadByte);
      case LineScanner::Found::kNeedMore:
        return slab.size() < limits_.head_bytes ? ParseState::kNeedMore
                                                : Fail(errors::kHeadTooLarge);
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

// Whatever is wrong with it, it is the upstream's fault.
ParseState ResponseParser::Fail(const HttpError& error) {
  failed_ = true;
  error_ = error;
  error_.status = 502;
  return ParseState::kError;
}

const HttpError* ResponseParser::TakeLine(std::string_view line) {
  if (step_ == Step::kStatusLine) {
    step_ = Step::kFields;
    return TakeStatusLine(line);
  }
  if (!line.empty()) {
    return TakeField(line);
  }
  step_ = Step::kComplete;
  return JudgeFields();
}

// HTTP/1.1 SP 3DIGIT [ SP reason ]: the second space is missing in practice where there is no
// reason.
const HttpError* ResponseParser::TakeStatusLine(std::string_view line) {
  constexpr size_t kVersionLen = 8;
  constexpr size_t kStatusLen = 3;
  const std::string_view version = line.substr(0, kVersionLen);
  if ((version != "HTTP/1.1" && version != "HTTP/1.0") ||
      line.size() < kVersionLen + 1 + kStatusLen || line[kVersionLen] != ' ') {
    return &errors::kBadStatusLine;
  }
  head_.minor_version = version.back() == '1' ? 1 : 0;
  for (const char c : line.substr(kVersionLen + 1, kStatusLen)) {
    if (!IsAsciiDigit(c)) {
      return &errors::kBadStatusLine;
    }
    head_.status = head_.status * 10 + (c - '0');
  }
  const std::string_view rest = line.substr(kVersionLen + 1 + kStatusLen);
  if (head_.status < 100 || head_.status > 599 || (!rest.empty() && rest.front() != ' ')) {
    return &errors::kBadStatusLine;
  }
  head_.reason = rest.empty() ? rest : rest.substr(1);
  return nullptr;
}

const HttpError* ResponseParser::TakeField(std::string_view line) {
  HeaderView field;
  if (const HttpError* error = ParseFieldLine(line, &field)) {
    return error;
  }
  if (head_.header_list.size() >= limits_.num_headers) {
    return &errors::kTooManyHeaders;
  }
  head_.header_list.push_back(field);
  return framing_.Take(field, head_.minor_version);
}

// RFC 9112, 6.3.
const HttpError* ResponseParser::JudgeFields() {
  if (const HttpError* error = framing_.Judge()) {
    return error;
  }
  head_.length_given = framing_.length_given();
  head_.content_length = framing_.content_length();
  head_.keep_alive = framing_.keep_alive(head_.minor_version);
  const bool never_a_body = head_.status < 200 || head_.status == 204;
  if (head_request_ || never_a_body || head_.status == 304) {
    head_.framing = Framing::kNone;
    // Who announces a body where there is none may send one, too, and we would take it for the next
    // answer.
    if (never_a_body && (framing_.chunked() || head_.content_length > 0)) {
      head_.keep_alive = false;
    }
  } else if (framing_.chunked()) {
    head_.framing = Framing::kChunked;
  } else if (head_.length_given) {
    head_.framing = head_.content_length > 0 ? Framing::kLength : Framing::kNone;
  } else {
    head_.framing = Framing::kUntilClose;
    head_.keep_alive = false;
  }
  return nullptr;
}

void ResponseParser::Rebase(const char* base) {
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
  move(&head_.reason);
  for (HeaderView& field : head_.header_list) {
    move(&field.name);
    move(&field.value);
  }
}

}  // namespace pkigate::http
