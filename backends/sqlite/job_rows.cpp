#include "job_rows.hpp"

#include <utility>

namespace databased::sqlite {

JobRows::JobRows(RowSink* sink)
    : sink_(sink),
      are_wanted_(sink != nullptr),
      is_first_enough_(are_wanted_ && sink->wants_first_row_only()),
      batch_(are_wanted_ ? std::make_unique<RowBatch>() : nullptr) {}

void JobRows::set_columns(std::shared_ptr<const detail::ColumnSet> columns) noexcept {
    have_columns_ = true;
    if (are_wanted_) batch_->set_columns(std::move(columns));
}

std::unique_ptr<RowBatch> JobRows::take_batch() {
    auto next = std::make_unique<RowBatch>(batch_->columns());
    next->expect_full();
    return std::exchange(batch_, std::move(next));
}

void JobRows::start_over() {
    kept_.clear();
    have_columns_ = false;
    if (are_wanted_) batch_ = std::make_unique<RowBatch>();
}

void JobRows::tell(std::unique_ptr<RowBatch> batch) noexcept {
    if (sink_ == nullptr || error_) return;
    try {
        if (!std::exchange(told_columns_, true)) sink_->on_columns(batch->columns());
        if (batch->rows() != 0) sink_->on_rows(std::move(batch));
    } catch (...) {
        error_ = std::current_exception();
    }
}

void JobRows::tell_rest() noexcept {
    if (!have_columns_ || !are_wanted_) return;
    for (auto& batch : kept_) tell(std::move(batch));
    tell(std::move(batch_));
}

}  // namespace databased::sqlite
