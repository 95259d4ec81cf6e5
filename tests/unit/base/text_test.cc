// SPDX-License-Identifier: Apache-2.0
//
// Hex, base64, UTF-8 and JSON text: each accepted form with a refused neighbour.
#include <gtest/gtest.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/json_text.h"
#include "base/utf8.h"

namespace pkigate {
namespace {

std::string Json(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

TEST(Hex, RoundTripsAndRefusesOddOrForeign) {
  EXPECT_EQ(ToHex(std::vector<uint8_t>{0x00, 0xAF, 0x10}), "00af10");
  EXPECT_EQ(FromHex("00AF10"), (std::vector<uint8_t>{0x00, 0xAF, 0x10}));
  EXPECT_EQ(FromHex("0"), std::nullopt);
  EXPECT_EQ(FromHex("0g"), std::nullopt);
}

TEST(Base64, DecodesEveryPaddingLength) {
  EXPECT_EQ(FromBase64(""), std::vector<uint8_t>{});
  EXPECT_EQ(FromBase64("Zg=="), (std::vector<uint8_t>{'f'}));
  EXPECT_EQ(FromBase64("Zm8="), (std::vector<uint8_t>{'f', 'o'}));
  EXPECT_EQ(FromBase64("Zm9v"), (std::vector<uint8_t>{'f', 'o', 'o'}));
  EXPECT_EQ(FromBase64("Zm9vYg=="), (std::vector<uint8_t>{'f', 'o', 'o', 'b'}));
}

TEST(Base64, RefusesSecondSpellingsOfTheSameBytes) {
  EXPECT_EQ(FromBase64("Zg"), std::nullopt) << "padding left out";
  EXPECT_EQ(FromBase64("Zh=="), std::nullopt) << "bits set under the padding";
  EXPECT_EQ(FromBase64("Zm9v\n"), std::nullopt) << "line end";
  EXPECT_EQ(FromBase64("Zm-v"), std::nullopt) << "URL alphabet";
  EXPECT_EQ(FromBase64("===="), std::nullopt) << "padding alone";
  EXPECT_EQ(FromBase64("Zg==Zg=="), std::nullopt) << "padding in the middle";
}

TEST(Base64, AsJavaReadsIt) {
  EXPECT_EQ(FromBase64AsJava(""), std::vector<uint8_t>{});
  EXPECT_EQ(FromBase64AsJava("Zg=="), (std::vector<uint8_t>{'f'}));
  EXPECT_EQ(FromBase64AsJava("Zg"), (std::vector<uint8_t>{'f'}));
  EXPECT_EQ(FromBase64AsJava("Zh=="), (std::vector<uint8_t>{'f'}));
  EXPECT_EQ(FromBase64AsJava("Zm8"), (std::vector<uint8_t>{'f', 'o'}));
  for (const char* refused :
       {"Z", "Zg=", "Zm9v=", "Zm9vZ", "Z===", "====", "=", "Zg==Zg==", "Zm9v\n", "Zm-v"}) {
    EXPECT_EQ(FromBase64AsJava(refused), std::nullopt) << refused;
  }
}

TEST(Base64, EncodesEveryPaddingLength) {
  for (const std::string_view text : {"", "f", "fo", "foo", "foob"}) {
    const std::vector<uint8_t> bytes(text.begin(), text.end());
    EXPECT_EQ(FromBase64(ToBase64(bytes)), bytes);
  }
  EXPECT_EQ(ToBase64(std::vector<uint8_t>{0xFB, 0xEF, 0xFF, 0x00}), "++//AA==");
}

TEST(Utf8, AcceptsWholeRangeRefusesOverlongSurrogateAndBeyond) {
  EXPECT_TRUE(IsUtf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
  EXPECT_FALSE(IsUtf8("\xC0\xAF")) << "overlong slash";
  EXPECT_FALSE(IsUtf8("\xE0\x80\xAF")) << "overlong slash, three bytes";
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80")) << "surrogate";
  EXPECT_TRUE(IsUtf8("\xF4\x8F\xBF\xBF"));
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80")) << "above U+10FFFF";
  EXPECT_FALSE(IsUtf8("\xC3")) << "cut short";
}

TEST(Utf8, AppendReplacesWhatIsNoScalarValue) {
  std::string out;
  AppendUtf8(out, U'é');
  AppendUtf8(out, 0x1F600);
  AppendUtf8(out, static_cast<char32_t>(0xD800));
  EXPECT_EQ(out, "\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD");
}

TEST(JsonText, EscapesControlsAndReplacesBrokenBytes) {
  EXPECT_EQ(Json("a\"b\\c\n"), "\"a\\\"b\\\\c\\n\"");
  EXPECT_EQ(Json(std::string_view("\0\x1F\x7F", 3)), "\"\\u0000\\u001f\\u007f\"");
  EXPECT_EQ(Json("\xC3\xA9"), "\"\xC3\xA9\"");
  EXPECT_EQ(Json("\xFF!"), "\"\xEF\xBF\xBD!\"");
}

TEST(Ascii, IgnoresCaseOfLettersOnly) {
  EXPECT_TRUE(EqualsIgnoringCase("X-Proxy-User", "x-proxy-uSER"));
  EXPECT_FALSE(EqualsIgnoringCase("[", "{")) << "differ by 32 but are no letters";
  EXPECT_FALSE(EqualsIgnoringCase("a", "ab"));
  EXPECT_EQ(TrimBlanks(" \t a b \t"), "a b");
}

}  // namespace
}  // namespace pkigate
