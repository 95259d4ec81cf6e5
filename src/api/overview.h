// SPDX-License-Identifier: Apache-2.0
//
// `GET /_pkigate/role_mappings`: all role mappings of a listener, those of its files together with
// those made through the API. Open Distro's own API lists them together anyway; X-Pack's knows only
// its own, and official clients take every entry that it lists for one they may change.
#pragma once

#include "gateway/local_answers.h"
#include "rest/answer.h"

namespace pkigate::api {

//   X-Pack   {"api":{"<name>":{...}},"files":[{"realm","role","dn","file","line"}, ...]}
//   others   {"<role>":{...}, ...}
rest::Answer Overview(const gateway::LocalRequest& request);

}  // namespace pkigate::api
