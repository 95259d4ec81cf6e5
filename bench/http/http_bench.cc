// SPDX-License-Identifier: Apache-2.0
//
// What one request costs in parsing, path check, rebuilding its head, and its body.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/chunk_queue.h"
#include "http/body_decoder.h"
#include "http/chunk_writer.h"
#include "http/head_writer.h"
#include "http/request_parser.h"
#include "http/response_parser.h"
#include "http/scan.h"
#include "rest/path.h"

namespace pkigate::http {
namespace {

// As curl sends it, and as a browser does.
constexpr std::string_view kSmall =
    "GET /movies/_doc/3 HTTP/1.1\r\nHost: gateway.example.com:9200\r\nUser-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\n\r\n";
constexpr std::string_view kLarge =
    "POST "
    "/logs-2024.01.*,metrics-*/_search?ignore_unavailable=true&track_total_hits=false&size=500 "
    "HTTP/1.1\r\n"
    "Host: gateway.example.com:9200\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36\r\n"
    "Accept: application/json, text/plain, */*\r\nAccept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\nCache-Control: no-cache\r\n"
    "Content-Type: application/json\r\nContent-Length: 1024\r\n"
    "Cookie: session=1f6a54c2d3b84e7c9a0f; theme=dark; remembered=Zm9vYmFyYmF6cXV4\r\n"
    "Origin: https://dashboards.example.com\r\n"
    "Referer: https://dashboards.example.com/app/discover#/view/4711?_g=(time:(from:now-15m))\r\n"
    "Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n"
    "X-Opaque-Id: 4fbb3b20-0d5e-4b2f-8f3e-6a1f6b0f5f6d\r\nkbn-xsrf: true\r\n"
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
    "Connection: keep-alive\r\n\r\n";
constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nX-elastic-product: Elasticsearch\r\n"
    "content-type: application/vnd.elasticsearch+json;compatible-with=8\r\n"
    "content-length: 4213\r\n\r\n";

std::string WithPadding(std::string_view text) {
  return std::string(text) + std::string(kPaddingBytes, '\0');
}

void ParseRequest(benchmark::State& state, std::string_view text) {
  const std::string slab = WithPadding(text);
  RequestParser parser;
  for (auto _ : state) {
    parser.Reset(Limits{});
    const ParseState parsed = parser.Parse(std::string_view(slab).substr(0, text.size()));
    PKIGATE_ASSERT(parsed == ParseState::kComplete);
    benchmark::DoNotOptimize(parser.head().headers().data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK_CAPTURE(ParseRequest, small, kSmall);
BENCHMARK_CAPTURE(ParseRequest, large, kLarge);

void ParseAnswer(benchmark::State& state) {
  const std::string slab = WithPadding(kAnswer);
  ResponseParser parser;
  for (auto _ : state) {
    parser.Reset(/*head_request=*/false);
    const ParseState parsed = parser.Parse(std::string_view(slab).substr(0, kAnswer.size()));
    PKIGATE_ASSERT(parsed == ParseState::kComplete);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kAnswer.size()));
}
BENCHMARK(ParseAnswer);

void RebuildHead(benchmark::State& state, std::string_view text) {
  const std::string slab = WithPadding(text);
  RequestParser parser;
  const ParseState parsed = parser.Parse(std::string_view(slab).substr(0, text.size()));
  PKIGATE_ASSERT(parsed == ParseState::kComplete);
  UpstreamHeadOptions options;
  options.stripped = {"x-proxy-user", "x-proxy-roles"};
  options.added[0] = {"x-forwarded-for", "192.0.2.17"};
  options.added[1] = {"x-forwarded-proto", "https"};
  options.added[2] = {"x-request-id", "0123456789abcdef01234567"};
  options.added[3] = {"x-proxy-user", "John Doe"};
  options.added[4] = {"x-proxy-roles", "readall,kibana_user,monitoring"};
  options.num_added = 5;
  ChunkPool pool(4);
  ChunkQueue out(pool);
  for (auto _ : state) {
    WriteUpstreamRequest(out, parser.head(), options);
    benchmark::DoNotOptimize(out.Front().data());
    out.Consume(out.size());
  }
}
BENCHMARK_CAPTURE(RebuildHead, small, kSmall);
BENCHMARK_CAPTURE(RebuildHead, large, kLarge);

// An upstream's answer on its way to the client.
void PassOnAnswer(benchmark::State& state) {
  const std::string slab = WithPadding(kAnswer);
  ResponseParser parser;
  parser.Reset(/*head_request=*/false);
  const ParseState parsed = parser.Parse(std::string_view(slab).substr(0, kAnswer.size()));
  PKIGATE_ASSERT(parsed == ParseState::kComplete);
  ChunkPool pool(4);
  ChunkQueue out(pool);
  for (auto _ : state) {
    WriteClientResponse(out, parser.head(), {});
    benchmark::DoNotOptimize(out.Front().data());
    out.Consume(out.size());
  }
}
BENCHMARK(PassOnAnswer);

void CheckPath(benchmark::State& state) {
  rest::PathSegments segments;
  for (auto _ : state) {
    const Result<rest::Target> target =
        rest::CheckTarget("/logs-2024.01.*,metrics-*/_doc/a%20b?routing=x&refresh=true");
    PKIGATE_ASSERT(target.ok());
    benchmark::DoNotOptimize(segments.Decode(target->path).data());
  }
}
BENCHMARK(CheckPath);

void DecodeChunks(benchmark::State& state) {
  ChunkPool pool(64);
  ChunkQueue queue(pool);
  const std::vector<uint8_t> data(static_cast<size_t>(state.range(0)), 'x');
  std::string text;
  for (size_t size = 0; size < 64 * 1024; size += data.size()) {
    AppendChunk(queue, data);
  }
  AppendLastChunk(queue, {});
  while (!queue.empty()) {
    text.append(queue.Front().begin(), queue.Front().end());
    queue.Consume(queue.Front().size());
  }
  BodyDecoder decoder;
  for (auto _ : state) {
    decoder.Begin(Framing::kChunked, 0, BodyDecoder::kNoLimit);
    std::span<const uint8_t> input(reinterpret_cast<const uint8_t*>(text.data()), text.size());
    while (!decoder.done()) {
      const BodyDecoder::Piece piece = decoder.Decode(input);
      benchmark::DoNotOptimize(piece.data.data());
      input = input.subspan(piece.num_consumed);
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK(DecodeChunks)->Arg(64)->Arg(4096);

// The scans against each other: 0 the plain loop, 1 SSE, 2 AVX2.
void Scan(benchmark::State& state) {
  const ScanFunctions* functions = ScanImplementations()[static_cast<size_t>(state.range(0))];
  if (functions == nullptr) {
    state.SkipWithError("not on this machine");
    return;
  }
  const std::string text = WithPadding(std::string(static_cast<size_t>(state.range(1)), 'a'));
  const char* const end = text.data() + text.size() - kPaddingBytes;
  for (auto _ : state) {
    benchmark::DoNotOptimize(functions->find_control(text.data(), end));
  }
  state.SetLabel(functions->name);
}
BENCHMARK(Scan)->ArgsProduct({{0, 1, 2}, {12, 80, 1000}});

}  // namespace
}  // namespace pkigate::http

BENCHMARK_MAIN();
