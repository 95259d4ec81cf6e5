// SPDX-License-Identifier: Apache-2.0
//
// What rules grant (xpack.md, 3.4 and 3.5), first by hand, then random rules against an evaluation
// that knows nothing of pattern sets and triggers.
#include "roles/xpack_role_mapper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "base/limits.h"

namespace pkigate::roles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

XpackMapping MappingOf(std::string_view rules, std::vector<std::string> roles = {"granted"}) {
  XpackMapping mapping;
  mapping.enabled = true;
  mapping.roles = std::move(roles);
  const Result<Rule> rule = ParseRule("m1", rules);
  EXPECT_TRUE(rule.ok()) << rules << ": " << (rule.ok() ? "" : rule.error().message);
  if (rule.ok()) {
    mapping.rules = *rule;
  }
  return mapping;
}

// Sorted, each once.
std::vector<std::string> RolesOf(const std::map<std::string, XpackMapping>& mappings,
                                 const XpackSubject& subject) {
  const auto mapper = XpackRoleMapper::Compile(mappings);
  EXPECT_TRUE(mapper.ok()) << (mapper.ok() ? "" : mapper.error().message);
  if (!mapper.ok()) {
    return {"(not compiled)"};
  }
  match::Scratch scratch;
  (*mapper)->ReserveIn(scratch);
  std::vector<std::string> roles;
  const Status judged = (*mapper)->AddRoles(subject, scratch, &roles);
  EXPECT_TRUE(judged.ok());
  const std::set<std::string> sorted(roles.begin(), roles.end());
  return {sorted.begin(), sorted.end()};
}

bool Matches(std::string_view rules, const XpackSubject& subject) {
  return !RolesOf({{"m1", MappingOf(rules)}}, subject).empty();
}

XpackSubject Lena() {
  XpackSubject subject;
  subject.username = "lena.roth";
  subject.dn = "CN=lena.roth, OU=sales, DC=example, DC=com";
  subject.realm_name = "pki1";
  subject.metadata = {{"pki_dn", {*subject.dn}}};
  return subject;
}

bool MatchesDn(const std::string& rule_dn, const std::string& dn) {
  XpackSubject subject;
  subject.dn = dn;
  return Matches(R"({"field":{"dn":")" + rule_dn + R"("}})", subject);
}

constexpr char kDn[] = "CN=lena.roth, OU=sales, DC=example, DC=com";

TEST(XpackRoleMapper, DnsAreEqualInTheirNormalForm) {
  EXPECT_TRUE(MatchesDn(kDn, kDn));
  EXPECT_TRUE(MatchesDn("cn=Lena.Roth,OU=SALES;dc=example ,  dc = com", kDn));
  EXPECT_TRUE(MatchesDn("cn=\u00c9va", "CN=\u00e9va"));
  EXPECT_FALSE(MatchesDn("DC=com, DC=example, OU=sales, CN=lena.roth", kDn)) << "order";
  EXPECT_FALSE(MatchesDn("OU=sales, DC=example, DC=com", kDn)) << "number";
  EXPECT_FALSE(MatchesDn("E=a@b", "EMAILADDRESS=a@b")) << "no aliases";
  EXPECT_FALSE(MatchesDn("2.5.4.3=a", "CN=a"));
  EXPECT_TRUE(MatchesDn("uid=b+cn=a", "CN=a + UID=b"));
  EXPECT_FALSE(MatchesDn("uid=b,cn=a", "CN=a + UID=b"));
}

// X-DN-7, 2: what is no DN is a text.
TEST(XpackRoleMapper, ATextThatIsNoDnIsComparedAsText) {
  EXPECT_TRUE(MatchesDn("NO dn", "no DN"));
  EXPECT_FALSE(MatchesDn("no dn", "no dn."));
  EXPECT_FALSE(MatchesDn("lena.roth", kDn));
}

// X-DN-8
TEST(XpackRoleMapper, SubtreesHoldDescendantsOnly) {
  const char* kBelow = "*, OU=Sales,DC=EXAMPLE ,dc=com";
  EXPECT_TRUE(MatchesDn(kBelow, kDn));
  EXPECT_TRUE(MatchesDn(kBelow, "CN=a, OU=eu, OU=sales, DC=example, DC=com"));
  EXPECT_FALSE(MatchesDn(kBelow, "OU=sales, DC=example, DC=com")) << "not the entry itself";
  EXPECT_FALSE(MatchesDn(kBelow, "CN=a, OU=presales, DC=example, DC=com"));
  EXPECT_FALSE(MatchesDn(kBelow, "CN=a, OU=sales, DC=example, DC=com, C=de"));
  EXPECT_FALSE(
      MatchesDn("*,ou=sales,dc=example,dc=com", R"(CN="a,ou=sales,dc=example,dc=com", O=x)"))
      << "a comma within a value parts nothing";
  // Escaped, as the pattern's own stars and question marks are.
  EXPECT_TRUE(MatchesDn("*,ou=a?b", "CN=x, OU=a?b"));
  EXPECT_FALSE(MatchesDn("*,ou=a?b", "CN=x, O=y, OU=axb, C=z"));
  EXPECT_TRUE(MatchesDn("*,", "CN=x")) << "below the empty DN is everybody";
}

// As 8.19: Java's equalsIgnoreCase knows the final sigma, the normal form does not.
TEST(XpackRoleMapper, CaseOfAnExactText) {
  EXPECT_TRUE(MatchesDn("cn=a, l=σας", "CN=A, L=ΣΑΣ"));
  EXPECT_FALSE(MatchesDn("cn=a,l=σας", "CN=A, L=ΣΑΣ"));
  EXPECT_TRUE(MatchesDn("cn=a,l=σασ", "CN=A, L=ΣΑΣ"));
}

TEST(XpackRoleMapper, OtherPatternsAreTextual) {
  EXPECT_TRUE(MatchesDn("CN=*, OU=sales, DC=example, DC=com", kDn)) << "as the JDK prints it";
  EXPECT_TRUE(MatchesDn("cn=*,ou=sales,dc=example,dc=com", kDn)) << "normal form";
  EXPECT_TRUE(MatchesDn("cn=*, ou=sales, dc=example, dc=com", kDn)) << "lower case";
  EXPECT_TRUE(MatchesDn("CN=*, OU=SALES, DC=EXAMPLE, DC=COM", kDn)) << "upper case";
  EXPECT_FALSE(MatchesDn("CN=*,OU=sales,DC=example,DC=com", kDn)) << "none of the four";
  EXPECT_TRUE(MatchesDn("cn=*,dc=com", kDn)) << "a star spans commas";
  EXPECT_TRUE(MatchesDn("*", kDn));
  EXPECT_FALSE(MatchesDn("cn=l?na*,dc=org", kDn));
  EXPECT_TRUE(MatchesDn("/cn=[a-z.]+,ou=sales,.*/", kDn));
  EXPECT_FALSE(MatchesDn("/ou=sales/", kDn)) << "anchored";
}

TEST(XpackRoleMapper, AUserWithoutDnHasNull) {
  XpackSubject nobody;
  EXPECT_TRUE(Matches(R"({"field":{"dn":null}})", nobody));
  EXPECT_FALSE(Matches(R"({"field":{"dn":"*"}})", nobody));
  EXPECT_FALSE(Matches(R"({"field":{"dn":null}})", Lena()));
  EXPECT_FALSE(Matches(R"({"field":{"dn":[1,true]}})", Lena())) << "texts only";
}

// X-MAP-41, X-MAP-42
TEST(XpackRoleMapper, UserNames) {
  const auto matches = [](const std::string& value, const std::string& username) {
    XpackSubject subject;
    subject.username = username;
    return Matches(R"({"field":{"username":)" + value + "}}", subject);
  };
  EXPECT_TRUE(matches(R"("lena.roth")", "lena.roth"));
  EXPECT_FALSE(matches(R"("Lena.Roth")", "lena.roth"));
  EXPECT_TRUE(matches(R"("lena*")", "lena.roth"));
  EXPECT_FALSE(matches(R"("lena*")", "xlena"));
  EXPECT_FALSE(matches(R"("lena?roth")", "lena.roth")) << "no pattern without a star";
  EXPECT_TRUE(matches(R"("lena?roth")", "lena?roth"));
  EXPECT_TRUE(matches(R"("lena?ro*")", "lena.roth"));
  EXPECT_TRUE(matches(R"("a\\**")", "a*b"));
  EXPECT_FALSE(matches(R"("a\\**")", "ab"));
  EXPECT_TRUE(matches(R"("/lena\\.[a-z]+/")", "lena.roth"));
  EXPECT_FALSE(matches(R"("/lena\\.[a-z]+/")", "lena.roth2"));
  EXPECT_TRUE(matches(R"(["x", "lena.roth"])", "lena.roth"));
  EXPECT_FALSE(matches(R"(["x", "y"])", "lena.roth"));
  EXPECT_FALSE(matches("5", "5"));
  EXPECT_FALSE(matches("null", ""));
}

TEST(XpackRoleMapper, GroupsAreDns) {
  XpackSubject subject;
  subject.groups = {"harbour", "CN=admins, DC=dock, DC=com"};
  EXPECT_TRUE(Matches(R"({"field":{"groups":"cn=Admins,dc=DOCK,dc=com"}})", subject));
  EXPECT_TRUE(Matches(R"({"field":{"groups":"HARBOUR"}})", subject));
  EXPECT_TRUE(Matches(R"({"field":{"groups":"*,dc=com"}})", subject));
  EXPECT_FALSE(Matches(R"({"field":{"groups":"cn=admins,dc=com"}})", subject));
  EXPECT_FALSE(Matches(R"({"field":{"groups":"*"}})", Lena())) << "none of pki";
  EXPECT_FALSE(Matches(R"({"field":{"groups":null}})", Lena()));
}

TEST(XpackRoleMapper, RealmAndUnknownFields) {
  EXPECT_TRUE(Matches(R"({"field":{"realm.name":"pki1"}})", Lena()));
  EXPECT_TRUE(Matches(R"({"field":{"realm.name":"pki*"}})", Lena()));
  EXPECT_FALSE(Matches(R"({"field":{"realm.name":"PKI1"}})", Lena()));
  EXPECT_TRUE(Matches(R"({"field":{"realm":null}})", Lena()));
  EXPECT_FALSE(Matches(R"({"field":{"realm":"pki1"}})", Lena()));
  EXPECT_FALSE(Matches(R"({"field":{"Username":"lena.roth"}})", Lena()));
  EXPECT_FALSE(Matches(R"({"field":{"metadata":"*"}})", Lena()));
}

// X-MAP-44
TEST(XpackRoleMapper, MetadataByTheKindOfValue) {
  XpackSubject subject = Lena();
  subject.metadata.insert(subject.metadata.end(), {{"yes", {true}},
                                                   {"five", {int64_t{5}}},
                                                   {"half", {0.5}},
                                                   {"six", {6.0}},
                                                   {"huge", {1e30}},
                                                   {"none", {std::monostate{}}},
                                                   {"list", {std::string("a"), int64_t{2}}},
                                                   {"empty", {}}});
  const auto matches = [&](const std::string& key, const std::string& value) {
    return Matches(R"({"field":{"metadata.)" + key + "\":" + value + "}}", subject);
  };
  EXPECT_TRUE(matches("pki_dn", '"' + std::string(kDn) + '"'));
  EXPECT_FALSE(matches("pki_dn", R"("cn=lena.roth,ou=sales,dc=example,dc=com")")) << "no DN here";
  EXPECT_TRUE(matches("yes", "true"));
  EXPECT_FALSE(matches("yes", "false"));
  EXPECT_FALSE(matches("yes", R"("true")"));
  EXPECT_FALSE(matches("yes", "1"));
  EXPECT_TRUE(matches("five", "5"));
  EXPECT_TRUE(matches("five", "5.9")) << "cut off when it was read";
  EXPECT_FALSE(matches("five", R"("5")"));
  EXPECT_FALSE(matches("five", R"("*")")) << "patterns are for texts";
  EXPECT_TRUE(matches("six", "6"));
  EXPECT_FALSE(matches("half", "0")) << "the user's number is not cut off";
  EXPECT_FALSE(matches("huge", "9223372036854775807"));
  EXPECT_TRUE(matches("none", "null"));
  EXPECT_FALSE(matches("none", R"("*")"));
  EXPECT_TRUE(matches("absent", "null"));
  EXPECT_FALSE(matches("pki_dn", "null"));
  EXPECT_TRUE(matches("list", R"("a")"));
  EXPECT_TRUE(matches("list", "2"));
  EXPECT_FALSE(matches("list", R"("b")"));
  EXPECT_FALSE(matches("empty", "null"));
}

TEST(XpackRoleMapper, AnyAllExcept) {
  EXPECT_FALSE(Matches(R"({"any":[]})", Lena()));
  EXPECT_TRUE(Matches(R"({"all":[]})", Lena()));
  const char* kRule = R"({"all":[{"field":{"realm.name":"pki1"}},
      {"except":{"any":[{"field":{"username":"eve"}},{"field":{"dn":"*,ou=temp"}}]}}]})";
  EXPECT_TRUE(Matches(kRule, Lena()));
  XpackSubject eve = Lena();
  eve.username = "eve";
  EXPECT_FALSE(Matches(kRule, eve));
  XpackSubject temporary = Lena();
  temporary.dn = "CN=x, OU=temp";
  EXPECT_FALSE(Matches(kRule, temporary));
  XpackSubject elsewhere = Lena();
  elsewhere.realm_name = "pki2";
  EXPECT_FALSE(Matches(kRule, elsewhere));
  EXPECT_TRUE(Matches(R"({"all":[{"except":{"field":{"username":"eve"}}}]})", Lena()));
  EXPECT_FALSE(Matches(R"({"all":[{"except":{"field":{"username":"lena*"}}}]})", Lena()));
}

TEST(XpackRoleMapper, RolesOfAllMappingsThatHold) {
  std::map<std::string, XpackMapping> mappings;
  mappings["a"] = MappingOf(R"({"field":{"username":"lena*"}})", {"one", "two"});
  mappings["b"] = MappingOf(R"({"field":{"username":"lena*"}})", {"two", "three"});
  mappings["c"] = MappingOf(R"({"field":{"username":"eve"}})", {"four"});
  mappings["d"] = MappingOf(R"({"all":[]})", {"five"});
  mappings["d"].enabled = false;  // X-MAP-22
  EXPECT_THAT(RolesOf(mappings, Lena()), ElementsAre("one", "three", "two"));
  mappings["d"].enabled = true;
  EXPECT_THAT(RolesOf(mappings, Lena()), ElementsAre("five", "one", "three", "two"));
  EXPECT_THAT(RolesOf({}, Lena()), IsEmpty());
}

// Whether a rule holds cannot be told when a value was not matched: `except` would then grant.
TEST(XpackRoleMapper, WhatCannotBeJudgedFails) {
  const auto mapper = XpackRoleMapper::Compile(
      {{"m1", MappingOf(R"({"all":[{"except":{"field":{"username":"eve"}}}]})")}});
  ASSERT_TRUE(mapper.ok());
  match::Scratch scratch;
  (*mapper)->ReserveIn(scratch);
  for (const std::string& username :
       {std::string("eve\xff"), std::string(limits::kMatchedTextBytesMax + 1, 'e')}) {
    XpackSubject subject;
    subject.username = username;
    std::vector<std::string> roles;
    const Status judged = (*mapper)->AddRoles(subject, scratch, &roles);
    ASSERT_FALSE(judged.ok());
    EXPECT_STREQ(judged.error().code, "not_judged");
    EXPECT_THAT(roles, IsEmpty());
  }
  std::vector<std::string> roles;
  EXPECT_TRUE((*mapper)->AddRoles(Lena(), scratch, &roles).ok());
  EXPECT_THAT(roles, ElementsAre("granted"));
}

TEST(XpackRoleMapper, TheNamesOfThoseThatHold) {
  std::map<std::string, XpackMapping> mappings;
  mappings["yes"] = MappingOf(R"({"field":{"username":"lena*"}})");
  mappings["no"] = MappingOf(R"({"field":{"username":"eve"}})");
  mappings["also"] = MappingOf(R"({"all":[{"except":{"field":{"username":"eve"}}}]})");
  for (auto& [name, mapping] : mappings) {
    mapping.name = name;
  }
  const auto mapper = XpackRoleMapper::Compile(mappings);
  ASSERT_TRUE(mapper.ok());
  match::Scratch scratch;
  (*mapper)->ReserveIn(scratch);
  std::vector<std::string> names;
  ASSERT_TRUE((*mapper)->AddMatched(Lena(), scratch, &names).ok());
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("also", "yes"));
  XpackSubject unjudged;
  unjudged.username = "eve\xff";
  EXPECT_FALSE((*mapper)->AddMatched(unjudged, scratch, &names).ok());
}

// X-TPL-2 and X-TPL-4.
TEST(XpackRoleMapper, TemplatesMakeRolesOfTheUser) {
  const auto mapping = [](const char* name, const std::string& templates) {
    const auto read = ParseXpackMapping(
        name, R"({"enabled":true,"rules":{"field":{"username":"lena*"}},"role_templates":[)" +
                  templates + "]}");
    EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().message);
    return read.ok() ? *read : XpackMapping{};
  };
  const auto mapper = XpackRoleMapper::Compile(
      {{"all", mapping("all", R"({"template":{"source":"{{realm.name}}:{{dn}}:{{metadata.level}}"}},
                          {"template":{"source":"{{#tojson}}groups{{/tojson}}"},"format":"json"},
                          {"template":{"source":"{{#metadata.tags}}{{.}}/{{/metadata.tags}}"}})")},
       {"bad", mapping("bad", R"({"template":{"source":"lost"}},
                                 {"template":{"source":"{}"},"format":"json"})")}});
  ASSERT_TRUE(mapper.ok());
  match::Scratch scratch;
  (*mapper)->ReserveIn(scratch);
  XpackSubject subject = Lena();
  subject.dn = "CN=lena";
  subject.groups = {"g1", "g2"};
  subject.metadata = {{"level", {int64_t{7}}}, {"tags", {std::string("a"), true}}};
  std::vector<std::string> roles;
  std::vector<std::string> problems;
  ASSERT_TRUE((*mapper)->AddRoles(subject, scratch, &roles, &problems).ok());
  EXPECT_THAT(roles, ElementsAre("pki1:CN=lena:7", "g1", "g2", "a/true/"));
  EXPECT_THAT(problems,
              ElementsAre("role mapping [bad]: Roles template must generate a string or an array "
                          "of strings, but found [START_OBJECT]"));
  subject.username = "eve";
  roles.clear();
  problems.clear();
  ASSERT_TRUE((*mapper)->AddRoles(subject, scratch, &roles, &problems).ok());
  EXPECT_THAT(roles, IsEmpty());
  EXPECT_THAT(problems, IsEmpty()) << "only of those whom the rule holds for";
}

TEST(XpackRoleMapper, NamesTheMappingThatCannotBeCompiled) {
  const std::string longest(limits::kPatternBytesMax, 'a');
  const auto rule = [](const std::string& text) {
    return R"({"field":{"username":")" + text + R"("}})";
  };
  EXPECT_TRUE(XpackRoleMapper::Compile({{"fits", MappingOf(rule(longest))}}).ok());
  std::map<std::string, XpackMapping> mappings = {{"fits", MappingOf(rule(longest))},
                                                  {"long", MappingOf(rule(longest + "a"))}};
  const auto refused = XpackRoleMapper::Compile(mappings);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("role mapping [long]: "));
  EXPECT_THAT(refused.error().message, HasSubstr("at most 4096"));
  mappings["long"].enabled = false;
  EXPECT_TRUE(XpackRoleMapper::Compile(mappings).ok()) << "a disabled one is not compiled";
}

// --- random rules --------------------------------------------------------------------------------

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  size_t Below(size_t bound) { return engine_() % bound; }
  const std::string& OneOf(const std::vector<std::string>& texts) {
    return texts[Below(texts.size())];
  }

  Rule MakeRule(size_t depth, bool within_all) {
    Rule rule;
    const size_t kind = Below(depth == 0 ? 1 : (within_all ? 6 : 5));
    if (kind < 2) {
      rule.kind = Rule::Kind::kField;
      rule.field = OneOf({"username", "realm.name", "metadata.m", "nosuch"});
      const size_t num_values = 1 + Below(2);
      for (size_t i = 0; i < num_values; ++i) {
        rule.values.push_back(Below(4) == 0 ? RuleValue(std::monostate{})
                                            : RuleValue(OneOf({"a", "b", "ab", "a*", "*b"})));
      }
      return rule;
    }
    if (kind == 5) {
      rule.kind = Rule::Kind::kExcept;
      rule.children.push_back(MakeRule(depth - 1, false));
      return rule;
    }
    rule.kind = kind == 2 ? Rule::Kind::kAny : Rule::Kind::kAll;
    const size_t num_children = Below(4);
    for (size_t i = 0; i < num_children; ++i) {
      rule.children.push_back(MakeRule(depth - 1, rule.kind == Rule::Kind::kAll));
    }
    return rule;
  }

 private:
  std::mt19937 engine_;
};

bool TextMatches(const std::string& pattern, const std::string& text) {
  if (pattern == "a*") {
    return text.starts_with('a');
  }
  return pattern == "*b" ? text.ends_with('b') : pattern == text;
}

bool Holds(const Rule& rule, const XpackSubject& subject) {
  const auto holds = [&](const Rule& child) { return Holds(child, subject); };
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
  std::optional<std::string> text;
  if (rule.field == "username") {
    text = subject.username;
  } else if (rule.field == "realm.name") {
    text = subject.realm_name;
  } else if (rule.field == "metadata.m" && !subject.metadata.empty()) {
    text = std::get<std::string>(subject.metadata[0].second[0]);
  }
  return std::any_of(rule.values.begin(), rule.values.end(), [&](const RuleValue& value) {
    const auto* pattern = std::get_if<std::string>(&value);
    return pattern == nullptr ? !text.has_value()
                              : text.has_value() && TextMatches(*pattern, *text);
  });
}

TEST(XpackRoleMapper, RandomRulesAgreeWithAPlainEvaluation) {
  const std::vector<std::string> texts = {"a", "b", "ab", "ba", "c", ""};
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    std::map<std::string, XpackMapping> mappings;
    for (int i = 0; i < 25; ++i) {
      XpackMapping mapping;
      mapping.enabled = true;
      mapping.rules = random.MakeRule(4, false);
      mapping.roles = {"role" + std::to_string(i)};
      mappings[mapping.roles[0]] = mapping;
    }
    for (int i = 0; i < 6; ++i) {
      XpackSubject subject;
      subject.username = random.OneOf(texts);
      subject.realm_name = random.OneOf(texts);
      if (random.Below(2) == 0) {
        subject.metadata = {{"m", {random.OneOf(texts)}}};
      }
      std::vector<std::string> expected;
      for (const auto& [name, mapping] : mappings) {
        if (Holds(mapping.rules, subject)) {
          expected.push_back(name);
        }
      }
      EXPECT_EQ(RolesOf(mappings, subject), expected)
          << "seed " << seed << ", user " << subject.username << " of " << subject.realm_name;
    }
  }
}

}  // namespace
}  // namespace pkigate::roles
