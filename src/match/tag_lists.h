// SPDX-License-Identifier: Apache-2.0
//
// TagLists: for each id, from 0 on, a list of numbers. Nearly all lists have one, so all of them
// together are two arrays instead of an allocation each. The last one added comes first.
#pragma once

#include <cstdint>
#include <vector>

namespace pkigate::match {

class TagLists {
 public:
  void Add(uint32_t id, uint32_t tag) {
    if (id >= first_.size()) {
      first_.resize(id + size_t{1}, kNone);
    }
    const auto place = static_cast<uint32_t>(entries_.size());
    entries_.push_back({tag, first_[id]});
    first_[id] = place;
  }

  // Calls `visit` with each number of the list, until it returns false.
  template <typename Visit>
  void VisitWhile(uint32_t id, Visit visit) const {
    uint32_t place = id < first_.size() ? first_[id] : kNone;
    while (place != kNone && visit(entries_[place].tag)) {
      place = entries_[place].next;
    }
  }
  void AppendTo(uint32_t id, std::vector<uint32_t>* tags) const {
    VisitWhile(id, [tags](uint32_t tag) {
      tags->push_back(tag);
      return true;
    });
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Entry {
    uint32_t tag;
    uint32_t next;
  };

  std::vector<uint32_t> first_;  // by id: place in entries_
  std::vector<Entry> entries_;
};

}  // namespace pkigate::match
