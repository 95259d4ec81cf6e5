// SPDX-License-Identifier: Apache-2.0
//
// Store keeps what the management APIs changed: one SQLite file, so that it can be looked at with
// ordinary tools while the gateway is down, and survives a crash at any point.
//
//   change(last_sequence)                           one row: the newest change
//   role_mapping(family, name, document, sequence)  document NULL: deleted, and to stay deleted
//
// A change is one transaction in a write-ahead log with synchronous=FULL: when a call that changes
// something returns success, the change is on disk; when it returns an error, nothing changed for
// this process, and nothing was acknowledged. The file is locked for the life of the Store, so that
// two gateways cannot write the same one.
//
// Used by one thread, the control thread; each call may wait for the disk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pkigate::store {

class Database;

// Whose object it is. Listeners of the same family share their objects.
enum class Family : uint8_t { kXpack, kOpendistro };

// One stored role mapping.
struct RoleMapping {
  Family family = Family::kXpack;
  std::string name;
  // JSON text; nullopt: a tombstone, which says that the file's entry of this name counts no more.
  std::optional<std::string> document;
  uint64_t sequence = 0;  // of the change that wrote it
};

class Store {
 public:
  // Opens `path`, creating it (mode 0600) when it does not exist; its folder must exist. Refuses,
  // naming the path and what to do: a file that another process holds (`store_in_use`), that is
  // empty or damaged (`store_corrupt`), no store of ours (`store_foreign`), written by a newer
  // version (`store_too_new`), or that the system will not let us use (`store_unusable`).
  //
  // An empty file is refused because it may once have held tombstones: taking it for a new store
  // would bring deleted mappings back.
  static Result<std::unique_ptr<Store>> Open(const std::string& path);

  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  // Writes or replaces an object; `name` is not empty. Returns the change's sequence number,
  // greater than any before. Errors: `store_full` (the disk, or limits::kStoredObjects), and
  // `store_failed` (anything else).
  Result<uint64_t> Put(Family family, std::string_view name, std::string_view document);

  // Removes an object. Deleting what is not there is no error and still a change.
  Result<uint64_t> Delete(Family family, std::string_view name);

  // Leaves a tombstone where the object was or might have been.
  Result<uint64_t> Bury(Family family, std::string_view name);

  // Everything, tombstones included, ordered by family (Open Distro first) and name.
  Result<std::vector<RoleMapping>> LoadAll();

  // The sequence number of the newest change; 0 in a new store.
  uint64_t last_sequence() const { return last_sequence_; }
  const std::string& path() const { return path_; }

 private:
  Store(std::string path, std::unique_ptr<Database> database);

  template <typename Apply>
  Result<uint64_t> Change(Apply&& apply);
  Result<uint64_t> Write(Family family, std::string_view name,
                         std::optional<std::string_view> document);

  std::string path_;
  std::unique_ptr<Database> database_;
  uint64_t last_sequence_ = 0;
};

}  // namespace pkigate::store
