// SPDX-License-Identifier: Apache-2.0
#include "x509/pem.h"

#include <string>

#include "base/limits.h"
#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/pem_block.h"

namespace pkigate::x509 {

namespace {

using DerList = std::vector<std::vector<uint8_t>>;

Status CheckSize(std::string_view text, std::string_view source_name) {
  if (text.size() > limits::kPemFileBytesMax) {
    return MakeError("pem_too_large", "{}: {} bytes, at most {}", source_name, text.size(),
                     limits::kPemFileBytesMax);
  }
  return {};
}

bool LooksLikeDer(std::string_view text) {
  return !text.empty() && static_cast<uint8_t>(text[0]) == der::kSequence;
}

// What to say of a text that has none of the blocks wanted.
Error NothingWanted(std::string_view text, std::string_view source_name,
                    const std::vector<PemBlock>& blocks, std::string_view wanted) {
  if (!blocks.empty()) {
    return MakeError("pem_wrong_kind", "{}:{}: holds a {}, expected {}", source_name,
                     blocks.front().line, blocks.front().label, wanted);
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return MakeError("pem_empty", "{}: is empty, expected a PEM block {}", source_name, wanted);
  }
  if (LooksLikeDer(text)) {
    return MakeError("pem_wrong_kind", "{}: is binary (DER), expected a PEM block {}", source_name,
                     wanted);
  }
  return MakeError("pem_wrong_kind", "{}: holds no PEM block, expected {}", source_name, wanted);
}

}  // namespace

Result<DerList> CertificatesFromPem(std::string_view text, std::string_view source_name) {
  PKIGATE_TRY_STATUS(CheckSize(text, source_name));
  std::vector<PemBlock> blocks = PKIGATE_TRY(ReadPemBlocks(text, source_name));
  DerList certificates;
  for (PemBlock& block : blocks) {
    if (block.label != "CERTIFICATE" && block.label != "X509 CERTIFICATE") {
      continue;
    }
    if (const Result<Certificate> certificate = ParseCertificate(block.content);
        !certificate.ok()) {
      return MakeError("pem_garbled", "{}:{}: no certificate: {}", source_name, block.line,
                       certificate.error().message);
    }
    certificates.push_back(std::move(block.content));
  }
  if (certificates.empty()) {
    return NothingWanted(text, source_name, blocks, "CERTIFICATE");
  }
  return certificates;
}

Result<DerList> CrlsFromPem(std::string_view text, std::string_view source_name) {
  PKIGATE_TRY_STATUS(CheckSize(text, source_name));
  if (LooksLikeDer(text)) {
    return DerList{{text.begin(), text.end()}};
  }
  std::vector<PemBlock> blocks = PKIGATE_TRY(ReadPemBlocks(text, source_name));
  DerList crls;
  for (PemBlock& block : blocks) {
    if (block.label == "X509 CRL") {
      crls.push_back(std::move(block.content));
    }
  }
  if (crls.empty()) {
    return NothingWanted(text, source_name, blocks, "X509 CRL");
  }
  return crls;
}

}  // namespace pkigate::x509
