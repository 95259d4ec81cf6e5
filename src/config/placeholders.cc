// SPDX-License-Identifier: Apache-2.0
#include "config/placeholders.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/limits.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kOpen = "${";

// Where the placeholder ends whose inside begins at `from`: at its `}`, past those of the
// placeholders in it.
size_t EndOf(std::string_view text, size_t from) {
  size_t depth = 0;
  for (size_t at = from; at < text.size(); ++at) {
    if (text.substr(at).starts_with(kOpen)) {
      ++depth;
      ++at;
    } else if (text[at] == '}' && depth-- == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

class Expander {
 public:
  explicit Expander(const Environment& environment) : environment_(environment) {}

  Result<std::string> Expand(std::string_view text) {
    std::string out;
    for (;;) {
      const size_t open = text.find(kOpen);
      const size_t begin = open + kOpen.size();
      const size_t end = open == text.npos ? text.npos : EndOf(text, begin);
      if (end == text.npos) {
        return Checked(std::move(out.append(text)));
      }
      out.append(text.substr(0, open));
      out += PKIGATE_TRY(Replace(text.substr(begin, end - begin)));
      text.remove_prefix(end + 1);
    }
  }

 private:
  // What `${inside}` stands for.
  Result<std::string> Replace(std::string_view inside) {
    if (std::ranges::find(open_, inside) != open_.end()) {
      return MakeError("placeholder", "Circular placeholder reference '{}'", inside);
    }
    if (open_.size() == limits::kPlaceholderDepthMax) {
      return MakeError("placeholder", "placeholders nest deeper than {}",
                       limits::kPlaceholderDepthMax);
    }
    open_.emplace_back(inside);
    // The name itself may be made of placeholders.
    const std::string whole = PKIGATE_TRY(Expand(inside));
    const size_t colon = whole.find(':');
    const std::string name = whole.substr(0, colon);
    std::optional<std::string> value = environment_(name);
    if (!value.has_value() && colon != whole.npos) {
      value = whole.substr(colon + 1);
    }
    if (!value.has_value()) {
      return MakeError("placeholder", "Could not resolve placeholder '{}'", name);
    }
    std::string expanded = PKIGATE_TRY(Expand(*value));
    open_.pop_back();
    return expanded;
  }

  static Result<std::string> Checked(std::string text) {
    if (text.size() > limits::kExpandedSettingBytesMax) {
      return MakeError("placeholder", "the value is longer than {} bytes",
                       limits::kExpandedSettingBytesMax);
    }
    return text;
  }

  const Environment& environment_;
  std::vector<std::string> open_;  // those being replaced, outermost first
};

}  // namespace

std::optional<std::string> ProcessEnvironment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<std::string> ExpandPlaceholders(std::string_view text, const Environment& environment) {
  return Expander(environment).Expand(text);
}

}  // namespace pkigate::config
