// Request scopes: everything that is awaited inside shares one session per database, without passing it around.
#pragma once

#include <databased/database.hpp>
#include <databased/detail/callback.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/owner.hpp>
#include <databased/detail/temporary_guard.hpp>
#include <databased/session.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

namespace databased {

namespace detail {

/// The sessions of one session_scope(). Lives in the frame of its coroutine.
class DATABASED_API SessionScope {
  public:
    using CommitHook = detail::Callback<Task<>(Session&)>;

    explicit SessionScope(const Context& around);
    ~SessionScope();
    SessionScope(const SessionScope&) = delete;
    SessionScope& operator=(const SessionScope&) = delete;

    /// What is awaited in the scope is bound to this.
    Context& context() noexcept { return context_; }
    Session& session(const std::shared_ptr<DatabaseState>& database, const std::source_location& where);

    /// Commits what is open, in the order in which it was asked for, and closes all. If one commit fails, those after
    /// it are rolled back. `hook` may be empty.
    Task<> commit(CommitHook hook);
    /// Rolls back what is open and closes all. Does not throw.
    Task<> roll_back();

  private:
    struct Member;
    Task<> commit(Member& member, const CommitHook& hook);
    void refuse_moved() const;
    [[noreturn]] void throw_named(const std::exception_ptr& failure, const Member& failed) const;

    Context context_;
    std::vector<Owner<Member>> members_;
};

template <class F>
using handler_answer = task_result<std::invoke_result_t<F&>>;

/// What session_scope() takes: `Task<T> handler()`.
template <class F>
concept ScopeHandler = std::invocable<F&> && is_task<std::invoke_result_t<F&>>;

/// `bool commit_if(const T& answer)`.
template <class P, class F>
concept CommitCondition = !std::is_void_v<handler_answer<F>> && std::predicate<P&, const handler_answer<F>&>;

/// `Task<> before_commit(Session&)`.
template <class H>
concept CommitHook = std::invocable<H&, Session&> && std::same_as<std::invoke_result_t<H&, Session&>, Task<>>;

struct AlwaysCommit {
    template <class Answer>
    bool operator()(const Answer&) const noexcept {
        return true;
    }
};

template <class F, class P>
Task<handler_answer<F>> run_scope(F handler, P commit_if, SessionScope::CommitHook before_commit) {
    using Answer = handler_answer<F>;
    SessionScope scope{co_await this_context()};
    std::exception_ptr failure;
    try {
        if constexpr (std::is_void_v<Answer>) {
            co_await handler().in(scope.context());
            co_await scope.commit(std::move(before_commit));
            co_return;
        } else {
            Answer answer = co_await handler().in(scope.context());
            const bool commits = commit_if(std::as_const(answer));
            if (commits) {
                co_await scope.commit(std::move(before_commit));
            } else {
                co_await scope.roll_back();
            }
            co_return answer;
        }
    } catch (...) {
        failure = std::current_exception();
    }
    co_await scope.roll_back();
    std::rethrow_exception(failure);
}

}  // namespace detail

/// Runs handler() in a scope of its own, in which current_session() works, and gives its answer. When the handler
/// returns, what was done is committed, before its answer is handed on; if it throws, everything is rolled back and the
/// exception comes through. A commit that fails is thrown, whatever the handler's answer was. A scope inside another
/// one begins with no sessions; it is what concurrent branches of a when_all() need.
///
/// Commits of several databases follow each other in the order of their first current_session(): if one fails, those
/// before it stay, those after it are rolled back, and the message names it.
template <detail::ScopeHandler F>
Task<detail::handler_answer<F>> session_scope(F&& handler) {
    static_assert(detail::safe_argument<F&&>, DATABASED_UNSAFE_TEMPORARY);
    return detail::run_scope<F, detail::AlwaysCommit>(std::forward<F>(handler), {}, {});
}

/// The same, but commits only if commit_if(answer) is true, and rolls back otherwise.
template <detail::ScopeHandler F, detail::CommitCondition<F> P>
Task<detail::handler_answer<F>> session_scope(F&& handler, P&& commit_if) {
    static_assert(detail::safe_argument<F&&> && detail::safe_argument<P&&>, DATABASED_UNSAFE_TEMPORARY);
    return detail::run_scope<F, P>(std::forward<F>(handler), std::forward<P>(commit_if), {});
}

/// before_commit(session) is awaited for each session in which something was begun, right before the scope commits it.
/// If it throws, that one and those after it are rolled back.
template <detail::ScopeHandler F, detail::CommitHook H>
Task<detail::handler_answer<F>> session_scope(F&& handler, H&& before_commit) {
    static_assert(detail::safe_argument<F&&> && detail::safe_argument<H&&>, DATABASED_UNSAFE_TEMPORARY);
    return detail::run_scope<F, detail::AlwaysCommit>(std::forward<F>(handler), {}, std::forward<H>(before_commit));
}
template <detail::ScopeHandler F, detail::CommitCondition<F> P, detail::CommitHook H>
Task<detail::handler_answer<F>> session_scope(F&& handler, P&& commit_if, H&& before_commit) {
    static_assert(detail::safe_argument<F&&> && detail::safe_argument<P&&> && detail::safe_argument<H&&>,
                  DATABASED_UNSAFE_TEMPORARY);
    return detail::run_scope<F, P>(std::forward<F>(handler), std::forward<P>(commit_if),
                                   std::forward<H>(before_commit));
}

/// The session that the innermost session_scope() around has for `database`: the same one for all who ask in it, as
/// long as the scope runs. Like any session it takes no connection before its first statement; it may be committed and
/// rolled back early, and after its close() the next who asks gets a new one. Do not move it away: the scope then
/// fails. Detached work (EventLoop::spawn) is in no scope. Throws NoScopeError.
DATABASED_API Task<Session&> current_session(const Database& database,
                                             std::source_location where = std::source_location::current());

}  // namespace databased
