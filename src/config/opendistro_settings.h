// SPDX-License-Identifier: Apache-2.0
//
// The security plugin's part of elasticsearch.yml or opensearch.yml (docs/spec/opendistro.md,
// section 1).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/dialect_files.h"
#include "config/settings_reader.h"
#include "identity/dialect.h"

namespace pkigate::config {

// The settings under the plugin's prefix: `opendistro_security.`, in OpenSearch `plugins.security.`
// with the former as fallback (the newer spelling wins).
class OpendistroSettings {
 public:
  // Borrows `reader`.
  OpendistroSettings(SettingsReader& reader, Dialect dialect)
      : reader_(reader), dialect_(dialect) {}

  SettingsReader& reader() { return reader_; }
  Dialect dialect() const { return dialect_; }

  // The full key that the setting `name` is to be read from; both spellings are known from now on.
  std::string Key(std::string_view name);
  // All settings whose name begins with `prefix`, known from now on: what follows it -> full key.
  std::map<std::string, std::string> KeysBelow(std::string_view prefix);
  // The same without asking for them.
  void TakePrefix(std::string_view prefix);
  // Reports every setting of the plugin that is not known.
  void ReportUnknown();

 private:
  SettingsReader& reader_;
  const Dialect dialect_;
};

// What the node settings say beside TLS.
struct OpendistroNode {
  std::vector<policy::AdminDn> admin_dns;
  std::map<std::string, policy::ImpersonationModel> impersonation;
  policy::RolesMappingResolution resolution = policy::RolesMappingResolution::kMappingOnly;
  int64_t cache_ttl_seconds = 60 * 60;
  bool load_static_resources = true;
  bool disable_anonymous = false;            // whatever config.yml says
  bool disable_rest_auth_initially = false;  // makes disable_rest_auth of config.yml count
};

// Reads all settings of the plugin but those of TLS, refusing by name what a gateway cannot do
// without weakening what the setting is for.
OpendistroNode ReadOpendistroNode(OpendistroSettings& settings);

}  // namespace pkigate::config
