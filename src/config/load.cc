// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"

#include <ctime>
#include <map>
#include <tuple>
#include <utility>

#include "config/dialect_files.h"
#include "config/gateway_file.h"
#include "config/opendistro_files.h"
#include "config/xpack_files.h"

namespace pkigate::config {

namespace {

struct LoadedFiles {
  TlsSettings tls;
  std::shared_ptr<const policy::Model> model;
};

LoadedFiles ReadDialectFiles(const Listener& listener, const DialectOptions& options,
                             int64_t now_unix, Diagnostics& diagnostics) {
  const DialectFilesInput input{.dialect = listener.dialect,
                                .directory = listener.config_dir,
                                .crl_file = listener.crl_file,
                                .crl_file_where = listener.crl_file_where,
                                .secrets_file = listener.secrets_file,
                                .secrets_file_where = listener.secrets_file_where,
                                .options = options,
                                .now_unix = now_unix};
  DialectFiles files = listener.dialect == Dialect::kXpack
                           ? ReadXpackFiles(input, diagnostics)
                           : ReadOpendistroFiles(input, diagnostics);
  return {std::move(files.tls), std::make_shared<const policy::Model>(std::move(files.model))};
}

void ReadListenersFiles(Settings* settings, Diagnostics& diagnostics) {
  const int64_t now_unix = static_cast<int64_t>(std::time(nullptr));
  // Listeners of one folder share what is read of it, and the problems in it are told once.
  std::map<std::tuple<Dialect, std::string, std::string, std::string>, LoadedFiles> read;
  for (Listener& listener : settings->listeners) {
    if (listener.config_dir.empty()) {
      continue;  // reported
    }
    const std::tuple key(listener.dialect, listener.config_dir, listener.crl_file,
                         listener.secrets_file);
    auto files = read.find(key);
    if (files == read.end()) {
      files =
          read.emplace(key, ReadDialectFiles(listener, settings->dialects, now_unix, diagnostics))
              .first;
    }
    std::vector<std::string> alpn = std::move(listener.tls.alpn);
    listener.tls = files->second.tls;
    listener.tls.alpn = std::move(alpn);
    listener.model = files->second.model;
  }
}

}  // namespace

std::optional<Settings> Load(const std::string& path, Diagnostics& diagnostics) {
  Settings settings;
  if (ReadGatewayFile(path, &settings, diagnostics)) {
    ReadListenersFiles(&settings, diagnostics);
  }
  return diagnostics.has_errors() ? std::nullopt : std::optional(std::move(settings));
}

}  // namespace pkigate::config
