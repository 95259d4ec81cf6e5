// SPDX-License-Identifier: Apache-2.0
//
// Which realms elasticsearch.yml configures, and of which type: the flat form of 5.x and 6.x
// (`realms.NAME.type: pki`) and the typed one since 7.x (`realms.pki.NAME.…`), found out realm by
// realm (X-SET-1 to X-SET-7, X-SET-32). What their keys say is xpack_realms.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/source_line.h"
#include "config/settings_reader.h"

namespace pkigate::config {

// Whether the file is written for 5.x and 6.x (flat realms, xpack.ssl) or for 7.x and later: a few
// things that were tolerated became errors (X-TLS-1).
enum class XpackForm : uint8_t { kFlat, kTyped };

XpackForm FormOf(const SettingsTree& tree);

// One realm of the file.
struct XpackRealmEntry {
  std::string name;
  std::string type;
  std::string prefix;  // of its keys, with the final dot
  SourceLine where;
};

// The realms of the file, in its order, their types known to the product. Problems go to the
// reader's diagnostics.
std::vector<XpackRealmEntry> ListXpackRealms(SettingsReader& settings);

// A type of the product that pkigate does not have (X-DEC-4).
bool IsForeignRealmType(std::string_view type);

}  // namespace pkigate::config
