// SPDX-License-Identifier: Apache-2.0
#include "base/ip_address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace pkigate {

namespace {

constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

IpAddress IpAddress::V4(std::array<uint8_t, 4> bytes) {
  IpAddress address;
  std::memcpy(address.bytes_.data(), bytes.data(), bytes.size());
  return address;
}

IpAddress IpAddress::V6(std::array<uint8_t, 16> bytes) {
  if (std::memcmp(bytes.data(), kMappedPrefix.data(), kMappedPrefix.size()) == 0) {
    return V4({bytes[12], bytes[13], bytes[14], bytes[15]});
  }
  IpAddress address;
  address.v4_ = false;
  address.bytes_ = bytes;
  return address;
}

Result<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::string terminated(text);
  std::array<uint8_t, 4> v4{};
  if (::inet_pton(AF_INET, terminated.c_str(), v4.data()) == 1) {
    return V4(v4);
  }
  std::array<uint8_t, 16> v6{};
  if (::inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1) {
    return V6(v6);
  }
  return MakeError("not_an_ip", "'{}' is not an IPv4 or IPv6 address", text);
}

std::string IpAddress::Text() const {
  char text[INET6_ADDRSTRLEN];
  return ::inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
}

Result<SocketAddress> SocketAddress::Parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return MakeError("not_an_address", "'{}' is not ADDRESS:PORT", text);
  }
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) {
    host = host.substr(1, host.size() - 2);
  }
  SocketAddress result;
  result.address = PKIGATE_TRY(IpAddress::Parse(host));
  if (host.find(':') != std::string_view::npos && !bracketed) {
    return MakeError("not_an_address", "'{}': write an IPv6 address as [ADDRESS]:PORT", text);
  }
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), result.port);
  if (failure != std::errc() || end != port.data() + port.size()) {
    return MakeError("not_an_address", "'{}': the port must be 0 to 65535", text);
  }
  return result;
}

SocketAddress SocketAddress::FromNative(const sockaddr_storage& native) {
  SocketAddress result;
  if (native.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &native, sizeof v4);
    std::array<uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    result.address = IpAddress::V4(bytes);
    result.port = ntohs(v4.sin_port);
  } else if (native.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &native, sizeof v6);
    std::array<uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    result.address = IpAddress::V6(bytes);
    result.port = ntohs(v6.sin6_port);
  }
  return result;
}

socklen_t SocketAddress::ToNative(sockaddr_storage* native) const {
  std::memset(native, 0, sizeof *native);
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address.bytes().data(), 4);
    std::memcpy(native, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, address.bytes().data(), 16);
  std::memcpy(native, &v6, sizeof v6);
  return sizeof v6;
}

std::string SocketAddress::Text() const {
  return address.is_v4() ? fmt::format("{}:{}", address.Text(), port)
                         : fmt::format("[{}]:{}", address.Text(), port);
}

}  // namespace pkigate
