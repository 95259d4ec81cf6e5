// SPDX-License-Identifier: Apache-2.0
#include "ring/simulated.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/assert.h"

namespace pkigate::ring {

using detail::SimulatedDescriptor;
using detail::SimulatedEnd;
using detail::SimulatedPipe;

namespace {

// Wall clock at virtual time 0: a time at which test certificates can be valid.
constexpr int64_t kUnixSecondsAtZero = 1'750'000'000;

// The longest a completion is late, or a buffer missing.
constexpr uint64_t kDelayMsMax = 20;

constexpr uint64_t kFnvBasis = 0xcbf29ce484222325U;
constexpr uint64_t kFnvPrime = 0x100000001b3U;

}  // namespace

std::unique_ptr<SimulatedRing> SimulatedNetwork::MakeRing(const SimulatedRingOptions& options) {
  return std::make_unique<SimulatedRing>(*this, options);
}

SimulatedRing::SimulatedRing(SimulatedNetwork& network, const SimulatedRingOptions& options)
    : network_(network), num_buffers_(options.buffers), now_ms_(network.now_ms()) {
  PKIGATE_ASSERT(options.buffers > 0);
}

SimulatedRing::~SimulatedRing() {
  PKIGATE_ASSERT(!in_turn_);
  // Connections accepted for a user who is gone.
  for (const Finished& finished : finished_) {
    if (finished.kind == Kind::kAccept && finished.completion.result >= 0) {
      network_.CloseDescriptor(finished.completion.result);
    }
  }
}

// --- Calls that are done at once --------------------------------------------------------------

Result<int> SimulatedRing::OpenStream(int /*family*/) {
  const int error = network_.TakeFailure(SimulatedCall::kOpenStream);
  if (network_.exhausted() || error == EMFILE || error == ENFILE) {
    return MakeError("too_many_open_files", "no socket: {}", std::strerror(EMFILE));
  }
  if (error != 0) {
    return MakeError("no_socket", "no socket: {}", std::strerror(error));
  }
  return network_.AddDescriptor({});
}

Result<SocketAddress> SimulatedRing::PeerOf(int fd) {
  SimulatedDescriptor* descriptor = network_.Find(fd);
  if (descriptor == nullptr) {
    return MakeError("not_a_socket", "no peer: {}", std::strerror(EBADF));
  }
  const SimulatedEnd& end = descriptor->end;
  if (end.stream == nullptr || end.stream->reset) {
    return MakeError("not_connected", "no peer: {}", std::strerror(ENOTCONN));
  }
  return end.other();
}

SimulatedEnd& SimulatedRing::EndOf(int fd) {
  SimulatedDescriptor* descriptor = network_.Find(fd);
  PKIGATE_ASSERT(descriptor != nullptr);
  PKIGATE_ASSERT(descriptor->listener == nullptr);
  return descriptor->end;
}

void SimulatedRing::ShutdownWrite(int fd) {
  SimulatedEnd& end = EndOf(fd);
  if (end.stream != nullptr) {
    end.out().ended = true;
  }
}

void SimulatedRing::CloseFd(int fd) {
  PKIGATE_ASSERT(!BusyOn(fd));
  network_.CloseDescriptor(fd);
}

void SimulatedRing::AbortFd(int fd) {
  PKIGATE_ASSERT(!BusyOn(fd));
  SimulatedEnd& end = EndOf(fd);
  if (end.stream != nullptr) {
    network_.ResetEnd(end);
  }
  network_.CloseDescriptor(fd);
}

size_t SimulatedRing::Shed(int listener, size_t max) {
  SimulatedDescriptor* descriptor = network_.Find(listener);
  PKIGATE_ASSERT(descriptor != nullptr);
  PKIGATE_ASSERT(descriptor->listener != nullptr);
  std::deque<SimulatedEnd>& waiting = descriptor->listener->waiting;
  size_t num_shed = 0;
  while (num_shed < max && !waiting.empty()) {
    network_.CloseEnd(waiting.front());
    waiting.pop_front();
    ++num_shed;
  }
  return num_shed;
}

// --- Operations -------------------------------------------------------------------------------

SimulatedRing::Operation& SimulatedRing::Start(Kind kind, const Tag& tag, int fd) {
  PKIGATE_ASSERT(network_.Find(fd) != nullptr);
  ++counters_.operations;
  auto operation = std::make_unique<Operation>();
  operation->kind = kind;
  operation->tag = tag;
  operation->fd = fd;
  operation->number = next_number_++;
  operations_.push_back(std::move(operation));
  return *operations_.back();
}

void SimulatedRing::Accept(Tag tag, int listener, AcceptMode mode) {
  SimulatedDescriptor* descriptor = network_.Find(listener);
  PKIGATE_ASSERT(descriptor != nullptr);
  PKIGATE_ASSERT(descriptor->listener != nullptr);
  Start(Kind::kAccept, tag, listener).mode = mode;
}

void SimulatedRing::Recv(Tag tag, int fd) {
  EndOf(fd);  // asserts that it is a stream
  PKIGATE_ASSERT(CountOn(fd, Kind::kReceive) == 0);
  Start(Kind::kReceive, tag, fd);
}

void SimulatedRing::Send(Tag tag, int fd, std::span<const iovec> pieces) {
  EndOf(fd);
  PKIGATE_ASSERT(CountOn(fd, Kind::kSend) == 0);
  PKIGATE_ASSERT(!pieces.empty());
  PKIGATE_ASSERT(pieces.size() <= limits::kSendPiecesMax);
  Operation& operation = Start(Kind::kSend, tag, fd);
  operation.pieces.assign(pieces.begin(), pieces.end());
  for (const iovec& piece : pieces) {
    operation.num_bytes += piece.iov_len;
  }
  operation.checksum = Checksum(operation);
}

void SimulatedRing::Connect(Tag tag, int fd, const SocketAddress& address) {
  PKIGATE_ASSERT(EndOf(fd).stream == nullptr);
  PKIGATE_ASSERT(CountOn(fd, Kind::kConnect) == 0);
  Start(Kind::kConnect, tag, fd).address = address;
}

void SimulatedRing::CancelAll(Tag tag, int fd) { Start(Kind::kCancel, tag, fd); }

uint32_t SimulatedRing::CountOn(int fd, Kind kind) const {
  const auto running =
      std::count_if(operations_.begin(), operations_.end(), [&](const auto& operation) {
        return operation->fd == fd && operation->kind == kind && !operation->done;
      });
  const auto finished = std::count_if(finished_.begin(), finished_.end(), [&](const Finished& one) {
    return one.fd == fd && one.kind == kind && !one.completion.more;
  });
  return static_cast<uint32_t>(running + finished);
}

bool SimulatedRing::BusyOn(int fd) const {
  for (const Kind kind :
       {Kind::kAccept, Kind::kReceive, Kind::kSend, Kind::kConnect, Kind::kCancel}) {
    if (CountOn(fd, kind) > 0) {
      return true;
    }
  }
  return false;
}

uint32_t SimulatedRing::in_flight() const {
  const auto running = std::count_if(operations_.begin(), operations_.end(),
                                     [](const auto& operation) { return !operation->done; });
  const auto finished = std::count_if(finished_.begin(), finished_.end(),
                                      [](const Finished& one) { return !one.completion.more; });
  return static_cast<uint32_t>(running + finished);
}

uint64_t SimulatedRing::Checksum(const Operation& operation) {
  uint64_t sum = kFnvBasis;
  for (const iovec& piece : operation.pieces) {
    const auto* bytes = static_cast<const uint8_t*>(piece.iov_base);
    for (size_t i = 0; i < piece.iov_len; ++i) {
      sum = (sum ^ bytes[i]) * kFnvPrime;
    }
  }
  return sum;
}

void SimulatedRing::Finish(Operation& operation, int32_t result, bool more) {
  operation.done = !more;
  Finished finished;
  finished.completion.tag = operation.tag;
  finished.completion.result = result;
  finished.completion.more = more;
  finished.fd = operation.fd;
  finished.kind = operation.kind;
  finished.due_ms = network_.now_ms();
  if (network_.Roll(network_.faults().late_completions)) {
    finished.due_ms += 1 + network_.Random(kDelayMsMax);
  }
  // A multishot's completions keep their order, and the one without `more` is the last.
  for (const Finished& earlier : finished_) {
    if (earlier.completion.more && earlier.completion.tag == operation.tag) {
      finished.due_ms = std::max(finished.due_ms, earlier.due_ms);
    }
  }
  finished_.push_back(std::move(finished));
}

void SimulatedRing::Progress() {
  // Any order is legal, so one is drawn. Indices, because operations finish meanwhile.
  std::vector<size_t> order(operations_.size());
  for (size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  for (size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[network_.Random(i)]);
  }
  for (const size_t index : order) {
    Operation& operation = *operations_[index];
    if (operation.done) {
      continue;
    }
    switch (operation.kind) {
      case Kind::kAccept:
        TryAccept(operation);
        break;
      case Kind::kReceive:
        TryReceive(operation);
        break;
      case Kind::kSend:
        TrySend(operation);
        break;
      case Kind::kConnect:
        TryConnect(operation);
        break;
      case Kind::kCancel:
        DoCancel(operation);
        break;
    }
  }
  std::erase_if(operations_, [](const auto& operation) { return operation->done; });
}

void SimulatedRing::TryAccept(Operation& operation) {
  std::deque<SimulatedEnd>& waiting = network_.Find(operation.fd)->listener->waiting;
  while (!operation.done) {
    if (network_.exhausted()) {
      Finish(operation, -EMFILE);  // at once, whether somebody waits or not
      return;
    }
    if (waiting.empty()) {
      return;
    }
    if (const int error = network_.TakeFailure(SimulatedCall::kAccept); error != 0) {
      Finish(operation, -error);
      return;
    }
    if (network_.Roll(network_.faults().exhausted_accepts)) {
      Finish(operation, -EMFILE);
      return;
    }
    SimulatedEnd end = std::move(waiting.front());
    waiting.pop_front();
    const int fd = network_.AddDescriptor({.end = std::move(end), .listener = nullptr});
    const bool more = operation.mode == AcceptMode::kMultishot &&
                      !network_.Roll(network_.faults().ended_multishots);
    Finish(operation, fd, more);
  }
}

bool SimulatedRing::IsReset(SimulatedEnd& end) {
  if (!end.stream->reset && network_.Roll(network_.faults().resets)) {
    end.stream->reset = true;
  }
  return end.stream->reset;
}

void SimulatedRing::TryReceive(Operation& operation) {
  SimulatedEnd& end = EndOf(operation.fd);
  if (end.stream == nullptr) {
    Finish(operation, -ENOTCONN);
    return;
  }
  SimulatedPipe& pipe = end.in();
  const bool reset = end.stream->reset;
  if (!reset && pipe.arrived == 0 && !(pipe.ended && pipe.bytes.empty())) {
    return;
  }
  if (const int error = network_.TakeFailure(SimulatedCall::kRecv); error != 0) {
    Finish(operation, -error);
    return;
  }
  if (IsReset(end) && pipe.arrived == 0) {
    Finish(operation, -ECONNRESET);
    return;
  }
  if (pipe.arrived == 0) {
    Finish(operation, 0);
    return;
  }
  if (network_.now_ms() < operation.not_before_ms) {
    return;
  }
  const bool starve =
      operation.not_before_ms == 0 && network_.Roll(network_.faults().missing_buffers);
  if (lent_.size() == num_buffers_ || starve) {
    counters_.receives_without_buffer += operation.not_before_ms == 0 ? 1 : 0;
    operation.not_before_ms = network_.now_ms() + 1 + network_.Random(kDelayMsMax);
    return;
  }
  size_t num_bytes = std::min<size_t>(pipe.arrived, limits::kReceiveBufferBytes);
  if (network_.Roll(network_.faults().short_receives)) {
    num_bytes = 1 + network_.Random(num_bytes);
  }
  FinishReceive(operation, network_.Take(pipe, num_bytes));
}

void SimulatedRing::FinishReceive(Operation& operation, std::string_view bytes) {
  while (lent_.contains(next_buffer_)) {
    next_buffer_ = static_cast<uint16_t>((next_buffer_ + 1U) % num_buffers_);
  }
  Lent& lent = lent_[next_buffer_];
  // Exactly as long as the data, so that reading past it is an error, too.
  lent.bytes = std::make_unique<uint8_t[]>(bytes.size());
  std::memcpy(lent.bytes.get(), bytes.data(), bytes.size());
  Finish(operation, static_cast<int32_t>(bytes.size()));
  Completion& completion = finished_.back().completion;
  completion.buffer = next_buffer_;
  completion.has_buffer = true;
  completion.data = {lent.bytes.get(), bytes.size()};
}

void SimulatedRing::TrySend(Operation& operation) {
  SimulatedEnd& end = EndOf(operation.fd);
  PKIGATE_ASSERT(Checksum(operation) == operation.checksum);
  const auto finish = [&](int error) {
    // What was taken before the trouble is reported; the trouble shows next time.
    Finish(operation, operation.num_sent > 0 ? static_cast<int32_t>(operation.num_sent) : -error);
  };
  if (end.stream == nullptr || end.out().ended) {
    finish(EPIPE);
    return;
  }
  if (const int error = network_.TakeFailure(SimulatedCall::kSend); error != 0) {
    finish(error);
    return;
  }
  if (end.other_closed()) {
    end.stream->reset = true;  // the peer's answer to bytes that nobody reads
  }
  if (IsReset(end)) {
    finish(network_.Random(2) == 0 ? EPIPE : ECONNRESET);
    return;
  }
  SimulatedPipe& pipe = end.out();
  size_t room = pipe.window - pipe.bytes.size();
  size_t begin = 0;  // of the piece, within all bytes
  for (const iovec& piece : operation.pieces) {
    const size_t piece_end = begin + piece.iov_len;
    if (operation.num_sent < piece_end && room > 0) {
      const size_t offset = operation.num_sent - begin;
      const size_t num_bytes = std::min(piece.iov_len - offset, room);
      network_.Put(pipe, static_cast<const char*>(piece.iov_base) + offset, num_bytes);
      operation.num_sent += num_bytes;
      room -= num_bytes;
    }
    begin = piece_end;
  }
  const bool cut_short = operation.num_sent > 0 && network_.Roll(network_.faults().short_sends);
  if (operation.num_sent == operation.num_bytes || cut_short) {
    Finish(operation, static_cast<int32_t>(operation.num_sent));
  }
}

void SimulatedRing::TryConnect(Operation& operation) {
  if (const int error = network_.TakeFailure(SimulatedCall::kConnect); error != 0) {
    Finish(operation, -error);
    return;
  }
  const int result = network_.Establish(operation.address, &EndOf(operation.fd));
  if (result != -EINPROGRESS) {
    Finish(operation, result);
  }
}

void SimulatedRing::DoCancel(Operation& operation) {
  const bool late = network_.Roll(network_.faults().late_cancels);
  int32_t num_cancelled = 0;
  for (const auto& target : operations_) {
    const bool concerned = !target->done && target->fd == operation.fd &&
                           target->number < operation.number && target->kind != Kind::kCancel;
    if (!concerned) {
      continue;
    }
    if (late) {
      // The target was faster, if it had anything to be fast with.
      if (target->kind == Kind::kReceive) {
        TryReceive(*target);
      } else if (target->kind == Kind::kSend) {
        TrySend(*target);
      } else if (target->kind == Kind::kAccept) {
        TryAccept(*target);
      }
      if (target->done) {
        continue;
      }
    }
    const bool partly_sent = target->kind == Kind::kSend && target->num_sent > 0;
    Finish(*target, partly_sent ? static_cast<int32_t>(target->num_sent) : -ECANCELED);
    ++num_cancelled;
  }
  // Kernels differ in what they say about nothing.
  const int32_t nothing = late ? -EALREADY : network_.Random(2) == 0 ? -ENOENT : 0;
  Finish(operation, num_cancelled > 0 && !late ? num_cancelled : nothing);
}

// --- Buffers ----------------------------------------------------------------------------------

bool SimulatedRing::Park(uint16_t buffer) {
  PKIGATE_ASSERT(in_handler_);
  PKIGATE_ASSERT(buffer == handling_);
  Lent& lent = lent_.at(buffer);
  PKIGATE_ASSERT(!lent.parked);
  if (buffers().parked >= num_buffers_ / limits::kParkedBuffersPart) {
    ++counters_.parks_refused;
    return false;
  }
  lent.parked = true;
  return true;
}

void SimulatedRing::ReturnBuffer(uint16_t buffer) {
  const auto found = lent_.find(buffer);
  PKIGATE_ASSERT(found != lent_.end());
  PKIGATE_ASSERT(found->second.parked);
  lent_.erase(found);
}

BufferCounts SimulatedRing::buffers() const {
  const auto parked = static_cast<uint32_t>(std::count_if(
      lent_.begin(), lent_.end(), [](const auto& entry) { return entry.second.parked; }));
  return {.lent = num_buffers_ - parked, .parked = parked};
}

// --- Other threads, time, the turn ------------------------------------------------------------

void SimulatedRing::Wake(Waker& other) {
  ++counters_.wakes_sent;
  if (!network_.Roll(network_.faults().lost_wakes)) {
    other.Wake();
  }
}

int64_t SimulatedRing::UnixSeconds() const {
  return kUnixSecondsAtZero + static_cast<int64_t>(now_ms_ / 1000);
}

bool SimulatedRing::SomethingDue() const {
  return std::any_of(finished_.begin(), finished_.end(), [this](const Finished& finished) {
    return finished.due_ms <= network_.now_ms();
  });
}

void SimulatedRing::WaitVirtually(uint64_t wait_ms_max) {
  uint64_t until_ms = network_.now_ms() + std::min(wait_ms_max, limits::kTurnWaitMsMax);
  for (const Finished& finished : finished_) {
    until_ms = std::min(until_ms, finished.due_ms);
  }
  for (const auto& operation : operations_) {
    if (operation->not_before_ms > network_.now_ms()) {
      until_ms = std::min(until_ms, operation->not_before_ms);
    }
  }
  if (network_.UnderWay()) {
    until_ms = std::min(until_ms, network_.now_ms() + 1);
  }
  network_.AdvanceClock(until_ms - network_.now_ms());
}

void SimulatedRing::Turn(CompletionHandler& handler, uint64_t wait_ms_max) {
  PKIGATE_ASSERT(!in_turn_);
  in_turn_ = true;
  ++counters_.turns;
  network_.Arrive();
  Progress();
  const bool woken = waker_.woken.exchange(false, std::memory_order_acq_rel);
  counters_.wakes_received += woken ? 1 : 0;
  if (!SomethingDue() && !woken) {
    WaitVirtually(wait_ms_max);
    network_.Arrive();
    Progress();
  } else if (network_.Random(4) == 0) {
    network_.AdvanceClock(1);
  }
  now_ms_ = network_.now_ms();
  Deliver(handler);
  CheckInvariants();
  in_turn_ = false;
}

void SimulatedRing::Deliver(CompletionHandler& handler) {
  // The due ones come first, shuffled among the sockets; those of one accept keep their order (see
  // Finish). Handlers start operations but finish none, so `finished_` only shrinks meanwhile.
  const auto first_late =
      std::stable_partition(finished_.begin(), finished_.end(),
                            [this](const Finished& one) { return one.due_ms <= now_ms_; });
  const auto num_due = static_cast<size_t>(first_late - finished_.begin());
  for (size_t i = num_due; i > 1; --i) {
    Finished& one = finished_[i - 1];
    Finished& other = finished_[network_.Random(i)];
    if (one.kind != Kind::kAccept && other.kind != Kind::kAccept) {
      std::swap(one, other);
    }
  }
  for (size_t i = 0; i < num_due; ++i) {
    const Completion completion = finished_.front().completion;
    finished_.pop_front();
    ++counters_.completions;
    in_handler_ = completion.has_buffer;
    handling_ = completion.buffer;
    handler.OnCompletion(completion);
    in_handler_ = false;
    if (completion.has_buffer) {
      const auto lent = lent_.find(completion.buffer);
      if (lent != lent_.end() && !lent->second.parked) {
        lent_.erase(lent);
      }
    }
  }
}

void SimulatedRing::CheckInvariants() const {
  PKIGATE_ASSERT(lent_.size() <= num_buffers_);
  size_t num_undelivered = 0;
  for (const Finished& finished : finished_) {
    num_undelivered += finished.completion.has_buffer ? 1 : 0;
    PKIGATE_ASSERT(network_.Find(finished.fd) != nullptr);
  }
  PKIGATE_ASSERT(lent_.size() == num_undelivered + buffers().parked);
  for (const auto& operation : operations_) {
    PKIGATE_ASSERT(network_.Find(operation->fd) != nullptr);
  }
}

}  // namespace pkigate::ring
