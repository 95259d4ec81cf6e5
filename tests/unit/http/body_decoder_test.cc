// SPDX-License-Identifier: Apache-2.0
//
// Bodies out of their framing: in one piece, byte by byte and cut at every position, with the same
// bytes, the same end and the same reason each time.
#include "http/body_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/chunk_writer.h"

namespace pkigate::http {

namespace {

struct Decoded {
  std::string body;
  std::string trailers;
  std::string end;  // "done", "more", or the reason of a refusal
  size_t num_consumed = 0;
  bool operator==(const Decoded&) const = default;
};

struct Framed {
  Framing framing = Framing::kChunked;
  uint64_t length = 0;
  uint64_t bytes_max = BodyDecoder::kNoLimit;
};

Decoded DecodePieces(std::string_view text, const std::vector<size_t>& ends, const Framed& framed) {
  BodyDecoder decoder;
  decoder.Begin(framed.framing, framed.length, framed.bytes_max);
  Decoded decoded;
  BodyDecoder::Piece piece = decoder.Decode({});
  for (const size_t end : ends) {
    while (piece.state == BodyDecoder::State::kMore && decoded.num_consumed < end) {
      const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
      const std::span<const uint8_t> input(bytes + decoded.num_consumed, bytes + end);
      piece = decoder.Decode(input);
      EXPECT_TRUE(piece.num_consumed > 0 || piece.state != BodyDecoder::State::kMore) << "stuck";
      EXPECT_LE(piece.num_consumed, input.size());
      if (!piece.data.empty()) {
        EXPECT_GE(piece.data.data(), input.data());
        EXPECT_LE(piece.data.data() + piece.data.size(), input.data() + piece.num_consumed);
      }
      decoded.body.append(reinterpret_cast<const char*>(piece.data.data()), piece.data.size());
      decoded.num_consumed += piece.num_consumed;
    }
  }
  decoded.trailers = decoder.trailers();
  EXPECT_EQ(decoder.num_bytes(), decoded.body.size());
  EXPECT_EQ(decoder.done(), piece.state == BodyDecoder::State::kDone);
  switch (piece.state) {
    case BodyDecoder::State::kMore:
      decoded.end = "more";
      break;
    case BodyDecoder::State::kDone:
      decoded.end = "done";
      break;
    case BodyDecoder::State::kError:
      decoded.end = std::to_string(decoder.error().status) + " " + decoder.error().reason_code;
      decoded.num_consumed = 0;
      break;
  }
  return decoded;
}

Decoded Decode(std::string_view text, const Framed& framed = {}) {
  const Decoded whole = DecodePieces(text, {text.size()}, framed);
  std::vector<size_t> every;
  for (size_t end = 1; end <= text.size(); ++end) {
    every.push_back(end);
    EXPECT_EQ(DecodePieces(text, {end, text.size()}, framed), whole) << "cut at " << end;
  }
  EXPECT_EQ(DecodePieces(text, every, framed), whole) << "byte by byte";
  return whole;
}

std::string End(std::string_view text, const Framed& framed = {}) {
  return Decode(text, framed).end;
}

}  // namespace

TEST(BodyDecoder, NoBody) {
  EXPECT_EQ(Decode("GET /", {.framing = Framing::kNone}), (Decoded{.end = "done"}));
  EXPECT_EQ(Decode("GET /", {.framing = Framing::kLength, .length = 0}), (Decoded{.end = "done"}));
}

TEST(BodyDecoder, ByLength) {
  EXPECT_EQ(Decode("helloGET", {.framing = Framing::kLength, .length = 5}),
            (Decoded{.body = "hello", .end = "done", .num_consumed = 5}));
  EXPECT_EQ(End("hell", {.framing = Framing::kLength, .length = 5}), "more");
  EXPECT_EQ(End("hello", {.framing = Framing::kLength, .length = 5, .bytes_max = 5}), "done");
  EXPECT_EQ(End("hello", {.framing = Framing::kLength, .length = 5, .bytes_max = 4}),
            "413 body_too_large");
}

TEST(BodyDecoder, UntilTheClose) {
  BodyDecoder decoder;
  decoder.Begin(Framing::kUntilClose, 0, BodyDecoder::kNoLimit);
  const std::vector<uint8_t> bytes = {1, 2, 3};
  const BodyDecoder::Piece piece = decoder.Decode(bytes);
  EXPECT_EQ(piece.state, BodyDecoder::State::kMore);
  EXPECT_EQ(piece.data.size(), 3U);
  EXPECT_FALSE(decoder.done());
  EXPECT_TRUE(decoder.EndOfInput());
  EXPECT_TRUE(decoder.done());
}

TEST(BodyDecoder, UntilTheCloseWithALimit) {
  BodyDecoder decoder;
  decoder.Begin(Framing::kUntilClose, 0, 3);
  const std::vector<uint8_t> bytes = {1, 2, 3};
  EXPECT_EQ(decoder.Decode(bytes).state, BodyDecoder::State::kMore);
  EXPECT_EQ(decoder.Decode(bytes).state, BodyDecoder::State::kError);
  EXPECT_EQ(decoder.error().status, 413);
}

TEST(BodyDecoder, TheCloseCutsOtherBodiesShort) {
  BodyDecoder decoder;
  decoder.Begin(Framing::kLength, 2, BodyDecoder::kNoLimit);
  EXPECT_FALSE(decoder.EndOfInput());
  decoder.Begin(Framing::kChunked, 0, BodyDecoder::kNoLimit);
  EXPECT_FALSE(decoder.EndOfInput());
  decoder.Begin(Framing::kNone, 0, BodyDecoder::kNoLimit);
  EXPECT_TRUE(decoder.EndOfInput());
}

TEST(BodyDecoder, Chunks) {
  const std::string text = "2\r\nhe\r\nA\r\nllo, world\r\n001\r\n!\r\n0\r\n\r\nGET";
  EXPECT_EQ(Decode(text),
            (Decoded{.body = "hello, world!", .end = "done", .num_consumed = text.size() - 3}));
  EXPECT_EQ(End("0\r\n\r\n"), "done");
  EXPECT_EQ(End("0000000000000000\r\n\r\n"), "done");
  EXPECT_EQ(End("5\r\nhello\r\n"), "more");
  EXPECT_EQ(End("0\r\n"), "more");
}

TEST(BodyDecoder, ChunkSizes) {
  for (const char* size :
       {"", "-5", "+5", "0x5", " 5", "\t5", "1_0", "g", "00000000000000001", "5\x0b", "5\n"}) {
    EXPECT_EQ(End(std::string(size) + "\r\nhello\r\n0\r\n\r\n"), "400 bad_chunk_size") << size;
  }
  EXPECT_EQ(End(std::string("5\0\r\n", 4)), "400 bad_chunk_size");
  EXPECT_EQ(End("5\rx"), "400 bad_chunk_extension");
  EXPECT_EQ(End("8000000000000000\r\n"), "413 body_too_large");
  EXPECT_EQ(End("ffffffffffffffff\r\n"), "413 body_too_large");
  EXPECT_EQ(End("1\r\na\r\nffffffffffffffff\r\n"), "413 body_too_large");
}

TEST(BodyDecoder, ChunkDataEndsInCrLf) {
  for (const char* after : {"0\r\n\r\n", "\n0\r\n\r\n", "\rx", "\r\r\n"}) {
    EXPECT_EQ(End("5\r\nhello" + std::string(after)), "400 bad_chunk_end") << after;
  }
}

TEST(BodyDecoder, ChunkExtensions) {
  for (const char* extension :
       {";a", ";a=b", ";a=\"x;y\\\"\\\\\"", ";a;b=c;d", " ; a = b ", "\t;a", ";a=\"\""}) {
    const std::string line = "5" + std::string(extension);
    // Blanks at the very end belong to nothing.
    const bool good = line.back() != ' ';
    EXPECT_EQ(End(line + "\r\nhello\r\n0\r\n\r\n"), good ? "done" : "400 bad_chunk_extension")
        << extension;
  }
  for (const char* extension :
       {" ", " a", ";", ";;", ";=b", ";a=", ";a=\"b", ";a=\"b\"c", ";a b", ";a=b c", ";a=\"\x01\"",
        ";a=\"\\\n", ";a\n", ";\n", ";a=b\n", ";\xc3\xa4"}) {
    EXPECT_EQ(End("5" + std::string(extension) + "\r\nhello\r\n0\r\n\r\n"),
              "400 bad_chunk_extension")
        << extension;
  }
}

TEST(BodyDecoder, ChunkExtensionsAreBounded) {
  const auto line = [](size_t num_bytes) {
    return "1;" + std::string(num_bytes - 1, 'a') + "\r\nx\r\n";
  };
  EXPECT_EQ(End(line(limits::kChunkExtensionBytesMax) + "0\r\n\r\n"), "done");
  EXPECT_EQ(End(line(limits::kChunkExtensionBytesMax + 1)), "400 chunk_extensions_too_long");
  const size_t num_chunks = limits::kChunkExtensionBytesBodyMax / limits::kChunkExtensionBytesMax;
  std::string text;
  for (size_t chunk = 0; chunk < num_chunks; ++chunk) {
    text += line(limits::kChunkExtensionBytesMax);
  }
  EXPECT_EQ(DecodePieces(text + "0\r\n\r\n", {text.size() + 5}, {}).end, "done");
  EXPECT_EQ(DecodePieces(text + "1;a\r\n", {text.size() + 5}, {}).end,
            "400 chunk_extensions_too_long");
}

TEST(BodyDecoder, TheLimitCountsOverAllChunks) {
  const std::string text = "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  EXPECT_EQ(End(text, {.bytes_max = 5}), "done");
  const Decoded over = Decode(text, {.bytes_max = 4});
  EXPECT_EQ(over.end, "413 body_too_large");
  EXPECT_EQ(over.body, "abc");
}

TEST(BodyDecoder, TrailersPassedOnAndDropped) {
  EXPECT_EQ(Decode("0\r\nETag: \"x\"\r\nX-Proxy-User: evil\r\ncontent-length: 7\r\nServer-Timing:  "
                   "a \r\n\r\n")
                .trailers,
            "ETag: \"x\"\r\nServer-Timing: a\r\n");
  EXPECT_EQ(Decode("0\r\nTransfer-Encoding: identity\r\n\r\n").trailers, "");
  EXPECT_EQ(Decode("0\r\n\r\n").trailers, "");
}

TEST(BodyDecoder, TrailersObeyTheRulesOfHeaders) {
  EXPECT_EQ(End("0\r\nA : 1\r\n\r\n"), "400 blank_before_colon");
  EXPECT_EQ(End("0\r\nA: 1\r\n b\r\n\r\n"), "400 folded_line");
  EXPECT_EQ(End("0\r\nA\r\n\r\n"), "400 bad_header_name");
  EXPECT_EQ(End("0\r\nA: 1\n\r\n"), "400 bad_byte");
  EXPECT_EQ(End("0\r\nA: \x01\r\n\r\n"), "400 bad_byte");
  EXPECT_EQ(End("0\r\nA: 1\rb\r\n\r\n"), "400 bad_byte");
}

TEST(BodyDecoder, TrailersAreBounded) {
  const auto end = [](const std::string& text) {
    return DecodePieces(text, {text.size()}, {}).end;
  };
  EXPECT_EQ(end("0\r\nA:" + std::string(limits::kTrailerBytesMax - 2, 'a') + "\r\n\r\n"), "done");
  EXPECT_EQ(end("0\r\nA:" + std::string(limits::kTrailerBytesMax - 1, 'a')),
            "431 trailers_too_large");
  std::string lines;
  for (uint32_t line = 0; line < limits::kTrailersMax; ++line) {
    lines += "a:\r\n";
  }
  EXPECT_EQ(end("0\r\n" + lines + "\r\n"), "done");
  EXPECT_EQ(end("0\r\n" + lines + "a:\r\n\r\n"), "431 trailers_too_large");
}

TEST(BodyDecoder, TrailersOfOneBodyAreNotThoseOfTheNext) {
  BodyDecoder decoder;
  decoder.Begin(Framing::kChunked, 0, BodyDecoder::kNoLimit);
  const std::string_view text = "0\r\nETag: 1\r\n\r\n";
  (void)decoder.Decode({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  EXPECT_EQ(decoder.trailers(), "ETag: 1\r\n");
  decoder.Begin(Framing::kNone, 0, BodyDecoder::kNoLimit);
  EXPECT_EQ(decoder.trailers(), "");
}

TEST(BodyDecoder, AFailedBodyStaysFailed) {
  BodyDecoder decoder;
  decoder.Begin(Framing::kChunked, 0, BodyDecoder::kNoLimit);
  const std::vector<uint8_t> bad = {'x'};
  const std::vector<uint8_t> good = {'0', '\r', '\n', '\r', '\n'};
  EXPECT_EQ(decoder.Decode(bad).state, BodyDecoder::State::kError);
  const BodyDecoder::Piece piece = decoder.Decode(good);
  EXPECT_EQ(piece.state, BodyDecoder::State::kError);
  EXPECT_EQ(piece.num_consumed, 0U);
  EXPECT_FALSE(decoder.EndOfInput());
}

TEST(ChunkWriter, WhatItWritesDecodesToTheSame) {
  ChunkPool pool(4);
  ChunkQueue queue(pool);
  std::string expected;
  for (const size_t size : {1U, 15U, 16U, 255U, 4096U, 70'000U}) {
    const std::vector<uint8_t> data(size, static_cast<uint8_t>(size));
    expected.append(data.begin(), data.end());
    AppendChunk(queue, data);
  }
  AppendChunk(queue, {});  // must not end the body
  AppendLastChunk(queue, "etag: 1\r\n");
  std::string text;
  while (!queue.empty()) {
    const auto front = queue.Front();
    text.append(front.begin(), front.end());
    queue.Consume(front.size());
  }
  EXPECT_TRUE(text.starts_with("1\r\n\x01\r\nf\r\n"));
  const Decoded decoded = DecodePieces(text, {text.size()}, {});
  EXPECT_EQ(decoded.end, "done");
  EXPECT_EQ(decoded.body, expected);
  EXPECT_EQ(decoded.trailers, "etag: 1\r\n");
  EXPECT_EQ(decoded.num_consumed, text.size());
}

}  // namespace pkigate::http
