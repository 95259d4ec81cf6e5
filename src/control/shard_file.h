// SPDX-License-Identifier: Apache-2.0
//
// A compiled shard as bytes that a later process can take over instead of compiling:
//
//   16  `pkigate shard 1\n`
//   32  key: SHA-256 over Hyperscan's platform and the expressions
//   32  SHA-256 of all that follows
//    4  number of expressions, then for each its length (4) and text
//    …  the database as Hyperscan serialized it
//
// Numbers are little-endian. The checksum finds damage, not malice: a database is tables that are
// followed blindly, so bytes may only come from where nobody else can write (store/shard_folder.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "match/hyperscan_shard.h"
#include "x509/peer_chain.h"

namespace pkigate::control {

// What a shard of these expressions is called on this machine.
x509::Fingerprint ShardKey(const std::vector<std::string>& expressions);

std::string EncodeShard(const match::HyperscanShard& shard);

// The parts of such bytes; `database` points into them. `shard_damaged`: they are not what
// EncodeShard made.
struct ShardFile {
  x509::Fingerprint key{};
  std::vector<std::string> expressions;
  std::string_view database;
};
Result<ShardFile> ParseShardFile(std::string_view bytes);

// Errors: ParseShardFile's; `shard_foreign`: made by another version of Hyperscan or of ours, or
// for another processor.
Result<std::shared_ptr<const match::HyperscanShard>> DecodeShard(std::string_view bytes);

}  // namespace pkigate::control
