// SPDX-License-Identifier: Apache-2.0
#include "policy/lint.h"

#include <variant>

#include "policy/lint_opendistro.h"
#include "policy/lint_xpack.h"

namespace pkigate::policy {

std::vector<Finding> Lint(const Model& model) {
  if (const auto* xpack = std::get_if<XpackModel>(&model.body)) {
    return LintXpack(*xpack);
  }
  return LintOpendistro(std::get<OpendistroModel>(model.body));
}

}  // namespace pkigate::policy
