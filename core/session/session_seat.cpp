#include "session/session_seat.hpp"

#include "session/session_state.hpp"

#include <atomic>
#include <utility>

namespace databased::detail {

std::uint32_t next_number() noexcept {
    static std::atomic<std::uint32_t> count{0};
    return ++count;
}

void SessionSeat::take(std::shared_ptr<SessionState> host, FairLock::Hold hold, SessionState& guest) {
    host->seat.child_ = &guest;
    host_ = std::move(host);
    hold_ = std::move(hold);
    savepoint_ = next_number();
}

void SessionSeat::leave() noexcept {
    if (host_ == nullptr) return;
    const auto host = std::move(host_);
    host->seat.child_ = nullptr;
    hold_.reset();
}

}  // namespace databased::detail
