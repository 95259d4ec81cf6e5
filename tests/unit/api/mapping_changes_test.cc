// SPDX-License-Identifier: Apache-2.0
#include "api/mapping_changes.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "roles/opendistro_mapping.h"

namespace pkigate::api {
namespace {

using What = WriteOutcome::What;
using Kind = MappingWrite::Kind;

policy::Model Opendistro() {
  policy::OpendistroModel body;
  body.known_roles = {"readall", "fresh", "guarded", "shy", "secret_role"};
  body.hidden_roles = {"secret_role"};
  body.file_mappings["readall"].mapping.users = {"file"};
  body.file_mappings["guarded"].mapping.reserved = true;
  body.file_mappings["shy"].mapping.hidden = true;
  return {.dialect = Dialect::kOpendistro, .body = std::move(body)};
}

MappingWrite Write(Kind kind, const std::string& name, bool superadmin = false) {
  MappingWrite write;
  write.kind = kind;
  write.family = store::Family::kOpendistro;
  write.name = name;
  write.document = R"({"users":["api"]})";
  write.superadmin = superadmin;
  return write;
}

What Judge(const MappingWrite& write, const policy::Model& model = Opendistro()) {
  return JudgeWrite(write, model).what;
}

TEST(JudgeWrite, OpendistroPut) {  // opendistro.md 5.3
  EXPECT_EQ(Judge(Write(Kind::kPut, "readall")), What::kUpdated);
  EXPECT_EQ(Judge(Write(Kind::kPut, "fresh")), What::kCreated);
  EXPECT_EQ(Judge(Write(Kind::kPut, "nope")), What::kRoleNotFound);
  EXPECT_EQ(Judge(Write(Kind::kPut, "nope", true)), What::kRoleNotFound);
  EXPECT_EQ(Judge(Write(Kind::kPut, "guarded")), What::kReserved);
  EXPECT_EQ(Judge(Write(Kind::kPut, "guarded", true)), What::kUpdated);
  EXPECT_EQ(Judge(Write(Kind::kPut, "shy")), What::kHidden);
  EXPECT_EQ(Judge(Write(Kind::kPut, "shy", true)), What::kUpdated);
  EXPECT_EQ(Judge(Write(Kind::kPut, "secret_role")), What::kRoleNotFound);
  EXPECT_EQ(Judge(Write(Kind::kPut, "secret_role", true)), What::kCreated);
}

TEST(JudgeWrite, OpendistroDelete) {
  EXPECT_EQ(Judge(Write(Kind::kDelete, "readall")), What::kDeleted);
  EXPECT_EQ(Judge(Write(Kind::kDelete, "fresh")), What::kNotFound);
  EXPECT_EQ(Judge(Write(Kind::kDelete, "nope")), What::kNotFound) << "no role needed";
  EXPECT_EQ(Judge(Write(Kind::kDelete, "guarded")), What::kReserved);
  EXPECT_EQ(Judge(Write(Kind::kDelete, "guarded", true)), What::kDeleted);
  EXPECT_EQ(Judge(Write(Kind::kDelete, "shy")), What::kHidden);
}

TEST(JudgeWrite, StoredObjectsCountBeforeTheFile) {
  policy::Model model = Opendistro();
  LayOver(model, {{store::Family::kOpendistro, "readall", std::nullopt, 1},
                  {store::Family::kOpendistro, "fresh", R"({"users":["x"],"reserved":true})", 2},
                  {store::Family::kXpack, "nope", "{}", 3}});
  EXPECT_EQ(Judge(Write(Kind::kPut, "readall"), model), What::kCreated);
  EXPECT_EQ(Judge(Write(Kind::kDelete, "readall"), model), What::kNotFound);
  EXPECT_EQ(Judge(Write(Kind::kPut, "fresh"), model), What::kReserved);
  EXPECT_EQ(Judge(Write(Kind::kDelete, "nope"), model), What::kNotFound) << "the other family's";
}

TEST(JudgeWrite, AnObjectThatDoesNotParseIsAFailure) {
  policy::Model model = Opendistro();
  LayOver(model, {{store::Family::kOpendistro, "readall", "{", 1}});
  EXPECT_EQ(Judge(Write(Kind::kPut, "readall"), model), What::kFailed);
}

TEST(JudgeWrite, Xpack) {
  policy::Model model;
  LayOver(model, {{store::Family::kXpack, "there", "{}", 1},
                  {store::Family::kXpack, "buried", std::nullopt, 2}});
  MappingWrite write = Write(Kind::kPut, "there");
  write.family = store::Family::kXpack;
  EXPECT_EQ(Judge(write, model), What::kUpdated);
  write.kind = Kind::kDelete;
  EXPECT_EQ(Judge(write, model), What::kDeleted);
  write.name = "buried";
  EXPECT_EQ(Judge(write, model), What::kNotFound);
  write.kind = Kind::kPut;
  EXPECT_EQ(Judge(write, model), What::kCreated);
}

// The store and the objects in memory go the same way, and both leave a tombstone exactly where the
// file would otherwise bring a deleted entry back.
TEST(StoreWrite, DoesWhatObjectsAfterSays) {
  std::string folder = ::testing::TempDir() + "pkigate-changes-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  auto store = store::Store::Open(folder + "/store.db").value();
  const policy::Model files = Opendistro();
  std::vector<store::RoleMapping> objects;
  const auto apply = [&](const MappingWrite& write) {
    objects = ObjectsAfter(write, files, objects);
    ASSERT_TRUE(StoreWrite(write, files, *store).ok());
    std::map<std::string, std::optional<std::string>> in_memory;
    std::map<std::string, std::optional<std::string>> on_disk;
    for (const store::RoleMapping& object : objects) {
      EXPECT_TRUE(in_memory.emplace(object.name, object.document).second) << object.name;
    }
    const std::vector<store::RoleMapping> stored = store->LoadAll().value();
    for (const store::RoleMapping& object : stored) {
      on_disk.emplace(object.name, object.document);
    }
    EXPECT_EQ(in_memory, on_disk);
  };
  apply(Write(Kind::kPut, "readall"));
  apply(Write(Kind::kPut, "fresh"));
  ASSERT_EQ(objects.size(), 2U);
  apply(Write(Kind::kPut, "fresh"));
  ASSERT_EQ(objects.size(), 2U) << "replaced";
  apply(Write(Kind::kDelete, "fresh"));
  ASSERT_EQ(objects.size(), 1U) << "nothing in the file to hide";
  apply(Write(Kind::kDelete, "readall"));
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_EQ(objects[0].document, std::nullopt) << "a tombstone hides the file's entry";
  apply(Write(Kind::kPut, "readall"));
  EXPECT_EQ(objects[0].document, R"({"users":["api"]})");
  store.reset();
  std::filesystem::remove_all(folder);
}

TEST(LayOver, TakesTheFamilysObjects) {
  policy::Model model = Opendistro();
  LayOver(model, {{store::Family::kOpendistro, "a", "{}", 1},
                  {store::Family::kXpack, "b", "{}", 2},
                  {store::Family::kOpendistro, "c", std::nullopt, 3}});
  const auto& stored = std::get<policy::OpendistroModel>(model.body).api_mappings;
  EXPECT_EQ(stored,
            (std::map<std::string, std::optional<std::string>>{{"a", "{}"}, {"c", std::nullopt}}));
}

TEST(OutcomeName, EveryOutcomeHasItsOwn) {
  std::set<std::string_view> names;
  for (int what = 0; what <= static_cast<int>(What::kBusy); ++what) {
    EXPECT_TRUE(names.insert(OutcomeName(static_cast<What>(what))).second) << what;
  }
  EXPECT_FALSE(names.contains(""));
}

}  // namespace
}  // namespace pkigate::api
