// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include <sqlite3.h>

#include <utility>

#include "base/assert.h"
#include "base/limits.h"

namespace pkigate::store {

namespace {

Error Damaged(const std::string& path, std::string_view how) {
  return MakeError("store_corrupt",
                   "store {} is damaged: {}; put a backup in its place, or move it away to start "
                   "without the changes made by API",
                   path, how);
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      next_parameter_(other.next_parameter_) {}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::Bind(std::string_view text) & {
  // TRANSIENT: SQLite copies, so that a caller's temporary is fine.
  const int code = sqlite3_bind_text64(statement_, next_parameter_++, text.data(), text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
  PKIGATE_ASSERT(code == SQLITE_OK);
  return *this;
}

Statement& Statement::Bind(int64_t number) & {
  const int code = sqlite3_bind_int64(statement_, next_parameter_++, number);
  PKIGATE_ASSERT(code == SQLITE_OK);
  return *this;
}

Statement& Statement::Bind(std::optional<std::string_view> text) & {
  if (text.has_value()) {
    return Bind(*text);
  }
  const int code = sqlite3_bind_null(statement_, next_parameter_++);
  PKIGATE_ASSERT(code == SQLITE_OK);
  return *this;
}

Result<bool> Statement::Step() {
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return database_->LastError();
  }
}

int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::optional<std::string> Statement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) {
    return std::nullopt;
  }
  const auto len = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
  return std::string(reinterpret_cast<const char*>(text), len);
}

Result<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &connection,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(path, connection));
  if (code != SQLITE_OK) {
    return MakeError("store_unusable", "store {}: {}", path, sqlite3_errmsg(connection));
  }
  sqlite3_extended_result_codes(connection, 1);
  // Nobody else ought to hold the file; a short wait covers a predecessor on its way out.
  sqlite3_busy_timeout(connection, limits::kStoreBusyMs);
  // The file's content is data: no functions, views or triggers smuggled into its schema.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // EXCLUSIVE before WAL: then the log's index lives in memory and no shared-memory file is needed.
  for (const char* pragma :
       {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA cell_size_check=ON", "PRAGMA foreign_keys=ON",
        "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "BEGIN IMMEDIATE; COMMIT"}) {
    const Status done = database->Execute(pragma);
    if (!done.ok()) {
      return done.error();
    }
  }
  Statement check = PKIGATE_TRY(database->Prepare("PRAGMA quick_check(1)"));
  if (!PKIGATE_TRY(check.Step()) || check.Text(0).value_or("") != "ok") {
    return Damaged(path, check.Text(0).value_or("no result"));
  }
  return database;
}

Database::~Database() {
  const int code = sqlite3_close(connection_);
  PKIGATE_ASSERT(code == SQLITE_OK);  // anything else is a statement we forgot
}

Result<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection_, sql.data(), static_cast<int>(sql.size()), &statement,
                         nullptr) != SQLITE_OK) {
    return LastError();
  }
  return Statement(*this, statement);
}

Status Database::Execute(const std::string& sql) {
  if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return LastError();
  }
  return {};
}

Result<int64_t> Database::Number(std::string_view sql) {
  Statement statement = PKIGATE_TRY(Prepare(sql));
  if (!PKIGATE_TRY(statement.Step())) {
    return MakeError("store_corrupt", "store {}: no row where one belongs ({})", path_, sql);
  }
  return statement.Integer(0);
}

Error Database::LastError() const {
  const int code = sqlite3_extended_errcode(connection_);
  const std::string_view words = sqlite3_errmsg(connection_);
  switch (code & 0xff) {  // the primary code
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return MakeError("store_in_use",
                       "store {} is held by another process; two gateways cannot share one store: "
                       "stop the other, or give this one its own file",
                       path_);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Damaged(path_, words);
    case SQLITE_FULL:
      return MakeError("store_full", "store {}: {}", path_, words);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return MakeError("store_unusable", "store {}: {}", path_, words);
    default:
      return MakeError("store_failed", "store {}: {} (SQLite {})", path_, words, code);
  }
}

Result<Transaction> Transaction::Begin(Database& database) {
  PKIGATE_TRY_STATUS(database.Execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ != nullptr) {
    // Fails when SQLite has rolled back by itself already, which comes to the same.
    (void)database_->Execute("ROLLBACK");
  }
}

Status Transaction::Commit() {
  PKIGATE_TRY_STATUS(database_->Execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace pkigate::store
