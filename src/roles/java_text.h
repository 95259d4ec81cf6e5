// SPDX-License-Identifier: Apache-2.0
//
// Values as Java's own toString and encoders print them: what a template's output consists of.
#pragma once

#include <string>
#include <string_view>

#include "roles/json_document.h"

namespace pkigate::roles {

// `1.0`, `1.0E10`, `{k=v, l=[1, null]}`; a text as it is. Members in their order, where a HashMap
// has them in its own.
std::string JavaText(const Json& value);

// Appends `text` as it stands inside of a JSON string.
void AppendJsonEscaped(std::string& out, std::string_view text);

// Appends `text` as java.net.URLEncoder writes it.
void AppendUrlEncoded(std::string& out, std::string_view text);

}  // namespace pkigate::roles
