// SPDX-License-Identifier: Apache-2.0
//
// Stored password hashes, by prefix (docs/spec/xpack.md, X-FILE-6):
//
//   $2a$ $2b$ $2y$     bcrypt: `$2a$<cost, 2 digits>$<22 characters salt><31 characters hash>`
//   {PBKDF2}           `<iterations>$<base64 salt>$<base64 of 32 bytes>`, HMAC-SHA512
//   {PBKDF2_STRETCH}   the same over the lower-case hex of the password's SHA-512
//   {SHA} {MD5}        base64 of the digest, unsalted
//   {SSHA256}          12 characters base64 of an 8-byte salt, base64 of SHA-256(password, salt)
//
// Nothing else is a hash; X-Pack would take it for the password itself, we do not (X-DEC-7).
//
// bcrypt reads 72 bytes of a password and no more. Elasticsearch, Open Distro and OpenSearch let
// longer passwords be cut there, and so do we: who has one can log in as before, and anybody who
// knows its first 72 bytes, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pkigate::identity {

// `stored` has one of the forms above, within limits (base/limits.h): so PasswordMatches can work
// with it, and for how long is bounded. Fails with `password_hash`; the message holds nothing of
// `stored` but its kind.
Status CheckPasswordHash(std::string_view stored);
// The same for bcrypt alone, the one form of Open Distro.
Status CheckBcryptHash(std::string_view stored);

// `password` belongs to `stored`. Takes as long as the hash was made to: 50 ms for bcrypt at its
// default cost. A password that is longer than limits::kPasswordBytesMax or holds a NUL is wrong,
// as every password is for a `stored` that is no hash. The time does not tell how much of it was
// right.
bool PasswordMatches(std::string_view stored, std::string_view password);

// How new passwords are hashed: xpack.security.authc.password_hashing.algorithm.
struct PasswordHashing {
  enum class Kind : uint8_t { kBcrypt, kPbkdf2, kPbkdf2Stretch };
  Kind kind = Kind::kBcrypt;
  uint32_t work = 10;  // bcrypt: cost; PBKDF2: iterations
};

// `bcrypt`, `bcrypt4` to `bcrypt14`, `pbkdf2`, `pbkdf2_1000`, `pbkdf2_stretch`, ... as upstream
// names them, in any case; nothing for another name.
std::optional<PasswordHashing> PasswordHashingNamed(std::string_view name);

// A hash of `password` under a fresh salt. Fails with `password` on one that PasswordMatches would
// refuse.
Result<std::string> HashPassword(const PasswordHashing& hashing, std::string_view password);

}  // namespace pkigate::identity
