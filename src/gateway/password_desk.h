// SPDX-License-Identifier: Apache-2.0
//
// Where a worker's requests have passwords checked, without ever waiting.
//
//   PasswordInquiry   one request: the questions its authentication asks, and the answers so far
//   PasswordDesk      the worker: remembers what was right lately, and takes what it does not know
//                     to the pool of threads; equal questions that wait at once are asked once
//
// Authentication asks the inquiry (identity/password_checker.h). Is the answer not known yet, it
// comes to nothing, the request waits (Exchange, kAuthenticate), and when the verdict is in it is
// authenticated once more, from the beginning, by the policy of then; the inquiry still has the
// answers, so each question of a request is asked at most once.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/ip_address.h"
#include "gateway/counters.h"
#include "gateway/password_pool.h"
#include "gateway/password_successes.h"
#include "identity/password_checker.h"
#include "ring/ring.h"
#include "tls/keyed_digest.h"

namespace pkigate::gateway {

class PasswordDesk;

// Who is told that a verdict is in.
class PasswordWaiter {
 public:
  virtual void OnPasswordChecked() = 0;

 protected:
  ~PasswordWaiter() = default;
};

class PasswordInquiry final : public identity::PasswordChecker {
 public:
  enum class State : uint8_t {
    kIdle,     // nothing is waited for
    kWaiting,  // for a verdict
    kRefused,  // a question was not taken: too many wait
    kGivenUp,  // a question was taken and waited too long
  };

  // `desk` and `waiter` outlive the inquiry.
  PasswordInquiry(PasswordDesk& desk, const IpAddress& peer, PasswordWaiter& waiter)
      : desk_(desk), peer_(peer), waiter_(waiter) {}
  PasswordInquiry(const PasswordInquiry&) = delete;
  PasswordInquiry& operator=(const PasswordInquiry&) = delete;
  ~PasswordInquiry() override { Reset(); }

  Verdict Check(const identity::PasswordQuestion& question) override;
  State state() const { return state_; }
  // Ready for the next request: nothing of this one is known or waited for any more.
  void Reset();

 private:
  friend class PasswordDesk;
  struct Known {
    tls::KeyedDigest::Value question;
    bool right = false;
  };

  // From the desk.
  void OnVerdict(const PasswordChecked& checked);

  PasswordDesk& desk_;
  const IpAddress peer_;
  PasswordWaiter& waiter_;
  State state_ = State::kIdle;
  tls::KeyedDigest::Value waiting_for_{};  // when kWaiting
  std::vector<Known> known_;
};

class PasswordDesk {
 public:
  // All outlive the desk. `mailbox` is the worker's own.
  PasswordDesk(PasswordPool& pool, ring::Mailbox<WorkerMessage>& mailbox, const ring::Ring& clock,
               Counters& counters);
  PasswordDesk(const PasswordDesk&) = delete;
  PasswordDesk& operator=(const PasswordDesk&) = delete;

  // A verdict has come in; whoever waits for it is told, which may be nobody any more.
  void OnChecked(const PasswordChecked& checked);

 private:
  friend class PasswordInquiry;
  struct Waiting {
    bool keep = false;  // a "right" may be remembered
    std::vector<PasswordInquiry*> inquiries;
  };

  // False: refused.
  bool Ask(const tls::KeyedDigest::Value& name, const identity::PasswordQuestion& question,
           PasswordInquiry& inquiry);
  void Forget(const PasswordInquiry& inquiry);

  PasswordPool& pool_;
  ring::Mailbox<WorkerMessage>& mailbox_;
  const ring::Ring& clock_;
  Counters& counters_;
  tls::KeyedDigest digest_;
  PasswordSuccesses successes_;
  // As many as the pool takes.
  std::unordered_map<tls::KeyedDigest::Value, Waiting, DigestHash> waiting_;
};

}  // namespace pkigate::gateway
