// SPDX-License-Identifier: Apache-2.0
//
// The library really allocates through our hooks, and what it relies on holds: alignment, sizes
// kept over a realloc, and nothing but an error when there is no memory.
#include "tls/memory_hooks.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/mem.h>

#include <cstddef>
#include <cstring>
#include <thread>

namespace pkigate::tls {
namespace {

TEST(MemoryHooks, CountWhatTheLibraryAsksFor) {
  LinkMemoryHooks();
  const int64_t before = LibraryBytes();
  void* block = OPENSSL_malloc(1000);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(LibraryBytes() - before, 1000);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % alignof(std::max_align_t), 0U);
  OPENSSL_free(block);
  EXPECT_EQ(LibraryBytes(), before);
}

TEST(MemoryHooks, ReallocKeepsTheContent) {
  const int64_t before = LibraryBytes();
  auto* block = static_cast<char*>(OPENSSL_malloc(3));
  std::memcpy(block, "abc", 3);
  block = static_cast<char*>(OPENSSL_realloc(block, 5000));
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(std::memcmp(block, "abc", 3), 0);
  EXPECT_EQ(LibraryBytes() - before, 5000);
  block = static_cast<char*>(OPENSSL_realloc(block, 2));
  EXPECT_EQ(std::memcmp(block, "ab", 2), 0);
  EXPECT_EQ(LibraryBytes() - before, 2);
  OPENSSL_free(block);
  EXPECT_EQ(LibraryBytes(), before);
}

TEST(MemoryHooks, EmptyBlocksAreBlocks) {
  void* block = OPENSSL_malloc(0);
  EXPECT_NE(block, nullptr);
  OPENSSL_free(block);
  OPENSSL_free(nullptr);
}

// A size that overflows together with the header is refused, not wrapped around.
TEST(MemoryHooks, AbsurdSizesAreRefused) {
  const int64_t before = LibraryBytes();
  EXPECT_EQ(OPENSSL_malloc(SIZE_MAX), nullptr);
  EXPECT_EQ(OPENSSL_malloc(SIZE_MAX - alignof(std::max_align_t) + 1), nullptr);
  EXPECT_EQ(LibraryBytes(), before);
  ERR_clear_error();
}

TEST(MemoryHooks, EachThreadHasItsOwnBalance) {
  const int64_t before = LibraryBytes();
  std::thread other([] {
    void* block = OPENSSL_malloc(100);
    EXPECT_EQ(LibraryBytes(), 100);
    OPENSSL_free(block);
    EXPECT_EQ(LibraryBytes(), 0);
  });
  other.join();
  EXPECT_EQ(LibraryBytes(), before);
}

}  // namespace
}  // namespace pkigate::tls
