// SPDX-License-Identifier: Apache-2.0
#include "cli/users_tool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/file.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/replace_file.h"
#include "base/result.h"
#include "base/utf8.h"
#include "cli/password_prompt.h"
#include "config/settings_reader.h"
#include "config/users_edit.h"
#include "config/users_file.h"
#include "config/yaml_document.h"
#include "identity/password_hash.h"
#include "identity/xpack_names.h"
#include "roles/xpack_builtin_roles.h"

namespace pkigate::cli {

namespace {

// As upstream: those of sysexits.h.
enum ExitStatus : int {
  kOk = 0,
  kUsage = 64,
  kDataError = 65,
  kNoUser = 67,
  kIoError = 74,
  kConfigError = 78,
};

// What upstream demands of a new password.
constexpr size_t kPasswordCharactersMin = 6;

struct Failure {
  ExitStatus status;
  std::string message;
};
// Nothing: it worked.
using Outcome = std::optional<Failure>;

Failure DataError(std::string message) { return {kDataError, std::move(message)}; }

Failure NoUser(std::string_view name) {
  return {kNoUser, fmt::format("User [{}] doesn't exist", name)};
}

void Print(std::string_view line) { fmt::print("{}\n", line); }

// --- the folder ---------------------------------------------------------------------------------

// What elasticsearch.yml says to the tool.
struct Settings {
  identity::ReservedUserNames reserved;
  identity::PasswordHashing hashing;
};

// One configuration folder, locked against another run of the tool for as long as this lives.
class Folder {
 public:
  explicit Folder(std::string path)
      : path_(std::move(path)),
        lock_(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
        users_file_(config::UsersFilePath(path_, "users")),
        roles_file_(config::UsersFilePath(path_, "users_roles")) {}

  // Reads all there is. Must come first.
  Outcome Load() {
    if (lock_.get() < 0 || ::flock(lock_.get(), LOCK_EX) != 0) {
      return Failure{kConfigError,
                     fmt::format("cannot use the folder {}: {}", path_, std::strerror(errno))};
    }
    if (Outcome failed = LoadSettings()) {
      return failed;
    }
    if (Outcome failed = LoadText(users_file_, &users_)) {
      return failed;
    }
    if (Outcome failed = LoadText(roles_file_, &users_roles_)) {
      return failed;
    }
    return LoadKnownRoles();
  }

  const Settings& settings() const { return settings_; }
  // Every name with a line of its own, whatever stands behind it.
  std::set<std::string> Names() const {
    std::set<std::string> names;
    ForEachEntry(users_, [&](const config::UsersLine& line) { names.emplace(line.name); });
    return names;
  }
  bool Has(const std::string& name) const { return Names().contains(name); }
  std::vector<std::string> RolesOf(std::string_view name) const {
    std::vector<std::string> roles;
    ForEachEntry(users_roles_, [&](const config::UsersLine& line) {
      std::string role(config::TrimUsersText(line.name));
      if (std::ranges::count(config::SplitUsers(line.rest), name) > 0 &&
          std::ranges::count(roles, role) == 0) {
        roles.push_back(std::move(role));
      }
    });
    return roles;
  }
  bool KnowsRole(const std::string& role) const {
    return roles::IsXpackBuiltinRole(role) || known_roles_.contains(role);
  }

  Outcome SetUser(std::string_view name, std::string_view hash) {
    return Write(users_file_, config::WithUser(users_, name, hash), &users_);
  }
  Outcome RemoveUser(std::string_view name) {
    return Write(users_file_, config::WithoutUser(users_, name), &users_);
  }
  Outcome SetRoles(std::string_view name, const std::vector<std::string>& roles) {
    return Write(roles_file_, config::WithRoles(users_roles_, name, roles), &users_roles_);
  }

 private:
  template <typename Entry>
  static void ForEachEntry(std::string_view text, const Entry& entry) {
    while (!text.empty()) {
      const size_t end = text.find_first_of("\r\n");
      const config::UsersLine line = config::ParseUsersLine(text.substr(0, end));
      if (line.kind == config::UsersLine::Kind::kEntry) {
        entry(line);
      }
      text = end == std::string_view::npos ? "" : text.substr(end + 1);
    }
  }

  static Outcome LoadText(const std::string& path, std::string* out) {
    Result<std::string> text = ReadFile(path, limits::kConfigFileBytesMax);
    if (!text.ok()) {
      if (std::string_view(text.error().code) == "file_missing") {
        return std::nullopt;
      }
      return Failure{kIoError, text.error().message};
    }
    if (!IsUtf8(*text)) {
      return DataError(fmt::format("{} is not UTF-8", path));
    }
    *out = *std::move(text);
    return std::nullopt;
  }

  // The YAML file `name`; null when there is none.
  Outcome LoadYaml(const std::string& path, std::optional<config::YamlNode>* out) const {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
      return std::nullopt;
    }
    Diagnostics diagnostics;
    *out = config::ReadYamlFile(path, diagnostics);
    return FirstError(diagnostics);
  }

  static Outcome FirstError(const Diagnostics& diagnostics) {
    const Diagnostic* error = diagnostics.first_error();
    return error == nullptr ? std::nullopt
                            : std::optional(Failure{kConfigError, error->ForPeople()});
  }

  Outcome LoadSettings() {
    const std::string path = ResolvePath(path_, "elasticsearch.yml");
    std::optional<config::YamlNode> root;
    if (Outcome failed = LoadYaml(path, &root); failed || !root) {
      return failed;
    }
    Diagnostics diagnostics;
    const auto tree = config::SettingsTree::Flatten(*root, path, diagnostics);
    config::SettingsReader reader(tree, diagnostics);
    const std::string authc = "xpack.security.authc.";
    reader.Switch(authc + "reserved_realm.enabled", &settings_.reserved.reserved_realm);
    reader.Text(authc + "anonymous.username", &settings_.reserved.anonymous);
    const std::string key = authc + "password_hashing.algorithm";
    std::string algorithm;
    if (reader.Text(key, &algorithm)) {
      const auto hashing = identity::PasswordHashingNamed(algorithm);
      if (!hashing) {
        reader.Error(key, fmt::format("unknown algorithm [{}]", algorithm),
                     "bcrypt, bcrypt4 to bcrypt14, pbkdf2, pbkdf2_stretch, ...");
      } else {
        settings_.hashing = *hashing;
      }
    }
    return FirstError(diagnostics);
  }

  Outcome LoadKnownRoles() {
    std::optional<config::YamlNode> root;
    if (Outcome failed = LoadYaml(config::UsersFilePath(path_, "roles.yml"), &root);
        failed || !root) {
      return failed;
    }
    for (const config::YamlEntry& role : root->entries) {
      known_roles_.insert(role.key);
    }
    return std::nullopt;
  }

  static Outcome Write(const std::string& path, std::string text, std::string* held) {
    if (text == *held) {
      return std::nullopt;
    }
    if (const Status written = ReplaceFile(path, text); !written.ok()) {
      return Failure{kIoError, written.error().message};
    }
    *held = std::move(text);
    return std::nullopt;
  }

  std::string path_;
  Descriptor lock_;
  std::string users_file_;
  std::string roles_file_;
  std::string users_;
  std::string users_roles_;
  std::set<std::string> known_roles_;
  Settings settings_;
};

// --- what is asked for --------------------------------------------------------------------------

struct Arguments {
  std::string folder;
  std::string user;
  std::optional<std::string> password;
  std::vector<std::string> roles;    // -r of useradd
  std::vector<std::string> added;    // -a of roles
  std::vector<std::string> removed;  // -r of roles
};

// Names that the files could not hold, whatever upstream's rule says.
bool BreaksLines(std::string_view name, std::string_view separators) {
  return name.starts_with('#') || name.find_first_of(separators) != std::string_view::npos;
}

Outcome CheckUserName(const Folder& folder, const std::string& name) {
  const Status right = identity::CheckXpackUserName(name, folder.settings().reserved);
  if (!right.ok()) {
    return DataError(fmt::format("Invalid username [{}]... {}", name, right.error().message));
  }
  if (BreaksLines(name, ":,")) {
    return DataError(
        fmt::format("Invalid username [{}]... the file has no room for `:`, `,` or a "
                    "`#` at the beginning",
                    name));
  }
  return std::nullopt;
}

Outcome CheckRoles(const Folder& folder, const std::vector<std::string>& roles) {
  std::vector<std::string> unknown;
  for (const std::string& role : roles) {
    const Status right = identity::CheckXpackRoleName(role);
    if (!right.ok() || BreaksLines(role, ":")) {
      return DataError(fmt::format("Invalid role [{}]... {}", role,
                                   right.ok() ? "the file has no room for `:` or a `#` at the "
                                                "beginning"
                                              : right.error().message));
    }
    if (!folder.KnowsRole(role)) {
      unknown.push_back(role);
    }
  }
  if (!unknown.empty()) {
    Print(
        fmt::format("Warning: The following roles [{}] are not in the [roles.yml] file. Make "
                    "sure the names are correct. If they were created through the API, all is "
                    "well. The user has them in any case.",
                    fmt::join(unknown, ",")));
  }
  return std::nullopt;
}

// The hash of the password that was given, or is asked for now.
Outcome NewHash(const Folder& folder, const Arguments& arguments, std::string* out) {
  Result<std::string> password =
      arguments.password ? Result<std::string>(*arguments.password) : AskNewPassword();
  if (!password.ok()) {
    return DataError(password.error().message);
  }
  // Characters of UTF-8: those of two and more bytes have a first one and others like 10xxxxxx.
  const auto num_characters =
      std::ranges::count_if(*password, [](char c) { return (c & 0xC0) != 0x80; });
  if (static_cast<size_t>(num_characters) < kPasswordCharactersMin) {
    return DataError(
        fmt::format("Invalid password...passwords must be at least [{}] characters "
                    "long",
                    kPasswordCharactersMin));
  }
  const Result<std::string> hash = identity::HashPassword(folder.settings().hashing, *password);
  if (!hash.ok()) {
    return DataError(hash.error().message);
  }
  *out = *hash;
  return std::nullopt;
}

Outcome AddUser(Folder& folder, const Arguments& arguments) {
  if (Outcome failed = CheckUserName(folder, arguments.user)) {
    return failed;
  }
  if (Outcome failed = CheckRoles(folder, arguments.roles)) {
    return failed;
  }
  if (folder.Has(arguments.user)) {
    return DataError(fmt::format("User [{}] already exists", arguments.user));
  }
  std::string hash;
  if (Outcome failed = NewHash(folder, arguments, &hash)) {
    return failed;
  }
  // Roles first: who reads in between finds nobody rather than somebody with the roles of a
  // predecessor of that name.
  if (Outcome failed = folder.SetRoles(arguments.user, arguments.roles)) {
    return failed;
  }
  return folder.SetUser(arguments.user, hash);
}

Outcome DeleteUser(Folder& folder, const Arguments& arguments) {
  if (!folder.Has(arguments.user)) {
    return NoUser(arguments.user);
  }
  if (Outcome failed = folder.RemoveUser(arguments.user)) {
    return failed;
  }
  return folder.SetRoles(arguments.user, {});
}

Outcome ChangePassword(Folder& folder, const Arguments& arguments) {
  if (!folder.Has(arguments.user)) {
    return NoUser(arguments.user);
  }
  std::string hash;
  if (Outcome failed = NewHash(folder, arguments, &hash)) {
    return failed;
  }
  return folder.SetUser(arguments.user, hash);
}

// `user : role1,role2`; true when a role is marked as unknown.
bool PrintUser(const Folder& folder, const std::string& user) {
  std::vector<std::string> roles = folder.RolesOf(user);
  bool marked = false;
  for (std::string& role : roles) {
    if (!folder.KnowsRole(role)) {
      role += '*';
      marked = true;
    }
  }
  Print(fmt::format("{:<15} : {}", user,
                    roles.empty() ? "-" : fmt::format("{}", fmt::join(roles, ","))));
  return marked;
}

void PrintUsers(const Folder& folder, const std::set<std::string>& users) {
  bool marked = false;
  for (const std::string& user : users) {
    marked = PrintUser(folder, user) || marked;
  }
  if (marked) {
    Print("\n [*]   not a role of the [roles.yml] file or built in; it may come from the API");
  }
}

Outcome ChangeRoles(Folder& folder, const Arguments& arguments) {
  if (!folder.Has(arguments.user)) {
    return NoUser(arguments.user);
  }
  if (arguments.added.empty() && arguments.removed.empty()) {
    PrintUsers(folder, {arguments.user});
    return std::nullopt;
  }
  if (Outcome failed = CheckRoles(folder, arguments.added)) {
    return failed;
  }
  std::vector<std::string> roles = folder.RolesOf(arguments.user);
  for (const std::string& role : arguments.added) {
    if (std::ranges::count(roles, role) == 0) {
      roles.push_back(role);
    }
  }
  std::erase_if(roles, [&](const std::string& role) {
    return std::ranges::count(arguments.removed, role) > 0;
  });
  return folder.SetRoles(arguments.user, roles);
}

Outcome List(Folder& folder, const Arguments& arguments) {
  if (!arguments.user.empty()) {
    if (!folder.Has(arguments.user)) {
      return NoUser(arguments.user);
    }
    PrintUsers(folder, {arguments.user});
    return std::nullopt;
  }
  const std::set<std::string> names = folder.Names();
  if (names.empty()) {
    Print("No users found");
  }
  PrintUsers(folder, names);
  return std::nullopt;
}

}  // namespace

int RunUsersTool(int argc, char** argv) {
  CLI::App app("pkigate-users: the users of the file realm", "pkigate-users");
  app.require_subcommand(1);
  Arguments arguments;
  std::string password;
  app.add_option("-c,--config-dir", arguments.folder,
                 "The folder of elasticsearch.yml, users and users_roles")
      ->required();
  Outcome (*command)(Folder&, const Arguments&) = nullptr;
  std::vector<CLI::Option*> password_options;
  const auto add = [&](const char* name, const char* text, auto run) {
    CLI::App* subcommand = app.add_subcommand(name, text);
    subcommand->callback([&command, run] { command = run; });
    return subcommand;
  };
  const auto takes_user = [&](CLI::App* subcommand) {
    return subcommand->add_option("USER", arguments.user);
  };
  const auto takes_password = [&](CLI::App* subcommand) {
    password_options.push_back(subcommand->add_option(
        "-p,--password", password,
        "Seen by whoever lists the processes; without it it is asked for, or read as a line"));
  };
  CLI::App* useradd = add("useradd", "Adds a user", AddUser);
  takes_user(useradd)->required();
  takes_password(useradd);
  useradd->add_option("-r,--roles", arguments.roles, "Its roles, with commas between")
      ->delimiter(',')
      ->allow_extra_args(false);
  takes_user(add("userdel", "Deletes a user", DeleteUser))->required();
  CLI::App* passwd = add("passwd", "Changes a user's password", ChangePassword);
  takes_user(passwd)->required();
  takes_password(passwd);
  CLI::App* roles = add("roles", "Shows or changes a user's roles", ChangeRoles);
  takes_user(roles)->required();
  roles->add_option("-a,--add", arguments.added, "With commas between")
      ->delimiter(',')
      ->allow_extra_args(false);
  roles->add_option("-r,--remove", arguments.removed, "With commas between")
      ->delimiter(',')
      ->allow_extra_args(false);
  takes_user(add("list", "Lists all users, or one, with their roles", List));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  if (std::ranges::any_of(password_options,
                          [](const CLI::Option* option) { return option->count() > 0; })) {
    arguments.password = std::move(password);
  }
  Folder folder(arguments.folder);
  Outcome failed = folder.Load();
  if (!failed) {
    failed = command(folder, arguments);
  }
  if (failed) {
    fmt::print(stderr, "ERROR: {}\n", failed->message);
    return failed->status;
  }
  return kOk;
}

}  // namespace pkigate::cli
