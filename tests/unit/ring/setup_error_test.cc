// SPDX-License-Identifier: Apache-2.0
#include "ring/setup_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace pkigate::ring {
namespace {

using testing::HasSubstr;

struct Case {
  int error;
  const char* sysctl;
  const char* code;
  const char* advice;
};

TEST(SetupError, NamesTheCauseAndWhatToChange) {
  const Case cases[] = {
      {EPERM, "2\n", "io_uring_disabled", "kernel.io_uring_disabled to 0"},
      {EPERM, "1\n", "io_uring_disabled", "kernel.io_uring_group"},
      {EPERM, "0\n", "io_uring_forbidden", "seccomp"},
      {EPERM, "", "io_uring_forbidden", "seccomp"},
      {EACCES, "0\n", "io_uring_forbidden", "seccomp"},
      {ENOSYS, "", "kernel_too_old", "6.1"},
      {EINVAL, "0\n", "kernel_too_old", "6.1"},
      {ENOMEM, "0\n", "out_of_memory", "LimitMEMLOCK"},
      {EMFILE, "0\n", "too_many_open_files", "LimitNOFILE"},
      {ENFILE, "0\n", "too_many_open_files", "LimitNOFILE"},
      {EIO, "0\n", "io_uring_failed", "Input/output error"},
  };
  for (const Case& one : cases) {
    const Error error = ExplainSetupError(one.error, "io_uring_setup", one.sysctl);
    EXPECT_STREQ(error.code, one.code);
    EXPECT_THAT(error.message, HasSubstr(one.advice));
    EXPECT_THAT(error.message, HasSubstr("io_uring_setup"));
  }
}

}  // namespace
}  // namespace pkigate::ring
