// SPDX-License-Identifier: Apache-2.0
#include "api/api.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <utility>

#include "api/answers.h"
#include "api/call.h"
#include "api/opendistro_api.h"
#include "api/overview.h"
#include "api/owned_path.h"
#include "api/xpack_api.h"
#include "base/assert.h"
#include "base/limits.h"
#include "policy/xpack_policy.h"
#include "rest/path.h"

namespace pkigate::api {

namespace {

// Parameters that a path takes besides the common ones (X-API-60, opendistro.md 3.5, 3.7 and 6).
std::span<const std::string_view> KnownParameters(Dialect dialect, Action action) {
  static constexpr std::array<std::string_view, 1> kRefresh = {"refresh"};
  static constexpr std::array<std::string_view, 1> kForceLogin = {"force_login"};
  static constexpr std::array<std::string_view, 2> kAuthType = {"auth_type", "verbose"};
  static constexpr std::array<std::string_view, 2> kHealthForceLogin = {"force_login", "mode"};
  static constexpr std::array<std::string_view, 2> kHealthAuthType = {"auth_type", "mode"};
  if (action == Action::kMetrics || action == Action::kOverview) {
    return {};
  }
  switch (dialect) {
    case Dialect::kXpack:
      return action == Action::kPutMapping || action == Action::kDeleteMapping
                 ? std::span<const std::string_view>(kRefresh)
                 : std::span<const std::string_view>();
    case Dialect::kOpendistro:
      return action == Action::kHealth ? std::span<const std::string_view>(kHealthForceLogin)
                                       : std::span<const std::string_view>(kForceLogin);
    case Dialect::kOpensearch:
      if (action == Action::kHealth) {
        return kHealthAuthType;
      }
      return std::span(kAuthType).first(action == Action::kAuthinfo ? 2 : 1);
  }
  return {};
}

// X-Pack refuses a body where none is looked at since 8.x; 7.x and the others let it be.
bool RefusesBody(const policy::Policy& policy, Action action) {
  if (policy.dialect() != Dialect::kXpack || policy::AsXpack(policy).answers() < 8) {
    return false;
  }
  return action == Action::kAuthenticate || action == Action::kListMappings ||
         action == Action::kReadMapping || action == Action::kDeleteMapping;
}

// Open Distro looks at the caller before it looks at the parameters of these.
bool IsForManagers(const Route& route) { return route.pattern.starts_with("api/rolesmapping"); }

bool NeedsNoUser(const Route& route) {
  return route.pattern == "health" || route.pattern == "whoami";
}

rest::Answer OptionsAnswer(const std::string& allowed) {
  rest::Answer answer;
  answer.content_type = "text/plain; charset=UTF-8";
  if (!allowed.empty()) {
    std::string header = allowed;
    std::erase(header, ' ');
    answer.headers.emplace_back("Allow", std::move(header));
  }
  return answer;
}

rest::Answer UnknownParameterAnswer(std::string_view path, const std::set<std::string>& unknown) {
  std::string names;
  for (const std::string& name : unknown) {
    names += fmt::format("{}[{}]", names.empty() ? "" : ", ", name);
  }
  return ExceptionAnswer(400, "illegal_argument_exception",
                         fmt::format("request [{}] contains unrecognized parameter{}: {}", path,
                                     unknown.size() == 1 ? "" : "s", names));
}

// What is wrong with the request before anybody looks at what it wants; nullopt: nothing.
std::optional<rest::Answer> RefuseMessage(const gateway::LocalRequest& request,
                                          const rest::Target& target, const Query& query,
                                          const Route& route) {
  const Dialect dialect = request.policy->dialect();
  if (request.body.size() > limits::kLocalBodyBytesMax) {  // X-API-5
    return FailureAnswer(
        dialect, 413,
        fmt::format("the request body has more than {} bytes", limits::kLocalBodyBytesMax));
  }
  if (!request.body.empty()) {
    const std::string_view content_type = FindHeader(request.headers, "content-type").value_or("");
    if (!IsJsonMediaType(dialect, content_type)) {
      return ContentTypeAnswer(content_type);
    }
  }
  if (IsForManagers(route) && !request.policy->MayManage(*request.caller)) {
    return OpendistroForbidden(request);
  }
  std::set<std::string> unknown = query.Unknown(KnownParameters(dialect, route.action));
  for (const std::string& read : request.caller->parameters) {
    unknown.erase(read);
  }
  if (!unknown.empty()) {
    return UnknownParameterAnswer(target.path, unknown);
  }
  if (!request.body.empty() && RefusesBody(*request.policy, route.action)) {
    return ExceptionAnswer(
        400, "illegal_argument_exception",
        fmt::format("request [{} {}] does not support having a body", request.method, target.path));
  }
  return std::nullopt;
}

// The 403 of pkigate's own paths, in the dialect's form.
rest::Answer ManagersOnly(const gateway::LocalRequest& request) {
  return request.policy->dialect() == Dialect::kXpack
             ? XpackForbidden(request, "cluster:admin/pkigate", "all")
             : OpendistroForbidden(request);
}

}  // namespace

Api::Api(Hooks hooks) : hooks_(std::move(hooks)) {}

bool Api::Claims(Dialect, std::string_view, std::string_view path) const {
  return IsOwnedPath(path);
}

bool Api::Serve(const gateway::LocalRequest& request, const gateway::ReplyTo& reply_to,
                rest::Answer* answer) {
  const Dialect dialect = request.policy->dialect();
  AnswerForm plain = PlainForm(
      dialect, dialect == Dialect::kXpack ? policy::AsXpack(*request.policy).answers() : 0);
  const Result<rest::Target> target = rest::CheckTarget(request.target);
  if (!target.ok()) {
    *answer = ExceptionAnswer(400, "illegal_argument_exception", target.error().message);
    ApplyForm(plain, *answer);
    return true;
  }
  const Query query = Query::Parse(target->query);
  RequestedForm requested = FormOf(std::move(plain), query, request.headers);
  rest::PathSegments segments;
  const RouteMatch match = MatchRoute(dialect, request.method, segments.Decode(target->path));
  if (match.route.has_value() && match.route->deprecated) {  // X-API-1
    requested.form.warnings.push_back(
        fmt::format("299 pkigate \"[{} /_xpack/security/{}] is deprecated! Use [{} /_security/{}] "
                    "instead.\"",
                    request.method, match.route->pattern, request.method, match.route->pattern));
  }
  std::optional<rest::Answer> refusal = Refuse(request, *target, query, match);
  if (!refusal.has_value() && requested.refusal.has_value()) {
    refusal = std::move(requested.refusal);
  }
  if (refusal.has_value()) {
    *answer = *std::move(refusal);
  } else if (!Act({request, *match.route, query, requested.form}, reply_to, answer)) {
    return false;
  }
  ApplyForm(requested.form, *answer);
  return true;
}

std::optional<rest::Answer> Api::Refuse(const gateway::LocalRequest& request,
                                        const rest::Target& target, const Query& query,
                                        const RouteMatch& match) const {
  const policy::Authentication& caller = *request.caller;
  const bool authenticated = caller.outcome == policy::Authentication::Outcome::kAuthenticated;
  // A header that nobody may send is refused on every path; all else of OPTIONS is open (X-API-3c,
  // opendistro.md 3.4).
  const bool banned = caller.refusal.has_value() && caller.refusal->status == 403;
  if (request.method == "OPTIONS" && !banned) {
    return OptionsAnswer(match.allowed);
  }
  std::optional<rest::Answer> not_let_in;
  if (!authenticated) {
    policy::Decision decision = request.policy->Authorize(
        caller, {.method = request.method,
                 .target = request.target,
                 .action = match.route.has_value() ? XpackActionName(match.route->action)
                                                   : std::string_view()});
    if (!decision.allowed) {
      not_let_in = std::move(decision.refusal);
    } else {
      // Nobody is let in unknown, but to what says how things are (opendistro.md 3.4, step 4).
      PKIGATE_ASSERT(match.route.has_value() && NeedsNoUser(*match.route));
    }
  }
  // Whoever may not act as somebody else is known all the same: as upstream, the message comes
  // first then, and the refusal where the action would be.
  if (not_let_in.has_value() && (!caller.run_as.has_value() || !match.route.has_value())) {
    return not_let_in;
  }
  if (!match.route.has_value()) {
    return match.allowed.empty() ? NoHandlerAnswer(request.target, request.method)
                                 : MethodAnswer(request.target, request.method, match.allowed);
  }
  if (std::optional<rest::Answer> refusal = RefuseMessage(request, target, query, *match.route)) {
    return refusal;
  }
  return not_let_in;
}

bool Api::Act(const Call& call, const gateway::ReplyTo& reply_to, rest::Answer* answer) {
  const gateway::LocalRequest& request = call.request;
  const Dialect dialect = request.policy->dialect();
  const Action action = call.route.action;
  if (action == Action::kNotImplemented) {
    *answer = FailureAnswer(dialect, 501,
                            fmt::format("[{} /{}/{}] is not served by this gateway", request.method,
                                        call.route.base, call.route.pattern));
    return true;
  }
  if (action == Action::kMetrics || action == Action::kOverview) {
    if (!request.policy->MayManage(*request.caller)) {
      *answer = ManagersOnly(request);
      return true;
    }
    if (action == Action::kOverview) {
      *answer = Overview(request);
      return true;
    }
    std::string text;
    if (hooks_.metrics == nullptr) {
      *answer = FailureAnswer(dialect, 503, "no metrics are kept");
      return true;
    }
    if (!hooks_.metrics(reply_to, &text)) {
      return false;
    }
    *answer = MetricsAnswer(std::move(text));
    return true;
  }
  Handled handled = dialect == Dialect::kXpack ? HandleXpack(call) : HandleOpendistro(call);
  if (auto* complete = std::get_if<rest::Answer>(&handled)) {
    *answer = std::move(*complete);
    return true;
  }
  auto& write = std::get<MappingWrite>(handled);
  write.listener = request.listener;
  write.caller = request.caller->user.username;
  write.form = call.form;
  write.reply_to = reply_to;
  if (hooks_.writer != nullptr && hooks_.writer->Post(std::move(write))) {
    return false;
  }
  *answer = FailureAnswer(dialect, 503,
                          hooks_.writer == nullptr
                              ? "no store is configured (store.path), so nothing can be changed"
                              : "too many changes are waiting; try again");
  return true;
}

rest::Answer MetricsAnswer(std::string text) {
  rest::Answer answer;
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  answer.body = std::move(text);
  return answer;
}

}  // namespace pkigate::api
