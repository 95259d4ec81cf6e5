// SPDX-License-Identifier: Apache-2.0
//
// The other threads that a worker hands work to. All outlive it.
#pragma once

#include "gateway/host_name_pool.h"
#include "gateway/password_pool.h"

namespace pkigate::gateway {

struct WorkerPools {
  PasswordPool& passwords;
  HostNamePool& host_names;
};

}  // namespace pkigate::gateway
