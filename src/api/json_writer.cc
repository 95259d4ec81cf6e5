// SPDX-License-Identifier: Apache-2.0
#include "api/json_writer.h"

#include "base/json_text.h"

namespace pkigate::api {

namespace {

class Writer {
 public:
  explicit Writer(bool pretty) : pretty_(pretty) {}

  void Write(const Json& value) {
    switch (value.type()) {
      case Json::value_t::object:
        WriteObject(value);
        break;
      case Json::value_t::array:
        WriteArray(value);
        break;
      case Json::value_t::string:
        AppendJsonString(out_, value.get_ref<const std::string&>());
        break;
      default:
        out_ += value.dump();
        break;  // numbers, true, false, null
    }
  }
  std::string Take() && {
    if (pretty_) {
      out_ += '\n';
    }
    return std::move(out_);
  }

 private:
  void WriteObject(const Json& object) {
    Open('{');
    bool first = true;
    for (const auto& [name, member] : object.items()) {
      Next(first);
      AppendJsonString(out_, name);
      out_ += pretty_ ? " : " : ":";
      Write(member);
    }
    Close('}', first);
  }
  void WriteArray(const Json& array) {
    Open('[');
    bool first = true;
    for (const Json& element : array) {
      Next(first);
      Write(element);
    }
    Close(']', first);
  }
  void Open(char bracket) {
    out_ += bracket;
    ++depth_;
  }
  void Next(bool& first) {
    if (!first) {
      out_ += ',';
    }
    first = false;
    NewLine();
  }
  void Close(char bracket, bool empty) {
    --depth_;
    if (!empty) {
      NewLine();
    } else if (pretty_) {
      out_ += ' ';
    }
    out_ += bracket;
  }
  void NewLine() {
    if (pretty_) {
      out_ += '\n';
      out_.append(2 * depth_, ' ');
    }
  }

  bool pretty_;
  size_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string WriteJson(const Json& value, bool pretty) {
  Writer writer(pretty);
  writer.Write(value);
  return std::move(writer).Take();
}

}  // namespace pkigate::api
