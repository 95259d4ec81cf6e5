// SPDX-License-Identifier: Apache-2.0
#include "control/shard_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "base/limits.h"

namespace pkigate::control {

namespace {

constexpr std::string_view kMagic = "pkigate shard 1\n";
constexpr size_t kNumberBytes = 4;

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string_view Text(const x509::Fingerprint& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

void AppendNumber(std::string& out, size_t number) {
  for (size_t index = 0; index < kNumberBytes; ++index) {
    out += static_cast<char>(number >> (8 * index) & 0xff);
  }
}

void AppendText(std::string& out, std::string_view text) {
  AppendNumber(out, text.size());
  out += text;
}

void AppendExpressions(std::string& out, const std::vector<std::string>& expressions) {
  AppendNumber(out, expressions.size());
  for (const std::string& expression : expressions) {
    AppendText(out, expression);
  }
}

// Takes from the front of the bytes; never past their end.
class Cursor {
 public:
  explicit Cursor(std::string_view left) : left_(left) {}

  Result<std::string_view> Take(size_t length) {
    if (length > left_.size()) {
      return MakeError("shard_damaged", "{} bytes were expected, {} are left", length,
                       left_.size());
    }
    const std::string_view taken = left_.substr(0, length);
    left_.remove_prefix(length);
    return taken;
  }
  Result<size_t> Number() {
    size_t number = 0;
    const std::string_view bytes = PKIGATE_TRY(Take(kNumberBytes));
    for (size_t index = 0; index < kNumberBytes; ++index) {
      number |= size_t{static_cast<uint8_t>(bytes[index])} << (8 * index);
    }
    return number;
  }
  Result<x509::Fingerprint> Hash() {
    x509::Fingerprint hash{};
    const std::string_view bytes = PKIGATE_TRY(Take(hash.size()));
    std::memcpy(hash.data(), bytes.data(), hash.size());
    return hash;
  }
  std::string_view left() const { return left_; }

 private:
  std::string_view left_;
};

}  // namespace

x509::Fingerprint ShardKey(const std::vector<std::string>& expressions) {
  std::string all(kMagic);
  AppendText(all, match::HyperscanShard::Platform());
  AppendExpressions(all, expressions);
  return x509::Sha256(Bytes(all));
}

std::string EncodeShard(const match::HyperscanShard& shard) {
  std::string body;
  AppendExpressions(body, shard.expressions());
  body += shard.Serialize();
  std::string bytes(kMagic);
  bytes += Text(ShardKey(shard.expressions()));
  bytes += Text(x509::Sha256(Bytes(body)));
  return bytes + body;
}

Result<ShardFile> ParseShardFile(std::string_view bytes) {
  Cursor in(bytes);
  if (PKIGATE_TRY(in.Take(kMagic.size())) != kMagic) {
    return MakeError("shard_damaged", "it does not begin as a shard of this version does");
  }
  ShardFile file;
  file.key = PKIGATE_TRY(in.Hash());
  const x509::Fingerprint checksum = PKIGATE_TRY(in.Hash());
  if (checksum != x509::Sha256(Bytes(in.left()))) {
    return MakeError("shard_damaged", "the checksum is of other bytes");
  }
  const size_t num_expressions = PKIGATE_TRY(in.Number());
  if (num_expressions == 0 || num_expressions > limits::kPatternsPerShardMax) {
    return MakeError("shard_damaged", "{} expressions, 1 to {} are possible", num_expressions,
                     limits::kPatternsPerShardMax);
  }
  while (file.expressions.size() < num_expressions) {
    const size_t length = PKIGATE_TRY(in.Number());
    file.expressions.emplace_back(PKIGATE_TRY(in.Take(length)));
  }
  file.database = in.left();
  return file;
}

Result<std::shared_ptr<const match::HyperscanShard>> DecodeShard(std::string_view bytes) {
  ShardFile file = PKIGATE_TRY(ParseShardFile(bytes));
  if (file.key != ShardKey(file.expressions)) {
    return MakeError("shard_foreign", "made for another version of Hyperscan or another processor");
  }
  return match::HyperscanShard::Deserialize(std::move(file.expressions), file.database);
}

}  // namespace pkigate::control
