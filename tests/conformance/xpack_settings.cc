// SPDX-License-Identifier: Apache-2.0
//
// xpack settings: which elasticsearch.yml starts, what is wrong with the others, and the chain that
// comes of it (xpack.md, 1). Each case gets a folder of its own with the files it says are there.
#include <stdlib.h>

#include <openssl/sha.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "config/xpack_files.h"
#include "policy/compile.h"
#include "policy/xpack_policy.h"
#include "test_pki.h"
#include "vector_kinds.h"

namespace pkigate::conformance {

namespace {

using x509::testing::Der;
using x509::testing::Issued;

// A folder that is gone with the object.
class Folder {
 public:
  Folder() {
    std::string path = std::filesystem::temp_directory_path() / "pkigate-vectors-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      throw FieldError("cannot make a folder: " + path);
    }
    path_ = path;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << content;
  }

 private:
  std::string path_;
};

void AppendNumber(Der& out, uint64_t number, int num_bytes) {
  for (int shift = 8 * (num_bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<uint8_t>(number >> shift));
  }
}

void AppendText(Der& out, const std::string& text) {
  AppendNumber(out, text.size(), 2);
  out.insert(out.end(), text.begin(), text.end());
}

// A JKS store of one trusted certificate, sealed by `password`.
std::string JksOf(const Der& certificate, const std::string& password) {
  Der store;
  AppendNumber(store, 0xFEEDFEED, 4);
  AppendNumber(store, 2, 4);  // version
  AppendNumber(store, 1, 4);  // entries
  AppendNumber(store, 2, 4);  // a trusted certificate
  AppendText(store, "ca");
  AppendNumber(store, 0, 8);  // made in 1970
  AppendText(store, "X.509");
  AppendNumber(store, certificate.size(), 4);
  store.insert(store.end(), certificate.begin(), certificate.end());
  Der sealed;
  for (const char c : password) {
    AppendNumber(sealed, static_cast<unsigned char>(c), 2);
  }
  const std::string salt = "Mighty Aphrodite";
  sealed.insert(sealed.end(), salt.begin(), salt.end());
  sealed.insert(sealed.end(), store.begin(), store.end());
  uint8_t digest[SHA_DIGEST_LENGTH];
  SHA1(sealed.data(), sealed.size(), digest);
  store.insert(store.end(), digest, digest + sizeof digest);
  return std::string(store.begin(), store.end());
}

void WriteFiles(const Folder& folder, const nlohmann::json& names, Fields passwords) {
  const Issued ca = x509::testing::IssueCa("ca");
  const Issued node = x509::testing::Issue({.subject = "node"}, &ca);
  for (const nlohmann::json& entry : names) {
    const std::string name = entry.get<std::string>();
    if (name == "ca.pem") {
      folder.Write(name, x509::testing::Pem("CERTIFICATE", ca.der));
    } else if (name == "node.pem") {
      folder.Write(name, x509::testing::Pem("CERTIFICATE", node.der));
    } else if (name == "node.key") {
      folder.Write(name, x509::testing::Pem("PRIVATE KEY", node.key.Pkcs8()));
    } else if (name == "role_mapping.yml") {
      folder.Write(name, "");
    } else if (name.ends_with(".jks")) {
      folder.Write(name, JksOf(ca.der, passwords.Text(name)));
    } else {
      throw FieldError("file `" + name + "` is not known");
    }
  }
  passwords.ExpectAllRead();
}

bool SaysSo(const Diagnostics& diagnostics, Diagnostic::Severity severity,
            const std::string& essence) {
  return std::ranges::any_of(diagnostics.list(), [&](const Diagnostic& diagnostic) {
    return diagnostic.severity == severity &&
           diagnostic.ForPeople().find(essence) != std::string::npos;
  });
}

std::string AllOf(const Diagnostics& diagnostics) {
  std::string all;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    all += diagnostic.ForPeople() + "\n";
  }
  return all;
}

// The chain without the reserved realm, as the vectors write it.
nlohmann::json ChainOf(const policy::Policy& policy) {
  nlohmann::json chain = nlohmann::json::array();
  for (const policy::XpackPolicy::RealmName& realm : policy::AsXpack(policy).Realms()) {
    if (realm.type != "reserved") {
      chain.push_back({{"name", realm.name}, {"type", realm.type}, {"order", realm.order}});
    }
  }
  return chain;
}

}  // namespace

Outcome RunXpackSettings(Case& c) {
  const Folder folder;
  folder.Write("elasticsearch.yml", c.input.Text("yaml"));
  WriteFiles(folder, c.input.Any("files_present"), c.input.Inside("store_passwords"));
  Diagnostics diagnostics;
  const config::DialectFiles files = config::ReadXpackFiles(
      {.dialect = Dialect::kXpack, .directory = folder.path(), .now_unix = x509::testing::kNow},
      diagnostics);
  const auto policy = diagnostics.has_errors()
                          ? nullptr
                          : policy::Compile(files.model, /*generation=*/1, diagnostics);
  const bool valid = policy != nullptr;
  if (valid != c.expect.Bool("valid")) {
    return Failed((valid ? "accepted: " : "refused: ") + AllOf(diagnostics));
  }
  if (const auto essence = c.expect.OptionalText("error_contains");
      essence.has_value() && !SaysSo(diagnostics, Diagnostic::Severity::kError, *essence)) {
    return Failed("no error says `" + *essence + "`: " + AllOf(diagnostics));
  }
  if (const auto essence = c.expect.OptionalText("warning_contains");
      essence.has_value() && !SaysSo(diagnostics, Diagnostic::Severity::kWarning, *essence)) {
    return Failed("no warning says `" + *essence + "`: " + AllOf(diagnostics));
  }
  if (c.expect.Has("realms")) {
    return Compare("the chain", ChainOf(*policy).dump(), c.expect.Any("realms").dump());
  }
  return Passed();
}

}  // namespace pkigate::conformance
