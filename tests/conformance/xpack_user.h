// SPDX-License-Identifier: Apache-2.0
//
// The `user` of an xpack vector: whom rules and templates are tried on.
#pragma once

#include "fields.h"
#include "roles/xpack_subject.h"

namespace pkigate::conformance {

roles::XpackSubject ReadUser(Fields& input);

}  // namespace pkigate::conformance
