// SPDX-License-Identifier: Apache-2.0
//
// DnLikeness: how a DN that somebody wrote differs from the one a certificate has, when the two
// mean the same and are not the same text: RDNs the other way round, `E=` for `EMAILADDRESS=`,
// letters, blanks. For explaining why a rule does not match; nothing is decided by it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pkigate::x509 {

struct DnDifference {
  enum class Order { kSame, kReversed, kOther };
  Order order = Order::kSame;
  // Attribute types spelled otherwise: as written, as the certificate's DN has it.
  std::vector<std::pair<std::string, std::string>> types;
  bool letter_case = false;  // upper and lower case, in types or values
  bool spacing = false;      // blanks, quotes, escapes or slashes: only the text differs
};

class DnLikeness {
 public:
  // `actual` in the form of the dialect; like nothing if it is no DN.
  explicit DnLikeness(std::string_view actual);

  // Nothing: `written` is no DN, or another one. The same text differs in nothing. Reads OpenSSL's
  // old form, `/C=US/CN=a`, too.
  std::optional<DnDifference> To(std::string_view written) const;

  // Equal for DNs that are alike, whatever their order and spelling; nothing for what is no DN.
  static std::optional<std::string> KeyOf(std::string_view text);

  // The actual DN stands somewhere below `written`, which is not empty.
  bool IsBelow(std::string_view written) const;

  // `pattern`, with attribute types spelled as the actual DN spells the same ones.
  std::string WithTypesOf(std::string_view pattern) const;

  // Whether `text` is the value of one of its attributes; the case of letters is ignored.
  bool HasValue(std::string_view text) const;

 private:
  struct Part {
    std::string oid;    // of the type; the type itself in lower case where it is not known
    std::string type;   // as written
    std::string value;  // as written
    std::string plain;  // in lower case, without superfluous blanks
  };
  using Rdn = std::vector<Part>;  // sorted by oid and plain value

  static std::optional<std::vector<Rdn>> Read(std::string_view text);
  static bool Same(const Rdn& a, const Rdn& b);
  static std::vector<const Rdn*> Sorted(const std::vector<Rdn>& rdns);

  std::string actual_;
  std::vector<Rdn> rdns_;
};

}  // namespace pkigate::x509
