// SPDX-License-Identifier: Apache-2.0
//
// ParsedMappings: stored documents as they were read, by the SHA-256 of name and text, so that a
// change of one document does not have the others read again. Policies share them.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/result.h"
#include "x509/peer_chain.h"

namespace pkigate::policy {

template <typename Mapping>
class ParsedMappings {
 public:
  // What `parse` makes of the two; a document that cannot be read is not kept.
  template <typename Parse>
  Result<std::shared_ptr<const Mapping>> Get(std::string_view name, std::string_view document,
                                             Parse parse) {
    std::shared_ptr<const Mapping>& known = by_key_[KeyOf(name, document)];
    if (known == nullptr) {
      Result<Mapping> parsed = parse(name, document);
      if (!parsed.ok()) {
        return parsed.error();
      }
      known = std::make_shared<const Mapping>(std::move(parsed).value());
    }
    return known;
  }

  // Drops those that no policy holds.
  void Trim() {
    std::erase_if(by_key_, [](const auto& entry) { return entry.second.use_count() <= 1; });
  }

 private:
  using Key = x509::Fingerprint;
  struct Hash {
    size_t operator()(const Key& key) const {
      size_t hash;
      std::memcpy(&hash, key.data(), sizeof hash);
      return hash;
    }
  };

  static Key KeyOf(std::string_view name, std::string_view document) {
    std::string text = std::to_string(name.size()) + ':';
    text += name;
    text += document;
    return x509::Sha256({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }

  std::unordered_map<Key, std::shared_ptr<const Mapping>, Hash> by_key_;
};

}  // namespace pkigate::policy
