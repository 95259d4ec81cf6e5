// SPDX-License-Identifier: Apache-2.0
//
// Role templates. The input is a template's source, which the fuzzer writes as text; it is also
// read as the JSON of a script. No source crashes the parser or a rendering, or makes either exceed
// its bounds, and what one user's rendering yields is the same the second time.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/limits.h"
#include "roles/mustache.h"
#include "roles/role_template.h"

namespace pkigate::roles {
namespace {

const Json& User() {
  static const Json user = {{"username", "lena"},
                            {"groups", {"g1", "g2", nullptr, {{"k", {1.5, false}}}}},
                            {"realm.name", "pki1"},
                            {"dn", "CN=\"a\", O=\xc3\xa9\n"},
                            {"metadata.e", ""}};
  return user;
}

void RunSource(std::string_view source) {
  for (const auto encoding :
       {Mustache::Encoding::kJson, Mustache::Encoding::kPlain, Mustache::Encoding::kUrl}) {
    const auto compiled = Mustache::Compile(source, encoding);
    if (!compiled.ok()) {
      PKIGATE_ASSERT(!compiled.error().message.empty());
      return;
    }
    const Json params = {{"p", {{"q", {"x", ""}}}}};
    const Json* models[] = {&params, &User()};
    const auto text = compiled->Render(models);
    PKIGATE_ASSERT(!text.ok() || text->size() <= limits::kTemplateOutputBytesMax);
    const auto again = compiled->Render(models);
    PKIGATE_ASSERT(again.ok() == text.ok() && (!text.ok() || *again == *text));
  }
}

void RunScript(std::string_view text) {
  for (const auto format : {RoleTemplate::Format::kString, RoleTemplate::Format::kJson}) {
    const auto compiled = CompiledRoleTemplate::Compile({std::string(text), format});
    std::vector<std::string> roles;
    if (compiled.ok() && !compiled->AddRoles(User(), &roles).ok()) {
      PKIGATE_ASSERT(roles.empty());
    }
  }
}

}  // namespace
}  // namespace pkigate::roles

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  pkigate::roles::RunSource(text);
  pkigate::roles::RunScript(text);
  return 0;
}
