// SPDX-License-Identifier: Apache-2.0
//
// From a model to a policy: everything is checked, every pattern compiled.
#pragma once

#include <cstdint>
#include <memory>

#include "base/diagnostics.h"
#include "policy/compile_cache.h"
#include "policy/model.h"
#include "policy/policy.h"

namespace pkigate::policy {

// Null exactly when this call added an error to `diagnostics`; each problem names its file and line
// or, for an object made through the API, its name. Warnings do not stand in the way. Takes time in
// proportion to the number of general patterns that `cache` does not know: never called on a
// worker.
std::shared_ptr<const Policy> Compile(const Model& model, uint64_t generation, CompileCache& cache,
                                      Diagnostics& diagnostics);
std::shared_ptr<const Policy> Compile(const Model& model, uint64_t generation,
                                      Diagnostics& diagnostics);  // all anew

}  // namespace pkigate::policy
