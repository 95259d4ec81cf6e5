// SPDX-License-Identifier: Apache-2.0
#include "api/request_form.h"

#include <algorithm>
#include <array>

#include "api/answers.h"
#include "base/ascii.h"
#include "base/limits.h"

namespace pkigate::api {

namespace {

constexpr std::array<std::string_view, 5> kCommonParameters = {"pretty", "human", "error_trace",
                                                               "filter_path", "format"};
constexpr std::string_view kVendored = "application/vnd.elasticsearch+json";

std::string DecodeQueryText(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && HexDigitValue(text[i + 1]) >= 0 &&
               HexDigitValue(text[i + 2]) >= 0) {
      decoded += static_cast<char>(HexDigitValue(text[i + 1]) * 16 + HexDigitValue(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::vector<std::string_view> SplitAt(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(TrimBlanks(text.substr(0, end)));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

// The media type that `entry` of an Accept list asks for, where it is one to be echoed: built anew,
// not copied. Empty: none of those.
std::string VendoredType(std::string_view entry) {
  const std::vector<std::string_view> parts = SplitAt(entry, ';');
  if (!EqualsIgnoringCase(parts[0], kVendored)) {
    return "";
  }
  std::string_view version = "8";  // what we speak, when the client does not say
  constexpr std::string_view kParameter = "compatible-with=";
  for (const std::string_view part : parts) {
    if (EqualsIgnoringCase(part.substr(0, kParameter.size()), kParameter)) {
      version = part.substr(kParameter.size());
    }
  }
  if (version.empty() || version.size() > 2 || !std::ranges::all_of(version, IsAsciiDigit)) {
    return "";
  }
  return std::string(kVendored) + ";compatible-with=" + std::string(version);
}

rest::Answer Refusal(std::string_view reason, int status) {
  return ExceptionAnswer(status, "illegal_argument_exception", reason);
}

}  // namespace

Query Query::Parse(std::string_view query) {
  Query parsed;
  if (query.empty()) {
    return parsed;
  }
  for (const std::string_view part : SplitAt(query, '&')) {
    if (part.empty()) {
      continue;
    }
    const size_t equals = part.find('=');
    parsed.parameters_.emplace_back(
        DecodeQueryText(part.substr(0, equals)),
        equals == std::string_view::npos ? "" : DecodeQueryText(part.substr(equals + 1)));
  }
  return parsed;
}

const std::string* Query::Find(std::string_view name) const {
  for (auto it = parameters_.rbegin(); it != parameters_.rend(); ++it) {
    if (it->first == name) {
      return &it->second;
    }
  }
  return nullptr;
}

std::set<std::string> Query::Unknown(std::span<const std::string_view> known) const {
  std::set<std::string> unknown;
  for (const auto& [name, value] : parameters_) {
    if (std::ranges::find(known, name) == known.end() &&
        std::ranges::find(kCommonParameters, name) == kCommonParameters.end()) {
      unknown.insert(name);
    }
  }
  return unknown;
}

std::optional<std::string_view> FindHeader(std::span<const identity::HeaderField> headers,
                                           std::string_view name) {
  for (const identity::HeaderField& header : headers) {
    if (EqualsIgnoringCase(header.name, name)) {
      return header.value;
    }
  }
  return std::nullopt;
}

RequestedForm FormOf(AnswerForm plain, const Query& query,
                     std::span<const identity::HeaderField> headers) {
  RequestedForm requested{.form = std::move(plain), .refusal = std::nullopt};
  AnswerForm& form = requested.form;
  form.opaque_id = FindHeader(headers, "x-opaque-id").value_or("");
  const std::string* format = query.Find("format");
  for (const std::string_view entry : SplitAt(FindHeader(headers, "accept").value_or(""), ',')) {
    const std::string_view type = TrimBlanks(entry.substr(0, entry.find(';')));
    std::string vendored = VendoredType(entry);
    if (form.dialect == Dialect::kXpack && !vendored.empty()) {
      form.content_type = std::move(vendored);
      break;
    }
    if (EqualsIgnoringCase(type, "application/json") || type == "*/*") {
      break;
    }
    // Upstream would answer in these; what else stands in Accept it ignores.
    if (format == nullptr && (EqualsIgnoringCase(type, "application/yaml") ||
                              EqualsIgnoringCase(type, "application/cbor") ||
                              EqualsIgnoringCase(type, "application/smile"))) {
      requested.refusal = Refusal("answers are JSON only; Accept asks for another type", 406);
      break;
    }
  }
  if (format != nullptr && (*format == "yaml" || *format == "cbor" || *format == "smile")) {
    requested.refusal =
        Refusal("answers are JSON only; format [" + *format + "] is not offered", 406);
  }
  if (const std::string* pretty = query.Find("pretty"); pretty != nullptr) {
    if (!pretty->empty() && *pretty != "true" && *pretty != "false") {
      requested.refusal = Refusal(
          "Failed to parse value [" + *pretty + "] as only [true] or [false] are allowed.", 400);
    }
    form.pretty = pretty->empty() || *pretty == "true";
  }
  if (const std::string* paths = query.Find("filter_path"); paths != nullptr) {
    const auto num_names =
        std::ranges::count_if(*paths, [](char c) { return c == ',' || c == '.'; });
    if (static_cast<size_t>(num_names) >= limits::kFilterPathNames) {
      requested.refusal = Refusal("filter_path names too many members", 400);
      return requested;
    }
    for (const std::string_view path : SplitAt(*paths, ',')) {
      if (!path.empty()) {
        form.filter_path.emplace_back(path);
      }
    }
  }
  return requested;
}

bool IsJsonMediaType(Dialect dialect, std::string_view content_type) {
  const std::string_view type = TrimBlanks(content_type.substr(0, content_type.find(';')));
  // Upstream reads the lines of x-ndjson as JSON wherever it expects one document.
  return EqualsIgnoringCase(type, "application/json") ||
         EqualsIgnoringCase(type, "application/x-ndjson") ||
         (dialect == Dialect::kXpack && EqualsIgnoringCase(type, kVendored)) ||
         (dialect == Dialect::kOpensearch &&
          EqualsIgnoringCase(type, "application/vnd.opensearch+json"));
}

}  // namespace pkigate::api
