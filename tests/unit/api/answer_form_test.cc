// SPDX-License-Identifier: Apache-2.0
#include "api/answer_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/answers.h"

namespace pkigate::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ApplyForm, XpackNamesTheProductUnlessSecurityItselfRefuses) {  // X-API-4c
  for (const auto& [status, expected] :
       {std::pair(200, true), {404, true}, {405, true}, {500, true}, {401, false}, {403, false}}) {
    rest::Answer answer = ExceptionAnswer(status, "t", "r");
    ApplyForm(PlainForm(Dialect::kXpack, 8), answer);
    EXPECT_EQ(!answer.headers.empty(), expected) << status;
  }
}

TEST(ApplyForm, OlderAnswersAndOtherDialectsNameNone) {
  for (const AnswerForm& form :
       {PlainForm(Dialect::kXpack, 7), PlainForm(Dialect::kOpendistro, 8)}) {
    rest::Answer answer = JsonAnswer(200, {{"a", 1}});
    ApplyForm(form, answer);
    EXPECT_THAT(answer.headers, IsEmpty());
    EXPECT_EQ(answer.content_type, "application/json; charset=UTF-8");
  }
}

TEST(ApplyForm, EchoesAndWarns) {
  AnswerForm form = PlainForm(Dialect::kOpendistro, 8);
  form.opaque_id = "id-1";
  form.warnings = {"299 a", "299 b"};
  rest::Answer answer = JsonAnswer(200, {{"a", 1}});
  ApplyForm(form, answer);
  EXPECT_THAT(answer.headers, ElementsAre(Pair("X-Opaque-Id", "id-1"), Pair("Warning", "299 a"),
                                          Pair("Warning", "299 b")));
}

TEST(ApplyForm, IndentsAndFiltersASuccess) {
  AnswerForm form = PlainForm(Dialect::kXpack, 8);
  form.pretty = true;
  form.filter_path = {"a"};
  rest::Answer answer = JsonAnswer(200, {{"a", 1}, {"b", 2}});
  ApplyForm(form, answer);
  EXPECT_EQ(answer.body, "{\n  \"a\" : 1\n}\n");
}

TEST(ApplyForm, AnErrorIsIndentedButNotFiltered) {
  AnswerForm form = PlainForm(Dialect::kXpack, 8);
  form.filter_path = {"nothing"};
  rest::Answer answer = JsonAnswer(404, {{"found", false}});
  ApplyForm(form, answer);
  EXPECT_EQ(answer.body, R"({"found":false})");
  form.pretty = true;
  ApplyForm(form, answer);
  EXPECT_EQ(answer.body, "{\n  \"found\" : false\n}\n");
}

TEST(ApplyForm, TextIsLeftAlone) {
  AnswerForm form = PlainForm(Dialect::kXpack, 8);
  form.pretty = true;
  rest::Answer answer;
  answer.content_type = "text/plain";
  answer.body = "{";
  ApplyForm(form, answer);
  EXPECT_EQ(answer.body, "{");
  EXPECT_EQ(answer.content_type, "text/plain");
}

}  // namespace
}  // namespace pkigate::api
