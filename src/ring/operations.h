// SPDX-License-Identifier: Apache-2.0
//
// OperationTable: the operations of one ring, from the call until the last completion. It keeps
// what the kernel must find unchanged meanwhile (message headers, iovecs, addresses), and what is
// needed to hand an operation over later or again.
//
// Operations stand in chunks that are never moved or freed, so once warm nothing is allocated. An
// operation is named by its index and generation, which travel through the kernel in the form of a
// Tag; the user's own tag is a member.
//
//     Add -> with the kernel -> Remove
//        |     ^       |
//        |     |       v
//        |   needs a buffer (receives only)
//        v     ^
//     held back (the submission queue is full)
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/limits.h"
#include "ring/ring.h"
#include "ring/tag.h"

namespace pkigate::ring {

enum class OperationKind : uint8_t {
  kFree,
  kAccept,
  kReceive,
  kSend,
  kConnect,
  kCancel,
  kWake,      // to another ring
  kWakePoll,  // for a Waker's event
};

// The larger things that only some operations carry.
struct Attachment {
  msghdr header;
  std::array<iovec, limits::kSendPiecesMax> pieces;
  sockaddr_storage address;
  socklen_t address_len;
};

struct OperationList;

struct Operation {
  static constexpr uint32_t kNone = ~uint32_t{0};

  Tag tag;
  int fd = -1;
  uint32_t index = kNone;  // its own
  uint32_t generation = 1;
  uint32_t next = kNone;  // in the free list or an OperationList
  uint32_t previous = kNone;
  OperationKind kind = OperationKind::kFree;
  AcceptMode accept_mode = AcceptMode::kMultishot;
  bool cancelled = false;  // a receive whose cancellation was asked for
  iovec piece{};           // of a send with a single piece
  Attachment* attachment = nullptr;
  OperationList* waiting_in = nullptr;  // null: with the kernel
  Waker* waker = nullptr;               // of the ring to wake

  // What travels through the kernel as user_data.
  uint64_t UserData() const {
    return Tag{.kind = static_cast<uint8_t>(kReservedKinds + static_cast<uint8_t>(kind)),
               .slot = index,
               .generation = generation}
        .Pack();
  }
};
static_assert(limits::kRingOperationsMax <= kTagSlots);

// Operations that wait for something on our side, first in, first out.
struct OperationList {
  uint32_t first = Operation::kNone;
  uint32_t last = Operation::kNone;
  uint32_t size = 0;
};

class OperationTable {
 public:
  OperationTable() = default;
  OperationTable(const OperationTable&) = delete;
  OperationTable& operator=(const OperationTable&) = delete;

  // Starts an operation. Asserts what callers owe: one receive and one send per socket.
  Operation& Add(OperationKind kind, const Tag& tag, int fd);
  // Its last completion has come. `operation` is free afterwards.
  void Remove(Operation& operation);
  // The operation a completion is for; null when there is none (any more).
  Operation* Find(const Tag& user_data);
  Operation& At(uint32_t index) { return chunks_[index / kChunk][index % kChunk]; }

  // Gives `operation` an attachment, taken back by Remove.
  Attachment& Attach(Operation& operation);

  void Append(OperationList& list, Operation& operation);
  void Unlink(Operation& operation);

  // The receive in flight on `fd`, or null.
  Operation* ReceiveOn(int fd);
  // Operations in flight on `fd`.
  uint32_t InFlightOn(int fd) const;
  uint32_t in_flight() const { return in_flight_; }

 private:
  static constexpr uint32_t kChunk = 256;

  // What is in flight per descriptor; indexed by it.
  struct Descriptor {
    uint32_t receive = Operation::kNone;
    uint32_t send = Operation::kNone;
    uint32_t in_flight = 0;
  };

  void Grow();
  Descriptor& DescriptorOf(int fd);

  std::vector<std::unique_ptr<Operation[]>> chunks_;
  std::vector<Descriptor> descriptors_;
  std::vector<std::unique_ptr<Attachment>> attachments_;
  std::vector<Attachment*> free_attachments_;
  uint32_t first_free_ = Operation::kNone;
  uint32_t in_flight_ = 0;
};

}  // namespace pkigate::ring
