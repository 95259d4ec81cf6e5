// SPDX-License-Identifier: Apache-2.0
//
// AnswerForm: how the client wants to be answered, worked out from the request once and kept with
// it, also across the control thread: indentation, media type, what is echoed.
#pragma once

#include <string>
#include <vector>

#include "identity/dialect.h"
#include "rest/answer.h"

namespace pkigate::api {

struct AnswerForm {
  Dialect dialect = Dialect::kXpack;
  bool pretty = false;
  bool product_header = false;        // X-elastic-product (X-API-4c)
  std::string content_type;           // of JSON answers: the dialect's, or what Accept asked for
  std::string opaque_id;              // X-Opaque-Id to echo; empty: none
  std::vector<std::string> warnings;  // values of Warning headers
  // `filter_path`: the members to keep (or, with a leading `-`, to leave out); empty: all.
  std::vector<std::string> filter_path;
};

// The form for a request that asks for nothing special. `xpack_answers`: 7 or 8, which X-Pack's
// answers are to look like; of no meaning to the other dialects.
AnswerForm PlainForm(Dialect dialect, int xpack_answers);

// Puts a complete answer into its form: filters (a success only, as upstream) and indents a JSON
// body, sets the media type, adds the echoed and the product headers. Every local answer goes
// through here exactly once.
void ApplyForm(const AnswerForm& form, rest::Answer& answer);

}  // namespace pkigate::api
