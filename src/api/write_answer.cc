// SPDX-License-Identifier: Apache-2.0
//
// The answers to changes of role mappings (docs/spec/xpack.md 4.4, docs/spec/opendistro.md 5.2).
#include <fmt/format.h>

#include "api/answers.h"
#include "api/mapping_writer.h"
#include "base/assert.h"

namespace pkigate::api {

namespace {

using What = WriteOutcome::What;

rest::Answer XpackAnswer(const WriteOutcome& outcome) {
  switch (outcome.what) {
    case What::kCreated:
      return JsonAnswer(200, {{"role_mapping", {{"created", true}}}});
    case What::kUpdated:
      return JsonAnswer(200, {{"role_mapping", {{"created", false}}}});
    case What::kDeleted:
      return JsonAnswer(200, {{"found", true}});
    case What::kNotFound:
      return JsonAnswer(404, {{"found", false}});
    case What::kInvalid:
      return ExceptionAnswer(400, "illegal_argument_exception", outcome.reason);
    default:
      break;
  }
  PKIGATE_ASSERT(false);  // only Open Distro has the others
  return {};
}

rest::Answer OpendistroAnswer(const MappingWrite& write, const WriteOutcome& outcome) {
  const bool opensearch = write.form.dialect == Dialect::kOpensearch;
  const std::string& name = write.name;
  switch (outcome.what) {
    case What::kCreated:
      return MessageAnswer(201, fmt::format("'{}' created.", name));
    case What::kUpdated:
      return MessageAnswer(200, fmt::format("'{}' updated.", name));
    case What::kDeleted:
      return MessageAnswer(200, fmt::format("'{}' deleted.", name));
    case What::kNotFound:
      return MessageAnswer(404, opensearch ? fmt::format("rolesmapping '{}' not found.", name)
                                           : fmt::format("rolesmapping {} not found.", name));
    case What::kReserved:
      return MessageAnswer(403, opensearch ? fmt::format("Resource '{}' is reserved.", name)
                                           : fmt::format("Resource '{}' is read-only.", name));
    case What::kHidden:
      return MessageAnswer(404, fmt::format("Resource '{}' is not available.", name));
    case What::kRoleNotFound:
      return MessageAnswer(
          404, opensearch ? fmt::format("role '{}' not found.", name)
                          : fmt::format("Role '{}' is not available for role-mapping.", name));
    case What::kInvalid:
      return ReasonAnswer(outcome.reason);
    default:
      break;
  }
  PKIGATE_ASSERT(false);
  return {};
}

}  // namespace

rest::Answer WriteAnswer(const MappingWrite& write, const WriteOutcome& outcome) {
  const Dialect dialect = write.form.dialect;
  rest::Answer answer;
  if (outcome.what == What::kFailed) {
    // What the disk said is for the operator, and in the log.
    answer = FailureAnswer(dialect, 500, "the change could not be stored; nothing was changed");
  } else if (outcome.what == What::kBusy) {
    answer = FailureAnswer(dialect, 503, outcome.reason);
  } else if (dialect == Dialect::kXpack) {
    answer = XpackAnswer(outcome);
  } else {
    answer = OpendistroAnswer(write, outcome);
  }
  ApplyForm(write.form, answer);
  return answer;
}

}  // namespace pkigate::api
