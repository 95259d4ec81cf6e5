// SPDX-License-Identifier: Apache-2.0
//
// Keeps a folder of compiled patterns and a ShardCache alike: loaded once, at the start; after each
// publication what is new is written and what no policy uses any more is removed. Nothing here is
// fatal: a shard that is missing is compiled.
#pragma once

#include "match/shard_cache.h"
#include "store/shard_folder.h"

namespace pkigate::control {

// Adds every shard of the folder that this machine can use; the others are logged and removed.
void LoadShards(store::ShardFolder& folder, match::ShardCache& cache);

// Makes the folder hold exactly the shards of `cache`, as far as limits and disk let it; what could
// not be written is logged.
void SaveShards(const match::ShardCache& cache, store::ShardFolder& folder);

}  // namespace pkigate::control
