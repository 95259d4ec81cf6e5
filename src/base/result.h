// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: a value, or the reason why there is none. The ordinary way to report what a peer or
// an operator did wrong; programming errors are PKIGATE_ASSERT (assert.h) instead.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace pkigate {

// What went wrong. `code` is a stable word for machines (`untrusted_chain`), always a string
// literal; `message` says what, where in the input, and what would be valid.
struct Error {
  const char* code = "";
  std::string message;
};

// MakeError formats a message with fmt's rules.
template <typename... Args>
Error MakeError(const char* code, fmt::format_string<Args...> format, Args&&... args) {
  return Error{code, fmt::format(format, std::forward<Args>(args)...)};
}

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // The value; asking a failed result for it is a programming error.
  T& value() & {
    PKIGATE_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    PKIGATE_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    PKIGATE_ASSERT(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    PKIGATE_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

// A Result without a value: success or a reason.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT: implicit

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const {
    PKIGATE_ASSERT(!ok_);
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

using Status = Result<void>;

}  // namespace pkigate

// Evaluates an expression of type Result<T>; on failure returns its error from the enclosing
// function, else yields the value (a GNU statement expression, which g++ and clang share).
#define PKIGATE_TRY(expression)                          \
  (__extension__({                                       \
    auto pkigate_try_result_ = (expression);             \
    if (!pkigate_try_result_.ok()) {                     \
      return ::pkigate::Error(pkigate_try_result_.error()); \
    }                                                    \
    std::move(pkigate_try_result_).value();              \
  }))

// The same for Status.
#define PKIGATE_TRY_STATUS(expression)                      \
  do {                                                      \
    auto pkigate_try_status_ = (expression);                \
    if (!pkigate_try_status_.ok()) {                        \
      return ::pkigate::Error(pkigate_try_status_.error()); \
    }                                                       \
  } while (false)
