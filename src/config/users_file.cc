// SPDX-License-Identifier: Apache-2.0
#include "config/users_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "identity/password_hash.h"

namespace pkigate::config {

namespace {

struct Place {
  const std::string& file;
  int line;
};

void Warn(Diagnostics& diagnostics, const Place& place, std::string key, std::string problem) {
  diagnostics.Add({.severity = Diagnostic::Severity::kWarning,
                   .file = place.file,
                   .line = place.line,
                   .key = std::move(key),
                   .problem = std::move(problem)});
}

// Calls `entry(place, line)` for every entry, warns of every line that is neither that nor a
// comment nor blank. A line ends at \n, \r or both.
template <typename Entry>
void ForEachEntry(std::string_view text, const std::string& file, Diagnostics& diagnostics,
                  const Entry& entry) {
  if (!IsUtf8(text)) {
    Warn(diagnostics, {file, 0}, "", "the file is not UTF-8; it is read as empty");
    return;
  }
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find_first_of("\r\n");
    const UsersLine line = ParseUsersLine(text.substr(0, end));
    if (line.kind == UsersLine::Kind::kEntry) {
      entry(Place{file, number}, line);
    } else if (line.kind == UsersLine::Kind::kWrong) {
      Warn(diagnostics, {file, number}, "",
           "invalid entry: expected something on both sides of a colon; the line is left out");
    }
    text = end == std::string_view::npos ? "" : text.substr(end);
    text.remove_prefix(std::min(text.size(), size_t{text.starts_with("\r\n") ? 2U : 1U}));
  }
}

// The text of a file, empty where there is none.
std::string ReadText(const std::string& path, Diagnostics& diagnostics) {
  Result<std::string> text = ReadFile(path, limits::kConfigFileBytesMax);
  if (text.ok()) {
    return *std::move(text);
  }
  if (std::string_view(text.error().code) != "file_missing") {
    Warn(diagnostics, {path, 0}, "", text.error().message + "; it is read as empty");
  }
  return {};
}

}  // namespace

std::string_view TrimUsersText(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

UsersLine ParseUsersLine(std::string_view line) {
  using Kind = UsersLine::Kind;
  if (line.starts_with('#')) {
    return {.kind = Kind::kComment};
  }
  line = TrimUsersText(line);
  if (line.empty()) {
    return {.kind = Kind::kBlank};
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == line.size()) {
    return {.kind = Kind::kWrong};
  }
  return {.kind = Kind::kEntry, .name = line.substr(0, colon), .rest = line.substr(colon + 1)};
}

std::vector<std::string_view> SplitUsers(std::string_view rest) {
  std::vector<std::string_view> users;
  for (;;) {
    const size_t comma = rest.find(',');
    if (const std::string_view user = TrimUsersText(rest.substr(0, comma)); !user.empty()) {
      users.push_back(user);
    }
    if (comma == std::string_view::npos) {
      return users;
    }
    rest.remove_prefix(comma + 1);
  }
}

PasswordUsers ParseUsers(const UsersTexts& texts, const identity::ReservedUserNames& reserved,
                         Diagnostics& diagnostics) {
  PasswordUsers users;
  ForEachEntry(texts.users, texts.users_file, diagnostics,
               [&](const Place& place, const UsersLine& line) {
                 std::string name(line.name);
                 Status right = identity::CheckXpackUserName(name, reserved);
                 if (right.ok()) {
                   right = identity::CheckPasswordHash(line.rest);
                 }
                 if (!right.ok()) {
                   Warn(diagnostics, place, name,
                        fmt::format("{}; the line is left out", right.error().message));
                   return;
                 }
                 users[std::move(name)].password_hash = line.rest;
               });
  ForEachEntry(texts.users_roles, texts.users_roles_file, diagnostics,
               [&](const Place& place, const UsersLine& line) {
                 const std::string role(TrimUsersText(line.name));
                 if (const Status right = identity::CheckXpackRoleName(role); !right.ok()) {
                   Warn(diagnostics, place, role,
                        fmt::format("{} The line is left out.", right.error().message));
                   return;
                 }
                 const std::vector<std::string_view> names = SplitUsers(line.rest);
                 if (names.empty()) {
                   Warn(diagnostics, place, role, "no users found; the line is left out");
                   return;
                 }
                 for (const std::string_view name : names) {
                   const auto user = users.find(std::string(name));
                   if (user != users.end() && std::ranges::count(user->second.roles, role) == 0) {
                     user->second.roles.push_back(role);
                   }
                 }
               });
  return users;
}

std::string UsersFilePath(const std::string& directory, std::string_view name) {
  std::string path = ResolvePath(directory, std::string(name));
  std::string older = ResolvePath(directory, fmt::format("x-pack/{}", name));
  std::error_code error;
  return !std::filesystem::exists(path, error) && std::filesystem::exists(older, error) ? older
                                                                                        : path;
}

PasswordUsers ReadUsersFiles(const std::string& directory,
                             const identity::ReservedUserNames& reserved,
                             Diagnostics& diagnostics) {
  const std::string users_file = UsersFilePath(directory, "users");
  const std::string roles_file = UsersFilePath(directory, "users_roles");
  const std::string users = ReadText(users_file, diagnostics);
  const std::string users_roles = ReadText(roles_file, diagnostics);
  return ParseUsers({.users = users,
                     .users_roles = users_roles,
                     .users_file = users_file,
                     .users_roles_file = roles_file},
                    reserved, diagnostics);
}

}  // namespace pkigate::config
