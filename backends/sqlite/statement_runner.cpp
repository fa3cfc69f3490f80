#include "statement_runner.hpp"

#include "cells.hpp"
#include "error.hpp"
#include "failure.hpp"

#include <databased/error.hpp>

#include <sqlite3.h>

#include <chrono>
#include <limits>

namespace databased::sqlite {

namespace {

constexpr int quick_steps = 20'000;   // of SQLite's virtual machine: about a millisecond
constexpr int immediate_steps = 500;  // 10 to 30 us: what it takes to wake up a thread and to be woken up
constexpr std::chrono::microseconds immediate_time{200};  // a step may count a table, or make a value of megabytes
constexpr std::int64_t no_rowid = std::numeric_limits<std::int64_t>::min() + 40'961;  // nobody's, surely

bool is_end_of_statement(int code) { return code == SQLITE_DONE || code == SQLITE_ROW; }

std::exception_ptr refused_write(const Job& job) {
    return as_exception(
        {.message = "this statement would write, but runs where only reading is allowed: in a read session, through "
                    "reader(), or on a database opened with mode=ro",
         .sqlstate = "25006",
         .sql = job.statement()->text().source});
}

std::exception_ptr refused_stream(const Job& job) {
    return as_exception({.message = "this statement would write, and a stream only reads: fetch_all() takes it",
                         .sqlstate = "25006",
                         .sql = job.statement()->text().source});
}

}  // namespace

void StatementRunner::open() {
    statements_.emplace(handle_.get(), handle_.options().statement_cache, handle_.options().numeric_time);
}

Nature StatementRunner::nature_of(const Job& job) {
    if (!state_.is_clean()) return Nature::unknown;
    PreparedStatement* statement = statements_->find(job.statement()->text());
    if (statement == nullptr) {
        StatementFacts seen;
        int code = SQLITE_OK;
        interrupts_.begin(job);
        statement = statements_->prepare(job.statement()->shared_text(), false, seen, code);
        interrupts_.end();
    }
    return statement != nullptr ? statement->facts.nature : Nature::unknown;
}

bool StatementRunner::is_immediate(const Job& job) {
    const SqlText& text = job.statement()->text();
    if (!quick_reads_->immediate.has(text.hash) || !state_.is_clean()) return false;
    const PreparedStatement* statement = statements_->find(text);
    return statement != nullptr && statement->facts.nature == Nature::read;
}

/// A PRAGMA may act when it is prepared: it is only once it is known what it is about, and that it may.
std::exception_ptr StatementRunner::prepare(const Job& job, PreparedStatement*& statement) {
    const auto& text = job.statement()->shared_text();
    StatementFacts seen;
    int code = SQLITE_OK;
    statement = statements_->find(*text);
    if (statement == nullptr) statement = statements_->prepare(text, false, seen, code);
    if (statement == nullptr && code != SQLITE_AUTH) return failure(handle_, interrupts_, job, code);
    const StatementFacts& facts = statement != nullptr ? statement->facts : seen;
    if (auto refused = state_.admit(facts)) return refused;
    state_.note(facts);
    if (statement == nullptr && !facts.pragma.empty()) statement = statements_->prepare(text, true, seen, code);
    return statement != nullptr ? std::exception_ptr{} : failure(handle_, interrupts_, job, code);
}

std::exception_ptr StatementRunner::run(Job& job, bool may_tell) {
    const Statement& values = *job.statement();
    PreparedStatement* statement = nullptr;
    if (auto error = prepare(job, statement)) return error;
    if (!statement->facts.is_readonly) {
        const bool is_temporary = statement->facts.trace != Trace::none;
        if (job.request().read_only || (handle_.only_reads() && !is_temporary)) return refused_write(job);
        if (auto error = turn_.take(job)) return error;
        if (statement->facts.written != nullptr) news_.pending().write(statement->facts.written);
    }
    if (auto error = check_parameters(job, *statement)) return error;
    job.outcome.result.command = values.text().command;
    const auto rowid_before = mark_last_rowid(*statement);
    auto error = values.is_many() ? run_all(job, *statement, may_tell) : run_once(job, *statement, 0, may_tell);
    if (const auto written = statements_->written_anew(*statement)) news_.pending().write(written);
    const auto rowid = last_rowid(*statement, rowid_before);
    if (!error) job.outcome.result.last_insert_id = rowid;
    return error;
}

std::exception_ptr StatementRunner::check_parameters(const Job& job, const PreparedStatement& statement) const {
    const auto count = static_cast<int>(job.statement()->text().parameter_count);
    if (sqlite3_bind_parameter_count(statement.handle.get()) == count) return {};
    return std::make_exception_ptr(ParameterError(
        "SQLite sees another number of parameters in the statement than databased: please report this statement"));
}

std::exception_ptr StatementRunner::lend(const Job& job, PreparedStatement& statement) {
    PreparedStatement* prepared = nullptr;
    if (auto error = prepare(job, prepared)) return error;
    if (!prepared->facts.is_readonly) return refused_stream(job);
    if (auto error = check_parameters(job, *prepared)) return error;
    if (auto error = bind(handle_.get(), *job.statement(), prepared->handle.get(), 0)) return error;
    statement = statements_->take(*prepared);
    return {};
}

/// Where it was run before it was short, perhaps: its steps are not those of the next run.
void StatementRunner::take_back(PreparedStatement statement) noexcept {
    if (!statements_) return;
    sqlite3_stmt* const handle = statement.handle.get();
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle);
    sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_VM_STEP, 1);
    statements_->give_back(std::move(statement));
}

/// All items or none, whatever is around them. What ends the transaction has taken everything with it.
std::exception_ptr StatementRunner::run_all(Job& job, PreparedStatement& statement, bool may_tell) {
    if (const int code = handle_.execute("SAVEPOINT databased_items"); code != SQLITE_OK)
        return failure(handle_, interrupts_, job, code);
    std::exception_ptr error;
    const std::size_t runs = job.statement()->runs();
    for (std::size_t run = 0; run < runs && !error; ++run) error = run_once(job, statement, run, may_tell);
    if (!handle_.in_transaction()) return error;
    if (!error) {
        const int code = handle_.execute("RELEASE databased_items");
        if (code == SQLITE_OK) return {};
        error = failure(handle_, interrupts_, job, code);
    }
    if (!handle_.in_transaction()) return error;
    handle_.execute("ROLLBACK TO databased_items");
    handle_.execute("RELEASE databased_items");
    return error;
}

/// SQLite leaves the last rowid as it was where an INSERT adds nothing: a mark tells the two apart.
std::optional<std::int64_t> StatementRunner::mark_last_rowid(const PreparedStatement& statement) noexcept {
    if (!statement.facts.inserts || statement.facts.reads_last_rowid) return std::nullopt;
    const std::int64_t before = sqlite3_last_insert_rowid(handle_.get());
    sqlite3_set_last_insert_rowid(handle_.get(), no_rowid);
    return before;
}

std::optional<std::int64_t> StatementRunner::last_rowid(const PreparedStatement& statement,
                                                        std::optional<std::int64_t> before) noexcept {
    if (!statement.facts.inserts) return std::nullopt;
    const std::int64_t rowid = sqlite3_last_insert_rowid(handle_.get());
    if (!before && sqlite3_changes64(handle_.get()) == 0) return std::nullopt;
    if (rowid != no_rowid) return rowid;
    sqlite3_set_last_insert_rowid(handle_.get(), before.value_or(0));
    return std::nullopt;
}

std::exception_ptr StatementRunner::run_once(Job& job, PreparedStatement& statement, std::size_t run, bool may_tell) {
    sqlite3_stmt* handle = statement.handle.get();
    if (auto error = bind(handle_.get(), *job.statement(), handle, run)) return error;

    const bool was_in_transaction = handle_.in_transaction();
    interrupts_.arm();
    const bool is_read = statement.facts.nature == Nature::read;
    const auto begun = is_read ? detail::Clock::now() : detail::Clock::time_point{};
    int code = step_rows(job, statement, may_tell);
    interrupts_.end_statement();
    if (is_read) note_steps(statement, detail::Clock::now() - begun);
    // What is interrupted inside a transaction ends it, unless it was done already and only about to say so.
    const bool is_late =
        code == SQLITE_INTERRUPT && !statement.facts.is_readonly && was_in_transaction && handle_.in_transaction();
    if (is_late) {
        code = SQLITE_DONE;
        if (job.rows().are_wanted() && !job.rows().have_columns())
            job.rows().set_columns(statements_->columns(statement));
    }
    std::exception_ptr error;
    if (is_end_of_statement(code)) {
        if (statement.facts.changes_rows) job.outcome.result.rows_affected += sqlite3_changes64(handle_.get());
    } else {
        error = failure(handle_, interrupts_, job, code, run);
    }
    const int reset = sqlite3_reset(handle);
    if (!error && !is_late && reset != SQLITE_OK) error = failure(handle_, interrupts_, job, reset, run);
    return error;
}

/// SQLite counts them over all runs unless it is told to begin anew.
void StatementRunner::note_steps(const PreparedStatement& statement, detail::Clock::duration took) noexcept {
    const int steps = sqlite3_stmt_status(statement.handle.get(), SQLITE_STMTSTATUS_VM_STEP, 1);
    quick_reads_->quick.put(statement.text->hash, steps < quick_steps);
    quick_reads_->immediate.put(statement.text->hash, steps < immediate_steps && took < immediate_time);
}

int StatementRunner::step_rows(Job& job, PreparedStatement& statement, bool may_tell) {
    sqlite3_stmt* handle = statement.handle.get();
    int code = sqlite3_step(handle);
    if (job.rows().are_wanted() && !job.rows().have_columns() && is_end_of_statement(code))
        job.rows().set_columns(statements_->columns(statement));
    if (!job.rows().are_wanted()) {
        while (code == SQLITE_ROW) code = sqlite3_step(handle);
        return code;
    }
    const bool only_first = job.rows().is_first_enough() && statement.facts.nature == Nature::read;
    const int columns = sqlite3_column_count(handle);
    while (code == SQLITE_ROW) {
        read_row(job.rows().batch(), handle, columns);
        if (only_first) return SQLITE_DONE;
        if (job.rows().batch().is_full()) job.next_batch(may_tell);
        code = sqlite3_step(handle);
    }
    return code;
}

}  // namespace databased::sqlite
