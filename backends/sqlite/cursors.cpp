#include "cursors.hpp"

#include "cells.hpp"
#include "error.hpp"
#include "failure.hpp"

#include <sqlite3.h>

#include <utility>

namespace databased::sqlite {

std::exception_ptr Cursors::declare(Job& job, std::uint32_t number) {
    Cursor cursor;
    if (auto error = runner_.lend(job, cursor.statement)) return error;
    cursor.values = job.take_statement();
    cursors_.insert_or_assign(number, std::move(cursor));
    return fetch(job, number);
}

std::exception_ptr Cursors::fetch(Job& job, std::uint32_t number) {
    const Place place = cursors_.find(number);
    if (place == cursors_.end()) {
        return as_exception(
            {.message = "there is no such cursor; it is gone with its transaction", .sqlstate = "34000"});
    }
    Cursor& cursor = place->second;
    if (cursor.is_at_end) {
        job.outcome.is_at_end = true;
        return {};
    }
    interrupts_.arm();
    const int code = step_rows(job, cursor);
    interrupts_.end_statement();
    std::exception_ptr error;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        error = failure(handle_, interrupts_, job, cursor.values.get(), code);
    job.outcome.is_at_end = code == SQLITE_DONE;
    if (code == SQLITE_DONE) {
        finish(cursor);
    } else if (code != SQLITE_ROW) {
        close(place);
    }
    return error;
}

int Cursors::step_rows(Job& job, Cursor& cursor) {
    sqlite3_stmt* const handle = cursor.statement.handle.get();
    const auto begun = detail::Clock::now();
    const std::size_t wanted = cursor.size.rows();
    std::size_t rows = 0;
    std::size_t size = 0;
    int columns = 0;
    int code = SQLITE_ROW;
    while (rows < wanted && (code = sqlite3_step(handle)) == SQLITE_ROW) {
        if (rows++ == 0) columns = begin_rows(job, cursor);
        if (!job.rows().are_wanted()) continue;
        read_row(job.rows().batch(), handle, columns);
        if (!job.rows().batch().is_full()) continue;
        size += RowBatch::full_size;
        job.next_batch(true);
        if (size >= detail::FetchSize::enough_bytes) break;
    }
    if (rows == 0 && code == SQLITE_DONE) begin_rows(job, cursor);
    cursor.size.note(rows, size, detail::Clock::now() - begun);
    return code;
}

/// As they are now: the first step may have prepared the statement again.
int Cursors::begin_rows(Job& job, Cursor& cursor) {
    job.rows().set_columns(runner_.columns(cursor.statement));
    if (job.rows().are_wanted() && cursor.size.rows() > detail::FetchSize::first_rows) job.rows().batch().expect_full();
    return sqlite3_column_count(cursor.statement.handle.get());
}

/// It reads nothing any more, so that it keeps nobody from anything.
void Cursors::finish(Cursor& cursor) noexcept {
    if (std::exchange(cursor.is_at_end, true)) return;
    runner_.take_back(std::move(cursor.statement));
    cursor.values = {};
}

void Cursors::close(Place place) noexcept {
    if (place == cursors_.end()) return;
    finish(place->second);
    cursors_.erase(place);
}

void Cursors::close_behind(std::uint32_t number) noexcept {
    for (Place place = cursors_.upper_bound(number); place != cursors_.end();) close(place++);
}

}  // namespace databased::sqlite
