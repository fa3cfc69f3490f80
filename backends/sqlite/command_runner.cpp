#include "command_runner.hpp"

#include "error.hpp"
#include "failure.hpp"

#include <databased/error.hpp>

#include <sqlite3.h>

namespace databased::sqlite {

using backend::Verb;

namespace {

/// As COMMIT says it.
std::exception_ptr open_foreign_key() {
    return as_exception(
        {.message = "FOREIGN KEY constraint failed", .sqlstate = "23503", .native_code = SQLITE_CONSTRAINT_FOREIGNKEY});
}

std::exception_ptr ended_transaction() {
    return as_exception({.message = "the transaction was ended by the database before this", .sqlstate = "25P02"});
}

std::exception_ptr unexpected_transaction() {
    return as_exception({.message = "a transaction is open on the connection, where there should be none; nothing was "
                                    "done",
                         .sqlstate = "25001"});
}

}  // namespace

/// Where a transaction was expected and SQLite has ended it, a savepoint would begin a new one.
std::exception_ptr CommandRunner::run(Job& job) {
    const backend::Transaction expected = job.request().expected;
    const bool is_open = handle_.in_transaction();
    if (expected != backend::Transaction::unknown && (expected == backend::Transaction::open) != is_open) {
        job.outcome.delivery = backend::Delivery::not_sent;
        return is_open ? unexpected_transaction() : ended_transaction();
    }
    for (const backend::Command& command : job.request().commands) {
        if (auto error = run_one(job, command)) return error;
        ++job.outcome.done;
    }
    return {};
}

std::exception_ptr CommandRunner::run_one(Job& job, const backend::Command& command) {
    const bool needs_transaction = command.verb != Verb::begin && command.verb != Verb::ping &&
                                   (command.verb != Verb::run || job.request().is_in_unit());
    if (needs_transaction && !handle_.in_transaction()) return ended_transaction();
    switch (command.verb) {
        case Verb::run:
        case Verb::declare:
        case Verb::fetch:
            return run_rows(job, command);
        case Verb::check:
            return handle_.has_open_foreign_key() ? open_foreign_key() : std::exception_ptr{};
        default:
            close_cursors(command);
            return run_verb(job, command);
    }
}

/// What a statement that fails has sent is not sent.
std::exception_ptr CommandRunner::run_rows(Job& job, const backend::Command& command) {
    const std::size_t mark = news_.pending().mark();
    const bool may_tell = !interrupts_.is_momentary();  // what may begin anew tells nobody before its end
    auto error = command.verb == Verb::run       ? runner_.run(job, may_tell)
                 : command.verb == Verb::declare ? cursors_.declare(job, command.number)
                                                 : cursors_.fetch(job, command.number);
    if (error) news_.pending().take_back(mark);
    return error;
}

/// SQLite would let them go on behind the end of their transaction, and would keep that open for them.
void CommandRunner::close_cursors(const backend::Command& command) noexcept {
    switch (command.verb) {
        case Verb::close_cursor:
            return cursors_.close(command.number);
        case Verb::rollback_to:
            return cursors_.close_behind(command.number);
        case Verb::commit:
        case Verb::rollback:
            return cursors_.close_all();
        default:
            return;
    }
}

std::exception_ptr CommandRunner::run_verb(Job& job, const backend::Command& command) {
    const TransactionOptions& options = job.request().options;
    if (command.verb == Verb::begin && options.access != Access::read) {
        if (auto error = turn_.take(job)) return error;
    }
    sql_.clear();
    sqlite_dialect.verb(sql_, command, options);
    if (command.verb == Verb::ping) sql_ = "PRAGMA schema_version";  // which reads the file
    const bool is_kept = command.verb == Verb::commit || command.verb == Verb::rollback ||
                         (command.verb == Verb::begin && options.access == Access::read);
    int code = SQLITE_OK;
    if (!sql_.empty()) code = is_kept ? handle_.execute_kept(sql_) : handle_.execute(sql_.c_str());
    if (code != SQLITE_OK) return failure(handle_, interrupts_, job, code);
    news_.pending().note(command);
    return {};
}

/// Short reads are, and what is around them where nothing was written. If it turns out otherwise, one command of an
/// open transaction has changed nothing there; the second of several could not begin anew.
bool CommandRunner::is_immediate(const Job& job) {
    if (job.request().commands.size() > 1 && handle_.in_transaction()) return false;
    for (const backend::Command& command : job.request().commands) {
        switch (command.verb) {
            case Verb::run:
                if (!runner_.is_immediate(job)) return false;
                break;
            case Verb::begin:
                if (job.request().options.access != Access::read) return false;
                break;
            case Verb::savepoint:
            case Verb::release:
            case Verb::rollback_to:
            case Verb::commit:
            case Verb::rollback:
                if (handle_.has_written()) return false;
                break;
            default:
                return false;
        }
    }
    return true;
}

}  // namespace databased::sqlite
