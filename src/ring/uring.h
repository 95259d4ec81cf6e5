// SPDX-License-Identifier: Apache-2.0
//
// The ring of the kernel: io_uring (Linux 6.1 or later).
//
// Set up in its worker's own thread with SINGLE_ISSUER | DEFER_TASKRUN | COOP_TASKRUN | SUBMIT_ALL:
// completion work runs only inside Turn, so it never interrupts a handshake, and one bad submission
// does not hold back the others. Receives take ring-mapped buffers (buf_ring.h) only once data is
// there, so idle connections hold none.
#pragma once

#include <cstdint>
#include <memory>

#include "base/limits.h"
#include "base/result.h"
#include "ring/features.h"
#include "ring/ring.h"

namespace pkigate::ring {

struct UringOptions {
  uint32_t submission_entries = limits::kSubmissionEntries;
  // Not below submission_entries; the kernel rounds both up to powers of two.
  uint32_t completion_entries = limits::kCompletionEntries;
  // A power of two, at most 32,768.
  uint32_t buffers = limits::kReceiveBuffers;
};

struct Uring {
  // A ring for the calling thread, which alone may use and destroy it. The error names the cause
  // and what to change; codes: `io_uring_disabled` (sysctl), `io_uring_forbidden` (a seccomp
  // profile), `kernel_too_old`, `out_of_memory` (RLIMIT_MEMLOCK), `too_many_open_files`,
  // `io_uring_failed`.
  static Result<std::unique_ptr<Ring>> Create(const UringOptions& options);
};

// What the kernel offers beyond the minimum, found by trying, once per process; logged by the first
// caller. Creates and destroys a small ring of its own.
const Features& KernelFeatures();

}  // namespace pkigate::ring
