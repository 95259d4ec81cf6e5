// SPDX-License-Identifier: Apache-2.0
//
// What a change of role mappings does to the state of the control thread: pure steps, which that
// thread strings together (mapping_writer.h).
//
// The state is the model read from the files plus the stored objects, laid over it. An Open Distro
// object takes the place of the file's entry of its name; a tombstone takes the entry away. X-Pack
// keeps the mappings of the file and of the API apart and grants by both (X-DEC-15).
#pragma once

#include <string_view>
#include <vector>

#include "api/mapping_writer.h"
#include "base/result.h"
#include "policy/model.h"
#include "store/store.h"

namespace pkigate::api {

// Lays the stored objects of the model's family over what its files say. Compiling the model finds
// out whether they are any good.
void LayOver(policy::Model& model, const std::vector<store::RoleMapping>& objects);

// What `write` comes to, given the model with everything laid over it.
WriteOutcome JudgeWrite(const MappingWrite& write, const policy::Model& effective);

// The stored objects as they will be after a write that changes something. `files` is the model
// without anything laid over it: a deleted name that the files have leaves a tombstone.
std::vector<store::RoleMapping> ObjectsAfter(const MappingWrite& write, const policy::Model& files,
                                             const std::vector<store::RoleMapping>& objects);

// The same change, made durable.
Status StoreWrite(const MappingWrite& write, const policy::Model& files, store::Store& store);

// `created`, `not_found`, ...: for the log.
std::string_view OutcomeName(WriteOutcome::What what);

}  // namespace pkigate::api
