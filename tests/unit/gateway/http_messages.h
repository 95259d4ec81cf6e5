// SPDX-License-Identifier: Apache-2.0
//
// What the scripted peers of worker_world.h read: an HTTP/1.1 message taken apart by a reader of
// its own, so that a mistake of src/http does not hide itself. It is simple and takes well-formed
// messages only: everything the gateway writes has to be one.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pkigate::gateway {

struct Message {
  std::string start_line;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string trailers;  // as received, without the empty line
  bool chunked = false;

  int status() const;          // of an answer
  std::string method() const;  // of a request
  std::string target() const;  // of a request
  size_t Count(std::string_view name) const;
  // Of the first header of that name; empty when there is none.
  std::string Value(std::string_view name) const;
  // Has exactly one header of that name, with that value.
  bool Says(std::string_view name, std::string_view value) const;
};

enum class MessageKind { kRequest, kAnswer, kAnswerToHead };

enum class Found { kNothingYet, kMessage, kMalformed };

// Moves one message from the front of `text` into `message`. `ended`: nothing follows the text, so
// an answer without a length is complete.
Found TakeMessage(std::string* text, MessageKind kind, bool ended, Message* message);

// `body` in chunks of at most `chunk_bytes`, last chunk included.
std::string Chunked(std::string_view body, size_t chunk_bytes);

// Bytes that differ from their neighbours and from those of another `salt`.
std::string BodyOf(size_t size, size_t salt);

}  // namespace pkigate::gateway
