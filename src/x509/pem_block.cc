// SPDX-License-Identifier: Apache-2.0
#include "x509/pem_block.h"

#include "base/ascii.h"
#include "base/base64.h"

namespace pkigate::x509 {

namespace {

constexpr char kGarbled[] = "pem_garbled";
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

constexpr bool IsBase64(char c) {
  return IsAsciiAlpha(c) || IsAsciiDigit(c) || c == '+' || c == '/' || c == '=';
}

// The label between `start` (kBegin, kEnd) and the dashes, or nothing: the line is something else.
std::string_view LabelAfter(std::string_view start, std::string_view line) {
  if (!line.starts_with(start) || !line.ends_with(kDashes) ||
      line.size() <= start.size() + kDashes.size()) {
    return {};
  }
  return line.substr(start.size(), line.size() - start.size() - kDashes.size());
}

class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ >= text_.size(); }
  int number() const { return number_; }  // of the line that Next gave
  size_t start() const { return start_; }
  size_t position() const { return position_; }

  // The next line without its end and the blanks before that.
  std::string_view Next() {
    start_ = position_;
    const size_t end = std::min(text_.find('\n', position_), text_.size());
    std::string_view line = text_.substr(position_, end - position_);
    position_ = end + 1;
    ++number_;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) {
      line.remove_suffix(1);
    }
    return line;
  }

 private:
  std::string_view text_;
  size_t position_ = 0;
  size_t start_ = 0;
  int number_ = 0;
};

// Reads what follows the BEGIN line into `block`.
Status ReadBody(Lines& lines, std::string_view source_name, PemBlock& block) {
  std::string encoded;
  bool in_headers = false;
  while (!lines.at_end()) {
    const std::string_view line = TrimBlanks(lines.Next());
    if (line.starts_with(kDashes)) {
      if (LabelAfter(kEnd, line) != block.label) {
        return MakeError(kGarbled, "{}:{}: the {} block of line {} does not end here as it should",
                         source_name, lines.number(), block.label, block.line);
      }
      if (block.has_headers) {
        return {};
      }
      std::optional<std::vector<uint8_t>> content = FromBase64(encoded);
      if (!content.has_value() || content->empty()) {
        return MakeError(kGarbled, "{}:{}: the {} block of line {} is cut off or no base64",
                         source_name, lines.number(), block.label, block.line);
      }
      block.content = *std::move(content);
      return {};
    }
    if (encoded.empty() && line.find(':') != std::string_view::npos) {
      block.has_headers = true;
      in_headers = true;
      continue;
    }
    if (in_headers) {
      in_headers = !line.empty();  // an empty line ends them; others continue a long header
      continue;
    }
    for (const char c : line) {
      if (!IsBase64(c)) {
        return MakeError(kGarbled, "{}:{}: garbled base64 in the {} block of line {}", source_name,
                         lines.number(), block.label, block.line);
      }
    }
    encoded += line;
  }
  return MakeError(kGarbled, "{}:{}: the {} block has no end", source_name, block.line,
                   block.label);
}

}  // namespace

Result<std::vector<PemBlock>> ReadPemBlocks(std::string_view text, std::string_view source_name) {
  std::vector<PemBlock> blocks;
  Lines lines(text);
  while (!lines.at_end()) {
    const std::string_view line = TrimBlanks(lines.Next());
    const std::string_view label = LabelAfter(kBegin, line);
    if (label.empty()) {
      if (line.starts_with(kBegin) || line.starts_with(kEnd)) {
        return MakeError(kGarbled, "{}:{}: `{}` without its counterpart", source_name,
                         lines.number(), line.substr(0, 60));
      }
      continue;
    }
    PemBlock block;
    block.label = label;
    block.line = lines.number();
    const size_t start = lines.start();
    PKIGATE_TRY_STATUS(ReadBody(lines, source_name, block));
    block.text = text.substr(start, lines.position() - start);
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace pkigate::x509
