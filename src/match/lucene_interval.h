// SPDX-License-Identifier: Apache-2.0
//
// The numeric intervals `<n-m>` of Lucene's regular expressions, as unions of sequences of digits:
// `<7-25>` is 0*(?:[7-9]|1[0-9]|2[0-5]).
#pragma once

#include <cstddef>
#include <cstdint>

#include "match/lucene_node.h"

namespace pkigate::match {

// The numbers from `low` to `high`: with exactly `num_digits` digits, or for 0 with any number of
// leading zeros.
LuceneNode IntervalNode(int64_t low, int64_t high, size_t num_digits);

}  // namespace pkigate::match
