// SPDX-License-Identifier: Apache-2.0
#include "http/scan.h"

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace pkigate::http {

namespace {

// --- the plain loop -----------------------------------------------------------------------------

// Finds the first byte whose membership in the set is `kWanted`.
template <bool (*kMember)(char), bool kWanted>
const char* Scalar(const char* begin, const char* end) {
  while (begin < end && kMember(*begin) != kWanted) {
    ++begin;
  }
  return begin;
}

constexpr ScanFunctions kScalar = {"scalar", Scalar<IsControl, true>, Scalar<IsTokenByte, false>,
                                   Scalar<IsPathByte, false>, Scalar<IsQueryByte, false>};

#if defined(__x86_64__)

// --- 16 and 32 at a time ------------------------------------------------------------------------

// For each low nibble the high nibbles (0 to 7, one bit each) with which it is in the set.
template <bool (*kMember)(char)>
constexpr std::array<uint8_t, 16> LowNibbleTable() {
  std::array<uint8_t, 16> table{};
  for (unsigned byte = 0; byte < 0x80; ++byte) {
    if (kMember(static_cast<char>(byte))) {
      table[byte & 0x0f] = static_cast<uint8_t>(table[byte & 0x0f] | 1U << (byte >> 4));
    }
  }
  return table;
}

template <bool (*kMember)(char)>
alignas(16) constexpr std::array<uint8_t, 16> kLowNibbles = LowNibbleTable<kMember>();
// The high nibble's bit; none from 0x80 up.
alignas(16) constexpr std::array<uint8_t, 16> kHighNibbles = {1, 2, 4, 8, 16, 32, 64, 128};

const char* Earlier(const char* a, const char* b) { return a < b ? a : b; }

// A bit per byte that is what is looked for. Bytes from 0x80 up are in no set: their high nibble's
// entry is zero.
template <bool (*kMember)(char), bool kWanted>
const char* Sse(const char* begin, const char* end) {
  const __m128i low_table =
      _mm_load_si128(reinterpret_cast<const __m128i*>(kLowNibbles<kMember>.data()));
  const __m128i high_table = _mm_load_si128(reinterpret_cast<const __m128i*>(kHighNibbles.data()));
  const __m128i nibble = _mm_set1_epi8(0x0f);
  for (; begin < end; begin += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin));
    const __m128i low = _mm_shuffle_epi8(low_table, _mm_and_si128(bytes, nibble));
    const __m128i high =
        _mm_shuffle_epi8(high_table, _mm_and_si128(_mm_srli_epi16(bytes, 4), nibble));
    const __m128i outside = _mm_cmpeq_epi8(_mm_and_si128(low, high), _mm_setzero_si128());
    unsigned hits = static_cast<unsigned>(_mm_movemask_epi8(outside));
    if constexpr (kWanted) {
      hits ^= 0xffffU;
    }
    if (hits != 0) {
      return Earlier(begin + __builtin_ctz(hits), end);
    }
  }
  return end;
}

constexpr ScanFunctions kSse = {"sse", Sse<IsControl, true>, Sse<IsTokenByte, false>,
                                Sse<IsPathByte, false>, Sse<IsQueryByte, false>};

template <bool (*kMember)(char), bool kWanted>
__attribute__((target("avx2"))) const char* Avx2(const char* begin, const char* end) {
  const __m256i low_table = _mm256_broadcastsi128_si256(
      _mm_load_si128(reinterpret_cast<const __m128i*>(kLowNibbles<kMember>.data())));
  const __m256i high_table = _mm256_broadcastsi128_si256(
      _mm_load_si128(reinterpret_cast<const __m128i*>(kHighNibbles.data())));
  const __m256i nibble = _mm256_set1_epi8(0x0f);
  for (; begin < end; begin += 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(begin));
    const __m256i low = _mm256_shuffle_epi8(low_table, _mm256_and_si256(bytes, nibble));
    const __m256i high =
        _mm256_shuffle_epi8(high_table, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
    const __m256i outside = _mm256_cmpeq_epi8(_mm256_and_si256(low, high), _mm256_setzero_si256());
    unsigned hits = static_cast<unsigned>(_mm256_movemask_epi8(outside));
    if constexpr (kWanted) {
      hits = ~hits;
    }
    if (hits != 0) {
      return Earlier(begin + __builtin_ctz(hits), end);
    }
  }
  return end;
}

constexpr ScanFunctions kAvx2 = {"avx2", Avx2<IsControl, true>, Avx2<IsTokenByte, false>,
                                 Avx2<IsPathByte, false>, Avx2<IsQueryByte, false>};

static_assert(kPaddingBytes >= 32, "the widest load begins at most one byte before the end");

const ScanFunctions* FindAvx2() {
  __builtin_cpu_init();  // this runs before main
  return __builtin_cpu_supports("avx2") ? &kAvx2 : nullptr;
}

#endif

}  // namespace

#if defined(__x86_64__)

std::array<const ScanFunctions*, 3> ScanImplementations() { return {&kScalar, &kSse, FindAvx2()}; }

namespace detail {
const ScanFunctions* const kScan = FindAvx2() != nullptr ? &kAvx2 : &kSse;
}

#else

std::array<const ScanFunctions*, 3> ScanImplementations() { return {&kScalar, nullptr, nullptr}; }

namespace detail {
const ScanFunctions* const kScan = &kScalar;
}

#endif

}  // namespace pkigate::http
