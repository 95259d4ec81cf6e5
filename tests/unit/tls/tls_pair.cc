// SPDX-License-Identifier: Apache-2.0
#include "tls_pair.h"

#include <algorithm>
#include <memory>
#include <ostream>
#include <random>

namespace pkigate::tls {

void PrintTo(FailureReason reason, std::ostream* out) { *out << FailureReasonName(reason); }

}  // namespace pkigate::tls

namespace pkigate::tls::test {

std::vector<uint8_t> Drain(ChunkQueue& queue) {
  std::vector<uint8_t> bytes;
  bytes.reserve(queue.size());
  while (!queue.empty()) {
    const std::span<const uint8_t> piece = queue.Front();
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    queue.Consume(piece.size());
  }
  return bytes;
}

size_t AllAtOnce(size_t num_left) { return num_left; }
size_t ByteByByte(size_t /*num_left*/) { return 1; }

Splitter RandomSplits(uint64_t seed) {
  // Mostly small pieces, sometimes large ones: both record headers and bodies get cut.
  auto random = std::make_shared<std::mt19937_64>(seed);
  return [random](size_t num_left) {
    const size_t longest = ((*random)() & 3) != 0 ? 8 : 2'000;
    return std::min<size_t>(num_left, 1 + (*random)() % longest);
  };
}

Pair::Pair(ServerContext& server_context, ClientContext& client_context,
           std::string_view server_name)
    : server(server_context, to_client),
      client(client_context, to_server, server_name) {}

bool Pair::Handshake(const Splitter& split) {
  client_progress = client.Handshake();
  for (;;) {
    const std::vector<uint8_t> from_client = Drain(to_server);
    num_to_server += from_client.size();
    Feed(server, from_client, split, [this] {
      if (server_progress == Progress::kWantRead) {
        server_progress = server.Handshake();
      }
    });
    const std::vector<uint8_t> from_server = Drain(to_client);
    num_to_client += from_server.size();
    Feed(client, from_server, split, [this] {
      if (client_progress == Progress::kWantRead) {
        client_progress = client.Handshake();
      }
      // TLS 1.3: the server's verdict on our certificate comes after our side is done.
      if (client_progress == Progress::kDone) {
        std::string nothing;
        const Progress read = ReadAll(client, &nothing);
        if (read == Progress::kFailed) {
          client_progress = read;
        }
      }
    });
    if (from_client.empty() && from_server.empty()) {
      break;
    }
  }
  return server_progress == Progress::kDone && client_progress == Progress::kDone;
}

namespace {

template <typename From, typename To>
std::string Carry(From& from, ChunkQueue& queue, To& to, std::string_view text) {
  std::span<const uint8_t> left(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  std::string received;
  do {
    size_t num_written = 0;
    if (from.Write(left, &num_written) == Progress::kFailed) {
      break;
    }
    left = left.subspan(num_written);
    const std::vector<uint8_t> ciphertext = Drain(queue);
    to.Lend(ciphertext);
    Pair::ReadAll(to, &received);
    to.TakeBack();
  } while (!left.empty());
  return received;
}

}  // namespace

std::string Pair::ClientToServer(std::string_view text) {
  return Carry(client, to_server, server, text);
}

std::string Pair::ServerToClient(std::string_view text) {
  return Carry(server, to_client, client, text);
}

}  // namespace pkigate::tls::test
