// SPDX-License-Identifier: Apache-2.0
//
// opendistro xff: the caller's address behind proxies (opendistro.md, 8.2), from the text of a
// config.yml.
#include <optional>

#include "config/opendistro_dynamic.h"
#include "config/yaml_document.h"
#include "identity/forwarded_address.h"
#include "vector_kinds.h"

namespace pkigate::conformance {

Outcome RunOpendistroXff(Case& c) {
  const Dialect dialect = c.dialect == "opensearch" ? Dialect::kOpensearch : Dialect::kOpendistro;
  const nlohmann::json dynamic = {{"http", {{"xff", c.input.Any("xff")}}}};
  Diagnostics diagnostics;
  const config::YamlContext context{"config.yml", &diagnostics};
  const std::optional<config::YamlNode> node =
      config::ParseYaml(dynamic.dump(), context.file, diagnostics);
  policy::OpendistroModel model;
  if (node.has_value()) {
    config::ReadOpendistroDynamic(*node, context, dialect, {}, &model);
  }
  if (const Diagnostic* error = diagnostics.first_error()) {
    return Failed(error->ForPeople());
  }
  const auto compiled = identity::ForwardedAddress::Compile(model.xff, dialect);
  if (!compiled.ok()) {
    return Failed(compiled.error().message);
  }
  const Result<IpAddress> peer = IpAddress::Parse(c.input.Text("peer_ip"));
  if (!peer.ok()) {
    return Failed(peer.error().message);
  }
  const auto lines = c.input.Any("headers").get<std::vector<std::pair<std::string, std::string>>>();
  std::vector<identity::HeaderField> headers;
  for (const auto& [name, value] : lines) {
    headers.push_back({name, value});
  }
  match::Scratch scratch;
  const Result<std::optional<IpAddress>> found = compiled->Find(*peer, headers, scratch);
  if (!found.ok()) {
    return Failed(found.error().message);
  }
  const Outcome done = Compare("xff done", found->has_value() ? "true" : "false",
                               c.expect.Bool("xff_done") ? "true" : "false");
  const Outcome same =
      Compare("the address", found->value_or(*peer).Text(), c.expect.Text("remote_ip"));
  return done.kind == Outcome::Kind::kPassed ? same : done;
}

}  // namespace pkigate::conformance
