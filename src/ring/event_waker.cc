// SPDX-License-Identifier: Apache-2.0
#include "ring/event_waker.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/assert.h"

namespace pkigate::ring {

EventWaker::~EventWaker() {
  if (event_fd_ >= 0) {
    ::close(event_fd_);
  }
}

int EventWaker::Open(int ring_fd) {
  PKIGATE_ASSERT(event_fd_ < 0);
  ring_fd_ = ring_fd;
  event_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return event_fd_ < 0 ? errno : 0;
}

void EventWaker::Wake() {
  const uint64_t one = 1;
  // Fails only with EAGAIN when 2^64 - 2 wakes are pending: then the event is set anyway.
  [[maybe_unused]] const ssize_t written = ::write(event_fd_, &one, sizeof one);
}

void EventWaker::Clear() {
  uint64_t num_wakes = 0;
  // EAGAIN: another poll completion of the same wakes came first.
  [[maybe_unused]] const ssize_t taken = ::read(event_fd_, &num_wakes, sizeof num_wakes);
}

}  // namespace pkigate::ring
