// Rows as CSV.
#pragma once

#include "csv/csv_format.hpp"

#include <databased/detail/fields.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace databased::detail {

/// Writes records that CsvReader and PostgreSQL's COPY read as what they were.
class CsvWriter {
  public:
    /// Throws ParameterError for a format that could not be read again.
    explicit CsvWriter(CsvFormat format);

    void header(const ColumnSet& columns);
    void append(const RowBatch& batch);
    // One record, field by field.
    void text(std::string_view text);
    void null();
    void end_record();

    /// What was not taken yet.
    const std::string& written() const noexcept { return out_; }
    void taken() noexcept;

  private:
    void field(const Cell& cell);
    void begin_field();
    void end_field(std::size_t begin);

    CsvFormat format_;
    CharacterSet special_;
    std::string out_;
    std::size_t fields_ = 0;         // of the record
    std::size_t begin_of_last_ = 0;  // field
    bool is_at_begin_ = true;        // of all
};

}  // namespace databased::detail
