#include <databased/batch.hpp>
#include <databased/error.hpp>

#include "execution/run_statements.hpp"

#include <databased/backend.hpp>

#include <algorithm>

namespace databased::detail {

BatchEntry::~BatchEntry() = default;

void BatchEntry::finish(Outcome&& outcome) {
    is_done_ = true;
    failure_ = std::move(outcome.error);
    if (failure_) return;
    result_ = std::move(outcome.result);
    try {
        rows_came();
    } catch (...) {
        failure_ = std::current_exception();
    }
}

void BatchEntry::fail(std::exception_ptr failure) noexcept {
    is_done_ = true;
    failure_ = std::move(failure);
}

void BatchEntry::check() const {
    if (failure_) std::rethrow_exception(failure_);
    if (!is_done_) throw UsageError("the batch of this result has not been run");
}

void RowsEntry::rows_came() {
    sink_.rethrow(nullptr);
    value_ = std::move(sink_).rows();
}

void RowEntry::rows_came() {
    sink_.rethrow(nullptr);
    const Rows rows = std::move(sink_).rows();
    if (!rows.empty()) value_ = rows.front();
}

Task<> run_batch_atomically(Target target, std::vector<std::shared_ptr<BatchEntry>> entries) {
    AtomicBatch batch{entries};
    std::exception_ptr failure;
    if (entries.empty()) co_return;
    try {
        co_await target->run_unit(batch);
        co_return;
    } catch (...) {
        failure = std::current_exception();
    }
    for (const auto& entry : entries) entry->fail(failure);
    std::rethrow_exception(failure);
}

Task<std::size_t> run_batch_each(Target target, std::vector<std::shared_ptr<BatchEntry>> entries) {
    std::exception_ptr failure;
    if (entries.empty()) co_return 0;
    try {
        co_await target->run_each(entries);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        for (const auto& entry : entries) {
            if (!entry->is_done()) entry->fail(failure);
        }
        std::rethrow_exception(failure);
    }
    co_return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(), [](const auto& entry) { return entry->failure() != nullptr; }));
}

}  // namespace databased::detail
