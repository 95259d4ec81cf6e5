// SPDX-License-Identifier: Apache-2.0
#include "load/process_cpu.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace pkigate::load {

Result<uint64_t> ProcessCpuNanos(const std::vector<int>& pids) {
  uint64_t nanos = 0;
  for (const int pid : pids) {
    std::error_code failure;
    const std::filesystem::directory_iterator threads(fmt::format("/proc/{}/task", pid), failure);
    if (failure) {
      return MakeError("no_process", "no process {} to measure", pid);
    }
    for (const auto& thread : threads) {
      // First field: time spent on a core, in nanoseconds (finer than the ticks of `stat`).
      std::ifstream statistics(thread.path() / "schedstat");
      uint64_t on_core = 0;
      if (statistics >> on_core) {
        nanos += on_core;
      }
    }
  }
  return nanos;
}

}  // namespace pkigate::load
