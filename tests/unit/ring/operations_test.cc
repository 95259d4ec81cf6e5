// SPDX-License-Identifier: Apache-2.0
#include "ring/operations.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace pkigate::ring {
namespace {

constexpr Tag kTag{.kind = 4, .slot = 17, .generation = 3};

Tag UserDataOf(const Operation& operation) { return Tag::Unpack(operation.UserData()); }

TEST(OperationTable, AnOperationIsFoundUntilItIsRemoved) {
  OperationTable table;
  Operation& operation = table.Add(OperationKind::kReceive, kTag, 9);
  const Tag user_data = UserDataOf(operation);
  EXPECT_GE(user_data.kind, kReservedKinds);
  ASSERT_EQ(table.Find(user_data), &operation);
  EXPECT_EQ(operation.tag, kTag);
  EXPECT_EQ(table.ReceiveOn(9), &operation);
  EXPECT_EQ(table.InFlightOn(9), 1U);
  table.Remove(operation);
  EXPECT_EQ(table.Find(user_data), nullptr);
  EXPECT_EQ(table.ReceiveOn(9), nullptr);
  EXPECT_EQ(table.InFlightOn(9), 0U);
  EXPECT_EQ(table.in_flight(), 0U);
}

// The slot is used again at once; a late completion for the old operation finds nothing.
TEST(OperationTable, AReusedSlotHasAnotherName) {
  OperationTable table;
  Operation& first = table.Add(OperationKind::kSend, kTag, 9);
  const Tag user_data = UserDataOf(first);
  table.Remove(first);
  Operation& second = table.Add(OperationKind::kSend, kTag, 9);
  ASSERT_EQ(&second, &first);
  EXPECT_EQ(table.Find(user_data), nullptr);
  EXPECT_EQ(table.Find(UserDataOf(second)), &second);
  Tag other_kind = UserDataOf(second);
  other_kind.kind = static_cast<uint8_t>(other_kind.kind + 1);
  EXPECT_EQ(table.Find(other_kind), nullptr);
  EXPECT_EQ(table.Find({.kind = 0xF1, .slot = kTagSlots - 1, .generation = 1}), nullptr);
}

TEST(OperationTable, OperationsStayWhereTheyAreWhileTheTableGrows) {
  OperationTable table;
  std::set<Operation*> operations;
  std::vector<Tag> names;
  for (int fd = 0; fd < 2'000; ++fd) {
    Operation& operation = table.Add(OperationKind::kReceive, kTag, fd);
    EXPECT_TRUE(operations.insert(&operation).second);
    names.push_back(UserDataOf(operation));
  }
  for (int fd = 0; fd < 2'000; ++fd) {
    Operation* operation = table.Find(names[static_cast<size_t>(fd)]);
    ASSERT_NE(operation, nullptr);
    EXPECT_EQ(operation->fd, fd);
    table.Remove(*operation);
  }
  EXPECT_EQ(table.in_flight(), 0U);
}

TEST(OperationTable, AttachmentsAreUsedAgain) {
  OperationTable table;
  Operation& first = table.Add(OperationKind::kConnect, kTag, 1);
  Attachment& attachment = table.Attach(first);
  EXPECT_EQ(first.attachment, &attachment);
  table.Remove(first);
  Operation& second = table.Add(OperationKind::kConnect, kTag, 2);
  EXPECT_EQ(second.attachment, nullptr);
  EXPECT_EQ(&table.Attach(second), &attachment);
  Operation& third = table.Add(OperationKind::kConnect, kTag, 3);
  EXPECT_NE(&table.Attach(third), &attachment) << "one each while both are in flight";
}

TEST(OperationTable, ListsKeepTheirOrderAndLetAnyoneLeave) {
  OperationTable table;
  OperationList list;
  Operation& a = table.Add(OperationKind::kReceive, kTag, 1);
  Operation& b = table.Add(OperationKind::kReceive, kTag, 2);
  Operation& c = table.Add(OperationKind::kReceive, kTag, 3);
  for (Operation* operation : {&a, &b, &c}) {
    table.Append(list, *operation);
  }
  table.Unlink(b);
  EXPECT_EQ(list.size, 2U);
  EXPECT_EQ(list.first, a.index);
  table.Unlink(a);
  EXPECT_EQ(list.first, c.index);
  table.Append(list, a);
  EXPECT_EQ(list.last, a.index);
  table.Unlink(a);
  table.Unlink(c);
  EXPECT_EQ(list.size, 0U);
  EXPECT_EQ(list.first, Operation::kNone);
  EXPECT_EQ(list.last, Operation::kNone);
}

TEST(OperationTableDeathTest, MistakesAreCaught) {
  OperationTable table;
  OperationList list;
  Operation& receive = table.Add(OperationKind::kReceive, kTag, 1);
  table.Add(OperationKind::kSend, kTag, 1);
  EXPECT_DEATH(table.Add(OperationKind::kReceive, kTag, 1), "descriptor.receive");
  EXPECT_DEATH(table.Add(OperationKind::kSend, kTag, 1), "descriptor.send");
  table.Append(list, receive);
  EXPECT_DEATH(table.Remove(receive), "waiting_in");
  EXPECT_DEATH(table.Append(list, receive), "waiting_in");
  table.Unlink(receive);
  table.Remove(receive);
  EXPECT_DEATH(table.Remove(receive), "kFree");
}

}  // namespace
}  // namespace pkigate::ring
