// SPDX-License-Identifier: Apache-2.0
#include "load/load_thread.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "load/load_connection.h"
#include "ring/uring.h"

namespace pkigate::load {

LoadThread::LoadThread(const Plan& plan, Run& run, uint32_t index)
    : plan_(plan), run_(run), index_(index), chunks_(limits::kChunksKeptPerWorkerMax) {
  request_ =
      fmt::format("{} {} HTTP/1.1\r\nhost: {}\r\n", plan.method, plan.path, plan.server_name);
  for (const std::string& header : plan.headers) {
    request_ += header + "\r\n";
  }
  if (plan.body_bytes > 0) {
    request_ += fmt::format("content-length: {}\r\n", plan.body_bytes);
  }
  request_ += "\r\n";
}

LoadThread::~LoadThread() = default;

Status LoadThread::Main() {
  ring_ = PKIGATE_TRY(ring::Uring::Create({}));
  tls::ClientSettings settings;
  settings.version_min = tls::kTls13;
  settings.groups = {"X25519"};
  settings.alpn = {"http/1.1"};
  if (plan_.identities.empty()) {
    contexts_.push_back(PKIGATE_TRY(tls::ClientContext::Create(settings)));
  }
  for (const ClientIdentity& identity : plan_.identities) {
    settings.certificate_chain = identity.certificate_chain;
    settings.private_key = identity.private_key;
    contexts_.push_back(PKIGATE_TRY(tls::ClientContext::Create(settings)));
  }
  turn_ = index_;
  // Connections are dealt out to the threads, the first threads getting one more if need be.
  const uint32_t mine = plan_.num_connections / plan_.num_threads +
                        (index_ < plan_.num_connections % plan_.num_threads ? 1 : 0);
  for (uint32_t slot = 0; slot < mine; ++slot) {
    connections_.push_back(std::make_unique<LoadConnection>(*this, slot));
    connections_.back()->Start();
  }
  bool told_to_stop = false;
  for (;;) {
    ring_->Turn(*this, limits::kTurnWaitMsMax);
    if (stopping() && !told_to_stop) {
      told_to_stop = true;
      for (const auto& connection : connections_) {
        connection->Stop();
      }
    }
    if (std::all_of(connections_.begin(), connections_.end(),
                    [](const auto& connection) { return connection->over(); })) {
      // A ring ends on the thread it began on.
      connections_.clear();
      ring_.reset();
      return {};
    }
  }
}

void LoadThread::OnCompletion(const ring::Completion& completion) {
  connections_[completion.tag.slot]->OnCompletion(completion);
}

tls::ClientContext& LoadThread::NextContext() { return *contexts_[turn_++ % contexts_.size()]; }

void LoadThread::CountAnswer(uint64_t micros, uint64_t body_bytes) {
  if (!measuring()) {
    return;
  }
  ++tally_.requests;
  tally_.bytes_in += body_bytes;
  tally_.latency.Record(micros);
  run_.num_answered.fetch_add(1, std::memory_order_relaxed);
}

void LoadThread::CountHandshake(uint64_t micros) {
  if (measuring()) {
    ++tally_.handshakes;
    tally_.handshake_latency.Record(micros);
  }
}

// Errors count in every phase: a warm-up that fails is a failed run.
void LoadThread::CountError(const std::string& kind) { ++tally_.errors[kind]; }

}  // namespace pkigate::load
