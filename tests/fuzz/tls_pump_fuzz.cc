// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: the server side of TLS fed with hostile bytes in hostile pieces.
//
// The input is a script. Its first byte chooses how the run starts: from nothing, after a genuine
// ClientHello, or on an established connection. Then come pieces, each led by two bytes: how many
// bytes of the script follow as ciphertext, and what is done after they are lent. Checked after
// each step: what the interface promises about progress, failures and unread bytes.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"
#include "site.h"
#include "tls_pair.h"

namespace pkigate::tls::test {
namespace {

struct World {
  std::unique_ptr<ServerContext> server =
      MakeServer(Site::Get().Server(ClientAuthentication::kOptional));
  std::unique_ptr<ClientContext> client12 = MakeClient(Site::Get().Client(nullptr, kTls12));
  std::unique_ptr<ClientContext> client13 =
      MakeClient(Site::Get().Client(&Site::Get().client, kTls13));
};

void CheckAfter(const ServerConnection& server, Progress progress) {
  const bool failed = progress == Progress::kFailed;
  PKIGATE_ASSERT(failed == (server.failure().reason != FailureReason::kNone));
  PKIGATE_ASSERT(server.failure().reason != FailureReason::kInternal);
  if (failed) {
    PKIGATE_ASSERT(!server.handshake_done());
    PKIGATE_ASSERT(!server.failure().detail.empty() && !server.failure().hint.empty());
  }
  if (progress == Progress::kWantRead) {
    PKIGATE_ASSERT(server.unread() == 0);
  }
}

// One step on `server`, as chosen by `action`.
Progress Step(ServerConnection& server, uint8_t action) {
  if (!server.handshake_done()) {
    const Progress progress = server.Handshake();
    CheckAfter(server, progress);
    return progress;
  }
  if (action % 4 == 3) {
    static constexpr std::array<uint8_t, 100> kPlaintext{};
    size_t num_written = 0;
    const Progress progress = server.Write(kPlaintext, &num_written);
    PKIGATE_ASSERT(progress != Progress::kDone || num_written == kPlaintext.size());
    return progress;
  }
  std::array<uint8_t, 300> room;
  size_t num_read = 0;
  const Progress progress = server.Read(std::span(room).first(1 + action % room.size()), &num_read);
  PKIGATE_ASSERT((progress == Progress::kDone) == (num_read > 0));
  CheckAfter(server, progress);
  return progress;
}

void RunScript(std::span<const uint8_t> script) {
  static World* const world = new World;
  const uint8_t start = script.empty() ? 0 : script[0];
  Pair pair(*world->server, (start & 1) != 0 ? *world->client13 : *world->client12);
  if ((start & 6) == 2) {
    pair.client.Handshake();
    const std::vector<uint8_t> hello = Drain(pair.to_server);
    pair.server.Lend(hello);
    CheckAfter(pair.server, pair.server.Handshake());
    pair.server.TakeBack();
  } else if ((start & 6) != 0) {
    const bool connected = pair.Handshake();
    PKIGATE_ASSERT(connected);
  }
  script = script.subspan(std::min<size_t>(1, script.size()));
  Progress progress = Progress::kWantRead;
  while (script.size() >= 2) {
    const uint8_t action = script[1];
    const size_t num_bytes = std::min<size_t>(script[0], script.size() - 2);
    pair.server.Lend(script.subspan(2, num_bytes));
    script = script.subspan(2 + num_bytes);
    progress = Step(pair.server, action);
    pair.server.TakeBack();
    if ((action & 0x40) != 0) {
      pair.to_client.Clear();
    }
  }
  pair.server.EndOfInput();
  do {
    progress = Step(pair.server, 0);
  } while (progress == Progress::kDone);
  PKIGATE_ASSERT(progress == Progress::kFailed || progress == Progress::kClosed);
  pair.server.SendCloseNotify();
}

}  // namespace
}  // namespace pkigate::tls::test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pkigate::tls::test::RunScript({data, size});
  return 0;
}
