#include "failure.hpp"

#include "error.hpp"

#include <databased/backend/redaction.hpp>
#include <databased/error.hpp>

#include <sqlite3.h>

#include <string>
#include <string_view>
#include <utility>

namespace databased::sqlite {

namespace {

/// JSON's paths and full-text queries that are wrong are repeated, as is what a trigger raises. What fails outside of a
/// run, as a commit does, is of all of them.
void redact(ErrorDetails& details, const Statement& statement, std::optional<std::size_t> run) {
    if (statement.runs() == 0) return;
    const auto values = backend::texts_of(statement, run.value_or(0), run.value_or(statement.runs() - 1));
    std::string shown = backend::without_bound(details.message, details.sql, values);
    if (shown != details.message) details.detail = std::exchange(details.message, std::move(shown));
}

}  // namespace

std::exception_ptr refusal_to_begin(const Interrupts& interrupts, const Job& job) {
    if (interrupts.watcher().is_ending() && job.stop_wish().is_heeded()) {
        return std::make_exception_ptr(
            NotConnectedError("the Database was disconnected before this statement could run"));
    }
    return job.stop_wish().is_due() ? job.stop_wish().error() : std::exception_ptr{};
}

std::exception_ptr failure(const Handle& handle, Interrupts& interrupts, const Job& job, int code,
                           std::optional<std::size_t> run) {
    return failure(handle, interrupts, job, job.statement(), code, run);
}

std::exception_ptr failure(const Handle& handle, Interrupts& interrupts, const Job& job, const Statement* statement,
                           int code, std::optional<std::size_t> run) {
    if ((code & 0xff) == SQLITE_INTERRUPT || (code & 0xff) == SQLITE_BUSY) {
        if (job.stop_wish().is_due()) return job.stop_wish().error();
        if (interrupts.watcher().is_ending()) {
            return std::make_exception_ptr(NotConnectedError("the Database was disconnected while this statement ran"));
        }
    }
    if (code == SQLITE_READONLY_DBMOVED) interrupts.meet_moved_file();
    if (interrupts.has_met_moved_file()) return moved_file(handle);
    const std::string_view sql = statement != nullptr ? std::string_view{statement->text().source} : std::string_view{};
    ErrorDetails details = details_of(handle.get(), code, sql);
    if (statement != nullptr) redact(details, *statement, run);
    if (statement != nullptr && job.request().reports_values)
        details.parameters = statement->describe_values(run.value_or(0));
    if (run) details.message = statement->name_of_item(*run) + details.message;
    if ((code & 0xff) == SQLITE_BUSY && code != SQLITE_BUSY_SNAPSHOT)
        return locked(std::move(details), interrupts.busy_timeout());
    if ((code & 0xff) == SQLITE_FULL) details.message += ": free some space, or raise max_page_count";
    return as_exception(std::move(details));
}

std::exception_ptr moved_file(const Handle& handle) {
    return as_exception(
        {.message = "the SQLite database \"" + handle.options().path +
                    "\" was replaced or removed while it was open; nothing of this was written, and the "
                    "next statement opens the file that is there now",
         .sqlstate = "08006"});
}

}  // namespace databased::sqlite
