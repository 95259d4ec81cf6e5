// SPDX-License-Identifier: Apache-2.0
//
// An Explanation for people: sections, one fact a line. Values of certificates and mappings that
// could break a line come out escaped.
#pragma once

#include <string>

#include "cli/explanation.h"

namespace pkigate::cli {

std::string ExplanationText(const Explanation& explanation);

// `accepted`, `refused`, ...: the words of both outputs.
const char* SaidWord(identity::Trace::Said said);

}  // namespace pkigate::cli
