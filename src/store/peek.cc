// SPDX-License-Identifier: Apache-2.0
#include "store/peek.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/descriptor.h"
#include "base/file.h"

namespace pkigate::store {

namespace {

namespace fs = std::filesystem;

// Where SQLite's locks stand in every database file (its file format, "lock-byte page").
constexpr off_t kLockBytesBegin = 0x40000000;
constexpr off_t kLockBytes = 512;

Error Unusable(const std::string& path, std::string_view what, int error) {
  return MakeError("store_unusable", "store {}: {}: {}", path, what, std::strerror(error));
}

// Fails when another process holds the store.
Status CheckNotHeld(const std::string& path, int fd) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kLockBytesBegin;
  lock.l_len = kLockBytes;
  if (::fcntl(fd, F_GETLK, &lock) != 0) {
    return Unusable(path, "cannot ask for its locks", errno);
  }
  if (lock.l_type != F_UNLCK) {
    return MakeError("store_in_use", "store {} is held by a running gateway", path);
  }
  return {};
}

// A folder of our own, gone with the object.
class Draft {
 public:
  static Result<Draft> Make() {
    std::error_code failure;
    std::string folder = (fs::temp_directory_path(failure) / "pkigate-XXXXXX").string();
    if (failure || ::mkdtemp(folder.data()) == nullptr) {
      return MakeError("store_unusable", "no folder for a copy of the store: {}",
                       std::strerror(errno));
    }
    return Draft(std::move(folder));
  }
  Draft(Draft&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    std::error_code ignored;
    if (!folder_.empty()) {
      fs::remove_all(folder_, ignored);
    }
  }

  std::string path() const { return folder_ + "/store"; }

 private:
  explicit Draft(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
};

Result<std::vector<RoleMapping>> ReadCopy(const std::string& copy) {
  const std::unique_ptr<Store> store = PKIGATE_TRY(Store::Open(copy));
  return store->LoadAll();
}

}  // namespace

Result<std::vector<RoleMapping>> Peek(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT || ::stat(DirectoryOf(path).c_str(), &info) != 0) {
      return Unusable(path, "cannot look at it", errno);
    }
    return std::vector<RoleMapping>();
  }
  if (!S_ISREG(info.st_mode)) {
    return MakeError("store_unusable", "store {}: not a regular file", path);
  }
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    return MakeError("store_unreadable", "store {}: cannot open it: {}", path,
                     std::strerror(errno));
  }
  PKIGATE_TRY_STATUS(CheckNotHeld(path, fd.get()));
  const Draft draft = PKIGATE_TRY(Draft::Make());
  // The log first: what a crash left in it belongs to the file.
  std::error_code failure;
  if (fs::exists(path + "-wal", failure)) {
    fs::copy_file(path + "-wal", draft.path() + "-wal", failure);
  }
  if (!failure) {
    fs::copy_file(path, draft.path(), failure);
  }
  if (failure) {
    return Unusable(path, "cannot copy it", failure.value());
  }
  // Whoever opened it meanwhile may have changed it under the copy.
  PKIGATE_TRY_STATUS(CheckNotHeld(path, fd.get()));
  Result<std::vector<RoleMapping>> mappings = ReadCopy(draft.path());
  if (mappings.ok()) {
    return mappings;
  }
  // The error speaks of the copy; people know the store.
  Error error = mappings.error();
  const size_t at = error.message.find(draft.path());
  if (at != std::string::npos) {
    error.message.replace(at, draft.path().size(), path);
  }
  return error;
}

}  // namespace pkigate::store
