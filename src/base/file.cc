// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/descriptor.h"

namespace pkigate {

namespace {

Result<std::string> Read(const std::string& path, size_t bytes_max, mode_t forbidden) {
  // O_NONBLOCK: opening a FIFO by mistake must not hang the start.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    return MakeError(errno == ENOENT ? "file_missing" : "file_unreadable", "cannot read {}: {}",
                     path, std::strerror(errno));
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return MakeError("file_not_regular", "cannot read {}: not a regular file", path);
  }
  if ((info.st_mode & forbidden) != 0) {
    return MakeError("file_exposed",
                     "cannot use {}: its group or others may read or change it ({:o})", path,
                     info.st_mode & 07777);
  }
  std::string content;
  char block[65536];
  for (;;) {
    const ssize_t got = ::read(file.get(), block, sizeof block);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return MakeError("file_unreadable", "cannot read {}: {}", path, std::strerror(errno));
    }
    if (got == 0) {
      return content;
    }
    if (content.size() + static_cast<size_t>(got) > bytes_max) {
      return MakeError("file_too_large", "cannot read {}: larger than {} bytes", path, bytes_max);
    }
    content.append(block, static_cast<size_t>(got));
  }
}

}  // namespace

Result<std::string> ReadFile(const std::string& path, size_t bytes_max) {
  return Read(path, bytes_max, 0);
}

Result<std::string> ReadPrivateFile(const std::string& path, size_t bytes_max) {
  return Read(path, bytes_max, S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH);
}

std::string ResolvePath(const std::string& directory, const std::string& path) {
  if (path.empty() || path.front() == '/' || directory.empty()) {
    return path;
  }
  return directory.back() == '/' ? directory + path : directory + "/" + path;
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace pkigate
