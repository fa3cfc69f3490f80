// A statement and what becomes of its rows, for the verbs of Executor.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/sinks.hpp>
#include <databased/query/position_reader.hpp>
#include <databased/result.hpp>
#include <databased/row.hpp>
#include <databased/statement.hpp>
#include <databased/task.hpp>

#include <concepts>
#include <coroutine>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace databased {

namespace backend {
struct Outcome;
}
using backend::Outcome;

namespace detail {

class StatementTarget;
class BatchEntry;

using BatchEntries = std::span<const std::shared_ptr<BatchEntry>>;

/// What is done in one transaction.
class UnitWork {
  public:
    virtual Task<> run(StatementTarget& unit) = 0;

  protected:
    ~UnitWork() = default;
};

class RowSource;

struct BulkInsert;

/// Where statements go. Kept alive by whoever runs one.
class DATABASED_API StatementTarget {
  public:
    virtual ~StatementTarget() = default;
    virtual const StatementRules& rules() const noexcept = 0;
    /// Errors are in the Outcome or thrown.
    virtual Task<Outcome> run(Statement::Pointer statement, RowSink* sink) = 0;
    /// Runs all items of `statement` or none.
    virtual Task<Result> run_many(Statement::Pointer statement) = 0;
    /// Does `work`, which outlives the task, in a transaction that is committed behind it, or rolled back if it throws.
    virtual Task<> run_unit(UnitWork& work) = 0;
    /// Whether statements that are issued at once travel together.
    virtual bool pipelines() const noexcept = 0;
    /// Runs each of `entries`, which outlive the task, by itself, in their order. Their failures are left in them.
    virtual Task<> run_each(BatchEntries entries) = 0;
    /// Nothing is sent yet.
    virtual std::shared_ptr<RowSource> stream(Statement::Pointer statement) = 0;
    /// The same for the rows of a bulk insert, which outlives the task.
    virtual Task<Result> run_bulk(BulkInsert& insert) = 0;
};

using Target = std::shared_ptr<StatementTarget>;

/// Runs a statement into what `taker` takes; an INSERT of no rows gives none and is not sent. Awaited once; throws what
/// went wrong. No coroutine, so that it costs no frame, and no template, so that it costs little to compile.
class DATABASED_API Fetch {
  public:
    /// `rows` and `taker` outlive this.
    Fetch(Target target, Statement::Pointer statement, void* rows, const RowTaker& taker);
    ~Fetch();
    Fetch(const Fetch&) = delete;
    Fetch& operator=(const Fetch&) = delete;

    bool await_ready() const noexcept { return is_empty_; }
    template <std::derived_from<PromiseBase> Parent>
    bool await_suspend(std::coroutine_handle<Parent> parent) {
        return start(parent, parent.promise());
    }
    void await_resume();

  private:
    bool start(std::coroutine_handle<> parent, const PromiseBase& promise_of_parent);

    bool is_empty_;
    Target target_;
    TypedSink sink_;
    Task<Outcome> run_;
};

/// What to say where a T would point at rows that are gone.
#define DATABASED_VIEW_OF_A_ROW \
    "databased: a view would outlive its row. Fetch std::string or Bytes, or Rows and read views from those."

template <class T, class Form = ByName<T>>
Task<std::vector<T>> run_fetch_all(Target target, Statement::Pointer statement) {
    static_assert(!holds_view<T>(), DATABASED_VIEW_OF_A_ROW);
    std::vector<T> rows;
    Fetch fetch{std::move(target), std::move(statement), &rows, all_rows<T, Form>};
    co_await fetch;
    co_return rows;
}

template <class T, class Form = ByName<T>>
Task<std::optional<T>> run_fetch_one(Target target, Statement::Pointer statement) {
    static_assert(!holds_view<T>(), DATABASED_VIEW_OF_A_ROW);
    std::optional<T> row;
    Fetch fetch{std::move(target), std::move(statement), &row, first_row<T, Form>};
    co_await fetch;
    co_return row;
}

DATABASED_API Task<Rows> run_fetch_rows(Target target, Statement::Pointer statement);
DATABASED_API Task<std::optional<Row>> run_fetch_row(Target target, Statement::Pointer statement);
DATABASED_API Task<Result> run_execute(Target target, Statement::Pointer statement);
DATABASED_API Task<Result> run_bulk(Target target, Owner<BulkInsert> insert);
DATABASED_API Task<Result> run_many(Target target, Statement::Pointer statement);
DATABASED_API Task<ScriptResult> run_script(Target target, std::string script, std::string name = {});
DATABASED_API Task<ScriptResult> run_script_file(Target target, std::string path);
/// As a statement is run that may be several runs.
DATABASED_API Task<Result> run_query(Target target, Statement::Pointer statement);

}  // namespace detail
}  // namespace databased
