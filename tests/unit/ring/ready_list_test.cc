// SPDX-License-Identifier: Apache-2.0
#include "ring/ready_list.h"

#include <gtest/gtest.h>

#include <string>

namespace pkigate::ring {
namespace {

struct Item : ReadyLink {
  explicit Item(char item_name) : name(item_name) {}
  char name;
  int steps_left = 1;
};

class ReadyListTest : public testing::Test {
 protected:
  ~ReadyListTest() override {
    while (list_.Pop() != nullptr) {
    }
  }
  Item a_{'a'};
  Item b_{'b'};
  Item c_{'c'};
  ReadyList<Item> list_;
};

TEST_F(ReadyListTest, FirstComeFirstServedAndOnlyOnce) {
  list_.Push(b_);
  list_.Push(a_);
  list_.Push(b_);
  EXPECT_EQ(list_.size(), 2U);
  EXPECT_TRUE(a_.queued());
  EXPECT_FALSE(c_.queued());
  EXPECT_EQ(list_.Pop(), &b_);
  EXPECT_EQ(list_.Pop(), &a_);
  EXPECT_EQ(list_.Pop(), nullptr);
  EXPECT_FALSE(a_.queued());
  EXPECT_TRUE(list_.empty());
}

TEST_F(ReadyListTest, AnyoneCanLeaveFromAnywhere) {
  for (Item* leaver : {&a_, &b_, &c_}) {
    list_.Push(a_);
    list_.Push(b_);
    list_.Push(c_);
    list_.Remove(*leaver);
    list_.Remove(*leaver);
    EXPECT_EQ(list_.size(), 2U);
    std::string names;
    while (Item* item = list_.Pop()) {
      names += item->name;
    }
    EXPECT_EQ(names.size(), 2U);
    EXPECT_EQ(names.find(leaver->name), std::string::npos);
  }
}

// Whoever wants more waits for the next round: with any amount of work, each gets its turn.
TEST_F(ReadyListTest, ARoundGivesEachOneStep) {
  a_.steps_left = 3;
  b_.steps_left = 1;
  c_.steps_left = 2;
  std::string order;
  const auto step = [&](Item& item) {
    order += item.name;
    if (--item.steps_left > 0) {
      list_.Push(item);
    }
  };
  list_.Push(a_);
  list_.Push(b_);
  list_.Push(c_);
  EXPECT_EQ(list_.RunRound(step), 3U);
  EXPECT_EQ(list_.RunRound(step), 2U);
  EXPECT_EQ(list_.RunRound(step), 1U);
  EXPECT_EQ(list_.RunRound(step), 0U);
  EXPECT_EQ(order, "abcaca");
}

TEST_F(ReadyListTest, AStepMayRemoveOthers) {
  list_.Push(a_);
  list_.Push(b_);
  list_.Push(c_);
  std::string order;
  list_.RunRound([&](Item& item) {
    order += item.name;
    list_.Remove(b_);
    list_.Push(a_);  // pushed in this round, so not run in it, although b left a place
  });
  EXPECT_EQ(order, "ac");
  EXPECT_EQ(list_.size(), 1U);
}

TEST(ReadyListDeathTest, AnItemMayNotDieQueued) {
  EXPECT_DEATH(
      {
        ReadyList<Item> list;
        Item item('x');
        list.Push(item);
      },
      "!queued_");
}

}  // namespace
}  // namespace pkigate::ring
