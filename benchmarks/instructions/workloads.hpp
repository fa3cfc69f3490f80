// What databased_instructions can run.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace instructions {

/// Some operations, as many as are asked for. What is done before and after them does not depend on their number.
struct Workload {
    std::string_view name;
    int step;  ///< Of which the number of operations is a multiple.
    void (*run)(const std::string& postgresql_url, int operations);
};

std::span<const Workload> postgresql_workloads();
std::span<const Workload> sqlite_workloads();

}  // namespace instructions
