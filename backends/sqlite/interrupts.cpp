#include "interrupts.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <thread>

namespace databased::sqlite {

namespace {

constexpr int steps_between_looks = 1000;  // of SQLite's virtual machine: well below a millisecond

}  // namespace

void Interrupts::install() {
    waits_for_locks_ = has_met_moved_file_ = false;
    busy_timeout_ = handle_.options().busy_timeout;
    sqlite3_busy_handler(handle_.get(), &Interrupts::on_busy, this);
    sqlite3_progress_handler(handle_.get(), steps_between_looks, &Interrupts::on_progress, this);
    sqlite3_commit_hook(handle_.get(), &Interrupts::on_commit, this);
}

void Interrupts::take_busy_timeout(std::chrono::milliseconds timeout) noexcept {
    busy_timeout_ = timeout;
    sqlite3_busy_handler(handle_.get(), &Interrupts::on_busy, this);
}

void Interrupts::begin(const Job& job, std::span<Job* const> ran) noexcept {
    current_ = &job;
    ran_ = ran;
    is_armed_ = true;
    is_in_statement_ = took_longer_ = false;
}

void Interrupts::end() noexcept {
    current_ = nullptr;
    is_momentary_ = false;
    ran_ = {};
}

int Interrupts::on_progress(void* self) noexcept {
    auto& that = *static_cast<Interrupts*>(self);
    if (that.is_momentary_) {
        that.took_longer_ = that.took_longer_ || that.is_in_statement_;
        return that.is_in_statement_ ? 1 : 0;
    }
    that.watcher_.on_progress();
    if (that.current_ == nullptr || !that.is_armed_) return 0;
    const bool is_waited_for =
        std::any_of(that.ran_.begin(), that.ran_.end(), [](const Job* job) { return job->stop_wish().is_due(); });
    const bool is_ending = that.watcher_.is_ending() && that.current_->stop_wish().is_heeded();
    return that.current_->stop_wish().is_due() || is_waited_for || is_ending ? 1 : 0;
}

/// Who gives up here has not committed, whatever was said before: a stop may still end it.
int Interrupts::on_busy(void* self, int count) noexcept {
    auto& that = *static_cast<Interrupts*>(self);
    if (that.is_momentary_) that.took_longer_ = true;
    if (!that.waits_for_locks_ || that.is_momentary_) return 0;
    const auto now = std::chrono::steady_clock::now();
    if (count == 0) that.busy_since_ = now;
    if (now - that.busy_since_ >= that.busy_timeout_) return 0;
    if (that.watcher_.is_ending() || (that.current_ != nullptr && that.current_->stop_wish().is_due())) return 0;
    that.watcher_.on_progress();
    std::this_thread::sleep_for(std::chrono::microseconds{std::min(5'000, 100 << std::min(count, 6))});
    return 1;
}

int Interrupts::on_commit(void* self) noexcept {
    auto& that = *static_cast<Interrupts*>(self);
    if (that.handle_.has_moved()) {
        that.has_met_moved_file_ = true;
        return 1;  // rolls back
    }
    that.is_armed_ = false;
    return 0;
}

}  // namespace databased::sqlite
