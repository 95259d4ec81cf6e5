// SPDX-License-Identifier: Apache-2.0
//
// x509_suites: runs the path validation vectors of x509-limbo and NIST PKITS through the code that
// a listener judges client certificates with: PEM, PeerChain, TrustStore.
//
//   x509_suites FOLDER
//
// FOLDER holds x509/limbo-dev.json and x509/pkits-dev.json; the environment variable
// PKIGATE_CONFORMANCE takes its place. Without them the run is one line and a skip (status 77): the
// data sets of others are not part of this repository.
//
// Vectors of the tier `required` have to come out as expected. `advisory` ones, where the suites
// ask for other things than the library's path validation, are counted as passed or skipped, each
// skip with a line. The last line is `N passed, N failed, N skipped`.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/base64.h"
#include "base/file.h"
#include "fields.h"
#include "x509/peer_chain.h"
#include "x509/pem.h"
#include "x509/trust_store.h"

namespace pkigate::conformance {
namespace {

using DerList = std::vector<std::vector<uint8_t>>;
using nlohmann::json;

constexpr size_t kSuiteFileBytesMax = 256 * 1024 * 1024;
constexpr int kSkippedStatus = 77;

struct Totals {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
};

struct Judgement {
  bool accepted = false;
  std::string why;
};

// One vector with its material still to be read, because garbled material is part of some.
struct Question {
  Result<DerList> trust;
  Result<DerList> chain;
  Result<DerList> crls;
  x509::VerifyOptions options;
};

Judgement Rejected(const Error& error) { return {false, error.code + (": " + error.message)}; }

Judgement Judge(Question question) {
  for (const Result<DerList>* list : {&question.trust, &question.chain, &question.crls}) {
    if (!list->ok()) {
      return Rejected(list->error());
    }
  }
  const auto trust = x509::TrustStore::Create(*question.trust, *question.crls, {});
  if (!trust.ok()) {
    return Rejected(trust.error());
  }
  const auto chain = x509::MakePeerChain(std::move(*question.chain));
  if (!chain.ok()) {
    return Rejected(chain.error());
  }
  const x509::VerifyResult verdict = (*trust)->Verify((*chain)->der, question.options);
  return {verdict.accepted, fmt::format("{}: {}", verdict.reason, verdict.detail)};
}

x509::Purpose PurposeOf(const std::string& text) {
  if (text == "client") {
    return x509::Purpose::kClient;
  }
  if (text == "server") {
    return x509::Purpose::kServer;
  }
  if (text == "any") {
    return x509::Purpose::kAny;
  }
  throw FieldError("purpose `" + text + "` is not known");
}

// The fields that both suites have; marks those that say nothing to check as read.
x509::VerifyOptions OptionsOf(Fields& vector) {
  vector.Ignore("suite");
  vector.Ignore("reference");
  vector.Ignore("features");
  x509::VerifyOptions options;
  options.purpose = PurposeOf(vector.Text("purpose"));
  options.time_unix = vector.Any("time").get<int64_t>();
  if (vector.Has("max_depth") && !vector.Any("max_depth").is_null()) {
    options.max_depth = vector.Any("max_depth").get<int>();
  }
  return options;
}

using ReadPem = Result<DerList> (*)(std::string_view, std::string_view);

// A list of PEM texts.
Result<DerList> FromPemTexts(const json& texts, ReadPem read) {
  DerList all;
  for (const json& text : texts) {
    DerList some = PKIGATE_TRY(read(text.get<std::string>(), "vector"));
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

// Names of entries of `table`, whose values are base64.
Result<DerList> FromTable(const json& names, const json& table) {
  DerList all;
  for (const json& name : names.is_array() ? names : json::array({names})) {
    auto der = FromBase64(table.at(name.get<std::string>()).get<std::string>());
    if (!der.has_value()) {
      throw FieldError("entry " + name.dump() + " is no base64");
    }
    all.push_back(*std::move(der));
  }
  return all;
}

Question ReadLimbo(Fields& vector) {
  return {FromPemTexts(vector.Any("trust"), x509::CertificatesFromPem),
          FromPemTexts(vector.Any("chain"), x509::CertificatesFromPem),
          FromPemTexts(vector.Any("crls"), x509::CrlsFromPem), OptionsOf(vector)};
}

Question ReadPkits(Fields& vector, const json& certificates, const json& crls) {
  return {FromTable(vector.Any("trust"), certificates),
          FromTable(vector.Any("chain"), certificates), FromTable(vector.Any("crls"), crls),
          OptionsOf(vector)};
}

void Count(Fields& vector, const Judgement& judgement, Totals& totals) {
  const std::string expect = vector.Text("expect");
  const std::string tier = vector.Text("tier");
  if ((expect != "accept" && expect != "reject") || (tier != "required" && tier != "advisory")) {
    throw FieldError("expect `" + expect + "` or tier `" + tier + "` is not known");
  }
  if (judgement.accepted == (expect == "accept")) {
    ++totals.passed;
  } else if (tier == "required") {
    ++totals.failed;
    fmt::print("FAILED {}: expected {}, found {}\n", vector.Text("id"), expect, judgement.why);
  } else {
    ++totals.skipped;
    fmt::print("advisory {}: the suite says {}, found {}\n", vector.Text("id"), expect,
               judgement.why);
  }
}

void RunSuite(const std::string& text, Totals& totals) {
  const json document = json::parse(text);
  Fields file(document, "file");
  if (file.Any("format") != 1) {
    throw FieldError("the file's format is not known");
  }
  const bool has_tables = file.Has("certs");
  const json no_table;
  const json& certificates = has_tables ? file.Any("certs") : no_table;
  const json& crls = has_tables ? file.Any("crls") : no_table;
  for (const json& object : file.Any("vectors")) {
    Fields vector(object, object.value("id", "(without id)"));
    try {
      Question question = has_tables ? ReadPkits(vector, certificates, crls) : ReadLimbo(vector);
      Count(vector, Judge(std::move(question)), totals);
      vector.Ignore("id");
      vector.ExpectAllRead();
    } catch (const std::exception& error) {
      ++totals.failed;
      fmt::print("FAILED {}\n", error.what());
    }
  }
  file.ExpectAllRead();
}

int Main(const std::string& folder) {
  Totals totals;
  int num_missing = 0;
  for (const char* name : {"limbo-dev.json", "pkits-dev.json"}) {
    const std::string path = folder + "/x509/" + name;
    const Result<std::string> text = ReadFile(path, kSuiteFileBytesMax);
    if (!text.ok()) {
      fmt::print("skipped {}: {}\n", name, text.error().message);
      ++totals.skipped;
      ++num_missing;
      continue;
    }
    try {
      RunSuite(*text, totals);
    } catch (const std::exception& error) {
      ++totals.failed;
      fmt::print("FAILED {}: {}\n", name, error.what());
    }
  }
  fmt::print("{} passed, {} failed, {} skipped\n", totals.passed, totals.failed, totals.skipped);
  if (totals.failed > 0) {
    return 1;
  }
  return num_missing > 0 ? kSkippedStatus : 0;
}

}  // namespace
}  // namespace pkigate::conformance

int main(int argc, char** argv) {
  const char* const folder = std::getenv("PKIGATE_CONFORMANCE");
  if (folder == nullptr && argc != 2) {
    fmt::print(stderr, "usage: x509_suites FOLDER\n");
    return 2;
  }
  return pkigate::conformance::Main(folder != nullptr ? folder : argv[1]);
}
