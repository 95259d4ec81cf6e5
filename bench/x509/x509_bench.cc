// SPDX-License-Identifier: Apache-2.0
//
// What a certificate costs until it is a principal: its facts, its name in each dialect's text, the
// keys of the caches; and a DN of a rule, read and brought into the form that is compared.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "test_names.h"
#include "test_pki.h"
#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/jdk_form.h"
#include "x509/ldap_dn.h"
#include "x509/ldap_name.h"
#include "x509/name.h"
#include "x509/opendistro_form.h"
#include "x509/peer_chain.h"
#include "x509/rfc4514_form.h"

namespace pkigate::x509 {
namespace {

using testing::kC;
using testing::kCn;
using testing::kEmail;
using testing::kO;
using testing::kOu;
using testing::kPrivate;
using testing::kUid;

enum Shape : int64_t { kPlain, kAwkward };

// kPlain: what most clients have. kAwkward: everything that makes the forms work for their text:
// letters beyond ASCII, characters to escape, an RDN of several values, a type without a name.
std::vector<uint8_t> DerOf(int64_t shape) {
  if (shape == kPlain) {
    return testing::NameDer({{{kC, der::kPrintableString, "DE"}},
                             {{kO, der::kUtf8String, "Example"}},
                             {{kOu, der::kUtf8String, "Search"}},
                             {{kCn, der::kUtf8String, "John Doe"}}});
  }
  return testing::NameDer({{{kC, der::kPrintableString, "DE"}},
                           {{kO, der::kUtf8String, "Bücher, Söhne & Co. \"KG\""}},
                           {{kOu, der::kUtf8String, " Suche + Index "}},
                           {{kOu, der::kUtf8String, "Östliche Außenstelle"}},
                           {{kPrivate, der::kUtf8String, "4711"}},
                           {{kEmail, der::kIa5String, "john.doe@example.com"}},
                           {{kCn, der::kUtf8String, "Jöhn Doe"}, {kUid, der::kUtf8String, "jd"}}});
}

const char* LabelOf(int64_t shape) { return shape == kPlain ? "plain" : "awkward"; }

template <typename Form>
void DerTo(benchmark::State& state, Form form) {
  const std::vector<uint8_t> der = DerOf(state.range(0));
  for (auto _ : state) {
    const Result<Name> name = Name::FromDer(der);
    PKIGATE_ASSERT(name.ok());
    benchmark::DoNotOptimize(form(*name));
  }
  state.SetLabel(LabelOf(state.range(0)));
}

void DerToName(benchmark::State& state) {
  DerTo(state, [](const Name& name) { return name.rdns().size(); });
}
void DerToJdkForm(benchmark::State& state) { DerTo(state, JdkForm); }
void DerToOpendistroForm(benchmark::State& state) { DerTo(state, OpendistroForm); }
void DerToRfc4514Form(benchmark::State& state) { DerTo(state, Rfc4514Form); }
// Open Distro's username, as a domain with `username_attribute: cn` gets it.
void DerToOpendistroUsername(benchmark::State& state) {
  DerTo(state, [](const Name& name) {
    return OpendistroAttributeValues(OpendistroForm(name), "cn", MultiValuedRdn::kFirst);
  });
}
BENCHMARK(DerToName)->Arg(kPlain)->Arg(kAwkward);
BENCHMARK(DerToJdkForm)->Arg(kPlain)->Arg(kAwkward);
BENCHMARK(DerToOpendistroForm)->Arg(kPlain)->Arg(kAwkward);
BENCHMARK(DerToRfc4514Form)->Arg(kPlain)->Arg(kAwkward);
BENCHMARK(DerToOpendistroUsername)->Arg(kPlain)->Arg(kAwkward);

// A DN as X-Pack's rules write it, and its normal form.
void LdapDnNormalForm(benchmark::State& state) {
  const std::string text = JdkForm(Name::FromDer(DerOf(state.range(0))).value());
  for (auto _ : state) {
    const Result<LdapDn> dn = LdapDn::Parse(text);
    benchmark::DoNotOptimize(dn.ok() ? dn->NormalForm() : std::string());
  }
  state.SetLabel(LabelOf(state.range(0)));
}
BENCHMARK(LdapDnNormalForm)->Arg(kPlain)->Arg(kAwkward);

// A DN as Open Distro compares those of administrators.
void LdapNameComparisonKey(benchmark::State& state) {
  const std::string text = OpendistroForm(Name::FromDer(DerOf(state.range(0))).value());
  for (auto _ : state) {
    const Result<LdapName> name = LdapName::Parse(text);
    PKIGATE_ASSERT(name.ok());
    benchmark::DoNotOptimize(name->ComparisonKey());
  }
  state.SetLabel(LabelOf(state.range(0)));
}
BENCHMARK(LdapNameComparisonKey)->Arg(kPlain)->Arg(kAwkward);

struct Chain {
  testing::Issued ca = testing::IssueCa("CA");
  testing::Issued leaf = testing::Issue({.dns_names = {"client.example", "client2.example"}}, &ca);
  std::vector<std::vector<uint8_t>> der = {leaf.der, ca.der};
};

void CertificateFacts(benchmark::State& state) {
  const Chain chain;
  for (auto _ : state) {
    const Result<Certificate> certificate = ParseCertificate(chain.leaf.der);
    PKIGATE_ASSERT(certificate.ok());
    benchmark::DoNotOptimize(certificate->not_after_unix);
  }
}
BENCHMARK(CertificateFacts);

// What a chain costs a worker that has not seen it (without its validation), and one that has.
void NewPeerChain(benchmark::State& state) {
  const Chain chain;
  for (auto _ : state) {
    const auto made = MakePeerChain(chain.der);
    PKIGATE_ASSERT(made.ok());
    benchmark::DoNotOptimize((*made)->chain_key);
  }
}
BENCHMARK(NewPeerChain);

void KeyOfChain(benchmark::State& state) {
  const Chain chain;
  const std::vector<std::span<const uint8_t>> spans(chain.der.begin(), chain.der.end());
  for (auto _ : state) {
    benchmark::DoNotOptimize(ChainKey(spans));
  }
}
BENCHMARK(KeyOfChain);

}  // namespace
}  // namespace pkigate::x509

BENCHMARK_MAIN();
