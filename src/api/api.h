// SPDX-License-Identifier: Apache-2.0
//
// Api: the management paths, which the gateway answers itself and never forwards: everything below
// `_security` and `_xpack/security` (X-Pack), `_opendistro/_security` and `_plugins/_security`
// (Open Distro, OpenSearch), and `_pkigate`. All of these belong to the gateway on every listener,
// whatever its dialect, so that a cluster behind it is never managed past it.
//
// Immutable after construction, but for what the hooks do: any number of workers may call at once.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "api/mapping_writer.h"
#include "gateway/local_answers.h"
#include "rest/path.h"

namespace pkigate::api {

// What the control side does for the API. Called on workers; must not block.
struct Hooks {
  MappingWriter* writer = nullptr;  // null: changes are answered 503
  // Metrics in the Prometheus text format, for managers only. Either fills the text and returns
  // true, or returns false and sends a complete MetricsAnswer to `reply_to` later.
  std::function<bool(const gateway::ReplyTo& reply_to, std::string* text)> metrics;
};

class Api : public gateway::LocalAnswers {
 public:
  explicit Api(Hooks hooks);

  bool Claims(Dialect dialect, std::string_view method, std::string_view path) const override;
  bool Serve(const gateway::LocalRequest& request, const gateway::ReplyTo& reply_to,
             rest::Answer* answer) override;

 private:
  // What is answered without looking at what the request wants; nullopt: nothing.
  std::optional<rest::Answer> Refuse(const gateway::LocalRequest& request,
                                     const rest::Target& target, const Query& query,
                                     const RouteMatch& match) const;
  // False: the answer comes later.
  bool Act(const Call& call, const gateway::ReplyTo& reply_to, rest::Answer* answer);

  Hooks hooks_;
};

// The answer around metrics text, for a hook that answers later.
rest::Answer MetricsAnswer(std::string text);

}  // namespace pkigate::api
