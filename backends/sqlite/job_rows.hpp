// The rows of a job, from SQLite to who asked for them.
#pragma once

#include <databased/row.hpp>
#include <databased/row_sink.hpp>

#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace databased::sqlite {

/// Collected in batches by the worker, told on the loop's thread.
class JobRows {
  public:
    /// Null if nobody wants them.
    explicit JobRows(RowSink* sink)
        : sink_(sink),
          are_wanted_(sink != nullptr),
          is_first_enough_(are_wanted_ && sink->wants_first_row_only()),
          batch_(are_wanted_ ? std::make_unique<RowBatch>() : nullptr) {}

    // On the worker.

    bool are_wanted() const noexcept { return are_wanted_; }
    bool is_first_enough() const noexcept { return is_first_enough_; }
    /// Where the next row goes.
    RowBatch& batch() noexcept { return *batch_; }
    bool have_columns() const noexcept { return have_columns_; }
    void set_columns(std::shared_ptr<const detail::ColumnSet> columns) noexcept {
        have_columns_ = true;
        if (are_wanted_) batch_->set_columns(std::move(columns));
    }
    /// The batch, which is full; another one begins.
    std::unique_ptr<RowBatch> take_batch();
    /// To be told at the end.
    void keep(std::unique_ptr<RowBatch> batch) { kept_.push_back(std::move(batch)); }
    /// Forgets what was not told.
    void start_over();

    // On the loop's thread.

    /// Nobody wants them any more.
    void drop_sink() noexcept { sink_ = nullptr; }
    void tell(std::unique_ptr<RowBatch> batch) noexcept;
    /// What was not told yet.
    void tell_rest() noexcept;
    /// What the sink has thrown.
    const std::exception_ptr& error() const noexcept { return error_; }

  private:
    RowSink* sink_;
    bool are_wanted_;
    bool is_first_enough_;
    bool have_columns_ = false;
    bool told_columns_ = false;
    std::unique_ptr<RowBatch> batch_;
    std::vector<std::unique_ptr<RowBatch>> kept_;
    std::exception_ptr error_;
};

}  // namespace databased::sqlite
