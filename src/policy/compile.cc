// SPDX-License-Identifier: Apache-2.0
#include "policy/compile.h"

#include "base/assert.h"
#include "policy/compiled_opendistro_policy.h"
#include "policy/compiled_xpack_policy.h"

namespace pkigate::policy {

std::shared_ptr<const Policy> Compile(const Model& model, uint64_t generation, CompileCache& cache,
                                      Diagnostics& diagnostics) {
  if (const auto* xpack = std::get_if<XpackModel>(&model.body)) {
    PKIGATE_ASSERT(model.dialect == Dialect::kXpack);
    return CompiledXpackPolicy::Compile(*xpack, generation, cache, diagnostics);
  }
  PKIGATE_ASSERT(IsOpendistroFamily(model.dialect));
  return CompiledOpendistroPolicy::Compile(model.dialect, std::get<OpendistroModel>(model.body),
                                           generation, cache, diagnostics);
}

std::shared_ptr<const Policy> Compile(const Model& model, uint64_t generation,
                                      Diagnostics& diagnostics) {
  CompileCache none;
  return Compile(model, generation, none, diagnostics);
}

const XpackPolicy& AsXpack(const Policy& policy) {
  PKIGATE_ASSERT(policy.dialect() == Dialect::kXpack);
  return static_cast<const XpackPolicy&>(policy);
}

const OpendistroPolicy& AsOpendistro(const Policy& policy) {
  PKIGATE_ASSERT(IsOpendistroFamily(policy.dialect()));
  return static_cast<const OpendistroPolicy&>(policy);
}

}  // namespace pkigate::policy
