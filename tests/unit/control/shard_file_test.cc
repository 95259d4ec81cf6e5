// SPDX-License-Identifier: Apache-2.0
#include "control/shard_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hs.h>

#include <cstring>

#include "base/limits.h"

namespace pkigate::control {
namespace {

using testing::HasSubstr;

constexpr size_t kKeyAt = 16;
constexpr size_t kChecksumAt = kKeyAt + 32;
constexpr size_t kBodyAt = kChecksumAt + 32;

const std::vector<std::string> kExpressions = {"^(?:a.c)\\z", "^(?:[0-9]+)\\z"};

std::string Encoded() {
  const auto shard = match::HyperscanShard::Compile(kExpressions);
  EXPECT_TRUE(shard.ok());
  return EncodeShard(**shard);
}

// `bytes` with the checksum they ought to have.
std::string Signed(std::string bytes) {
  const std::string_view body = std::string_view(bytes).substr(kBodyAt);
  const auto checksum = x509::Sha256({reinterpret_cast<const uint8_t*>(body.data()), body.size()});
  std::memcpy(bytes.data() + kChecksumAt, checksum.data(), checksum.size());
  return bytes;
}

Error Refused(const std::string& bytes) {
  const auto shard = DecodeShard(bytes);
  EXPECT_FALSE(shard.ok());
  return shard.ok() ? Error{} : shard.error();
}

TEST(ShardFile, ADecodedShardFindsWhatItDidBefore) {
  const auto shard = DecodeShard(Encoded());
  ASSERT_TRUE(shard.ok()) << shard.error().message;
  EXPECT_EQ((*shard)->expressions(), kExpressions);
  hs_scratch* scratch = nullptr;
  (*shard)->Reserve(&scratch);
  std::vector<uint32_t> found;
  (*shard)->Scan("abc", scratch, found);
  (*shard)->Scan("ab", scratch, found);
  (*shard)->Scan("42", scratch, found);
  hs_free_scratch(scratch);
  EXPECT_THAT(found, testing::ElementsAre(0, 1));
}

TEST(ShardFile, OtherExpressionsHaveAnotherKey) {
  EXPECT_EQ(ShardKey(kExpressions), ShardKey(kExpressions));
  EXPECT_NE(ShardKey(kExpressions), ShardKey({kExpressions[0]}));
  EXPECT_NE(ShardKey({"ab", "c"}), ShardKey({"a", "bc"}));
}

TEST(ShardFile, AnyFlippedBitIsNoticed) {
  const std::string good = Encoded();
  for (const size_t place : {size_t{0}, kChecksumAt, kBodyAt, kBodyAt + 9, good.size() - 1}) {
    std::string bytes = good;
    bytes[place] = static_cast<char>(bytes[place] ^ 1);
    EXPECT_STREQ(Refused(bytes).code, "shard_damaged") << place;
  }
  std::string bytes = good;
  bytes[kKeyAt] = static_cast<char>(bytes[kKeyAt] ^ 1);
  EXPECT_STREQ(Refused(bytes).code, "shard_foreign");
}

TEST(ShardFile, AnyMissingByteIsNoticed) {
  const std::string good = Encoded();
  for (const size_t length : {size_t{0}, kKeyAt, kChecksumAt + 5, kBodyAt, good.size() - 1}) {
    EXPECT_STREQ(Refused(good.substr(0, length)).code, "shard_damaged") << length;
  }
  EXPECT_STREQ(Refused(good + "x").code, "shard_damaged");
}

TEST(ShardFile, LengthsThatCannotBeAreRefusedThoughTheChecksumIsRight) {
  std::string none = Encoded();
  none[kBodyAt] = 0;
  EXPECT_THAT(Refused(Signed(none)).message, HasSubstr("0 expressions"));
  std::string many = Encoded();
  many[kBodyAt + 1] = 0x7f;
  EXPECT_THAT(Refused(Signed(many)).message, HasSubstr("1 to 1000"));
  std::string longer = Encoded();
  longer[kBodyAt + 4 + 3] = 0x7f;
  EXPECT_THAT(Refused(Signed(longer)).message, HasSubstr("were expected"));
}

TEST(ShardFile, OtherTextsBesideADatabaseAreForeign) {
  std::string bytes = Encoded();
  const size_t place = bytes.find("a.c");
  bytes[place] = 'b';
  EXPECT_STREQ(Refused(Signed(bytes)).code, "shard_foreign");
}

TEST(ShardFile, ADatabaseThatHyperscanRefusesIsDamaged) {
  const std::string good = Encoded();
  const auto file = ParseShardFile(good);
  ASSERT_TRUE(file.ok());
  const size_t database_at = good.size() - file->database.size();
  EXPECT_STREQ(Refused(Signed(good.substr(0, database_at))).code, "shard_damaged");
  EXPECT_STREQ(Refused(Signed(good.substr(0, database_at) + "not a database")).code,
               "shard_damaged");
}

}  // namespace
}  // namespace pkigate::control
