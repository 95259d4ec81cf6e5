// SPDX-License-Identifier: Apache-2.0
//
// The domains of config.yml: `config.dynamic.authc` and `authz`
// (docs/spec/opendistro.md, 2.1, 2.2).
#pragma once

#include <vector>

#include "config/yaml_reader.h"
#include "identity/clientcert_domain_model.h"
#include "identity/dialect.h"

namespace pkigate::config {

// The clientcert domains under `authc` of `dynamic`, disabled ones too. Refused: enabled domains of
// types that pkigate does not have (they may stay, disabled), two enabled ones of the same order,
// an enabled `authz` domain that would add roles.
std::vector<identity::ClientcertDomainModel> ReadOpendistroDomains(MappingReader& dynamic,
                                                                   Dialect dialect);

}  // namespace pkigate::config
