// SPDX-License-Identifier: Apache-2.0
//
// A look into a store without touching it: for commands that run beside a gateway, or before one.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace pkigate::store {

// What Store::Open and LoadAll would find at `path`, from a private copy: nothing is created,
// migrated, locked or made durable. No file is an empty store, as it is for Open, if its folder is
// there. Errors as Store::Open, and `store_unreadable`: not for this user. That and `store_in_use`
// (a running gateway holds it) say nothing about the content.
//
// Not for a process that has the store open itself: POSIX locks do not stop their own holder, and
// are gone when any descriptor of the file is closed.
Result<std::vector<RoleMapping>> Peek(const std::string& path);

}  // namespace pkigate::store
