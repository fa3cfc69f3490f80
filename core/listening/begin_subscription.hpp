// From when on a subscription is told, and until when.
#pragma once

#include "listening/subscription.hpp"

#include <memory>

namespace databased::detail {

class DatabaseState;

/// What is committed after this is heard. Connects if need be. Throws NotSupportedError, NotConnectedError, or why the
/// database cannot be reached.
Task<> begin_subscription(std::shared_ptr<DatabaseState> database, std::shared_ptr<Subscription> subscription);
/// Nothing is told any more; who waits gets SessionClosedError with `why`. From any thread.
void end_subscription(const std::shared_ptr<DatabaseState>& database, const std::shared_ptr<Subscription>& subscription,
                      const char* why) noexcept;

}  // namespace databased::detail
