#include "session/session_hooks.hpp"

#include "database/database_state.hpp"

#include <iterator>
#include <optional>

namespace databased::detail {

namespace {

void move_behind(std::vector<SessionHook>& list, std::vector<SessionHook>& more) {
    list.insert(list.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Task<std::optional<std::string>> problem_of(const SessionHook& hook, Context& context) {
    std::optional<std::string> problem;
    try {
        co_await hook().in(context);
    } catch (const std::exception& error) {
        problem = error.what();
    } catch (...) {
        problem = "unknown error";
    }
    co_return problem;
}

}  // namespace

void SessionHooks::append(SessionHooks child) {
    move_behind(after_commit_, child.after_commit_);
    move_behind(after_rollback_, child.after_rollback_);
}

Task<> call_hooks(std::shared_ptr<DatabaseState> database, std::vector<SessionHook> hooks) {
    Context context = co_await this_context();
    context.stop = nullptr;
    context.deadline = Clock::time_point::max();
    context.scope = nullptr;
    for (const SessionHook& hook : hooks) {
        const auto problem = co_await problem_of(hook, context);
        if (problem) database->hooks.warn("a hook after the end of a session failed: " + *problem);
    }
}

Task<> call_hook(detail::Callback<void()> hook) {
    hook();
    co_return;
}

}  // namespace databased::detail
