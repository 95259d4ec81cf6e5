// SPDX-License-Identifier: Apache-2.0
//
// Who asks a policy for what, in tests: certificates by their subject, one request, and everything
// that the policy says to it.
#pragma once

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/model.h"
#include "policy/policy.h"
#include "test_names.h"
#include "test_pki.h"
#include "x509/peer_chain.h"

namespace pkigate::policy {

// Subjects in the order of encoding: most general first.
using Rdns = std::vector<std::vector<x509::testing::Part>>;
x509::testing::Part Cn(std::string value);
x509::testing::Part Ou(std::string value);
x509::testing::Part O(std::string value);
x509::testing::Part C(std::string value);

// A chain with nothing but a subject, good until a year from kNow: for whoever does not verify it.
x509::PeerChain ChainOf(const Rdns& subject);

struct Request {
  const x509::PeerChain* chain = nullptr;  // null: without a certificate
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string method = "GET";
  std::string target = "/movies/_doc/3";
  std::string action = "";
  std::string peer = "10.0.0.5";
  identity::PasswordChecker* passwords = nullptr;
  identity::Trace* trace = nullptr;
  identity::HostNames* host_names = nullptr;
  const identity::LoginBlocks* blocks = nullptr;
};

struct Asked {
  Authentication caller;
  Decision decision;
  bool may_manage = false;
  bool headers_decide = false;
};

Asked Ask(const Policy& policy, const Request& request);

// The only value of the header; `-` if it is not there, and a list if there are several.
std::string HeaderOf(const rest::Answer& answer, std::string_view name);
// `error.reason` of an answer in JSON.
std::string ReasonOf(const rest::Answer& answer);

// What compiling says, one line each, as for people.
std::vector<std::string> Lines(const Diagnostics& diagnostics);
// Compiles what has to be good.
std::shared_ptr<const Policy> MustCompile(const XpackModel& model, uint64_t generation = 1);
std::shared_ptr<const Policy> MustCompile(Dialect dialect, const OpendistroModel& model);

// Test data of the repository: `tests/data/<path>`.
nlohmann::json ReadTestData(const std::string& path);

}  // namespace pkigate::policy
