// SPDX-License-Identifier: Apache-2.0
#include "store/shard_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/limits.h"

namespace pkigate::store {

namespace {

constexpr size_t kNameDigits = 64;
constexpr std::string_view kSuffix = ".shard";
constexpr char kUnfinished[] = "unfinished.tmp";
constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;

// The name in `file`, nothing when it is none of ours.
std::string NameIn(std::string_view file) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const bool ours = file.size() == kNameDigits + kSuffix.size() && file.ends_with(kSuffix) &&
                    file.find_first_not_of(kDigits) == kNameDigits;
  return ours ? std::string(file.substr(0, kNameDigits)) : std::string();
}

std::string FileOf(const std::string& name) { return name + std::string(kSuffix); }

Error Unusable(const std::string& path) {
  return MakeError("pattern_cache_unusable", "pattern_cache.path: cannot use {}: {}", path,
                   std::strerror(errno));
}

// Whether nobody but us decides what is in it; root could in any case.
bool IsOurs(const struct stat& info) {
  return info.st_uid == ::geteuid() && (info.st_mode & kWritableByOthers) == 0;
}

Status CheckFolder(int descriptor, const std::string& path, uid_t* owner) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) {
    return Unusable(path);
  }
  *owner = info.st_uid;
  if ((info.st_mode & kWritableByOthers) != 0) {
    return MakeError("pattern_cache_unsafe",
                     "pattern_cache.path: {} is writable by others (chmod 0700 it): what is in it "
                     "is trusted like code",
                     path);
  }
  return {};
}

int OpenFolder(const std::string& path) {
  return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

}  // namespace

ShardFolder::ShardFolder(std::string path, int descriptor)
    : path_(std::move(path)), folder_(descriptor) {}

Result<std::unique_ptr<ShardFolder>> ShardFolder::Open(const std::string& path) {
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return Unusable(path);
  }
  const int descriptor = OpenFolder(path);
  if (descriptor < 0) {
    return Unusable(path);
  }
  std::unique_ptr<ShardFolder> folder(new ShardFolder(path, descriptor));
  uid_t owner = 0;
  PKIGATE_TRY_STATUS(CheckFolder(descriptor, path, &owner));
  if (owner != ::geteuid()) {
    return MakeError("pattern_cache_unsafe",
                     "pattern_cache.path: {} belongs to user {}, not to the gateway's: what is in "
                     "it is trusted like code",
                     path, owner);
  }
  return folder;
}

Status ShardFolder::Check(const std::string& path) {
  const Descriptor folder(OpenFolder(path));
  if (folder.get() >= 0) {
    uid_t owner = 0;
    return CheckFolder(folder.get(), path, &owner);
  }
  return errno == ENOENT ? Status() : Status(Unusable(path));
}

std::vector<ShardFolder::File> ShardFolder::LoadAll(std::vector<std::string>* problems) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseFolder> listing(
      ::fdopendir(::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
  while (const dirent* entry = listing == nullptr ? nullptr : ::readdir(listing.get())) {
    if (const std::string name = NameIn(entry->d_name); !name.empty()) {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  std::vector<File> loaded;
  for (const std::string& name : names) {
    Result<std::string> bytes = Read(FileOf(name));
    if (bytes.ok() && (files_.size() >= limits::kShardFilesMax ||
                       num_bytes() + bytes->size() > limits::kShardFolderBytesMax)) {
      bytes = MakeError("pattern_cache_full", "{}/{}: more than {} files or {} bytes", path_,
                        FileOf(name), limits::kShardFilesMax, limits::kShardFolderBytesMax);
    }
    if (!bytes.ok()) {
      problems->push_back(bytes.error().message);
      Remove(name);
      continue;
    }
    files_[name] = bytes->size();
    loaded.push_back({name, std::move(bytes).value()});
  }
  return loaded;
}

Result<std::string> ShardFolder::Read(const std::string& file) const {
  const Descriptor opened(
      ::openat(folder_.get(), file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info {};
  if (opened.get() < 0 || ::fstat(opened.get(), &info) != 0) {
    return MakeError("pattern_cache_unusable", "{}/{}: {}", path_, file, std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode) || !IsOurs(info)) {
    return MakeError("pattern_cache_unsafe", "{}/{}: not a file that only we can write", path_,
                     file);
  }
  if (info.st_size < 0 || static_cast<size_t>(info.st_size) > limits::kShardFileBytesMax) {
    return MakeError("pattern_cache_full", "{}/{}: larger than {} bytes", path_, file,
                     limits::kShardFileBytesMax);
  }
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(opened.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return MakeError("pattern_cache_unusable", "{}/{}: cannot be read to its end", path_, file);
    }
    filled += static_cast<size_t>(got);
  }
  return bytes;
}

size_t ShardFolder::num_bytes() const {
  size_t sum = 0;
  for (const auto& [name, length] : files_) {
    sum += length;
  }
  return sum;
}

Status ShardFolder::Write(const std::string& name, std::string_view bytes) {
  if (files_.size() >= limits::kShardFilesMax || bytes.size() > limits::kShardFileBytesMax ||
      num_bytes() + bytes.size() > limits::kShardFolderBytesMax) {
    return MakeError("pattern_cache_full", "{} takes no more: {} files, {} bytes each, {} in all",
                     path_, limits::kShardFilesMax, limits::kShardFileBytesMax,
                     limits::kShardFolderBytesMax);
  }
  // Not synced: after a crash the checksum tells what did not reach the disk.
  bool written = false;
  ::unlinkat(folder_.get(), kUnfinished, 0);  // a predecessor's, or none
  {
    const Descriptor file(::openat(folder_.get(), kUnfinished,
                                   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    written = file.get() >= 0 && WriteAll(file.get(), bytes);
  }
  if (!written ||
      ::renameat(folder_.get(), kUnfinished, folder_.get(), FileOf(name).c_str()) != 0) {
    Error error = Unusable(path_);
    ::unlinkat(folder_.get(), kUnfinished, 0);
    return error;
  }
  files_[name] = bytes.size();
  return {};
}

void ShardFolder::Remove(const std::string& name) {
  // What cannot be removed is looked at again by the next process.
  ::unlinkat(folder_.get(), FileOf(name).c_str(), 0);
  files_.erase(name);
}

}  // namespace pkigate::store
