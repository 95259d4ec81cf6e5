// SPDX-License-Identifier: Apache-2.0
#include "policy/xpack_answers.h"

#include <fmt/format.h>

#include <vector>

#include "base/json_text.h"

namespace pkigate::policy {

namespace {

// `members` are further ones of the error objects, each with a leading comma.
rest::Answer SecurityException(int answers, int status, std::string_view reason,
                               const std::string& members) {
  std::string cause = R"("type":"security_exception","reason":)";
  AppendJsonString(cause, reason);
  cause += members;
  rest::Answer answer;
  answer.status = status;
  answer.content_type = answers == 7 ? "application/json; charset=UTF-8" : "application/json";
  answer.body =
      fmt::format(R"({{"error":{{"root_cause":[{{{}}}],{}}},"status":{}}})", cause, cause, status);
  return answer;
}

}  // namespace

rest::Answer XpackUnauthorized(int answers, std::string_view reason,
                               std::string_view additional_credentials) {
  // X-AUT-77: 8.x separates the parameters by a comma.
  const std::string challenge = answers == 7 ? R"(Basic realm="security" charset="UTF-8")"
                                             : R"(Basic realm="security", charset="UTF-8")";
  std::string members;
  if (!additional_credentials.empty()) {
    members += R"(,"additional_unsuccessful_credentials":)";
    AppendJsonString(members, additional_credentials);
  }
  members += R"(,"header":{"WWW-Authenticate":)";
  AppendJsonString(members, challenge);
  members += "}";
  rest::Answer answer = SecurityException(answers, 401, reason, members);
  answer.headers.emplace_back("WWW-Authenticate", challenge);
  return answer;
}

rest::Answer XpackForbidden(int answers, std::string_view reason) {
  return SecurityException(answers, 403, reason, "");
}

rest::Answer XpackContradiction(int answers, std::string_view header) {
  const std::string reason = fmt::format("multiple values for single-valued header [{}].", header);
  if (answers != 7) {
    return rest::ProtocolError(Dialect::kXpack, 400, "illegal_argument_exception", reason);
  }
  rest::Answer answer;  // 7.10 has no more to say
  answer.status = 400;
  answer.content_type = "application/json; charset=UTF-8";
  answer.body = R"({"error":)";
  AppendJsonString(answer.body, reason);
  answer.body += R"(,"status":400})";
  return answer;
}

std::string MissingCredentials(std::string_view target) {
  return fmt::format("missing authentication credentials for REST request [{}]", target);
}

std::string UnableToAuthenticate(std::string_view username, std::string_view target) {
  return fmt::format("unable to authenticate user [{}] for REST request [{}]", username, target);
}

std::string ActionRequiresAuthentication(std::string_view action) {
  return fmt::format("action [{}] requires authentication", action);
}

std::string ActionUnauthorized(int answers, const Authentication& caller,
                               const DefinedRoles& defined, std::string_view action) {
  const identity::User& user = caller.user;
  std::string reason =
      fmt::format("action [{}] is unauthorized for user [{}]", action,
                  user.authenticated_as.empty() ? user.username : user.authenticated_as);
  if (!user.authenticated_as.empty()) {  // X-AZ-44
    reason += fmt::format(" run as [{}]", user.username);
  }
  if (answers != 7) {  // 7.10 ends here
    std::vector<std::string_view> effective;
    std::vector<std::string_view> missing;
    for (const std::string& role : caller.roles) {
      if (defined.Contains(role)) {
        effective.push_back(role);
      } else if (caller.user.anonymous || !defined.IsOfEverybody(role)) {
        missing.push_back(role);
      }
    }
    reason += fmt::format(" with effective roles [{}]", fmt::join(effective, ","));
    if (!missing.empty()) {
      reason += fmt::format(" (assigned roles [{}] were not found)", fmt::join(missing, ","));
    }
  }
  return reason;
}

std::string RunAsUnauthorized(int answers, const Authentication& caller,
                              const DefinedRoles& defined, std::string_view action,
                              std::string_view target_user) {
  const std::string reason = ActionUnauthorized(answers, caller, defined, action);
  if (answers == 7) {
    return fmt::format("{} run as [{}]", reason, target_user);
  }
  return fmt::format("{}, because user [{}] is unauthorized to run as [{}]", reason,
                     caller.user.username, target_user);
}

}  // namespace pkigate::policy
