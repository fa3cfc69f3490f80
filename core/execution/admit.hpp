// What is refused before anything is sent: the same for every statement, wherever it goes.
#pragma once

#include <databased/event_loop.hpp>
#include <databased/statement.hpp>

#include <chrono>
#include <exception>

namespace databased::detail {

/// Where the Database of a statement belongs.
struct Home {
    const EventLoop* loop = nullptr;  ///< Null before it has connected.
    bool is_inherited = false;        ///< By a child process of the one that has connected.
};

/// Of the transaction that a statement is to run in.
struct Standing {
    std::exception_ptr ended_by{};   ///< Why the database has ended it; null if it has not.
    std::exception_ptr failed_by{};  ///< Why it takes no statement before something is rolled back; null if it does.
};

/// Throws WrongThreadError, or UsageError in a child process.
void check_thread(const Context& context, const Home& home);
/// Throws StoppedError or TimeoutError if the work was asked to stop, or its time is over.
void throw_if_stopped(const Context& context);

/// Throws what is wrong with the arguments, SessionStateError for BEGIN, COMMIT and their kin, and what the two above
/// throw.
void admit(const Statement& statement, const Context& context, const Home& home);
/// Throws TransactionAbortedError if nothing can run in the transaction. That work was stopped says more.
void admit_into(const Standing& standing, const StopState* stop, Clock::time_point deadline);

/// When a statement that begins now has to end. A timeout of zero: without limit.
Clock::time_point limit_of(std::chrono::milliseconds statement_timeout, Clock::time_point deadline);

/// When what cannot be stopped, COMMIT above all, is no longer waited for: the connection is given up then. `deadline`
/// is that of the work, which leaves COMMIT a second at the least.
Clock::time_point patience_of(Clock::time_point now, Clock::time_point deadline) noexcept;

[[noreturn]] void throw_ended(const std::exception_ptr& cause);
[[noreturn]] void throw_failed(const std::exception_ptr& cause);
/// For the log.
std::string message_of(const std::exception_ptr& error);

}  // namespace databased::detail
