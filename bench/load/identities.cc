// SPDX-License-Identifier: Apache-2.0
#include "load/identities.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "x509/pem.h"

namespace pkigate::load {

namespace {

namespace fs = std::filesystem;

constexpr size_t kPemBytesMax = 1 << 20;

fs::path KeyBeside(const fs::path& certificate) {
  return certificate.parent_path() / (certificate.stem().string() + "-key.pem");
}

Result<ClientIdentity> LoadIdentity(const fs::path& certificate) {
  ClientIdentity identity;
  identity.name = certificate.stem().string();
  const std::string chain = PKIGATE_TRY(ReadFile(certificate.string(), kPemBytesMax));
  identity.certificate_chain = PKIGATE_TRY(x509::CertificatesFromPem(chain, certificate.string()));
  const std::string key_file = KeyBeside(certificate).string();
  const std::string key = PKIGATE_TRY(ReadFile(key_file, kPemBytesMax));
  identity.private_key = PKIGATE_TRY(x509::PrivateKeyFromPem(key, "", key_file));
  return identity;
}

}  // namespace

Result<std::vector<ClientIdentity>> LoadIdentities(const std::string& path) {
  std::vector<fs::path> files;
  std::error_code failure;
  if (fs::is_directory(path, failure)) {
    for (const auto& entry : fs::directory_iterator(path, failure)) {
      if (entry.path().extension() == ".pem" && fs::exists(KeyBeside(entry.path()))) {
        files.push_back(entry.path());
      }
    }
    std::sort(files.begin(), files.end());
  } else {
    files.emplace_back(path);
  }
  std::vector<ClientIdentity> identities;
  for (const fs::path& file : files) {
    identities.push_back(PKIGATE_TRY(LoadIdentity(file)));
  }
  if (identities.empty()) {
    return MakeError("no_identities", "{}: no NAME.pem with a NAME-key.pem beside it", path);
  }
  return identities;
}

}  // namespace pkigate::load
