// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a compiled shard's file as it may be found on disk: whatever stands behind a checksum
// that fits, and bytes as they come. The parts lie within the file, and there are no more of them
// than it has bytes.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "control/shard_file.h"
#include "x509/peer_chain.h"

namespace pkigate::control {
namespace {

void Check(std::string_view bytes) {
  const Result<ShardFile> parsed = ParseShardFile(bytes);
  if (!parsed.ok()) {
    return;
  }
  size_t num_bytes = parsed->database.size();
  for (const std::string& expression : parsed->expressions) {
    num_bytes += expression.size();
  }
  PKIGATE_ASSERT(num_bytes <= bytes.size());
  PKIGATE_ASSERT(parsed->expressions.size() <= bytes.size());
  PKIGATE_ASSERT(parsed->database.data() >= bytes.data() &&
                 parsed->database.data() + parsed->database.size() == bytes.data() + bytes.size());
}

}  // namespace
}  // namespace pkigate::control

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  pkigate::control::Check(bytes);
  const pkigate::x509::Fingerprint sum = pkigate::x509::Sha256({data, size});
  std::string file = "pkigate shard 1\n" + std::string(32, 'k');
  file.append(reinterpret_cast<const char*>(sum.data()), sum.size());
  file += bytes;
  pkigate::control::Check(file);
  return 0;
}
