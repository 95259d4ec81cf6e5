// SPDX-License-Identifier: Apache-2.0
#include "gateway/password_desk.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"

namespace pkigate::gateway {

// --- PasswordInquiry ----------------------------------------------------------------------------

PasswordInquiry::Verdict PasswordInquiry::Check(const identity::PasswordQuestion& question) {
  const tls::KeyedDigest::Value name = desk_.digest_.Of(question.stored_hash, question.password);
  for (const Known& known : known_) {
    if (known.question == name) {
      return known.right ? Verdict::kRight : Verdict::kWrong;
    }
  }
  if (desk_.successes_.Find(name, question.keep_seconds, desk_.clock_.NowMs())) {
    ++desk_.counters_.password_cache_hits;
    return Verdict::kRight;
  }
  if (known_.size() >= limits::kPasswordsPerRequestMax) {
    return Verdict::kWrong;  // no chain has so many places to look a password up in
  }
  if (state_ == State::kIdle) {
    ++desk_.counters_.password_cache_misses;
    if (desk_.Ask(name, question, *this)) {
      waiting_for_ = name;
      state_ = State::kWaiting;
    } else {
      ++desk_.counters_.passwords_refused;
      state_ = State::kRefused;
    }
  }
  return Verdict::kPending;
}

void PasswordInquiry::Reset() {
  if (state_ == State::kWaiting) {
    desk_.Forget(*this);
  }
  state_ = State::kIdle;
  known_.clear();
}

void PasswordInquiry::OnVerdict(const PasswordChecked& checked) {
  PKIGATE_ASSERT(state_ == State::kWaiting);
  if (checked.verdict == PasswordChecked::Verdict::kGivenUp) {
    state_ = State::kGivenUp;
  } else {
    state_ = State::kIdle;
    known_.push_back({checked.question, checked.verdict == PasswordChecked::Verdict::kRight});
  }
  waiter_.OnPasswordChecked();
}

// --- PasswordDesk -------------------------------------------------------------------------------

PasswordDesk::PasswordDesk(PasswordPool& pool, ring::Mailbox<WorkerMessage>& mailbox,
                           const ring::Ring& clock, Counters& counters)
    : pool_(pool),
      mailbox_(mailbox),
      clock_(clock),
      counters_(counters),
      successes_(limits::kPasswordSuccessesPerWorkerMax) {}

bool PasswordDesk::Ask(const tls::KeyedDigest::Value& name,
                       const identity::PasswordQuestion& question, PasswordInquiry& inquiry) {
  auto found = waiting_.find(name);
  if (found == waiting_.end()) {
    if (!pool_.Ask({.reply_to = &mailbox_,
                    .question = name,
                    .peer = inquiry.peer_,
                    .stored_hash = std::string(question.stored_hash),
                    .password = Secret(question.password)})) {
      return false;
    }
    ++counters_.passwords_waiting;
    found = waiting_.emplace(name, Waiting{}).first;
  }
  found->second.keep = found->second.keep || question.keep_seconds > 0;
  found->second.inquiries.push_back(&inquiry);
  return true;
}

void PasswordDesk::Forget(const PasswordInquiry& inquiry) {
  const auto found = waiting_.find(inquiry.waiting_for_);
  PKIGATE_ASSERT(found != waiting_.end());
  std::erase(found->second.inquiries, &inquiry);
}

void PasswordDesk::OnChecked(const PasswordChecked& checked) {
  const auto found = waiting_.find(checked.question);
  PKIGATE_ASSERT(found != waiting_.end());
  const Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  --counters_.passwords_waiting;
  if (checked.verdict != PasswordChecked::Verdict::kGivenUp) {
    ++counters_.passwords_checked;
    counters_.password_check_us += checked.took_us;
  }
  if (checked.verdict == PasswordChecked::Verdict::kRight && waiting.keep) {
    successes_.Insert(checked.question, clock_.NowMs());
  }
  for (PasswordInquiry* inquiry : waiting.inquiries) {
    inquiry->OnVerdict(checked);
  }
}

}  // namespace pkigate::gateway
