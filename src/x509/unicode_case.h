// SPDX-License-Identifier: Apache-2.0
//
// Case of UTF-8 text by the Unicode tables (unicode_case_table.h), with no locale involved: the
// same on every machine, whatever locales it has. Bytes that are no UTF-8 are kept.
//
// ToLowerCase and ToUpperCase are Java's String methods of the root locale: `ß` becomes `SS`. One
// difference: a capital sigma always becomes the ordinary small one, also at the end of a word.
#pragma once

#include <string>
#include <string_view>

namespace pkigate::x509 {

std::string ToLowerCase(std::string_view text);
std::string ToUpperCase(std::string_view text);

// Each character by its one-character mapping, so the number of characters stays (`İ` becomes `i`).
std::string ToSimpleLowerCase(std::string_view text);

// Each character as the lower case of its upper case: texts are equal in this form exactly when
// EqualsIgnoringUnicodeCase says so. `Σ`, `σ` and the final `ς` are one.
std::string ToCaselessForm(std::string_view text);

// Java's equalsIgnoreCase: character by character, equal in upper case or in the lower case of
// that.
bool EqualsIgnoringUnicodeCase(std::string_view a, std::string_view b);

}  // namespace pkigate::x509
