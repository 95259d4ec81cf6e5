// SPDX-License-Identifier: Apache-2.0
//
// Replacing a file as a whole: a reader finds the old content or the new one, never a part, and
// after a crash the disk has either.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pkigate {

// Writes `content` beside `path` and renames it into its place. Owner, group and permissions stay
// as they are; a new file gets the group of its folder and 0640. A symbolic link stays one. Fails
// with `file_not_written`; then the old file is untouched.
Status ReplaceFile(const std::string& path, std::string_view content);

}  // namespace pkigate
