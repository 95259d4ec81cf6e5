// SPDX-License-Identifier: Apache-2.0
//
// What a listener's folder of dialect files is read with, and what comes of it: the same for both
// dialects (xpack_files.h, opendistro_files.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/source_line.h"
#include "config/settings.h"
#include "config/tls_settings.h"
#include "identity/dialect.h"
#include "policy/model.h"

namespace pkigate::config {

struct DialectFilesInput {
  Dialect dialect = Dialect::kXpack;
  std::string directory;  // config_dir: what relative paths in the files start from
  std::string crl_file;   // listeners[].crl_file; X-Pack only
  SourceLine crl_file_where;
  std::string secrets_file;  // listeners[].secrets_file; X-Pack only
  SourceLine secrets_file_where;
  DialectOptions options;
  int64_t now_unix = 0;  // for warnings about certificates whose time is over
};

struct DialectFiles {
  TlsSettings tls;
  policy::Model model;
};

}  // namespace pkigate::config
