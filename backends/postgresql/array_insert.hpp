// Many runs of an INSERT as one, over arrays of their values.
#pragma once

#include "array_columns.hpp"

#include <databased/backend/plain_insert.hpp>
#include <databased/statement.hpp>

#include <libpq-fe.h>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace databased::postgresql {

/// INSERT INTO t SELECT * FROM unnest(…), some thousand rows at once, for an INSERT INTO t VALUES (…) that is to be run
/// again and again. Only where nothing can tell the difference: that is asked of the server in the transaction itself,
/// behind the lock that the INSERT takes. What the server refuses then is to be done again run by run, so that the
/// error is the statement's own, of the item that it belongs to. Without I/O.
class ArrayInsert {
  public:
    /// Null where its text, or the number of its runs, speaks against it. `round_trip`: what asking costs.
    static std::unique_ptr<ArrayInsert> of(const Statement& statement, std::chrono::nanoseconds round_trip);

    /// About the table, whose name is the one parameter.
    static const char* question() noexcept;
    std::string table() const { return std::string{insert_.table}; }

    // What the server says.

    /// Of the statement itself, parsed without types.
    void described(const PGresult* result);
    /// To the question.
    void told(const PGresult* result);
    void refused(bool is_cancelled) noexcept;

    /// Whether runs may go together, once all was told.
    bool is_proved() const noexcept { return !text_.empty() && !columns_.empty(); }
    /// Whether run by run might succeed.
    bool goes_singly_now() const noexcept { return goes_singly_now_; }

    // What is sent

    /// Takes the values of some runs from number `first` on, and gives their number. Throws what is wrong with one.
    std::size_t fill(std::size_t first);
    const std::string& text() const noexcept { return text_; }
    int size() const noexcept { return static_cast<int>(columns_.size()); }
    const Oid* types() const noexcept { return types_.data(); }
    const char* const* values() const noexcept { return values_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }

  private:
    ArrayInsert(const Statement& statement, backend::PlainInsert&& insert) noexcept
        : statement_(statement), insert_(std::move(insert)) {}

    const Statement& statement_;
    backend::PlainInsert insert_;
    std::string text_;                  // empty before it is known that it may be sent
    std::vector<ArrayColumn> columns_;  // of the parameters
    std::vector<Oid> types_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
    bool has_time_limit_ = false;  // the server's, for each statement
    bool goes_singly_now_ = false;
};

}  // namespace databased::postgresql
