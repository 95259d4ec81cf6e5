// SPDX-License-Identifier: Apache-2.0
//
// Why a ring could not be set up, said so that an operator knows which setting to change. The
// kernel answers EPERM for a sysctl and for a seccomp profile alike, so the sysctl is read as well.
#pragma once

#include <string_view>

#include "base/result.h"

namespace pkigate::ring {

// `error` is a positive errno from `step`; `disabled_sysctl` is the text of
// /proc/sys/kernel/io_uring_disabled, empty where that does not exist. Codes: see uring.h.
Error ExplainSetupError(int error, std::string_view step, std::string_view disabled_sysctl);

// The same on this machine.
Error SetupError(int error, std::string_view step);

}  // namespace pkigate::ring
