// SPDX-License-Identifier: Apache-2.0
//
// Mustache: the templates of role mappings (xpack.md, 3.7), as Elasticsearch's engine reads them.
//
//   {{name}}              the value, encoded; undefined and null: nothing
//   {{{name}}} {{&name}}  the value as it is
//   {{#name}}…{{/name}}   for each element of a list, or once for a value that is neither
//   undefined,
//                         null, false nor the empty text; inside, `.` is that value, and the
//                         members of an object are names
//   {{^name}}…{{/name}}   where the one above would yield nothing
//   {{! … }}              a comment
//   {{#toJson}}name{{/toJson}}  a list or object as JSON, any other value as it is
//   {{#join}}name{{/join}}, {{#join delimiter=';'}}name{{/join delimiter=';'}}  a list's elements
//   {{#url}}…{{/url}}     what is inside, encoded for a URL
//
// A name is looked up from the innermost section outwards, as a whole and then part by part at its
// dots: `a.b` may be one key as well as two; in a list, a part is an index or `size`.
//
// Set delimiters, partials, blocks and pragmas are refused. Unlike the original a name never
// reaches into Java: `{{username.length}}` is undefined.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "roles/json_document.h"

namespace pkigate::roles {

class Mustache {
 public:
  // What happens to `{{name}}`.
  enum class Encoding { kJson, kPlain, kUrl };

  // Errors: `illegal_argument_exception`, in the original's words where it has any. At most
  // limits::kTemplateBytesMax, sections nested to limits::kTemplateDepthMax.
  static Result<Mustache> Compile(std::string_view source, Encoding encoding);

  // Names are looked up in the objects `models`, the last one first. Fails with `template_failed`
  // when a list has no such element, when `join` meets null, and beyond limits::kTemplateStepsMax
  // or limits::kTemplateOutputBytesMax.
  Result<std::string> Render(std::span<const Json* const> models) const;

 private:
  friend class MustacheParser;
  friend class MustacheRun;

  struct Part {
    enum class Kind { kText, kValue, kRawValue, kSection, kInverted, kToJson, kJoin, kUrl };
    Kind kind = Kind::kText;
    std::string text;       // kText: the text; kUrl: unused; else the name
    std::string delimiter;  // kJoin
    std::vector<Part> parts;
  };

  Encoding encoding_ = Encoding::kJson;
  std::vector<Part> parts_;
};

}  // namespace pkigate::roles
