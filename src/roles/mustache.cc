// SPDX-License-Identifier: Apache-2.0
#include "roles/mustache.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/limits.h"
#include "roles/java_text.h"

namespace pkigate::roles {

namespace {

constexpr std::string_view kJoinDelimiterBegin = "join delimiter='";

// A name as Java trims it: everything up to the space goes.
std::string_view Trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

// Reads the text of one section until its closing tag, sections within by recursion.
//
// White space, as the original treats it and nobody else: where a section's tags stand in lines of
// their own the blanks before a tag and the line's end behind it are dropped, the blanks behind it
// are kept.
class MustacheParser {
 public:
  using Parts = std::vector<Mustache::Part>;
  using Kind = Mustache::Part::Kind;

  explicit MustacheParser(std::string_view source) : source_(source) {}

  Result<Parts> Parse() { return ParseBlock(std::nullopt, /*in_new_line=*/true, 0); }

 private:
  template <typename... Args>
  Error Refuse(fmt::format_string<Args...> format, Args&&... args) const {
    return Error{"illegal_argument_exception",
                 fmt::format("{} @[query-template:{}]",
                             fmt::format(format, std::forward<Args>(args)...), line_)};
  }

  static void AddText(std::string* text, Parts* parts) {
    if (text->empty()) {
      return;
    }
    if (!parts->empty() && parts->back().kind == Kind::kText) {
      parts->back().text += *text;
    } else {
      parts->push_back({Kind::kText, *text, {}, {}});
    }
    text->clear();
  }

  // What stands between the braces at the cursor; the cursor moves behind them. `*closed`: they
  // were there.
  std::string_view ReadTag(bool* closed) {
    const size_t end = source_.find("}}", at_);
    *closed = end != std::string_view::npos;
    const std::string_view tag = source_.substr(at_, *closed ? end - at_ : end);
    at_ = *closed ? end + 2 : source_.size();
    return tag;
  }

  // `tag`: the section this is the inside of; none: the whole template. `in_new_line`: nothing but
  // blanks is before it in its line.
  Result<Parts> ParseBlock(std::optional<std::string_view> tag, bool in_new_line, size_t depth) {
    if (depth > limits::kTemplateDepthMax) {
      return Refuse("sections nested deeper than {}", limits::kTemplateDepthMax);
    }
    Parts parts;
    std::string text;
    bool blank_line = true;                 // no text but blanks since the line began
    bool behind_section = tag.has_value();  // a section's tag is before us in this line
    bool carriage_return = false;           // just read
    while (at_ < source_.size()) {
      const char c = source_[at_++];
      if (c == '\r') {
        carriage_return = true;
        continue;
      }
      if (c == '\n') {
        ++line_;
        if (!behind_section || !blank_line) {
          text += carriage_return ? "\r\n" : "\n";
        }
        AddText(&text, &parts);
        behind_section = false;
        blank_line = true;
        in_new_line = true;
        continue;
      }
      carriage_return = false;
      if (c != '{' || at_ >= source_.size() || source_[at_] != '{') {
        blank_line = blank_line && (c == ' ' || c == '\t');
        text += c;
        continue;
      }
      ++at_;
      bool closed = false;
      const std::string_view command = ReadTag(&closed);
      if (command.empty()) {
        return Refuse("Empty mustache");
      }
      const std::string_view name = Trim(command.substr(1));
      switch (command.front()) {
        case '#':
        case '^': {
          in_new_line = in_new_line && blank_line;
          const size_t line = line_;
          Parts inside = PKIGATE_TRY(ParseBlock(name, in_new_line, depth + 1));
          if (!blank_line || line_ == line) {
            AddText(&text, &parts);
          }
          text.clear();
          parts.push_back(PKIGATE_TRY(Section(command.front(), name, std::move(inside))));
          behind_section = line_ != line;
          break;
        }
        case '/':
          if (!in_new_line || !blank_line) {
            AddText(&text, &parts);
          }
          if (name != tag) {
            return Refuse("Mismatched start/end tags: {} != {} in query-template:{}",
                          tag.value_or("null"), name, line_);
          }
          return parts;
        case '{':
          AddText(&text, &parts);
          if (at_ >= source_.size() || source_[at_] != '}') {
            return Refuse("Improperly closed variable in query-template:{}", line_);
          }
          ++at_;
          parts.push_back({Kind::kRawValue, std::string(name), {}, {}});
          break;
        case '&':
          AddText(&text, &parts);
          parts.push_back({Kind::kRawValue, std::string(name), {}, {}});
          break;
        case '!':
          AddText(&text, &parts);
          break;
        case '>':
        case '<':
          return Refuse("Template {} not found", name);
        case '=':
        case '$':
        case '%':
          return Refuse("[{{{{{}]: delimiters, blocks and pragmas are not supported",
                        command.front());
        default:
          if (!closed) {
            return Refuse("Improperly closed variable");
          }
          AddText(&text, &parts);
          parts.push_back({Kind::kValue, std::string(Trim(command)), {}, {}});
      }
      in_new_line = false;
    }
    if (tag.has_value()) {
      return Refuse("Failed to close '{}' tag", *tag);
    }
    AddText(&text, &parts);
    return parts;
  }

  Result<Mustache::Part> Section(char sign, std::string_view name, Parts inside) const {
    if (sign == '^') {
      return Mustache::Part{Kind::kInverted, std::string(name), {}, std::move(inside)};
    }
    if (EqualsIgnoringCase(name, "toJson")) {
      return Function(Kind::kToJson, "toJson", "", std::move(inside));
    }
    if (EqualsIgnoringCase(name, "join")) {
      return Function(Kind::kJoin, "join", ",", std::move(inside));
    }
    if (name.size() > kJoinDelimiterBegin.size() && name.starts_with(kJoinDelimiterBegin) &&
        name.ends_with('\'')) {
      name.remove_prefix(kJoinDelimiterBegin.size());
      name.remove_suffix(1);
      return Function(Kind::kJoin, "join", name, std::move(inside));
    }
    if (EqualsIgnoringCase(name, "url")) {
      return Mustache::Part{Kind::kUrl, "", {}, std::move(inside)};
    }
    return Mustache::Part{Kind::kSection, std::string(name), {}, std::move(inside)};
  }

  // The inside of these is a name, not a template.
  Result<Mustache::Part> Function(Kind kind, std::string_view function, std::string_view delimiter,
                                  Parts inside) const {
    if (inside.size() != 1 || inside[0].kind != Kind::kText) {
      return Refuse("Mustache function [{}] must contain one and only one identifier", function);
    }
    return Mustache::Part{kind, std::move(inside[0].text), std::string(delimiter), {}};
  }

  const std::string_view source_;
  size_t at_ = 0;
  size_t line_ = 1;  // line feeds within tags do not count, as in the original
};

// One rendering.
class MustacheRun {
 public:
  MustacheRun(Mustache::Encoding encoding, std::span<const Json* const> models)
      : encoding_(encoding), scopes_(models.begin(), models.end()), num_models_(models.size()) {}

  Status Append(const std::vector<Mustache::Part>& parts, std::string& out) {
    for (const Mustache::Part& part : parts) {
      PKIGATE_TRY_STATUS(Append(part, out));
      PKIGATE_TRY_STATUS(CountStep(out));
    }
    return {};
  }

 private:
  using Kind = Mustache::Part::Kind;

  template <typename... Args>
  static Error Failed(fmt::format_string<Args...> format, Args&&... args) {
    return MakeError("template_failed", "the template {}",
                     fmt::format(format, std::forward<Args>(args)...));
  }

  // One part written, or one element of a list looked at.
  Status CountStep(const std::string& out) {
    if (++num_steps_ > limits::kTemplateStepsMax) {
      return Failed("takes more than {} steps", limits::kTemplateStepsMax);
    }
    if (out.size() > limits::kTemplateOutputBytesMax) {
      return Failed("makes more than {} bytes", limits::kTemplateOutputBytesMax);
    }
    return {};
  }

  Status Append(const Mustache::Part& part, std::string& out) {
    if (part.kind == Kind::kText) {
      out += part.text;
      return {};
    }
    if (part.kind == Kind::kUrl) {
      std::string inside;
      PKIGATE_TRY_STATUS(Append(part.parts, inside));
      AppendUrlEncoded(out, inside);
      return {};
    }
    const Json& value = *PKIGATE_TRY(Find(part.text));
    switch (part.kind) {
      case Kind::kValue:
        Encode(ValueText(value), out);
        return {};
      case Kind::kRawValue:
        out += ValueText(value);
        return {};
      case Kind::kSection:
        return AppendSection(part, value, out);
      case Kind::kInverted:
        return IsFalse(value) ? Append(part.parts, out) : Status();
      case Kind::kToJson:
        out += value.is_structured() ? value.dump() : ValueText(value);
        return {};
      default:
        return AppendJoined(part, value, out);
    }
  }

  Status AppendSection(const Mustache::Part& part, const Json& value, std::string& out) {
    if (IsFalse(value)) {
      return {};
    }
    if (!value.is_array()) {
      return AppendWithin(part, value, out);
    }
    for (const Json& element : value) {
      PKIGATE_TRY_STATUS(AppendWithin(part, element, out));
      PKIGATE_TRY_STATUS(CountStep(out));
    }
    return {};
  }

  Status AppendWithin(const Mustache::Part& part, const Json& scope, std::string& out) {
    scopes_.push_back(&scope);
    Status status = Append(part.parts, out);
    scopes_.pop_back();
    return status;
  }

  Status AppendJoined(const Mustache::Part& part, const Json& value, std::string& out) {
    if (!value.is_array()) {
      out += part.text;  // as the original: the name itself
      return {};
    }
    std::string_view separator;
    for (const Json& element : value) {
      if (element.is_null()) {
        return Failed("joins [{}], which holds null", part.text);
      }
      out += separator;
      out += JavaText(element);
      separator = part.delimiter;
      PKIGATE_TRY_STATUS(CountStep(out));
    }
    return {};
  }

  static bool IsFalse(const Json& value) {
    return value.is_null() || value == false || value == "" || (value.is_array() && value.empty());
  }

  // A list as the original shows it, which is a map of its indices.
  static std::string ValueText(const Json& value) {
    if (value.is_null()) {
      return "";
    }
    if (!value.is_array()) {
      return JavaText(value);
    }
    std::string text = "{";
    for (size_t index = 0; index < value.size(); ++index) {
      text += (index > 0 ? ", " : "") + std::to_string(index) + "=" + JavaText(value[index]);
    }
    return text + "}";
  }

  void Encode(const std::string& text, std::string& out) const {
    switch (encoding_) {
      case Mustache::Encoding::kJson:
        AppendJsonEscaped(out, text);
        return;
      case Mustache::Encoding::kPlain:
        out += text;
        return;
      case Mustache::Encoding::kUrl:
        AppendUrlEncoded(out, text);
        return;
    }
  }

  // A null value for what is not defined.
  Result<const Json*> Find(std::string_view name) {
    if (name == ".") {
      return scopes_.size() > num_models_ ? scopes_.back() : &undefined_;
    }
    for (size_t index = scopes_.size(); index-- > 0;) {
      if (const Json* found = PKIGATE_TRY(FindIn(scopes_[index], name)); found != nullptr) {
        return found;
      }
    }
    return &undefined_;
  }

  // Null: it has none.
  Result<const Json*> FindIn(const Json* scope, std::string_view name) {
    if (const Json* whole = PKIGATE_TRY(Member(*scope, name)); whole != nullptr) {
      return whole;
    }
    for (;;) {
      const size_t dot = name.find('.');
      scope = PKIGATE_TRY(Member(*scope, name.substr(0, dot)));
      if (scope == nullptr || dot == std::string_view::npos) {
        return scope;
      }
      name.remove_prefix(dot + 1);
    }
  }

  Result<const Json*> Member(const Json& scope, std::string_view name) {
    const Json* none = nullptr;
    if (scope.is_object()) {
      const auto member = scope.find(std::string(name));
      return member == scope.end() ? none : &*member;
    }
    if (!scope.is_array()) {
      return none;
    }
    if (name == "size") {
      return &sizes_.emplace_back(scope.size());
    }
    size_t index = 0;
    const auto end = std::from_chars(name.data(), name.data() + name.size(), index);
    if (name.empty() || end.ptr != name.data() + name.size()) {
      return none;
    }
    if (end.ec != std::errc() || index >= scope.size()) {
      return Failed("asks for element {} of a list of {}", name, scope.size());
    }
    return &scope[index];
  }

  const Mustache::Encoding encoding_;
  std::vector<const Json*> scopes_;
  const size_t num_models_;
  size_t num_steps_ = 0;
  const Json undefined_;
  std::deque<Json> sizes_;  // of lists that were asked for it; they may be scopes
};

Result<Mustache> Mustache::Compile(std::string_view source, Encoding encoding) {
  if (source.size() > limits::kTemplateBytesMax) {
    return MakeError("illegal_argument_exception",
                     "exceeded max allowed inline script size in bytes [{}] with size [{}]",
                     limits::kTemplateBytesMax, source.size());
  }
  Mustache made;
  made.encoding_ = encoding;
  made.parts_ = PKIGATE_TRY(MustacheParser(source).Parse());
  return made;
}

Result<std::string> Mustache::Render(std::span<const Json* const> models) const {
  std::string out;
  PKIGATE_TRY_STATUS(MustacheRun(encoding_, models).Append(parts_, out));
  return out;
}

}  // namespace pkigate::roles
