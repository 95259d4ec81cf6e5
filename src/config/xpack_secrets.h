// SPDX-License-Identifier: Apache-2.0
//
// Which secure settings X-Pack has, and what is wrong with others.
#pragma once

#include "config/secure_settings.h"
#include "config/settings_tree.h"

namespace pkigate::config {

// Reports secrets of realms that have no other setting in `plain` (X-SET-8), and those that are no
// settings. Known without effect are those of realms that are no pki realms.
void CheckXpackSecrets(const SettingsTree& plain, SecureSettings& secrets);

}  // namespace pkigate::config
