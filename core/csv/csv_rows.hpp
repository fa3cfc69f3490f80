// The records of a CSV text as the rows of a bulk insert.
#pragma once

#include "csv/csv_reader.hpp"
#include "csv/record_lines.hpp"

#include <databased/backend/dialect.hpp>
#include <databased/bulk.hpp>
#include <databased/csv.hpp>

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace databased::detail {

/// A column that is filled from CSV.
struct CsvColumn {
    std::string name{};
    backend::TextMeaning meaning = backend::TextMeaning::text;
};

class CsvRows final : public BulkSource {
  public:
    /// `source` outlives this. Throws ParameterError for a format that is none.
    CsvRows(CsvSource& source, CsvFormat format) : source_(source), reader_(std::move(format)) {}

    /// The first record, before all others. Empty if there is none.
    Task<std::vector<std::string>> read_header();
    /// What the fields of all records are for. Before the first fill().
    void set_columns(std::vector<CsvColumn> columns) { columns_ = std::move(columns); }
    Task<> fill(BulkRows& out) override;

    const RecordLines& lines() const noexcept { return lines_; }
    /// What the source has thrown.
    const std::exception_ptr& failure_of_source() const noexcept { return failure_of_source_; }

  private:
    Task<> feed();
    CsvReader::Step next();
    void add_field(BulkRows& out);
    void end_record(BulkRows& out);

    CsvSource& source_;
    CsvReader reader_;
    std::vector<CsvColumn> columns_;
    std::size_t field_ = 0;  // of the record
    std::size_t records_ = 0;
    RecordLines lines_;
    std::exception_ptr failure_of_source_;
};

}  // namespace databased::detail
