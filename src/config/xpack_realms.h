// SPDX-License-Identifier: Apache-2.0
//
// What the realms of elasticsearch.yml say (docs/spec/xpack.md, 1.2 and 1.3).
#pragma once

#include <vector>

#include "config/dialect_files.h"
#include "config/key_files.h"
#include "config/settings_reader.h"
#include "config/users_file.h"

namespace pkigate::config {

struct XpackRealms {
  std::vector<policy::XpackRealmModel> pki;  // in the file's order; disabled ones, too
  std::vector<identity::PasswordRealmModel> passwords;
  identity::PasswordUsers reserved_users;
  bool any_pki_enabled = false;
};

// Every realm of the file, with its trust, its mapping file and its users; the two default ones
// when it has none (X-SET-33). Problems go to the reader's diagnostics.
XpackRealms ReadXpackRealms(SettingsReader& settings, KeyFiles& files,
                            const DialectFilesInput& input,
                            const identity::ReservedUserNames& reserved);

}  // namespace pkigate::config
