// Sinks that turn batches of rows into what was asked for, while the backend is still making the next batch.
#pragma once

#include <databased/backend.hpp>
#include <databased/detail/row_reader.hpp>
#include <databased/row.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace databased::detail {

/// A conversion that fails does not disturb the statement: the error is kept until the statement has ended.
class ConvertingSink : public RowSink {
  public:
    /// The statement's own error comes before one of converting its rows.
    void rethrow(const std::exception_ptr& statement_error) const {
        if (statement_error) std::rethrow_exception(statement_error);
        if (error_) std::rethrow_exception(error_);
    }

    void on_columns(const std::shared_ptr<const ColumnSet>& columns) final {
        columns_ = columns;
        keep_error([&] { begin(columns); });
    }
    void on_rows(std::unique_ptr<RowBatch> batch) final {
        if (!error_) keep_error([&] { add(std::move(batch)); });
    }
    void on_restart() final {
        error_ = nullptr;
        forget();
    }

  protected:
    virtual void begin(const std::shared_ptr<const ColumnSet>& columns) = 0;
    virtual void add(std::unique_ptr<RowBatch> batch) = 0;
    virtual void forget() = 0;

  private:
    template <class Action>
    void keep_error(Action action) noexcept {
        try {
            action();
        } catch (...) {
            error_ = std::current_exception();
        }
    }

    std::shared_ptr<const ColumnSet> columns_;  // readers point at it
    std::exception_ptr error_;
};

/// What to say where a T would point at rows that are gone.
#define DATABASED_VIEW_OF_A_ROW \
    "databased: a view would outlive its row. Fetch std::string or Bytes, or Rows and read views from those."

template <class T>
class CollectSink final : public ConvertingSink {
    static_assert(!holds_view<T>(), DATABASED_VIEW_OF_A_ROW);

  public:
    std::vector<T> rows() && { return std::move(rows_); }

  private:
    void begin(const std::shared_ptr<const ColumnSet>& columns) override { reader_.emplace(*columns); }
    void add(std::unique_ptr<RowBatch> batch) override {
        if (rows_.capacity() < rows_.size() + batch->rows()) {
            rows_.reserve(std::max(rows_.size() + batch->rows(), 2 * rows_.capacity()));
        }
        for (std::size_t i = 0; i < batch->rows(); ++i) rows_.push_back(reader_->read(batch->row(i)));
    }
    void forget() override { rows_.clear(); }

    std::optional<RowReader<T>> reader_;
    std::vector<T> rows_;
};

/// Keeps the batches themselves.
class StoreSink final : public ConvertingSink {
  public:
    Rows rows() && { return Rows{std::move(store_)}; }

  private:
    void begin(const std::shared_ptr<const ColumnSet>& columns) override { store_->columns = columns; }
    void add(std::unique_ptr<RowBatch> batch) override { store_->add(std::move(batch)); }
    void forget() override { store_ = std::make_shared<RowStore>(); }

    std::shared_ptr<RowStore> store_ = std::make_shared<RowStore>();
};

template <class T>
class FirstSink final : public ConvertingSink {
    static_assert(!holds_view<T>(), DATABASED_VIEW_OF_A_ROW);

  public:
    std::optional<T> row() && { return std::move(row_); }
    bool wants_first_row_only() const noexcept override { return true; }

  private:
    void begin(const std::shared_ptr<const ColumnSet>& columns) override { reader_.emplace(*columns); }
    void add(std::unique_ptr<RowBatch> batch) override {
        if (!row_) row_.emplace(reader_->read(batch->row(0)));
    }
    void forget() override { row_.reset(); }

    std::optional<RowReader<T>> reader_;
    std::optional<T> row_;
};

template <>
class FirstSink<Row> final : public ConvertingSink {
  public:
    std::optional<Row> row() && {
        if (store_->size == 0) return std::nullopt;
        return Rows{std::move(store_)}.front();
    }
    bool wants_first_row_only() const noexcept override { return true; }

  private:
    void begin(const std::shared_ptr<const ColumnSet>& columns) override { store_->columns = columns; }
    void add(std::unique_ptr<RowBatch> batch) override {
        if (store_->size == 0) store_->add(std::move(batch));
    }
    void forget() override { store_ = std::make_shared<RowStore>(); }

    std::shared_ptr<RowStore> store_ = std::make_shared<RowStore>();
};

}  // namespace databased::detail
