// What is to be done once it is certain whether the work of a session lasts.
#pragma once

#include <databased/session.hpp>

#include <memory>
#include <vector>

namespace databased::detail {

class DatabaseState;

class SessionHooks {
  public:
    bool empty() const noexcept { return after_commit_.empty() && after_rollback_.empty(); }
    void add(SessionEnd end, SessionHook hook) { list_of(end).push_back(std::move(hook)); }
    /// Those of a child that was committed come behind those that were there before.
    void append(SessionHooks child);
    void clear() noexcept { *this = {}; }
    std::vector<SessionHook> take(SessionEnd end) && { return std::move(list_of(end)); }

  private:
    std::vector<SessionHook>& list_of(SessionEnd end) noexcept {
        return end == SessionEnd::commit ? after_commit_ : after_rollback_;
    }

    std::vector<SessionHook> after_commit_;
    std::vector<SessionHook> after_rollback_;
};

/// One after the other, whatever is asked to stop meanwhile. What one throws becomes a warning of `database`.
Task<> call_hooks(std::shared_ptr<DatabaseState> database, std::vector<SessionHook> hooks);

}  // namespace databased::detail
