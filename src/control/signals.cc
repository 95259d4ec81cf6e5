// SPDX-License-Identifier: Apache-2.0
#include "control/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace pkigate::control {

Result<Signals> Signals::Block() {
  // Both come to an errno, too, which says all that is needed: a peer that is gone, a file (log,
  // store) that has reached the size allowed to us.
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGUSR1}) {
    ::sigaddset(&set, signal);
  }
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) {
    return MakeError("signals", "cannot block signals: {}", std::strerror(errno));
  }
  const int descriptor = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor < 0) {
    return MakeError("signals", "cannot read signals: {}", std::strerror(errno));
  }
  return Signals(descriptor);
}

Signals::Signals(Signals&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Signals::~Signals() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

std::optional<int> Signals::Next() {
  signalfd_siginfo info;
  if (::read(descriptor_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) {
    return std::nullopt;
  }
  return static_cast<int>(info.ssi_signo);
}

}  // namespace pkigate::control
