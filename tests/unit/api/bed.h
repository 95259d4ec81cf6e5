// SPDX-License-Identifier: Apache-2.0
//
// A gateway in miniature around the API under test: one listener's model, the policy that it gives,
// a store in memory, and the control thread's steps done at once. Requests come from a caller who
// is authenticated already.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/api.h"
#include "api/json_writer.h"
#include "policy/model.h"
#include "policy/policy.h"
#include "store/store.h"

namespace pkigate::api {

struct Request {
  std::string method;
  std::string target;
  std::string body;
  // Besides Content-Type, which a body gets unless it is given here.
  std::vector<std::pair<std::string, std::string>> headers;
};

struct Response {
  int status = 0;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool by_control = false;  // answered by the control thread

  Json json() const { return Json::parse(body); }
  // The first header of this name (as sent), or `-`.
  std::string Header(std::string_view name) const;
  // `reason` of the error, or of the cause nested deepest in it that has one; else the body.
  std::string Reason() const;
};

class Bed : public MappingWriter {
 public:
  explicit Bed(Dialect dialect);
  ~Bed() override;

  policy::XpackModel& xpack() { return std::get<policy::XpackModel>(files.body); }
  policy::OpendistroModel& opendistro() { return std::get<policy::OpendistroModel>(files.body); }

  // Who asks from now on.
  void Nobody();
  void XpackUser(const std::string& username, std::vector<std::string> roles);
  void OpendistroUser(const std::string& username, std::vector<std::string> roles);
  void Superadmin();

  Response Ask(const Request& request);
  Response Get(const std::string& target) { return Ask({.method = "GET", .target = target}); }
  Response Put(const std::string& target, const std::string& body) {
    return Ask({.method = "PUT", .target = target, .body = body});
  }
  Response Delete(const std::string& target) { return Ask({.method = "DELETE", .target = target}); }

  bool Post(MappingWrite&& write) override;

  policy::Model files;
  std::vector<store::RoleMapping> objects;
  policy::Authentication caller;
  bool has_certificate = true;
  bool queue_full = false;
  bool open = false;        // the policy lets everybody pass, known or not
  bool initialized = true;  // Open Distro: somebody could get in
  // Roles besides `superuser` and the superadmin that may manage.
  std::set<std::string> managers;
  Hooks hooks;
  std::optional<MappingWrite> posted;  // the last one
  std::optional<WriteOutcome> force;   // instead of what the change comes to

 private:
  std::shared_ptr<const policy::Policy> Compile() const;
  WriteOutcome Apply(const MappingWrite& write);
};

// Test data of the repository: `tests/data/<path>`.
Json ReadTestData(const std::string& path);

}  // namespace pkigate::api
