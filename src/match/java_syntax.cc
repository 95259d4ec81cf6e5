// SPDX-License-Identifier: Apache-2.0
#include "match/java_syntax.h"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "match/char_class.h"
#include "match/code_points.h"
#include "match/java_classes.h"

namespace pkigate::match {

namespace {

// A character of the pattern. `literal`: from between \Q and \E, so never an operator.
struct Token {
  char32_t c = 0;
  bool literal = false;
};

// Which of Java's match flags are on; they change at `(?i)` and return at the end of the group.
struct Flags {
  bool caseless = false;
  bool multiline = false;
  bool dotall = false;
  bool unix_lines = false;
  bool comments = false;
};

// Whether what was just written may be followed by a quantifier.
enum class Atom { kRepeatable, kAssertion, kNothing };

constexpr std::string_view kBeforeFinalTerminator =
    R"((?=(?:\x{d}\x{a}|(?<!\x{d})\x{a}|[\x{d}\x{85}\x{2028}\x{2029}])?\z))";
constexpr std::string_view kBeforeFinalNewline = R"((?=\x{a}?\z))";
constexpr std::string_view kBeforeAnyTerminator =
    R"((?=\z|(?<!\x{d})\x{a}|[\x{d}\x{85}\x{2028}\x{2029}]))";
constexpr std::string_view kBeforeAnyNewline = R"((?=\z|\x{a}))";
constexpr std::string_view kAfterAnyTerminator =
    R"((?:(?!\z)(?:\A|(?<=[\x{a}\x{85}\x{2028}\x{2029}])|(?<=\x{d})(?!\x{a}))))";
constexpr std::string_view kAfterAnyNewline = R"((?:(?!\z)(?:\A|(?<=\x{a}))))";

class Translator {
 public:
  Translator(std::string_view pattern, const std::u32string& points, bool caseless)
      : pattern_(pattern) {
    flags_.caseless = caseless;
    Unquote(points);
  }

  Result<JavaSyntax> Translate() {
    PKIGATE_TRY_STATUS(ParseAlternation(/*depth=*/0));
    if (!AtEnd()) {
      return Invalid("an unmatched closing `)`");
    }
    syntax_.num_groups = num_groups_;
    return std::move(syntax_);
  }

 private:
  // --- tokens ---------------------------------------------------------------------------------

  // Java takes \Q...\E away before it parses; without \E the quotation goes on to the end.
  void Unquote(const std::u32string& points) {
    bool quoted = false;
    for (size_t index = 0; index < points.size(); ++index) {
      const char32_t c = points[index];
      const bool has_next = index + 1 < points.size();
      if (quoted) {
        if (c == U'\\' && has_next && points[index + 1] == U'E') {
          quoted = false;
          ++index;
        } else {
          tokens_.push_back({c, true});
        }
      } else if (c == U'\\' && has_next && points[index + 1] == U'Q') {
        quoted = true;
        ++index;
      } else {
        tokens_.push_back({c, false});
        if (c == U'\\' && has_next) {
          tokens_.push_back({points[++index], false});
        }
      }
    }
  }

  bool AtEnd() const { return at_ >= tokens_.size(); }
  // The operator or character at the cursor; 0 when it is a literal or the end.
  char32_t Operator(size_t ahead = 0) const {
    const size_t index = at_ + ahead;
    return index < tokens_.size() && !tokens_[index].literal ? tokens_[index].c : 0;
  }
  bool Take(char32_t c) {
    if (Operator() == c && !AtEnd()) {
      ++at_;
      return true;
    }
    return false;
  }

  Error Invalid(std::string_view what) const { return Problem("regex_invalid", what); }
  Error Unsupported(std::string_view what) const { return Problem("regex_unsupported", what); }
  Error Problem(const char* code, std::string_view what) const {
    return MakeError(code, "{} near character {} of `{}`", what, at_ + 1, pattern_);
  }

  std::string& out() { return syntax_.pcre; }

  // --- structure ------------------------------------------------------------------------------

  Status ParseAlternation(size_t depth) {
    if (depth > limits::kRegexDepthMax) {
      return Unsupported("groups nested too deeply");
    }
    for (;;) {
      PKIGATE_TRY_STATUS(ParseSequence(depth));
      if (!Take(U'|')) {
        return {};
      }
      out() += '|';
    }
  }

  Status ParseSequence(size_t depth) {
    for (;;) {
      SkipComments();
      if (AtEnd() || Operator() == U'|' || Operator() == U')') {
        return {};
      }
      const Atom atom = PKIGATE_TRY(ParseAtom(depth));
      if (atom != Atom::kNothing) {
        PKIGATE_TRY_STATUS(ParseQuantifier(atom));
      }
    }
  }

  void SkipComments() {
    if (!flags_.comments) {
      return;
    }
    for (;;) {
      const char32_t c = Operator();
      if (c == U' ' || (c >= U'\t' && c <= U'\r')) {
        ++at_;
      } else if (c == U'#') {
        while (!AtEnd() && !IsLineTerminator(tokens_[at_].c)) {
          ++at_;
        }
      } else {
        return;
      }
    }
  }

  bool IsLineTerminator(char32_t c) const {
    if (flags_.unix_lines) {
      return c == U'\n';
    }
    return c == U'\n' || c == U'\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
  }

  Result<Atom> ParseAtom(size_t depth) {
    if (tokens_[at_].literal) {
      WriteCharacter(tokens_[at_++].c);
      return Atom::kRepeatable;
    }
    const char32_t c = tokens_[at_].c;
    switch (c) {
      case U'*':
      case U'+':
      case U'?':
        return Invalid("a dangling quantifier");
      case U'{':
        return Invalid("an illegal repetition");
      case U'(':
        ++at_;
        return ParseGroup(depth);
      case U'[':
        ++at_;
        return ParseClass();
      case U'\\':
        ++at_;
        return ParseEscape();
      case U'.':
        ++at_;
        WriteDot();
        return Atom::kRepeatable;
      case U'^':
        ++at_;
        out() += !flags_.multiline   ? "\\A"
                 : flags_.unix_lines ? kAfterAnyNewline
                                     : kAfterAnyTerminator;
        return Atom::kAssertion;
      case U'$':
        ++at_;
        WriteDollar(flags_.multiline);
        return Atom::kAssertion;
      default:
        break;
    }
    ++at_;
    WriteCharacter(c);
    return Atom::kRepeatable;
  }

  Status ParseQuantifier(Atom atom) {
    SkipComments();
    std::string quantifier;
    const char32_t c = Operator();
    if (c == U'*' || c == U'+' || c == U'?') {
      ++at_;
      quantifier = static_cast<char>(c);
    } else if (c == U'{') {
      ++at_;
      quantifier = PKIGATE_TRY(ParseCounts());
    } else {
      return {};
    }
    if (atom == Atom::kAssertion) {
      return Unsupported("a quantifier after an assertion");
    }
    if (Take(U'?')) {
      quantifier += '?';
    } else if (Take(U'+')) {
      quantifier += '+';
    }
    out() += quantifier;
    SkipComments();
    const char32_t next = Operator();
    if (next == U'*' || next == U'+' || next == U'?') {
      return Invalid("a dangling quantifier");
    }
    if (next == U'{') {
      return Unsupported("a quantifier after a quantifier");
    }
    return {};
  }

  // `n}`, `n,}` or `n,m}`.
  Result<std::string> ParseCounts() {
    const uint32_t least = PKIGATE_TRY(ParseCount());
    std::string quantifier = "{" + std::to_string(least);
    if (Take(U',')) {
      quantifier += ',';
      if (Operator() != U'}') {
        const uint32_t most = PKIGATE_TRY(ParseCount());
        if (most < least) {
          return Invalid("an illegal repetition range");
        }
        quantifier += std::to_string(most);
      }
    }
    if (!Take(U'}')) {
      return Invalid("an unclosed counted closure");
    }
    return quantifier + '}';
  }

  Result<uint32_t> ParseCount() {
    if (!IsDigit(Operator())) {
      return Invalid("an illegal repetition");
    }
    uint32_t count = 0;
    while (IsDigit(Operator())) {
      count = count * 10 + (tokens_[at_++].c - U'0');
      if (count > limits::kRegexRepeatMax) {
        return Unsupported("a repetition of more than 1000");
      }
    }
    return count;
  }

  // --- groups ---------------------------------------------------------------------------------

  Result<Atom> ParseGroup(size_t depth) {
    const Flags outer = flags_;
    if (!Take(U'?')) {
      return ParseCapture("(", depth, outer);
    }
    if (Take(U':')) {
      return ParseGroupBody("(?:", depth, outer, Atom::kRepeatable);
    }
    if (Take(U'=')) {
      return ParseGroupBody("(?=", depth, outer, Atom::kAssertion);
    }
    if (Take(U'!')) {
      return ParseGroupBody("(?!", depth, outer, Atom::kAssertion);
    }
    if (Take(U'>')) {
      return ParseGroupBody("(?>", depth, outer, Atom::kRepeatable);
    }
    if (Take(U'<')) {
      if (Take(U'=')) {
        return ParseGroupBody("(?<=", depth, outer, Atom::kAssertion);
      }
      if (Take(U'!')) {
        return ParseGroupBody("(?<!", depth, outer, Atom::kAssertion);
      }
      const std::string name = PKIGATE_TRY(ParseGroupName());
      if (!names_.emplace(name, num_groups_ + 1).second) {
        return Invalid("a group name that is taken");
      }
      return ParseCapture("(", depth, outer);
    }
    PKIGATE_TRY_STATUS(ParseFlags());
    if (Take(U')')) {
      return Atom::kNothing;  // the flags stay on to the end of the enclosing group
    }
    if (Take(U':')) {
      return ParseGroupBody("(?:", depth, outer, Atom::kRepeatable);
    }
    return Invalid("an unknown inline modifier");
  }

  Result<Atom> ParseCapture(std::string_view opening, size_t depth, const Flags& outer) {
    const int number = ++num_groups_;
    const Atom atom = PKIGATE_TRY(ParseGroupBody(opening, depth, outer, Atom::kRepeatable));
    closed_.insert(number);
    return atom;
  }

  Result<Atom> ParseGroupBody(std::string_view opening, size_t depth, const Flags& outer,
                              Atom atom) {
    out() += opening;
    PKIGATE_TRY_STATUS(ParseAlternation(depth + 1));
    if (!Take(U')')) {
      return Invalid("an unclosed group");
    }
    out() += ')';
    flags_ = outer;
    return atom;
  }

  // `name>`
  Result<std::string> ParseGroupName() {
    std::string name;
    if (!IsAsciiLetter(Operator())) {
      return Invalid("a group name that does not begin with a letter");
    }
    while (IsAsciiLetter(Operator()) || IsDigit(Operator())) {
      name.push_back(static_cast<char>(tokens_[at_++].c));
    }
    if (!Take(U'>')) {
      return Invalid("a group name without its `>`");
    }
    return name;
  }

  Status ParseFlags() {
    bool on = true;
    for (;; ++at_) {
      switch (Operator()) {
        case U'-':
          if (!on) {
            return Invalid("an unknown inline modifier");
          }
          on = false;
          break;
        case U'i':
          flags_.caseless = on;
          break;
        case U'm':
          flags_.multiline = on;
          break;
        case U's':
          flags_.dotall = on;
          break;
        case U'd':
          flags_.unix_lines = on;
          break;
        case U'x':
          flags_.comments = on;
          break;
        case U'u':
        case U'U':
          return Unsupported("matching by Unicode case or classes (`u`, `U`)");
        default:
          return {};
      }
    }
  }

  // --- what is written ------------------------------------------------------------------------

  void WriteCharacter(char32_t c) {
    if (flags_.caseless && IsAsciiLetter(c)) {
      out() += '[';
      AppendLiteral(out(), c);
      AppendLiteral(out(), OtherAsciiCase(c));
      out() += ']';
      return;
    }
    AppendLiteral(out(), c);
  }

  void WriteDot() {
    if (flags_.dotall) {
      out() += '.';  // compiled with DOTALL
    } else {
      out() += flags_.unix_lines ? "[^\\x{a}]" : "[^\\x{a}\\x{d}\\x{85}\\x{2028}\\x{2029}]";
    }
  }

  void WriteDollar(bool multiline) {
    if (multiline) {
      out() += flags_.unix_lines ? kBeforeAnyNewline : kBeforeAnyTerminator;
    } else {
      out() += flags_.unix_lines ? kBeforeFinalNewline : kBeforeFinalTerminator;
    }
  }

  // --- escapes --------------------------------------------------------------------------------

  Result<Atom> ParseEscape() {
    if (AtEnd()) {
      return Invalid("a backslash at the end");
    }
    const char32_t c = tokens_[at_].c;
    if (c >= U'1' && c <= U'9') {
      return ParseNumberedReference();
    }
    switch (c) {
      case U'A':
        ++at_;
        out() += "\\A";
        return Atom::kAssertion;
      case U'G':
        ++at_;
        out() += "\\G";
        return Atom::kAssertion;
      case U'z':
        ++at_;
        out() += "\\z";
        return Atom::kAssertion;
      case U'Z':
        ++at_;
        WriteDollar(/*multiline=*/false);
        return Atom::kAssertion;
      case U'B':
        ++at_;
        out() += "\\B";
        return Atom::kAssertion;
      case U'b':
        ++at_;
        if (Operator() == U'{') {
          return Unsupported("\\b{...}");
        }
        out() += "\\b";
        return Atom::kAssertion;
      case U'k':
        ++at_;
        return ParseNamedReference();
      default:
        break;
    }
    CharClass set;
    if (PKIGATE_TRY(ParseClassEscape(set))) {
      set.Write(out());
      return Atom::kRepeatable;
    }
    WriteCharacter(PKIGATE_TRY(ParseCharacterEscape()));
    return Atom::kRepeatable;
  }

  // \1 to \9, and further digits as long as there is a group of that number.
  Result<Atom> ParseNumberedReference() {
    int number = static_cast<int>(tokens_[at_++].c - U'0');
    while (IsDigit(Operator())) {
      const int longer = number * 10 + static_cast<int>(tokens_[at_].c - U'0');
      if (longer > num_groups_) {
        break;
      }
      number = longer;
      ++at_;
    }
    return WriteReference(number);
  }

  Result<Atom> ParseNamedReference() {
    if (!Take(U'<')) {
      return Invalid("\\k without a group name in `<>`");
    }
    const std::string name = PKIGATE_TRY(ParseGroupName());
    const auto known = names_.find(name);
    if (known == names_.end()) {
      return Invalid("a reference to a group name that does not exist");
    }
    return WriteReference(known->second);
  }

  Result<Atom> WriteReference(int number) {
    if (!closed_.contains(number)) {
      return Unsupported("a reference to a group that is not closed before it");
    }
    out() += flags_.caseless ? "(?i:\\g{" : "(?:\\g{";
    out() += std::to_string(number);
    out() += "})";
    syntax_.ascii_texts_only = syntax_.ascii_texts_only || flags_.caseless;
    return Atom::kRepeatable;
  }

  // A class such as \d or \p{Alpha} at the cursor (behind the backslash); false: none is there.
  Result<bool> ParseClassEscape(CharClass& set) {
    const char32_t c = tokens_[at_].c;
    std::optional<CharClass> named;
    switch (c) {
      case U'd':
      case U'D':
        named = Digits();
        break;
      case U'w':
      case U'W':
        named = WordCharacters();
        break;
      case U's':
      case U'S':
        named = Spaces();
        break;
      case U'h':
      case U'H':
        named = HorizontalSpaces();
        break;
      case U'v':
      case U'V':
        named = VerticalSpaces();
        break;
      case U'p':
      case U'P':
        ++at_;
        PKIGATE_TRY_STATUS(ParseProperty(/*inverted=*/c == U'P', set));
        return true;
      default:
        return false;
    }
    ++at_;
    if (c >= U'a') {
      set.Add(*named);
    } else {
      set.AddComplement(*named);
    }
    return true;
  }

  Status ParseProperty(bool inverted, CharClass& set) {
    std::string name;
    if (Take(U'{')) {
      while (!AtEnd() && Operator() != U'}') {
        const char32_t c = tokens_[at_++].c;
        name.push_back(c < 0x80 ? static_cast<char>(c) : '?');
      }
      if (!Take(U'}') || name.empty()) {
        return Invalid("an unclosed character family");
      }
    } else if (!AtEnd() && tokens_[at_].c < 0x80) {
      name.push_back(static_cast<char>(tokens_[at_++].c));
    }
    if (flags_.caseless && DependsOnCase(name)) {
      return Unsupported("a property about case where case does not matter");
    }
    if (const std::optional<CharClass> posix = PosixClass(name)) {
      if (inverted) {
        set.AddComplement(*posix);
      } else {
        set.Add(*posix);
      }
      return {};
    }
    std::string_view category = name;
    if (category.starts_with("Is")) {
      category.remove_prefix(2);
    }
    if (!IsGeneralCategory(category) || (flags_.caseless && DependsOnCase(category))) {
      return Unsupported("a character property that is neither POSIX nor a general category");
    }
    set.AddProperty((inverted ? "\\P{" : "\\p{") + std::string(category) + "}");
    return {};
  }

  // The one character that an escape stands for.
  Result<char32_t> ParseCharacterEscape() {
    const char32_t c = tokens_[at_++].c;
    switch (c) {
      case U't':
        return U'\t';
      case U'n':
        return U'\n';
      case U'r':
        return U'\r';
      case U'f':
        return U'\f';
      case U'a':
        return U'\a';
      case U'e':
        return U'\x1B';
      case U'0':
        return ParseOctal();
      case U'x':
        return ParseHex();
      case U'u':
        return ParseUtf16();
      case U'c':
        if (AtEnd()) {
          return Invalid("an illegal control escape");
        }
        return tokens_[at_++].c ^ 64;
      case U'N':
      case U'R':
      case U'X':
        return Unsupported("\\N, \\R or \\X");
      default:
        break;
    }
    if (IsAsciiLetter(c) || IsDigit(c)) {
      return Invalid("an illegal escape");
    }
    return c;
  }

  // \0n, \0nn or \0mnn with m at most 3.
  Result<char32_t> ParseOctal() {
    const auto octal = [&] { return Operator() >= U'0' && Operator() <= U'7'; };
    if (!octal()) {
      return Invalid("an illegal octal escape");
    }
    const char32_t first = tokens_[at_++].c - U'0';
    char32_t value = first;
    const int more = first <= 3 ? 2 : 1;
    for (int count = 0; count < more && octal(); ++count) {
      value = value * 8 + (tokens_[at_++].c - U'0');
    }
    return value;
  }

  Result<char32_t> ParseHex() {
    if (!Take(U'{')) {
      return ParseHexDigits(2);
    }
    char32_t value = 0;
    bool any = false;
    while (HexValue(Operator()) >= 0) {
      value = value * 16 + static_cast<char32_t>(HexValue(tokens_[at_++].c));
      any = true;
      if (value > kCodePointMax) {
        return Invalid("a hexadecimal character beyond U+10FFFF");
      }
    }
    if (!any || !Take(U'}')) {
      return Invalid("an unclosed hexadecimal escape");
    }
    return Scalar(value);
  }

  Result<char32_t> ParseHexDigits(int num_digits) {
    char32_t value = 0;
    for (int count = 0; count < num_digits; ++count) {
      const int digit = HexValue(Operator());
      if (digit < 0) {
        return Invalid("an illegal hexadecimal escape");
      }
      ++at_;
      value = value * 16 + static_cast<char32_t>(digit);
    }
    return value;
  }

  // \uhhhh, or two of them that make up one character.
  Result<char32_t> ParseUtf16() {
    const char32_t high = PKIGATE_TRY(ParseHexDigits(4));
    if (high >= 0xD800 && high < 0xDC00 && Operator() == U'\\' && Operator(1) == U'u') {
      at_ += 2;
      const char32_t low = PKIGATE_TRY(ParseHexDigits(4));
      if (low < 0xDC00 || low > 0xDFFF) {
        return Unsupported("half of a surrogate pair");
      }
      return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    }
    return Scalar(high);
  }

  Result<char32_t> Scalar(char32_t value) const {
    if (value >= 0xD800 && value <= 0xDFFF) {
      return Unsupported("half of a surrogate pair");
    }
    return value;
  }

  // --- classes --------------------------------------------------------------------------------

  Result<Atom> ParseClass() {
    CharClass set;
    const bool negated = Take(U'^');
    bool first = true;
    for (;; first = false) {
      if (AtEnd()) {
        return Invalid("an unclosed character class");
      }
      if (Operator() == U']') {
        if (first) {
          return Unsupported("an unescaped `]` at the beginning of a class");
        }
        ++at_;
        break;
      }
      PKIGATE_TRY_STATUS(ParseClassElement(set));
    }
    if (flags_.caseless) {
      set.FoldAscii();
    }
    if (negated) {
      set.Negate();
    }
    set.Write(out());
    return Atom::kRepeatable;
  }

  Status ParseClassElement(CharClass& set) {
    const char32_t c = Operator();
    if (c == U'[') {
      return Unsupported("a class within a class");
    }
    if (c == U'&' && Operator(1) == U'&') {
      return Unsupported("an intersection of classes (`&&`)");
    }
    if (c == U'\\' && at_ + 1 < tokens_.size()) {
      ++at_;
      if (PKIGATE_TRY(ParseClassEscape(set))) {
        return {};
      }
      --at_;
    }
    const char32_t low = PKIGATE_TRY(ParseClassCharacter());
    if (Operator() != U'-' || at_ + 1 >= tokens_.size() || Operator(1) == U']') {
      set.Add(low);
      return {};
    }
    if (Operator(1) == U'[') {
      return Unsupported("a class within a class");
    }
    ++at_;
    const char32_t high = PKIGATE_TRY(ParseClassCharacter());
    if (high < low) {
      return Invalid("an illegal character range");
    }
    set.Add(low, high);
    return {};
  }

  Result<char32_t> ParseClassCharacter() {
    const Token token = tokens_[at_++];
    if (token.literal || token.c != U'\\') {
      if (!token.literal && flags_.comments &&
          (token.c == U'#' || token.c == U' ' || (token.c >= U'\t' && token.c <= U'\r'))) {
        return Unsupported("white space or `#` in a class under (?x)");
      }
      return token.c;
    }
    if (AtEnd()) {
      return Invalid("a backslash at the end");
    }
    return ParseCharacterEscape();
  }

  std::string_view pattern_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  Flags flags_;
  int num_groups_ = 0;
  std::set<int> closed_;
  std::map<std::string, int> names_;
  JavaSyntax syntax_;
};

}  // namespace

Result<JavaSyntax> TranslateJavaRegex(std::string_view pattern, JavaRegex::Case sensitivity) {
  if (pattern.size() > limits::kPatternBytesMax) {
    return MakeError("regex_unsupported", "a pattern of {} bytes, at most {} are taken",
                     pattern.size(), limits::kPatternBytesMax);
  }
  const std::optional<std::u32string> points = DecodeUtf8(pattern);
  if (!points.has_value()) {
    return MakeError("regex_invalid", "the pattern is not UTF-8");
  }
  return Translator(pattern, *points, sensitivity == JavaRegex::Case::kInsensitive).Translate();
}

}  // namespace pkigate::match
