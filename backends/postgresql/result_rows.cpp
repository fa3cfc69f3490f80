#include "result_rows.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <cstring>

namespace databased::postgresql {

namespace {

constexpr std::size_t few_rows = 32;
constexpr std::size_t largest_part = 128;  // more are no faster

/// Whether what is known of the columns from an earlier result is true of this one.
bool has_known_columns(const PGresult* result, const PreparedStatement& statement) {
    if (statement.columns == nullptr) return false;
    const auto& columns = statement.columns->columns;
    const int count = PQnfields(result);
    if (static_cast<std::size_t>(count) != columns.size()) return false;
    for (int i = 0; i < count; ++i) {
        const auto place = static_cast<std::size_t>(i);
        if (statement.column_types[place] != PQftype(result, i) || columns[place].name != PQfname(result, i))
            return false;
    }
    return true;
}

void learn_columns(const PGresult* result, const TypeCatalog& catalog, PreparedStatement& statement) {
    auto columns = std::make_shared<detail::ColumnSet>();
    statement.column_types.clear();
    statement.readers.clear();
    statement.is_binary = true;
    for (int i = 0; i < PQnfields(result); ++i) {
        const Oid type = PQftype(result, i);
        columns->columns.push_back(Column{PQfname(result, i), catalog.name_of(type)});
        statement.column_types.push_back(type);
        statement.readers.push_back(catalog.reader_of(type));
        statement.is_binary = statement.is_binary && statement.readers.back().binary != nullptr;
    }
    statement.columns = std::move(columns);
}

using Decoders = detail::SmallVector<Decode, 16>;

Decoders decoders_of(const PGresult* result, const PreparedStatement& statement) {
    Decoders decoders;
    const auto columns = static_cast<std::size_t>(PQnfields(result));
    Decode* const places = decoders.append(columns);
    for (std::size_t column = 0; column < columns; ++column) {
        const bool is_binary = PQfformat(result, static_cast<int>(column)) != 0;
        places[column] = is_binary ? statement.readers[column].binary : statement.readers[column].text;
    }
    return decoders;
}

/// What is null has no length.
detail::Cell read_cell(const PGresult* result, int row, int column, Decode decode, detail::Arena& arena) {
    const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
    if (size == 0 && PQgetisnull(result, row, column) != 0) return detail::Cell::null();
    if (decode == nullptr) {
        throw_database_error(
            {.message = "a column has got a type that is read in another format: run the statement again",
             .sqlstate = "0A000"});
    }
    return decode({PQgetvalue(result, row, column), size}, arena);
}

}  // namespace

std::vector<Oid> ResultRows::unknown_types(const PGresult* result, const PreparedStatement& statement) {
    std::vector<Oid> unknown;
    if (sink_ == nullptr || batch_ != nullptr) return unknown;
    checked_columns_ = has_known_columns(result, statement) ? statement.columns.get() : nullptr;
    if (checked_columns_ != nullptr) return unknown;
    for (int i = 0; i < PQnfields(result); ++i) {
        if (!catalog_.knows(PQftype(result, i))) unknown.push_back(PQftype(result, i));
    }
    return unknown;
}

void ResultRows::take(const PGresult* result, PreparedStatement& statement) {
    count_ += static_cast<std::size_t>(PQntuples(result));
    if (sink_ == nullptr || error_) return;
    try {
        if (batch_ == nullptr) begin(result, statement);
        read(result, statement);
    } catch (...) {
        error_ = std::current_exception();
    }
}

void ResultRows::begin(const PGresult* result, PreparedStatement& statement) {
    const bool was_checked = checked_columns_ != nullptr && checked_columns_ == statement.columns.get();
    if (!was_checked && !has_known_columns(result, statement)) learn_columns(result, catalog_, statement);
    batch_ = std::make_unique<RowBatch>(statement.columns);
    sink_->on_columns(statement.columns);
}

void ResultRows::read(const PGresult* result, const PreparedStatement& statement) {
    const int columns = PQnfields(result);
    const int rows = PQntuples(result);
    if (rows == 0) return;
    const bool only_first = sink_->wants_first_row_only();
    const Decoders decoders = decoders_of(result, statement);
    for (int row = 0; row < rows; ++row) {
        if (only_first && (batches_ != 0 || batch_->rows() != 0)) return;
        detail::Cell* cell = batch_->add_row();
        const Decode* decode = decoders.data();
        for (int column = 0; column < columns; ++column, ++cell, ++decode) {
            *cell = read_cell(result, row, column, *decode, batch_->arena());
        }
        if (batch_->is_full()) hand_over();
    }
}

void ResultRows::hand_over() {
    auto next = std::make_unique<RowBatch>(batch_->columns());
    next->expect_full();
    ++batches_;
    sink_->on_rows(std::exchange(batch_, std::move(next)));
}

void ResultRows::finish() {
    if (batch_ == nullptr || error_) return;
    try {
        if (batch_->rows() != 0) sink_->on_rows(std::move(batch_));
    } catch (...) {
        error_ = std::current_exception();
    }
    batch_ = nullptr;
}

/// Never more than a batch, so that libpq does not hold large rows that nobody has asked for yet.
int ResultRows::best_part() const noexcept {
    if (count_ <= few_rows) return 0;
    return static_cast<int>(std::clamp<std::size_t>(count_ / (batches_ + 1), 1, largest_part));
}

void ResultRows::restart() {
    if (sink_ != nullptr && (batch_ != nullptr || batches_ != 0)) sink_->on_restart();
    batch_ = nullptr;
    error_ = nullptr;
    count_ = batches_ = 0;
}

}  // namespace databased::postgresql
