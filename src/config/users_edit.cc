// SPDX-License-Identifier: Apache-2.0
#include "config/users_edit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "config/users_file.h"

namespace pkigate::config {

namespace {

// Calls `keep(line)` for each line without its end and puts together what it returns true for; the
// callee may change the line.
template <typename Edit>
std::string EditLines(std::string_view text, const Edit& edit) {
  std::string edited;
  while (!text.empty()) {
    const size_t end = text.find_first_of("\r\n");
    std::string line(text.substr(0, end));
    if (edit(&line)) {
      edited += line + '\n';
    }
    text = end == std::string_view::npos ? "" : text.substr(end);
    text.remove_prefix(std::min(text.size(), size_t{text.starts_with("\r\n") ? 2U : 1U}));
  }
  return edited;
}

bool IsOf(std::string_view line, std::string_view name) {
  const UsersLine parsed = ParseUsersLine(line);
  return parsed.kind == UsersLine::Kind::kEntry && parsed.name == name;
}

}  // namespace

std::string WithUser(std::string_view users, std::string_view name, std::string_view hash) {
  const std::string made = fmt::format("{}:{}", name, hash);
  bool placed = false;
  std::string edited = EditLines(users, [&](std::string* line) {
    if (!IsOf(*line, name)) {
      return true;
    }
    *line = made;
    return !std::exchange(placed, true);
  });
  return placed ? edited : edited + made + '\n';
}

std::string WithoutUser(std::string_view users, std::string_view name) {
  return EditLines(users, [&](const std::string* line) { return !IsOf(*line, name); });
}

std::string WithRoles(std::string_view users_roles, std::string_view name,
                      const std::vector<std::string>& roles) {
  std::vector<std::string> missing = roles;
  std::string edited = EditLines(users_roles, [&](std::string* line) {
    const UsersLine parsed = ParseUsersLine(*line);
    if (parsed.kind != UsersLine::Kind::kEntry) {
      return true;
    }
    const std::string role(TrimUsersText(parsed.name));
    std::vector<std::string_view> users = SplitUsers(parsed.rest);
    const bool wanted = std::erase(missing, role) > 0;
    if (wanted == (std::ranges::count(users, name) > 0)) {
      // Has it and shall, or neither; of a role on several lines the first is enough.
      return true;
    }
    if (wanted) {
      users.push_back(name);
    } else {
      std::erase(users, name);
    }
    *line = fmt::format("{}:{}", role, fmt::join(users, ","));
    return !users.empty();
  });
  for (const std::string& role : missing) {
    edited += fmt::format("{}:{}\n", role, name);
  }
  return edited;
}

}  // namespace pkigate::config
