#include "job_rows.hpp"

#include <utility>

namespace databased::sqlite {

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
