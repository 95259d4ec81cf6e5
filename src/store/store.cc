// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/file.h"
#include "base/limits.h"
#include "store/database.h"
#include "store/schema.h"

namespace pkigate::store {

namespace {

// The words in the file; never change them.
std::string_view FamilyName(Family family) {
  return family == Family::kXpack ? "xpack" : "opendistro";
}

Error SystemError(const std::string& path, const char* what) {
  return MakeError("store_unusable", "store {}: {}: {}", path, what, std::strerror(errno));
}

// Makes names in the folder of `path` durable.
Status SyncFolderOf(const std::string& path) {
  const std::string folder = DirectoryOf(path);
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return SystemError(path, "cannot open its folder");
  }
  const int synced = ::fsync(fd);
  const Status status =
      synced == 0 ? Status() : Status(SystemError(path, "cannot sync its folder"));
  ::close(fd);
  return status;
}

// A new store appears under its name complete or not at all: it is built under another name and
// linked into place, so that a crash in between cannot leave an empty one behind.
Status Create(const std::string& path) {
  std::string draft = path + ".new-XXXXXX";
  const int fd = ::mkostemp(draft.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) {
    return SystemError(path, "cannot create it");
  }
  ::close(fd);
  Status made = [&draft]() -> Status {
    const std::unique_ptr<Database> database = PKIGATE_TRY(Database::Open(draft));
    return Migrate(*database);
  }();  // closed: the log is folded into the file and gone
  if (made.ok() && ::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    made = SystemError(path, "cannot create it");
  }
  ::unlink(draft.c_str());
  ::unlink((draft + "-wal").c_str());  // left only if the disk failed us
  PKIGATE_TRY_STATUS(made);
  return SyncFolderOf(path);
}

// What can be said of the file before SQLite sees it.
Status Inspect(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return SystemError(path, "cannot look at it");
  }
  if (!S_ISREG(info.st_mode)) {
    return MakeError("store_unusable", "store {}: not a regular file", path);
  }
  if (info.st_size == 0) {
    return MakeError("store_corrupt",
                     "store {} is empty; put a backup in its place, or remove it to start without "
                     "the changes made by API",
                     path);
  }
  // It says who may do what: nobody else's business.
  if ((info.st_mode & 077) != 0 && ::chmod(path.c_str(), info.st_mode & 0700) != 0) {
    return SystemError(path, "cannot make it private (mode 0600)");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Store>> Store::Open(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) {
    PKIGATE_TRY_STATUS(Create(path));
  }
  PKIGATE_TRY_STATUS(Inspect(path));
  std::unique_ptr<Database> database = PKIGATE_TRY(Database::Open(path));
  PKIGATE_TRY_STATUS(Migrate(*database));
  const int64_t last =
      PKIGATE_TRY(database->Number("SELECT last_sequence FROM change WHERE only = 0"));
  std::unique_ptr<Store> store(new Store(path, std::move(database)));
  store->last_sequence_ = static_cast<uint64_t>(last);
  return store;
}

Store::Store(std::string path, std::unique_ptr<Database> database)
    : path_(std::move(path)), database_(std::move(database)) {}

Store::~Store() = default;

// One transaction: the next sequence number, then what `apply` does with it.
template <typename Apply>
Result<uint64_t> Store::Change(Apply&& apply) {
  Transaction transaction = PKIGATE_TRY(Transaction::Begin(*database_));
  const int64_t sequence =
      PKIGATE_TRY(database_->Number("UPDATE change SET last_sequence = last_sequence + 1 WHERE "
                                    "only = 0 RETURNING last_sequence"));
  PKIGATE_TRY_STATUS(apply(sequence));
  PKIGATE_TRY_STATUS(transaction.Commit());
  last_sequence_ = static_cast<uint64_t>(sequence);
  return last_sequence_;
}

Result<uint64_t> Store::Write(Family family, std::string_view name,
                              std::optional<std::string_view> document) {
  PKIGATE_ASSERT(!name.empty());
  return Change([&](int64_t sequence) -> Status {
    {
      Statement write = PKIGATE_TRY(database_->Prepare(
          "INSERT INTO role_mapping VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE "
          "SET document = excluded.document, sequence = excluded.sequence"));
      write.Bind(FamilyName(family)).Bind(name).Bind(document).Bind(sequence);
      (void)PKIGATE_TRY(write.Step());
    }
    const int64_t num_objects = PKIGATE_TRY(database_->Number("SELECT count(*) FROM role_mapping"));
    if (static_cast<uint64_t>(num_objects) > limits::kStoredObjects) {
      return MakeError("store_full", "store {} holds {} role mappings, as many as it may", path_,
                       limits::kStoredObjects);
    }
    return {};
  });
}

Result<uint64_t> Store::Put(Family family, std::string_view name, std::string_view document) {
  return Write(family, name, document);
}

Result<uint64_t> Store::Bury(Family family, std::string_view name) {
  return Write(family, name, std::nullopt);
}

Result<uint64_t> Store::Delete(Family family, std::string_view name) {
  return Change([&](int64_t) -> Status {
    Statement remove =
        PKIGATE_TRY(database_->Prepare("DELETE FROM role_mapping WHERE family = ?1 AND name = ?2"));
    remove.Bind(FamilyName(family)).Bind(name);
    (void)PKIGATE_TRY(remove.Step());
    return {};
  });
}

Result<std::vector<RoleMapping>> Store::LoadAll() {
  Statement read = PKIGATE_TRY(database_->Prepare(
      "SELECT family, name, document, sequence FROM role_mapping ORDER BY family, name"));
  std::vector<RoleMapping> mappings;
  while (PKIGATE_TRY(read.Step())) {
    const std::string family = read.Text(0).value_or("");
    mappings.push_back(
        {.family = family == FamilyName(Family::kXpack) ? Family::kXpack : Family::kOpendistro,
         .name = read.Text(1).value_or(""),
         .document = read.Text(2),
         .sequence = static_cast<uint64_t>(read.Integer(3))});
  }
  return mappings;
}

}  // namespace pkigate::store
