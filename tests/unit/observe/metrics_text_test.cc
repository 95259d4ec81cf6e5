// SPDX-License-Identifier: Apache-2.0
//
// The exposition text, read back by a strict reader written here, so that a line that no collector
// would take is found; and that each counter is shown, once.
#include "observe/metrics_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace pkigate::observe {
namespace {

using gateway::Counters;
using testing::HasSubstr;

struct Exposition {
  std::map<std::string, uint64_t> samples;  // by `name{labels}` as written
  std::map<std::string, std::string> types;
  std::string problem;  // empty: well-formed
};

// Families one after the other: HELP, TYPE, then at least one sample of that very name. Of the
// format only what a gateway may write: whole numbers, at most one label, and label values that
// need no escaping, because they come from tables of ours and never from a peer.
Exposition Read(const std::string& text) {
  static const std::regex help_form("# HELP (pkigate_[a-z_]+) ([^\\\\]+)");
  static const std::regex type_form("# TYPE (pkigate_[a-z_]+) (counter|gauge)");
  static const std::regex sample_form(
      "((pkigate_[a-z_]+)(?:\\{[a-z]+=\"[a-z0-9_]+\"\\})?) ([0-9]+)");
  Exposition read;
  const auto fail = [&](const std::string& line, const char* problem) {
    read.problem = std::string(problem) + ": " + line;
    return read;
  };
  if (text.empty() || text.back() != '\n') {
    return fail(text, "the last line has no end");
  }
  enum class Last : uint8_t { kSample, kHelp, kType };
  Last last = Last::kSample;
  std::string family;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, help_form)) {
      if (last != Last::kSample || read.types.contains(match[1])) {
        return fail(line, "HELP out of place");
      }
      family = match[1];
      last = Last::kHelp;
    } else if (std::regex_match(line, match, type_form)) {
      if (last != Last::kHelp || match[1] != family) {
        return fail(line, "TYPE out of place");
      }
      read.types[family] = match[2];
      last = Last::kType;
    } else if (std::regex_match(line, match, sample_form)) {
      if (last == Last::kHelp || match[2] != family) {
        return fail(line, "sample out of place");
      }
      if (!read.samples.emplace(match[1], std::stoull(match[3])).second) {
        return fail(line, "sample told twice");
      }
      last = Last::kSample;
    } else {
      return fail(line, "no line of the format");
    }
  }
  if (last != Last::kSample) {
    return fail(family, "a family without samples");
  }
  return read;
}

TEST(Exposition, TheReaderTakesTheFormatAndNothingElse) {
  const std::string good =
      "# HELP pkigate_a_total Things.\n# TYPE pkigate_a_total counter\npkigate_a_total{by=\"x\"} "
      "1\n";
  EXPECT_EQ(Read(good).problem, "");
  EXPECT_EQ(Read(good).samples.at("pkigate_a_total{by=\"x\"}"), 1U);
  const std::pair<const char*, const char*> bad[] = {
      {"pkigate_a_total 1\n", "sample out of place"},
      {"# HELP pkigate_a A.\n# TYPE pkigate_b counter\npkigate_b 1\n", "TYPE out of place"},
      {"# HELP pkigate_a A.\n# TYPE pkigate_a counter\n", "a family without samples"},
      {"# HELP pkigate_a A.\n# TYPE pkigate_a counter\npkigate_a{by=\"x\"y\"} 1\n",
       "no line of the format"},
      {"# HELP pkigate_a A.\n# TYPE pkigate_a counter\npkigate_a -1\n", "no line of the format"},
      {"# HELP pkigate_a A.\n# TYPE pkigate_a counter\npkigate_a 1\npkigate_a 1\n",
       "sample told twice"},
      {"# HELP pkigate_a A.\n# TYPE pkigate_a counter\npkigate_a 1", "the last line has no end"},
  };
  for (const auto& [text, problem] : bad) {
    EXPECT_THAT(Read(text).problem, HasSubstr(problem)) << text;
  }
}

TEST(MetricsText, AnswersEvenWithoutWorkers) {
  const Exposition read = Read(MetricsText({}, 3));
  ASSERT_EQ(read.problem, "");
  EXPECT_EQ(read.samples.at("pkigate_policy_generation"), 3U);
  for (const auto& [name, value] : read.samples) {
    EXPECT_EQ(value, name == "pkigate_policy_generation" ? 3U : 0U) << name;
  }
}

TEST(MetricsText, SumsOverTheWorkers) {
  std::vector<Counters> workers(2);
  workers[0].requests = 5;
  workers[1].requests = 7;
  workers[1].connections_open = 2;
  const Exposition read = Read(MetricsText(workers, 1));
  ASSERT_EQ(read.problem, "");
  EXPECT_EQ(read.samples.at("pkigate_requests_total"), 12U);
  EXPECT_EQ(read.samples.at("pkigate_connections_open"), 2U);
  EXPECT_EQ(read.samples.at("pkigate_requests_forwarded_total"), 0U);
}

// What only grows ends in `_total` and is a counter; what also falls is a gauge and does not.
TEST(MetricsText, NamesSayTheType) {
  const Exposition read = Read(MetricsText({Counters{}}, 1));
  ASSERT_EQ(read.problem, "");
  for (const auto& [name, type] : read.types) {
    EXPECT_EQ(type, name.ends_with("_total") ? "counter" : "gauge") << name;
  }
  EXPECT_EQ(read.types.at("pkigate_connections_open"), "gauge");
  EXPECT_EQ(read.types.at("pkigate_requests_total"), "counter");
}

TEST(MetricsText, EachReasonHasItsOwnSeries) {
  Counters worker;
  for (size_t reason = 0; reason < tls::kNumFailureReasons; ++reason) {
    worker.handshakes_failed[reason] = 100 + reason;
  }
  const Exposition read = Read(MetricsText({worker, worker}, 1));
  ASSERT_EQ(read.problem, "");
  for (size_t reason = 1; reason < tls::kNumFailureReasons; ++reason) {
    const std::string name(tls::FailureReasonName(static_cast<tls::FailureReason>(reason)));
    EXPECT_EQ(read.samples.at("pkigate_handshakes_failed_total{reason=\"" + name + "\"}"),
              2 * (100 + reason));
  }
  EXPECT_TRUE(read.samples.contains("pkigate_handshakes_failed_total{reason=\"untrusted_chain\"}"));
  EXPECT_FALSE(read.samples.contains("pkigate_handshakes_failed_total{reason=\"\"}"));
  EXPECT_FALSE(read.samples.contains("pkigate_handshakes_failed_total{reason=\"none\"}"));
}

TEST(MetricsText, AnswersByClassAndTimeoutsByPhase) {
  Counters worker;
  worker.answers_by_class = {9, 1, 2, 3, 4, 5};  // there is no class 0
  worker.timeouts_head = 6;
  worker.timeouts_upstream = 7;
  const Exposition read = Read(MetricsText({worker}, 1));
  ASSERT_EQ(read.problem, "");
  for (uint64_t status_class = 1; status_class <= 5; ++status_class) {
    EXPECT_EQ(
        read.samples.at("pkigate_answers_total{class=\"" + std::to_string(status_class) + "xx\"}"),
        status_class);
  }
  EXPECT_FALSE(read.samples.contains("pkigate_answers_total{class=\"0xx\"}"));
  EXPECT_EQ(read.samples.at("pkigate_timeouts_total{phase=\"head\"}"), 6U);
  EXPECT_EQ(read.samples.at("pkigate_timeouts_total{phase=\"upstream\"}"), 7U);
  EXPECT_EQ(read.samples.at("pkigate_timeouts_total{phase=\"idle\"}"), 0U);
}

// Each counter gets a number of its own, and each number must come out in exactly one sample: a
// counter that is forgotten or mixed up with another is found.
TEST(MetricsText, EveryCounterIsShownOnce) {
  static_assert(std::is_trivially_copyable_v<Counters>);
  constexpr size_t kNumValues = sizeof(Counters) / sizeof(uint64_t);
  static_assert(kNumValues * sizeof(uint64_t) == sizeof(Counters));
  constexpr uint64_t kFirst = 1000;
  std::array<uint64_t, kNumValues> values;
  for (size_t index = 0; index < kNumValues; ++index) {
    values[index] = kFirst + index;
  }
  const auto worker = std::bit_cast<Counters>(values);
  const Exposition read = Read(MetricsText({worker}, 1));
  ASSERT_EQ(read.problem, "");
  std::map<uint64_t, int> times_shown;
  for (const auto& [name, value] : read.samples) {
    if (name != "pkigate_policy_generation") {
      ++times_shown[value];
    }
  }
  // For developers, or of no meaning.
  const std::set<uint64_t> hidden = {
      worker.answers_by_class[0], worker.stale_completions, worker.snapshots_adopted,
      worker.handshakes_failed[static_cast<size_t>(tls::FailureReason::kNone)]};
  for (const uint64_t value : values) {
    EXPECT_EQ(times_shown[value], hidden.contains(value) ? 0 : 1)
        << "counter number " << value - kFirst;
  }
}

}  // namespace
}  // namespace pkigate::observe
