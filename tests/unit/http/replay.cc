// SPDX-License-Identifier: Apache-2.0
#include "replay.h"

#include <optional>

#include "base/chunk_queue.h"
#include "http/body_decoder.h"
#include "http/chunk_writer.h"
#include "http/head_writer.h"
#include "http/request_parser.h"
#include "padded.h"
#include "rest/path.h"

namespace pkigate::http {

namespace {

std::string TextOf(ChunkQueue& queue) {
  std::string text;
  while (!queue.empty()) {
    const std::span<const uint8_t> front = queue.Front();
    text.append(reinterpret_cast<const char*>(front.data()), front.size());
    queue.Consume(front.size());
  }
  return text;
}

std::string TakeLine(std::string_view* text) {
  const size_t end = text->find("\r\n");
  std::string line(text->substr(0, end));
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 2);
  return line;
}

// One request of ours at the start of `text`; we write lower-case names and one space.
std::optional<SeenRequest> ReadRequest(std::string_view text) {
  SeenRequest seen;
  const std::string request_line = TakeLine(&text);
  const size_t first = request_line.find(' ');
  const size_t last = request_line.rfind(' ');
  seen.method = request_line.substr(0, first);
  seen.target = request_line.substr(first + 1, last - first - 1);
  size_t length = 0;
  bool chunked = false;
  for (std::string line = TakeLine(&text); !line.empty(); line = TakeLine(&text)) {
    if (line.starts_with("content-length: ")) {
      length = std::stoul(line.substr(16));
    }
    chunked = chunked || line == "transfer-encoding: chunked";
    seen.header_lines.push_back(line);
  }
  if (!chunked) {
    if (text.size() < length) {
      return std::nullopt;
    }
    seen.body = text.substr(0, length);
    return seen;
  }
  while (!text.empty()) {
    const size_t size = std::stoul("0" + TakeLine(&text), nullptr, 16);
    if (size == 0) {
      return text.find("\r\n") == std::string_view::npos ? std::nullopt : std::optional(seen);
    }
    seen.body += text.substr(0, size);
    text.remove_prefix(std::min(text.size(), size + 2));
  }
  return std::nullopt;
}

class Connection {
 public:
  Replayed result;

  // Whatever is left over stays in `input_`, as in the slab.
  void Feed(std::string_view piece) {
    if (result.closed) {
      return;
    }
    input_ += piece;
    while (!result.closed && Step()) {
    }
  }

  void End() {
    result.waiting = !result.closed && (in_body_ || !input_.empty());
    FinishUpstream();
  }

 private:
  // False when more input is needed.
  bool Step() { return in_body_ ? StepBody() : StepHead(); }

  bool StepHead() {
    if (input_.empty()) {
      return false;
    }
    const Padded slab(input_);  // somewhere else each time
    switch (parser_.Parse(slab.text())) {
      case ParseState::kNeedMore:
        return false;
      case ParseState::kError:
        Refuse(parser_.error().status);
        return true;
      case ParseState::kComplete:
        break;
    }
    const RequestHead& head = parser_.head();
    if (!rest::CheckTarget(head.target).ok()) {
      Refuse(400);
      return true;
    }
    UpstreamHeadOptions options;
    options.stripped = {"x-proxy-user", "x-proxy-roles"};
    options.added[0] = {"x-forwarded-for", "192.0.2.1"};
    options.added[1] = {"x-proxy-user", "admin"};
    options.added[2] = {"x-proxy-roles", "superuser"};
    options.num_added = 3;
    WriteUpstreamRequest(upstream_, head, options);
    chunked_ = head.framing == Framing::kChunked;
    keep_alive_ = head.keep_alive;
    body_.Begin(head.framing, head.content_length, Limits{}.body_bytes);
    input_.erase(0, parser_.head_bytes());
    in_body_ = true;
    return true;
  }

  bool StepBody() {
    const BodyDecoder::Piece piece =
        body_.Decode({reinterpret_cast<const uint8_t*>(input_.data()), input_.size()});
    if (chunked_) {
      AppendChunk(upstream_, piece.data);
    } else {
      upstream_.Append(piece.data);
    }
    input_.erase(0, piece.num_consumed);
    switch (piece.state) {
      case BodyDecoder::State::kMore:
        return !input_.empty();
      case BodyDecoder::State::kError:
        Refuse(body_.error().status);
        return true;
      case BodyDecoder::State::kDone:
        break;
    }
    if (chunked_) {
      AppendLastChunk(upstream_, body_.trailers());
    }
    in_body_ = false;
    FinishUpstream();
    result.statuses.push_back(200);
    result.closed = !keep_alive_;
    parser_.Reset(Limits{});
    return true;
  }

  void Refuse(int status) {
    result.statuses.push_back(status);
    result.closed = true;
  }

  void FinishUpstream() {
    const std::string text = TextOf(upstream_);
    result.raw_upstream += text;
    if (!text.empty() && !in_body_) {
      const std::optional<SeenRequest> seen = ReadRequest(text);
      if (seen.has_value()) {
        result.upstream.push_back(*seen);
      }
    }
  }

  ChunkPool pool_{4};
  ChunkQueue upstream_{pool_};
  std::string input_;
  RequestParser parser_;
  BodyDecoder body_;
  bool in_body_ = false;
  bool chunked_ = false;
  bool keep_alive_ = true;
};

}  // namespace

Replayed Replay(const std::vector<std::string_view>& pieces) {
  Connection connection;
  for (const std::string_view piece : pieces) {
    connection.Feed(piece);
  }
  connection.End();
  return connection.result;
}

}  // namespace pkigate::http
