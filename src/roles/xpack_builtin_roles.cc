// SPDX-License-Identifier: Apache-2.0
#include "roles/xpack_builtin_roles.h"

#include <algorithm>

namespace pkigate::roles {

namespace {

constexpr std::string_view kRoles[] = {
    "apm_system",
    "apm_user",
    "beats_admin",
    "beats_system",
    "data_frame_transforms_admin",
    "data_frame_transforms_user",
    "editor",
    "enrich_user",
    "ingest_admin",
    "kibana_admin",
    "kibana_dashboard_only_user",
    "kibana_system",
    "kibana_user",
    "logstash_admin",
    "logstash_system",
    "machine_learning_admin",
    "machine_learning_user",
    "monitoring_user",
    "remote_monitoring_agent",
    "remote_monitoring_collector",
    "reporting_user",
    "rollup_admin",
    "rollup_user",
    "snapshot_user",
    "superuser",
    "transform_admin",
    "transform_user",
    "transport_client",
    "viewer",
    "watcher_admin",
    "watcher_user",
};
static_assert(std::ranges::is_sorted(kRoles));

}  // namespace

std::span<const std::string_view> XpackBuiltinRoles() { return kRoles; }

bool IsXpackBuiltinRole(std::string_view name) { return std::ranges::binary_search(kRoles, name); }

}  // namespace pkigate::roles
