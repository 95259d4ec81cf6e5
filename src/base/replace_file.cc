// SPDX-License-Identifier: Apache-2.0
#include "base/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/descriptor.h"
#include "base/file.h"

namespace pkigate {

namespace {

constexpr mode_t kNewFileMode = 0640;
constexpr mode_t kPermissionBits = 07777;

Error Failed(const std::string& path, const char* what) {
  return MakeError("file_not_written", "cannot write {}: {}: {}", path, what, std::strerror(errno));
}

// Where `path` leads when it is a symbolic link.
std::string Target(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  std::string target = resolved == nullptr ? path : resolved;
  std::free(resolved);
  return target;
}

bool WriteAll(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return false;
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// Gives the new file what the old one had, or the folder's group.
bool SetOwner(int file, const std::string& target, const std::string& folder) {
  struct stat old {};
  if (::stat(target.c_str(), &old) == 0) {
    return ::fchown(file, old.st_uid, old.st_gid) == 0 &&
           ::fchmod(file, old.st_mode & kPermissionBits) == 0;
  }
  struct stat around {};
  if (errno != ENOENT || ::stat(folder.c_str(), &around) != 0) {
    return false;
  }
  // Who is not in that group keeps his own.
  (void)!::fchown(file, static_cast<uid_t>(-1), around.st_gid);
  return ::fchmod(file, kNewFileMode) == 0;
}

}  // namespace

Status ReplaceFile(const std::string& path, std::string_view content) {
  const std::string target = Target(path);
  const std::string folder = DirectoryOf(target);
  std::string beside = target + ".XXXXXX";
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (file.get() < 0) {
    return Failed(path, "creating a file beside it");
  }
  const char* failed = nullptr;
  if (!SetOwner(file.get(), target, folder)) {
    failed = "keeping its owner and permissions";
  } else if (!WriteAll(file.get(), content) || ::fsync(file.get()) != 0) {
    failed = "writing";
  } else if (::rename(beside.c_str(), target.c_str()) != 0) {
    failed = "putting the new one in its place";
  }
  if (failed != nullptr) {
    const Error error = Failed(path, failed);
    ::unlink(beside.c_str());
    return error;
  }
  const Descriptor around(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (around.get() < 0 || ::fsync(around.get()) != 0) {
    return Failed(path, "making the new one durable");
  }
  return {};
}

}  // namespace pkigate
