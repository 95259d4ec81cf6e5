// SPDX-License-Identifier: Apache-2.0
#include "control/pattern_cache.h"

#include <map>
#include <string>
#include <vector>

#include "base/hex.h"
#include "base/log.h"
#include "control/shard_file.h"

namespace pkigate::control {

namespace {

void LogIgnored(const std::string& message) {
  log::Event(log::Level::kWarn, "pattern_cache_ignored").Text("message", message);
}

}  // namespace

void LoadShards(store::ShardFolder& folder, match::ShardCache& cache) {
  std::vector<std::string> problems;
  for (const store::ShardFolder::File& file : folder.LoadAll(&problems)) {
    auto shard = DecodeShard(file.bytes);
    // A good shard under another name could be there twice.
    if (shard.ok() && ToHex(ShardKey((*shard)->expressions())) == file.name) {
      cache.Add(std::move(shard).value());
      continue;
    }
    problems.push_back(file.name + ": " +
                       (shard.ok() ? "it has the name of another" : shard.error().message));
    folder.Remove(file.name);
  }
  for (const std::string& problem : problems) {
    LogIgnored(problem);
  }
}

void SaveShards(const match::ShardCache& cache, store::ShardFolder& folder) {
  std::map<std::string, const match::HyperscanShard*> wanted;
  for (const auto& shard : cache.shards()) {
    wanted[ToHex(ShardKey(shard->expressions()))] = shard.get();
  }
  std::vector<std::string> unused;
  for (const auto& [name, length] : folder.files()) {
    if (!wanted.contains(name)) {
      unused.push_back(name);
    }
  }
  for (const std::string& name : unused) {
    folder.Remove(name);
  }
  for (const auto& [name, shard] : wanted) {
    if (folder.files().contains(name)) {
      continue;
    }
    if (const Status written = folder.Write(name, EncodeShard(*shard)); !written.ok()) {
      log::Event(log::Level::kWarn, "pattern_cache_not_written")
          .Text("message", written.error().message);
      return;
    }
  }
}

}  // namespace pkigate::control
