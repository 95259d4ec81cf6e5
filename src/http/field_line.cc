// SPDX-License-Identifier: Apache-2.0
#include "http/field_line.h"

#include "base/ascii.h"
#include "base/limits.h"
#include "http/errors.h"
#include "http/scan.h"

namespace pkigate::http {

const HttpError* ParseFieldLine(std::string_view line, HeaderView* field) {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* const colon = FindNonToken(begin, end);
  if (colon == end || *colon != ':' || colon == begin) {
    if (colon != end && (*colon == ' ' || *colon == '\t')) {
      return colon == begin ? &errors::kFoldedLine : &errors::kBlankBeforeColon;
    }
    return &errors::kBadHeaderName;
  }
  const auto name_len = static_cast<size_t>(colon - begin);
  if (name_len > limits::kHeaderNameBytesMax) {
    return &errors::kHeaderNameTooLong;
  }
  field->name = line.substr(0, name_len);
  field->value = TrimBlanks(line.substr(name_len + 1));
  field->known = FindHeader(field->name);
  return nullptr;
}

bool ListReader::Next(std::string_view* member) {
  while (!rest_.empty()) {
    const size_t comma = rest_.find(',');
    *member = TrimBlanks(rest_.substr(0, comma));
    rest_ = comma == std::string_view::npos ? std::string_view() : rest_.substr(comma + 1);
    if (!member->empty()) {
      return true;
    }
  }
  return false;
}

bool IsToken(std::string_view text) {
  for (const char c : text) {
    if (!IsTokenByte(c)) {
      return false;
    }
  }
  return !text.empty();
}

}  // namespace pkigate::http
