// SPDX-License-Identifier: Apache-2.0
#include "tls/memory_hooks.h"

#include <openssl/mem.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace pkigate::tls {

namespace {

thread_local int64_t library_bytes = 0;

// Stands before each block. As large as the strictest alignment, so that the block keeps it.
struct alignas(std::max_align_t) Header {
  size_t num_bytes;
};

Header* HeaderOf(void* block) { return static_cast<Header*>(block) - 1; }

}  // namespace

int64_t LibraryBytes() { return library_bytes; }

void LinkMemoryHooks() {}

}  // namespace pkigate::tls

// Declared here because no header of the library does: it looks for the names alone. Hidden: the
// program must export none of them.
extern "C" {
#pragma GCC visibility push(hidden)
void* OPENSSL_memory_alloc(size_t size);
void OPENSSL_memory_free(void* block);
size_t OPENSSL_memory_get_size(void* block);
#pragma GCC visibility pop

// Null on exhaustion: the library reports that as an error of the call.
void* OPENSSL_memory_alloc(size_t size) {
  using pkigate::tls::Header;
  const size_t whole = size + sizeof(Header);
  if (whole < size) {
    return nullptr;
  }
  void* memory = std::malloc(whole);
  if (memory == nullptr) {
    return nullptr;
  }
  auto* header = new (memory) Header{size};
  pkigate::tls::library_bytes += static_cast<int64_t>(size);
  return header + 1;
}

// Never called with null. What was in the block may be a key, so it is wiped, as the library's own
// allocator does.
void OPENSSL_memory_free(void* block) {
  auto* header = pkigate::tls::HeaderOf(block);
  const size_t num_bytes = header->num_bytes;
  pkigate::tls::library_bytes -= static_cast<int64_t>(num_bytes);
  OPENSSL_cleanse(block, num_bytes);
  std::free(header);
}

size_t OPENSSL_memory_get_size(void* block) { return pkigate::tls::HeaderOf(block)->num_bytes; }
}
