// SPDX-License-Identifier: Apache-2.0
//
// Both sides of a TLS connection in one process, with bytes carried between them by hand. Shared by
// the unit tests, the benchmarks and the fuzz target of src/tls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/chunk_queue.h"
#include "tls/client.h"
#include "tls/connection.h"
#include "tls/server_context.h"

namespace pkigate::tls {

// How GoogleTest shows a reason: by its word.
void PrintTo(FailureReason reason, std::ostream* out);

}  // namespace pkigate::tls

namespace pkigate::tls::test {

// Takes everything out of `queue`.
std::vector<uint8_t> Drain(ChunkQueue& queue);

// How many bytes to carry at once, given how many there are; at least 1.
using Splitter = std::function<size_t(size_t num_left)>;
size_t AllAtOnce(size_t num_left);
size_t ByteByByte(size_t num_left);
Splitter RandomSplits(uint64_t seed);

class Pair {
 public:
  Pair(ServerContext& server_context, ClientContext& client_context,
       std::string_view server_name = "gateway.example");

  // Carries bytes both ways until both sides are done, one has failed and the other has been told,
  // or nothing moves any more. True: both are done.
  bool Handshake(const Splitter& split = AllAtOnce);

  // Encrypts `text` on one side, carries it, and returns what the other side reads.
  std::string ClientToServer(std::string_view text);
  std::string ServerToClient(std::string_view text);

  // Hands `ciphertext` to a side in pieces, running `step` after each piece.
  template <typename Side, typename Step>
  static void Feed(Side& side, std::span<const uint8_t> ciphertext, const Splitter& split,
                   Step&& step) {
    while (!ciphertext.empty()) {
      const std::span<const uint8_t> piece = ciphertext.first(split(ciphertext.size()));
      ciphertext = ciphertext.subspan(piece.size());
      side.Lend(piece);
      step();
      side.TakeBack();
    }
  }

  // Everything `side` can read now, appended to `text`; the last progress (never kDone).
  template <typename Side>
  static Progress ReadAll(Side& side, std::string* text) {
    std::vector<uint8_t> room(20'000);
    for (;;) {
      size_t num_read = 0;
      const Progress progress = side.Read(room, &num_read);
      text->append(reinterpret_cast<const char*>(room.data()), num_read);
      if (progress != Progress::kDone) {
        return progress;
      }
    }
  }

  ChunkPool pool{64};
  ChunkQueue to_client{pool};  // what the server sends
  ChunkQueue to_server{pool};
  ServerConnection server;
  ClientConnection client;
  Progress server_progress = Progress::kWantRead;
  Progress client_progress = Progress::kWantRead;
  // Bytes of the handshake, for tests of sizes and counts.
  size_t num_to_server = 0;
  size_t num_to_client = 0;
};

}  // namespace pkigate::tls::test
