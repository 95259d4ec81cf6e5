// SPDX-License-Identifier: Apache-2.0
#include "roles/xpack_role_mapper.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "match/hit_set.h"
#include "match/pattern_set.h"
#include "roles/dn_matcher.h"

namespace pkigate::roles {

namespace {

constexpr std::string_view kMetadataPrefix = "metadata.";

// X-MAP-44: what a rule's number is to the user's, if it can be equal to one at all.
std::optional<int64_t> AsInteger(double number) {
  // 2^63 is exact as a double, the largest int64_t is not.
  if (!(number >= -9223372036854775808.0 && number < 9223372036854775808.0)) {
    return std::nullopt;
  }
  const auto integer = static_cast<int64_t>(number);
  return static_cast<double>(integer) == number ? std::optional(integer) : std::nullopt;
}

// Calls `find_text` or `find_scalar` with each value of the user in `field`; undefined: one null.
template <typename FindText, typename FindScalar>
void ForEachValue(const XpackSubject& subject, std::string_view field, FindText find_text,
                  FindScalar find_scalar) {
  if (field == "username") {
    return find_text(subject.username);
  }
  if (field == "realm.name") {
    return find_text(subject.realm_name);
  }
  if (field == "dn" && subject.dn.has_value()) {
    return find_text(*subject.dn);
  }
  if (field == "groups") {
    return static_cast<void>(
        std::for_each(subject.groups.begin(), subject.groups.end(), find_text));
  }
  if (field.starts_with(kMetadataPrefix)) {
    field.remove_prefix(kMetadataPrefix.size());
    for (const auto& [key, value] : subject.metadata) {
      if (key != field) {
        continue;
      }
      for (const SubjectScalar& scalar : value) {
        const auto* text = std::get_if<std::string>(&scalar);
        text != nullptr ? find_text(*text) : find_scalar(scalar);
      }
      return;
    }
  }
  find_scalar(std::monostate{});
}

Json ScalarJson(const SubjectScalar& scalar) {
  return std::visit(
      [](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
          return Json();
        } else {
          return Json(value);
        }
      },
      scalar);
}

// The user as templates see it: flat, dots in the names (X-TPL-2).
Json ModelOf(const XpackSubject& subject) {
  Json model = {{"username", subject.username},
                {"groups", subject.groups},
                {"realm.name", subject.realm_name}};
  if (subject.dn.has_value()) {
    model["dn"] = *subject.dn;
  }
  for (const auto& [key, value] : subject.metadata) {
    Json& member = model[std::string(kMetadataPrefix) + key];
    if (value.size() == 1) {
      member = ScalarJson(value.front());
      continue;
    }
    member = Json::array();
    for (const SubjectScalar& element : value) {
      member.push_back(ScalarJson(element));
    }
  }
  return model;
}

}  // namespace

// What all rules say about one field. Adds of one name end before Compile.
class XpackRoleMapper::Field {
 public:
  explicit Field(std::string name)
      : name_(std::move(name)), holds_dns_(name_ == "dn" || name_ == "groups") {}

  // The predicate "the field is `value`"; `*next` is the number of a new one. `value` stays where
  // it is until Compile.
  Result<uint32_t> Add(const RuleValue& value, uint32_t* next) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) {
      const auto [known, added] = scalars_.try_emplace(value, *next);
      *next += added ? 1 : 0;
      return known->second;
    }
    const auto [known, added] = known_texts_.try_emplace(*text, *next);
    if (added) {
      PKIGATE_TRY_STATUS(AddText(*text, *next));
      ++*next;
    }
    return known->second;
  }

  Status Compile(match::ShardCache& shards) {
    known_texts_ = {};
    if (holds_dns_) {
      dns_ = PKIGATE_TRY(dn_builder_.Compile(shards));
    } else {
      texts_ = PKIGATE_TRY(text_builder_.Compile(shards));
    }
    return {};
  }

  void ReserveIn(match::Scratch& scratch) const {
    if (holds_dns_) {
      dns_->ReserveIn(scratch);
    } else {
      scratch.Reserve(*texts_);
    }
  }

  // Adds the predicates that are true of `subject`. False: it cannot be judged.
  [[nodiscard]] bool Find(const XpackSubject& subject, match::Scratch& scratch,
                          std::vector<uint32_t>* found) const {
    bool judged = true;
    ForEachValue(
        subject, name_,
        [&](const std::string& text) { judged = FindText(text, scratch, found) && judged; },
        [&](const SubjectScalar& scalar) { FindScalar(scalar, found); });
    return judged;
  }

 private:
  Status AddText(const std::string& text, uint32_t predicate) {
    if (holds_dns_) {
      return dn_builder_.Add(text, predicate);
    }
    const match::DialectPattern pattern = PKIGATE_TRY(match::ReadXpackPattern(text));
    const uint32_t id = PKIGATE_TRY(text_builder_.Add(pattern));
    // Two spellings of one pattern are two texts but one pattern.
    text_predicates_.Add(id, predicate);
    return {};
  }

  // A number, a bool and null are equal to their like only; DNs are texts in any case (X-DN-7).
  void FindScalar(const SubjectScalar& scalar, std::vector<uint32_t>* found) const {
    std::optional<RuleValue> wanted;
    if (std::holds_alternative<std::monostate>(scalar)) {
      wanted = std::monostate{};
    } else if (const auto* flag = std::get_if<bool>(&scalar)) {
      wanted = *flag;
    } else if (const auto* integer = std::get_if<int64_t>(&scalar)) {
      wanted = *integer;
    } else if (const auto rounded = AsInteger(std::get<double>(scalar))) {
      wanted = *rounded;
    }
    if (!wanted.has_value()) {
      return;
    }
    if (const auto predicate = scalars_.find(*wanted); predicate != scalars_.end()) {
      found->push_back(predicate->second);
    }
  }

  bool FindText(const std::string& text, match::Scratch& scratch,
                std::vector<uint32_t>* found) const {
    if (holds_dns_) {
      return dns_->Find(text, scratch, found);
    }
    match::HitSet& hits = scratch.hits();
    hits.Reset(texts_->size());
    const bool judged = texts_->Scan(text, scratch, hits);
    for (const uint32_t id : hits.ids()) {
      text_predicates_.AppendTo(id, found);
    }
    return judged;
  }

  const std::string name_;
  const bool holds_dns_;
  std::map<RuleValue, uint32_t> scalars_;                       // what is not text -> predicate
  std::unordered_map<std::string_view, uint32_t> known_texts_;  // until Compile
  // One of the two, by holds_dns_.
  DnMatcher::Builder dn_builder_;
  match::PatternSet::Builder text_builder_;
  std::unique_ptr<const DnMatcher> dns_;
  std::unique_ptr<const match::PatternSet> texts_;
  match::TagLists text_predicates_;  // by pattern id
};

class XpackRoleMapper::Builder {
 public:
  Status Add(const std::shared_ptr<const XpackMapping>& mapping) {
    RuleExpression rule = PKIGATE_TRY(Number(mapping->rules));
    std::vector<CompiledRoleTemplate> templates;
    for (const RoleTemplate& role_template : mapping->role_templates) {
      templates.push_back(PKIGATE_TRY(CompiledRoleTemplate::Compile(role_template)));
    }
    made_->mappings_.push_back({mapping, std::move(rule), std::move(templates)});
    return {};
  }

  Result<std::unique_ptr<const XpackRoleMapper>> Finish(match::ShardCache& shards) {
    for (auto& [name, field] : fields_) {
      PKIGATE_TRY_STATUS(field->Compile(shards));
      made_->fields_.push_back(std::move(field));
    }
    made_->num_predicates_ = num_predicates_;
    SetTriggers();
    return std::unique_ptr<const XpackRoleMapper>(std::move(made_));
  }

 private:
  Result<RuleExpression> Number(const Rule& rule) {
    RuleExpression expression;
    expression.kind = rule.kind;
    for (const Rule& child : rule.children) {
      expression.children.push_back(PKIGATE_TRY(Number(child)));
    }
    if (rule.kind == Rule::Kind::kField) {
      std::unique_ptr<Field>& field = fields_[rule.field];
      if (field == nullptr) {
        field = std::make_unique<Field>(rule.field);
      }
      for (const RuleValue& value : rule.values) {
        expression.predicates.push_back(PKIGATE_TRY(field->Add(value, &num_predicates_)));
      }
    }
    return expression;
  }

  static void Count(const RuleExpression& rule, std::vector<uint32_t>* usage) {
    for (const RuleExpression& child : rule.children) {
      Count(child, usage);
    }
    for (const uint32_t predicate : rule.predicates) {
      ++(*usage)[predicate];
    }
  }

  void SetTriggers() {
    std::vector<uint32_t> usage(num_predicates_, 0);
    for (const Mapping& mapping : made_->mappings_) {
      Count(mapping.rule, &usage);
    }
    for (uint32_t index = 0; index < made_->mappings_.size(); ++index) {
      const auto triggers = made_->mappings_[index].rule.Triggers(usage);
      if (!triggers.has_value()) {
        made_->always_.push_back(index);
        continue;
      }
      for (const uint32_t predicate : *triggers) {
        made_->triggered_.Add(predicate, index);
      }
    }
  }

  std::unique_ptr<XpackRoleMapper> made_{new XpackRoleMapper};
  std::map<std::string, std::unique_ptr<Field>> fields_;
  uint32_t num_predicates_ = 0;
};

XpackRoleMapper::XpackRoleMapper() = default;
XpackRoleMapper::~XpackRoleMapper() = default;

Result<std::unique_ptr<const XpackRoleMapper>> XpackRoleMapper::Compile(
    const XpackMappings& mappings, match::ShardCache& shards) {
  Builder builder;
  for (const auto& [name, mapping] : mappings) {
    if (!mapping->enabled) {
      continue;  // X-MAP-22
    }
    if (const Status added = builder.Add(mapping); !added.ok()) {
      return MakeError(added.error().code, "role mapping [{}]: {}", name, added.error().message);
    }
  }
  return builder.Finish(shards);
}

Result<std::unique_ptr<const XpackRoleMapper>> XpackRoleMapper::Compile(
    const std::map<std::string, XpackMapping>& mappings) {
  XpackMappings shared;
  for (const auto& [name, mapping] : mappings) {
    shared.emplace(name, std::make_shared<const XpackMapping>(mapping));
  }
  match::ShardCache none;
  return Compile(shared, none);
}

void XpackRoleMapper::ReserveIn(match::Scratch& scratch) const {
  for (const std::unique_ptr<const Field>& field : fields_) {
    field->ReserveIn(scratch);
  }
}

Status XpackRoleMapper::Find(const XpackSubject& subject, match::Scratch& scratch,
                             std::vector<const Mapping*>* held) const {
  std::vector<uint32_t> found;
  bool judged = true;
  for (const std::unique_ptr<const Field>& field : fields_) {
    judged = field->Find(subject, scratch, &found) && judged;
  }
  if (!judged) {
    return MakeError("not_judged", "a value of the user cannot be matched by the role mappings");
  }
  match::HitSet& facts = scratch.facts();
  facts.Reset(num_predicates_);
  std::vector<uint32_t> candidates = always_;
  for (const uint32_t predicate : found) {
    facts.Add(predicate);
    triggered_.AppendTo(predicate, &candidates);
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  for (const uint32_t candidate : candidates) {
    if (mappings_[candidate].rule.Holds(facts)) {
      held->push_back(&mappings_[candidate]);
    }
  }
  return {};
}

Status XpackRoleMapper::AddRoles(const XpackSubject& subject, match::Scratch& scratch,
                                 std::vector<std::string>* roles,
                                 std::vector<std::string>* problems) const {
  std::vector<const Mapping*> held;
  PKIGATE_TRY_STATUS(Find(subject, scratch, &held));
  std::optional<Json> model;  // made when a template wants it
  for (const Mapping* mapping : held) {
    const std::vector<std::string>& fixed = mapping->source->roles;
    roles->insert(roles->end(), fixed.begin(), fixed.end());
    const size_t num_roles = roles->size();
    for (const CompiledRoleTemplate& role_template : mapping->templates) {
      if (!model.has_value()) {
        model = ModelOf(subject);
      }
      if (const Status made = role_template.AddRoles(*model, roles); !made.ok()) {
        roles->resize(num_roles);  // of all its templates
        if (problems != nullptr) {
          problems->push_back(
              fmt::format("role mapping [{}]: {}", mapping->source->name, made.error().message));
        }
        break;
      }
    }
  }
  return {};
}

Status XpackRoleMapper::AddMatched(const XpackSubject& subject, match::Scratch& scratch,
                                   std::vector<std::string>* names) const {
  std::vector<const Mapping*> held;
  PKIGATE_TRY_STATUS(Find(subject, scratch, &held));
  for (const Mapping* mapping : held) {
    names->push_back(mapping->source->name);
  }
  return {};
}

}  // namespace pkigate::roles
