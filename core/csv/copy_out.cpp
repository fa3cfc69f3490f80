#include "bulk/bulk_text.hpp"
#include "csv/csv_writer.hpp"
#include "csv/table_columns.hpp"
#include "query/definition.hpp"

#include <databased/csv.hpp>
#include <databased/detail/row_source.hpp>
#include <databased/error.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace databased::detail {

namespace {

/// What is worth to be handed over.
constexpr std::size_t large_part = std::size_t{64} * 1024;

class TextSink final : public CsvSink {
  public:
    explicit TextSink(std::string& out) noexcept : out_(out) {}
    Task<> write(std::string_view part) override {
        out_ += part;
        co_return;
    }

  private:
    std::string& out_;
};

/// Rows that nobody reads any more behind this.
class OpenRows {
  public:
    explicit OpenRows(std::shared_ptr<RowSource> source) noexcept : source_(std::move(source)) {}
    ~OpenRows() { source_->abandon(); }
    OpenRows(const OpenRows&) = delete;
    OpenRows& operator=(const OpenRows&) = delete;

    RowSource* operator->() const noexcept { return source_.get(); }

  private:
    std::shared_ptr<RowSource> source_;
};

/// One copy_out() under way. Outlives its task.
class CopyOut {
  public:
    CopyOut(CsvSink& sink, const CsvOptions& options) : sink_(sink), options_(options), writer_(options.format()) {}

    Task<std::int64_t> run(std::shared_ptr<RowSource> source) {
        const OpenRows rows{std::move(source)};
        bool is_at_end = false;
        bool needs_header = options_.format().has_header;
        while (!is_at_end) {
            if (!rows->is_ready()) co_await rows->wait();
            const auto batch = rows->take();
            is_at_end = batch == nullptr;
            const auto columns = rows->columns();
            if (std::exchange(needs_header, false) && columns != nullptr) writer_.header(*columns);
            if (batch != nullptr) writer_.append(*batch);
            if (batch != nullptr) progress_.rows += static_cast<std::int64_t>(batch->rows());
            const bool is_enough = is_at_end || writer_.written().size() >= large_part;
            if (is_enough && !writer_.written().empty()) co_await hand_over();
        }
        sink_.finish();
        co_return progress_.rows;
    }

  private:
    Task<> hand_over() {
        co_await sink_.write(writer_.written());
        progress_.bytes += static_cast<std::int64_t>(writer_.written().size());
        writer_.taken();
        if (options_.on_progress()) options_.on_progress()(progress_);
    }

    CsvSink& sink_;
    const CsvOptions& options_;
    CsvWriter writer_;
    BulkProgress progress_;
};

Task<Statement::Pointer> select_of(Target target, CsvTable table, std::vector<std::string> wanted) {
    const backend::BulkTable named = named_table(table.name, table.definition.get());
    std::vector<CsvColumn> there;
    if (table.definition != nullptr) {
        for (const ColumnDefinition& column : table.definition->columns) there.push_back({column.name});
    } else if (wanted.empty()) {
        there = co_await columns_of(target, named);
    }
    const auto text = select_columns(*target->rules().dialect, named, chosen_columns(there, wanted));
    co_return Statement::of_text(text).copy();
}

}  // namespace

Task<Result> run_copy_out(Target target, Statement::Pointer query, Owner<CsvSink> sink, CsvOptions options) {
    if (!options.columns().empty()) throw UsageError("columns() of copy_out() are for tables: select those of a query");
    CopyOut copy{*sink, options};
    Result result;
    result.rows_affected = co_await copy.run(target->stream(std::move(query)));
    result.command = "COPY";
    co_return result;
}

Task<Result> run_copy_out(Target target, CsvTable table, Owner<CsvSink> sink, CsvOptions options) {
    check_format(options.format());
    auto statement = co_await select_of(target, std::move(table), options.columns());
    options.columns(std::vector<std::string>{});
    co_return co_await run_copy_out(std::move(target), std::move(statement), std::move(sink), std::move(options));
}

Task<std::string> run_copy_out(Target target, Statement::Pointer query, CsvOptions options) {
    std::string text;
    Owner<CsvSink> sink{new TextSink{text}};
    co_await run_copy_out(std::move(target), std::move(query), std::move(sink), std::move(options));
    co_return text;
}

Task<std::string> run_copy_out(Target target, CsvTable table, CsvOptions options) {
    std::string text;
    Owner<CsvSink> sink{new TextSink{text}};
    co_await run_copy_out(std::move(target), std::move(table), std::move(sink), std::move(options));
    co_return text;
}

}  // namespace databased::detail
