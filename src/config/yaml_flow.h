// SPDX-License-Identifier: Apache-2.0
//
// Flow collections of the YAML grammar check: `[a, b]` and `{k: v}`, nested, over several lines.
#pragma once

#include <cstddef>

#include "config/yaml_cursor.h"

namespace pkigate::config {

// `parent_column` as in yaml_scalars.h; `depth` collections, block and flow, are open around this
// one, and limits::kYamlDepthMax bounds the recursion.
bool ScanYamlFlowCollection(YamlCursor& cursor, int parent_column, size_t depth);

}  // namespace pkigate::config
