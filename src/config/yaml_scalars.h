// SPDX-License-Identifier: Apache-2.0
//
// Scalars of the YAML grammar check: plain, 'single', "double", and block texts. `parent_column` is
// that of the block collection around them (-1: none): every further line of a scalar must stand
// to the right of it.
#pragma once

#include "config/yaml_cursor.h"

namespace pkigate::config {

enum class YamlContextKind : uint8_t { kBlock, kFlow };

// Whether a plain text may begin here (YAML 1.2, 7.3.3); fails with what to do instead.
bool CheckYamlPlainStart(YamlCursor& cursor, YamlContextKind kind);

// The part of a plain text that stands on this line: up to `: `, ` #`, the line's end and, in flow
// context, a flow indicator. Without the blanks at its end. Cannot fail.
void ScanYamlPlainLine(YamlCursor& cursor, YamlContextKind kind);

// A plain text in block context, with the lines it goes on over. `line_done`: the cursor stands at
// the start of the first line behind the text (else behind the text, before a `:` or a comment).
bool ScanYamlPlain(YamlCursor& cursor, int parent_column, bool* line_done);

// 'single' or "double" quotes, over several lines too.
bool ScanYamlQuoted(YamlCursor& cursor, int parent_column);

// `|` or `>` with its lines; ends at the start of the first line behind it.
bool ScanYamlBlockScalar(YamlCursor& cursor, int parent_column);

// What may follow a complete value: blanks, a comment, the line's end. Goes to the next line;
// fails with `otherwise` when something else follows.
bool ScanYamlLineRest(YamlCursor& cursor, const char* otherwise);

}  // namespace pkigate::config
