// SPDX-License-Identifier: Apache-2.0
#include "api/answers.h"

#include <fmt/format.h>

namespace pkigate::api {

namespace {

// The name that Open Distro writes for a status.
std::string_view StatusName(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "CREATED";
    case 400:
      return "BAD_REQUEST";
    case 403:
      return "FORBIDDEN";
    case 404:
      return "NOT_FOUND";
    case 413:
      return "REQUEST_ENTITY_TOO_LARGE";
    case 501:
      return "NOT_IMPLEMENTED";
    case 503:
      return "SERVICE_UNAVAILABLE";
    default:
      return "INTERNAL_SERVER_ERROR";
  }
}

// The exception a client of X-Pack would see for a failure of the server itself.
std::string_view FailureType(int status) {
  switch (status) {
    case 413:
      return "content_too_long_exception";
    case 501:
      return "not_implemented_exception";
    case 503:
      return "es_rejected_execution_exception";
    default:
      return "exception";
  }
}

}  // namespace

rest::Answer JsonAnswer(int status, const Json& body) {
  rest::Answer answer;
  answer.status = status;
  answer.body = WriteJson(body, /*pretty=*/false);
  return answer;
}

rest::Answer ExceptionAnswer(int status, std::string_view type, std::string_view reason) {
  const Json cause = {{"type", type}, {"reason", reason}};
  return JsonAnswer(
      status,
      {{"error", {{"root_cause", Json::array({cause})}, {"type", type}, {"reason", reason}}},
       {"status", status}});
}

rest::Answer MessageAnswer(int status, std::string_view message) {
  return JsonAnswer(status, {{"status", StatusName(status)}, {"message", message}});
}

rest::Answer ReasonAnswer(std::string_view reason) {
  return JsonAnswer(400, {{"status", "error"}, {"reason", reason}});
}

rest::Answer FailureAnswer(Dialect dialect, int status, std::string_view reason) {
  return dialect == Dialect::kXpack ? ExceptionAnswer(status, FailureType(status), reason)
                                    : MessageAnswer(status, reason);
}

rest::Answer MethodAnswer(std::string_view uri, std::string_view method, std::string_view allowed) {
  rest::Answer answer =
      JsonAnswer(405, {{"error", fmt::format("Incorrect HTTP method for uri [{}] and method [{}], "
                                             "allowed: [{}]",
                                             uri, method, allowed)},
                       {"status", 405}});
  // The header has no blanks where the text has them.
  std::string header(allowed);
  std::erase(header, ' ');
  answer.headers.emplace_back("Allow", std::move(header));
  return answer;
}

rest::Answer NoHandlerAnswer(std::string_view uri, std::string_view method) {
  return JsonAnswer(
      400, {{"error", fmt::format("no handler found for uri [{}] and method [{}]", uri, method)}});
}

rest::Answer ContentTypeAnswer(std::string_view content_type) {
  return JsonAnswer(
      406, {{"error", fmt::format("Content-Type header [{}] is not supported", content_type)},
            {"status", 406}});
}

}  // namespace pkigate::api
