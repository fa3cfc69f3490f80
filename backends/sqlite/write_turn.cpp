#include "write_turn.hpp"

#include <databased/error.hpp>

namespace databased::sqlite {

bool WriteTurn::wait(detail::Clock::time_point limit, const Job* job) {
    if (queue_ == nullptr || has_turn_) return true;
    const auto gives_up = [&] {
        watcher_.on_progress();
        return watcher_.is_ending() || (job != nullptr && job->stop_wish().is_due()) || limit <= detail::Clock::now();
    };
    has_turn_ = queue_->enter(this, gives_up);
    return has_turn_;
}

std::exception_ptr WriteTurn::take(const Job& job) {
    if (wait(job.request().turn_deadline, &job)) return {};
    if (job.stop_wish().is_due()) return job.stop_wish().error();
    if (watcher_.is_ending()) {
        return std::make_exception_ptr(
            NotConnectedError("the Database was disconnected while this statement waited for its turn"));
    }
    return std::make_exception_ptr(
        PoolTimeoutError("other writers of this program held the SQLite database's one write lock for too long"));
}

void WriteTurn::leave() noexcept {
    if (!has_turn_) return;
    has_turn_ = false;
    queue_->leave(this);
}

}  // namespace databased::sqlite
