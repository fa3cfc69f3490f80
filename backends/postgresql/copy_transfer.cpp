#include "copy_transfer.hpp"

#include "copy_failure.hpp"
#include "error.hpp"

#include <databased/backend/redaction.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace databased::postgresql {

namespace {

constexpr std::size_t largest_data = std::size_t{1024} * 1024;  // whose memory is kept
// libpq counts bytes as int, and passes over what is negative; a row of the server's has at most a gigabyte anyway.
constexpr std::size_t most_data = std::size_t{2'000'000'000};

std::string_view context_of(const PGresult* result) noexcept {
    const char* text = PQresultErrorField(result, PG_DIAG_CONTEXT);
    return text != nullptr ? text : std::string_view{};
}

}  // namespace

CopyTransfer::CopyTransfer(backend::BulkTable table, std::shared_ptr<const SqlText> text)
    : goal_(std::move(table)), text_(std::move(text)) {}

void CopyTransfer::described(const PGresult* result) {
    std::vector<Oid> types;
    for (int i = 0; i < PQnparams(result); ++i) types.push_back(PQparamtype(result, i));
    rows_.emplace(types);
}

CopyFormat CopyTransfer::format_for(const Statement& rows) const noexcept {
    const bool is_text = first_item_ != next_item_ && format_ == CopyFormat::text;
    return is_text ? CopyFormat::text : rows_->best_format(rows);
}

std::string CopyTransfer::begin(CopyFormat format) {
    format_ = format;
    first_item_ = next_item_;
    bytes_ = 0;
    data_.clear();
    CopyRows::begin(data_, format);
    return goal_.copy(format);
}

const std::string& CopyTransfer::next(Statement::Pointer rows) {
    const bool is_first = first_item_ == next_item_;  // behind what begins the COPY
    if (!is_first) data_.clear();
    if (!is_first && data_.capacity() > largest_data) data_ = {};
    rows_->append(data_, *rows, format_);
    if (data_.size() > most_data) {
        throw_database_error({.message = "item " + std::to_string(next_item_) +
                                         ": the row is too large for PostgreSQL, which takes up to a gigabyte",
                              .sqlstate = "54000"});
    }
    next_item_ += rows->runs();
    bytes_ += data_.size();
    sent_.add(std::move(rows), data_.size());
    return data_;
}

const std::string& CopyTransfer::end() {
    data_.clear();
    CopyRows::end(data_, format_);
    return data_;
}

std::exception_ptr CopyTransfer::error_of(const PGresult* result, bool reports_values) const {
    const std::string_view context = context_of(result);
    const auto row = row_of_failure(context, goal_.relation());
    if (!row && context.empty()) return postgresql::error_of(result, text_.get());
    // A function's own words may repeat values, of which those that were sent long ago are not known any more: without
    // the statement only the function is named.
    if (!row && sent_.has_dropped()) return postgresql::error_of(result, nullptr);
    if (!row) return postgresql::error_of(result, text_.get(), {}, {}, sent_.texts());
    const std::size_t number = first_item_ + *row;
    const std::string item = "item " + std::to_string(number) + ": ";
    const Statement* const rows = sent_.find(number);
    if (rows == nullptr) return with_column(postgresql::error_of(result, nullptr, {}, item), result);
    const std::size_t run = number - rows->item(0);
    std::string values = reports_values ? rows->describe_values(run) : std::string{};
    const auto texts = backend::texts_of(*rows, run, run);
    return with_column(postgresql::error_of(result, text_.get(), std::move(values), item, texts), result);
}

/// Of a value that its column does not take the server says the column in the context alone.
std::exception_ptr CopyTransfer::with_column(const std::exception_ptr& error, const PGresult* result) const {
    const auto column = column_of_failure(context_of(result), goal_.relation(), goal_.columns());
    if (column.empty()) return error;
    try {
        std::rethrow_exception(error);
    } catch (const DatabaseError& failure) {
        if (!failure.columns().empty()) return error;
        ErrorDetails details = failure.details();
        details.columns.emplace_back(column);
        return as_exception(std::move(details));
    }
}

}  // namespace databased::postgresql
