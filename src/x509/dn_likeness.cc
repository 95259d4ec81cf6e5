// SPDX-License-Identifier: Apache-2.0
#include "x509/dn_likeness.h"

#include <algorithm>
#include <tuple>

#include "base/ascii.h"
#include "base/hex.h"
#include "x509/attribute_names.h"
#include "x509/ldap_name.h"
#include "x509/unicode_case.h"

namespace pkigate::x509 {

namespace {

constexpr bool IsTypeCharacter(char c) {
  return IsAsciiAlpha(c) || IsAsciiDigit(c) || c == '.' || c == '-';
}

std::string Plain(std::string_view value) {
  std::string plain;
  for (const char c : TrimBlanks(value)) {
    if (c != ' ' || plain.back() != ' ') {
      plain += c;
    }
  }
  return ToSimpleLowerCase(plain);
}

// `/C=US/O=a, b/CN=x` as `C=US,O=a\, b,CN=x`; another text as it is.
std::string WithoutSlashes(std::string_view text) {
  if (!text.starts_with('/') || text.find('=') == std::string_view::npos) {
    return std::string(text);
  }
  std::string commas;
  for (size_t index = 1; index < text.size(); ++index) {
    const char c = text[index];
    if (c == '/') {
      size_t end = index + 1;
      while (end < text.size() && IsTypeCharacter(text[end])) {
        ++end;
      }
      // A slash that no `type=` follows is part of a value.
      commas += end > index + 1 && end < text.size() && text[end] == '=' ? ',' : '/';
      continue;
    }
    if (c == ',' || c == '+' || c == ';' || c == '"' || c == '\\') {
      commas += '\\';
    }
    commas += c;
  }
  return commas;
}

}  // namespace

DnLikeness::DnLikeness(std::string_view actual) : actual_(actual) {
  if (auto rdns = Read(actual)) {
    rdns_ = *std::move(rdns);
  }
}

std::optional<std::vector<DnLikeness::Rdn>> DnLikeness::Read(std::string_view text) {
  if (text.find('=') == std::string_view::npos) {
    return std::nullopt;
  }
  const Result<LdapName> name = LdapName::Parse(WithoutSlashes(text));
  if (!name.ok()) {
    return std::nullopt;
  }
  std::vector<Rdn> rdns;
  for (const LdapName::Rdn& rdn : name->rdns()) {
    Rdn& read = rdns.emplace_back();
    for (const LdapName::Part& part : rdn) {
      const std::string value =
          part.is_binary
              ? "#" +
                    ToHex({reinterpret_cast<const uint8_t*>(part.value.data()), part.value.size()})
              : part.value;
      read.push_back({OidOfTypeName(part.type), part.type, value, Plain(value)});
    }
    std::sort(read.begin(), read.end(), [](const Part& a, const Part& b) {
      return std::tie(a.oid, a.plain) < std::tie(b.oid, b.plain);
    });
  }
  return rdns;
}

bool DnLikeness::Same(const Rdn& a, const Rdn& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Part& x, const Part& y) {
    return x.oid == y.oid && x.plain == y.plain;
  });
}

std::vector<const DnLikeness::Rdn*> DnLikeness::Sorted(const std::vector<Rdn>& rdns) {
  std::vector<const Rdn*> sorted;
  for (const Rdn& rdn : rdns) {
    sorted.push_back(&rdn);
  }
  std::sort(sorted.begin(), sorted.end(), [](const Rdn* a, const Rdn* b) {
    return std::lexicographical_compare(
        a->begin(), a->end(), b->begin(), b->end(), [](const Part& x, const Part& y) {
          return std::tie(x.oid, x.plain) < std::tie(y.oid, y.plain);
        });
  });
  return sorted;
}

std::optional<DnDifference> DnLikeness::To(std::string_view written) const {
  if (rdns_.empty()) {
    return std::nullopt;
  }
  DnDifference difference;
  if (written == actual_) {
    return difference;
  }
  const std::optional<std::vector<Rdn>> other = Read(written);
  if (!other.has_value() || other->size() != rdns_.size()) {
    return std::nullopt;
  }
  const std::vector<const Rdn*> ours = Sorted(rdns_);
  const std::vector<const Rdn*> theirs = Sorted(*other);
  const auto same = [](const Rdn* a, const Rdn* b) { return Same(*a, *b); };
  if (!std::equal(ours.begin(), ours.end(), theirs.begin(), same)) {
    return std::nullopt;
  }
  if (!std::equal(rdns_.begin(), rdns_.end(), other->begin(), Same)) {
    difference.order = std::equal(rdns_.begin(), rdns_.end(), other->rbegin(), Same)
                           ? DnDifference::Order::kReversed
                           : DnDifference::Order::kOther;
  }
  for (size_t rdn = 0; rdn < ours.size(); ++rdn) {
    for (size_t index = 0; index < ours[rdn]->size(); ++index) {
      const Part& our = (*ours[rdn])[index];
      const Part& their = (*theirs[rdn])[index];
      if (!EqualsIgnoringCase(our.type, their.type)) {
        difference.types.emplace_back(their.type, our.type);
      } else if (our.type != their.type) {
        difference.letter_case = true;
      }
      if (our.value != their.value) {
        (ToSimpleLowerCase(our.value) == ToSimpleLowerCase(their.value) ? difference.letter_case
                                                                        : difference.spacing) =
            true;
      }
    }
  }
  if (difference.order == DnDifference::Order::kSame && difference.types.empty() &&
      !difference.letter_case) {
    difference.spacing = true;
  }
  return difference;
}

std::optional<std::string> DnLikeness::KeyOf(std::string_view text) {
  const std::optional<std::vector<Rdn>> rdns = Read(text);
  if (!rdns.has_value() || rdns->empty()) {
    return std::nullopt;
  }
  // NUL ends a value and 1 an RDN: no two lists give the same bytes unless a value holds these.
  std::string key;
  for (const Rdn* rdn : Sorted(*rdns)) {
    for (const Part& part : *rdn) {
      key += part.oid + '=' + part.plain + '\0';
    }
    key += '\1';
  }
  return key;
}

bool DnLikeness::IsBelow(std::string_view written) const {
  const std::optional<std::vector<Rdn>> above = Read(written);
  return above.has_value() && !above->empty() && above->size() < rdns_.size() &&
         std::equal(above->rbegin(), above->rend(), rdns_.rbegin(), Same);
}

std::string DnLikeness::WithTypesOf(std::string_view pattern) const {
  std::string spelled;
  size_t index = 0;
  while (index < pattern.size()) {
    const size_t begin = index;
    while (index < pattern.size() && IsTypeCharacter(pattern[index])) {
      ++index;
    }
    std::string_view word = pattern.substr(begin, index - begin);
    const bool is_type = !word.empty() && index < pattern.size() && pattern[index] == '=';
    if (is_type) {
      for (const Rdn& rdn : rdns_) {
        for (const Part& part : rdn) {
          if (part.oid == OidOfTypeName(word)) {
            word = part.type;
          }
        }
      }
    }
    spelled += word;
    if (index < pattern.size()) {
      spelled += pattern[index++];
    }
  }
  return spelled;
}

bool DnLikeness::HasValue(std::string_view text) const {
  const std::string plain = Plain(text);
  return std::any_of(rdns_.begin(), rdns_.end(), [&](const Rdn& rdn) {
    return std::any_of(rdn.begin(), rdn.end(),
                       [&](const Part& part) { return part.plain == plain; });
  });
}

}  // namespace pkigate::x509
