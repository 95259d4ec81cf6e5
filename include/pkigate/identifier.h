// SPDX-License-Identifier: Apache-2.0
//
// Identifier: pkigate's answer to "who holds this certificate?", for programs that embed it.
//
// It reads the configuration of a gateway (pkigate.yml and the dialect files it names) and decides
// as the gateway does: is the chain trusted at this listener, which realm or domain takes it, under
// which user name and with which roles. No sockets, no threads; the only clock in an answer is the
// time passed in:
//
//   pkigate::LoadReport report;
//   const auto identifier = pkigate::Identifier::Load("pkigate.yml", &report);
//   if (identifier == nullptr) { ... report.errors ... }
//   const pkigate::Identity who = identifier->Identify({.listener = "http",
//                                                       .chain = chain,
//                                                       .peer_address = "192.0.2.7",
//                                                       .time_unix = std::time(nullptr)});
//
// The files alone decide. Role mappings made through a gateway's management API are in its store,
// which this library does not open: where there is such a store, the report warns of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pkigate {

// What is wrong with a configuration, and where.
struct Problem {
  std::string file;     // empty: no file involved
  int line = 0;         // 1-based; 0: unknown, or the file as a whole
  int column = 0;       // 1-based; 0: unknown
  std::string key;      // dotted path of the setting; may be empty
  std::string message;  // what is wrong
  std::string hint;     // what would be right; may be empty
};

struct LoadReport {
  std::vector<Problem> errors;    // any of these, and nothing is loaded
  std::vector<Problem> warnings;  // do not stand in the way
};

// A client certificate as somebody showed it at a listener. Borrowed for the length of one call.
struct Presented {
  std::string_view listener;  // its name in pkigate.yml; `http` where the only one has none
  // DER, leaf first, the others in any order, as in a TLS handshake. That the client holds the
  // leaf's private key is for the caller to have found out.
  std::span<const std::vector<uint8_t>> chain;
  // IPv4 or IPv6, without port or brackets. Open Distro maps roles by it, too.
  std::string_view peer_address;
  int64_t time_unix = 0;  // the moment to judge at, in seconds since 1970
};

// Who that is. A default-constructed value is nobody.
struct Identity {
  // False: of the others only `reason`, and `dn` if it came that far, say anything.
  bool authenticated = false;
  std::string realm;  // X-Pack realm or Open Distro domain
  std::string username;
  std::string dn;                                             // as the dialect writes it
  std::vector<std::string> roles;                             // sorted; may be empty: no rights
  std::vector<std::string> backend_roles;                     // Open Distro
  std::vector<std::pair<std::string, std::string>> metadata;  // X-Pack: `pki_dn`
  bool superadmin = false;  // Open Distro: may do everything, whatever the roles
  std::string reason;       // why not authenticated, for people; empty otherwise
  // The answer must be asked for anew from this second on: the earliest end of the certificates and
  // revocation lists it rests on, or of the realm's cache.ttl. 0 when not authenticated.
  int64_t expires_unix = 0;
};

class Identifier {
 public:
  // Null when anything of the configuration at `path` cannot be used; every problem found is in
  // `*report` (which may be null), not just the first. Reads files, changes and starts nothing. TLS
  // settings are read but not tried out: `pkigate check-config` does that.
  static std::unique_ptr<const Identifier> Load(const std::string& path, LoadReport* report);

  Identifier(const Identifier&) = delete;
  Identifier& operator=(const Identifier&) = delete;
  ~Identifier();

  // The names of the listeners, in the order of the file.
  std::vector<std::string> Listeners() const;

  // Fails closed: an unknown listener, one that asks for no certificates, an unreadable address or
  // chain, a chain that is not trusted are each "not authenticated" with a reason. Any number of
  // threads may call this at once; each call under way has working memory of its own, which is kept
  // for the next one.
  Identity Identify(const Presented& presented) const;

 private:
  struct Parts;
  explicit Identifier(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace pkigate
