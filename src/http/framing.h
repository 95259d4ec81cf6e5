// SPDX-License-Identifier: Apache-2.0
//
// FramingFields collects what a head says about its body and its connection, field by field, and
// refuses what could be read in two ways: more than one length, a length beside a coding, a coding
// that is not exactly one final `chunked` (RFC 9112, 6; io_uring.md, section 16).
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.h"

namespace pkigate::http {

class FramingFields {
 public:
  // Takes a Content-Length, Transfer-Encoding or Connection field; others are passed over. Returns
  // null, or why the message is refused.
  const HttpError* Take(const HeaderView& field, uint8_t minor_version);
  // At the end of the head.
  const HttpError* Judge() const;

  bool length_given() const { return length_given_; }
  uint64_t content_length() const { return content_length_; }
  bool chunked() const { return chunked_; }
  // Whether the sender wants the connection to live on (RFC 9112, 9.3).
  bool keep_alive(uint8_t minor_version) const {
    return !close_ && (minor_version >= 1 || keep_alive_);
  }

 private:
  const HttpError* TakeLength(std::string_view value);
  const HttpError* TakeCoding(std::string_view value, uint8_t minor_version);
  const HttpError* TakeConnection(std::string_view value);

  uint64_t content_length_ = 0;
  uint8_t num_connection_options_ = 0;
  bool length_given_ = false;
  bool chunked_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
};

}  // namespace pkigate::http
