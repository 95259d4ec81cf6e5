// SPDX-License-Identifier: Apache-2.0
//
// The request methods that Elasticsearch and OpenSearch route. Others are answered 501, so that no
// method means anything to an upstream that it did not mean to the authorization.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pkigate::http {

enum class Method : uint8_t { kGet, kHead, kPost, kPut, kDelete, kOptions, kPatch };

constexpr std::string_view MethodName(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
    case Method::kPatch:
      return "PATCH";
  }
  return "";
}

// Methods are case-sensitive (RFC 9110, 9.1).
constexpr std::optional<Method> FindMethod(std::string_view name) {
  for (const Method method : {Method::kGet, Method::kHead, Method::kPost, Method::kPut,
                              Method::kDelete, Method::kOptions, Method::kPatch}) {
    if (name == MethodName(method)) {
      return method;
    }
  }
  return std::nullopt;
}

// Whether sending such a request twice does no more than sending it once (RFC 9110, 9.2.2).
constexpr bool IsIdempotent(Method method) {
  return method != Method::kPost && method != Method::kPatch;
}

}  // namespace pkigate::http
