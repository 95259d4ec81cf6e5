// SPDX-License-Identifier: Apache-2.0
//
// xpack role_mapping_file: a role_mapping.yml and the roles one DN gets by it (X-MAP-1 to
// X-MAP-13). A file that is refused as a whole maps nothing.
#include <unistd.h>

#include <fstream>
#include <set>

#include "config/role_mapping_file.h"
#include "roles/file_mapper.h"
#include "vector_kinds.h"

namespace pkigate::conformance {

namespace {

// A file of its own for the reader, which takes paths only.
class MappingFile {
 public:
  explicit MappingFile(const std::string& text) {
    const int descriptor = mkstemp(path_.data());
    if (descriptor < 0) {
      throw FieldError("no temporary file " + path_);
    }
    close(descriptor);
    std::ofstream(path_, std::ios::binary) << text;
  }
  MappingFile(const MappingFile&) = delete;
  MappingFile& operator=(const MappingFile&) = delete;
  ~MappingFile() { unlink(path_.c_str()); }

  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/pkigate-vectors-XXXXXX";
};

}  // namespace

Outcome RunXpackRoleMappingFile(Case& c) {
  const MappingFile file(c.input.Text("file"));
  const auto expected = c.expect.Any("roles").get<std::set<std::string>>();
  const bool errors_expected = c.expect.Bool("errors_logged");

  Diagnostics diagnostics;
  std::vector<roles::FileMapping> mappings;
  if (!config::ReadRoleMappingFile(file.path(), "pki1", diagnostics, &mappings)) {
    mappings.clear();
  }
  std::vector<roles::FileMapping> bad;
  std::vector<std::string> found;
  roles::FileMapper(mappings, &bad).AddRoles(c.input.Text("dn"), &found);

  bool errors = !bad.empty();  // what the policy's compiler reports
  std::string lines;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    errors = errors || diagnostic.severity != Diagnostic::Severity::kWarning;
    lines += "; " + diagnostic.ForPeople();
  }
  if (errors != errors_expected) {
    return Failed((errors ? "errors are logged" : "no error is logged") + lines);
  }
  return std::set<std::string>(found.begin(), found.end()) == expected
             ? Passed()
             : Failed("the roles are " + nlohmann::json(found).dump() + lines);
}

}  // namespace pkigate::conformance
