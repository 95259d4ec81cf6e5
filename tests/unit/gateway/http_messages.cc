// SPDX-License-Identifier: Apache-2.0
#include "http_messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace pkigate::gateway {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

bool ReadHead(std::string_view head, Message* message) {
  size_t at = head.find(kLineEnd);
  message->start_line = head.substr(0, at);
  while (at + kLineEnd.size() < head.size()) {
    const size_t begin = at + kLineEnd.size();
    at = head.find(kLineEnd, begin);
    const std::string_view line = head.substr(begin, at - begin);
    if (line.empty()) {
      return true;
    }
    const size_t colon = line.find(": ");
    if (colon == std::string_view::npos || colon == 0) {
      return false;
    }
    message->headers.emplace_back(Lower(line.substr(0, colon)), line.substr(colon + 2));
  }
  return true;
}

// The chunked body at `at`; kMessage moves `at` behind it.
Found ReadChunks(std::string_view text, size_t* at, Message* message) {
  message->body.clear();
  size_t position = *at;
  for (;;) {
    const size_t line_end = text.find(kLineEnd, position);
    if (line_end == std::string_view::npos) {
      return Found::kNothingYet;
    }
    const std::string digits(text.substr(position, line_end - position));
    char* end = nullptr;
    const size_t size = std::strtoull(digits.c_str(), &end, 16);
    if (digits.empty() || *end != '\0') {
      return Found::kMalformed;
    }
    position = line_end + kLineEnd.size();
    if (size == 0) {
      break;
    }
    if (text.size() < position + size + kLineEnd.size()) {
      return Found::kNothingYet;
    }
    message->body += text.substr(position, size);
    position += size;
    if (text.substr(position, kLineEnd.size()) != kLineEnd) {
      return Found::kMalformed;
    }
    position += kLineEnd.size();
  }
  for (;;) {
    const size_t line_end = text.find(kLineEnd, position);
    if (line_end == std::string_view::npos) {
      return Found::kNothingYet;
    }
    const std::string_view line = text.substr(position, line_end - position);
    position = line_end + kLineEnd.size();
    if (line.empty()) {
      *at = position;
      return Found::kMessage;
    }
    message->trailers += std::string(line) + "\r\n";
  }
}

}  // namespace

int Message::status() const {
  return start_line.size() < 12 ? 0 : std::atoi(start_line.substr(9, 3).c_str());
}

std::string Message::method() const { return start_line.substr(0, start_line.find(' ')); }

std::string Message::target() const {
  const size_t begin = start_line.find(' ') + 1;
  return start_line.substr(begin, start_line.rfind(' ') - begin);
}

size_t Message::Count(std::string_view name) const {
  return static_cast<size_t>(std::count_if(headers.begin(), headers.end(),
                                           [&](const auto& one) { return one.first == name; }));
}

std::string Message::Value(std::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (header == name) {
      return value;
    }
  }
  return {};
}

bool Message::Says(std::string_view name, std::string_view value) const {
  return Count(name) == 1 && Value(name) == value;
}

Found TakeMessage(std::string* text, MessageKind kind, bool ended, Message* message) {
  const size_t head_end = text->find("\r\n\r\n");
  if (head_end == std::string::npos) {
    return Found::kNothingYet;
  }
  *message = {};
  size_t at = head_end + 4;
  if (!ReadHead(std::string_view(*text).substr(0, at), message)) {
    return Found::kMalformed;
  }
  const bool is_request = kind == MessageKind::kRequest;
  const bool version_fits = is_request ? message->start_line.ends_with(" HTTP/1.1")
                                       : message->start_line.starts_with("HTTP/1.1 ");
  const bool two_framings =
      message->Count("content-length") + message->Count("transfer-encoding") > 1;
  if (!version_fits || two_framings) {
    return Found::kMalformed;
  }
  const int status = is_request ? 0 : message->status();
  const bool bodiless = kind == MessageKind::kAnswerToHead ||
                        (!is_request && (status < 200 || status == 204 || status == 304));
  if (bodiless) {
    // Nothing follows, whatever the head says.
  } else if (message->Count("transfer-encoding") == 1) {
    message->chunked = true;
    const Found found = ReadChunks(*text, &at, message);
    if (found != Found::kMessage) {
      return found;
    }
  } else if (message->Count("content-length") == 1) {
    const size_t length = std::strtoull(message->Value("content-length").c_str(), nullptr, 10);
    if (text->size() < at + length) {
      return Found::kNothingYet;
    }
    message->body = text->substr(at, length);
    at += length;
  } else if (!is_request) {
    if (!ended) {
      return Found::kNothingYet;
    }
    message->body = text->substr(at);
    at = text->size();
  }
  text->erase(0, at);
  return Found::kMessage;
}

std::string Chunked(std::string_view body, size_t chunk_bytes) {
  std::string text;
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, chunk_bytes);
    text += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    body.remove_prefix(piece.size());
  }
  return text + "0\r\n\r\n";
}

std::string BodyOf(size_t size, size_t salt) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>((i * 7 + i / 251 + salt * 31) % 256);
  }
  return bytes;
}

}  // namespace pkigate::gateway
