// SPDX-License-Identifier: Apache-2.0
#include "http/head_writer.h"

#include "base/assert.h"
#include "http/head_text.h"
#include "http/hop_by_hop.h"
#include "http/identity_names.h"
#include "http/scan.h"
#include "http/status.h"

namespace pkigate::http {

namespace {

void WriteLine(HeadText& out, std::string_view name, std::string_view value) {
  out << name << ": " << value << "\r\n";
}

// A line of our own, whose value no parser has seen.
void WriteOwnLine(HeadText& out, std::string_view name, std::string_view value) {
  out << name << ": ";
  size_t begin = 0;
  for (size_t at = 0; at < value.size(); ++at) {
    if (IsControl(value[at])) {
      out << value.substr(begin, at - begin) << "?";
      begin = at + 1;
    }
  }
  out << value.substr(begin) << "\r\n";
}

void WriteLength(HeadText& out, uint64_t length) { out << "content-length: " << length << "\r\n"; }

// Whether a client's header goes on to the upstream.
bool PassesUp(const HeaderView& header, const UpstreamHeadOptions& options) {
  switch (header.known) {
    case KnownHeader::kHost:    // written from what was checked
    case KnownHeader::kExpect:  // answered by us
      return false;
    case KnownHeader::kAuthorization:
      return options.forward_authorization;
    case KnownHeader::kOther:
      if (IsIdentityName(header.name)) {
        return false;
      }
      break;
    default:
      break;
  }
  // An operator may declare any name.
  for (const std::string_view stripped : options.stripped) {
    if (!stripped.empty() && SameFolded(header.name, stripped)) {
      return false;
    }
  }
  return true;
}

void WriteRequestFraming(HeadText& out, const RequestHead& head) {
  switch (head.framing) {
    case Framing::kChunked:
      WriteLine(out, "transfer-encoding", "chunked");
      return;
    case Framing::kLength:
      WriteLength(out, head.content_length);
      return;
    default:
      break;
  }
  // Where a body is usual its absence is told (RFC 9110, 8.6).
  if (head.length_given || head.id == Method::kPost || head.id == Method::kPut ||
      head.id == Method::kPatch) {
    WriteLength(out, 0);
  }
}

void WriteStatusLine(HeadText& out, int status, std::string_view reason) {
  out << "HTTP/1.1 " << static_cast<uint64_t>(status) << " "
      << (reason.empty() ? ReasonPhrase(status) : reason) << "\r\n";
}

// HTTP/1.1 goes on unless told otherwise, HTTP/1.0 ends unless told otherwise.
void WriteConnection(HeadText& out, bool close, uint8_t minor_version) {
  if (close) {
    WriteLine(out, "connection", "close");
  } else if (minor_version == 0) {
    WriteLine(out, "connection", "keep-alive");
  }
}

constexpr bool NeverHasLength(int status) { return status < 200 || status == 204; }

}  // namespace

void WriteUpstreamRequest(ChunkQueue& out, const RequestHead& head,
                          const UpstreamHeadOptions& options) {
  PKIGATE_ASSERT(options.num_added <= options.added.size());
  HeadText text(out);
  text << head.method << " " << head.target << " HTTP/1.1\r\n";
  WriteLine(text, "host", head.host);
  const HopByHop hop_by_hop(head.headers());
  for (const HeaderView& header : head.headers()) {
    if (!hop_by_hop.Contains(header) && PassesUp(header, options)) {
      WriteLine(text, header.name, header.value);
    }
  }
  WriteRequestFraming(text, head);
  for (const HeaderLine& line : std::span(options.added).first(options.num_added)) {
    WriteOwnLine(text, line.name, line.value);
  }
  text << "\r\n";
}

void WriteClientResponse(ChunkQueue& out, const ResponseHead& head,
                         const ClientHeadOptions& options) {
  HeadText text(out);
  WriteStatusLine(text, head.status, head.reason);
  const HopByHop hop_by_hop(head.headers());
  for (const HeaderView& header : head.headers()) {
    if (!hop_by_hop.Contains(header)) {
      WriteLine(text, header.name, header.value);
    }
  }
  for (const HeaderLine& line : options.added) {
    WriteOwnLine(text, line.name, line.value);
  }
  if (options.chunked) {
    WriteLine(text, "transfer-encoding", "chunked");
  } else if (head.length_given && !NeverHasLength(head.status)) {
    WriteLength(text, head.content_length);
  }
  WriteConnection(text, options.close, options.minor_version);
  text << "\r\n";
}

void WriteLocalAnswer(ChunkQueue& out, const LocalAnswerOptions& options,
                      std::span<const std::pair<std::string, std::string>> headers) {
  HeadText text(out);
  WriteStatusLine(text, options.status, {});
  for (const auto& [name, value] : headers) {
    WriteOwnLine(text, name, value);
  }
  if (!options.content_type.empty()) {
    WriteOwnLine(text, "content-type", options.content_type);
  }
  if (!NeverHasLength(options.status)) {
    WriteLength(text, options.body.size());
  }
  WriteConnection(text, options.close, options.minor_version);
  text << "\r\n";
  if (!options.head_only) {
    text << options.body;
  }
}

void WriteContinue(ChunkQueue& out) { out.Append("HTTP/1.1 100 Continue\r\n\r\n"); }

}  // namespace pkigate::http
