#include "bulk/bulk_text.hpp"
#include "csv/csv_rows.hpp"
#include "csv/table_columns.hpp"
#include "query/definition.hpp"

#include <databased/bulk.hpp>
#include <databased/csv.hpp>
#include <databased/detail/fetch.hpp>
#include <databased/error.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace databased::detail {

namespace {

/// A target that outlives all that is run on it.
Target borrowed(StatementTarget& target) { return Target{Target{}, &target}; }

/// Lends the records to a bulk insert.
class LentRows final : public BulkSource {
  public:
    explicit LentRows(CsvRows& rows) noexcept : rows_(rows) {}
    Task<> fill(BulkRows& out) override { return rows_.fill(out); }

  private:
    CsvRows& rows_;
};

/// Looks for the columns and fills them, in one transaction.
class CopyIn final : public UnitWork {
  public:
    CopyIn(CsvTable table, const CsvOptions& options, CsvRows& rows, std::vector<std::string> header)
        : table_(std::move(table)),
          named_(named_table(table_.name, table_.definition.get())),
          options_(options),
          rows_(rows),
          header_(std::move(header)) {}

    Task<> run(StatementTarget& unit) override {
        const std::vector<CsvColumn> there = co_await columns_of(borrowed(unit), named_);
        const std::vector<CsvColumn> chosen = chosen_columns(there, wanted(there));
        BulkOptions options;
        options.on_progress(options_.on_progress());
        std::unique_ptr<BulkInsert> insert = make_insert(std::move(options), chosen);
        rows_.set_columns(chosen);
        result_ = co_await unit.run_bulk(*insert);
    }

    Result result() && { return std::move(result_); }

  private:
    std::vector<std::string> wanted(const std::vector<CsvColumn>& there) const {
        if (!options_.columns().empty()) return options_.columns();
        if (options_.format().has_header) return columns_of_header(there, header_);
        std::vector<std::string> names;
        if (table_.definition == nullptr) return names;
        for (const ColumnDefinition& column : table_.definition->columns) names.push_back(column.name);
        return names;
    }

    std::unique_ptr<BulkInsert> make_insert(BulkOptions options, const std::vector<CsvColumn>& columns) const {
        auto insert = table_.definition != nullptr ? std::make_unique<BulkInsert>(table_.definition, std::move(options))
                                                   : std::make_unique<BulkInsert>(table_.name, std::move(options));
        for (const CsvColumn& column : columns) insert->names.push_back(column.name);
        insert->width = columns.size();
        insert->source = Owner<BulkSource>{new LentRows{rows_}};
        return insert;
    }

    CsvTable table_;
    backend::BulkTable named_;
    const CsvOptions& options_;
    CsvRows& rows_;
    std::vector<std::string> header_;
    Result result_;
};

}  // namespace

Task<Result> run_copy_in(Target target, CsvTable table, Owner<CsvSource> source, CsvOptions options) {
    CsvRows rows{*source, options.format()};
    std::exception_ptr failure;
    try {
        std::vector<std::string> header;
        if (options.format().has_header) {
            header = co_await rows.read_header();
            if (header.empty()) co_return Result{};
        }
        CopyIn work{std::move(table), options, rows, std::move(header)};
        co_await target->run_unit(work);
        co_return std::move(work).result();
    } catch (...) {
        failure = std::current_exception();
    }
    if (rows.failure_of_source()) failure = rows.failure_of_source();  // it is about no record
    std::rethrow_exception(with_line(failure, rows.lines(), source->name()));
}

}  // namespace databased::detail
