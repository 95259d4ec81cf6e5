// SPDX-License-Identifier: Apache-2.0
//
// The frame of every security document of Open Distro: a mapping with `_meta`, which says what kind
// of document it is (docs/spec/opendistro.md, section 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "config/yaml_document.h"

namespace pkigate::config {

// The document in the file `path`, whose `_meta` must say `type` and version 2; nothing, reported,
// when there is none. Its entries are the others.
std::optional<YamlNode> ReadOpendistroDocument(const std::string& path, std::string_view type,
                                               Diagnostics& diagnostics);

}  // namespace pkigate::config
