// SPDX-License-Identifier: Apache-2.0
#include "ring/buf_ring.h"

#include <sys/mman.h>

#include <bit>
#include <cstddef>

#include "base/assert.h"
#include "base/limits.h"
#include "ring/setup_error.h"

namespace pkigate::ring {

// The ring's tail lies inside the first entry; some header versions placed the entries behind it.
static_assert(offsetof(io_uring_buf_ring, bufs) == 0);

namespace {

// Page-aligned, zeroed, private memory; null when there is none.
void* MapPages(size_t num_bytes) {
  void* pages =
      ::mmap(nullptr, num_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages == MAP_FAILED ? nullptr : pages;
}

}  // namespace

Result<std::unique_ptr<BufRing>> BufRing::Create(io_uring& ring, uint32_t count) {
  PKIGATE_ASSERT(std::has_single_bit(count));
  PKIGATE_ASSERT(count <= kCountMax);
  std::unique_ptr<BufRing> buffers(new BufRing(count));
  PKIGATE_TRY_STATUS(buffers->Map());
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<uintptr_t>(buffers->entries_);
  registration.ring_entries = count;
  registration.bgid = kGroup;
  const int result = ::io_uring_register_buf_ring(&ring, &registration, 0);
  if (result < 0) {
    return SetupError(-result, "registering the receive buffers");
  }
  for (uint32_t buffer = 0; buffer < count; ++buffer) {
    buffers->Add(static_cast<uint16_t>(buffer));
  }
  buffers->Publish();
  return buffers;
}

BufRing::~BufRing() {
  if (entries_ != nullptr) {
    ::munmap(entries_, RingBytes());
  }
  if (memory_ != nullptr) {
    ::munmap(memory_, BufferBytes());
  }
}

Status BufRing::Map() {
  entries_ = static_cast<io_uring_buf_ring*>(MapPages(RingBytes()));
  memory_ = static_cast<uint8_t*>(MapPages(BufferBytes()));
  if (entries_ == nullptr || memory_ == nullptr) {
    return SetupError(ENOMEM, "mapping the receive buffers");
  }
  ::io_uring_buf_ring_init(entries_);
  return {};
}

size_t BufRing::RingBytes() const { return places_.size() * sizeof(io_uring_buf); }

size_t BufRing::BufferBytes() const { return places_.size() * limits::kReceiveBufferBytes; }

uint8_t* BufRing::BytesOf(uint16_t buffer) const {
  return memory_ + size_t{buffer} * limits::kReceiveBufferBytes;
}

uint32_t BufRing::parked_max() const { return count() / limits::kParkedBuffersPart; }

void BufRing::Add(uint16_t buffer) {
  ::io_uring_buf_ring_add(entries_, BytesOf(buffer), limits::kReceiveBufferBytes, buffer,
                          ::io_uring_buf_ring_mask(count()), num_unpublished_);
  ++num_unpublished_;
  ++num_with_kernel_;
  PKIGATE_ASSERT(num_with_kernel_ <= count());
}

void BufRing::Publish() {
  if (num_unpublished_ > 0) {
    ::io_uring_buf_ring_advance(entries_, num_unpublished_);
    num_unpublished_ = 0;
  }
}

std::span<const uint8_t> BufRing::Take(uint16_t buffer, size_t len) {
  PKIGATE_ASSERT(buffer < count());
  PKIGATE_ASSERT(len <= limits::kReceiveBufferBytes);
  PKIGATE_ASSERT(places_[buffer] == Place::kKernel);
  places_[buffer] = Place::kHandling;
  --num_with_kernel_;
  return {BytesOf(buffer), len};
}

void BufRing::Handled(uint16_t buffer) {
  // Not kHandling: parked, or parked and already given back, within the handler.
  if (places_[buffer] == Place::kHandling) {
    places_[buffer] = Place::kKernel;
    Add(buffer);
  }
}

bool BufRing::Park(uint16_t buffer) {
  PKIGATE_ASSERT(buffer < count());
  PKIGATE_ASSERT(places_[buffer] == Place::kHandling);
  if (num_parked_ >= parked_max()) {
    return false;
  }
  places_[buffer] = Place::kParked;
  ++num_parked_;
  return true;
}

void BufRing::ReturnParked(uint16_t buffer) {
  PKIGATE_ASSERT(buffer < count());
  PKIGATE_ASSERT(places_[buffer] == Place::kParked);
  places_[buffer] = Place::kKernel;
  --num_parked_;
  Add(buffer);
}

}  // namespace pkigate::ring
