// SPDX-License-Identifier: Apache-2.0
//
// A change of role mappings on its way from a worker to the control thread and back.
//
// On the worker the request is authorized and its body validated (api.h); what is left becomes a
// MappingWrite. The control thread takes one at a time, so that changes have one order:
//
//   outcome = JudgeWrite(write, effective model)   what the change comes to, by the newest state
//   if outcome.changes():  lay ObjectsAfter over a copy of the model, compile, StoreWrite, publish
//                          to all workers (failing: outcome = WriteOutcome::Invalid or Failed)
//   answer = WriteAnswer(write, outcome)           sent to write.reply_to
//
// so an answer of success means durable and in force everywhere (X-API-62).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "api/answer_form.h"
#include "gateway/local_answers.h"
#include "rest/answer.h"
#include "store/store.h"

namespace pkigate::api {

struct MappingWrite {
  enum class Kind : uint8_t { kPut, kDelete };
  Kind kind = Kind::kPut;
  store::Family family = store::Family::kXpack;
  std::string name;
  std::string document;     // kPut: validated JSON in its stored form
  bool superadmin = false;  // Open Distro: may touch reserved and hidden entries
  size_t listener = 0;      // where it came in: whose files it is judged by
  std::string caller;       // user name, for the log
  AnswerForm form;
  gateway::ReplyTo reply_to;
};

// What a write came to.
struct WriteOutcome {
  enum class What : uint8_t {
    kCreated,
    kUpdated,
    kDeleted,
    kNotFound,      // nothing of that name to delete
    kReserved,      // Open Distro: the entry is reserved (or static)
    kHidden,        // Open Distro: the entry is hidden from this caller
    kRoleNotFound,  // Open Distro: no role of that name
    kInvalid,       // the policy could not be compiled with it: 400
    kFailed,        // the store could not take it: 500
    kBusy,          // shutting down or too many changes waiting: 503
  };
  What what = What::kFailed;
  std::string reason;  // kInvalid, kFailed, kBusy: what happened

  bool changes() const {
    return what == What::kCreated || what == What::kUpdated || what == What::kDeleted;
  }
  static WriteOutcome Failed(std::string reason) { return {What::kFailed, std::move(reason)}; }
  static WriteOutcome Invalid(std::string reason) { return {What::kInvalid, std::move(reason)}; }
};

// The way to the control thread. Called on workers.
class MappingWriter {
 public:
  virtual ~MappingWriter() = default;
  // Hands over a write; false when the queue is full or closed (the caller answers 503 and `write`
  // is left as it was).
  virtual bool Post(MappingWrite&& write) = 0;
};

// The answer for the client. Pure.
rest::Answer WriteAnswer(const MappingWrite& write, const WriteOutcome& outcome);

}  // namespace pkigate::api
