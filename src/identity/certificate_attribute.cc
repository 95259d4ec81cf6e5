// SPDX-License-Identifier: Apache-2.0
#include "identity/certificate_attribute.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/ascii.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "x509/oid.h"
#include "x509/rfc4514_form.h"

namespace pkigate::identity {

namespace {

constexpr std::string_view kDn = "dn:";
constexpr std::string_view kSan = "san:";

struct Kind {
  std::string_view name;
  x509::SanType type;
};
constexpr Kind kKinds[] = {
    {"otherName", x509::SanType::kOtherName},
    {"rfc822Name", x509::SanType::kRfc822Name},
    {"dNSName", x509::SanType::kDnsName},
    {"x400Address", x509::SanType::kX400Address},
    {"directoryName", x509::SanType::kDirectoryName},
    {"ediPartyName", x509::SanType::kEdiPartyName},
    {"uniformResourceIdentifier", x509::SanType::kUniformResourceIdentifier},
    {"iPAddress", x509::SanType::kIpAddress},
    {"registeredID", x509::SanType::kRegisteredId},
};

// IPv4 dotted, IPv6 as Java writes it: eight groups, nothing left out.
std::optional<std::string> AddressText(std::span<const uint8_t> bytes) {
  std::string text;
  if (bytes.size() == 4) {
    return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
  }
  if (bytes.size() != 16) {
    return std::nullopt;
  }
  for (size_t at = 0; at < bytes.size(); at += 2) {
    text += fmt::format("{}{:x}", at == 0 ? "" : ":", bytes[at] * 256U + bytes[at + 1]);
  }
  return text;
}

std::optional<std::string> TextOf(const x509::SubjectAlternativeName& name) {
  switch (name.type) {
    case x509::SanType::kRfc822Name:
    case x509::SanType::kDnsName:
    case x509::SanType::kUniformResourceIdentifier: {
      std::string text(name.value.begin(), name.value.end());
      return IsUtf8(text) ? std::optional(std::move(text)) : std::nullopt;
    }
    case x509::SanType::kIpAddress:
      return AddressText(name.value);
    case x509::SanType::kDirectoryName: {
      const Result<x509::Name> parsed = x509::Name::FromDer(name.value);
      return parsed.ok() ? std::optional(x509::Rfc4514Form(*parsed)) : std::nullopt;
    }
    case x509::SanType::kRegisteredId:
      return x509::DottedOid(name.value);
    case x509::SanType::kOtherName:
    case x509::SanType::kX400Address:
    case x509::SanType::kEdiPartyName:
      return std::nullopt;  // bytes upstream, too
  }
  return std::nullopt;
}

// Whether `*` in `glob` can stand for something that makes it `text`. Goes back to the last star
// only, which is enough: linear for each star.
bool GlobMatches(std::string_view glob, std::string_view text) {
  size_t in_glob = 0;
  size_t in_text = 0;
  size_t star = std::string_view::npos;
  size_t star_text = 0;
  while (in_text < text.size()) {
    if (in_glob < glob.size() && glob[in_glob] == '*') {
      star = in_glob++;
      star_text = in_text;
    } else if (in_glob < glob.size() && glob[in_glob] == AsciiLower(text[in_text])) {
      ++in_glob;
      ++in_text;
    } else if (star != std::string_view::npos) {
      in_glob = star + 1;
      in_text = ++star_text;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', in_glob) == std::string_view::npos;
}

// At most `size` bytes, without part of a character.
std::string CutTo(std::string text, size_t size) {
  if (text.size() > size) {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
      --size;
    }
    text.resize(size);
  }
  return text;
}

}  // namespace

Result<CertificateAttribute> CertificateAttribute::Parse(std::string_view text, Dialect dialect) {
  CertificateAttribute made;
  made.text_ = text;
  made.type_ = text;
  if (dialect != Dialect::kOpensearch) {
    return made;
  }
  if (text.starts_with(kDn)) {
    made.type_ = text.substr(kDn.size());
    return made;
  }
  if (!text.starts_with(kSan)) {
    return made;
  }
  const std::string_view rest = text.substr(kSan.size());
  const size_t colon = rest.find(':');
  const std::string_view word = rest.substr(0, colon);
  const auto* kind = std::ranges::find_if(
      kKinds, [&](const Kind& known) { return EqualsIgnoringCase(known.name, word); });
  if (kind == std::end(kKinds)) {
    return MakeError("attribute", "`{}` is no kind of subject alternative name", word);
  }
  made.san_ = kind->type;
  if (colon == std::string_view::npos) {
    return made;
  }
  const std::string_view glob = rest.substr(colon + 1);
  const bool is_regex = glob.size() > 1 && glob.front() == '/' && glob.back() == '/';
  if (glob.empty() || is_regex || glob.find('?') != std::string_view::npos) {
    return MakeError("attribute", "`{}` is no text with `*` as its only wildcard", glob);
  }
  made.san_glob_ = ToAsciiLower(glob);
  return made;
}

x509::DnAttributeValues CertificateAttribute::ValuesOf(std::string_view principal,
                                                       const x509::Certificate* leaf,
                                                       x509::MultiValuedRdn multi_valued) const {
  if (!san_.has_value()) {
    return x509::OpendistroAttributeValues(principal, type_, multi_valued);
  }
  x509::DnAttributeValues found;
  if (leaf == nullptr) {
    return found;
  }
  for (const x509::SubjectAlternativeName& name : leaf->subject_alternative_names) {
    if (name.type != *san_ || found.values.size() == limits::kSanMatchesMax) {
      continue;
    }
    std::optional<std::string> text = TextOf(name);
    if (text.has_value() && (!san_glob_.has_value() || GlobMatches(*san_glob_, *text))) {
      found.values.push_back(CutTo(*std::move(text), limits::kSanMatchBytesMax));
    }
  }
  return found;
}

}  // namespace pkigate::identity
