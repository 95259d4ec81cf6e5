// SPDX-License-Identifier: Apache-2.0
//
// {"error":{"root_cause":[{"type":T,"reason":R}],"type":T,"reason":R},"status":S}
//
// Both families have the same form (xpack.md, X-API-9; opendistro.md, 3.8) and differ in the
// content type: the 8.x form of X-Pack has no charset (X-AUT-70), Open Distro and OpenSearch have
// one. X-Pack names its product, except where security itself refuses: official clients would take
// any other answer for that of a foreign server (X-API-4c).
#include "rest/answer.h"

#include <fmt/format.h>

#include "base/json_text.h"

namespace pkigate::rest {

Answer ProtocolError(Dialect dialect, int status, std::string_view type, std::string_view reason) {
  std::string cause = "\"type\":";
  AppendJsonString(cause, type);
  cause += ",\"reason\":";
  AppendJsonString(cause, reason);
  Answer answer;
  answer.status = status;
  answer.content_type =
      IsOpendistroFamily(dialect) ? "application/json; charset=UTF-8" : "application/json";
  answer.body =
      fmt::format(R"({{"error":{{"root_cause":[{{{}}}],{}}},"status":{}}})", cause, cause, status);
  if (dialect == Dialect::kXpack && status != 401 && status != 403) {
    answer.headers.emplace_back("X-elastic-product", "Elasticsearch");
  }
  return answer;
}

Answer Overloaded(Dialect dialect, std::string_view reason) {
  // Both derive it from the name of their exception: EsRejectedExecutionException, and
  // OpenSearchRejectedExecutionException, of which the product's name goes.
  return ProtocolError(dialect, 429,
                       dialect == Dialect::kOpensearch ? "rejected_execution_exception"
                                                       : "es_rejected_execution_exception",
                       reason);
}

std::string_view ProtocolErrorType(int status) {
  switch (status) {
    case 408:
      return "timeout_exception";
    case 413:
    case 414:
    case 431:
      return "too_long_frame_exception";  // of the HTTP layer both systems use
    case 502:
    case 503:
      return "connect_transport_exception";
    case 504:
      return "receive_timeout_transport_exception";
    default:  // 400, 417, 421, 501, 505: what the REST layer says to a request it cannot read
      return status < 500 || status == 501 || status == 505 ? "illegal_argument_exception"
                                                            : "exception";
  }
}

}  // namespace pkigate::rest
