// The SQL of what a connection is told.
#pragma once

#include <databased/backend.hpp>

namespace databased::detail {

/// Adds the SQL of the commands before `run`.
void write_verbs(const SessionBackend& backend, Request& request);

}  // namespace databased::detail
