// A session whose statements are known before it begins.
#pragma once

#include "session/session_state.hpp"

#include <memory>

namespace databased::detail {

/// Runs `entries`, which outlive the task, in a transaction or a part of one, and commits it or rolls it back: all in
/// one trip, where the rows cannot make it fail. Throws what the first of them has failed with.
Task<> run_in_one_trip(std::shared_ptr<SessionState> session, BatchEntries entries);

}  // namespace databased::detail
