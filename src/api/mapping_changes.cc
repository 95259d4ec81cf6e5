// SPDX-License-Identifier: Apache-2.0
#include "api/mapping_changes.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "roles/opendistro_mapping.h"

namespace pkigate::api {

namespace {

using What = WriteOutcome::What;

store::Family FamilyOf(Dialect dialect) {
  return IsOpendistroFamily(dialect) ? store::Family::kOpendistro : store::Family::kXpack;
}

WriteOutcome Judged(What what) { return {.what = what, .reason = ""}; }

// The entry in force; nullopt: none. An object that does not parse cannot be judged.
Result<std::optional<roles::OpendistroMapping>> FindEntry(const policy::OpendistroModel& model,
                                                          const std::string& name) {
  const auto stored = model.api_mappings.find(name);
  if (stored != model.api_mappings.end()) {
    if (!stored->second.has_value()) {
      return std::optional<roles::OpendistroMapping>();
    }
    return std::optional(PKIGATE_TRY(roles::ParseStoredOpendistroMapping(*stored->second)));
  }
  const auto in_file = model.file_mappings.find(name);
  return in_file == model.file_mappings.end() ? std::nullopt
                                              : std::optional(in_file->second.mapping);
}

// opendistro.md 5.2 and 5.3. Hidden and reserved entries are for the superadmin alone.
WriteOutcome JudgeOpendistro(const MappingWrite& write, const policy::OpendistroModel& model) {
  const bool is_put = write.kind == MappingWrite::Kind::kPut;
  if (is_put && (!model.known_roles.contains(write.name) ||
                 (model.hidden_roles.contains(write.name) && !write.superadmin))) {
    return Judged(What::kRoleNotFound);
  }
  const Result<std::optional<roles::OpendistroMapping>> found = FindEntry(model, write.name);
  if (!found.ok()) {
    return WriteOutcome::Failed(found.error().message);
  }
  const std::optional<roles::OpendistroMapping>& entry = *found;
  if (!entry.has_value()) {
    return Judged(is_put ? What::kCreated : What::kNotFound);
  }
  if (entry->hidden && !write.superadmin) {
    return Judged(What::kHidden);
  }
  if (entry->reserved && !write.superadmin) {
    return Judged(What::kReserved);
  }
  return Judged(is_put ? What::kUpdated : What::kDeleted);
}

WriteOutcome JudgeXpack(const MappingWrite& write, const policy::XpackModel& model) {
  const bool exists = model.api_mappings.contains(write.name);
  if (write.kind == MappingWrite::Kind::kPut) {
    return Judged(exists ? What::kUpdated : What::kCreated);
  }
  return Judged(exists ? What::kDeleted : What::kNotFound);
}

// Whether deleting must leave a tombstone, because the file has an entry of this name.
bool MustBury(const MappingWrite& write, const policy::Model& files) {
  const auto* model = std::get_if<policy::OpendistroModel>(&files.body);
  return model != nullptr && model->file_mappings.contains(write.name);
}

}  // namespace

void LayOver(policy::Model& model, const std::vector<store::RoleMapping>& objects) {
  const store::Family family = FamilyOf(model.dialect);
  for (const store::RoleMapping& object : objects) {
    if (object.family != family) {
      continue;
    }
    if (auto* opendistro = std::get_if<policy::OpendistroModel>(&model.body)) {
      opendistro->api_mappings[object.name] = object.document;
    } else if (object.document.has_value()) {
      std::get<policy::XpackModel>(model.body).api_mappings[object.name] = *object.document;
    }
  }
}

WriteOutcome JudgeWrite(const MappingWrite& write, const policy::Model& effective) {
  PKIGATE_ASSERT(write.family == FamilyOf(effective.dialect));
  if (const auto* opendistro = std::get_if<policy::OpendistroModel>(&effective.body)) {
    return JudgeOpendistro(write, *opendistro);
  }
  return JudgeXpack(write, std::get<policy::XpackModel>(effective.body));
}

std::vector<store::RoleMapping> ObjectsAfter(const MappingWrite& write, const policy::Model& files,
                                             const std::vector<store::RoleMapping>& objects) {
  std::vector<store::RoleMapping> after = objects;
  std::erase_if(after, [&write](const store::RoleMapping& object) {
    return object.family == write.family && object.name == write.name;
  });
  if (write.kind == MappingWrite::Kind::kPut) {
    after.push_back({.family = write.family, .name = write.name, .document = write.document});
  } else if (MustBury(write, files)) {
    after.push_back({.family = write.family, .name = write.name, .document = std::nullopt});
  }
  return after;
}

Status StoreWrite(const MappingWrite& write, const policy::Model& files, store::Store& store) {
  const Result<uint64_t> sequence =
      write.kind == MappingWrite::Kind::kPut ? store.Put(write.family, write.name, write.document)
      : MustBury(write, files)               ? store.Bury(write.family, write.name)
                                             : store.Delete(write.family, write.name);
  return sequence.ok() ? Status() : Status(sequence.error());
}

std::string_view OutcomeName(What what) {
  switch (what) {
    case What::kCreated:
      return "created";
    case What::kUpdated:
      return "updated";
    case What::kDeleted:
      return "deleted";
    case What::kNotFound:
      return "not_found";
    case What::kReserved:
      return "reserved";
    case What::kHidden:
      return "hidden";
    case What::kRoleNotFound:
      return "role_not_found";
    case What::kInvalid:
      return "invalid";
    case What::kFailed:
      return "failed";
    case What::kBusy:
      return "busy";
  }
  return "";
}

}  // namespace pkigate::api
