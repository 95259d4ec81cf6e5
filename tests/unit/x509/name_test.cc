// SPDX-License-Identifier: Apache-2.0
#include "x509/name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "test_names.h"
#include "x509/der.h"
#include "x509/string_value.h"

namespace pkigate::x509 {
namespace {

using ::testing::HasSubstr;
using testing::kCn;
using testing::kO;
using testing::MakeName;
using testing::NameDer;
using testing::Part;
using testing::Tlv;
using Bytes = std::vector<uint8_t>;

Error ErrorOf(const Bytes& der) {
  const auto name = Name::FromDer(der);
  EXPECT_FALSE(name.ok());
  return name.ok() ? Error{} : name.error();
}

TEST(NameTest, KeepsWhatTheEncodingHas) {
  const Bytes der = NameDer({{{kO, der::kPrintableString, "x"}},
                             {{kCn, der::kUtf8String, "a"}, {kO, der::kIa5String, "b"}}});
  const auto name = Name::FromDer(der);
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(name->der(), der);
  ASSERT_EQ(name->rdns().size(), 2U);
  ASSERT_EQ(name->rdns()[1].size(), 2U);
  const Attribute& attribute = name->rdns()[1][0];
  EXPECT_EQ(attribute.oid(), "2.5.4.3");
  EXPECT_EQ(attribute.tag(), der::kUtf8String);
  EXPECT_THAT(attribute.content(), ::testing::ElementsAre('a'));
  EXPECT_THAT(attribute.tlv(), ::testing::ElementsAre(0x0c, 1, 'a'));
  EXPECT_EQ(attribute.Text(), "a");
}

TEST(NameTest, EqualityIsOfTheEncoding) {
  const Name printable = MakeName({{{kCn, der::kPrintableString, "a"}}});
  EXPECT_EQ(printable, MakeName({{{kCn, der::kPrintableString, "a"}}}));
  EXPECT_NE(printable, MakeName({{{kCn, der::kUtf8String, "a"}}}));
  EXPECT_EQ(Name(), Name::FromDer(Bytes{0x30, 0x00}).value());
}

TEST(NameTest, RefusesWhatIsNoName) {
  EXPECT_STREQ(ErrorOf({}).code, "malformed_name");
  EXPECT_THAT(ErrorOf({0x31, 0x00}).message, HasSubstr("found tag 0x31 where a name"));
  EXPECT_THAT(ErrorOf({0x30, 0x00, 0x00}).message, HasSubstr("too many after the name"));
  EXPECT_THAT(ErrorOf(Tlv(0x30, {0x31, 0x00})).message, HasSubstr("an RDN without attributes"));
  EXPECT_THAT(ErrorOf(Tlv(0x30, {0x30, 0x00})).message, HasSubstr("where an RDN"));
  EXPECT_THAT(
      ErrorOf(NameDer({{{"5504", der::kUtf8String, "a"}, {"80", der::kUtf8String, "a"}}})).message,
      HasSubstr("no object identifier"));
  // Type without value, and one element too many after it.
  EXPECT_THAT(ErrorOf(Tlv(0x30, Tlv(0x31, Tlv(0x30, {0x06, 0x01, 0x55})))).message,
              HasSubstr("an attribute's value is missing"));
  EXPECT_THAT(
      ErrorOf(Tlv(0x30, Tlv(0x31, Tlv(0x30, {0x06, 0x01, 0x55, 0x0c, 0x00, 0x0c, 0x00})))).message,
      HasSubstr("too many after an attribute's value"));
}

// Every prefix of a good name is refused, and none is read beyond its end (ASan sees to that).
TEST(NameTest, RefusesEveryPrefix) {
  const Bytes der = NameDer({{{kO, der::kUtf8String, "x"}}, {{kCn, der::kUtf8String, "abc"}}});
  for (size_t len = 0; len < der.size(); ++len) {
    const Bytes prefix(der.begin(), der.begin() + static_cast<std::ptrdiff_t>(len));
    EXPECT_FALSE(Name::FromDer(prefix).ok()) << len;
  }
}

TEST(NameTest, Limits) {
  const std::vector<Part> rdn = {{kCn, der::kUtf8String, "a"}};
  EXPECT_TRUE(Name::FromDer(NameDer(std::vector(limits::kDnRdnsMax, rdn))).ok());
  EXPECT_STREQ(ErrorOf(NameDer(std::vector(limits::kDnRdnsMax + 1, rdn))).code, "name_too_large");
  const std::vector<Part> wide(limits::kDnAttributesMax, rdn[0]);
  EXPECT_TRUE(Name::FromDer(NameDer({wide})).ok());
  EXPECT_THAT(ErrorOf(NameDer({wide, rdn})).message, HasSubstr("attributes"));
  const Part large = {kCn, der::kUtf8String, std::string(limits::kNameBytesMax, 'a')};
  EXPECT_STREQ(ErrorOf(NameDer({{large}})).code, "name_too_large");
}

std::optional<std::string> Decoded(uint8_t tag, std::string_view content, bool* exact = nullptr) {
  return DecodeStringValue(tag, {reinterpret_cast<const uint8_t*>(content.data()), content.size()},
                           exact);
}

constexpr std::string_view operator""_bytes(const char* text, size_t len) { return {text, len}; }

TEST(StringValueTest, TypesThatAreText) {
  bool exact = false;
  EXPECT_EQ(Decoded(der::kUtf8String, "Zo\xc3\xab", &exact), "Zoë");
  EXPECT_TRUE(exact);
  EXPECT_EQ(Decoded(der::kPrintableString, "a b"), "a b");
  EXPECT_EQ(Decoded(der::kIa5String, "a@b"), "a@b");
  EXPECT_EQ(Decoded(der::kGeneralString, "a"), "a");
  EXPECT_EQ(Decoded(der::kT61String, "Zo\xeb", &exact), "Zoë");
  EXPECT_TRUE(exact);
  EXPECT_EQ(Decoded(der::kBmpString, "\0Z\0o\0\xeb\xd8\x3d\xde\x00"_bytes, &exact), "Zoë😀");
  EXPECT_TRUE(exact);
  EXPECT_EQ(Decoded(der::kUniversalString, "\0\0\0Z\0\1\xf6\0"_bytes, &exact), "Z😀");
  EXPECT_TRUE(exact);
  EXPECT_EQ(Decoded(der::kUtf8String, ""), "");
  // A byte order mark is one in UTF-32 only, and only in front.
  EXPECT_EQ(Decoded(der::kUniversalString, "\0\0\xfe\xff\0\0\0Z"_bytes), "Z");
  EXPECT_EQ(Decoded(der::kUniversalString, "\0\0\0Z\0\0\xfe\xff"_bytes), "Z\ufeff");
  EXPECT_EQ(Decoded(der::kBmpString, "\xfe\xff\0Z"_bytes), "\ufeffZ");
  EXPECT_EQ(Decoded(der::kUtf8String, "\ufeffZ"), "\ufeffZ");
}

TEST(StringValueTest, TypesThatAreNot) {
  for (const uint8_t tag : {der::kNumericString, der::kVisibleString, der::kOctetString,
                            der::kBitString, der::kInteger, der::kSequence}) {
    EXPECT_FALSE(Decoded(tag, "a").has_value()) << int{tag};
  }
}

// The replacements are those of the JDK 17 for the same bytes.
TEST(StringValueTest, IllFormedPartsAreReplacedAndSaid) {
  const auto replaced = [](uint8_t tag, std::string_view content) {
    bool exact = true;
    const std::string text = Decoded(tag, content, &exact).value();
    EXPECT_FALSE(exact);
    return text;
  };
  EXPECT_EQ(replaced(der::kIa5String, "g\xe9"), "g\ufffd");
  EXPECT_EQ(replaced(der::kUtf8String, "a\xe2(\xf0\x9f\x98"), "a\ufffd(\ufffd");
  EXPECT_EQ(replaced(der::kUtf8String, "\xc0\xaf"), "\ufffd\ufffd");
  EXPECT_EQ(replaced(der::kUtf8String, "\xed\xa9\x80x"), "\ufffdx");
  EXPECT_EQ(replaced(der::kUtf8String, "\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");
  EXPECT_EQ(replaced(der::kUtf8String, "\xc3"), "\ufffd");
  EXPECT_EQ(replaced(der::kBmpString, "\0a\0"_bytes), "a\ufffd");
  EXPECT_EQ(replaced(der::kBmpString, "\xd8\x00\x00\x41\x00\x42"_bytes), "\ufffdB");
  EXPECT_EQ(replaced(der::kBmpString, "\xdc\x00\x00\x41"_bytes), "\ufffdA");
  EXPECT_EQ(replaced(der::kBmpString, "\xd8\x3d\xde"_bytes), "\ufffd");
  EXPECT_EQ(replaced(der::kUniversalString, "\0\x11\0\0"_bytes), "\ufffd");
  EXPECT_EQ(replaced(der::kUniversalString, "\0\0\xd8\0\0\0"_bytes), "\ufffd\ufffd");
}

}  // namespace
}  // namespace pkigate::x509
