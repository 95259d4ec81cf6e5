// SPDX-License-Identifier: Apache-2.0
//
// An IPv4 or IPv6 address and an address with its port, as values.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pkigate {

class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0

  // Dotted IPv4 or IPv6 text without brackets or scope.
  static Result<IpAddress> Parse(std::string_view text);
  static IpAddress V4(std::array<uint8_t, 4> bytes);
  static IpAddress V6(std::array<uint8_t, 16> bytes);

  bool is_v4() const { return v4_; }
  // 16 bytes; an IPv4 address stands in the first four.
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  // IPv4 dotted, IPv6 compressed (RFC 5952). An IPv4-mapped IPv6 address is IPv4 already.
  std::string Text() const;

  bool operator==(const IpAddress&) const = default;

 private:
  bool v4_ = true;
  std::array<uint8_t, 16> bytes_{};
};

struct SocketAddress {
  IpAddress address;
  uint16_t port = 0;

  // `127.0.0.1:9200` or `[::1]:9200`.
  static Result<SocketAddress> Parse(std::string_view text);
  // From what accept or getpeername gave; IPv4-mapped IPv6 becomes IPv4.
  static SocketAddress FromNative(const sockaddr_storage& native);
  // Fills `native` and returns its length.
  socklen_t ToNative(sockaddr_storage* native) const;
  std::string Text() const;

  bool operator==(const SocketAddress&) const = default;
};

}  // namespace pkigate
