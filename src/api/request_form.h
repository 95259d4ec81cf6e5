// SPDX-License-Identifier: Apache-2.0
//
// What a request says about its answer and its body besides the path: query parameters, Accept,
// Content-Type.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/answer_form.h"
#include "identity/credentials.h"

namespace pkigate::api {

// The parameters of a query, decoded (percent escapes once, `+` is a blank), in order.
class Query {
 public:
  static Query Parse(std::string_view query);

  // The last value of this name, as upstream; null when it is not there.
  const std::string* Find(std::string_view name) const;
  // The names, sorted, that are neither among `known` nor such as every path takes (X-API-4b).
  std::set<std::string> Unknown(std::span<const std::string_view> known) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

// The first header of this name; nullopt when there is none.
std::optional<std::string_view> FindHeader(std::span<const identity::HeaderField> headers,
                                           std::string_view name);

// The form in which to answer: `plain` and what the request asks for. Always usable; what else was
// asked for and cannot be given
// (`?format=yaml`) is in `refusal`.
struct RequestedForm {
  AnswerForm form;
  std::optional<rest::Answer> refusal;
};
RequestedForm FormOf(AnswerForm plain, const Query& query,
                     std::span<const identity::HeaderField> headers);

// Whether a body of this Content-Type is JSON: `application/json`, or under X-Pack the vendored
// `application/vnd.elasticsearch+json;compatible-with=N` (X-API-3a), parameters aside.
bool IsJsonMediaType(Dialect dialect, std::string_view content_type);

}  // namespace pkigate::api
