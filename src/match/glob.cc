// SPDX-License-Identifier: Apache-2.0
#include "match/glob.h"

#include "match/code_points.h"

namespace pkigate::match {

Glob::Glob(std::string_view pattern, Escapes escapes) {
  for (size_t index = 0; index < pattern.size(); ++index) {
    const char c = pattern[index];
    if (c == '*') {
      if (pieces_.empty() || pieces_.back().kind != Piece::Kind::kAny) {
        pieces_.push_back({Piece::Kind::kAny, {}});
      }
    } else if (c == '?') {
      pieces_.push_back({Piece::Kind::kOne, {}});
    } else if (c == '\\' && escapes == Escapes::kBackslash && index + 1 < pattern.size()) {
      AppendText(pattern[++index]);
    } else {
      AppendText(c);
    }
  }
}

void Glob::AppendText(char c) {
  if (pieces_.empty() || pieces_.back().kind != Piece::Kind::kText) {
    pieces_.push_back({Piece::Kind::kText, {}});
  }
  pieces_.back().text.push_back(c);
}

std::optional<std::string> Glob::Literal() const {
  if (pieces_.empty()) {
    return std::string();
  }
  if (pieces_.size() == 1 && pieces_[0].kind == Piece::Kind::kText) {
    return pieces_[0].text;
  }
  return std::nullopt;
}

std::optional<Glob::Affixes> Glob::OneStar() const {
  Affixes affixes;
  bool star = false;
  for (const Piece& piece : pieces_) {
    if (piece.kind == Piece::Kind::kOne || (piece.kind == Piece::Kind::kAny && star)) {
      return std::nullopt;
    }
    if (piece.kind == Piece::Kind::kAny) {
      star = true;
    } else {
      (star ? affixes.suffix : affixes.prefix) = piece.text;
    }
  }
  if (!star) {
    return std::nullopt;
  }
  return affixes;
}

std::string Glob::Expression() const {
  std::string expression = "^";
  for (const Piece& piece : pieces_) {
    switch (piece.kind) {
      case Piece::Kind::kText:
        AppendLiteralText(expression, piece.text);
        break;
      case Piece::Kind::kOne:
        expression += '.';
        break;
      case Piece::Kind::kAny:
        expression += ".*";
        break;
    }
  }
  return expression + "\\z";
}

}  // namespace pkigate::match
