// SPDX-License-Identifier: Apache-2.0
//
// Random role mappings of both dialects against the plainest evaluation: one mapping at a time, one
// pattern at a time, with the matcher of reference_matcher.h and DNs as lists of pairs. Mappings
// are edited a few at a time and compiled with what is left of the compilation before, so the same
// run shows that shards are taken over, masked and merged without a trace.
//
// A case is one mapping judged for one user. PKIGATE_MAPPING_CASES says how many of each dialect
// (10,000 unless told).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "match/scratch.h"
#include "match/shard_cache.h"
#include "reference_matcher.h"
#include "roles/opendistro_role_mapper.h"
#include "roles/xpack_role_mapper.h"

namespace pkigate::roles {
namespace {

using match::Random;
using match::ReferenceNode;
using Kind = ReferenceNode::Kind;

constexpr size_t kMappings = 30;
constexpr size_t kUsersPerEdit = 10;

size_t NumCases() {
  const char* wanted = std::getenv("PKIGATE_MAPPING_CASES");
  return wanted == nullptr ? 10'000 : std::strtoull(wanted, nullptr, 10);
}

bool OneIn(Random& random, size_t count) { return random() % count == 0; }

template <typename Value>
const Value& OneOf(Random& random, const std::vector<Value>& values) {
  return values[random() % values.size()];
}

std::u32string FromUtf8(const std::string& text) {
  std::u32string characters;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte & 0xc0) == 0x80) {
      characters.back() = characters.back() << 6 | (byte & 0x3f);
    } else {
      characters.push_back(byte < 0x80 ? byte
                                       : byte & (byte < 0xe0   ? 0x1f
                                                 : byte < 0xf0 ? 0x0f
                                                               : 7));
    }
  }
  return characters;
}

std::string Mapped(std::string text, char (*map)(char)) {
  std::transform(text.begin(), text.end(), text.begin(), map);
  return text;
}

// A glob as a tree; with `escapes` a backslash takes the meaning from what follows.
ReferenceNode GlobNode(const std::string& text, bool escapes) {
  ReferenceNode all;
  all.kind = Kind::kConcat;
  const std::u32string characters = FromUtf8(text);
  for (size_t index = 0; index < characters.size(); ++index) {
    ReferenceNode node;
    node.c = characters[index];
    if (node.c == U'*') {
      node.kind = Kind::kAnyText;
    } else if (node.c == U'?') {
      node.kind = Kind::kAny;
    } else if (escapes && node.c == U'\\' && index + 1 < characters.size()) {
      node.c = characters[++index];
    }
    all.children.push_back(node);
  }
  return all;
}

bool Matches(const ReferenceNode& node, const std::string& text) {
  return match::MatchesWhole(node, FromUtf8(text));
}

std::vector<std::string> Sorted(std::vector<std::string> roles) {
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  return roles;
}

// --- X-Pack --------------------------------------------------------------------------------------

// A DN: RDNs of (type, value), whose normal forms are written down when they are made.
struct ReferenceDn {
  std::vector<std::vector<std::pair<std::string, std::string>>> rdns;

  std::vector<std::string> Normal() const {
    std::vector<std::string> normal;
    for (const auto& rdn : rdns) {
      std::set<std::string> pairs;
      for (const auto& [type, value] : rdn) {
        std::string escaped;
        for (const char c : value) {
          escaped += c == ',' ? "\\," : std::string(1, AsciiLower(c));
        }
        pairs.insert(Mapped(type, AsciiLower) + '=' + escaped);
      }
      std::string joined;
      for (const std::string& pair : pairs) {
        joined += (joined.empty() ? "" : "+") + pair;
      }
      normal.push_back(joined);
    }
    return normal;
  }
};

std::string Join(const std::vector<std::string>& parts) {
  std::string joined;
  for (const std::string& part : parts) {
    joined += (joined.empty() ? "" : ",") + part;
  }
  return joined;
}

ReferenceDn RandomDn(Random& random) {
  static const std::vector<std::string> types = {"CN", "OU", "O"};
  static const std::vector<std::string> values = {"a", "b", "ab", "a b", "A", "a,b"};
  ReferenceDn dn;
  for (size_t count = 1 + random() % 3; count > 0; --count) {
    auto& rdn = dn.rdns.emplace_back();
    for (size_t pairs = OneIn(random, 6) ? 2 : 1; pairs > 0; --pairs) {
      rdn.emplace_back(OneOf(random, types), OneOf(random, values));
    }
  }
  return dn;
}

// `blank` stands where blanks may stand; `shifted`: case changed at random.
std::string Spelled(const ReferenceDn& dn, Random& random, bool plain) {
  const auto blanks = [&] { return plain || !OneIn(random, 3) ? "" : " "; };
  const auto shifted = [&](char c) {
    return plain || OneIn(random, 2) ? c : OneIn(random, 2) ? AsciiLower(c) : AsciiUpper(c);
  };
  std::string text;
  for (const auto& rdn : dn.rdns) {
    text += text.empty() ? "" : plain ? ", " : "," + std::string(blanks());
    std::string separator;
    for (const auto& [type, value] : rdn) {
      text += separator;
      separator = blanks() + std::string("+");
      for (const char c : type) {
        text += shifted(c);
      }
      text += blanks() + std::string("=") + blanks();
      for (const char c : value) {
        text += c == ',' ? "\\," : c == ' ' && !plain ? "  " : std::string(1, shifted(c));
      }
    }
  }
  return text;
}

// What a text of a rule means.
struct Meaning {
  std::optional<ReferenceNode> pattern;  // else it is a literal
  std::optional<ReferenceDn> dn;  // that it spells, or, of `*,DN`, whose descendants it means
};

struct User {
  XpackSubject subject;
  std::optional<ReferenceDn> dn;
  std::vector<ReferenceDn> groups;
};

class XpackWorld {
 public:
  explicit XpackWorld(uint32_t seed) : random_(seed) {
    for (size_t count = 0; count < 12; ++count) {
      texts_.push_back(match::ToUtf8(match::RandomText(random_, 4)));
      dns_.push_back(RandomDn(random_));
    }
  }

  Random& random() { return random_; }

  XpackMapping MakeMapping(const std::string& name) {
    XpackMapping mapping;
    mapping.name = name;
    mapping.enabled = !OneIn(random_, 15);
    mapping.roles = {name};
    mapping.rules = MakeRule(3, false);
    return mapping;
  }

  User MakeUser() {
    User user;
    user.subject.username = OneOf(random_, texts_);
    user.subject.realm_name = OneOf(random_, texts_);
    if (!OneIn(random_, 6)) {
      user.dn = OneOf(random_, dns_);
      user.subject.dn = Spelled(*user.dn, random_, /*plain=*/true);
    }
    for (size_t count = random_() % 3; count > 0; --count) {
      user.groups.push_back(OneOf(random_, dns_));
      user.subject.groups.push_back(Spelled(user.groups.back(), random_, /*plain=*/true));
    }
    if (!OneIn(random_, 4)) {
      SubjectValue value;
      for (size_t count = random_() % 3; count > 0; --count) {
        value.push_back(MakeScalar());
      }
      user.subject.metadata.emplace_back("m", value);
    }
    return user;
  }

  bool Holds(const Rule& rule, const User& user) const {
    const auto holds = [&](const Rule& child) { return Holds(child, user); };
    switch (rule.kind) {
      case Rule::Kind::kAny:
        return std::any_of(rule.children.begin(), rule.children.end(), holds);
      case Rule::Kind::kAll:
        return std::all_of(rule.children.begin(), rule.children.end(), holds);
      case Rule::Kind::kExcept:
        return !holds(rule.children[0]);
      case Rule::Kind::kField:
        break;
    }
    return std::any_of(rule.values.begin(), rule.values.end(),
                       [&](const RuleValue& value) { return FieldIs(rule.field, value, user); });
  }

 private:
  bool FieldIs(const std::string& field, const RuleValue& value, const User& user) const {
    if (field == "dn" && user.dn.has_value()) {
      return DnIs(value, *user.dn, *user.subject.dn);
    }
    if (field == "groups") {
      for (size_t index = 0; index < user.groups.size(); ++index) {
        if (DnIs(value, user.groups[index], user.subject.groups[index])) {
          return true;
        }
      }
      return false;
    }
    SubjectValue actual = {std::monostate{}};
    if (field == "username") {
      actual = {user.subject.username};
    } else if (field == "realm.name") {
      actual = {user.subject.realm_name};
    } else if (field == "metadata.m" && !user.subject.metadata.empty()) {
      actual = user.subject.metadata[0].second;
    }
    return std::any_of(actual.begin(), actual.end(),
                       [&](const SubjectScalar& scalar) { return ScalarIs(value, scalar); });
  }

  bool ScalarIs(const RuleValue& value, const SubjectScalar& scalar) const {
    if (const auto* text = std::get_if<std::string>(&value)) {
      const auto* actual = std::get_if<std::string>(&scalar);
      const std::optional<ReferenceNode>& pattern = meanings_.at(*text).pattern;
      return actual != nullptr &&
             (pattern.has_value() ? Matches(*pattern, *actual) : *actual == *text);
    }
    if (const auto* number = std::get_if<int64_t>(&value)) {
      const auto* integer = std::get_if<int64_t>(&scalar);
      const auto* fraction = std::get_if<double>(&scalar);
      return (integer != nullptr && *integer == *number) ||
             (fraction != nullptr && *fraction == static_cast<double>(*number));
    }
    if (const auto* flag = std::get_if<bool>(&value)) {
      const auto* actual = std::get_if<bool>(&scalar);
      return actual != nullptr && *actual == *flag;
    }
    return std::holds_alternative<std::monostate>(scalar);
  }

  // X-DN-7
  bool DnIs(const RuleValue& value, const ReferenceDn& dn, const std::string& spelled) const {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) {
      return false;
    }
    const Meaning& meaning = meanings_.at(*text);
    const std::vector<std::string> normal = dn.Normal();
    if (!meaning.pattern.has_value()) {
      return Mapped(*text, AsciiLower) == Mapped(spelled, AsciiLower) ||
             (meaning.dn.has_value() && meaning.dn->Normal() == normal);
    }
    for (const std::string& form :
         {spelled, Join(normal), Mapped(spelled, AsciiLower), Mapped(spelled, AsciiUpper)}) {
      if (Matches(*meaning.pattern, form)) {
        return true;
      }
    }
    if (!meaning.dn.has_value()) {
      return false;
    }
    const std::vector<std::string> base = meaning.dn->Normal();
    return normal.size() > base.size() && std::equal(base.rbegin(), base.rend(), normal.rbegin());
  }

  SubjectScalar MakeScalar() {
    switch (random_() % 6) {
      case 0:
        return std::monostate{};
      case 1:
        return OneIn(random_, 2);
      case 2:
        return static_cast<int64_t>(random_() % 3);
      case 3:
        return static_cast<double>(random_() % 5) / 2;
      default:
        return OneOf(random_, texts_);
    }
  }

  std::string Remember(std::string text, Meaning meaning) {
    meanings_.emplace(text, std::move(meaning));
    return text;
  }

  static bool IsLiteral(const std::string& text) {
    return text.find('*') == std::string::npos && !text.starts_with('/');
  }

  // `text` with a part of it replaced by a wildcard, so that there is something to match.
  std::string MakeGlob(const std::string& text) {
    const std::u32string all = FromUtf8(text);
    const size_t begin = random_() % (all.size() + 1);
    const size_t end = begin + random_() % (all.size() - begin + 1);
    return match::ToUtf8(all.substr(0, begin)) + '*' + match::ToUtf8(all.substr(end));
  }

  RuleValue MakeText() {
    std::string text = OneOf(random_, texts_);
    switch (random_() % 4) {
      case 0: {
        const ReferenceNode node = OneIn(random_, 3)
                                       ? match::RandomBoolean(random_, 2)
                                       : match::RandomNode(random_, 2, /*lucene=*/true);
        return Remember('/' + match::PrintLucene(node) + '/', {node, std::nullopt});
      }
      case 1:
        text = OneIn(random_, 3) ? match::ToUtf8(match::RandomText(random_, 3)) : text;
        text = MakeGlob(text);
        if (text.starts_with('/')) {
          text = "*";
        }
        return Remember(text, {GlobNode(text, /*escapes=*/true), std::nullopt});
      default:
        text = IsLiteral(text) ? text : "a";
        return Remember(text, {});
    }
  }

  RuleValue MakeDnText() {
    const ReferenceDn& dn = OneOf(random_, dns_);
    const std::string text = Spelled(dn, random_, /*plain=*/false);
    switch (random_() % 5) {
      case 0: {  // `.*`, the forms' middle, `.*`
        ReferenceNode node = GlobNode("*" + Join(dn.Normal()).substr(0, 1 + random_() % 6) + "*",
                                      /*escapes=*/false);
        return Remember('/' + match::PrintLucene(node) + '/', {node, std::nullopt});
      }
      case 1: {
        ReferenceDn base = dn;
        base.rdns.erase(base.rdns.begin());
        if (base.rdns.empty()) {
          base = OneOf(random_, dns_);
        }
        const std::string below = "*," + Spelled(base, random_, /*plain=*/false);
        return Remember(below, {GlobNode(below, /*escapes=*/true), base});
      }
      case 2: {
        // An asterisk of its own before the end, so that it never means descendants.
        const std::string glob =
            MakeGlob(OneIn(random_, 2) ? Join(dn.Normal()) : Spelled(dn, random_, /*plain=*/true));
        if (glob.starts_with("*,")) {
          return Remember("*", {GlobNode("*", true), std::nullopt});
        }
        return Remember(glob, {GlobNode(glob, /*escapes=*/true), std::nullopt});
      }
      default:
        return Remember(text, {std::nullopt, dn});
    }
  }

  RuleValue MakeValue(const std::string& field) {
    if (OneIn(random_, 10)) {
      return std::monostate{};
    }
    if (field == "dn" || field == "groups") {
      return MakeDnText();
    }
    if (field == "metadata.m" && OneIn(random_, 2)) {
      return OneIn(random_, 2) ? RuleValue(OneIn(random_, 2))
                               : RuleValue(static_cast<int64_t>(random_() % 3));
    }
    return MakeText();
  }

  Rule MakeRule(size_t depth, bool within_all) {
    static const std::vector<std::string> fields = {
        "dn", "dn", "groups", "username", "realm.name", "metadata.m", "nosuch"};
    Rule rule;
    const size_t choice = depth == 0 ? 0 : random_() % (within_all ? 7 : 6);
    if (choice < 3) {
      rule.kind = Rule::Kind::kField;
      rule.field = OneOf(random_, fields);
      for (size_t count = 1 + random_() % 3; count > 0; --count) {
        rule.values.push_back(MakeValue(rule.field));
      }
      return rule;
    }
    if (choice == 6) {
      rule.kind = Rule::Kind::kExcept;
      rule.children.push_back(MakeRule(depth - 1, false));
      return rule;
    }
    rule.kind = choice == 3 ? Rule::Kind::kAny : Rule::Kind::kAll;
    for (size_t count = random_() % 4; count > 0; --count) {
      rule.children.push_back(MakeRule(depth - 1, rule.kind == Rule::Kind::kAll));
    }
    return rule;
  }

  Random random_;
  std::vector<std::string> texts_;
  std::vector<ReferenceDn> dns_;
  std::map<std::string, Meaning> meanings_;
};

template <typename Mapper, typename Subject>
std::vector<std::string> RolesBy(const Mapper& mapper, const Subject& subject) {
  match::Scratch scratch;
  mapper.ReserveIn(scratch);
  std::vector<std::string> roles;
  EXPECT_TRUE(mapper.AddRoles(subject, scratch, &roles).ok());
  return Sorted(std::move(roles));
}

// Names of mappings to replace in this edit.
std::vector<std::string> Edited(Random& random) {
  std::vector<std::string> names;
  for (size_t count = OneIn(random, 20) ? kMappings / 2 : random() % 4; count > 0; --count) {
    names.push_back("m" + std::to_string(random() % kMappings));
  }
  return names;
}

TEST(MappingDifferential, Xpack) {
  constexpr uint32_t kSeed = 20261126;
  constexpr size_t kEditsPerWorld = 40;
  size_t num_cases = 0;
  size_t num_held = 0;
  for (uint32_t seed = kSeed; num_cases < NumCases(); ++seed) {
    XpackWorld world(seed);
    match::ShardCache cache;
    XpackMappings mappings;
    std::unique_ptr<const XpackRoleMapper> in_force;
    for (size_t index = 0; index < kMappings; ++index) {
      const std::string name = "m" + std::to_string(index);
      mappings[name] = std::make_shared<const XpackMapping>(world.MakeMapping(name));
    }
    for (size_t edit = 0; edit < kEditsPerWorld && num_cases < NumCases(); ++edit) {
      for (const std::string& name : Edited(world.random())) {
        mappings[name] = std::make_shared<const XpackMapping>(world.MakeMapping(name));
      }
      auto compiled = XpackRoleMapper::Compile(mappings, cache);
      ASSERT_TRUE(compiled.ok()) << "seed " << seed << ": " << compiled.error().message;
      in_force = std::move(compiled).value();
      cache.Trim();
      for (size_t count = 0; count < kUsersPerEdit; ++count) {
        const User user = world.MakeUser();
        std::vector<std::string> expected;
        for (const auto& [name, mapping] : mappings) {
          if (mapping->enabled && world.Holds(mapping->rules, user)) {
            expected.push_back(name);
          }
        }
        num_held += expected.size();
        num_cases += mappings.size();
        ASSERT_EQ(RolesBy(*in_force, user.subject), Sorted(expected))
            << "seed " << seed << ", edit " << edit << ", dn " << user.subject.dn.value_or("-")
            << ", user [" << user.subject.username << ']';
      }
    }
  }
  EXPECT_GE(num_held, num_cases / 20) << "too few matches to mean anything";
  EXPECT_LE(num_held, num_cases / 2) << "too few misses to mean anything";
}

// --- Open Distro ---------------------------------------------------------------------------------

class OpendistroWorld {
 public:
  OpendistroWorld(uint32_t seed, Dialect dialect) : random_(seed), dialect_(dialect) {
    for (size_t count = 0; count < 10; ++count) {
      texts_.push_back(match::ToUtf8(match::RandomText(random_, 3)));
    }
  }

  Random& random() { return random_; }
  const std::string& MakeText() { return OneOf(random_, texts_); }

  std::vector<std::string> MakePatterns(size_t count_max) {
    std::vector<std::string> patterns;
    for (size_t count = random_() % (count_max + 1); count > 0; --count) {
      patterns.push_back(MakePattern());
    }
    return patterns;
  }

  bool PatternMatches(const std::string& pattern, const std::string& text) const {
    if (dialect_ == Dialect::kOpensearch && pattern.find_first_not_of(" \n") == pattern.npos) {
      return false;
    }
    const auto regex = regexes_.find(pattern);
    return regex != regexes_.end() ? Matches(regex->second, text)
                                   : Matches(GlobNode(pattern, /*escapes=*/false), text);
  }

  bool AnyMatches(const std::vector<std::string>& patterns,
                  const std::vector<std::string>& texts) const {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return (texts.empty() && pattern == "*") ||
             std::any_of(texts.begin(), texts.end(),
                         [&](const std::string& text) { return PatternMatches(pattern, text); });
    });
  }

  bool Holds(const OpendistroMapping& mapping, const OpendistroSubject& user) const {
    const std::vector<std::string>& all = mapping.and_backend_roles;
    return AnyMatches(mapping.users, {std::string(user.username)}) ||
           (!user.hosts.empty() && AnyMatches(mapping.hosts, user.hosts)) ||
           AnyMatches(mapping.backend_roles, *user.backend_roles) ||
           (!all.empty() && std::all_of(all.begin(), all.end(), [&](const std::string& pattern) {
             return AnyMatches({pattern}, *user.backend_roles);
           }));
  }

 private:
  std::string MakePattern() {
    switch (random_() % 8) {
      case 0: {
        const ReferenceNode node = match::RandomNode(random_, 2, /*lucene=*/false);
        std::string text = '/' + match::PrintJava(node) + '/';
        regexes_.emplace(text, node);
        return text;
      }
      case 1: {
        std::string text = MakeText();
        text.insert(random_() % (text.size() + 1), OneIn(random_, 2) ? "*" : "?");
        return Plain(text);
      }
      case 2:
        return OneIn(random_, 4) ? std::vector<std::string>{"*", "", " ", "**"}[random_() % 4]
                                 : Plain(match::ToUtf8(match::RandomText(random_, 4)));
      default:
        return Plain(MakeText());
    }
  }
  // Inserting may break a character in two or make a regular expression of it.
  static std::string Plain(const std::string& text) {
    const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
    return !ascii || text.starts_with('/') ? "a" : text;
  }

  Random random_;
  const Dialect dialect_;
  std::vector<std::string> texts_;
  std::map<std::string, ReferenceNode> regexes_;
};

TEST(MappingDifferential, Opendistro) {
  constexpr uint32_t kSeed = 20261127;
  constexpr size_t kEditsPerWorld = 40;
  size_t num_cases = 0;
  size_t num_held = 0;
  for (uint32_t seed = kSeed; num_cases < NumCases(); ++seed) {
    const Dialect dialect = seed % 2 == 0 ? Dialect::kOpendistro : Dialect::kOpensearch;
    OpendistroWorld world(seed, dialect);
    match::ShardCache cache;
    OpendistroMappings mappings;
    std::unique_ptr<const OpendistroRoleMapper> in_force;
    const auto replace = [&](const std::string& name) {
      OpendistroMapping mapping;
      mapping.users = world.MakePatterns(2);
      mapping.backend_roles = world.MakePatterns(2);
      mapping.and_backend_roles = world.MakePatterns(3);
      mapping.hosts = world.MakePatterns(1);
      mappings[name] = std::make_shared<const OpendistroMapping>(std::move(mapping));
    };
    for (size_t index = 0; index < kMappings; ++index) {
      replace("m" + std::to_string(index));
    }
    for (size_t edit = 0; edit < kEditsPerWorld && num_cases < NumCases(); ++edit) {
      for (const std::string& name : Edited(world.random())) {
        replace(name);
      }
      auto compiled = OpendistroRoleMapper::Compile(dialect, mappings, cache);
      ASSERT_TRUE(compiled.ok()) << "seed " << seed << ": " << compiled.error().message;
      in_force = std::move(compiled).value();
      cache.Trim();
      for (size_t count = 0; count < kUsersPerEdit; ++count) {
        std::vector<std::string> backend_roles;
        for (size_t left = world.random()() % 4; left > 0; --left) {
          backend_roles.push_back(world.MakeText());
        }
        const OpendistroSubject user{.username = world.MakeText(),
                                     .backend_roles = &backend_roles,
                                     .hosts = {world.MakeText()}};
        std::vector<std::string> expected;
        for (const auto& [name, mapping] : mappings) {
          if (world.Holds(*mapping, user)) {
            expected.push_back(name);
          }
        }
        num_held += expected.size();
        num_cases += mappings.size();
        ASSERT_EQ(RolesBy(*in_force, user), Sorted(expected))
            << "seed " << seed << ", edit " << edit << ", user [" << user.username << ']';
      }
    }
  }
  EXPECT_GE(num_held, num_cases / 20) << "too few matches to mean anything";
  EXPECT_LE(num_held, num_cases / 2) << "too few misses to mean anything";
}

}  // namespace
}  // namespace pkigate::roles
