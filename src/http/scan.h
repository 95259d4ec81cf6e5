// SPDX-License-Identifier: Apache-2.0
//
// Finds the first byte that ends something: a name, a line, a request target. These four scans see
// every byte of every head, so they look at 16 or 32 bytes at a time: AVX2 where the processor has
// it (asked once, at start), SSE elsewhere, and a plain loop that says the same in one line each.
// The three are held against each other by tests/unit/http/scan_test.cc.
//
// Membership of an ASCII set is two table look-ups per byte: the low nibble gives a mask of the
// high nibbles with which it is in the set, the high nibble its own bit; `and` tells. Bytes from
// 0x80 up are in no set.
//
// All scans may read (not use) up to kPaddingBytes behind `end`.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace pkigate::http {

inline constexpr size_t kPaddingBytes = 64;

using ScanFunction = const char* (*)(const char* begin, const char* end);

struct ScanFunctions {
  const char* name;             // "scalar", "sse", "avx2"
  ScanFunction find_control;    // first control character but HTAB
  ScanFunction find_non_token;  // first byte that no token (RFC 9110, 5.6.2) holds
  ScanFunction find_non_path;   // first byte that is no pchar (RFC 3986, 3.3) and no `/`
  ScanFunction find_non_query;  // first byte that a query may not hold, see IsQueryByte
};

// One for each way this machine can do it, the plain loop first. For tests and benchmarks.
std::array<const ScanFunctions*, 3> ScanImplementations();  // null where there is none

namespace detail {
extern const ScanFunctions* const kScan;
}

// Each returns `end` when there is no such byte.
inline const char* FindControl(const char* begin, const char* end) {
  return detail::kScan->find_control(begin, end);
}
inline const char* FindNonToken(const char* begin, const char* end) {
  return detail::kScan->find_non_token(begin, end);
}
inline const char* FindNonPath(const char* begin, const char* end) {
  return detail::kScan->find_non_path(begin, end);
}
inline const char* FindNonQuery(const char* begin, const char* end) {
  return detail::kScan->find_non_query(begin, end);
}

// --- the sets -----------------------------------------------------------------------------------

constexpr bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

constexpr bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

constexpr bool IsTokenByte(char c) {
  return IsAlphanumeric(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

constexpr bool IsPathByte(char c) {
  return IsAlphanumeric(c) ||
         (c != '\0' && std::string_view("-._~%!$&'()*+,;=:@/").find(c) != std::string_view::npos);
}

// Beyond the grammar (pchar, `/`, `?`) these: browsers and curl leave them as they are in a query
// (`?q=age:>10`, `?filter_path=*.{a,b}`), and no recipient takes them for a delimiter. A backslash,
// which some take for a slash, and `#` are not among them.
constexpr bool IsQueryByte(char c) {
  return IsPathByte(c) ||
         (c != '\0' && std::string_view("?\"<>[]^`{|}").find(c) != std::string_view::npos);
}

}  // namespace pkigate::http
