// SPDX-License-Identifier: Apache-2.0
//
// ShardFolder: compiled patterns on disk, a file each, so that a restart does not compile them
// anew. Losing them costs time only; so nothing waits for the disk, and what is damaged is just not
// used.
//
// A hostile file would be as good as hostile code (control/shard_file.h). The folder must therefore
// belong to the gateway's user and be writable by nobody else, and so must each file that is read.
//
// Used by one thread, the control thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"

namespace pkigate::store {

class ShardFolder {
 public:
  struct File {
    std::string name;
    std::string bytes;
  };

  // Opens the folder, creating it (mode 0700) where its parent exists. `pattern_cache_unsafe`:
  // others can write into it; `pattern_cache_unusable`: the system will not let us.
  static Result<std::unique_ptr<ShardFolder>> Open(const std::string& path);
  // Whether the folder, if there is one, can only be written by its owner; whose it has to be is
  // left open, for a check by another user than the gateway's. Creates nothing.
  static Status Check(const std::string& path);

  ShardFolder(const ShardFolder&) = delete;
  ShardFolder& operator=(const ShardFolder&) = delete;

  // The files that can be used, at most limits::kShardFilesMax with limits::kShardFolderBytesMax
  // together; `problems` gets a sentence for each that is of no use and was removed. Once, before
  // anything else.
  std::vector<File> LoadAll(std::vector<std::string>* problems);

  // The files there are and their lengths, by name.
  const std::map<std::string, size_t>& files() const { return files_; }
  // Writes a file (mode 0600) that appears whole or not at all. `name` is 64 hexadecimal digits.
  // `pattern_cache_full`: one of the limits; `pattern_cache_unusable`.
  Status Write(const std::string& name, std::string_view bytes);
  void Remove(const std::string& name);

 private:
  ShardFolder(std::string path, int descriptor);

  Result<std::string> Read(const std::string& file) const;
  size_t num_bytes() const;

  const std::string path_;
  const Descriptor folder_;
  std::map<std::string, size_t> files_;
};

}  // namespace pkigate::store
