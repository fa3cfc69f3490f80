// The statements of a script, one after another.
#pragma once

#include <databased/detail/fetch.hpp>
#include <databased/result.hpp>

#include <string>

namespace databased::detail {

/// Ends with the first that fails, and throws its failure, which says where it is. All of this outlives the task.
Task<ScriptResult> run_statements(StatementTarget& target, const std::string& script, const std::string& name);

}  // namespace databased::detail
