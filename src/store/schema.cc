// SPDX-License-Identifier: Apache-2.0
#include "store/schema.h"

#include <fmt/format.h>

#include <array>

namespace pkigate::store {

namespace {

// Marks the file as ours (`file` and the sqlite3 shell show it): "pkig".
constexpr int64_t kApplicationId = 0x706b6967;

constexpr std::array kMigrations = {
    // 1: role mappings.
    R"(CREATE TABLE change (
         only INTEGER PRIMARY KEY CHECK (only = 0),
         last_sequence INTEGER NOT NULL CHECK (last_sequence >= 0)
       ) STRICT;
       INSERT INTO change VALUES (0, 0);
       CREATE TABLE role_mapping (
         family TEXT NOT NULL CHECK (family IN ('opendistro', 'xpack')),
         name TEXT NOT NULL CHECK (name <> ''),
         document TEXT,
         sequence INTEGER NOT NULL CHECK (sequence > 0),
         PRIMARY KEY (family, name)
       ) STRICT, WITHOUT ROWID;)",
};

}  // namespace

int SchemaVersion() { return static_cast<int>(kMigrations.size()); }

Status Migrate(Database& database) {
  const int64_t version = PKIGATE_TRY(database.Number("PRAGMA user_version"));
  const int64_t application = PKIGATE_TRY(database.Number("PRAGMA application_id"));
  const int64_t num_objects = PKIGATE_TRY(database.Number("SELECT count(*) FROM sqlite_schema"));
  const bool is_new = version == 0 && application == 0 && num_objects == 0;
  if (!is_new && application != kApplicationId) {
    return MakeError("store_foreign",
                     "store {} is a database of another program; name a file of its own",
                     database.path());
  }
  if (version < 0 || version > SchemaVersion()) {
    return MakeError("store_too_new",
                     "store {} has schema version {}, this program knows up to {}; run the version "
                     "that wrote it, or a later one",
                     database.path(), version, SchemaVersion());
  }
  if (version == SchemaVersion()) {
    return {};
  }
  Transaction transaction = PKIGATE_TRY(Transaction::Begin(database));
  for (auto next = static_cast<size_t>(version); next < kMigrations.size(); ++next) {
    PKIGATE_TRY_STATUS(database.Execute(kMigrations[next]));
  }
  PKIGATE_TRY_STATUS(database.Execute(fmt::format(
      "PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, SchemaVersion())));
  return transaction.Commit();
}

}  // namespace pkigate::store
