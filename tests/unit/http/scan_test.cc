// SPDX-License-Identifier: Apache-2.0
//
// Each way to scan says the same as the plain loop: every byte value at every offset of a text
// around the vector lengths, every alignment, and random texts.
#include "http/scan.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "padded.h"

namespace pkigate::http {

namespace {

struct Scan {
  const char* what;
  ScanFunction ScanFunctions::*function;
  char filler;  // a byte that all scans pass
};

constexpr Scan kScans[] = {
    {"control", &ScanFunctions::find_control, 'a'},
    {"token", &ScanFunctions::find_non_token, 'a'},
    {"path", &ScanFunctions::find_non_path, 'a'},
    {"query", &ScanFunctions::find_non_query, 'a'},
};

size_t Found(ScanFunction function, std::string_view text) {
  return static_cast<size_t>(function(text.data(), text.data() + text.size()) - text.data());
}

}  // namespace

TEST(Scan, ThePlainLoopIsFirstAndOneMoreIsThereOnX86) {
  const auto all = ScanImplementations();
  ASSERT_NE(all[0], nullptr);
  EXPECT_STREQ(all[0]->name, "scalar");
#if defined(__x86_64__)
  ASSERT_NE(all[1], nullptr);
  EXPECT_STREQ(all[1]->name, "sse");
#endif
}

TEST(Scan, EveryByteAtEveryOffset) {
  const ScanFunctions& plain = *ScanImplementations()[0];
  for (const ScanFunctions* other : ScanImplementations()) {
    if (other == nullptr) {
      continue;
    }
    for (const Scan& scan : kScans) {
      for (const size_t size : {1U, 15U, 16U, 17U, 31U, 32U, 33U, 70U}) {
        for (unsigned byte = 0; byte < 256; ++byte) {
          for (size_t at = 0; at < size; ++at) {
            std::string text(size, scan.filler);
            text[at] = static_cast<char>(byte);
            const Padded padded(text);
            ASSERT_EQ(Found(other->*scan.function, padded.text()),
                      Found(plain.*scan.function, padded.text()))
                << other->name << " " << scan.what << " byte " << byte << " at " << at << " of "
                << size;
          }
        }
      }
    }
  }
}

TEST(Scan, RandomTextsAtAllAlignments) {
  const ScanFunctions& plain = *ScanImplementations()[0];
  std::minstd_rand random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text(1 + random() % 200, 'a');
    for (int change = 0; change < 3; ++change) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    const Padded padded(text);
    const std::string_view part = padded.text().substr(random() % text.size());
    for (const ScanFunctions* other : ScanImplementations()) {
      for (const Scan& scan : kScans) {
        ASSERT_TRUE(other == nullptr ||
                    Found(other->*scan.function, part) == Found(plain.*scan.function, part))
            << "round " << round;
      }
    }
  }
}

TEST(Scan, NothingFoundIsTheEndWhateverFollows) {
  for (const ScanFunctions* each : ScanImplementations()) {
    for (const Scan& scan : kScans) {
      for (size_t size = 0; each != nullptr && size < 70; ++size) {
        const Padded padded(std::string(size, 'a'));  // the padding begins with CR
        EXPECT_EQ(Found(each->*scan.function, padded.text()), size);
      }
    }
  }
}

TEST(Scan, TheSets) {
  const std::string_view token_delimiters = "\"(),/:;<=>?@[\\]{} \t";
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool visible = byte > 0x20 && byte < 0x7f;
    EXPECT_EQ(IsControl(c), (byte < 0x20 && byte != 9) || byte == 0x7f);
    EXPECT_EQ(IsTokenByte(c), visible && token_delimiters.find(c) == std::string_view::npos);
    // RFC 3986: not in a path are these; of them a query takes all but the backslash and `#`.
    EXPECT_EQ(IsPathByte(c),
              visible && std::string_view("\"#<>?[\\]^`{|}").find(c) == std::string_view::npos);
    EXPECT_EQ(IsQueryByte(c), visible && c != '#' && c != '\\');
  }
}

}  // namespace pkigate::http
