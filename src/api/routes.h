// SPDX-License-Identifier: Apache-2.0
//
// Routes: from a method and the segments of one of our paths to what is to be done. The table knows
// every path of both products' security APIs, so that those of a later time are told apart from
// those that never existed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "identity/dialect.h"

namespace pkigate::api {

enum class Action : uint8_t {
  kAuthenticate,      // X-Pack: who am I
  kListMappings,      // X-Pack: all role mappings
  kReadMapping,       // X-Pack: the named ones
  kPutMapping,        //
  kDeleteMapping,     //
  kHealth,            // Open Distro: is it up; needs no user
  kAuthinfo,          // Open Distro: who am I
  kListRolesmapping,  // Open Distro: all role mappings
  kReadRolesmapping,  //
  kPutRolesmapping,   //
  kDeleteRolesmapping,
  kMetrics,         // pkigate's own
  kOverview,        // pkigate's own: the mappings of the files and of the API together
  kNotImplemented,  // the product has it, this gateway not yet
};

struct Route {
  Action action = Action::kNotImplemented;
  std::string_view pattern;  // below the base, `role_mapping/{name}`; names lead no further
  std::string_view base;     // canonical, `_security`
  bool deprecated = false;   // reached through `_xpack/security` (X-API-1)
  std::string_view name;     // the first `{...}` of the pattern, decoded; empty: it has none
};

// What Match found: a route, or the methods that the path has instead, or nothing.
struct RouteMatch {
  std::optional<Route> route;
  std::string allowed;  // `GET, POST`; empty: no such path
};

// `segments` are decoded (rest::PathSegments). A route's `name` views one of them.
RouteMatch MatchRoute(Dialect dialect, std::string_view method,
                      std::span<const std::string_view> segments);

}  // namespace pkigate::api
