// SPDX-License-Identifier: Apache-2.0
#include "gateway/host_name_desk.h"

#include <string_view>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"

namespace pkigate::gateway {

// --- HostNameInquiry ----------------------------------------------------------------------------

HostNameInquiry::Verdict HostNameInquiry::Find(const IpAddress& address, std::string* name) {
  if (waiting_) {
    return Verdict::kPending;
  }
  if (address_ != address) {
    address_ = address;
    name_.clear();
    if (const std::string* known = desk_.Remembered(address)) {
      name_ = *known;
    } else if (desk_.Ask(address, *this)) {
      waiting_ = true;
      return Verdict::kPending;
    }
  }
  *name = name_;
  return name_.empty() ? Verdict::kNone : Verdict::kFound;
}

void HostNameInquiry::GiveUp() {
  PKIGATE_ASSERT(waiting_);
  desk_.Forget(*this);
  waiting_ = false;
}

void HostNameInquiry::Reset() {
  if (waiting_) {
    GiveUp();
  }
  address_.reset();
}

void HostNameInquiry::OnAnswer(const std::string& name) {
  waiting_ = false;
  name_ = name;
  waiter_.OnHostName();
}

// --- HostNameDesk -------------------------------------------------------------------------------

size_t HostNameDesk::AddressHash::operator()(const IpAddress& address) const noexcept {
  const auto& bytes = address.bytes();
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

const std::string* HostNameDesk::Remembered(const IpAddress& address) {
  for (Names* names : {&younger_, &older_}) {
    const auto found = names->find(address);
    if (found != names->end() && found->second.until_ms > clock_.NowMs()) {
      return &found->second.name;
    }
  }
  return nullptr;
}

void HostNameDesk::Remember(const IpAddress& address, const std::string& name) {
  if (younger_.size() >= limits::kHostNamesPerWorkerMax / 2) {
    older_ = std::exchange(younger_, {});
  }
  const uint64_t keep_ms = name.empty() ? limits::kNoHostNameKeepMs : limits::kHostNameKeepMs;
  younger_[address] = {name, clock_.NowMs() + keep_ms};
}

bool HostNameDesk::Ask(const IpAddress& address, HostNameInquiry& inquiry) {
  auto found = waiting_.find(address);
  if (found == waiting_.end()) {
    if (!pool_.Ask({.reply_to = &mailbox_, .address = address})) {
      ++counters_.host_names_refused;
      return false;
    }
    ++counters_.host_names_asked;
    found = waiting_.try_emplace(address).first;
  }
  found->second.push_back(&inquiry);
  return true;
}

void HostNameDesk::Forget(const HostNameInquiry& inquiry) {
  const auto found = waiting_.find(*inquiry.address_);
  PKIGATE_ASSERT(found != waiting_.end());
  std::erase(found->second, &inquiry);
}

void HostNameDesk::OnFound(const HostNameFound& found) {
  const auto entry = waiting_.find(found.address);
  PKIGATE_ASSERT(entry != waiting_.end());
  const std::vector<HostNameInquiry*> inquiries = std::move(entry->second);
  waiting_.erase(entry);
  Remember(found.address, found.name);
  for (HostNameInquiry* inquiry : inquiries) {
    inquiry->OnAnswer(found.name);
  }
}

}  // namespace pkigate::gateway
