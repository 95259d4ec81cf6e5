// SPDX-License-Identifier: Apache-2.0
//
// The small door to SQLite: a connection and a statement, in our words. Nothing else in the program
// includes <sqlite3.h>.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace pkigate::store {

class Database;

// One prepared statement. Parameters are bound in order, then it is stepped; text returned is valid
// until the next Step.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& Bind(std::string_view text) &;
  Statement& Bind(int64_t number) &;
  Statement& Bind(std::optional<std::string_view> text) &;
  // True: a row is there to read; false: done.
  Result<bool> Step();

  int64_t Integer(int column) const;
  std::optional<std::string> Text(int column) const;  // nullopt: NULL

 private:
  friend class Database;
  Statement(Database& database, sqlite3_stmt* statement)
      : database_(&database), statement_(statement) {}

  Database* database_;
  sqlite3_stmt* statement_;
  int next_parameter_ = 1;
};

// A connection to one file, used by one thread.
class Database {
 public:
  // The file must exist. It is locked, in write-ahead mode with synchronous=FULL, and its content
  // has been looked over; a damaged one is refused. Errors as Store::Open.
  static Result<std::unique_ptr<Database>> Open(const std::string& path);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  Result<Statement> Prepare(std::string_view sql);
  // Runs statements without parameters and results.
  Status Execute(const std::string& sql);
  // The one number that `sql` asks for.
  Result<int64_t> Number(std::string_view sql);

  const std::string& path() const { return path_; }
  // The error of the last call that failed, as `store_...` with the path and SQLite's own words.
  Error LastError() const;

 private:
  Database(std::string path, sqlite3* connection)
      : path_(std::move(path)), connection_(connection) {}

  std::string path_;
  sqlite3* connection_;
};

// Runs a transaction: committed by Commit, else rolled back when it goes out of scope.
class Transaction {
 public:
  static Result<Transaction> Begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  Status Commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}

  Database* database_;  // null: nothing to roll back
};

}  // namespace pkigate::store
