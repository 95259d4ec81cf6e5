// SPDX-License-Identifier: Apache-2.0
#include "policy/opendistro_answers.h"

#include "base/json_text.h"

namespace pkigate::policy {

namespace {

constexpr char kPlainText[] = "text/plain; charset=UTF-8";
constexpr char kJson[] = "application/json; charset=UTF-8";

constexpr std::string_view kIllegalParameter =
    "Illegal parameter in http or transport request found.\nThis means that one node is trying to "
    "connect to another with \na non-node certificate (no OID or security.nodes_dn incorrect "
    "configured) or that someone \nis spoofing requests.";

rest::Answer Plain(int status, std::string_view text) {
  rest::Answer answer;
  answer.status = status;
  answer.content_type = kPlainText;
  answer.body = std::string(text);
  return answer;
}

}  // namespace

rest::Answer OpendistroUnauthorized() { return Plain(401, "Authentication finally failed"); }

rest::Answer OpendistroChallenge(identity::Challenge challenge, Dialect dialect) {
  const std::string realm =
      dialect == Dialect::kOpensearch ? "OpenSearch Security" : "Open Distro Security";
  rest::Answer answer;
  switch (challenge) {
    case identity::Challenge::kNone:
      return OpendistroUnauthorized();
    case identity::Challenge::kBasic:
      answer = Plain(401, "Unauthorized");
      answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"" + realm + '"');
      return answer;
    case identity::Challenge::kBearer:
      answer = Plain(401, "");
      answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"" + realm + '"');
      return answer;
  }
  return OpendistroUnauthorized();
}

rest::Answer OpendistroNotInitialized(Dialect dialect) {
  return Plain(503, dialect == Dialect::kOpensearch ? "OpenSearch Security not initialized."
                                                    : "Open Distro Security not initialized.");
}

rest::Answer OpendistroAdminByName() {
  return Plain(403,
               "Cannot authenticate user because admin user is not permitted to login via HTTP");
}

rest::Answer OpendistroForbidden(std::string_view reason) {
  return rest::ProtocolError(Dialect::kOpendistro, 403, "security_exception", reason);
}

rest::Answer OpendistroException(Dialect dialect, int status, std::string_view reason) {
  if (dialect == Dialect::kOpendistro) {
    return rest::ProtocolError(dialect, status, "security_exception", reason);
  }
  rest::Answer answer;
  answer.status = status;
  answer.content_type = kJson;
  answer.body = R"({"error":{"status":"error","reason":)";
  AppendJsonString(answer.body, reason);
  answer.body += "}}";
  return answer;
}

rest::Answer OpendistroIllegalHeader(Dialect dialect) {
  if (dialect == Dialect::kOpendistro) {
    return rest::ProtocolError(dialect, 403, "exception", kIllegalParameter);
  }
  return OpendistroException(dialect, 403, kIllegalParameter);
}

}  // namespace pkigate::policy
