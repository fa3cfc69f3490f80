#include "execution/admit.hpp"

#include "runtime/time_after.hpp"

#include <databased/detail/stop.hpp>
#include <databased/error.hpp>

#include <algorithm>
#include <string>

namespace databased::detail {

namespace {

constexpr std::chrono::seconds least_patience{1};
constexpr std::chrono::seconds usual_patience{30};

void refuse_transaction_control(const Statement& statement) {
    if (statement.runs() == 0 || statement.text().kind != StatementKind::transaction_control) return;
    throw SessionStateError(statement.text().command +
                            " is not for execute(): transactions are begun and ended by session() and transaction()");
}

/// It would be accepted, and heard by nobody.
void refuse_listen(const Statement& statement) {
    if (statement.runs() == 0) return;
    const SqlText& text = statement.text();
    if (text.kind != StatementKind::other || text.command != "LISTEN") return;
    throw NotSupportedError("LISTEN is not for execute(), where nobody would hear anything: use Database::listen()");
}

}  // namespace

void check_thread(const Context& context, const Home& home) {
    if (home.loop == nullptr) return;
    if (home.is_inherited) {
        throw UsageError("this Database was connected before fork(); make one of its own in the child process");
    }
    if (context.loop == home.loop) return;
    throw WrongThreadError(
        "a Database belongs to the event loop on which it first connected; use one Database per loop");
}

void throw_if_stopped(const Context& context) {
    if (context.stop != nullptr && context.stop->requested()) throw StoppedError("stopped on request");
    if (context.deadline != Clock::time_point::max() && context.deadline <= Clock::now()) {
        throw TimeoutError("the time limit of the surrounding work has passed");
    }
}

void admit(const Statement& statement, const Context& context, const Home& home) {
    statement.check();
    refuse_transaction_control(statement);
    refuse_listen(statement);
    check_thread(context, home);
    throw_if_stopped(context);
}

void admit_into(const Standing& standing, const StopState* stop, Clock::time_point deadline) {
    if (standing.ended_by) throw_ended(standing.ended_by);
    if (!standing.failed_by) return;
    if (stop != nullptr && stop->requested()) throw StoppedError("the session was asked to stop");
    if (deadline <= Clock::now()) throw TimeoutError("the time limit of the session has passed");
    throw_failed(standing.failed_by);
}

Clock::time_point limit_of(std::chrono::milliseconds statement_timeout, Clock::time_point deadline) {
    return statement_timeout.count() == 0 ? deadline : std::min(deadline, time_after(statement_timeout));
}

Clock::time_point patience_of(Clock::time_point now, Clock::time_point deadline) noexcept {
    if (deadline == Clock::time_point::max()) return now + usual_patience;
    return std::max(deadline, now + least_patience);
}

void throw_ended(const std::exception_ptr& cause) {
    throw_database_error(
        {.message = "the transaction was ended by the database, nothing of it remains; roll back the session "
                    "and do its work again. The cause: " +
                    message_of(cause),
         .sqlstate = "25P02"});
}

void throw_failed(const std::exception_ptr& cause) {
    throw_database_error({.message = "an earlier statement of the transaction has failed, so it takes no more of them "
                                     "until it is rolled back; put what may fail into a transaction() of its own. The "
                                     "cause: " +
                                     message_of(cause),
                          .sqlstate = "25P02"});
}

std::string message_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return exception.what();
    } catch (...) {
        return "unknown error";
    }
}

}  // namespace databased::detail
