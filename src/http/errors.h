// SPDX-License-Identifier: Apache-2.0
//
// Every way in which a message can be refused. The codes are for logs and counters and do not
// change; the texts go to the client. In an upstream's answer the status becomes 502.
#pragma once

#include "http/message.h"

namespace pkigate::http::errors {

// --- lines and fields ---------------------------------------------------------------------------

inline constexpr HttpError kBadByte = {
    400, "bad_byte", "a control character, or a line that does not end in CRLF, in the head"};
inline constexpr HttpError kHeadTooLarge = {431, "head_too_large", "the head is too large"};
inline constexpr HttpError kTooManyHeaders = {431, "too_many_headers", "too many headers"};
inline constexpr HttpError kFoldedLine = {
    400, "folded_line", "a header line begins with a blank; folded lines are not accepted"};
inline constexpr HttpError kBlankBeforeColon = {400, "blank_before_colon",
                                                "a header has a blank before its colon"};
inline constexpr HttpError kBadHeaderName = {400, "bad_header_name",
                                             "a header line has no valid name followed by a colon"};
inline constexpr HttpError kHeaderNameTooLong = {431, "header_name_too_long",
                                                 "a header has too long a name"};
inline constexpr HttpError kUnusualHeaderName = {
    400, "unusual_header_name",
    "a header name contains `_` or `.`, which some servers take for `-`"};

// --- framing ------------------------------------------------------------------------------------

inline constexpr HttpError kBadLength = {400, "bad_length",
                                         "Content-Length is not one number in decimal digits"};
inline constexpr HttpError kRepeatedLength = {400, "repeated_length",
                                              "Content-Length stands more than once"};
inline constexpr HttpError kTwoFramings = {400, "two_framings",
                                           "both Content-Length and Transfer-Encoding"};
inline constexpr HttpError kBadCoding = {
    400, "bad_coding", "Transfer-Encoding is not `chunked`, once and as the last coding"};
inline constexpr HttpError kUnknownCoding = {
    501, "unknown_coding", "a transfer coding other than `chunked` is not implemented"};
inline constexpr HttpError kCodingInHttp10 = {400, "coding_in_http10",
                                              "Transfer-Encoding in an HTTP/1.0 message"};
inline constexpr HttpError kBadConnection = {400, "bad_connection",
                                             "Connection is not a short list of header names"};
inline constexpr HttpError kBodyTooLarge = {413, "body_too_large", "the body is too large"};

// --- requests -----------------------------------------------------------------------------------

inline constexpr HttpError kBadRequestLine = {
    400, "bad_request_line",
    "the request line is not a method, a target and a version with one space between them"};
inline constexpr HttpError kMethodTooLong = {501, "method_too_long", "the method is unknown"};
inline constexpr HttpError kMethodNotServed = {501, "method_not_served",
                                               "the method is not served"};
inline constexpr HttpError kVersionNotServed = {505, "version_not_served",
                                                "only HTTP/1.1 and HTTP/1.0 are served here"};
inline constexpr HttpError kTargetTooLong = {414, "target_too_long",
                                             "the request target is too long"};
inline constexpr HttpError kBadTarget = {
    400, "bad_target", "the request target has a byte or a form that is not allowed"};
inline constexpr HttpError kNoHost = {400, "no_host", "Host is missing"};
inline constexpr HttpError kRepeatedHost = {400, "repeated_host", "Host stands more than once"};
inline constexpr HttpError kBadHost = {400, "bad_host",
                                       "Host is not a host name with at most a port"};
inline constexpr HttpError kOtherHost = {421, "other_host",
                                         "the request target names another host than Host"};
inline constexpr HttpError kUnknownExpectation = {417, "unknown_expectation",
                                                  "an expectation other than `100-continue`"};
inline constexpr HttpError kUpgradeRefused = {501, "upgrade_refused",
                                              "HTTP/2 is not offered by upgrade"};

// --- answers ------------------------------------------------------------------------------------

inline constexpr HttpError kBadStatusLine = {502, "bad_status_line",
                                             "the status line is malformed"};

// --- bodies -------------------------------------------------------------------------------------

inline constexpr HttpError kBadChunkSize = {
    400, "bad_chunk_size", "a chunk's size is not a number of at most 16 hexadecimal digits"};
inline constexpr HttpError kBadChunkExtension = {
    400, "bad_chunk_extension", "a chunk's size is followed by something malformed"};
inline constexpr HttpError kChunkExtensionsTooLong = {400, "chunk_extensions_too_long",
                                                      "too long chunk extensions"};
inline constexpr HttpError kBadChunkEnd = {400, "bad_chunk_end",
                                           "a chunk's data is not followed by CRLF"};
inline constexpr HttpError kTrailersTooLarge = {431, "trailers_too_large",
                                                "the trailers are too large"};

}  // namespace pkigate::http::errors
