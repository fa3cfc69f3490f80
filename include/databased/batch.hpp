// Several statements that are sent together, each with a result of its own.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/fetch.hpp>
#include <databased/detail/store_sink.hpp>
#include <databased/detail/temporary_guard.hpp>
#include <databased/executor.hpp>
#include <databased/query/query.hpp>
#include <databased/result.hpp>
#include <databased/row.hpp>
#include <databased/statement.hpp>
#include <databased/task.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace databased {

namespace detail {

/// One statement of a batch, and what came of it.
class DATABASED_API BatchEntry {
  public:
    explicit BatchEntry(Statement::Pointer statement) noexcept : statement_(std::move(statement)) {}
    virtual ~BatchEntry();
    BatchEntry(const BatchEntry&) = delete;
    BatchEntry& operator=(const BatchEntry&) = delete;

    bool is_many() const noexcept { return statement_ != nullptr && statement_->is_many(); }
    Statement::Pointer take_statement() noexcept { return std::move(statement_); }
    /// Where its rows go; null if they are not wanted.
    virtual RowSink* sink() noexcept = 0;
    void finish(Outcome&& outcome);
    void fail(std::exception_ptr failure) noexcept;

    bool is_done() const noexcept { return is_done_; }
    const std::exception_ptr& failure() const noexcept { return failure_; }
    /// Throws its failure, UsageError if it was not run.
    void check() const;

  protected:
    const Result& result() const noexcept { return result_; }
    /// Throws what is wrong with its rows.
    virtual void rows_came() = 0;

  private:
    Statement::Pointer statement_;
    Result result_;
    std::exception_ptr failure_;
    bool is_done_ = false;
};

template <class T>
class TypedEntry : public BatchEntry {
  public:
    using BatchEntry::BatchEntry;
    virtual T& value() = 0;
};

/// Whose rows are dropped.
class DATABASED_API ExecutedEntry final : public TypedEntry<Result> {
  public:
    using TypedEntry::TypedEntry;
    RowSink* sink() noexcept override { return nullptr; }
    Result& value() override { return value_; }

  private:
    void rows_came() override { value_ = result(); }

    Result value_;
};

/// Whose rows become a T.
template <class T>
class ReadEntry final : public TypedEntry<T> {
  public:
    ReadEntry(Statement::Pointer statement, const RowTaker& taker)
        : TypedEntry<T>(std::move(statement)), sink_(&value_, taker) {}
    RowSink* sink() noexcept override { return &sink_; }
    T& value() override { return value_; }

  private:
    void rows_came() override { sink_.rethrow(nullptr); }

    T value_{};
    TypedSink sink_;
};

/// Whose rows stay what they are.
class DATABASED_API RowsEntry final : public TypedEntry<Rows> {
  public:
    using TypedEntry::TypedEntry;
    RowSink* sink() noexcept override { return &sink_; }
    Rows& value() override { return value_; }

  private:
    void rows_came() override;

    StoreSink sink_;
    Rows value_;
};

class DATABASED_API RowEntry final : public TypedEntry<std::optional<Row>> {
  public:
    using TypedEntry::TypedEntry;
    RowSink* sink() noexcept override { return &sink_; }
    std::optional<Row>& value() override { return value_; }

  private:
    void rows_came() override;

    StoreSink sink_{StoreSink::Keeps::first_row};
    std::optional<Row> value_;
};

DATABASED_API Task<> run_batch_atomically(Target target, std::vector<std::shared_ptr<BatchEntry>> entries);
DATABASED_API Task<std::size_t> run_batch_each(Target target, std::vector<std::shared_ptr<BatchEntry>> entries);

}  // namespace detail

/// What one statement of a Batch gives, once that was run.
template <class T>
class BatchResult {
  public:
    /// Throws what the statement has failed with; UsageError before the batch was run.
    T& get() const {
        entry_->check();
        return entry_->value();
    }
    /// Whether get() throws.
    bool has_failed() const noexcept { return entry_->failure() != nullptr; }

  private:
    friend class Batch;
    explicit BatchResult(std::shared_ptr<detail::TypedEntry<T>> entry) noexcept : entry_(std::move(entry)) {}

    std::shared_ptr<detail::TypedEntry<T>> entry_;
};

/// Collects statements and sends them together: where the database is a server, without waiting for one answer before
/// the next statement goes out, but for that of the first in a transaction. Run it once, in one of two ways.
class DATABASED_API Batch {
  public:
    template <class... Args>
    BatchResult<Result> execute(std::string_view sql, Args&&... args) {
        check_arguments<Args&&...>();
        return add<detail::ExecutedEntry, Result>(make(sql, args...));
    }
    /// As Executor::fetch_all(): Rows, or a std::vector of what T is read as.
    template <class T = Row, class... Args>
    auto fetch_all(std::string_view sql, Args&&... args) {
        check_arguments<Args&&...>();
        if constexpr (std::same_as<T, Row>) {
            return add<detail::RowsEntry, Rows>(make(sql, args...));
        } else {
            return add_all<T, detail::ByName<T>>(make(sql, args...));
        }
    }
    template <class T = Row, class... Args>
    BatchResult<std::optional<T>> fetch_one(std::string_view sql, Args&&... args) {
        check_arguments<Args&&...>();
        if constexpr (std::same_as<T, Row>) {
            return add<detail::RowEntry, std::optional<Row>>(make(sql, args...));
        } else {
            return add_first<T, detail::ByName<T>>(make(sql, args...));
        }
    }
    template <class T = Value, class... Args>
    BatchResult<std::optional<T>> fetch_val(std::string_view sql, Args&&... args) {
        static_assert(detail::Readable<T>, "databased: fetch_val gives one value; use fetch_one for rows");
        check_arguments<Args&&...>();
        return add_first<T, detail::ByName<T>>(make(sql, args...));
    }

    // Queries as expressions.

    template <detail::AnyQuery Q>
    BatchResult<Result> execute(Q&& query) {
        return add<detail::ExecutedEntry, Result>(prepare(std::forward<Q>(query)));
    }
    template <detail::AnyQuery Q>
    auto fetch_all(Q&& query) {
        using T = typename std::remove_cvref_t<Q>::Row;
        return add_all<T, detail::ByPosition<T>>(prepare(std::forward<Q>(query)));
    }
    template <detail::AnyQuery Q>
    auto fetch_one(Q&& query) {
        using T = typename std::remove_cvref_t<Q>::Row;
        return add_first<T, detail::ByPosition<T>>(prepare(std::forward<Q>(query)));
    }
    template <detail::AnyQuery Q>
    auto fetch_val(Q&& query) {
        using T = typename std::remove_cvref_t<Q>::Row;
        static_assert(detail::Readable<T>, "databased: fetch_val gives one value; use fetch_one for rows");
        return add_first<T, detail::ByPosition<T>>(prepare(std::forward<Q>(query)));
    }

    std::size_t size() const noexcept { return entries_.size(); }

    /// In one transaction, in a session as a child of it: all or none. Throws what the first statement that fails has
    /// failed with, and so does get() of every result then.
    Task<> run_atomic() { return detail::run_batch_atomically(target_, take_entries()); }
    /// Each by itself, in their order, whatever becomes of those before it. Gives the number of those that have failed:
    /// get() of their results throws.
    Task<std::size_t> run_independent() { return detail::run_batch_each(target_, take_entries()); }

  private:
    friend class Executor;
    explicit Batch(detail::Target target) noexcept : target_(std::move(target)) {}

    template <class... Args>
    static constexpr void check_arguments() {
        static_assert((detail::safe_argument<Args> && ...), DATABASED_UNSAFE_TEMPORARY);
    }
    template <class... Args>
    Statement::Pointer make(std::string_view sql, const Args&... args) const {
        return Statement::make(target_->rules(), sql, args...);
    }
    template <class Q>
    Statement::Pointer prepare(Q&& query) const {
        return std::forward<Q>(query).prepare(target_->rules());
    }
    template <class Entry, class T, class... Args>
    BatchResult<T> add(Statement::Pointer statement, Args&... args) {
        auto entry = std::make_shared<Entry>(std::move(statement), args...);
        entries_.push_back(entry);
        return BatchResult<T>{std::move(entry)};
    }
    template <class T, class Form>
    BatchResult<std::vector<T>> add_all(Statement::Pointer statement) {
        static_assert(!detail::holds_view<T>(), DATABASED_VIEW_OF_A_ROW);
        return add<detail::ReadEntry<std::vector<T>>, std::vector<T>>(std::move(statement), detail::all_rows<T, Form>);
    }
    template <class T, class Form>
    BatchResult<std::optional<T>> add_first(Statement::Pointer statement) {
        static_assert(!detail::holds_view<T>(), DATABASED_VIEW_OF_A_ROW);
        return add<detail::ReadEntry<std::optional<T>>, std::optional<T>>(std::move(statement),
                                                                          detail::first_row<T, Form>);
    }
    std::vector<std::shared_ptr<detail::BatchEntry>> take_entries() noexcept { return std::exchange(entries_, {}); }

    detail::Target target_;
    std::vector<std::shared_ptr<detail::BatchEntry>> entries_;
};

inline Batch Executor::batch() const { return Batch{target_}; }

}  // namespace databased
