// SPDX-License-Identifier: Apache-2.0
#include "ring/operations.h"

#include "base/assert.h"

namespace pkigate::ring {

void OperationTable::Grow() {
  const auto begin = static_cast<uint32_t>(chunks_.size()) * kChunk;
  PKIGATE_ASSERT(begin < limits::kRingOperationsMax);
  chunks_.push_back(std::make_unique<Operation[]>(kChunk));
  for (uint32_t i = kChunk; i-- > 0;) {
    Operation& operation = chunks_.back()[i];
    operation.index = begin + i;
    operation.next = first_free_;
    first_free_ = operation.index;
  }
}

OperationTable::Descriptor& OperationTable::DescriptorOf(int fd) {
  PKIGATE_ASSERT(fd >= 0);
  const auto index = static_cast<size_t>(fd);
  if (index >= descriptors_.size()) {
    descriptors_.resize(index + 1);
  }
  return descriptors_[index];
}

Operation& OperationTable::Add(OperationKind kind, const Tag& tag, int fd) {
  if (first_free_ == Operation::kNone) {
    Grow();
  }
  Operation& operation = At(first_free_);
  first_free_ = operation.next;
  operation.next = Operation::kNone;
  operation.kind = kind;
  operation.tag = tag;
  operation.fd = fd;
  operation.cancelled = false;
  ++in_flight_;
  Descriptor& descriptor = DescriptorOf(fd);
  ++descriptor.in_flight;
  if (kind == OperationKind::kReceive) {
    PKIGATE_ASSERT(descriptor.receive == Operation::kNone);
    descriptor.receive = operation.index;
  } else if (kind == OperationKind::kSend) {
    PKIGATE_ASSERT(descriptor.send == Operation::kNone);
    descriptor.send = operation.index;
  }
  return operation;
}

void OperationTable::Remove(Operation& operation) {
  PKIGATE_ASSERT(operation.kind != OperationKind::kFree);
  PKIGATE_ASSERT(operation.waiting_in == nullptr);
  Descriptor& descriptor = DescriptorOf(operation.fd);
  PKIGATE_ASSERT(descriptor.in_flight > 0);
  --descriptor.in_flight;
  if (operation.kind == OperationKind::kReceive) {
    descriptor.receive = Operation::kNone;
  } else if (operation.kind == OperationKind::kSend) {
    descriptor.send = Operation::kNone;
  }
  if (operation.attachment != nullptr) {
    free_attachments_.push_back(operation.attachment);
    operation.attachment = nullptr;
  }
  operation.waker = nullptr;
  operation.kind = OperationKind::kFree;
  ++operation.generation;
  operation.next = first_free_;
  first_free_ = operation.index;
  --in_flight_;
}

Operation* OperationTable::Find(const Tag& user_data) {
  if (user_data.slot >= chunks_.size() * kChunk) {
    return nullptr;
  }
  Operation& operation = At(user_data.slot);
  const bool same =
      operation.kind != OperationKind::kFree && operation.UserData() == user_data.Pack();
  return same ? &operation : nullptr;
}

Attachment& OperationTable::Attach(Operation& operation) {
  PKIGATE_ASSERT(operation.attachment == nullptr);
  if (free_attachments_.empty()) {
    attachments_.push_back(std::make_unique<Attachment>());
    free_attachments_.reserve(attachments_.capacity());  // so that Remove never allocates
    free_attachments_.push_back(attachments_.back().get());
  }
  operation.attachment = free_attachments_.back();
  free_attachments_.pop_back();
  return *operation.attachment;
}

void OperationTable::Append(OperationList& list, Operation& operation) {
  PKIGATE_ASSERT(operation.waiting_in == nullptr);
  operation.waiting_in = &list;
  operation.next = Operation::kNone;
  operation.previous = list.last;
  (list.last == Operation::kNone ? list.first : At(list.last).next) = operation.index;
  list.last = operation.index;
  ++list.size;
}

void OperationTable::Unlink(Operation& operation) {
  PKIGATE_ASSERT(operation.waiting_in != nullptr);
  OperationList& list = *operation.waiting_in;
  PKIGATE_ASSERT(list.size > 0);
  (operation.previous == Operation::kNone ? list.first : At(operation.previous).next) =
      operation.next;
  (operation.next == Operation::kNone ? list.last : At(operation.next).previous) =
      operation.previous;
  operation.next = Operation::kNone;
  operation.previous = Operation::kNone;
  operation.waiting_in = nullptr;
  --list.size;
}

Operation* OperationTable::ReceiveOn(int fd) {
  const uint32_t index = DescriptorOf(fd).receive;
  return index == Operation::kNone ? nullptr : &At(index);
}

uint32_t OperationTable::InFlightOn(int fd) const {
  const auto index = static_cast<size_t>(fd);
  return fd >= 0 && index < descriptors_.size() ? descriptors_[index].in_flight : 0;
}

}  // namespace pkigate::ring
