// SPDX-License-Identifier: Apache-2.0
//
// Role mappings as a large site might have them, the same number in both dialects: of 100 mappings
// 90 name one DN, 9 are wildcards at one end or the other, and one is a regular expression. One
// user, of whom one mapping of each kind is true (of the ten of the smallest set: one exact DN).
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "roles/opendistro_mapping.h"
#include "roles/xpack_mapping.h"

namespace pkigate::bench {

// As both dialects write the DN of the user: no blanks after commas is what Open Distro has, and to
// X-Pack's rules it is the same DN.
inline constexpr char kUserDn[] = "CN=user-0,OU=team-90,O=Example,C=DE";
// X-Pack's text of it.
inline constexpr char kUserDnJdk[] = "CN=user-0, OU=team-90, O=Example, C=DE";

enum class MappingKind : uint8_t { kExact, kPrefix, kSuffix, kRegex };

inline MappingKind KindOf(size_t index) {
  const size_t place = index % 100;
  if (place < 90) {
    return MappingKind::kExact;
  }
  if (place == 99) {
    return MappingKind::kRegex;
  }
  return place % 2 == 0 ? MappingKind::kSuffix : MappingKind::kPrefix;
}

// Number 90, the first suffix, and number 99, the first regular expression, are the user's; so is
// the prefix of number 91.
inline std::string TextOf(size_t index) {
  switch (KindOf(index)) {
    case MappingKind::kExact:
      return fmt::format("CN=user-{},OU=team-{},O=Example,C=DE", index, index == 0 ? 90 : index);
    case MappingKind::kPrefix:
      return fmt::format("CN=user-{}*", index == 91 ? "0" : fmt::format("{}-", index));
    case MappingKind::kSuffix:
      return fmt::format("*,OU=team-{},O=Example,C=DE", index);
    case MappingKind::kRegex:
      return fmt::format("/CN=(user|service)-[0-9]{{1,3}}, *OU=team-{}, *.+/",
                         index == 99 ? "(x|90)" : fmt::format("(x|{}0)", index));
  }
  return {};
}

inline roles::XpackMappings XpackMix(size_t num_mappings) {
  roles::XpackMappings mappings;
  for (size_t index = 0; index < num_mappings; ++index) {
    roles::XpackMapping mapping;
    mapping.name = fmt::format("mapping-{}", index);
    mapping.enabled = true;
    mapping.roles = {fmt::format("role-{}", index)};
    mapping.rules.kind = roles::Rule::Kind::kField;
    mapping.rules.field = "dn";
    mapping.rules.values = {TextOf(index)};
    std::string name = mapping.name;
    mappings[name] = std::make_shared<const roles::XpackMapping>(std::move(mapping));
  }
  return mappings;
}

inline roles::OpendistroMappings OpendistroMix(size_t num_mappings) {
  roles::OpendistroMappings mappings;
  for (size_t index = 0; index < num_mappings; ++index) {
    roles::OpendistroMapping mapping;
    mapping.users = {TextOf(index)};
    mappings[fmt::format("role-{}", index)] =
        std::make_shared<const roles::OpendistroMapping>(std::move(mapping));
  }
  return mappings;
}

}  // namespace pkigate::bench
