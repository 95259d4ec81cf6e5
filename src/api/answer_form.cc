// SPDX-License-Identifier: Apache-2.0
#include "api/answer_form.h"

#include <string_view>

#include "api/filter_path.h"
#include "api/json_writer.h"

namespace pkigate::api {

AnswerForm PlainForm(Dialect dialect, int xpack_answers) {
  // Up to 7.x, and so in Open Distro, the media type has a charset and no product is named.
  const bool is_8 = dialect == Dialect::kXpack && xpack_answers >= 8;
  AnswerForm form;
  form.dialect = dialect;
  form.product_header = is_8;
  form.content_type = is_8 ? "application/json" : "application/json; charset=UTF-8";
  return form;
}

void ApplyForm(const AnswerForm& form, rest::Answer& answer) {
  if (answer.content_type.starts_with("application/json")) {
    const bool filtered = !form.filter_path.empty() && answer.status < 400;
    if ((form.pretty || filtered) && !answer.body.empty()) {
      // The body is our own, so it parses.
      const Json body = Json::parse(answer.body);
      answer.body = WriteJson(filtered ? FilterPath(body, form.filter_path) : body, form.pretty);
    }
    answer.content_type = form.content_type;
  }
  if (!form.opaque_id.empty()) {
    answer.headers.emplace_back("X-Opaque-Id", form.opaque_id);
  }
  for (const std::string& warning : form.warnings) {
    answer.headers.emplace_back("Warning", warning);
  }
  // X-API-4c: official clients refuse a server without it; the security layer's own answers never
  // carry it.
  if (form.product_header && answer.status != 401 && answer.status != 403) {
    answer.headers.emplace_back("X-elastic-product", "Elasticsearch");
  }
}

}  // namespace pkigate::api
