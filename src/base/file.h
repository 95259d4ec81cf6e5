// SPDX-License-Identifier: Apache-2.0
//
// Whole files, read at load time.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace pkigate {

// The content of `path`. Fails (`file_missing`, `file_unreadable`, `file_too_large`,
// `file_not_regular`) with a message that names the path; never returns part of a file.
Result<std::string> ReadFile(const std::string& path, size_t bytes_max);

// The same for a file with secrets, which nobody but its owner may read or write: fails
// (`file_exposed`) if its group or others may.
Result<std::string> ReadPrivateFile(const std::string& path, size_t bytes_max);

// `path` if absolute, else below `directory`.
std::string ResolvePath(const std::string& directory, const std::string& path);

// The folder part of a path, `.` when it has none.
std::string DirectoryOf(const std::string& path);

}  // namespace pkigate
