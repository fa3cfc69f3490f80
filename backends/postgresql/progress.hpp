// How far an operation is.
#pragma once

#include "array_insert.hpp"
#include "cursors.hpp"
#include "result_rows.hpp"
#include "statement_cache.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace databased::postgresql {

/// The pipeline's notes of one try to run an operation; the next try begins with new ones.
struct Progress {
    std::shared_ptr<PreparedStatement> prepared{};
    std::shared_ptr<Cursor> cursor{};       // that gives its rows; null of a statement that is run
    std::unique_ptr<ArrayInsert> arrays{};  // in which its runs go; null: one by one
    std::size_t rows_asked_for = 0;         // of the cursor
    std::size_t rows_given = 0;
    std::size_t size_of_rows = 0;  // as libpq keeps them
    std::size_t sent_runs = 0;
    std::size_t done_runs = 0;
    bool is_sent = false;
    bool is_asking = false;      // whether its runs may go in arrays
    bool is_stale = false;       // its plan is out of date, nothing of it was done
    bool was_cancelled = false;  // by whomever
    bool was_ended = false;      // as it was asked for
    bool was_skipped = false;    // the server has skipped it, because of an error ahead of it
    bool may_be_hit = false;     // a cancel request for another one was under way while it ran
    bool flight_ended = false;
    bool is_enclosed = false;          // in a transaction that was begun for it alone
    bool awaits_reset = false;         // it has ended, and what it has left is being taken away
    bool is_answered = false;          // whatever is answered from now on, or not, is not about it
    std::uint64_t type_search = 0;     // it waits for this one; 0: for none
    std::vector<ResultHandle> held{};  // results that wait for types
};

/// Notes that hold for all tries.
struct Tries {
    int repetitions = 0;  // because the server did not have what was prepared, or not as it is now
    bool was_prepared_before = false;
    bool needs_bare = false;  // the server refuses to run it in a transaction that was begun for it
    bool goes_bare = false;
    bool is_reset = false;  // takes away what is left of the last user, and nothing else
    bool was_reset_again = false;
    bool goes_singly = false;       // not in arrays any more
    bool undoes_savepoint = false;  // the last of its verbs, which are done
};

}  // namespace databased::postgresql
