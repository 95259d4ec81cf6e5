// SPDX-License-Identifier: Apache-2.0
//
// JSON Web Tokens in compact form (RFC 7519, RFC 7515), checked against keys that are known
// beforehand:
//
//   base64url(header) "." base64url(claims) "." base64url(signature)
//
// Strict: base64url without padding or stray bits; header and claims are one JSON object each, of
// bounded size and depth, UTF-8, no name twice; `crit`, `zip` and `b64` are refused because nothing
// of theirs is understood; algorithms are those of x509::VerificationKey, so `none` is none.
// Nothing of a token is believed, nor its claims looked at, before its signature is right.
//
// Fuzzed by tests/fuzz/jwt_fuzz.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "x509/verification_key.h"

namespace pkigate::identity {

struct JwtClaim {
  enum class Kind : uint8_t {
    kNull,
    kText,
    kScalar,  // a number or a boolean
    kTexts,   // an array of texts
    kOther,   // another array, or an object
  };
  std::string name;
  Kind kind = Kind::kNull;
  std::string text;                // kText, and any other kind as Java would print it, roughly
  std::vector<std::string> texts;  // kTexts
  std::optional<double> number;    // kScalar, of a number
};

struct JwtClaims {
  std::vector<JwtClaim> list;  // names are unique

  // Null when there is none of that name, or it is null.
  const JwtClaim* Find(std::string_view name) const;
};

// The claims of a token that one of `keys` has signed. Fails with `jwt_malformed`, `jwt_algorithm`
// (unknown, or not one of any key), `jwt_signature`; the message holds nothing of the token.
Result<JwtClaims> VerifyJwt(std::string_view token, std::span<const x509::VerificationKey> keys);

struct JwtExpectations {
  int64_t now_unix = 0;
  int64_t clock_skew_seconds = 0;
  std::vector<std::string> audiences;  // one of them; empty: any
  std::string issuer;                  // empty: any
};

// Whether a token with these claims is for us and for now: `exp`, `nbf`, `aud`, `iss`. Fails with
// `jwt_expired`, `jwt_not_yet`, `jwt_audience`, `jwt_issuer`, or `jwt_malformed` where one of the
// times is no number.
Status CheckJwtClaims(const JwtClaims& claims, const JwtExpectations& expected);

// The key that `signing_key` of config.yml stands for: a public key as PEM or as Base64 of its DER,
// else a secret as Base64. Fails with `signing_key`; the message holds nothing of the key.
Result<x509::VerificationKey> ReadSigningKey(std::string_view text);

}  // namespace pkigate::identity
