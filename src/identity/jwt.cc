// SPDX-License-Identifier: Apache-2.0
#include "identity/jwt.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/limits.h"

namespace pkigate::identity {

namespace {

namespace dom = simdjson::dom;

Error Malformed(std::string_view what) { return MakeError("jwt_malformed", "{}", what); }

// RFC 4648, section 5, without padding, in its one canonical form. Nothing for anything else.
std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  unsigned num_bits = 0;
  for (const char c : text) {
    uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<uint32_t>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<uint32_t>(c - 'a') + 26;
    } else if (IsAsciiDigit(c)) {
      value = static_cast<uint32_t>(c - '0') + 52;
    } else if (c == '-' || c == '_') {
      value = c == '-' ? 62 : 63;
    } else {
      return std::nullopt;
    }
    bits = bits << 6 | value;
    num_bits += 6;
    if (num_bits >= 8) {
      num_bits -= 8;
      bytes += static_cast<char>(bits >> num_bits & 0xFF);
    }
  }
  // What is left over is nothing but padding of the last byte.
  const bool whole = num_bits < 6 && (bits & ((1U << num_bits) - 1)) == 0;
  return whole ? std::optional(std::move(bytes)) : std::nullopt;
}

// One JSON object. The parser holds the memory that the object lies in.
class Object {
 public:
  Object() : parser_(limits::kJwtBytesMax) {}

  Status Parse(std::string_view json) {
    // The library wants the limit it was given before it parses the first time.
    if (parser_.allocate(limits::kJwtBytesMax, limits::kJwtDepthMax) != simdjson::SUCCESS ||
        parser_.parse(json.data(), json.size()).get(object_) != simdjson::SUCCESS) {
      return Malformed("no JSON object");
    }
    std::vector<std::string_view> names;
    for (const dom::key_value_pair member : object_) {
      names.push_back(member.key);
    }
    if (names.size() > limits::kJwtMembersMax) {
      return Malformed("too many members");
    }
    std::ranges::sort(names);
    if (std::ranges::adjacent_find(names) != names.end()) {
      return Malformed("a member twice");
    }
    return {};
  }
  const dom::object& members() const { return object_; }

 private:
  dom::parser parser_;
  dom::object object_;
};

struct Parts {
  std::string_view signed_text;  // header and claims as they came
  std::string header;
  std::string claims;
  std::string signature;
};

Result<Parts> Split(std::string_view token) {
  if (token.size() > limits::kJwtBytesMax) {
    return Malformed("too long");
  }
  const size_t first = token.find('.');
  const size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) {
    return Malformed("not three parts");
  }
  std::optional<std::string> header = FromBase64Url(token.substr(0, first));
  std::optional<std::string> claims = FromBase64Url(token.substr(first + 1, second - first - 1));
  std::optional<std::string> signature = FromBase64Url(token.substr(second + 1));
  if (!header.has_value() || !claims.has_value() || !signature.has_value()) {
    return Malformed("no base64url");
  }
  return Parts{token.substr(0, second), *std::move(header), *std::move(claims),
               *std::move(signature)};
}

Result<x509::SignatureAlgorithm> AlgorithmOf(std::string_view header) {
  Object object;
  PKIGATE_TRY_STATUS(object.Parse(header));
  std::string_view alg;
  for (const dom::key_value_pair member : object.members()) {
    if (member.key == "crit" || member.key == "zip" || member.key == "b64") {
      return Malformed("an extension that is not supported");
    }
    if (member.key == "alg" && member.value.get(alg) != simdjson::SUCCESS) {
      return Malformed("alg is no text");
    }
  }
  const std::optional<x509::SignatureAlgorithm> known = x509::SignatureAlgorithmNamed(alg);
  if (!known.has_value()) {
    return MakeError("jwt_algorithm", "an algorithm that is not supported");
  }
  return *known;
}

JwtClaim ClaimOf(const dom::key_value_pair& member) {
  JwtClaim claim;
  claim.name = member.key;
  std::string_view text;
  dom::array array;
  double number = 0;
  switch (member.value.type()) {
    case dom::element_type::NULL_VALUE:
      claim.text = "null";
      break;
    case dom::element_type::STRING:
      claim.kind = JwtClaim::Kind::kText;
      claim.text = member.value.get(text) == simdjson::SUCCESS ? text : std::string_view();
      break;
    case dom::element_type::ARRAY:
      claim.kind = JwtClaim::Kind::kTexts;
      if (member.value.get(array) == simdjson::SUCCESS) {
        for (const dom::element element : array) {
          if (element.get(text) != simdjson::SUCCESS) {
            claim.kind = JwtClaim::Kind::kOther;
            break;
          }
          claim.texts.emplace_back(text);
        }
      }
      claim.text = claim.kind == JwtClaim::Kind::kTexts
                       ? fmt::format("[{}]", fmt::join(claim.texts, ", "))
                       : simdjson::minify(member.value);
      break;
    case dom::element_type::OBJECT:
      claim.kind = JwtClaim::Kind::kOther;
      claim.text = simdjson::minify(member.value);
      break;
    default:
      claim.kind = JwtClaim::Kind::kScalar;
      claim.text = simdjson::minify(member.value);
      if (member.value.get(number) == simdjson::SUCCESS) {
        claim.number = number;
      }
      break;
  }
  return claim;
}

// A time; nothing when the token has none.
Result<std::optional<double>> TimeOf(const JwtClaims& claims, std::string_view name) {
  const JwtClaim* claim = claims.Find(name);
  if (claim == nullptr) {
    return std::optional<double>();
  }
  if (!claim->number.has_value()) {
    return Malformed("a time that is no number");
  }
  return claim->number;
}

}  // namespace

const JwtClaim* JwtClaims::Find(std::string_view name) const {
  const auto found = std::ranges::find(list, name, &JwtClaim::name);
  return found == list.end() || found->kind == JwtClaim::Kind::kNull ? nullptr : &*found;
}

Result<JwtClaims> VerifyJwt(std::string_view token, std::span<const x509::VerificationKey> keys) {
  const Parts parts = PKIGATE_TRY(Split(token));
  const x509::SignatureAlgorithm algorithm = PKIGATE_TRY(AlgorithmOf(parts.header));
  const std::span<const uint8_t> signature(reinterpret_cast<const uint8_t*>(parts.signature.data()),
                                           parts.signature.size());
  const bool right = std::ranges::any_of(keys, [&](const x509::VerificationKey& key) {
    return key.Verifies(algorithm, parts.signed_text, signature);
  });
  if (!right) {
    return MakeError("jwt_signature", "not signed by a key of ours");
  }
  Object object;
  PKIGATE_TRY_STATUS(object.Parse(parts.claims));
  JwtClaims claims;
  for (const dom::key_value_pair member : object.members()) {
    claims.list.push_back(ClaimOf(member));
  }
  return claims;
}

Status CheckJwtClaims(const JwtClaims& claims, const JwtExpectations& expected) {
  const std::optional<double> expires = PKIGATE_TRY(TimeOf(claims, "exp"));
  if (expires.has_value() &&
      static_cast<double>(expected.now_unix - expected.clock_skew_seconds) >= *expires) {
    return MakeError("jwt_expired", "expired");
  }
  const std::optional<double> begins = PKIGATE_TRY(TimeOf(claims, "nbf"));
  if (begins.has_value() &&
      static_cast<double>(expected.now_unix + expected.clock_skew_seconds) < *begins) {
    return MakeError("jwt_not_yet", "not valid yet");
  }
  if (!expected.audiences.empty()) {
    const JwtClaim* audience = claims.Find("aud");
    const auto is_ours = [&](const std::string& text) {
      return std::ranges::find(expected.audiences, text) != expected.audiences.end();
    };
    const bool ours = audience != nullptr && (audience->kind == JwtClaim::Kind::kText
                                                  ? is_ours(audience->text)
                                                  : std::ranges::any_of(audience->texts, is_ours));
    if (!ours) {
      return MakeError("jwt_audience", "for another audience");
    }
  }
  if (!expected.issuer.empty()) {
    const JwtClaim* issuer = claims.Find("iss");
    if (issuer == nullptr || issuer->kind != JwtClaim::Kind::kText ||
        issuer->text != expected.issuer) {
      return MakeError("jwt_issuer", "of another issuer");
    }
  }
  return {};
}

Result<x509::VerificationKey> ReadSigningKey(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
  constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
  if (text.size() > limits::kJwtKeyBytesMax) {
    return MakeError("signing_key", "has {} bytes, at most {} are taken", text.size(),
                     limits::kJwtKeyBytesMax);
  }
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  const bool is_pem = text.starts_with(kBegin) && text.ends_with(kEnd) &&
                      text.size() >= kBegin.size() + kEnd.size();
  if (is_pem) {
    text = text.substr(kBegin.size(), text.size() - kBegin.size() - kEnd.size());
  }
  std::string base64(text);
  // Only within PEM: a sentence in the place of a key must not become one. The stock file has such
  // a sentence, which without its blanks would be a secret that everybody knows.
  if (is_pem) {
    std::erase_if(base64, is_blank);
  }
  const std::optional<std::vector<uint8_t>> bytes = FromBase64AsJava(base64);
  if (!bytes.has_value()) {
    return MakeError("signing_key", "is neither a public key as PEM nor Base64");
  }
  Result<x509::VerificationKey> public_key = x509::VerificationKey::FromPublicKey(*bytes);
  const bool is_public_key =
      public_key.ok() || is_pem || std::string_view(public_key.error().code) != "malformed_key";
  Result<x509::VerificationKey> key =
      is_public_key ? std::move(public_key) : x509::VerificationKey::FromSecret(*bytes);
  if (!key.ok()) {
    return MakeError("signing_key", "cannot be used: {}", key.error().message);
  }
  return key;
}

}  // namespace pkigate::identity
