// SPDX-License-Identifier: Apache-2.0
#include "policy/lint_values.h"

#include <fmt/format.h>

#include <optional>

#include "base/ascii.h"
#include "x509/dn_likeness.h"
#include "x509/unicode_case.h"

namespace pkigate::policy {

bool CanMatchInsideValue(std::string_view pattern) {
  for (size_t equals = pattern.find('='); equals != std::string_view::npos;
       equals = pattern.find('=', equals + 1)) {
    size_t begin = equals;
    while (begin > 0 && (IsAsciiAlpha(pattern[begin - 1]) || IsAsciiDigit(pattern[begin - 1]))) {
      --begin;
    }
    // `*CN=`, `/.*CN=`: nothing says that the type begins an RDN.
    if (begin < equals && begin > 0 && pattern[begin - 1] == '*') {
      return true;
    }
  }
  return false;
}

void AlikeValues::Add(std::string_view field, const std::string& value, const ValuePlace& place,
                      std::vector<Finding>* findings) {
  const std::optional<std::string> dn_key = x509::DnLikeness::KeyOf(value);
  const std::string common =
      fmt::format("{}:{}", field, dn_key.has_value() ? *dn_key : x509::ToSimpleLowerCase(value));
  const auto [seen, added] = seen_.try_emplace(common, Seen{value, place.key});
  if (added || !differs_(seen->second.value, value)) {
    return;
  }
  findings->push_back(
      {.severity = Finding::Severity::kWarning,
       .code = lint::kAlike,
       .where = place.where,
       .key = place.key,
       .what = fmt::format("'{}' is alike '{}' of {}", value, seen->second.value, seen->second.key),
       .why = "they differ only in case, order or spelling, and are not the same to the gateway",
       .to_do = "write both as `pkigate explain` prints the name for a certificate"});
}

}  // namespace pkigate::policy
