// SPDX-License-Identifier: Apache-2.0
#include "identity/realm_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "x509/jdk_form.h"

namespace pkigate::identity {

namespace {

void Say(const Credentials& credentials, std::string_view name, std::string_view type,
         Trace::Said said, std::string detail, std::string* why) {
  *why += fmt::format("{}{}: {}", why->empty() ? "" : "; ", name, detail);
  Note(credentials.trace, name, type, said, std::move(detail));
}

}  // namespace

RealmChain::Outcome RealmChain::ByCertificate(const Credentials& credentials,
                                              match::Scratch& scratch) const {
  Outcome outcome;
  if (credentials.chain == nullptr) {
    outcome.why = "no client certificate";
    return outcome;
  }
  const x509::Name& subject = credentials.chain->leaf.subject;
  const std::string dn = x509::JdkForm(subject);
  // X-AUT-3: the first realm with a token decides that there is one.
  std::optional<std::string> principal;
  const uint64_t num_given_up = scratch.num_given_up();
  for (const Realm& realm : realms_) {
    if (realm.pki == nullptr) {
      continue;
    }
    principal = realm.pki->UsernameOf(subject, dn, scratch);
    if (principal.has_value()) {
      break;
    }
    Note(credentials.trace, realm.pki->name(), "pki", Trace::Said::kNothing,
         "finds no username in " + dn);
  }
  outcome.user.principal = dn;
  if (!principal.has_value()) {
    outcome.why = "no realm finds a username in " + dn;
    if (scratch.num_given_up() != num_given_up) {  // X-AUT-26
      outcome.why += " (a username_pattern was given up: it takes too many steps)";
    }
    return outcome;
  }
  for (size_t index = 0; index < realms_.size(); ++index) {
    if (realms_[index].pki == nullptr) {
      continue;
    }
    if (auto accepted = AcceptedBy(index, credentials, dn, scratch, &outcome.why)) {
      return std::move(*accepted);
    }
  }
  outcome.kind = Outcome::Kind::kRefused;
  outcome.user.username = std::move(*principal);
  return outcome;
}

std::optional<RealmChain::Outcome> RealmChain::AcceptedBy(size_t index,
                                                          const Credentials& credentials,
                                                          const std::string& dn,
                                                          match::Scratch& scratch,
                                                          std::string* why) const {
  const Realm& realm = realms_[index];
  const std::string& name = realm.pki->name();
  const auto refused = [&](std::string detail) {
    Say(credentials, name, "pki", Trace::Said::kRefused, std::move(detail), why);
    return std::nullopt;
  };
  std::string untrusted;
  const std::optional<int64_t> trusted_until =
      realm.pki->TrustsUntil(*credentials.chain, credentials.now_unix, &untrusted);
  if (!trusted_until.has_value()) {  // X-AUT-32
    return refused(fmt::format("Certificate for {} is not trusted ({})", dn, untrusted));
  }
  // X-AUT-33: by the pattern of the realm that authenticates.
  std::optional<std::string> username =
      realm.pki->UsernameOf(credentials.chain->leaf.subject, dn, scratch);
  if (!username.has_value()) {
    return refused("Could not parse principal from Subject DN " + dn);
  }
  Outcome outcome;
  outcome.kind = Outcome::Kind::kAuthenticated;
  // X-AUT-101: not past the certificates; X-SET-55: a ttl of 0 keeps nothing.
  outcome.expires_unix =
      std::min(credentials.now_unix + realm.pki->cache_ttl_seconds(), *trusted_until);
  if (realm.authorization_realms.empty()) {
    outcome.user.username = std::move(*username);
    outcome.user.metadata.push_back({.key = "pki_dn", .value = dn});  // X-AUT-50
    outcome.mapped_by = index;
  } else {
    std::optional<Found> found = LookupFor(realm, *username);
    if (!found.has_value()) {  // X-AUT-61
      return refused(
          fmt::format("the principal [{}] was authenticated, but no user could be found "
                      "in realms [{}]",
                      *username, NamesOf(realm.authorization_realms)));
    }
    if (!found->enabled) {  // X-AUT-75: the walk ends
      Say(credentials, name, "pki", Trace::Said::kRefused,
          fmt::format("the user [{}] is disabled", *username), why);
      outcome.kind = Outcome::Kind::kRefused;
      outcome.user.username = std::move(*username);
      outcome.user.principal = dn;
      outcome.why = *why;
      return outcome;
    }
    outcome.user = std::move(found->user);
    outcome.roles = std::move(found->roles);
  }
  outcome.user.realm_name = name;
  outcome.user.realm_type = "pki";
  outcome.user.principal = dn;
  Note(credentials.trace, name, "pki", Trace::Said::kAccepted,
       fmt::format("{} is user {}", dn, outcome.user.username));
  return outcome;
}

RealmChain::Outcome RealmChain::ByPassword(std::string_view username, std::string_view password,
                                           const Credentials& credentials) const {
  Outcome outcome;
  outcome.kind = Outcome::Kind::kRefused;
  outcome.user.username = std::string(username);
  for (const Realm& realm : realms_) {
    if (realm.passwords == nullptr) {
      continue;
    }
    const PasswordRealm& passwords = *realm.passwords;
    const auto said = [&](Trace::Said what, std::string detail) {
      Say(credentials, passwords.name(), passwords.type(), what, std::move(detail), &outcome.why);
    };
    switch (passwords.Check(username, password, credentials.passwords)) {
      case PasswordRealm::Said::kNotMine:
        said(Trace::Said::kNothing, fmt::format("has no user {}", username));
        break;
      case PasswordRealm::Said::kWrong:
        said(Trace::Said::kRefused, fmt::format("Password authentication failed for {}", username));
        // A reserved name is nobody else's: the walk ends.
        if (passwords.type() == "reserved") {
          return outcome;
        }
        break;
      case PasswordRealm::Said::kDisabled:
        said(Trace::Said::kRefused, fmt::format("the user {} is disabled", username));
        return outcome;
      case PasswordRealm::Said::kPending:
        outcome.kind = Outcome::Kind::kPending;
        return outcome;
      case PasswordRealm::Said::kRight: {
        const PasswordUser& found = *passwords.Find(username);
        outcome.kind = Outcome::Kind::kAuthenticated;
        outcome.user = passwords.MakeUser(username, found);
        outcome.roles = found.roles;
        outcome.expires_unix = credentials.now_unix;  // the password is asked for with each request
        Note(credentials.trace, passwords.name(), passwords.type(), Trace::Said::kAccepted,
             fmt::format("the password is that of {}", username));
        return outcome;
      }
    }
  }
  if (outcome.why.empty()) {
    outcome.why = "no realm takes passwords";
  }
  return outcome;
}

std::optional<RealmChain::Found> RealmChain::Lookup(std::string_view username) const {
  for (const Realm& realm : realms_) {
    if (auto found = LookupIn(realm, username)) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<RealmChain::Found> RealmChain::LookupFor(const Realm& realm,
                                                       std::string_view username) const {
  for (const size_t index : realm.authorization_realms) {
    if (auto found = LookupIn(realms_[index], username)) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<RealmChain::Found> RealmChain::LookupIn(const Realm& realm,
                                                      std::string_view username) {
  const PasswordUser* user = realm.passwords == nullptr ? nullptr : realm.passwords->Find(username);
  if (user == nullptr) {
    return std::nullopt;
  }
  return Found{realm.passwords->MakeUser(username, *user), user->roles, user->enabled};
}

std::string RealmChain::NamesOf(const std::vector<size_t>& realms) const {
  std::string names;
  for (const size_t index : realms) {
    const Realm& realm = realms_[index];
    names += names.empty() ? "" : ",";
    names += realm.pki != nullptr ? realm.pki->name() : realm.passwords->name();
  }
  return names;
}

}  // namespace pkigate::identity
