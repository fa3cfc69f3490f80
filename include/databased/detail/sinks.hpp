// Sinks that turn batches of rows into what was asked for, while the backend is still making the next batch. No
// templates: each instance would cost time to compile.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/row_reader.hpp>
#include <databased/row.hpp>
#include <databased/row_sink.hpp>

#include <exception>
#include <memory>

namespace databased::detail {

/// A conversion that fails does not disturb the statement: the error is kept until the statement has ended.
class DATABASED_API ConvertingSink : public RowSink {
  public:
    ConvertingSink() noexcept;
    ~ConvertingSink() override;

    /// The statement's own error comes before one of converting its rows.
    void rethrow(const std::exception_ptr& statement_error) const;

    void on_columns(const std::shared_ptr<const ColumnSet>& columns) final;
    void on_rows(std::unique_ptr<RowBatch> batch) final;
    void on_restart() final;

  protected:
    virtual void begin(const std::shared_ptr<const ColumnSet>& columns) = 0;
    virtual void add(std::unique_ptr<RowBatch> batch) = 0;
    virtual void forget() = 0;

  private:
    std::shared_ptr<const ColumnSet> columns_;  // readers point at it
    std::exception_ptr error_;
};

/// How rows become values of a type: one table for each type.
struct RowTaker {
    void (*take)(void* rows, const RowBatch& batch, const std::size_t* places);
    void (*forget)(void* rows);
    RowShape shape;
    bool first_only;
};

/// Where rows go that become values of a type.
class DATABASED_API TypedSink final : public ConvertingSink {
  public:
    /// `rows` and `taker` outlive this.
    TypedSink(void* rows, const RowTaker& taker) noexcept;
    ~TypedSink() override;
    bool wants_first_row_only() const noexcept override { return taker_.first_only; }

  private:
    void begin(const std::shared_ptr<const ColumnSet>& columns) override;
    void add(std::unique_ptr<RowBatch> batch) override;
    void forget() override;

    void* rows_;
    const RowTaker& taker_;
    SmallVector<std::size_t, 8> places_;
    bool has_row_ = false;
};

/// How a T is read from a row whose columns were found by `Form`: a template such as ByName or ByPosition.
template <class T, class Form>
void take_rows(void* rows, const RowBatch& batch, const std::size_t* places) {
    auto& all = *static_cast<std::vector<T>*>(rows);
    const std::size_t needed = all.size() + batch.rows();
    if (all.capacity() < needed) all.reserve(needed < 2 * all.capacity() ? 2 * all.capacity() : needed);
    const ColumnSet* columns = batch.columns().get();
    for (std::size_t i = 0; i < batch.rows(); ++i) all.push_back(Form::read(batch.row(i), columns, places));
}

template <class T, class Form>
void take_first_row(void* row, const RowBatch& batch, const std::size_t* places) {
    static_cast<std::optional<T>*>(row)->emplace(Form::read(batch.row(0), batch.columns().get(), places));
}

template <class T>
void forget_rows(void* rows) {
    static_cast<std::vector<T>*>(rows)->clear();
}
template <class T>
void forget_first_row(void* row) {
    static_cast<std::optional<T>*>(row)->reset();
}

/// Into a std::vector<T>.
template <class T, class Form>
inline constexpr RowTaker all_rows{&take_rows<T, Form>, &forget_rows<T>, Form::shape, false};
/// Into a std::optional<T>.
template <class T, class Form>
inline constexpr RowTaker first_row{&take_first_row<T, Form>, &forget_first_row<T>, Form::shape, true};

}  // namespace databased::detail
