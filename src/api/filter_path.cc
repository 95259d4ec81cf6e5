// SPDX-License-Identifier: Apache-2.0
#include "api/filter_path.h"

#include <optional>
#include <string_view>

namespace pkigate::api {

namespace {

using Pattern = std::vector<std::string>;  // one element per name

Pattern SplitPattern(std::string_view text) {
  Pattern names(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '.') {
      names.back() += '.';
      ++i;
    } else if (text[i] == '.') {
      names.emplace_back();
    } else {
      names.back() += text[i];
    }
  }
  return names;
}

// Whether `glob`, in which `*` is any run, is all of `name`. Remembers the last star only, which is
// enough: an earlier one never needs to grow once a later one has been reached.
bool GlobMatches(std::string_view glob, std::string_view name) {
  size_t g = 0;
  size_t n = 0;
  size_t star = std::string_view::npos;
  size_t star_n = 0;
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      star_n = n;
    } else if (g < glob.size() && glob[g] == name[n]) {
      ++g;
      ++n;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      n = ++star_n;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') {
    ++g;
  }
  return g == glob.size();
}

// Where in the patterns a walk down the document stands.
struct Place {
  const Pattern* pattern;
  size_t at;
  bool operator==(const Place&) const = default;
};
using Places = std::vector<Place>;

void AddPlace(Places& places, Place place, bool* complete) {
  if (place.at == place.pattern->size()) {
    *complete = true;
    return;
  }
  for (const Place& known : places) {
    if (known == place) {
      return;
    }
  }
  places.push_back(place);
}

// The places after going into member `name`. `*complete`: some pattern ends here.
Places Enter(const Places& places, std::string_view name, bool* complete) {
  Places next;
  // Grows while it is walked: `**` may also stand for no name at all.
  Places now = places;
  bool ends = false;
  for (size_t i = 0; i < now.size(); ++i) {
    const Place place = now[i];
    const std::string& glob = (*place.pattern)[place.at];
    if (glob == "**") {
      AddPlace(now, {place.pattern, place.at + 1}, &ends);
      AddPlace(next, place, complete);
      if (place.at + 1 == place.pattern->size()) {
        *complete = true;
      }
    } else if (GlobMatches(glob, name)) {
      AddPlace(next, {place.pattern, place.at + 1}, complete);
    }
  }
  return next;
}

bool IsContainer(const Json& value) { return value.is_object() || value.is_array(); }

// What the patterns keep of `value`; nullopt: nothing.
std::optional<Json> Keep(const Json& value, const Places& places) {
  if (value.is_array()) {
    Json kept = Json::array();
    for (const Json& element : value) {
      if (std::optional<Json> part = Keep(element, places); part.has_value()) {
        kept.push_back(*std::move(part));
      }
    }
    return kept.empty() ? std::nullopt : std::optional(std::move(kept));
  }
  if (!value.is_object()) {
    return std::nullopt;
  }
  Json kept = Json::object();
  for (const auto& [name, member] : value.items()) {
    bool complete = false;
    const Places next = Enter(places, name, &complete);
    if (complete) {
      kept[name] = member;
    } else if (!next.empty()) {
      if (std::optional<Json> part = Keep(member, next); part.has_value()) {
        kept[name] = *std::move(part);
      }
    }
  }
  return kept.empty() ? std::nullopt : std::optional(std::move(kept));
}

// `value` without what the patterns name; nullopt: nothing is left of it.
std::optional<Json> LeaveOut(const Json& value, const Places& places) {
  if (!IsContainer(value) || value.empty()) {
    return value;
  }
  if (value.is_array()) {
    Json left = Json::array();
    for (const Json& element : value) {
      if (std::optional<Json> part = LeaveOut(element, places); part.has_value()) {
        left.push_back(*std::move(part));
      }
    }
    return left.empty() ? std::nullopt : std::optional(std::move(left));
  }
  Json left = Json::object();
  for (const auto& [name, member] : value.items()) {
    bool complete = false;
    const Places next = Enter(places, name, &complete);
    if (complete) {
      continue;
    }
    if (next.empty()) {
      left[name] = member;
    } else if (std::optional<Json> part = LeaveOut(member, next); part.has_value()) {
      left[name] = *std::move(part);
    }
  }
  return left.empty() ? std::nullopt : std::optional(std::move(left));
}

Places StartOf(const std::vector<Pattern>& patterns) {
  Places places;
  for (const Pattern& pattern : patterns) {
    places.push_back({&pattern, 0});
  }
  return places;
}

}  // namespace

Json FilterPath(const Json& value, const std::vector<std::string>& patterns) {
  std::vector<Pattern> keeping;
  std::vector<Pattern> leaving;
  for (std::string_view text : patterns) {
    const bool leaves = text.starts_with('-');
    if (leaves) {
      text.remove_prefix(1);
    }
    (leaves ? leaving : keeping).push_back(SplitPattern(text));
  }
  std::optional<Json> result = value;
  if (!leaving.empty()) {
    result = LeaveOut(*result, StartOf(leaving));
  }
  if (result.has_value() && !keeping.empty()) {
    result = Keep(*result, StartOf(keeping));
  }
  return result.has_value() ? *std::move(result) : Json::object();
}

}  // namespace pkigate::api
