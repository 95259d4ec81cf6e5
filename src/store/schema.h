// SPDX-License-Identifier: Apache-2.0
//
// The store's tables, as a list of migrations: the n-th brings version n-1 to version n, and
// `PRAGMA user_version` says which have been applied. What has been released is never edited; a
// change of the tables is one more entry.
#pragma once

#include <string>

#include "base/result.h"
#include "store/database.h"

namespace pkigate::store {

// The version this program writes.
int SchemaVersion();

// Brings an older store up to date, in one transaction; puts the tables into a new, empty database.
// Refuses a newer one (`store_too_new`) and a database that is not ours (`store_foreign`).
Status Migrate(Database& database);

}  // namespace pkigate::store
