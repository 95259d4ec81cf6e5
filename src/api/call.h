// SPDX-License-Identifier: Apache-2.0
//
// Call: one management request as the handlers see it, after the router. What they return is an
// answer, or a change that the control thread has to make first.
#pragma once

#include <string_view>
#include <variant>

#include "api/answer_form.h"
#include "api/mapping_writer.h"
#include "api/request_form.h"
#include "api/routes.h"
#include "gateway/local_answers.h"
#include "rest/answer.h"

namespace pkigate::api {

// Borrows everything for the length of the handler's call. The caller is authenticated.
struct Call {
  const gateway::LocalRequest& request;
  const Route& route;
  const Query& query;
  AnswerForm& form;  // handlers may add warnings
};

using Handled = std::variant<rest::Answer, MappingWrite>;

}  // namespace pkigate::api
