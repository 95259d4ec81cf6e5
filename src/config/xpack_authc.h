// SPDX-License-Identifier: Apache-2.0
//
// What elasticsearch.yml says about authentication besides the realms: anonymous access, run-as,
// the reserved realm (docs/spec/xpack.md, 1.5).
#pragma once

#include "config/settings_reader.h"
#include "policy/model.h"

namespace pkigate::config {

void ReadXpackAuthc(SettingsReader& settings, policy::XpackModel* model);

}  // namespace pkigate::config
