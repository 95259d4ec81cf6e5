// SPDX-License-Identifier: Apache-2.0
//
// Bodies of management requests: X-Pack rules and mappings, Open Distro mappings. What is accepted
// is printed and reads back as the same; the refusals of Open Distro are whole answers and so have
// to be JSON. Small rules are compiled, and judge a user without complaint.
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "roles/opendistro_mapping.h"
#include "roles/opendistro_role_mapper.h"
#include "roles/xpack_mapping.h"
#include "roles/xpack_role_mapper.h"
#include "roles/xpack_rule.h"

namespace pkigate::roles {
namespace {

// Hyperscan takes milliseconds for a pattern; that is for pattern_fuzz.
constexpr size_t kCompiledTextBytesMax = 120;

void RunCompiled(const XpackMapping& mapping) {
  const auto mapper = XpackRoleMapper::Compile({{mapping.name, mapping}});
  if (!mapper.ok()) {
    return;
  }
  match::Scratch scratch;
  (*mapper)->ReserveIn(scratch);
  XpackSubject subject;
  subject.username = "lena";
  subject.dn = "CN=lena, O=acme";
  std::vector<std::string> roles;
  PKIGATE_ASSERT((*mapper)->AddRoles(subject, scratch, &roles).ok());
  PKIGATE_ASSERT(roles.empty() || roles == mapping.roles);
}

void RunXpack(std::string_view text) {
  const Result<Rule> rule = ParseRule("m1", text);
  if (rule.ok()) {
    const Result<Rule> again = ParseRule("m1", RenderRule(*rule));
    PKIGATE_ASSERT(again.ok() && *again == *rule);
    PKIGATE_ASSERT(HasEmptyAll(*again) == HasEmptyAll(*rule));
    if (text.size() <= kCompiledTextBytesMax) {
      XpackMapping mapping;
      mapping.enabled = true;
      mapping.roles = {"r"};
      mapping.rules = *rule;
      RunCompiled(mapping);
    }
  } else {
    PKIGATE_ASSERT(rule.error().message.starts_with("failed to parse rules expression. "));
  }
  const Result<XpackMapping> mapping = ParseXpackMapping("m1", text);
  if (mapping.ok()) {
    const Result<XpackMapping> again = ParseXpackMapping("m1", RenderXpackMapping(*mapping));
    PKIGATE_ASSERT(again.ok() && *again == *mapping);
    PKIGATE_ASSERT(!mapping->roles.empty());
  } else {
    PKIGATE_ASSERT(!mapping.error().message.empty());
  }
}

void ExpectReadsBack(const OpendistroMapping& mapping) {
  const auto again = ParseStoredOpendistroMapping(RenderOpendistroMapping(mapping));
  PKIGATE_ASSERT(again.ok() && *again == mapping);
}

void RunOpendistro(std::string_view text) {
  for (const Dialect dialect : {Dialect::kOpendistro, Dialect::kOpensearch}) {
    for (const bool superadmin : {false, true}) {
      const auto mapping =
          ParseOpendistroMapping(text, {.dialect = dialect, .superadmin = superadmin});
      if (!mapping.ok()) {
        PKIGATE_ASSERT(nlohmann::json::parse(mapping.error().message)["status"] == "error");
        continue;
      }
      ExpectReadsBack(*mapping);
      PKIGATE_ASSERT(superadmin || (!mapping->reserved && !mapping->hidden));
      if (text.size() <= kCompiledTextBytesMax) {
        (void)OpendistroRoleMapper::Compile(dialect, {{"r", *mapping}});
      }
    }
  }
  if (const auto stored = ParseStoredOpendistroMapping(text); stored.ok()) {
    ExpectReadsBack(*stored);
  }
}

}  // namespace
}  // namespace pkigate::roles

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  pkigate::roles::RunXpack(text);
  pkigate::roles::RunOpendistro(text);
  return 0;
}
