// SPDX-License-Identifier: Apache-2.0
//
// Puts a body back into chunks. Chunks are made as the data comes, the peer's own cuts and
// extensions are not repeated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/chunk_queue.h"

namespace pkigate::http {

// The line before `num_bytes` bytes of data, num_bytes > 0: for data that is sent where it lies.
// The data is followed by kChunkEnd.
void AppendChunkSize(ChunkQueue& out, size_t num_bytes);
inline constexpr std::string_view kChunkEnd = "\r\n";

// One complete chunk; nothing for empty data, which would end the body.
void AppendChunk(ChunkQueue& out, std::span<const uint8_t> data);

// The end of the body. `trailers`: complete lines, as BodyDecoder::trailers gives them.
void AppendLastChunk(ChunkQueue& out, std::string_view trailers);

}  // namespace pkigate::http
