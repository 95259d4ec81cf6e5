// SPDX-License-Identifier: Apache-2.0
//
// The answers that both management APIs give in many places: errors in each dialect's form, and the
// ones of the router. Bodies are compact; ApplyForm gives them their final form.
#pragma once

#include <string>
#include <string_view>

#include "api/json_writer.h"
#include "identity/dialect.h"
#include "rest/answer.h"

namespace pkigate::api {

rest::Answer JsonAnswer(int status, const Json& body);

// `{"error":{"root_cause":[{"type","reason"}],"type","reason"},"status"}`: X-Pack's form of every
// error (X-API-9), and that of the server under Open Distro (opendistro.md 5.9).
rest::Answer ExceptionAnswer(int status, std::string_view type, std::string_view reason);

// `{"status":"NOT_FOUND","message":...}`: what an Open Distro management call came to (5.2).
rest::Answer MessageAnswer(int status, std::string_view message);

// `{"status":"error","reason":...}`: a body that Open Distro's validation refused (5.2).
rest::Answer ReasonAnswer(std::string_view reason);

// A failure of the gateway itself (503, 500, 501, 413) in the dialect's form.
rest::Answer FailureAnswer(Dialect dialect, int status, std::string_view reason);

// The router's: a method that the path lacks (`allowed`: `GET, POST`), and a path without a route
// (X-API-4, X-API-4a, opendistro.md 5.2).
rest::Answer MethodAnswer(std::string_view uri, std::string_view method, std::string_view allowed);
rest::Answer NoHandlerAnswer(std::string_view uri, std::string_view method);
// 406: a body of a media type that is not JSON (X-API-7, opendistro.md 5.2).
rest::Answer ContentTypeAnswer(std::string_view content_type);

}  // namespace pkigate::api
