// SPDX-License-Identifier: Apache-2.0
//
// CompileCache: what one compilation of a policy leaves for the next, so that a small change takes
// little time. A policy compiled with it answers as one compiled without.
//
// One thread's: the control thread's.
#pragma once

#include "match/shard_cache.h"

namespace pkigate::policy {

struct CompileCache {
  match::ShardCache shards;
};

}  // namespace pkigate::policy
