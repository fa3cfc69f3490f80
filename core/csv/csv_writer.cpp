#include "csv/csv_writer.hpp"

#include <databased/detail/value_text.hpp>

#include <algorithm>
#include <utility>

namespace databased::detail {

namespace {

/// Alone in its line it is the end of the data for psql, and for servers before 18.
constexpr std::string_view end_of_data = "\\.";

constexpr std::size_t largest_kept = std::size_t{1024} * 1024;

}  // namespace

CsvWriter::CsvWriter(CsvFormat format) : format_(std::move(format)) {
    check_format(format_);
    special_ = special_characters(format_);
}

void CsvWriter::header(const ColumnSet& columns) {
    for (const Column& column : columns.columns) text(column.name);
    end_record();
}

void CsvWriter::append(const RowBatch& batch) {
    const std::size_t width = batch.columns()->columns.size();
    for (std::size_t row = 0; row < batch.rows(); ++row) {
        const Cell* const cells = batch.row(row);
        for (std::size_t i = 0; i < width; ++i) field(cells[i]);
        end_record();
    }
}

void CsvWriter::field(const Cell& cell) {
    if (cell.kind == ValueKind::null) return null();
    begin_field();
    const std::size_t begin = out_.size();
    append_value_text(out_, cell);
    end_field(begin);
}

void CsvWriter::text(std::string_view text) {
    begin_field();
    const std::size_t begin = out_.size();
    out_ += text;
    end_field(begin);
}

void CsvWriter::null() {
    begin_field();
    out_ += format_.null_text;
}

void CsvWriter::begin_field() {
    if (fields_++ != 0) out_ += format_.delimiter;
    begin_of_last_ = out_.size();
}

/// In quotes if it would be read as something else.
void CsvWriter::end_field(std::size_t begin) {
    const auto written = std::string_view{out_}.substr(begin);
    const bool is_mark = is_at_begin_ && begin == 0 && written.starts_with(byte_order_mark);
    const bool is_plain = special_.find(written, 0) == written.size() && written != format_.null_text && !is_mark;
    if (is_plain) return;
    const std::string field{written};
    out_.resize(begin);
    out_ += format_.quote;
    std::size_t done = 0;
    for (std::size_t quote = field.find(format_.quote); quote != field.npos; quote = field.find(format_.quote, done)) {
        out_.append(field, done, quote + 1 - done);
        out_ += format_.quote;
        done = quote + 1;
    }
    out_.append(field, done);
    out_ += format_.quote;
}

void CsvWriter::end_record() {
    const auto last = std::string_view{out_}.substr(begin_of_last_);
    if (fields_ == 1 && last == end_of_data && format_.null_text != end_of_data) {
        out_.insert(begin_of_last_, 1, format_.quote);
        out_ += format_.quote;
    }
    out_ += '\n';
    fields_ = 0;
    begin_of_last_ = out_.size();
    is_at_begin_ = false;
}

void CsvWriter::taken() noexcept {
    out_.clear();
    if (out_.capacity() > largest_kept) out_ = {};
    begin_of_last_ = 0;
}

}  // namespace databased::detail
