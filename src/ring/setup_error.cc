// SPDX-License-Identifier: Apache-2.0
#include "ring/setup_error.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace pkigate::ring {

namespace {

// The first character says it all: 0, 1 or 2.
std::string ReadDisabledSysctl() {
  const int fd = ::open("/proc/sys/kernel/io_uring_disabled", O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return "";
  }
  std::array<char, 16> text{};
  const ssize_t text_len = ::read(fd, text.data(), text.size());
  ::close(fd);
  return text_len > 0 ? std::string(text.data(), static_cast<size_t>(text_len)) : "";
}

}  // namespace

Error ExplainSetupError(int error, std::string_view step, std::string_view disabled_sysctl) {
  const char* reason = std::strerror(error);
  switch (error) {
    case EPERM:
    case EACCES:
      if (disabled_sysctl.starts_with('2')) {
        return MakeError("io_uring_disabled",
                         "io_uring is switched off on this machine ({}: {}): set the sysctl "
                         "kernel.io_uring_disabled to 0",
                         step, reason);
      }
      if (disabled_sysctl.starts_with('1')) {
        return MakeError("io_uring_disabled",
                         "io_uring is allowed for one group only ({}: {}): add this user to the "
                         "group of the sysctl kernel.io_uring_group, or set "
                         "kernel.io_uring_disabled to 0",
                         step, reason);
      }
      return MakeError("io_uring_forbidden",
                       "io_uring is forbidden to this process ({}: {}): a seccomp profile, as "
                       "containers have one, must allow io_uring_setup, io_uring_enter and "
                       "io_uring_register",
                       step, reason);
    case ENOSYS:
      return MakeError("kernel_too_old",
                       "no io_uring ({}: {}): Linux 6.1 or later is needed, and a container's "
                       "seccomp profile must not hide it",
                       step, reason);
    case EINVAL:
      return MakeError("kernel_too_old",
                       "this kernel's io_uring lacks what is needed ({}: {}): Linux 6.1 or later",
                       step, reason);
    case ENOMEM:
      return MakeError("out_of_memory",
                       "not enough memory for io_uring ({}: {}): raise the limit of locked memory "
                       "(LimitMEMLOCK, ulimit -l), or use fewer workers",
                       step, reason);
    case EMFILE:
    case ENFILE:
      return MakeError("too_many_open_files",
                       "no descriptor left for io_uring ({}: {}): raise the limit of open files "
                       "(LimitNOFILE, ulimit -n)",
                       step, reason);
    default:
      return MakeError("io_uring_failed", "io_uring could not be set up: {}: {}", step, reason);
  }
}

Error SetupError(int error, std::string_view step) {
  return ExplainSetupError(error, step, ReadDisabledSysctl());
}

}  // namespace pkigate::ring
