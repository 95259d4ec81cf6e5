// SPDX-License-Identifier: Apache-2.0
//
// CompileCache: what one compilation of a policy leaves for the next, so that a small change takes
// little time. A policy compiled with it answers as one compiled without.
//
// One thread's: the control thread's.
#pragma once

#include "match/shard_cache.h"
#include "policy/parsed_mappings.h"
#include "roles/opendistro_mapping.h"
#include "roles/xpack_mapping.h"

namespace pkigate::policy {

struct CompileCache {
  match::ShardCache shards;
  ParsedMappings<roles::XpackMapping> xpack_mappings;
  ParsedMappings<roles::OpendistroMapping> opendistro_mappings;

  // Forgets what no policy uses any more. Call it when a new one is in force, or was given up.
  void Trim() {
    shards.Trim();
    xpack_mappings.Trim();
    opendistro_mappings.Trim();
  }
};

}  // namespace pkigate::policy
