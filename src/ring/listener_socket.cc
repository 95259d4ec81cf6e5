// SPDX-License-Identifier: Apache-2.0
#include "ring/listener_socket.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pkigate::ring {

namespace {

struct SocketOption {
  int level;
  int name;
  int value;
  const char* text;
};

Error Explain(const SocketAddress& address, const char* call, int error) {
  switch (error) {
    case EADDRINUSE:
      return MakeError("address_in_use",
                       "cannot listen on {}: port in use: another process, or another listener of "
                       "this configuration, has it",
                       address.Text());
    case EADDRNOTAVAIL:
      return MakeError("address_not_available",
                       "cannot listen on {}: this machine has no such address", address.Text());
    case EACCES:
    case EPERM:
      return MakeError("port_not_permitted",
                       "cannot listen on {}: not permitted; ports below 1024 need "
                       "CAP_NET_BIND_SERVICE",
                       address.Text());
    case EMFILE:
    case ENFILE:
      return MakeError("too_many_open_files",
                       "cannot listen on {}: too many open files; raise the limit (LimitNOFILE, "
                       "ulimit -n)",
                       address.Text());
    default:
      return MakeError("cannot_listen", "cannot listen on {}: {}: {}", address.Text(), call,
                       std::strerror(error));
  }
}

// Sets up `fd`; on failure the caller closes it.
Status Prepare(int fd, const SocketAddress& address, const ListenerOptions& options) {
  const SocketOption common[] = {
      // A restart must not wait for connections of the last run that are still dying.
      {SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR"},
      {SOL_SOCKET, SO_REUSEPORT, options.shared ? 1 : 0, "SO_REUSEPORT"},
      {SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE"},
      {IPPROTO_TCP, TCP_KEEPIDLE, limits::kKeepAliveIdleSeconds, "TCP_KEEPIDLE"},
      {IPPROTO_TCP, TCP_KEEPINTVL, limits::kKeepAliveIntervalSeconds, "TCP_KEEPINTVL"},
      {IPPROTO_TCP, TCP_KEEPCNT, limits::kKeepAliveProbes, "TCP_KEEPCNT"},
      {IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY"},
      {IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(options.peer_silence_ms_max),
       "TCP_USER_TIMEOUT"},
      {IPPROTO_TCP, TCP_NOTSENT_LOWAT, limits::kUnsentBytesMax, "TCP_NOTSENT_LOWAT"},
  };
  for (const SocketOption& option : common) {
    if (::setsockopt(fd, option.level, option.name, &option.value, sizeof option.value) != 0) {
      return Explain(address, option.text, errno);
    }
  }
  if (!address.address.is_v4()) {
    // [::] serves IPv4 clients too, whatever net.ipv6.bindv6only says.
    const int off = 0;
    if (::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) {
      return Explain(address, "IPV6_V6ONLY", errno);
    }
  }
  sockaddr_storage native;
  const socklen_t native_len = address.ToNative(&native);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&native), native_len) != 0) {
    return Explain(address, "bind", errno);
  }
  if (::listen(fd, options.backlog) != 0) {
    return Explain(address, "listen", errno);
  }
  return {};
}

}  // namespace

Result<int> OpenListener(const SocketAddress& address, const ListenerOptions& options) {
  const int family = address.address.is_v4() ? AF_INET : AF_INET6;
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    return Explain(address, "socket", errno);
  }
  Status prepared = Prepare(fd, address, options);
  if (!prepared.ok()) {
    ::close(fd);
    return prepared.error();
  }
  return fd;
}

Result<SocketAddress> BoundAddress(int fd) {
  sockaddr_storage native{};
  socklen_t native_len = sizeof native;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&native), &native_len) != 0) {
    return MakeError("not_a_socket", "no bound address: {}", std::strerror(errno));
  }
  return SocketAddress::FromNative(native);
}

}  // namespace pkigate::ring
