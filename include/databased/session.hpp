// Sessions: units of work over one connection, and their children, which are nested transactions.
#pragma once

#include <databased/detail/callback.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/temporary_guard.hpp>
#include <databased/executor.hpp>
#include <databased/options.hpp>
#include <databased/timeout.hpp>

#include <chrono>
#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace databased {

class Session;

namespace detail {

class SessionState;
class SessionScope;

enum class SessionEnd { commit, rollback };
using SessionHook = detail::Callback<Task<>()>;

DATABASED_API void add_hook(SessionState& session, SessionEnd end, SessionHook hook);
DATABASED_API Task<> call_hook(detail::Callback<void()> hook);

template <class F>
SessionHook session_hook(F hook) {
    using Answer = std::invoke_result_t<F&>;
    static_assert(std::same_as<Answer, Task<>> || std::is_void_v<Answer>, "databased: a hook gives void or Task<>");
    if constexpr (std::same_as<Answer, Task<>>) {
        return SessionHook{std::move(hook)};
    } else {
        return [call = detail::Callback<void()>{std::move(hook)}] { return call_hook(call); };
    }
}

/// What run_session does with a session when its body has ended, which may have moved the session away.
class DATABASED_API BodyEnding {
  public:
    explicit BodyEnding(const Session& session) noexcept;
    explicit BodyEnding(std::shared_ptr<SessionState> session) noexcept;
    ~BodyEnding();
    BodyEnding(const BodyEnding&) = delete;
    BodyEnding& operator=(const BodyEnding&) = delete;

    Task<> commit() const;
    /// Rolls back. True if the work is to be done again, after a pause; the rollback's own failure goes to on_warning.
    Task<bool> roll_back(std::exception_ptr failure) const;

  private:
    std::shared_ptr<SessionState> session_;
};

template <class F>
using scope_task = std::invoke_result_t<F&, Session&>;

/// What session() and transaction() take: `Task<T> body(Session&)`.
template <class F>
concept SessionBody = std::invocable<F&, Session&> && is_task<scope_task<F>>;

template <class F>
scope_task<F> call_body(F& body, Session& session) {
    if constexpr (std::is_member_pointer_v<F>) {
        return (session.*body)();
    } else {
        return body(session);
    }
}

/// F is a reference where the body was an lvalue.
template <class F>
Task<task_result<scope_task<F>>> run_session(Session session, F body);

}  // namespace detail

/// One unit of work. It takes a connection and begins its transaction at its first statement, or at open(). Nothing
/// lasts unless it is committed: by commit(), or by the end of the scope that Database::session(body) makes.
///
/// A root session begins anew with the statement after commit() or rollback(); a child is over then. Statements issued
/// at the same time are served in order. Destroying an open session rolls it back in the background. A session belongs
/// to its Database's thread; it may outlive its Database and then throws NotConnectedError. Do not use one that was
/// moved from.
class DATABASED_API Session : public Executor {
  public:
    Session(Session&& other) noexcept;
    Session& operator=(Session&& other) noexcept;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// Takes the connection and begins the transaction now. Throws SessionStateError if that has happened already.
    Task<> open();
    /// Makes what was done last; of a child, a part of its parent. Does nothing if nothing was done. Throws
    /// SessionStateError while a child is open, TransactionAbortedError if the database has ended the transaction.
    Task<> commit();
    Task<> rollback();
    /// Rolls back what was not committed and ends the session for good. A second call does nothing.
    Task<> close();

    /// Whether a transaction is under way.
    bool is_open() const noexcept;
    /// 0 of a root session, one more for each level below.
    int depth() const noexcept;

    /// A child session: a savepoint. Until it is ended, statements of this session are inside it, too.
    Session transaction();
    /// Runs body(child), then commits the child; rolls it back if the body throws, and lets the exception through.
    template <class F>
        requires detail::SessionBody<F>
    auto transaction(F&& body) {
        static_assert(detail::safe_argument<F&&>, DATABASED_UNSAFE_TEMPORARY);
        return detail::run_session<F>(transaction(), std::forward<F>(body));
    }

    /// Database::notify(), sent with the commit of the outermost transaction, or not at all.
    Task<> notify(std::string_view channel, std::string_view payload = {});

    /// Calls `hook`, which may be a coroutine, once the outermost transaction around this session was committed, before
    /// the commit() or scope that does so ends. It is dropped if this session or one around it is rolled back, and if
    /// nobody knows what became of it (CommitUnknownError). Hooks are called one after the other in their order,
    /// outside of the transaction and of every session_scope(), and no time limit around stops them; what they throw
    /// goes to Database::on_warning(). Under force_rollback they are held back unless Options::force_rollback_hooks is
    /// set.
    template <std::invocable F>
    void after_commit(F hook) {
        detail::add_hook(*state_, detail::SessionEnd::commit, detail::session_hook(std::move(hook)));
    }
    /// The same for when the outermost transaction was rolled back, a commit that fails included. It is dropped with a
    /// child that is rolled back alone: who catches that error is there already.
    template <std::invocable F>
    void after_rollback(F hook) {
        detail::add_hook(*state_, detail::SessionEnd::rollback, detail::session_hook(std::move(hook)));
    }

  private:
    friend class Database;
    friend class detail::SessionScope;
    friend class detail::BodyEnding;

    explicit Session(std::shared_ptr<detail::SessionState> state) noexcept;
    const std::shared_ptr<detail::SessionState>& state() const noexcept { return state_; }

    std::shared_ptr<detail::SessionState> state_;
};

namespace detail {

template <class F>
Task<task_result<scope_task<F>>> run_session(Session session, F body) {
    using Answer = task_result<scope_task<F>>;
    const BodyEnding ending{session};
    std::exception_ptr failure;
    bool again = true;
    while (again) {
        failure = nullptr;
        try {
            if constexpr (std::is_void_v<Answer>) {
                co_await call_body(body, session);
                co_await ending.commit();
                co_return;
            } else {
                Answer answer = co_await call_body(body, session);
                co_await ending.commit();
                co_return answer;
            }
        } catch (...) {
            failure = std::current_exception();
        }
        again = co_await ending.roll_back(failure);
    }
    std::rethrow_exception(failure);
}

}  // namespace detail
}  // namespace databased
