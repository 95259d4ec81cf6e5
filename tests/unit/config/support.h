// SPDX-License-Identifier: Apache-2.0
//
// What the tests of src/config share: files in a folder of their own, and diagnostics as text.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"

namespace pkigate::config {

// A folder that goes away with the object.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pkigate-config-XXXXXX");
    path_ = ::mkdtemp(pattern.data());
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }

  std::string Path(std::string_view name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

  // Writes a file (and the folders it stands in) and returns its path.
  std::string Write(std::string_view name, std::string_view content) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }
  void Remove(std::string_view name) const { std::filesystem::remove(path_ / name); }

 private:
  std::filesystem::path path_;
};

inline std::string ReadTestFile(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream.good()) << path;
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// All of `diagnostics` as lines, with `folder/` left out of the paths.
inline std::string TextOf(const Diagnostics& diagnostics, const std::string& folder = {}) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    text += diagnostic.ForPeople() + "\n";
  }
  if (!folder.empty()) {
    for (size_t at = text.find(folder + "/"); at != std::string::npos;
         at = text.find(folder + "/", at)) {
      text.erase(at, folder.size() + 1);
    }
  }
  return text;
}

}  // namespace pkigate::config
