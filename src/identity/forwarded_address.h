// SPDX-License-Identifier: Apache-2.0
//
// ForwardedAddress: whose address a trusted proxy says the caller has (`http.xff`, opendistro.md,
// 8.2). Immutable.
//
// The TCP peer has to be one of `internalProxies`; then the header's values are walked from the
// right, past further proxies of ours, to the first address that is none, or to the leftmost.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "base/result.h"
#include "base/source_line.h"
#include "identity/credentials.h"
#include "identity/dialect.h"
#include "identity/header_watch.h"
#include "match/java_regex.h"
#include "match/scratch.h"

namespace pkigate::identity {

struct XffModel {
  bool enabled = false;
  // A Java regex over the text of an address; the default are the private ranges of IPv4. Empty:
  // nobody is trusted.
  std::string internal_proxies =
      R"(10\.\d{1,3}\.\d{1,3}\.\d{1,3}|192\.168\.\d{1,3}\.\d{1,3}|169\.254\.\d{1,3}\.\d{1,3}|)"
      R"(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|172\.1[6-9]{1}\.\d{1,3}\.\d{1,3}|)"
      R"(172\.2[0-9]{1}\.\d{1,3}\.\d{1,3}|172\.3[0-1]{1}\.\d{1,3}\.\d{1,3})";
  std::string remote_ip_header = "X-Forwarded-For";
  SourceLine where;
};

class ForwardedAddress {
 public:
  // Nobody is trusted.
  ForwardedAddress() = default;
  // Fails when `internal_proxies` is no regular expression.
  static Result<ForwardedAddress> Compile(const XffModel& model, Dialect dialect);

  // The caller's address, if a trusted proxy names one ("xff done"). Fails (`not_an_address`) when
  // it names what is no IP address.
  Result<std::optional<IpAddress>> Find(const IpAddress& peer, std::span<const HeaderField> headers,
                                        match::Scratch& scratch) const;
  void AddReadTo(HeaderWatch& watch) const;

 private:
  bool IsProxy(const IpAddress& peer, match::Scratch& scratch) const;

  std::optional<match::JavaRegex> proxies_;  // nothing: off
  std::string header_;
  bool last_line_only_ = false;
};

}  // namespace pkigate::identity
