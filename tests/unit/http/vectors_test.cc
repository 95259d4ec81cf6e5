// SPDX-License-Identifier: Apache-2.0
//
// The HTTP/1 conformance vectors on the parts: what a client's bytes become on their way to the
// upstream. Each vector is played in one piece, byte by byte and cut in two at every position, and
// must come out the same each time. Those of the group authz-confusion need a policy; of them only
// what has to pass is judged here.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "base/base64.h"
#include "replay.h"

namespace pkigate::http {

namespace {

using Json = nlohmann::json;

const std::set<int> kRefusals = {400, 405, 408, 411, 413, 414, 417, 421, 431, 494, 501, 505};

std::string Decoded(const std::string& text) {
  const auto bytes = FromBase64(text);
  EXPECT_TRUE(bytes.has_value()) << text;
  return bytes.has_value() ? std::string(bytes->begin(), bytes->end()) : std::string();
}

std::set<int> Refusals(const Json& vector) {
  return vector.contains("status") ? vector["status"].get<std::set<int>>() : kRefusals;
}

// Nothing when it was refused as it should be, else what is wrong.
std::string AsReject(const Json& vector, const Replayed& replayed) {
  if (!replayed.upstream.empty()) {
    return "forwarded " + replayed.upstream[0].target;
  }
  if (replayed.statuses.empty()) {
    return replayed.waiting ? "" : "nothing happened";
  }
  return Refusals(vector).contains(replayed.statuses[0])
             ? ""
             : "answered " + std::to_string(replayed.statuses[0]);
}

std::string AsForward(const Json& vector, const Replayed& replayed) {
  const Json expected = vector.value("upstream", Json::array());
  if (replayed.upstream.size() != expected.size()) {
    return "the upstream saw " + std::to_string(replayed.upstream.size()) + " requests";
  }
  for (size_t index = 0; index < expected.size(); ++index) {
    const SeenRequest& seen = replayed.upstream[index];
    if (seen.method != expected[index]["method"] || seen.target != expected[index]["target"] ||
        seen.body != Decoded(expected[index]["body"])) {
      return "the upstream saw " + seen.method + " " + seen.target + " with " + seen.body;
    }
  }
  return replayed.statuses.empty() || replayed.statuses[0] != 200 ? "not answered 200" : "";
}

std::string Judge(const Json& vector, const Replayed& replayed) {
  const std::string raw = ToAsciiLower(replayed.raw_upstream);
  for (const std::string never : vector.value("never", Json::array())) {
    for (const SeenRequest& seen : replayed.upstream) {
      if (never.starts_with('/') && ToAsciiLower(seen.target).find(never) != std::string::npos) {
        return never + " arrived as a target";
      }
    }
    if (!never.starts_with('/') && raw.find(ToAsciiLower(never)) != std::string::npos) {
      return never + " arrived";
    }
  }
  if (vector.value("need_identity", false)) {
    for (const SeenRequest& seen : replayed.upstream) {
      for (const char* line : {"x-proxy-user: admin", "x-proxy-roles: superuser"}) {
        if (std::ranges::count(seen.header_lines, line) != 1) {
          return std::string("forwarded without ") + line;
        }
      }
    }
  }
  const std::string expect = vector["expect"];
  if (expect == "reject") {
    return AsReject(vector, replayed);
  }
  if (expect == "forward") {
    return AsForward(vector, replayed);
  }
  if (expect == "either") {
    const std::string as_reject = AsReject(vector, replayed);
    const std::string as_forward = AsForward(vector, replayed);
    return as_reject.empty() || as_forward.empty() ? "" : as_reject + "; " + as_forward;
  }
  if (expect == "incomplete") {
    return !replayed.upstream.empty() || !replayed.waiting ? "taken as complete" : "";
  }
  return "unknown expectation " + expect;
}

// Where to cut: everywhere, or for long ones at the ends and here and there.
std::vector<size_t> Cuts(size_t size) {
  std::vector<size_t> cuts;
  for (size_t at = 1; at < size; ++at) {
    if (size <= 2000 || at < 100 || at + 100 > size || at % 4093 == 0) {
      cuts.push_back(at);
    }
  }
  return cuts;
}

std::vector<std::string_view> Bytes(std::string_view text) {
  std::vector<std::string_view> bytes;
  for (size_t at = 0; at < text.size(); ++at) {
    bytes.push_back(text.substr(at, 1));
  }
  return bytes;
}

// What must be the same however the bytes came: where chunks are cut on the way up may differ, and
// how much of a body had gone up before a fault in it was seen.
Replayed Comparable(Replayed replayed) {
  replayed.raw_upstream.clear();
  return replayed;
}

}  // namespace

TEST(Http1Vectors, AllOnTheParts) {
  std::ifstream file(PKIGATE_SOURCE_ROOT "/tests/data/http1/requests-dev.json");
  ASSERT_TRUE(file.good());
  const Json document = Json::parse(file);
  size_t num_passed = 0;
  size_t num_failed = 0;
  size_t num_skipped = 0;
  for (const Json& vector : document["vectors"]) {
    if (vector["group"] == "authz-confusion" && vector["expect"] != "forward") {
      ++num_skipped;
      continue;
    }
    const std::string raw = Decoded(vector["raw"]);
    const Replayed whole = Replay({raw});
    std::string problem = Judge(vector, whole);
    const auto compare = [&](const std::vector<std::string_view>& pieces, const std::string& how) {
      if (!problem.empty()) {
        return;
      }
      const Replayed cut = Replay(pieces);
      problem = Judge(vector, cut);
      if (problem.empty() && Comparable(cut) != Comparable(whole)) {
        problem = "not the same";
      }
      problem += problem.empty() ? "" : " when " + how;
    };
    compare(Bytes(raw), "fed byte by byte");
    for (const size_t cut : Cuts(raw.size())) {
      compare({std::string_view(raw).substr(0, cut), std::string_view(raw).substr(cut)},
              "cut at " + std::to_string(cut));
    }
    (problem.empty() ? num_passed : num_failed) += 1;
    EXPECT_EQ(problem, "") << vector["id"] << ": " << vector["why"];
  }
  std::cout << num_passed << " passed, " << num_failed << " failed, " << num_skipped
            << " skipped (they need a policy)\n";
  EXPECT_GE(num_passed, 240U);
}

}  // namespace pkigate::http
