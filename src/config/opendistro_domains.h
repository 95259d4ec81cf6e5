// SPDX-License-Identifier: Apache-2.0
//
// The domains of config.yml: `config.dynamic.authc` and `authz`
// (docs/spec/opendistro.md, 2.1, 2.2).
#pragma once

#include "config/yaml_reader.h"
#include "identity/dialect.h"
#include "policy/model.h"

namespace pkigate::config {

// What stands under `authc` and `authz` of `dynamic` into `model`, disabled domains too. Refused:
// enabled domains of types that pkigate does not have (they may stay, disabled), authenticators
// whose backend would let everybody or nobody in, two enabled domains of the same order.
void ReadOpendistroDomains(MappingReader& dynamic, Dialect dialect, policy::OpendistroModel* model);

}  // namespace pkigate::config
