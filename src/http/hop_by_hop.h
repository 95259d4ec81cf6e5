// SPDX-License-Identifier: Apache-2.0
//
// Which fields of a head belong to the connection it came on and end there (RFC 9110, 7.6.1).
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "base/limits.h"
#include "http/message.h"

namespace pkigate::http {

class HopByHop {
 public:
  // Reads the Connection fields among `headers`, whose bytes must outlive this object. They were
  // accepted by FramingFields, so there are not too many names.
  explicit HopByHop(std::span<const HeaderView> headers);

  // Whether `header` stays on this connection: by its nature, because Connection names it, or
  // because it frames the body, which is framed anew.
  bool Contains(const HeaderView& header) const;

 private:
  std::array<std::string_view, limits::kConnectionOptionsMax> named_;
  size_t num_named_ = 0;
};

}  // namespace pkigate::http
