// SPDX-License-Identifier: Apache-2.0
//
// opendistro pattern: the patterns of role mappings (opendistro.md, 4.2).
#include "match/dialect_pattern.h"
#include "match/pattern_set.h"
#include "vector_kinds.h"

namespace pkigate::conformance {

Outcome RunOpendistroPattern(Case& c) {
  const auto pattern =
      match::ReadOpendistroPattern(c.input.Text("pattern"), c.dialect == "opendistro");
  if (!pattern.ok()) {
    return Failed(pattern.error().message);
  }
  match::PatternSet::Builder builder;
  const Result<uint32_t> id = builder.Add(*pattern);
  if (!id.ok()) {
    return Failed(id.error().message);
  }
  const auto set = builder.Compile();
  if (!set.ok()) {
    return Failed(set.error().message);
  }
  match::Scratch scratch;
  scratch.Reserve(**set);
  match::HitSet hits;
  hits.Reset((*set)->size());
  if (!(*set)->Scan(c.input.Text("text"), scratch, hits)) {
    return Failed("the text cannot be judged");
  }
  const bool match = hits.Contains(*id);
  return match == c.expect.Bool("match") ? Passed()
                                         : Failed(match ? "it matches" : "it does not match");
}

}  // namespace pkigate::conformance
