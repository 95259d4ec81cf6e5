// SPDX-License-Identifier: Apache-2.0
#include "http/chunk_writer.h"

#include <array>

#include "base/assert.h"

namespace pkigate::http {

void AppendChunkSize(ChunkQueue& out, size_t num_bytes) {
  PKIGATE_ASSERT(num_bytes > 0);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 2 * sizeof(size_t) + 2> line;
  size_t begin = line.size();
  line[--begin] = '\n';
  line[--begin] = '\r';
  for (; num_bytes != 0; num_bytes >>= 4) {
    line[--begin] = kDigits[num_bytes & 0x0f];
  }
  out.Append(std::string_view(line.data() + begin, line.size() - begin));
}

void AppendChunk(ChunkQueue& out, std::span<const uint8_t> data) {
  if (data.empty()) {
    return;
  }
  AppendChunkSize(out, data.size());
  out.Append(data);
  out.Append(kChunkEnd);
}

void AppendLastChunk(ChunkQueue& out, std::string_view trailers) {
  out.Append("0\r\n");
  out.Append(trailers);
  out.Append("\r\n");
}

}  // namespace pkigate::http
